/**
 * A layout of one's own as a format.
 *
 * Assumed: without a field `direction`, a record that prints only the called number is outgoing,
 * and one that prints only the calling number incoming.
 * Assumed: without a field `answered`, a call that lasted was answered.
 * Assumed: a sequence number fills its columns before it begins again; of tokens and csv, its
 * digits and four at least.
 */

import assert from "node:assert/strict";
import type { Direction } from "../../../firmware/model/records.js";
import type { CustomField, CustomLayout } from "../custom-layout.js";
import type { BlockLayout, Fields, LabelLayout, Layout } from "../layout.js";
import { apart, durationMsOf, patternOf, plainDate, plainTime, sourceOf, type Content }
  from "./contents.js";
import { clockOf, dateOf, others, present } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

export const customName = "custom";

export function customFormat(layout: CustomLayout): Format {
  const { skip, dateOrder = "dmy" } = layout;
  const stamps = layout.fields.filter(({ is }) => stampContents.has(is))
    .map((field) => new RegExp(sourceIn(field), "gi"));
  return {
    name: customName,
    title: "Custom record",
    layouts: [layoutOf(layout)],
    skips: [ruleLine, ...skip.map((text) =>
      new RegExp(`^\\s*${text.trim().replace(/[^\w]/g, "\\$&")}`))],
    begins: begins(layout),
    encoding: "latin1",
    dateOrder,
    read: (fields, settings) => holdsAnother(layout, fields, stamps)
      ? "two records without a line end between them" : read(layout, fields, settings),
  };
}

const stampContents: ReadonlySet<Content> = new Set(["date", "time", "dateTime"]);

/** Whether a text of any kind tells all that tells the time of a record; digits alone do not. */
function holdsAnother(
  { fields }: CustomLayout, found: Fields, stamps: readonly RegExp[],
): boolean {
  return stamps.length > 0 && fields.some(({ is, name }) => is === "text"
    && tellsAll(found[name] ?? "", stamps));
}

/** One beside the other: 0.42 may be a date or a time, and is not both. */
function tellsAll(text: string, stamps: readonly RegExp[]): boolean {
  return stamps.length === 0 || stamps.some((stamp, at) =>
    [...text.matchAll(stamp)].some(({ 0: told, index }) => /\D/.test(told) && tellsAll(
      `${text.slice(0, index)} ${text.slice(index + told.length)}`, stamps.toSpliced(at, 1))));
}

function sourceIn({ is, means }: CustomField): string {
  return sourceOf(is, Object.keys(means ?? {}));
}

function mayBeBlank({ optional, means, is }: CustomField): boolean {
  return optional || is === "blank" || (means !== undefined && Object.hasOwn(means, ""));
}

function pattern(field: CustomField): RegExp {
  // What a letter means may differ by its case.
  return patternOf(sourceIn(field), mayBeBlank(field), field.means === undefined ? "i" : "");
}

function layoutOf({ kind, separator, fields }: CustomLayout): Layout {
  const name = customName;
  switch (kind) {
    case "labels": return ticket(fields);
    case "columns":
      return { kind, name, fields: fields.map((field) => ({ name: field.name,
        from: field.from ?? 1, to: field.to ?? 1, pattern: pattern(field) }))
        .sort((a, b) => a.from - b.from) };
    case "tokens":
      return { kind, name, fields: fields.map((field, index) => ({
        name: field.name, pattern: pattern(field),
        ...(mayBeBlank(field) ? { optional: true } as const : {}),
        ...(field.is === "text" && index === fields.length - 1 ? { rest: true } as const : {}),
      })) };
    case "csv":
      return { kind, name, ...(separator === undefined ? {} : { separator }),
        fields: fields.map((field) => ({ name: field.name, pattern: pattern(field) })),
        fieldsMin: fields.findLastIndex((field) => !mayBeBlank(field)) + 1 };
  }
}

/** Lines in any order behind the first, and as many as there are fields. */
function ticket(fields: readonly CustomField[]): BlockLayout {
  const [first, ...more] = fields.map((field): LabelLayout => ({ kind: "label", name: field.name,
    label: field.label ?? "", fields: [{ name: field.name, pattern: pattern(field) }] }));
  assert(first !== undefined, "the schema wants a field");
  // Of two labels of which one begins the other, the longer is meant.
  more.sort((a, b) => b.label.length - a.label.length);
  return { kind: "block", name: customName, first, more, linesMax: fields.length };
}

/** Behind noise a record can be found by its first field, where that is sure to be there. */
function begins({ kind, fields }: CustomLayout): RegExp {
  const first = fields.toSorted((a, b) => (a.from ?? 0) - (b.from ?? 0))[0];
  const label = fields[0]?.label;
  if (kind === "labels" && label !== undefined) {
    return new RegExp(label.replace(/[^\w]/g, "\\$&"), "g");
  }
  if (first === undefined || mayBeBlank(first) || first.is === "text") return /(?!)/g;
  const blanks = kind === "columns" ? (first.from ?? 1) - 1 : 0;
  // A run of blanks is looked at once, not from each of its columns.
  const before = blanks === 0 ? "(?<!\\w)" : `(?<![\\w ]) {${blanks}}`;
  const quote = kind === "csv" ? "\"?" : "";
  return new RegExp(`${before}${quote}(?:${sourceIn(first)})`,
    first.means === undefined ? "gi" : "g");
}

function read(
  { fields, clock, dateOrder = "dmy" }: CustomLayout, found: Fields, settings: FormatSettings,
): CallLine | string {
  if (found["more"] !== undefined) return "more places than the layout has";
  if (fields.some((field) => !mayBeBlank(field) && found[field.name] === undefined)) {
    return "a line of it is missing";
  }
  if (fields.some(({ label, name }) => label !== undefined && found[name]?.includes("\n"))) {
    return "a line of it came twice";
  }
  const placed = new Map(fields.map((field) => [field.is, field]));
  const text = (is: Content): string | undefined => found[placed.get(is)?.name ?? ""];
  const meaning = (is: Content): string | undefined => placed.get(is)?.means?.[text(is) ?? ""];
  const both = text("dateTime");
  const [dateText, timeText] = both === undefined ? [text("date"), text("time")] : apart(both);
  const order = settings.dateOrder ?? dateOrder;
  const date = dateText === undefined ? undefined : dateOf(plainDate(dateText, order), order);
  const local = dateText !== undefined && date === undefined ? undefined
    : clockOf(date, plainTime(timeText));
  if (local === undefined) return `no such date or time in the order ${order}`;
  const durationMs = lengthMs(text);
  const direction = meaning("direction") as Direction | undefined ?? directionOf(text, placed);
  const answered = meaning("answered");
  const ring = text("ringTime");
  const sequence = text("sequence");
  return {
    phase: "completed", local, clock, direction, durationMs,
    pbxTime: both ?? [dateText, timeText].filter((each) => each !== undefined).join(" "),
    answered: answered === undefined ? durationMs > 0 : answered === "answered",
    ...present({ device: text("device"), trunk: text("trunk"),
      callingNumber: direction === "incoming" ? text("number") ?? text("callingNumber")
        : text("callingNumber"),
      calledNumber: direction === "incoming" ? text("calledNumber")
        : text("number") ?? text("calledNumber"),
      ringMs: ring === undefined ? undefined
        : /^\d{1,4}$/.test(ring) ? Number(ring) * 1_000 : durationMsOf(ring),
      accountCode: text("accountCode"), cost: text("cost"), reference: text("reference"),
      sequence: sequence === undefined ? undefined : { number: Number(sequence),
        modulus: 10 ** digitsOf(placed.get("sequence"), sequence) } }),
    privateFields: others(found, new Set(fields.filter(({ is }) => is !== "text")
      .map(({ name }) => name))),
  };
}

function lengthMs(text: (is: Content) => string | undefined): number {
  const duration = text("duration");
  if (duration !== undefined) return durationMsOf(duration);
  const minutes = Number((text("minutes") ?? "0").replace(",", "."));
  return Math.round((Number(text("seconds") ?? "0") + minutes * 60) * 1_000);
}

function directionOf(
  text: (is: Content) => string | undefined, placed: ReadonlyMap<Content, CustomField>,
): Direction {
  if (placed.has("direction")) return "unknown";
  const [calling, called] = [text("callingNumber"), text("calledNumber")];
  if (calling === undefined) return called === undefined ? "unknown" : "outgoing";
  return called === undefined ? "incoming" : "unknown";
}

function digitsOf(field: CustomField | undefined, sequence: string): number {
  const { from, to } = field ?? {};
  return from !== undefined && to !== undefined ? Math.min(15, to - from + 1)
    : Math.max(4, sequence.length);
}
