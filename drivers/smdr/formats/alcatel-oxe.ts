/**
 * Alcatel-Lucent OmniPCX Enterprise: tickets of version ED5.2, 48 fields without separators, from
 * the published table of their widths and of the call types.
 * Assumed: each ticket is a line, and the access code of a ticket is its account code.
 */

import type { ColumnField, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format } from "./format.js";

const dateOrder = "ymd";
const digits = /^\d*$/;
const number = /^[\d*#+?A-Z]*$/;
const any = /^[^\u0000-\u001f]*$/;
const amount = /^[\d.,]*$/;
const moment = /^\d{8} \d\d:\d\d:\d\d$/;
const signed = /^[+-]?\d{1,5}$/;

const rows: readonly (readonly [string, number, RegExp])[] = [
  ["version", 5, /^ED5\.2$/], ["calledNumber", 30, number], ["chargedNumber", 30, number],
  ["chargedName", 20, any], ["costCenter", 10, any], ["company", 16, any],
  ["chargedNode", 5, digits], ["subaddress", 20, any], ["callingNumber", 30, number],
  ["callType", 2, /^\d{1,2}$/], ["costType", 1, /^\d?$/], ["end", 17, moment],
  ["units", 5, digits], ["cost", 10, amount], ["duration", 10, /^\d{1,10}$/],
  ["trunk", 5, digits], ["trunkGroup", 5, digits], ["trunkNode", 5, digits],
  ["personalOrBusiness", 1, /^\w?$/], ["accessCode", 16, number], ["chargeInfo", 7, any],
  ["bearer", 1, digits], ["highLayer", 2, digits], ["dataVolume", 10, digits],
  ["userToUserVolume", 5, digits], ["externalFacilities", 40, digits],
  ["internalFacilities", 40, digits], ["callReference", 10, digits], ["segments1", 10, digits],
  ["segments2", 10, digits], ["segments3", 10, digits], ["communication", 1, digits],
  ["x25In", 2, digits], ["x25Out", 2, digits], ["carrier", 2, digits],
  ["initialNumber", 30, number], ["waiting", 5, digits], ["effectiveDuration", 10, digits],
  ["redirected", 1, digits], ["start", 17, moment], ["actingExtension", 30, number],
  ["calledNode", 5, digits], ["callingNode", 5, digits], ["initialNode", 5, digits],
  ["actingNode", 5, digits], ["transitTrunkGroup", 5, digits], ["nodeTimeOffset", 6, signed],
  ["timeDelta", 6, signed],
];

function columns(): readonly ColumnField[] {
  let from = 1;
  return rows.map(([name, width, pattern]) => {
    from += width;
    return { name, from: from - width, to: from - 1, pattern };
  });
}

/** By call type: public and private, direct and through the private network. */
const directions: readonly CallLine["direction"][] = [
  "outgoing", "outgoing", "internal", "internal", "incoming", "incoming", "unknown", "outgoing",
  "outgoing", "incoming", "incoming", "outgoing", "incoming", "incoming", "internal", "tandem",
];

const placed = new Set(["version", "calledNumber", "chargedNumber", "callingNumber", "cost",
  "duration", "effectiveDuration", "trunk", "trunkGroup", "accessCode", "waiting", "start"]);

function read(fields: Fields): CallLine | string {
  const { start = "", callType, trunk, trunkGroup, waiting, cost, accessCode } = fields;
  const [day = "", time = ""] = start.split(" ");
  const run = `${day.slice(0, 4)}/${day.slice(4, 6)}/${day.slice(6)}`;
  const local = clockOf(dateOf(run, dateOrder), timeOf(time));
  if (local === undefined) return "no such date or time";
  const direction = directions[Number(callType)];
  if (direction === undefined) return "no such call type";
  const durationMs = Number(fields["effectiveDuration"] ?? fields["duration"]) * 1_000;
  const line = [trunkGroup, trunk].filter((part) => part !== undefined).join("-");
  return {
    phase: "completed", local, clock: "start", pbxTime: start, direction, durationMs,
    answered: durationMs > 0,
    ...present({ device: fields["chargedNumber"],
      trunk: line === "" || direction === "internal" ? undefined : line,
      callingNumber: fields["callingNumber"], calledNumber: fields["calledNumber"],
      ringMs: waiting === undefined ? undefined : Number(waiting) * 1_000,
      cost: cost === undefined || Number(cost) === 0 ? undefined : cost,
      accountCode: accessCode }),
    privateFields: others(fields, placed),
  };
}

export const alcatelOxe: Format = {
  name: "alcatel-oxe",
  title: "Alcatel-Lucent OmniPCX Enterprise",
  layouts: [{ kind: "columns", name: "ED5.2", fields: columns() }],
  skips: [ruleLine],
  begins: /ED5\.2[\d*#+ ]/g,
  encoding: "latin1",
  dateOrder,
  read,
};
