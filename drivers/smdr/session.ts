/** The conversation on a printer port: mostly listening. */

import type { Decoded } from "../../firmware/base/codec.js";
import { fail, faultText, ok, type Result, type Text } from "../../firmware/base/result.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import type { CallId } from "../../firmware/model/identifiers.js";
import type { ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { ClockDrift } from "./clock-drift.js";
import { smdrCodec, type LineDecoder, type SmdrLine } from "./codec.js";
import type { CallLine, DateLine, Meaning, PbxTime } from "./formats/format.js";
import { LiveCalls } from "./live-calls.js";
import { momentOf } from "../../firmware/base/local-time.js";
import { Login, type LoginStep } from "./login.js";
import { completedCall, endOf, joined, startOf } from "./map.js";
import { formatFor, settingsFor, type SmdrOptions } from "./options.js";
import { Sequence } from "./sequence.js";

/** A line without end is taken as it stands after so much silence. */
export const lineSilenceMs = 2_000;
/** How long a prompt is waited for, and a refusal after the password. */
export const loginSilenceMs = 2_000;
/** Calls of which parts have been printed and the last part has not. */
export const partialCallsMax = 500;
export const partsMax = 50;
/** A part that never gets its rest is recorded as it stands. */
export const partialCallMs = 14_400_000;

/** A date that the PBX printed holds for the times behind it: until midnight, and a little more. */
const dateMsMax = 26 * 3_600_000;

interface Part {
  readonly line: CallLine;
  readonly startedAtMs: number;
}

interface PartialCall {
  readonly parts: Part[];
  timer: Cancellable;
}

export function openSession(context: SessionContext<SmdrOptions>): Session {
  return new SmdrSession(context);
}

class SmdrSession implements Session {
  readonly #context: SessionContext<SmdrOptions>;
  readonly #decoder: LineDecoder;
  readonly #calls: LiveCalls;
  readonly #drift = new ClockDrift();
  readonly #sequence = new Sequence();
  readonly #partial = new Map<string, PartialCall>();
  readonly #login: Login | undefined;
  #silence: Cancellable | undefined;
  #loginTimer: Cancellable | undefined;
  #previousMs: number | undefined;
  /** Of lines that print only the time. */
  #date: { readonly line: DateLine; readonly atMs: number } | undefined;
  #impaired = false;
  #gaveUp = false;
  #closed = false;

  constructor(context: SessionContext<SmdrOptions>) {
    this.#context = context;
    const { options, world, link } = context;
    const format = formatFor(options);
    this.#decoder = smdrCodec(format, settingsFor(options)).decoder();
    const opened = `${world.clock.wall().getTime().toString(36)}${
      Buffer.from(world.random.bytes(2)).toString("hex")}`;
    this.#calls = new LiveCalls(world, `${link}-${opened}`, (event) => { context.emit(event); });
    this.#login = options.login === undefined ? undefined : new Login();
    context.transport.onReceive((bytes, atMs) => { this.#receive(bytes, atMs); });
    // Its calls have invented names and it cannot be asked about them: what was in progress
    // before this session is over for us, as after a restart of the PBX.
    context.identify({ product: format.title, incarnation: opened });
    if (this.#login === undefined) context.report({ type: "ready" });
    else this.#awaitPrompt();
  }

  request(): Promise<Result<ServiceResponse>> {
    return Promise.resolve(fail("service-not-supported",
      "A call record port prints; it takes no requests."));
  }

  snapshot(): Promise<Result<LinkSnapshot>> {
    return Promise.resolve(fail("service-not-supported",
      "A call record port cannot be asked which calls are in progress."));
  }

  probe(): Promise<Result<readonly Proof[]>> {
    return Promise.resolve(ok([...events].map((subject) => ({
      subject, proven: "not-tried" as const,
      evidence: { en: "depends on whether the PBX prints calls while they ring",
        fr: "selon que le PBX imprime ou non les appels pendant qu'ils sonnent" },
    }))));
  }

  close(): void {
    if (this.#closed) return;
    const atMs = this.#context.world.clock.monotonicMs();
    this.#take(this.#decoder.flush(), atMs);
    this.#closed = true;
    this.#silence?.cancel();
    this.#loginTimer?.cancel();
    for (const key of [...this.#partial.keys()]) this.#finishPartial(key, undefined);
    this.#calls.close();
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    if (this.#closed) return;
    this.#take(this.#decoder.push(bytes), atMs);
    this.#silence?.cancel();
    if (!this.#decoder.pending) return;
    if (this.#login !== undefined && !this.#login.finished) {
      this.#step(this.#login.see(this.#decoder.pendingText));
      return;
    }
    this.#silence = this.#context.world.clock.after(lineSilenceMs, "smdr.line-silence", () => {
      if (this.#decoder.pendingBytes > 0) {
        this.#context.world.log.event("smdr.line.unterminated",
          { link: this.#context.link, bytes: this.#decoder.pendingBytes }, "warn");
      }
      this.#take(this.#decoder.flush(), atMs);
    });
  }

  #awaitPrompt(): void {
    this.#loginTimer?.cancel();
    this.#loginTimer = this.#context.world.clock.after(loginSilenceMs, "smdr.login", () => {
      if (this.#login === undefined || this.#closed || this.#gaveUp) return;
      this.#step(this.#login.silent());
      if (this.#login.finished) this.#context.report({ type: "ready" });
    });
  }

  #step(step: LoginStep): void {
    const { login } = this.#context.options;
    if (step.do === "nothing" || login === undefined) return;
    this.#decoder.discard();
    this.#account();
    if (step.do === "refused") {
      this.#giveUp({ en: "the PBX refuses the name or the password",
        fr: "le PBX refuse le nom ou le mot de passe" });
      return;
    }
    const text = step.what === "user" ? ok(login.user) : this.#context.secret(login.secret);
    if (!text.ok) {
      this.#giveUp(faultText(text.fault));
      return;
    }
    const sent = this.#context.transport.send(Buffer.from(`${text.value}\r\n`));
    if (!sent.ok) this.#giveUp(faultText(sent.fault));
    else if (!this.#gaveUp) this.#awaitPrompt();
  }

  #giveUp(reason: Text): void {
    this.#gaveUp = true;
    this.#loginTimer?.cancel();
    this.#context.report({ type: "lost", reason });
  }

  #take(found: Iterable<Decoded<SmdrLine>>, atMs: number): void {
    for (const one of found) {
      if (one.kind === "message") this.#hear(one.message.says, atMs);
      else if (this.#login === undefined || this.#login.finished) {
        this.#context.garbage(one.bytes, one.reason);
      } else {
        // Banners and echoes before the password are no records and no noise.
        this.#context.accounted(one.bytes.length, "skipped");
        this.#context.world.log.event("smdr.login.text",
          { link: this.#context.link, bytes: one.bytes.length }, "debug");
      }
    }
    this.#account();
  }

  #account(): void {
    const { record, skipped } = this.#decoder.tally();
    if (record > 0) this.#context.accounted(record, "record");
    if (skipped > 0) this.#context.accounted(skipped, "skipped");
  }

  #hear(says: Meaning, receivedAtMs: number): void {
    if (this.#login !== undefined && !this.#login.finished) {
      this.#login.record();
      this.#loginTimer?.cancel();
      this.#context.report({ type: "ready" });
    }
    const { link, world } = this.#context;
    if (says.phase === "date") {
      this.#date = { line: says, atMs: receivedAtMs };
      return;
    }
    const missing = says.sequence === undefined ? 0 : this.#sequence.missingBefore(says.sequence);
    if (missing > 0) world.log.event("smdr.records.missing", { link, missing }, "warn");
    if (says.phase === "notice") {
      world.log.event("smdr.notice", { link, notice: says.notice, text: says.text },
        says.notice === "information" ? "info" : "warn");
    } else {
      this.#line(says, receivedAtMs);
    }
  }

  /** Milliseconds since 1970 of what the PBX printed. */
  #printedMs(local: PbxTime, arrivedMs: number, receivedAtMs: number): number {
    if ("utcMs" in local) return local.utcMs;
    if ("atArrival" in local) return arrivedMs;
    const date = this.#date !== undefined && receivedAtMs - this.#date.atMs <= dateMsMax
      && local.month === undefined ? this.#date.line : undefined;
    return momentOf(date === undefined ? local : { ...date, ...local },
      this.#context.options.timeZone, arrivedMs, this.#previousMs);
  }

  #line(line: CallLine, receivedAtMs: number): void {
    const { link, world } = this.#context;
    // The line may have waited for the store; it arrived `waited` ago.
    const waitedMs = Math.max(0, world.clock.monotonicMs() - receivedAtMs);
    const arrivedMs = world.clock.wall().getTime() - waitedMs;
    const printedMs = this.#printedMs(line.local, arrivedMs, receivedAtMs);
    this.#previousMs = printedMs;
    const occurredAtMs = line.phase === "completed" ? endOf(line, printedMs) : printedMs;
    const driftMs = this.#drift.add(occurredAtMs, arrivedMs);
    this.#judgeClock();
    const lineContext = { link, receivedAtMs, occurredAtMs };
    if (line.phase === "ringing") {
      this.#calls.ringing(line, lineContext);
    } else if (line.phase === "answered") {
      this.#calls.answered(line, lineContext);
    } else if (line.phase === "released") {
      this.#calls.ended(line, lineContext);
    } else {
      const call = this.#calls.ended(line, lineContext);
      const more = { clockDriftSeconds: String(Math.round(driftMs / 1_000)) };
      this.#completed({ ...line, privateFields: { ...line.privateFields, ...more } },
        startOf(line, printedMs), call);
    }
  }

  #judgeClock(): void {
    const excessMs = this.#drift.excessMs;
    if (excessMs !== undefined) {
      this.#impaired = true;
      const minutes = Math.round(Math.abs(excessMs) / 60_000);
      this.#context.report({ type: "impaired", reason: {
        en: `the PBX's clock is ${minutes} min ${excessMs > 0 ? "ahead" : "behind"}`,
        fr: `l'horloge du PBX ${excessMs > 0 ? "avance" : "retarde"} de ${minutes} min` } });
    } else if (this.#impaired) {
      this.#impaired = false;
      this.#context.report({ type: "ready" });
    }
  }

  #completed(line: CallLine, startedAtMs: number, call: CallId | undefined): void {
    const key = line.reference;
    const open = key === undefined ? undefined : this.#partial.get(key);
    if (key === undefined || (open === undefined && line.continued !== true)) {
      const record = completedCall(line, this.#context.link, startedAtMs, {});
      this.#context.record(call === undefined ? record : { ...record, call });
      return;
    }
    const partial = open ?? this.#openPartial(key);
    partial.parts.push({ line, startedAtMs });
    if (line.continued !== true || partial.parts.length >= partsMax) {
      this.#finishPartial(key, line);
    }
  }

  #openPartial(key: string): PartialCall {
    const [oldest] = this.#partial.keys();
    if (oldest !== undefined && this.#partial.size >= partialCallsMax) {
      this.#finishPartial(oldest, undefined);
    }
    const made: PartialCall = {
      parts: [],
      timer: this.#context.world.clock.after(partialCallMs, "smdr.partial", () => {
        this.#finishPartial(key, undefined);
      }),
    };
    this.#partial.set(key, made);
    return made;
  }

  /** `last` is undefined when the call's last part has not come. */
  #finishPartial(key: string, last: CallLine | undefined): void {
    const partial = this.#partial.get(key);
    if (partial === undefined) return;
    partial.timer.cancel();
    this.#partial.delete(key);
    const line = joined(partial.parts.map((part) => part.line));
    if (line === undefined) return;
    const startedAtMs = Math.min(...partial.parts.map((part) => part.startedAtMs));
    const complete = last !== undefined && last.continued !== true;
    this.#context.record(completedCall(line, this.#context.link, startedAtMs,
      complete ? {} : { incomplete: "the last part was not printed" }));
  }
}

/** What a port that prints calls while they ring can tell. */
export const events =
  ["delivered", "established", "connectionCleared", "callCleared"] as const;
