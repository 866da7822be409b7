/**
 * Lamps and buzzer of a board that has them. Which lamp is lit says `signalsOf`, which is pure; a
 * lamp is one of the kernel's LEDs whose name ends in its function, as its own list of functions
 * has them (`green:status`, `board:red:fault`), however it hangs at a GPIO.
 */

import { readdirSync, writeFileSync } from "node:fs";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";

export interface Signals {
  /** The gateway answers. Blinks while it starts or a new version is on trial. */
  readonly status: "on" | "blink";
  /** There is an alarm. */
  readonly fault: "on" | "off";
}

export interface FrontPanel {
  show(signals: Signals): void;
  beep(count: number): void;
}

export function signalsOf(facts: ConsoleFacts | undefined): Signals {
  return { status: facts === undefined || facts.stage === "on-trial" ? "blink" : "on",
    fault: facts !== undefined && facts.alarms > 0 ? "on" : "off" };
}

/** Once when an alarm comes, twice when the gateway is ready. */
export function beepsOf(before: Signals | undefined, now: Signals): number {
  if (now.fault === "on" && before?.fault !== "on") return 1;
  return now.status === "on" && before?.status === "blink" ? 2 : 0;
}

const beepHertz = 1_000;
/** Of linux/input-event-codes.h. */
const [soundEvent, tone] = [0x12, 0x02];

/** An event of linux/input.h on a 64-bit machine: time (16 bytes, no matter), type, code, value. */
export function toneEvent(hertz: number): Buffer {
  const event = Buffer.alloc(24);
  event.writeUInt16LE(soundEvent, 16);
  event.writeUInt16LE(tone, 18);
  event.writeInt32LE(hertz, 20);
  return event;
}

/** The kernel's LEDs below `leds`; `sound` is the buzzer's event device, where there is one. */
export function kernelPanel(
  leds: string, sound: string | undefined, pause: (run: () => void) => void,
): FrontPanel {
  const set = (lamp: string, attribute: string, value: string): void => {
    writeFileSync(`${leds}/${lamp}/${attribute}`, value);
  };
  return {
    show: (signals) => {
      for (const lamp of readdirSync(leds)) {
        const meant = /:status$/.test(lamp) ? signals.status
          : /:(fault|alarm)$/.test(lamp) ? signals.fault : undefined;
        if (meant === undefined) continue;
        set(lamp, "trigger", meant === "blink" ? "timer" : "none");
        if (meant !== "blink") set(lamp, "brightness", meant === "on" ? "1" : "0");
      }
    },
    beep: (count) => {
      if (sound === undefined) return;
      const next = (left: number): void => {
        if (left === 0) return;
        writeFileSync(sound, toneEvent(beepHertz));
        pause(() => {
          writeFileSync(sound, toneEvent(0));
          pause(() => { next(left - 1); });
        });
      };
      next(count);
    },
  };
}
