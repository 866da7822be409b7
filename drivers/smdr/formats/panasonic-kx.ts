/**
 * Panasonic KX-TD, KX-TDA, KX-TDE, KX-NS: patterns A, B (with cost) and C (120 columns), from the
 * column widths in the maker's documentation, fields one blank apart.
 */

import type { Fields, ColumnLayout } from "../layout.js";
import { clockOf, dateOf, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";
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

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const date = dateOf(fields["date"], settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(fields["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const condition = fields["code"];
  const durationMs = spanMs(fields["duration"]);
  const ringMs = spanMs(fields["ring"]);
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
    durationMs: durationMs ?? 0, answered, ...numbers,
    ...present({ device: fields["extension"], trunk: fields["trunk"], ringMs,
      transferred: condition === "TR" || numbers.transferred === true ? true : undefined,
      accountCode: fields["account"], cost: fields["cost"] }),
    privateFields: {
      ...present({ conditionCode: condition }),
      ...(/[PF=.X-]/.test(text) && !text.startsWith("EXT") ? { dialled: text } : {}),
    },
  };
}

export const panasonicKx: Format = {
  name: "panasonic-kx",
  title: "Panasonic KX-TD/TDA/TDE/NS",
  layouts: patterns.map(layout),
  skips: [ruleLine, /^\s*Date\s+Time\s+Ext\b/i],
  begins: /\d\d\/\d\d(\/\d\d|   ) \d\d:\d\d/g,
  encoding: "latin1",
  dateOrder,
  read,
};
