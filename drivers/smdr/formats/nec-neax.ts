/**
 * NEC NEAX 2400, IPX, SV8500: records KA (outgoing), KB (station to station) and KE (incoming) of
 * the normal format, by the byte numbers in the maker's manuals: column 1 is byte 0, which is STX
 * on the line and may be a blank here; the address `0!` stands behind it.
 * Assumed: dialled digits may reach to byte 93, where the manuals' figure ends the called number.
 * Assumed: in KE, more than eight digits together from byte 98 are the caller's number.
 */

import type { ColumnField, ColumnLayout, Fields } from "../layout.js";
import { clockOf, dateOf, others, present, timeOf } from "./fields.js";
import type { CallLine, Format } from "./format.js";
import type { LocalTime } from "../../../firmware/base/local-time.js";

const dateOrder = "mdy";
const digits = /^\d*$/;
const dial = /^[\d*#]*$/;
const stamp = /^\d{10}$/;
const year = /^(\d\d)?$/;
const any = /^[\dA-F ]*$/;

function field(name: string, from: number, to: number, pattern: RegExp): ColumnField {
  return { name, from, to, pattern };
}

function head(type: string, trunk: RegExp): readonly ColumnField[] {
  return [
    field("head", 1, 3, /^\u0002?(0!)?$/), field("type", 4, 5, new RegExp(`^${type}$`)),
    field("route", 6, 8, trunk), field("trunk", 9, 11, trunk),
    field("callerKind", 12, 12, /^[0-3]$/), field("tenant", 13, 14, digits),
    field("station", 15, 20, dial), field("start", 21, 30, stamp), field("end", 31, 40, stamp),
    field("account", 41, 50, dial), field("callerTenant", 51, 53, digits),
    field("conditions", 54, 56, type === "KB" ? /^\d[\d ]{0,2}$/ : /^\d{3}$/),
  ];
}

const routes: readonly ColumnField[] = [
  field("routeUsed", 57, 59, digits), field("routeFirst", 60, 62, digits),
];
const years: readonly ColumnField[] = [
  field("startYear", 117, 118, year), field("endYear", 119, 120, year),
];
const charge = [field("chargeUnit", 121, 121, /^[\dF]?$/), field("charge", 122, 127, digits)];

const layouts: readonly ColumnLayout[] = [
  { kind: "columns", name: "KA", fields: [
    ...head("KA", /^\d{1,3}$/), ...routes, field("dialled", 63, 94, /^[\d*#]+$/),
    field("pulses", 95, 98, digits), field("officeCalling", 99, 102, digits),
    field("officeBilling", 103, 106, digits), field("authorisation", 107, 116, dial),
    ...years, ...charge, field("attendant", 128, 131, digits),
  ] },
  { kind: "columns", name: "KB", fields: [
    ...head("KB", digits), field("between", 57, 62, any), field("calledTenant", 63, 64, digits),
    field("called", 65, 70, /^[\d*#]+$/), field("calledTenantLong", 71, 73, digits),
    field("rest", 74, 116, any), ...years, field("more", 121, 131, any),
  ] },
  { kind: "columns", name: "KE", fields: [
    ...head("KE", /^\d{1,3}$/), ...routes, field("dialled", 63, 94, dial),
    field("pulses", 95, 98, digits), field("caller", 99, 116, /^[\d*# ]*$/),
    ...years, ...charge, field("attendant", 128, 131, digits),
  ] },
];

const placed = new Set(["head", "route", "trunk", "station", "start", "end", "account", "startYear",
  "endYear", "called"]);

function clock(text: string, yearText: string | undefined): LocalTime | undefined {
  const day = dateOf(text.slice(0, 4), dateOrder);
  return clockOf(day === undefined || yearText === undefined ? day
    : { ...day, year: 2_000 + Number(yearText) }, timeOf(text.slice(4)));
}

const hourMs = 3_600_000;

/** Where years are not printed, one that ends on an earlier date ends in the next. */
function durationMs(start: LocalTime, end: LocalTime): number {
  const ms = (local: LocalTime, year: number): number => Date.UTC(year, (local.month ?? 1) - 1,
    local.day, local.hour, local.minute, local.second);
  const startYear = start.year ?? 2_000;
  const spanMs = ms(end, end.year ?? startYear) - ms(start, startYear);
  // Summer time ended during the call.
  if (spanMs < 0 && spanMs >= -hourMs) return spanMs + hourMs;
  return spanMs < 0 && end.year === undefined ? ms(end, startYear + 1) - ms(start, startYear)
    : spanMs;
}

/** Longer is no call but a damaged time. */
const durationMsMax = 10 * 24 * hourMs;

function parties(
  fields: Fields, layout: string,
): Pick<CallLine, "direction" | "callingNumber" | "calledNumber"> {
  const { station, called, dialled, caller } = fields;
  if (layout === "KB") {
    return { direction: "internal", ...present({ callingNumber: station, calledNumber: called }) };
  }
  if (layout === "KA") {
    return { direction: fields["callerKind"] === "2" ? "tandem" : "outgoing",
      ...present({ calledNumber: dialled }) };
  }
  return { direction: "incoming", ...present({ calledNumber: dialled,
    callingNumber: caller !== undefined && /^\S{9,}$/.test(caller) ? caller : undefined }) };
}

/** Zeros say that the network told none. */
function costOf({ charge = "", pulses = "" }: Fields): string | undefined {
  return /[1-9]/.test(charge) ? charge
    : /[1-9]/.test(pulses) ? `${String(Number(pulses))} units` : undefined;
}

function read(fields: Fields, _settings: unknown, layout: string): CallLine | string {
  const { start = "", end = "", startYear, endYear, route, trunk, station, account } = fields;
  const from = clock(start, startYear);
  const to = clock(end, endYear);
  if (from === undefined || to === undefined) return "no such date or time";
  const lastedMs = durationMs(from, to);
  if (lastedMs < 0 || lastedMs > durationMsMax) return "the end does not fit the start";
  const line = [route, trunk].filter((part) => part !== undefined).join("-");
  return {
    phase: "completed", local: from, clock: "start", pbxTime: `${startYear ?? ""}${start}`,
    ...parties(fields, layout), durationMs: lastedMs, answered: lastedMs > 0,
    ...present({ trunk: line === "" || layout === "KB" ? undefined : line,
      device: fields["callerKind"] === "2" && layout === "KA" ? undefined : station,
      transferred: /^[134]/.test(fields["conditions"] ?? "") ? true : undefined,
      accountCode: account, cost: costOf(fields) }),
    privateFields: others(fields, placed),
  };
}

export const necNeax: Format = {
  name: "nec-neax",
  title: "NEC NEAX 2400/IPX/SV8500",
  layouts,
  skips: [],
  begins: /(?:\u00020!|   )K[ABE]/g,
  tells: /K[ABE]/,
  encoding: "latin1",
  dateOrder,
  read,
};
