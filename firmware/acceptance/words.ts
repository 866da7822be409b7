/** How a report words what it shows people. */

import { inEachLanguage, type Text } from "../base/result.js";
import { shownAt } from "../base/local-time.js";
import type { CallEvent } from "../model/events.js";
import type { CallRecord, Direction } from "../model/records.js";
import type { Outcome, Verdict } from "./report.js";

export const outcomeWords: Readonly<Record<Outcome, Text>> = {
  "passed": { en: "passed", fr: "réussi" }, "failed": { en: "failed", fr: "échoué" },
  "not-run": { en: "not run", fr: "non fait" },
};

export const verdictWords: Readonly<Record<Verdict, Text>> = {
  passed: { en: "Passed: every test was run and passed.",
    fr: "Réussi : tous les essais ont été faits et réussis." },
  failed: { en: "Failed: at least one test failed.", fr: "Échoué : au moins un essai a échoué." },
  incomplete: { en: "Incomplete: nothing failed, but not every test was run.",
    fr: "Incomplet : rien n'a échoué, mais tout n'a pas été essayé." },
};

const directions: Readonly<Record<Direction, Text>> = {
  incoming: { en: "incoming", fr: "entrant" }, outgoing: { en: "outgoing", fr: "sortant" },
  internal: { en: "internal", fr: "interne" }, tandem: { en: "transit", fr: "transit" },
  unknown: { en: "direction not known", fr: "sens inconnu" },
};

/** `2026-11-29 22:40:12`, as a clock in the zone shows it. */
export function localText(ms: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = shownAt(ms, timeZone);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`;
}

/** `22:40:12` */
export function clockText(ms: number, timeZone: string): string {
  return localText(ms, timeZone).slice(-8);
}

const line = "\n".charCodeAt(0);
const shownCharsMax = 400;

/** Bytes as a person can read them: Latin-1, a dot for what has no shape; the end of them. */
export function bytesText(bytes: Uint8Array): string {
  const text = [...bytes].map((byte) =>
    byte === line || byte >= 0x20 && byte < 0x7f || byte >= 0xa0 ? String.fromCharCode(byte)
      : byte === 0x0d ? "" : ".").join("").trim();
  return text.length <= shownCharsMax ? text : `…${text.slice(-shownCharsMax)}`;
}

/** A call record as one sentence. */
export function recordText(record: CallRecord, timeZone: string): Text {
  const { direction, calling, called, answeredBy, startedAtMs, durationMs } = record;
  const from = calling?.raw ?? "";
  const to = called?.raw ?? answeredBy ?? "";
  return inEachLanguage((words, language) => {
    const say = (en: string, fr: string): string => language === "en" ? en : fr;
    return [words(directions[direction]),
      ...from === "" ? [] : [say(`from ${from}`, `de ${from}`)],
      ...to === "" ? [] : [say(`to ${to}`, `vers ${to}`)],
      ...answeredBy === undefined || answeredBy === to ? []
        : [say(`answered by ${answeredBy}`, `pris par ${answeredBy}`)],
      say(`began ${localText(startedAtMs, timeZone)}`,
        `débuté ${localText(startedAtMs, timeZone)}`),
      say(`lasted ${Math.round(durationMs / 1_000)} s`, `duré ${Math.round(durationMs / 1_000)} s`),
    ].join(", ");
  });
}

/** An event as one sentence: its CSTA name and the devices that stand in it. */
export function eventText(event: CallEvent, numbers: readonly string[]): string {
  return [event.type, ...numbers].join(" ").slice(0, shownCharsMax);
}
