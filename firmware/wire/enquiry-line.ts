/**
 * Who may speak on a line of two equals (ISO 1745, as hotel and paging equipment has it): ENQ asks,
 * ACK allows, the text follows, ACK takes it, NAK wants it again. Both ends of a wire use it.
 */

import { done, fail, type Result, type Text } from "../base/result.js";
import { afterSilence, type Listened } from "../base/silence.js";
import type { Cancellable, World } from "../base/world.js";
import { stxCodec, type StxDecoder, type StxFrame } from "./stx-frames.js";

export interface EnquiryLinePlan {
  readonly world: World;
  /** Where what is received comes from. */
  readonly line: Listened;
  /** A check octet stands behind ETX. */
  readonly checked: boolean;
  /**
   * False: nothing is asked and nothing acknowledged, texts only follow each other, as over TCP
   * where the network takes care of them.
   */
  readonly acknowledged: boolean;
  /** When both ask at once, this end lets the other speak first. */
  readonly yields: boolean;
  /** An answer comes within this time, or is asked for again. */
  readonly answerMs: number;
  /** So often each of ENQ and text is sent. */
  readonly triesMax: number;
  send(bytes: Uint8Array): Result<void>;
  /** A text has come. Resolves when it is safe; false: the sender shall say it again. */
  take(text: string): Promise<boolean>;
  garbage(bytes: Uint8Array, reason: string): void;
}

/** Texts that wait to be sent. */
export const waitingTextsMax = 256;
/** Texts received and not yet taken; more in one go than any resync of a hotel. */
export const untakenTextsMax = 20_000;
/** A text whose end has not come by now is none. */
export const textSilenceMs = 3_000;

interface Waiting {
  readonly text: string;
  readonly settle: (result: Result<void>) => void;
}

type State = "idle" | "asking" | "sent" | "listening" | "pausing";

export class EnquiryLine {
  readonly #plan: EnquiryLinePlan;
  readonly #decoder: StxDecoder;
  readonly #waiting: Waiting[] = [];
  #state: State = "idle";
  #tries = 0;
  #timer: Cancellable | undefined;
  #silence: Cancellable | undefined;
  #taking: Promise<void> = Promise.resolve();
  #untaken = 0;
  #closed = false;

  constructor(plan: EnquiryLinePlan) {
    this.#plan = plan;
    this.#decoder = stxCodec(plan.checked).decoder();
  }

  /** Resolves when the other end has it. `service-refused`: it answered NAK to the end. */
  transmit(text: string): Promise<Result<void>> {
    if (this.#closed) return Promise.resolve(closedFault());
    if (!this.#plan.acknowledged) return Promise.resolve(this.#send({ kind: "text", text }));
    if (this.#waiting.length >= waitingTextsMax) {
      return Promise.resolve(fail("queue-full", {
        en: `${waitingTextsMax} texts wait for the line, no more are taken.`,
        fr: `${waitingTextsMax} textes attendent la ligne, plus aucun n'est pris.` }));
    }
    return new Promise((settle) => {
      this.#waiting.push({ text, settle });
      if (this.#state === "idle") this.#ask();
    });
  }

  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#all(this.#decoder.push(bytes));
    this.#silence?.cancel();
    if (!this.#decoder.pending) return;
    const { line, world } = this.#plan;
    this.#silence = afterSilence(world.clock, line, textSilenceMs, "enquiry.silence", () => {
      this.#all(this.#decoder.flush());
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#silence?.cancel();
    for (const { settle } of this.#waiting.splice(0)) settle(closedFault());
  }

  #all(decoded: ReturnType<StxDecoder["push"]>): void {
    for (const each of decoded) {
      if (each.kind === "garbage") this.#plan.garbage(each.bytes, each.reason);
      else this.#frame(each.message);
    }
  }

  #frame(frame: StxFrame): void {
    switch (frame.kind) {
      case "text": this.#text(frame.text); return;
      case "damaged": if (this.#plan.acknowledged) this.#send({ kind: "nak" }); return;
      case "enq": this.#asked(); return;
      case "ack": this.#answered(true); return;
      case "nak": this.#answered(false); return;
      // The other end gives the line back.
      case "eot": if (this.#state === "listening") this.#rest(); return;
    }
  }

  #asked(): void {
    if (!this.#plan.acknowledged) return;
    // Whoever yields lets the other speak first; the other waits for the answer to its own ENQ.
    if (this.#state === "sent" || (this.#state === "asking" && !this.#plan.yields)) return;
    this.#send({ kind: "ack" });
    this.#state = "listening";
    this.#wait(this.#plan.answerMs, () => { this.#rest(); });
  }

  #text(text: string): void {
    if (this.#untaken >= untakenTextsMax) {
      this.#plan.garbage(Buffer.from(text, "latin1"), "more texts at once than can be taken");
      return;
    }
    this.#untaken += 1;
    this.#taking = this.#taking.then(async () => {
      const taken = await this.#plan.take(text);
      this.#untaken -= 1;
      if (this.#closed || !this.#plan.acknowledged) return;
      this.#send({ kind: taken ? "ack" : "nak" });
      if (taken && this.#state === "listening") this.#rest();
    });
  }

  #answered(well: boolean): void {
    if (this.#state === "asking") {
      if (!well) this.#pause();
      else {
        this.#tries = 0;
        this.#say();
      }
    } else if (this.#state === "sent") {
      if (well) this.#settle(done);
      else if (this.#tries < this.#plan.triesMax) this.#say();
      else this.#settle(fail("service-refused", {
        en: `The other end refused the text ${this.#tries} times.`,
        fr: `L'autre extrémité a refusé le texte ${this.#tries} fois.` }));
    }
  }

  #ask(): void {
    this.#tries = 0;
    this.#askAgain();
  }

  #askAgain(): void {
    if (this.#tries >= this.#plan.triesMax) {
      this.#settle(fail("deadline-passed", {
        en: `The other end did not answer ${this.#tries} enquiries.`,
        fr: `L'autre extrémité n'a pas répondu à ${this.#tries} appels.` }));
      return;
    }
    this.#tries += 1;
    this.#state = "asking";
    this.#send({ kind: "enq" });
    this.#wait(this.#plan.answerMs, () => { this.#askAgain(); });
  }

  /** The other end is busy. */
  #pause(): void {
    this.#state = "pausing";
    this.#wait(this.#plan.answerMs, () => { this.#askAgain(); });
  }

  #say(): void {
    const [next] = this.#waiting;
    if (next === undefined) return;
    this.#tries += 1;
    this.#state = "sent";
    this.#send({ kind: "text", text: next.text });
    this.#wait(this.#plan.answerMs, () => {
      if (this.#tries < this.#plan.triesMax) this.#say();
      else this.#settle(fail("deadline-passed", {
        en: `The other end did not answer a text sent ${this.#tries} times.`,
        fr: `L'autre extrémité n'a pas répondu à un texte envoyé ${this.#tries} fois.` }));
    });
  }

  #settle(result: Result<void>): void {
    const [first] = this.#waiting.splice(0, 1);
    this.#rest();
    first?.settle(result);
  }

  #rest(): void {
    this.#timer?.cancel();
    this.#state = "idle";
    if (this.#waiting.length > 0) this.#ask();
  }

  #wait(ms: number, run: () => void): void {
    this.#timer?.cancel();
    this.#timer = afterSilence(this.#plan.world.clock, this.#plan.line, ms, "enquiry.answer", run);
  }

  #send(frame: StxFrame): Result<void> {
    return this.#plan.send(stxCodec(this.#plan.checked).encode(frame));
  }
}

function closedFault(): Result<void> {
  const words: Text = { en: "The line is closed.", fr: "La ligne est fermée." };
  return fail("link-down", words);
}
