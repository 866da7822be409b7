/**
 * Mitel SX-200, SX-2000, 3300, MiVoice Business: lines of 90 columns, 101 with the extended digit
 * length, with ANI/DNIS and line identities behind them; from the field table in the online help.
 * Assumed: extended lines have parties of seven columns and four for hours (101 columns in all).
 * Assumed: a start time with seconds moves all behind it by three columns.
 * Assumed: of a call that nobody answered (`***`), the duration is how long it rang.
 * Assumed: B, E and T (busy, error, toll denied) tell a call that was not put through.
 */

import type { ColumnField, ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "mdy";
/** T and X before a trunk's number. */
const party = /^(T|X|ATT)?[\d*#]+$/;
const maybeParty = /^((T|X|ATT)?[\d*#]+)?$/;
/** Digits, or digits and meter pulses, or what a data call did. */
const dialled = /^([\d*#]*( +\d{1,5})?|DATA [A-Z ]+)$/;
const digits = /^[\d*#]*$/;

interface Widths {
  readonly name: string;
  readonly time: number;
  readonly duration: number;
  readonly party: number;
}

function layout({ name, time, duration, party: digitsMax }: Widths): ColumnLayout {
  const rows: readonly (readonly [string, number, RegExp])[] = [
    ["longCall", 1, /^[-%+]?$/], ["date", 5, /^\d\d[/-]\d\d$/], ["", 1, digits],
    ["time", time, time > 6 ? /^\d\d:\d\d:\d\d[AP]?$/i : /^\d\d:\d\d[AP]?$/i], ["", 1, digits],
    ["duration", duration, duration > 8 ? /^\d{4}:\d\d:\d\d$/ : /^\d\d:\d\d:\d\d$/],
    ["", 1, digits], ["calling", digitsMax, party], ["", 1, digits],
    ["attendant", 1, /^[*\d]?$/], ["timeToAnswer", 3, /^(\d{1,3}|\*{3})?$/], ["", 1, digits],
    ["digits", 26, dialled], ["completion", 2, /^[A-Z]?[A-Z ]?$/],
    ["called", digitsMax, maybeParty], ["handling", 2, /^[TCK]?$/],
    ["third", digitsMax, maybeParty], ["", 1, digits], ["account", 12, digits],
    ["optimised", 1, /^[A-Z*+-]?$/], ["system", 3, /^[\dA-Z]*$/], ["", 3, digits],
    ["ani", 10, digits], ["", 1, digits], ["dnis", 10, digits], ["", 1, digits],
    ["identity", 9, /^[\dA-Z]*$/], ["", 1, digits], ["otherIdentity", 8, /^[\dA-Z]*$/],
  ];
  let from = 1;
  const fields: ColumnField[] = [];
  for (const [field, width, pattern] of rows) {
    if (field !== "") fields.push({ name: field, from, to: from + width - 1, pattern });
    from += width;
  }
  return { kind: "columns", name, fields };
}

const layouts = [
  { name: "standard", time: 6, duration: 8, party: 4 },
  { name: "extended", time: 6, duration: 10, party: 7 },
  { name: "standard-seconds", time: 9, duration: 8, party: 4 },
  { name: "extended-seconds", time: 9, duration: 10, party: 7 },
].map(layout);

const placed = new Set(["date", "time", "duration", "calling", "called", "ani", "dnis", "account",
  "timeToAnswer", "handling"]);

const isTrunk = (text: string): boolean => /^[TX]/.test(text);

function parties(
  fields: Fields, calling: string, called: string,
): Pick<CallLine, "direction" | "device" | "trunk" | "callingNumber" | "calledNumber"> {
  const dialledDigits = fields["digits"]?.split(" ")[0];
  if (!isTrunk(calling)) {
    return isTrunk(called)
      ? { direction: "outgoing", device: calling, trunk: called,
        ...present({ calledNumber: dialledDigits }) }
      : { direction: "internal", device: calling, callingNumber: calling, calledNumber: called };
  }
  const numbers = present({ callingNumber: fields["ani"],
    calledNumber: fields["dnis"] ?? dialledDigits });
  return isTrunk(called) ? { direction: "tandem", trunk: calling, ...numbers }
    : { direction: "incoming", device: called, trunk: calling, ...numbers };
}

function read(fields: Fields, settings: FormatSettings): CallLine | string {
  const day = dateOf(fields["date"], settings.dateOrder ?? dateOrder);
  const local = clockOf(day, timeOf(fields["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const { calling, called, attendant = "", timeToAnswer = "", handling } = fields;
  if (calling === undefined || called === undefined) return "a party is missing";
  const printedMs = spanMs(fields["duration"]) ?? 0;
  const missed = timeToAnswer === "***";
  const failed = /[BET]/.test(fields["completion"] ?? "");
  // With the extended time to answer, its first digit stands where else the attendant is marked.
  const waited = /^\d*$/.test(timeToAnswer) && timeToAnswer !== ""
    ? Number(attendant.replace("*", "") + timeToAnswer) * 1_000 : undefined;
  return {
    phase: "completed", local, clock: "start",
    pbxTime: `${fields["date"] ?? ""} ${fields["time"] ?? ""}`,
    ...parties(fields, calling, called),
    durationMs: missed ? 0 : printedMs, answered: !missed && !failed && printedMs > 0,
    ...present({ ringMs: missed ? printedMs : waited, accountCode: fields["account"],
      transferred: handling === "T" ? true : undefined }),
    privateFields: { ...others(fields, placed), ...present({ handling }),
      ...(isTrunk(calling) && isTrunk(called) ? { outgoingTrunk: called } : {}) },
  };
}

export const mitel: Format = {
  name: "mitel",
  title: "Mitel SX/3300/MiVoice",
  layouts,
  skips: [ruleLine],
  begins: /[-%+ ]\d\d[/-]\d\d \d\d:\d\d/g,
  encoding: "latin1",
  dateOrder,
  read,
};
