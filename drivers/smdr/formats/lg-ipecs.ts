/**
 * LG, LG-Ericsson ipLDK and iPECS, by tokens: number of the record (may be switched off), station,
 * trunk, time, start, mark and number; widths and the order of the date are programmed. From the
 * headings and marks in the maker's documentation.
 *
 * Assumed: the number of the record counts to 9999 and begins again.
 * Assumed: T tells a transferred call of either direction.
 * Assumed: an internal record prints no trunk.
 * Assumed: with R, G and H the caller gave up: R and G were never answered, H was held or
 * transferred (the number behind H is who held it).
 * Assumed: fields are padded to columns, or parted by one blank; one that is wider than its columns
 * leaves one blank behind it.
 */

import type { Fields, TokenField, TokenLayout } from "../layout.js";
import { clockOf, dateOf, present, spanMs, timeOf } from "./fields.js";
import { ruleLine, type CallLine, type Format, type FormatSettings } from "./format.js";

const dateOrder = "dmy";

const head: readonly TokenField[] = [
  { name: "number", pattern: /^\d{4}$/, optional: true },
  { name: "station", pattern: /^(\d{2,5}|EXT)$/ },
];
const times: readonly TokenField[] = [
  { name: "duration", pattern: /^(\d\d:)?\d\d:\d\d$/ },
  { name: "date", pattern: /^\d\d\/\d\d\/\d\d$/ },
  { name: "time", pattern: /^\d\d:\d\d(:\d\d)?$/ },
];

function layout(
  name: string, trunk: readonly TokenField[], marks: string, optional: boolean,
): TokenLayout {
  return { kind: "tokens", name, fields: [...head, ...trunk, ...times,
    { name: "dialled", pattern: new RegExp(`^[${marks}][\\d*#+.X]*$`) },
    // RING mm:ss, cost, account code, second number.
    ...(optional ? [{ name: "more", pattern: /^[\w:.,*#+ -]+$/, optional: true,
      rest: true } as const] : [])] };
}

const layouts: readonly TokenLayout[] = [
  layout("external", [{ name: "trunk", pattern: /^\d{2,3}$/ }], "OIRTGH", true),
  layout("internal", [], "EPS", false),
];

interface More {
  readonly ringMs: number | undefined;
  readonly cost: string | undefined;
  /** Printed with an A before it. */
  readonly account: string | undefined;
  /** A second number, with its mark. */
  readonly second: string | undefined;
  readonly rest: string | undefined;
}

function moreOf(text: string | undefined): More {
  const ring = /\bRI?NG (\d\d:\d\d)(?!\S)/.exec(text ?? "");
  const left = (ring === null ? text ?? "" : (text ?? "").replace(ring[0], ""))
    .split(/\s+/).filter((part) => part !== "");
  const take = (looks: RegExp): string | undefined => {
    const at = left.findIndex((part) => looks.test(part));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  return { ringMs: spanMs(ring?.[1]), second: take(/^[OIRTGH][\d*#+.X]+$/),
    account: take(/^A[\d*#]{1,12}$/)?.slice(1), cost: take(/^\d{1,7}([.,]\d{1,3})?$/),
    rest: left.length === 0 ? undefined : left.join(" ") };
}

function directionOf(mark: string): CallLine["direction"] {
  if (/[EPS]/.test(mark)) return "internal";
  return mark === "O" ? "outgoing" : mark === "T" ? "unknown" : "incoming";
}

function read(found: Fields, settings: FormatSettings): CallLine | string {
  const date = dateOf(found["date"], settings.dateOrder ?? dateOrder);
  const local = date === undefined ? undefined : clockOf(date, timeOf(found["time"]));
  if (local === undefined) return "no such date or time in the configured order";
  const { dialled = "", station, number } = found;
  const mark = dialled.slice(0, 1);
  const party = dialled.length > 1 ? dialled.slice(1) : undefined;
  const { ringMs, cost, account, second, rest } = moreOf(found["more"]);
  const direction = directionOf(mark);
  const lost = mark === "R" || mark === "G";
  const toOwn = /[GRH]/.test(mark);
  const incoming = direction === "incoming";
  return {
    phase: "completed", local, pbxTime: `${found["date"] ?? ""} ${found["time"] ?? ""}`,
    clock: "start", direction, durationMs: lost ? 0 : spanMs(found["duration"]) ?? 0,
    answered: !lost,
    ...present({ device: station === "EXT" ? undefined : station, trunk: found["trunk"],
      callingNumber: incoming && !toOwn ? party : incoming ? second?.slice(1) : undefined,
      calledNumber: incoming ? toOwn ? party : undefined : party,
      ringMs, cost, accountCode: account,
      transferred: mark === "T" || (mark === "H" && party !== undefined && party !== station)
        ? true : undefined,
      sequence: number === undefined ? undefined
        : { number: Number(number), modulus: 10_000 } }),
    privateFields: { mark, ...present({ more: rest, second,
      lasted: lost ? found["duration"] : undefined }) },
  };
}

export const lgIpecs: Format = {
  name: "lg-ipecs",
  title: "LG/Ericsson ipLDK/iPECS",
  layouts,
  skips: [ruleLine, /^\s*(NO\s+)?STA\s+CO\s+TIME\b/i],
  begins: /(?:\d{4} +)?(?:\d{2,5}|EXT)(?: +\d{2,3})? +[\d:]{5,8} +\d\d\/\d\d\//g,
  steady: { external: "external", internal: "internal" },
  encoding: "latin1",
  dateOrder,
  read,
};
