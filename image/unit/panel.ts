/** Shows on the board's lamps what the console shows in words. */

import { existsSync, readFileSync } from "node:fs";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";
import { beepsOf, kernelPanel, signalsOf, type Signals } from "./front-panel.js";

const lookEveryMs = 2_000;
const beepMs = 150;
const sound = "/dev/input/by-path/platform-pcspkr-event-spkr";
const panel = kernelPanel("/sys/class/leds", existsSync(sound) ? sound : undefined,
  (run) => { setTimeout(run, beepMs); });
let shown: Signals | undefined;

function facts(): ConsoleFacts | undefined {
  try {
    return JSON.parse(readFileSync("/run/jackfield-gateway/console.json", "utf8")) as ConsoleFacts;
  } catch {
    // Not there while the gateway starts.
    return undefined;
  }
}

function look(): void {
  const now = signalsOf(facts());
  if (now.status === shown?.status && now.fault === shown.fault) return;
  panel.show(now);
  panel.beep(beepsOf(shown, now));
  shown = now;
}

look();
setInterval(look, lookEveryMs);
