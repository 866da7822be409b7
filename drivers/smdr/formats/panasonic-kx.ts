/**
 * Panasonic KX-TD, KX-TDA, KX-TDE, KX-NS: patterns A, B (with cost) and C (120 columns), from the
 * column widths in the maker's documentation, fields one blank apart.
 */

import type { Fields, ColumnLayout } from "../layout.js";
import { isLocalTime, type LocalTime } from "../local-time.js";
import type { CallLine, Format, FormatSettings } from "./format.js";

const date = /^\d\d\/\d\d(\/\d\d)?$/;
const time = /^\d\d:\d\d(AM|PM)?$/;
/** Dnnn door phone, Tnnn trunk group, *nnn a verified caller. */
const extension = /^[DT*]?\d{0,5}$/;
const trunk = /^\d*$/;
/** Digits and their marks, `<I>` caller, `<D>` dialled-in number, EXT internal. */
const dialled = /^(EXT\d+|(<D>[\d*#.X]*)?(<I>[\d*#.X+]*)?|[\d*#.XPF=+-]*)$/;
const ring = /^(\d'\d\d)?$/;
const duration = /^(\d\d:\d\d'\d\d)?$/;
const account = /^[\dA-Za-z*#.]*$/;
const code = /^(TR|FW|D0|RM|NA|RC|AN|VR|VA|)$/;
const cost = /^[\d.,]*[^\d\s]{0,3}$/;

interface Widths {
  readonly name: string;
  readonly trunk: number;
  readonly number: number;
  readonly ring: number | undefined;
  /**
   * Assumed: amount and currency of patterns B and C stand together, ten and eleven columns wide.
   */
  readonly cost: number | undefined;
}

function layout(widths: Widths): ColumnLayout {
  const rows: readonly (readonly [string, number | undefined, RegExp])[] = [
    ["date", 8, date], ["time", 7, time], ["extension", 5, extension],
    ["trunk", widths.trunk, trunk], ["dialled", widths.number, dialled],
    ["ring", widths.ring, ring], ["duration", 8, duration], ["cost", widths.cost, cost],
    ["account", 10, account], ["code", 3, code],
  ];
  let from = 1;
  const fields = [];
  for (const [name, width, pattern] of rows) {
    if (width === undefined) continue;
    fields.push({ name, from, to: from + width - 1, pattern });
    from += width + 1;
  }
  return { kind: "columns", name: widths.name, fields };
}

const patterns: readonly Widths[] = [
  { name: "A", trunk: 2, number: 25, ring: 4, cost: undefined },
  { name: "B", trunk: 2, number: 20, ring: undefined, cost: 10 },
  { name: "C", trunk: 4, number: 50, ring: 4, cost: 11 },
];

function localTime(fields: Fields, order: FormatSettings["dateOrder"]): LocalTime | undefined {
  const [first = 0, second = 0, third] = (fields["date"] ?? "").split("/").map(Number);
  const printed = { d: 0, m: 0, y: undefined as number | undefined };
  if (order.length !== (third === undefined ? 2 : 3)) return undefined;
  for (const [index, part] of [first, second, third].entries()) {
    const letter = order[index];
    if (letter === "d" || letter === "m") printed[letter] = part ?? 0;
    if (letter === "y") printed.y = part;
  }
  const clock = /^(\d\d):(\d\d)(AM|PM)?$/.exec(fields["time"] ?? "");
  if (clock === null) return undefined;
  const half = clock[3];
  const shown = Number(clock[1]);
  if (half !== undefined && (shown < 1 || shown > 12)) return undefined;
  const hour = half === undefined ? shown : (shown % 12) + (half === "PM" ? 12 : 0);
  const local: LocalTime = {
    ...(printed.y === undefined ? {} : { year: 2_000 + printed.y }),
    month: printed.m, day: printed.d, hour, minute: Number(clock[2]), second: 0,
  };
  return isLocalTime(local) ? local : undefined;
}

/** `M'SS` or `HH:MM'SS`. */
function milliseconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [seconds = 0, minutes = 0, hours = 0] = text.split(/[:']/).map(Number).reverse();
  return ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

function parties(text: string): Pick<CallLine,
  "direction" | "callingNumber" | "calledNumber" | "transferred"> {
  const incoming = /^(?:<D>([^<]*))?<I>(.*)$/.exec(text);
  if (incoming !== null) {
    const [, did = "", caller = ""] = incoming;
    return {
      direction: "incoming", ...(caller === "" ? {} : { callingNumber: caller }),
      ...(did === "" ? {} : { calledNumber: did }),
    };
  }
  const internal = /^EXT(\d+)$/.exec(text)?.[1];
  if (internal !== undefined) return { direction: "internal", calledNumber: internal };
  if (text.startsWith("<D>")) {
    return { direction: "incoming", ...(text === "<D>" ? {} : { calledNumber: text.slice(3) }) };
  }
  // Marks of the act of dialling (pause, flash, host code) are no digits; `-` is a transfer on.
  const [digits = "", ...onward] = text.replace(/[PF=]/g, "").split("-");
  return {
    direction: "outgoing", ...(digits === "" ? {} : { calledNumber: digits }),
    ...(onward.length > 0 ? { transferred: true } : {}),
  };
}

function optional(name: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [name]: value };
}

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const local = localTime(fields, settings.dateOrder);
  if (local === undefined) return "no such date or time in the configured order";
  const condition = fields["code"];
  const durationMs = milliseconds(fields["duration"]);
  const ringMs = milliseconds(fields["ring"]);
  const text = fields["dialled"] ?? "";
  // Assumed: AN without a duration is printed when a call is answered, with one when it has ended.
  const live = condition === "RC" || condition === "VR"
    || ((condition === "AN" || condition === "VA") && durationMs === undefined);
  if (!live && durationMs === undefined && condition !== "NA") return "no duration";
  if (fields["extension"] === undefined && fields["trunk"] === undefined) return "no device";
  const { direction: told, ...numbers } = parties(text);
  const incomingByCode = ["RC", "AN", "NA", "VR", "VA"].includes(condition ?? "");
  const answered = condition !== "NA" && !(condition === "RC" || condition === "VR");
  return {
    phase: !live ? "completed" : answered ? "answered" : "ringing",
    local, pbxTime: `${fields["date"] ?? ""} ${fields["time"] ?? ""}`, clock: "end",
    direction: incomingByCode && told === "outgoing" && text === "" ? "incoming" : told,
    ...optional("device", fields["extension"]), ...optional("trunk", fields["trunk"]), ...numbers,
    ...(ringMs === undefined ? {} : { ringMs }), durationMs: durationMs ?? 0, answered,
    ...(condition === "TR" || numbers.transferred === true ? { transferred: true } : {}),
    ...optional("accountCode", fields["account"]), ...optional("cost", fields["cost"]),
    privateFields: {
      ...optional("conditionCode", condition),
      ...(/[PF=.X-]/.test(text) && !text.startsWith("EXT") ? { dialled: text } : {}),
    },
  };
}

export const panasonicKx: Format = {
  name: "panasonic-kx",
  title: "Panasonic KX-TD/TDA/TDE/NS",
  layouts: patterns.map(layout),
  skips: [/^[\s\-=_*]+$/, /^\s*Date\s+Time\s+Ext\b/i],
  begins: /\d\d\/\d\d(\/\d\d|   ) \d\d:\d\d/g,
  encoding: "latin1",
  read,
};
