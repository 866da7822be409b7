/** What bytes say with options that are only tried: for whoever sets them. Pure. */

import { ok, type Result, type Text } from "../../firmware/base/result.js";
import type { OptionsTrial, TriedRecord } from "../../firmware/link/driver.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { smdrCodec, type SmdrLine } from "./codec.js";
import type { Format } from "./formats/format.js";
import { FramedDecoder } from "./framed-decoder.js";
import { openFraming } from "./framings/index.js";
import { splitCsv, type LineLayout } from "./layout.js";
import { completedCall, startOf } from "./map.js";
import { formatFor, settingsFor, smdrOptions } from "./options.js";
import { PrintedClock } from "./printed-clock.js";

/** Shown of either kind; more is counted. */
export const triedRecordsMax = 200;
export const rejectedMax = 50;
export const rejectedCharsMax = 256;
const foundCharsMax = 40;

type Rejected = OptionsTrial["rejected"][number];

export function tryOptions(
  options: unknown, bytes: Uint8Array, atMs: number,
): Result<OptionsTrial> {
  const parsed = smdrOptions.parse(options);
  if (!parsed.ok) return parsed;
  const format = formatFor(parsed.value);
  const codec = smdrCodec(format, settingsFor(parsed.value));
  const framing = openFraming(parsed.value, { datagrams: false, memory: {} });
  const decoder = new FramedDecoder(framing, codec.decoder());
  const only = onlyLayout(format);
  const clock = new PrintedClock(parsed.value.timeZone);
  const records: TriedRecord[] = [];
  const rejected: Rejected[] = [];
  for (const each of [...decoder.open(), ...decoder.push(bytes), ...decoder.end()]) {
    if (each.kind === "garbage") {
      rejected.push(rejection(each.bytes, each.reason, only));
    } else if (each.kind === "message") {
      const { fields, says } = each.message;
      records.push({ fields, phase: says.phase, ...callOf(each.message, clock, atMs),
        text: Buffer.from(codec.encode(each.message)).toString(format.encoding).trimEnd() });
    }
  }
  return ok({
    records: records.slice(-triedRecordsMax), recordsTotal: records.length,
    rejected: rejected.slice(-rejectedMax), rejectedTotal: rejected.length });
}

/** All lines came at one moment, as far as anybody knows. */
function callOf(
  { says }: SmdrLine, clock: PrintedClock, atMs: number,
): Pick<TriedRecord, "call"> {
  if (says.phase === "notice" || says.phase === "kept") return {};
  if (says.phase === "date") {
    clock.date(says, 0);
    return {};
  }
  const { link: _link, ...call } =
    completedCall(says, linkId(""), startOf(says, clock.momentMs(says.local, atMs, 0)), {});
  return { call };
}

/** Of one table can be told where a line breaks it; of several, nobody knows which was meant. */
function onlyLayout({ layouts }: Format): LineLayout | undefined {
  const [only] = layouts;
  return only === undefined || layouts.length > 1 || only.kind === "block"
    || only.kind === "headed" ? undefined : only;
}

function rejection(bytes: Uint8Array, reason: string, only: LineLayout | undefined): Rejected {
  const line = Buffer.from(bytes).toString("latin1");
  const why = only === undefined ? undefined : misfit(only, line);
  return { text: shown(line, rejectedCharsMax), reason: why ?? reason };
}

function shown(text: string, charsMax: number): string {
  return text.slice(0, charsMax).replace(/[^\x20-\x7e\xa0-\xff]/g, ".");
}

/** Where the line breaks the table; undefined where it fits, or where that cannot be told. */
function misfit(layout: LineLayout, line: string): Text | undefined {
  switch (layout.kind) {
    case "columns": {
      let next = 0;
      for (const { name, from, to, pattern } of layout.fields) {
        const gap = holds(line.slice(next, from - 1));
        if (gap !== undefined) {
          return both(`columns ${next + 1} to ${from - 1}, before ${name}`,
            `colonnes ${next + 1} à ${from - 1}, avant ${name}`, gap);
        }
        const text = line.slice(from - 1, to).trim();
        if (!pattern.test(text)) {
          return both(`${name}, columns ${from} to ${to}`,
            `${name}, colonnes ${from} à ${to}`, text);
        }
        next = to;
      }
      const rest = holds(line.slice(next));
      return rest === undefined ? undefined
        : both(`behind column ${next}`, `après la colonne ${next}`, rest);
    }
    case "tokens": {
      const tokens = line.split(/\s+/).filter((token) => token !== "");
      for (const { name, pattern, optional, rest } of layout.fields) {
        const fits = tokens[0] !== undefined && (rest === true || pattern.test(tokens[0]));
        if (fits) tokens.splice(0, rest === true ? tokens.length : 1);
        else if (optional !== true) return both(name, name, tokens[0] ?? "");
      }
      return tokens.length === 0 ? undefined
        : both("behind the last field", "après le dernier champ", tokens.join(" "));
    }
    case "label": return undefined;
    case "csv": {
      const places = splitCsv(line, layout.separator ?? ",") ?? [];
      if (places.length < layout.fieldsMin) {
        return { en: `${places.length} places found; the layout has ${layout.fieldsMin} at least`,
          fr: `${places.length} champs trouvés ; le format en a ${layout.fieldsMin} au moins` };
      }
      for (const [index, { name, pattern }] of layout.fields.entries()) {
        const text = (places[index] ?? "").trim();
        if (!pattern.test(text)) {
          return both(`${name}, place ${index + 1}`, `${name}, champ ${index + 1}`, text);
        }
      }
      return undefined;
    }
  }
}

/** Where, and what was found there. */
function both(en: string, fr: string, text: string): Text {
  const found = shown(text, foundCharsMax);
  return text === "" ? { en: `${en}: nothing found`, fr: `${fr} : rien trouvé` }
    : { en: `${en}: found "${found}"`, fr: `${fr} : trouvé « ${found} »` };
}

function holds(gap: string): string | undefined {
  return gap.trim() === "" ? undefined : gap.trim();
}
