/**
 * Alcatel-Lucent OmniPCX Office (OXO): lines of the V.24 statement. Which fields are printed is
 * set in the PBX, so they are told by their look, in the order of the maker's description; the
 * first nine and the number are printed by default, each padded to a width of its own. A page's
 * headings and the count of the day's lines are skipped. The ticket of several lines, in words of
 * the PBX's language, is read by a layout of one's own (`CUSTOM-LAYOUT.md`).
 * Assumed: time and date are those of the start, and units are printed even when they are zero.
 * Assumed: services and facilities are printed as words of letters (data: T+), each without a
 * blank.
 * Assumed: X among the facilities says that the call was transferred.
 */

import type { Fields, TokenLayout } from "../layout.js";
import { clockOf, dateOf, others, present, spanMs, timeOf } from "./fields.js";
import {
  ruleLine, type CallLine, type Format, type FormatSettings, type NoticeLine,
} from "./format.js";

const dateOrder = "dmy";
const word = /^[A-Z][A-Z/+]{0,9}$/;

const layout: TokenLayout = { kind: "tokens", name: "statement", fields: [
  { name: "initialUser", pattern: /^(\*{4,9}|A\d{1,8}|G\d{1,2})$/, optional: true },
  // A a set; L analog line, N basic access, P primary access, V voice over IP.
  { name: "chargedUser", pattern: /^(A\d{1,8}|[LNPV]\d{2,3}|G\d{1,2})$/ },
  { name: "type", pattern: /^(-->|<--|CS[+-])$/ },
  { name: "line", pattern: /^([LNPV](\d{2,3}|\*\*)|R|CH)$/ },
  { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ },
  { name: "time", pattern: /^\d\d:\d\d(:\d\d)?$/ },
  { name: "duration", pattern: /^\d\d:[0-5]\d:[0-5]\d$/ },
  { name: "units", pattern: /^\d{1,5}$/ },
  { name: "services", pattern: word, optional: true },
  { name: "facilities", pattern: word, optional: true },
  { name: "number", pattern: /^[\d*#+.?]{1,26}$/, optional: true },
  { name: "mode", pattern: /^[MIR]$/, optional: true },
  { name: "ring", pattern: /^\d\d:[0-5]\d$/, optional: true },
  { name: "cost", pattern: /^\d{1,7}[.,]\d{1,2}$/, optional: true },
  { name: "account", pattern: /^\d{1,16}$/, optional: true },
  { name: "name", pattern: /^[^\u0000-\u001f\d][^\u0000-\u001f]{0,15}$/, optional: true,
    rest: true },
] };

const placed = new Set(["chargedUser", "line", "date", "time", "duration", "number", "ring",
  "cost", "account"]);

/** Sets without the letter before their number. */
function user(text: string | undefined): string | undefined {
  return text === undefined || text.startsWith("*") ? undefined : text.replace(/^A/, "");
}

function read(fields: Fields, settings: FormatSettings): CallLine | NoticeLine | string {
  const day = dateOf(fields["date"], settings.dateOrder ?? dateOrder);
  const local = clockOf(day, timeOf(fields["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const { type = "", chargedUser = "", initialUser, number, ring, cost, account, line } = fields;
  const transferred = fields["facilities"]?.includes("X") === true;
  if (type.startsWith("CS")) {
    return { phase: "notice", notice: "information", text: `${chargedUser} ${
      type === "CS+" ? "requested" : "cancelled"} a complementary service` };
  }
  const incoming = type === "<--";
  const transit = /^[LNPV]/.test(chargedUser);
  const durationMs = spanMs(fields["duration"]) ?? 0;
  return {
    phase: "completed", local, clock: "start",
    pbxTime: `${fields["date"] ?? ""} ${fields["time"] ?? ""}`,
    direction: transit ? "tandem" : incoming ? "incoming" : "outgoing",
    durationMs, answered: durationMs > 0,
    ...present({ device: transit ? undefined : user(chargedUser), trunk: line,
      callingNumber: incoming ? number : undefined,
      calledNumber: incoming ? user(initialUser) : number,
      ringMs: spanMs(ring), cost, accountCode: account }),
    ...(transferred ? { transferred } : {}),
    privateFields: { ...others(fields, placed), ...(transit ? { otherLine: chargedUser } : {}) },
  };
}

export const alcatelOxo: Format = {
  name: "alcatel-oxo",
  title: "Alcatel-Lucent OmniPCX Office",
  layouts: [layout],
  // Headings take two lines, parted by bars; a page's foot is the count of the day's lines.
  skips: [ruleLine, /^[\s|I-]+$/, /^ {20,}\d{1,5}\s*$/,
    new RegExp(`^[\\s|I]*(${["CHARGED", "INITIAL", "USER", "SUB", "TYPE?", "DATE", "LINE", "MODE",
      "RING", "COST", "BUSIN", "NODE", "OPE"].join("|")})\\b[^\\d]*$`, "i")],
  begins: /([AG*]\S{1,8} +)?[AGLNPV]\d{1,8} +(-->|<--|CS[+-]) /g,
  steady: { statement: "statement" },
  encoding: "latin1",
  dateOrder,
  read,
};
