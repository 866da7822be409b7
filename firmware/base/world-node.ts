/** The real world: the machine's clock, its randomness, and a JSON log on a stream. */

import { randomBytes, randomInt } from "node:crypto";
import { maskNumbers } from "./mask.js";
import type { Cancellable, Clock, Log, LogFields, LogLevel, Random, World } from "./world.js";

const levels: readonly LogLevel[] = ["debug", "info", "warn", "error"];
const timerMsMax = 2_147_483_647;

const clock: Clock = {
  monotonicMs: () => performance.now(),
  wall: () => new Date(),
  after(delayMs: number, _name: string, run: () => void): Cancellable {
    const timer = setTimeout(run, Math.min(Math.max(0, delayMs), timerMsMax));
    return { cancel: () => { clearTimeout(timer); } };
  },
};

const random: Random = {
  integer: (below) => randomInt(below),
  bytes: (count) => randomBytes(count),
};

/** One JSON object a line. Above debug level, telephone numbers in fields are masked. */
export function jsonLog(write: (line: string) => void, least: LogLevel): Log {
  return {
    event(name: string, fields: LogFields = {}, level: LogLevel = "info"): void {
      if (levels.indexOf(level) < levels.indexOf(least)) return;
      const shown: Record<string, unknown> = { at: new Date().toISOString(), level, event: name };
      for (const [key, value] of Object.entries(fields)) {
        shown[key] = typeof value === "bigint" ? value.toString() : value;
      }
      const mask = level === "debug" ? (text: string) => text : maskNumbers;
      write(`${JSON.stringify(shown, (key, value: unknown) =>
        typeof value === "string" && key !== "at" && key !== "event" ? mask(value) : value)}\n`);
    },
  };
}

export function nodeWorld(write: (line: string) => void, least: LogLevel): World {
  return { clock, random, log: jsonLog(write, least) };
}
