/**
 * Brings a Hayes modem to print who calls, and keeps it so: a modem that lost its power has
 * forgotten. Reset, echo off, caller identification by the newer command or the older one.
 * Assumed: a modem reset by ATZ answers in words and not in digits.
 */

import type { Text } from "../../firmware/base/result.js";
import type { Cancellable, World } from "../../firmware/base/world.js";

/** A modem answers a command within this time. */
export const answerMs = 3_000;
/** Between an answer and the next command, and before a new beginning after ERROR. */
export const commandGapMs = 250;
export const restartMs = 1_000;
/** Silence for this long: the command is sent again, which proves the modem and arms it anew. */
export const armAgainMs = 300_000;
/** A ringing modem is left alone; it is looked after this much later. */
const ringingMs = 30_000;
/** Beginnings without success before the line is given up. */
export const triesMax = 3;

const opening = ["ATZ", "ATE0"] as const;
const identification = ["AT+VCID=1", "AT#CID=1"] as const;

export interface ModemHost {
  readonly world: World;
  send(command: string): void;
  /** True while somebody rings. */
  ringing(): boolean;
  /** `command` is the one that the modem obeys; undefined: none, it only tells that it rings. */
  ready(command: string | undefined): void;
  impaired(reason: Text): void;
  lost(reason: Text): void;
}

export class ModemSetup {
  readonly #host: ModemHost;
  #steps: readonly string[] = [];
  #at = 0;
  #waiting = false;
  #tries = 0;
  #obeyed: string | undefined;
  #timer: Cancellable | undefined;
  #closed = false;

  constructor(host: ModemHost) {
    this.#host = host;
  }

  begin(): void {
    this.#obeyed = undefined;
    this.#run([...opening, ...identification]);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  result(result: "OK" | "ERROR"): void {
    if (this.#closed) return;
    const command = this.#waiting ? this.#steps[this.#at] : undefined;
    if (command === undefined) {
      if (result === "ERROR") this.#error(undefined);
      return;
    }
    this.#waiting = false;
    const identifies = (identification as readonly string[]).includes(command);
    if (result === "OK") {
      if (identifies) this.#armed(command);
      else this.#next();
    } else if (!identifies) {
      this.#failed({ en: `the modem refuses ${command}`, fr: `le modem refuse ${command}` });
    } else if (this.#obeyed !== undefined) {
      this.#error(command);
    } else if (this.#at + 1 < this.#steps.length) {
      this.#next();
    } else {
      this.#armed(undefined);
    }
  }

  #run(steps: readonly string[]): void {
    this.#steps = steps;
    this.#at = -1;
    this.#next(0);
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = this.#host.world.clock.after(ms, "caller-id.modem", run);
  }

  #next(gapMs = commandGapMs): void {
    this.#at += 1;
    this.#after(gapMs, () => {
      const command = this.#steps[this.#at] ?? "";
      this.#waiting = true;
      this.#after(answerMs, () => {
        this.#waiting = false;
        this.#failed({ en: `the modem does not answer ${command}`,
          fr: `le modem ne répond pas à ${command}` });
      });
      this.#host.send(command);
    });
  }

  #failed(reason: Text): void {
    this.#waiting = false;
    this.#tries += 1;
    if (this.#tries >= triesMax) {
      this.close();
      this.#host.lost(reason);
      return;
    }
    this.#after(restartMs, () => { this.begin(); });
  }

  /** `command`: what the modem obeyed before and now refuses; undefined: nobody asked. */
  #error(command: string | undefined): void {
    const reason: Text = command === undefined
      ? { en: "the modem says ERROR; it is set up again",
        fr: "le modem dit ERROR ; il est reconfiguré" }
      : { en: `the modem refuses ${command}, which it obeyed before; it is set up again`,
        fr: `le modem refuse ${command}, qu'il acceptait ; il est reconfiguré` };
    this.#host.impaired(reason);
    this.#failed(reason);
  }

  #armed(command: string | undefined): void {
    this.#tries = 0;
    this.#obeyed = command;
    this.#host.ready(command);
    this.#after(armAgainMs, () => { this.#armAgain(); });
  }

  #armAgain(): void {
    if (this.#host.ringing()) this.#after(ringingMs, () => { this.#armAgain(); });
    else if (this.#obeyed === undefined) this.begin();
    else this.#run([this.#obeyed]);
  }
}
