/** Values of the API as words: enums, times, durations, sizes, parties. */

import type { DescEnum } from "@bufbuild/protobuf";
import { durationMs, timestampMs, type Duration, type Timestamp } from "@bufbuild/protobuf/wkt";
import type { ModemLines } from "../../proto/gen/cti/gateway/v1/ports_pb.js";
import type { ConnectionId, NumberForms } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { usageFailure } from "./failure.js";
import type { Session } from "./session.js";

/** `LINK_STATE_NOT_READY` is `not-ready`; the zero value is empty. */
export function enumWord(descriptor: DescEnum, value: number): string {
  return value === 0 ? "" : wordOf(descriptor, value);
}

function wordOf(descriptor: DescEnum, value: number): string {
  const found = descriptor.value[value];
  if (found === undefined) return String(value);
  const prefix = descriptor.sharedPrefix ?? "";
  const name = found.name.toLowerCase();
  return (name.startsWith(prefix) ? name.slice(prefix.length) : name).replaceAll("_", "-");
}

/** The words of an enum that a person may type. */
export function enumChoices(descriptor: DescEnum): readonly string[] {
  return descriptor.values.filter(({ number }) => number !== 0)
    .map(({ number }) => wordOf(descriptor, number));
}

/** The value of a word; commander has checked it against the choices. */
export function enumValue(descriptor: DescEnum, word: string): number {
  const found = descriptor.values.find(({ number }) =>
    number !== 0 && wordOf(descriptor, number) === word);
  if (found === undefined) {
    throw usageFailure(`"${word}" is none of ${enumChoices(descriptor).join(", ")}`);
  }
  return found.number;
}

export function partyText(party: NumberForms | undefined): string {
  if (party === undefined) return "";
  const number = party.display === "" ? party.raw : party.display;
  if (party.name === "") return number;
  return number === "" ? party.name : `${party.name} <${number}>`;
}

export function connectionText(connection: ConnectionId | undefined): string {
  return connection === undefined ? "" : `${connection.device} @ ${connection.call}`;
}

export function timeText(
  at: Timestamp | undefined, environment: { localTime(ms: number): string },
): string {
  return at === undefined ? "" : environment.localTime(timestampMs(at));
}

/** `1:02:03`, or `2:03` below an hour. */
export function durationText(duration: Duration | undefined): string {
  if (duration === undefined) return "";
  const seconds = Math.round(durationMs(duration) / 1_000);
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3_600);
  const minutes = Math.floor(seconds / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

const byteUnits = ["B", "kB", "MB", "GB", "TB"];

export function bytesText(bytes: bigint | number): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1_000 && unit < byteUnits.length - 1) {
    value /= 1_000;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${byteUnits[unit] ?? ""}`;
}

const unitMs: Readonly<Record<string, number>> = {
  s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000,
};

/** `90s`, `10m`, `2h`, `7d`; a bare number is seconds. */
export function parseDurationMs(text: string): number {
  const found = /^(\d+(?:\.\d+)?)\s*([smhdw]?)$/.exec(text);
  if (found === null) throw usageFailure(`"${text}" is no duration; expected 90s, 10m, 2h or 7d`);
  return Math.round(Number(found[1]) * (unitMs[found[2] === "" ? "s" : found[2] ?? "s"] ?? 1_000));
}

/** `CTS up, DSR down, DCD down`; RI where it is told. */
export function modemLinesText(
  lines: Pick<ModemLines, "cts" | "dsr" | "dcd" | "ri">, session: Session,
): string {
  return (["cts", "dsr", "dcd", "ri"] as const).flatMap((name) => lines[name] === undefined ? []
    : [`${name.toUpperCase()} ${session.say(lines[name] ? ["up", "actif"] : ["down", "inactif"])}`])
    .join(", ");
}
