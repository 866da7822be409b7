/** A FIAS record: two letters, then fields of two characters and a value: `GI|RN205|`. Pure. */

export interface FiasRecord {
  readonly id: string;
  readonly fields: ReadonlyMap<string, string>;
}

const separator = "|";
export const fieldsMax = 100;

/** Undefined: no record. A field that comes twice counts as it came last. */
export function readRecord(text: string): FiasRecord | undefined {
  const [id = "", ...parts] = text.split(separator, fieldsMax + 2);
  if (!/^[A-Z][A-Z0-9]$/.test(id) || parts.length > fieldsMax + 1) return undefined;
  const fields = new Map<string, string>();
  for (const part of parts) {
    if (part === "") continue;
    if (part.length < 2) return undefined;
    fields.set(part.slice(0, 2), part.slice(2).trim());
  }
  return { id, fields };
}

export type FieldList = readonly (readonly [name: string, value: string | undefined])[];

function plain(value: string): string {
  return [...value].map((letter) => letter === separator || letter < " " || letter === "\u007f"
    ? " " : letter).join("");
}

/** Fields without a value are left out; what would end a field or a record becomes a space. */
export function writeRecord(id: string, fields: FieldList): string {
  const parts = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}${plain(value)}`]);
  return [id, ...parts, ""].join(separator);
}

/** `261124` of `2026-11-24`. */
export function dayField(day: string): string {
  return day.slice(2).replaceAll("-", "");
}

/** `2026-11-24` of `261124`; undefined where it is none. */
export function dayOfField(field: string): string | undefined {
  const [, year, month, day] = /^(\d\d)(\d\d)(\d\d)$/.exec(field) ?? [];
  return year === undefined || Number(month) < 1 || Number(month) > 12 || Number(day) < 1
    || Number(day) > 31 ? undefined : `20${year}-${month}-${day}`;
}

/** `07:30` of `073000` or `0730`; undefined where it is none. */
export function timeOfField(field: string): string | undefined {
  const [, hour, minute] = /^(\d\d)(\d\d)(\d\d)?$/.exec(field) ?? [];
  return hour === undefined || Number(hour) > 23 || Number(minute) > 59 ? undefined
    : `${hour}:${minute}`;
}

export function timeField(time: string): string {
  return `${time.replace(":", "")}00`;
}

/** `HHMMSS`. */
export function durationField(ms: number): string {
  const seconds = Math.min(Math.round(ms / 1_000), 99 * 3_600 + 3_599);
  return [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, "0")).join("");
}
