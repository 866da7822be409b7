/** One terminal: a person, a line, a transcript, and the times at which it ends by itself. */

import { done, fail, inLanguage, type Result, type Text } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { LineSettings, TerminalLine } from "./line.js";
import type { Ending, TerminalHeader } from "./transcript.js";
import type { TranscriptWriter } from "./transcript-writer.js";

export const minuteMs = 60_000;
export const minutesDefault = 15;
/** From the beginning, extensions included. */
export const minutesMost = 120;
export const warningMs = minuteMs;
/** Nothing typed for so long ends it. */
export const idleMs = 10 * minuteMs;
/** Of one transcript; more ends the terminal, because nothing may be typed unrecorded. */
export const typedBytesMax = 4 * 1024 * 1024;
export const breakMsMost = 3_000;

/** What the person at the terminal is told. Called synchronously, in order. */
export interface TerminalListener {
  received(bytes: Uint8Array): void;
  notice(text: Text, endsAtMs: number): void;
  /** Before it opens, where a second person has to approve it. */
  waiting(header: TerminalHeader): void;
  /** Once; nothing comes after it. */
  ended(header: TerminalHeader): void;
}

export interface TerminalPlan {
  readonly world: World;
  readonly header: TerminalHeader;
  readonly writer: TranscriptWriter;
  readonly listener: TerminalListener;
  /** Typing keeps it open; without, only the time and the line end it. */
  readonly idles: boolean;
  /** The header in its last form; resolves when it is kept. */
  readonly finished: (header: TerminalHeader) => Promise<void>;
}

export interface PinWish {
  readonly breakMs: number;
  readonly dtr: boolean | undefined;
  readonly rts: boolean | undefined;
  /** A break that lasts until it is lowered. */
  readonly brk?: boolean | undefined;
}

export class Terminal {
  readonly #plan: TerminalPlan;
  #line: TerminalLine | undefined;
  #header: TerminalHeader;
  /** Monotonic, as all times that count here: nobody gains time by setting the clock. */
  readonly #openedAtMs: number;
  #overAtMs: number;
  #typedAtMs: number;
  #warnedOf: number | undefined;
  #timer: Cancellable | undefined;
  #ending: Promise<void> | undefined;

  constructor(plan: TerminalPlan) {
    this.#plan = plan;
    this.#header = plan.header;
    this.#openedAtMs = this.#nowMs;
    this.#overAtMs = this.#nowMs + plan.header.endsAtMs - plan.header.openedAtMs;
    this.#typedAtMs = this.#nowMs;
  }

  get header(): TerminalHeader {
    return { ...this.#header, unkeptBytes: this.#plan.writer.unkeptBytes };
  }

  begin(line: TerminalLine): void {
    this.#line = line;
    this.#schedule();
  }

  received(bytes: Uint8Array): void {
    if (this.#ending !== undefined) return;
    this.#header = { ...this.#header,
      receivedBytes: this.#header.receivedBytes + bytes.length };
    this.#plan.writer.received(bytes);
    this.#plan.listener.received(bytes);
  }

  /** Kept first, sent second: what the transcript cannot take is not typed. */
  async type(bytes: Uint8Array, secret: boolean): Promise<Result<void>> {
    if (this.#ending !== undefined) return this.#isOver();
    if (this.#header.typedBytes + bytes.length > typedBytesMax) {
      void this.end("transcript-full");
      return this.#isOver();
    }
    this.#typedAtMs = this.#nowMs;
    this.#schedule();
    const { writer } = this.#plan;
    if (!secret) {
      this.#header = { ...this.#header, typedBytes: this.#header.typedBytes + bytes.length };
    }
    const kept = await (secret ? writer.secret(bytes) : writer.typed(bytes));
    if (!kept.ok) return kept;
    const sent = this.#line === undefined || this.#hasEnded() ? this.#isOver()
      : this.#line.send(bytes, secret);
    if (!sent.ok) void writer.remark(`not sent: ${sent.fault.message}`);
    return sent;
  }

  async signal({ breakMs, dtr, rts, brk }: PinWish): Promise<Result<void>> {
    const pins = this.#line?.pins;
    if (this.#ending !== undefined) return this.#isOver();
    if (pins === undefined) {
      return fail("service-not-supported", {
        en: `${this.#header.line} has no break, DTR or RTS.`,
        fr: `${this.#header.line} n'a ni « break », ni DTR, ni RTS.` });
    }
    this.#typedAtMs = this.#nowMs;
    const words = [...breakMs > 0 ? [`break ${breakMs} ms`] : [],
      ...brk === undefined ? [] : [`break ${brk ? "begins" : "ends"}`],
      ...dtr === undefined ? [] : [`DTR ${dtr ? "up" : "down"}`],
      ...rts === undefined ? [] : [`RTS ${rts ? "up" : "down"}`]];
    const kept = await this.#plan.writer.remark(words.join(", "));
    if (!kept.ok) return kept;
    if (dtr !== undefined || rts !== undefined || brk !== undefined) {
      const set = await pins.set({ ...dtr !== undefined && { dtr },
        ...rts !== undefined && { rts }, ...brk !== undefined && { brk } });
      if (!set.ok) return set;
    }
    return breakMs > 0 ? pins.sendBreak(breakMs) : done;
  }

  get settings(): LineSettings | undefined {
    return this.#line?.settings;
  }

  modemLines(): ReturnType<TerminalLine["modemLines"]> {
    return this.#line?.modemLines() ?? Promise.resolve(undefined);
  }

  /** Fault `service-not-supported` where others depend on the line as it is. */
  async change(next: LineSettings): Promise<Result<void>> {
    if (this.#ending !== undefined) return this.#isOver();
    const line = this.#line;
    if (line?.change === undefined) {
      return fail("service-not-supported", {
        en: `${this.#header.line} stays as the link has set it.`,
        fr: `${this.#header.line} reste comme le lien l'a réglé.` });
    }
    const kept = await this.#plan.writer.remark(`set to ${JSON.stringify(next)}`);
    return kept.ok ? line.change(next) : kept;
  }

  /** `minutes` from now, within the bound from the beginning. Gives the new end. */
  extend(minutes: number): Result<number> {
    if (this.#ending !== undefined) return this.#isOver();
    this.#overAtMs = Math.min(this.#nowMs + minutes * minuteMs,
      this.#openedAtMs + minutesMost * minuteMs);
    const endsAtMs = this.#plan.world.clock.wall().getTime() + this.#overAtMs - this.#nowMs;
    this.#header = { ...this.#header, endsAtMs };
    this.#typedAtMs = this.#nowMs;
    this.#warnedOf = undefined;
    this.#schedule();
    void this.#plan.writer.remark(`extended until ${new Date(endsAtMs).toISOString()}`);
    this.#plan.listener.notice({ en: "Extended.", fr: "Prolongé." }, endsAtMs);
    return { ok: true, value: endsAtMs };
  }

  /** A remark for the transcript. */
  remark(text: Text): void {
    void this.#plan.writer.remark(inLanguage(text, "en"));
  }

  end(ending: Ending): Promise<void> {
    this.#ending ??= this.#finish(ending);
    return this.#ending;
  }

  get #nowMs(): number {
    return this.#plan.world.clock.monotonicMs();
  }

  /** Asked again after waiting, which the compiler cannot know. */
  #hasEnded(): boolean {
    return this.#ending !== undefined;
  }

  #isOver(): ReturnType<typeof fail> {
    return fail("precondition", { en: `The terminal ${this.#header.id} has ended.`,
      fr: `Le terminal ${this.#header.id} est terminé.` });
  }

  async #finish(ending: Ending): Promise<void> {
    this.#timer?.cancel();
    this.#line?.close();
    const { writer, world, finished, listener } = this.#plan;
    const sha256 = await writer.close();
    this.#header = { ...this.header, ending, endedAtMs: world.clock.wall().getTime(), sha256 };
    await finished(this.#header);
    listener.ended(this.#header);
  }

  /** When the time is over, and when nobody has typed for too long: whichever comes first. */
  #schedule(): void {
    this.#timer?.cancel();
    if (this.#ending !== undefined) return;
    const overMs = this.#overAtMs - this.#nowMs;
    const idleLeftMs = this.#plan.idles ? this.#typedAtMs + idleMs - this.#nowMs : Infinity;
    const isIdle = idleLeftMs < overMs;
    const leftMs = Math.min(overMs, idleLeftMs);
    const endMs = this.#nowMs + leftMs;
    if (leftMs <= 0) {
      void this.end(isIdle ? "idle" : "time-over");
      return;
    }
    // Once for each end: typing moves the end, and with it the warning.
    const isWarned = this.#warnedOf !== undefined && Math.abs(this.#warnedOf - endMs) < 1_000;
    if (leftMs <= warningMs && !isWarned) {
      this.#warnedOf = endMs;
      this.#plan.listener.notice(isIdle
        ? { en: "Nobody types: the terminal ends within a minute.",
          fr: "Personne ne tape : le terminal se termine dans une minute." }
        : { en: "The time is nearly over: the terminal ends within a minute.",
          fr: "Le temps est presque écoulé : le terminal se termine dans une minute." },
      this.#plan.world.clock.wall().getTime() + leftMs);
      this.#schedule();
      return;
    }
    this.#timer = this.#plan.world.clock.after(
      isWarned || leftMs <= warningMs ? leftMs : leftMs - warningMs, "terminal.end",
      () => { this.#schedule(); });
  }
}
