/**
 * Finished calls as a PBX prints them. On its own each becomes a record; on a link that also
 * gives events it completes the record built from them, under the same id, so that no call is
 * ever counted twice.
 */

import { callId } from "../model/identifiers.js";
import type { CallRecord, CompletedCall, NumberForms } from "../model/records.js";
import { recordId } from "./call-history.js";
import type { CallEntry, LinkPicture } from "./picture.js";

/** Records built from events that still wait for the PBX's own, per link. */
export const unprintedMax = 1_000;
/** A PBX prints the start to the minute, and its clock is not ours. */
export const matchWindowMs = 90_000;

type Forms = (raw: string) => NumberForms;

/** The record of a printed call that no events told of. */
export function recordOfPrinted(printed: CompletedCall, forms: Forms): CallRecord {
  const startedAtMs = Math.round(printed.startedAtMs);
  const ringMs = printed.ringMs ?? 0;
  const answeredAtMs = startedAtMs + ringMs;
  const inside = printed.device;
  // Where the PBX prints only the outside number, its station is the other party.
  const calling = printed.callingNumber ?? (printed.direction === "outgoing" ? inside : undefined);
  const called = printed.calledNumber ?? (printed.direction === "incoming" ? inside : undefined);
  return {
    id: printedId(printed, startedAtMs),
    link: printed.link, call: callId(printed.pbxReference ?? nameOf(printed)), source: "pbx",
    direction: printed.direction,
    ...(calling === undefined ? {} : { calling: forms(calling) }),
    ...(called === undefined ? {} : { called: forms(called) }),
    ...(printed.answered && printed.device !== undefined && printed.direction !== "outgoing"
      ? { answeredBy: printed.device } : {}),
    ...(printed.trunk === undefined ? {} : { networkInterface: printed.trunk }),
    startedAtMs,
    ...(printed.answered ? { answeredAtMs } : {}),
    endedAtMs: answeredAtMs + printed.durationMs,
    durationMs: printed.answered ? printed.durationMs : 0,
    ...(printed.ringMs === undefined ? {} : { ringMs: printed.ringMs }),
    endCause: "normalClearing",
    legs: printed.device === undefined ? [] : [{
      device: printed.device, number: forms(printed.device), states: printed.answered
        ? [{ state: "connected", cause: "normal", atMs: answeredAtMs },
          { state: "null", cause: "normalClearing", atMs: answeredAtMs + printed.durationMs }]
        : [{ state: "null", cause: "normalClearing", atMs: answeredAtMs + printed.durationMs }],
    }],
    marks: [], ...printedFields(printed),
  };
}

/** Of a record that is written because of this print; events may know the start better. */
export function printedId(printed: CompletedCall, startedAtMs: number): string {
  return recordId(startedAtMs, printed.link,
    `pbx-${placeOf(printed) ?? printed.pbxReference ?? nameOf(printed)}`);
}

function nameOf(printed: CompletedCall): string {
  return placeOf(printed) ?? [printed.device ?? "", printed.trunk ?? "",
    printed.calledNumber ?? "", String(printed.durationMs)].join("_");
}

/** As `placeOf` its print; undefined where events made the record. */
export function placeIn({ id, link }: CallRecord): string | undefined {
  const found = /^[0-9a-f]{11}-(.*)-pbx-(\d{12,20}\.\d{4,})$/s.exec(id);
  return found?.[1] === link ? found[2] : undefined;
}

const positionDigits = 12;
const ordinalDigits = 4;

/**
 * Where it stands in the raw bytes, and which record of the same bytes it is. Of one width: a
 * PBX prints minutes, and the calls of one minute sort by this.
 */
export function placeOf({ rawPosition, rawOrdinal = 0 }: CompletedCall): string | undefined {
  return rawPosition === undefined ? undefined
    : `${String(rawPosition).padStart(positionDigits, "0")}.`
      + String(rawOrdinal).padStart(ordinalDigits, "0");
}

function printedFields(
  printed: CompletedCall,
): Pick<CallRecord, "accountCode" | "cost" | "pbxTime" | "pbxClockOffsetMs" | "pbxReference"> {
  return {
    pbxTime: printed.pbxTime,
    ...(printed.pbxClockOffsetMs === undefined ? {}
      : { pbxClockOffsetMs: printed.pbxClockOffsetMs }),
    ...(printed.accountCode === undefined ? {} : { accountCode: printed.accountCode }),
    ...(printed.cost === undefined ? {} : { cost: printed.cost }),
    ...(printed.pbxReference === undefined ? {} : { pbxReference: printed.pbxReference }),
  };
}

/** The PBX is right about its own call: its duration and cost win, the legs stay ours. */
export function completed(record: CallRecord, printed: CompletedCall): CallRecord {
  return {
    ...record, source: "pbx",
    direction: record.direction === "unknown" ? printed.direction : record.direction,
    ...(printed.answered ? { durationMs: printed.durationMs } : {}),
    ...(printed.ringMs === undefined ? {} : { ringMs: printed.ringMs }),
    ...(printed.trunk === undefined || record.networkInterface !== undefined ? {}
      : { networkInterface: printed.trunk }),
    ...printedFields(printed),
  };
}

/** Records built from events, waiting for what their PBX may print about them. */
export class Unprinted {
  readonly #waiting = new Map<string, CallRecord>();

  add(record: CallRecord): void {
    this.#waiting.set(record.id, record);
    if (this.#waiting.size <= unprintedMax) return;
    for (const oldest of this.#waiting.keys()) {
      this.#waiting.delete(oldest);
      break;
    }
  }

  /** Finds and takes out the record that `printed` is about. */
  take(printed: CompletedCall): CallRecord | undefined {
    let best: CallRecord | undefined;
    let bestScore = Infinity;
    for (const record of this.#waiting.values()) {
      const score = distance(record, printed);
      if (score < bestScore) {
        best = record;
        bestScore = score;
      }
    }
    if (best !== undefined) this.#waiting.delete(best.id);
    return best;
  }
}

/** The call still in the picture of which the PBX has printed the end a moment too early. */
export function runningCallOf(
  picture: LinkPicture, printed: CompletedCall,
): CallEntry | undefined {
  const name = printed.call ?? printed.pbxReference;
  const named = name === undefined ? undefined : picture.calls.get(callId(name));
  if (named !== undefined) return named.history.printed === undefined ? named : undefined;
  if (printed.device === undefined) return undefined;
  let best: CallEntry | undefined;
  let bestMs = matchWindowMs;
  for (const call of picture.devices.get(printed.device)?.calls ?? []) {
    const apartMs = Math.abs(call.history.startedAtMs - printed.startedAtMs);
    if (call.history.printed !== undefined || apartMs > bestMs) continue;
    best = call;
    bestMs = apartMs;
  }
  return best;
}

/** Milliseconds between the two starts, or Infinity when they cannot be the same call. */
function distance(record: CallRecord, printed: CompletedCall): number {
  if (printed.call !== undefined) return printed.call === record.call ? -1 : Infinity;
  if (printed.pbxReference !== undefined && printed.pbxReference === record.call) return -1;
  const apartMs = Math.abs(record.startedAtMs - printed.startedAtMs);
  if (apartMs > matchWindowMs) return Infinity;
  if (printed.answered !== (record.answeredAtMs !== undefined)) return Infinity;
  if (printed.device !== undefined
    && !record.legs.some((leg) => leg.device === printed.device)) return Infinity;
  if (printed.answered
    && Math.abs(record.durationMs - printed.durationMs) > matchWindowMs) return Infinity;
  const texts = [record.calling?.raw, record.called?.raw, ...record.legs.map((leg) => leg.device)];
  for (const number of [printed.callingNumber, printed.calledNumber]) {
    if (number !== undefined && !texts.some((text) => sameEnd(text, number))) return Infinity;
  }
  return apartMs + (printed.answered ? Math.abs(record.durationMs - printed.durationMs) : 0);
}

/** PBXs print numbers with and without prefixes: the last digits decide. */
function sameEnd(a: string | undefined, b: string): boolean {
  if (a === undefined) return false;
  const left = a.replace(/\D/g, "");
  const right = b.replace(/\D/g, "");
  if (left === "" || right === "") return a === b;
  return left.endsWith(right.slice(-7)) || right.endsWith(left.slice(-7));
}
