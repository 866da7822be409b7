/**
 * Asterisk `cdr-csv/Master.csv`: one line per call record, from the order of places in the
 * documentation of `cdr_csv`. `uniqueid` and `userfield` are printed when switched on, the last
 * three places with `newcdrcolumns`.
 *
 * Assumed: the clock is that of the link's zone; with `usegmtime` the link's zone must be UTC.
 * Assumed: a channel named by two to six digits is a telephone, any other a trunk.
 * Assumed: what lies between start and answer is ringing.
 */

import type { CsvField, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format } from "./format.js";

const any = /^[^\u0000-\u001f]*$/;
const word = /^[^\u0000-\u001f,"]*$/;
const stamp = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/;
/** A call that could not be placed has a name alone. */
const channel = /^\w+(\/[^\u0000-\u001f,"]+)?$/;

const fields: readonly CsvField[] = [
  { name: "accountcode", pattern: word },
  { name: "src", pattern: word },
  { name: "dst", pattern: word },
  { name: "dcontext", pattern: word },
  { name: "clid", pattern: any },
  { name: "channel", pattern: channel },
  { name: "dstchannel", pattern: new RegExp(`^$|${channel.source}`) },
  { name: "lastapp", pattern: /^\w*$/ },
  { name: "lastdata", pattern: any },
  { name: "start", pattern: stamp },
  { name: "answer", pattern: new RegExp(`^$|${stamp.source}`) },
  { name: "end", pattern: stamp },
  { name: "duration", pattern: /^\d{1,7}$/ },
  { name: "billsec", pattern: /^\d{1,7}$/ },
  { name: "disposition", pattern: /^(ANSWERED|NO ANSWER|BUSY|FAILED|CONGESTION|UNKNOWN)$/ },
  { name: "amaflags", pattern: /^(DOCUMENTATION|BILLING|OMIT|IGNORE|DEFAULT|UNKNOWN|\d)$/i },
  { name: "uniqueid", pattern: word },
  { name: "userfield", pattern: any },
  { name: "peeraccount", pattern: word },
  { name: "linkedid", pattern: word },
  { name: "sequence", pattern: /^\d*$/ },
];

/** Fields with a place of their own in a call record; the rest travels as private data. */
const placed = new Set(["accountcode", "src", "dst", "start", "duration", "billsec", "uniqueid"]);

interface End {
  readonly name: string;
  readonly telephone: boolean;
}

/** `PJSIP/205-0000001a`, `Local/205@internal-0000001a;1`, `DAHDI/i1/0301234-5`. */
function endOf(text: string | undefined): End | undefined {
  const name = /^(?:AsyncGoto\/)?\w+\/([^@]+?)(?:@.*)?(?:-[0-9a-f]+(?:;[12])?)?$/i;
  const found = name.exec(text ?? "")?.[1];
  return found === undefined ? undefined : { name: found, telephone: /^\d{2,6}$/.test(found) };
}

function parties(read: Fields): Pick<CallLine, "direction" | "device" | "trunk"> {
  const from = endOf(read["channel"]);
  const to = endOf(read["dstchannel"]);
  const trunk = [from, to].find((end) => end?.telephone === false)?.name;
  const device = from?.telephone === true ? from.name
    : to?.telephone === true ? to.name : undefined;
  const direction = from === undefined ? "unknown"
    : from.telephone ? to === undefined ? "unknown" : to.telephone ? "internal" : "outgoing"
      : to === undefined || to.telephone ? "incoming" : "tandem";
  return { direction, ...present({ device, trunk }) };
}

function read(found: Fields): CallLine | string {
  const start = found["start"] ?? "";
  const [day, time] = start.split(" ");
  const local = clockOf(dateOf(day, "ymd"), timeOf(time));
  if (local === undefined) return "no such date or time";
  const seconds = Number(found["duration"]);
  const talked = Number(found["billsec"]);
  if (talked > seconds) return "longer answered than it lasted";
  const answered = found["disposition"] === "ANSWERED";
  return {
    phase: "completed", local, pbxTime: start, clock: "start", ...parties(found),
    ringMs: (answered ? seconds - talked : seconds) * 1_000,
    durationMs: answered ? talked * 1_000 : 0, answered,
    ...present({ callingNumber: found["src"], calledNumber: found["dst"],
      accountCode: found["accountcode"], reference: found["uniqueid"] }),
    privateFields: others(found, placed),
  };
}

export const asteriskCdr: Format = {
  name: "asterisk-cdr",
  title: "Asterisk cdr-csv",
  layouts: [{ kind: "csv", name: "master", fields, fieldsMin: 16 }],
  skips: [ruleLine, /^"?accountcode"?,/i],
  begins: /"(?=(?:[^",]*","){4}(?:[^"]|""){0,100}","\w+\/)/g,
  encoding: "utf8",
  dateOrder: "ymd",
  read,
};
