/** Avaya IP Office SMDR: one line of comma-separated places per call or part of a call. */

import type { CsvField, Fields } from "../layout.js";
import { isLocalTime, type LocalTime } from "../../../firmware/base/local-time.js";
import { others, present } from "./fields.js";
import { ruleLine, type CallLine, type Format } from "./format.js";

const any = /^[^\u0000-\u001f]*$/;
const number = /^\d*$/;
const flag = /^[01]?$/;
const amount = /^[\d.,]*$/;
/** E extension, T trunk, V voicemail channel, and its number. */
const party = /^([ETV][\w.-]+)?$/;

const fields: readonly CsvField[] = [
  { name: "start", pattern: /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/ },
  { name: "connected", pattern: /^\d\d:\d\d:\d\d$/ },
  { name: "ringSeconds", pattern: /^\d{1,6}$/ },
  { name: "caller", pattern: any },
  { name: "direction", pattern: /^[IO]$/ },
  { name: "called", pattern: any },
  { name: "dialled", pattern: any },
  { name: "account", pattern: any },
  { name: "internal", pattern: /^[01]$/ },
  { name: "callId", pattern: /^\d{1,20}$/ },
  { name: "continuation", pattern: /^[01]$/ },
  { name: "party1Device", pattern: party },
  { name: "party1Name", pattern: any },
  { name: "party2Device", pattern: party },
  { name: "party2Name", pattern: any },
  { name: "holdSeconds", pattern: number },
  { name: "parkSeconds", pattern: number },
  { name: "authorisationValid", pattern: flag },
  { name: "authorisationCode", pattern: any },
  { name: "userCharged", pattern: any },
  { name: "callCharge", pattern: amount },
  { name: "currency", pattern: any },
  { name: "amountAtChange", pattern: amount },
  { name: "units", pattern: amount },
  { name: "unitsAtChange", pattern: amount },
  { name: "costPerUnit", pattern: amount },
  { name: "markUp", pattern: amount },
  { name: "targetingCause", pattern: any },
  { name: "targeter", pattern: any },
  { name: "targetedNumber", pattern: any },
  { name: "callerServer", pattern: any },
  { name: "callerUniqueId", pattern: any },
  { name: "calledServer", pattern: any },
  { name: "calledUniqueId", pattern: any },
  { name: "recordTime", pattern: any },
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["start", "connected", "ringSeconds", "caller", "direction", "called",
  "account", "internal", "callId", "continuation", "callCharge", "currency"]);

function localTime(text: string): LocalTime | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    text.split(/[/ :]/).map(Number);
  const local = { year, month, day, hour, minute, second };
  return isLocalTime(local) ? local : undefined;
}

function parties(read: Fields): Partial<CallLine> {
  const devices = [read["party1Device"], read["party2Device"]];
  const station = devices.find((device) => device?.startsWith("E") === true)?.slice(1);
  const trunk = devices.find((device) => device?.startsWith("T") === true);
  return present({ device: station, trunk });
}

function directionOf(read: Fields): CallLine["direction"] {
  if (read["internal"] === "1") return "internal";
  const trunks = [read["party1Device"], read["party2Device"]]
    .filter((device) => device?.startsWith("T") === true).length;
  if (trunks === 2) return "tandem";
  return read["direction"] === "I" ? "incoming" : "outgoing";
}

function read(found: Fields): CallLine | string {
  const start = found["start"] ?? "";
  const local = localTime(start);
  if (local === undefined) return "no such date or time";
  const [hours = 0, minutes = 0, seconds = 0] = (found["connected"] ?? "").split(":").map(Number);
  const durationMs = ((hours * 60 + minutes) * 60 + seconds) * 1_000;
  const { caller, called, account, callId, callCharge, currency } = found;
  return {
    phase: "completed", local, pbxTime: start, clock: "start", direction: directionOf(found),
    ...parties(found),
    ringMs: Number(found["ringSeconds"]) * 1_000, durationMs, answered: durationMs > 0,
    ...present({ callingNumber: caller, calledNumber: called, accountCode: account,
      cost: callCharge === undefined ? undefined : [callCharge, currency].join(" ").trim(),
      reference: callId, continued: found["continuation"] === "1" ? true : undefined }),
    privateFields: others(found, placed),
  };
}

export const avayaIpOffice: Format = {
  name: "avaya-ip-office",
  title: "Avaya IP Office",
  layouts: [{ kind: "csv", name: "smdr", fields, fieldsMin: 30 }],
  skips: [ruleLine, /^\s*Call Start,/i],
  begins: /\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d,/g,
  encoding: "utf8",
  dateOrder: "ymd",
  read,
};
