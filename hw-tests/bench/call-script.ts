/**
 * A call as a real Asterisk told it, cut into four steps, to be told again and again with other
 * names, numbers and times. The text is the recording's own; only names and times are replaced.
 */

import { readFileSync } from "node:fs";

const recording = new URL("../../../drivers/asterisk-ami/recordings/"
  + "ast16-10-incoming-trunk-answer-hangup-by-caller.txt", import.meta.url);

/** `call`: what a manager user with the read class `call` needs; `all`: all that was said. */
export type Talk = "call" | "all";

const callEvents: ReadonlySet<string> = new Set(["Newchannel", "Newstate", "DialBegin",
  "DialState", "DialEnd", "NewConnectedLine", "BridgeCreate", "BridgeEnter", "BridgeLeave",
  "BridgeDestroy", "HangupRequest", "SoftHangupRequest", "Hangup"]);

export const stepsPerCall = 4;
/** originated; delivered; established; two connectionCleared and a callCleared. */
export const eventsPerStep: readonly number[] = [1, 1, 1, 3];
export const eventsPerCall = 6;

/** What differs from call to call, and how it stands in the recording. */
const slots = [
  ["caller", "5550199"], ["first", "1795332175.7"], ["second", "1795332175.10"],
  ["trunkChannel", "trunk-a-00000000"], ["deviceChannel", "1001-00000001"], ["device", "1001"],
] as const;
type Slot = (typeof slots)[number][0] | "timestamp" | "bridge";
type Part = string | { readonly slot: Slot };
export type CallNames = Readonly<Record<Exclude<Slot, "timestamp">, string>>;

const pattern = new RegExp(["(?<=Timestamp: )[\\d.]+", "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22,}",
  ...slots.map(([, text]) => `(?<![\\d.])${text.replaceAll(".", "\\.")}(?!\\d)`)].join("|"), "g");

function slotOf(text: string): Slot {
  const named = slots.find(([, each]) => each === text);
  if (named !== undefined) return named[0];
  return text.includes("-") ? "bridge" : "timestamp";
}

function parts(text: string): readonly Part[] {
  const found: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    found.push(text.slice(end, match.index), { slot: slotOf(match[0]) });
    end = match.index + match[0].length;
  }
  found.push(text.slice(end));
  return found;
}

export class CallScript {
  readonly #steps: readonly (readonly Part[])[];
  readonly messagesPerCall: number;

  constructor(talk: Talk) {
    const all = readFileSync(recording, "utf8").split("\r\n\r\n").filter((text) => text !== "");
    const steps: string[][] = [[], [], [], []];
    const names = all.map((text) => /^Event: (\w+)/.exec(text)?.[1] ?? "");
    const ends = [names.indexOf("Newchannel"),
      all.findIndex((text) => text.includes("Event: Newstate") && text.includes("Ringing")),
      names.lastIndexOf("BridgeEnter"), names.length - 1];
    all.forEach((text, index) => {
      if (talk === "call" && !callEvents.has(names[index] ?? "")) return;
      const step = ends.findIndex((end) => index <= end);
      steps[step]?.push(`${text}\r\n\r\n`);
    });
    this.#steps = steps.map((texts) => parts(texts.join("")));
    this.messagesPerCall = steps.reduce((sum, texts) => sum + texts.length, 0);
  }

  /** The text of one step; `atMs` is the time of day that its messages carry. */
  text(step: number, names: CallNames, atMs: number): string {
    let text = "";
    const timestamp = (atMs / 1_000).toFixed(6);
    for (const part of this.#steps[step] ?? []) {
      if (typeof part === "string") text += part;
      else text += part.slot === "timestamp" ? timestamp : names[part.slot];
    }
    return text;
  }
}
