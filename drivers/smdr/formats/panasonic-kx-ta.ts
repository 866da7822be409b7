/**
 * Panasonic KX-TA, KX-TES, KX-TEM (88 columns): date, start, extension, line, number, duration,
 * code. From the example and explanations in the maker's documentation. The exact columns are not
 * published, so fields are found by blanks.
 *
 * Assumed: the code is an account code or four dots.
 * Assumed: a caller's number stands behind `<incoming>`.
 * Assumed: of models that print a ring time it stands before the duration, as M'SS.
 */

import type { Fields, TokenLayout } from "../layout.js";
import { clockOf, dateOf, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";

/** `< DISA incoming >` holds blanks, so all behind the line is taken apart here. */
const kindOf = "<\\s*(?:[A-Z]+\\s+)?(?:incoming|waiting)\\s*>";
const tail = new RegExp(`^(?:(?:(?<incoming>${kindOf})\\s*(?<caller>[\\d*#+]+(?=\\s))?`
  + "|(?<dialled>[\\d*#P=.X-]+(?=\\s)))\\s*)?(?:(?<ring>\\d{1,2}'\\d\\d)\\s+)?"
  + "(?<duration>\\d\\d:\\d\\d'\\d\\d)\\s+(?<code>\\d+|\\.(?: ?\\.){3})$", "i");

const layout: TokenLayout = { kind: "tokens", name: "smdr", fields: [
  { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ },
  { name: "time", pattern: /^\*?\d{1,2}:\d\d([AP]M)?$/ },
  { name: "extension", pattern: /^(\d{2,4}B?|C-\d\d)$/ },
  { name: "line", pattern: /^\d\d?$/ },
  { name: "tail", pattern: tail, rest: true },
] };

function read(found: Fields, settings: FormatSettings): CallLine | string {
  const { date: day = "", time = "", extension } = found;
  const date = dateOf(day, settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(time.replace("*", "")));
  if (local === undefined) return "no such date or time in the configured order";
  const parts = tail.exec(found["tail"] ?? "")?.groups ?? {};
  const { incoming, caller, dialled, ring, duration, code } = parts;
  const durationMs = spanMs(duration) ?? 0;
  // Who waits for a group is told again, in a record of its own, when answered.
  const waiting = incoming !== undefined && /waiting/i.test(incoming);
  const kind = incoming?.replace(/[<>]/g, "").trim().replace(/\s+/g, " ");
  return {
    phase: "completed", local, pbxTime: `${day} ${time}`, clock: "start",
    direction: incoming !== undefined ? "incoming" : dialled !== undefined ? "outgoing"
      : "unknown",
    durationMs: waiting ? 0 : durationMs, answered: !waiting && durationMs > 0,
    ...present({ device: extension?.replace(/B$/, ""), trunk: found["line"],
      callingNumber: caller, calledNumber: dialled, ringMs: waiting ? durationMs : spanMs(ring),
      transferred: time.startsWith("*") ? true : undefined,
      accountCode: code !== undefined && /^\d/.test(code) ? code : undefined }),
    privateFields: present({ kind,
      builtInVoice: extension?.endsWith("B") === true ? extension : undefined }),
  };
}

export const panasonicKxTa: Format = {
  name: "panasonic-kx-ta",
  title: "Panasonic KX-TA/TES/TEM",
  layouts: [layout],
  skips: [ruleLine, /^\s*Date\s+Time\s+Ext\b/i],
  begins: /\d\d\/\d\d\/\d\d (?=[ *\d]?\d{1,2}:\d\d)/g,
  encoding: "latin1",
  dateOrder,
  read,
};
