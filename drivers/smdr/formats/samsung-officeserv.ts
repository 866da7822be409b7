/**
 * Samsung DCS and OfficeServ, by tokens: columns differ by release and by what is printed
 * (authorization code, caller's number). From the headings and flags in the maker's documentation.
 *
 * Assumed: the time an abandoned call lasted is the time it rang.
 * Assumed: T and TT tell incoming calls, as they print the caller.
 * Assumed: of two numbers behind an incoming flag the last is the caller; what the first is
 * (dialled-in number or account code) cannot be told by tokens, so `tail` keeps all as printed.
 * Assumed: fields are padded to columns, or parted by one blank; one that is wider than its columns
 * leaves one blank behind it.
 */

import type { Fields, TokenLayout } from "../layout.js";
import { clockOf, dateOf, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "mdy";
const numberLike = /^[\d*#+]+$/;
/** No date and time: they are of another record. */
const tailText = /^(?!.*\d\d\/\d\d \d\d:\d\d:\d\d)[^\u0000-\u001f]+$/;

const layout: TokenLayout = { kind: "tokens", name: "smdr", fields: [
  { name: "extension", pattern: /^\d{2,4}$/, optional: true },
  { name: "authorization", pattern: /^[\d*]{2,10}$/, optional: true },
  { name: "trunk", pattern: /^\d{2,4}$/ },
  { name: "date", pattern: /^\d\d\/\d\d$/ },
  { name: "time", pattern: /^\d\d:\d\d:\d\d$/ },
  { name: "duration", pattern: /^\d\d:\d\d:\d\d$/ },
  { name: "flag", pattern: /^(O|I|T|IT|OT|TT|DI|DO|DE|FI|FO|A)$/ },
  { name: "tail", pattern: tailText, optional: true, rest: true },
] };

interface Tail {
  readonly numbers: readonly string[];
  readonly name: string | undefined;
}

/** Numbers, then perhaps a name with blanks in it. */
function tailOf(text: string | undefined): Tail {
  const tokens = text?.split(/\s+/) ?? [];
  const from = tokens.findIndex((token) => !numberLike.test(token));
  const named = from < 0 ? [] : tokens.slice(from);
  return { numbers: from < 0 ? tokens : tokens.slice(0, from),
    name: named.length === 0 ? undefined : named.join(" ") };
}

function read(found: Fields, settings: FormatSettings): CallLine | string {
  const { flag = "", tail } = found;
  const date = dateOf(found["date"], settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(found["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const outgoing = /^(O|OT|DO|FO)$/.test(flag);
  const abandoned = flag === "A";
  if (!abandoned && found["extension"] === undefined) return "no extension";
  const { numbers, name } = tailOf(tail);
  const durationMs = spanMs(found["duration"]) ?? 0;
  return {
    phase: "completed", local, pbxTime: `${found["date"] ?? ""} ${found["time"] ?? ""}`,
    clock: "start", direction: outgoing ? "outgoing" : "incoming",
    durationMs: abandoned ? 0 : durationMs, answered: !abandoned && durationMs > 0,
    ...present({ device: found["extension"], trunk: found["trunk"],
      callingNumber: outgoing ? undefined : numbers.at(-1),
      calledNumber: outgoing ? numbers[0] : undefined,
      accountCode: outgoing ? numbers[1] : undefined,
      ringMs: abandoned ? durationMs : undefined,
      transferred: /^(T|IT|OT|TT)$/.test(flag) ? true : undefined }),
    privateFields: { flag, ...present({ authorization: found["authorization"],
      callerName: name, tail: numbers.length > 1 ? tail : undefined }) },
  };
}

export const samsungOfficeserv: Format = {
  name: "samsung-officeserv",
  title: "Samsung DCS/OfficeServ",
  layouts: [layout],
  skips: [ruleLine, /^\s*EXT\s+AUTH\b/i, /^\s*SMDR REPORT\b/i, /^\s*CID NAME\b/i,
    /\b(IN|OUT) (GROUP|DND)\b/],
  begins: /(?:(?<=[^ ]) +)?\d{2,4}(?= +[\d*]* *[\d*]* *\d\d\/\d\d )/g,
  steady: { smdr: "smdr" },
  encoding: "latin1",
  dateOrder,
  read,
};
