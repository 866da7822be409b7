/** The conversation on a printer port: mostly listening. */

import { done, fail, faultText, ok, type Result, type Text } from "../../firmware/base/result.js";
import { afterSilence } from "../../firmware/base/silence.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import type { Sender } from "../../firmware/link/transport.js";
import type { CallId } from "../../firmware/model/identifiers.js";
import type { ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { CallParts } from "./call-parts.js";
import { ClockDrift } from "./clock-drift.js";
import { smdrCodec } from "./codec.js";
import type { CallLine, Meaning } from "./formats/format.js";
import { FramedDecoder, type Heard } from "./framed-decoder.js";
import { openFraming } from "./framings/index.js";
import { LiveCalls } from "./live-calls.js";
import { Login, type LoginStep } from "./login.js";
import { completedCall, endOf, startOf } from "./map.js";
import { formatFor, memoryOf, settingsFor, type SmdrOptions } from "./options.js";
import { PrintedClock } from "./printed-clock.js";
import type { Sequence } from "./sequence.js";

/** A line without end is taken as it stands after so much silence. */
export const lineSilenceMs = 2_000;
/** How long a prompt is waited for, and a refusal after the password. */
export const loginSilenceMs = 2_000;
export function openSession(context: SessionContext<SmdrOptions>): Session {
  return new SmdrSession(context);
}

class SmdrSession implements Session {
  readonly #context: SessionContext<SmdrOptions>;
  readonly #decoder: FramedDecoder;
  readonly #calls: LiveCalls;
  readonly #drift = new ClockDrift();
  readonly #sequence: Sequence;
  readonly #parts: CallParts;
  readonly #clock: PrintedClock;
  readonly #login: Login | undefined;
  /** Of a datagram. */
  #from: Sender | undefined;
  #silence: Cancellable | undefined;
  #framingTimer: Cancellable | undefined;
  #loginTimer: Cancellable | undefined;
  #impaired = false;
  #gaveUp = false;
  #closed = false;

  constructor(context: SessionContext<SmdrOptions>) {
    this.#context = context;
    const { options, world, link } = context;
    const format = formatFor(options);
    const { kind } = context.transport;
    // What is handed over of a file ends its line, as a datagram does.
    const whole = kind === "udp" || kind === "file" && options.framing === "lines";
    const memory = memoryOf(options);
    const framing = openFraming(options, { datagrams: whole, memory,
      secret: (reference) => context.secret(reference) });
    this.#decoder = new FramedDecoder(framing,
      smdrCodec(format, settingsFor(options)).decoder());
    this.#clock = new PrintedClock(options.timeZone);
    this.#sequence = memory.sequence;
    this.#parts = new CallParts(world, memory.parts, (line, startedAtMs, complete) => {
      context.record(completedCall(line, link, startedAtMs,
        complete ? {} : { incomplete: "the last part was not printed" }));
    });
    const opened = `${world.clock.wall().getTime().toString(36)}${
      Buffer.from(world.random.bytes(2)).toString("hex")}`;
    this.#calls = new LiveCalls(world, `${link}-${opened}`, (event) => { context.emit(event); });
    this.#login = options.login === undefined ? undefined : new Login();
    context.transport.onReceive((bytes, atMs, from) => {
      this.#from = from;
      this.#receive(bytes, atMs);
    });
    // Its calls have invented names and it cannot be asked about them: what was in progress
    // before this session is over for us, as after a restart of the PBX.
    context.identify({ product: format.title, incarnation: opened });
    this.#take(this.#decoder.open(), world.clock.monotonicMs());
    if (this.#login !== undefined) this.#awaitPrompt();
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

  close(goesOn = false): void {
    if (this.#closed) return;
    const atMs = this.#context.world.clock.monotonicMs();
    if (!goesOn) this.#take(this.#decoder.end(), atMs);
    this.#closed = true;
    this.#silence?.cancel();
    this.#loginTimer?.cancel();
    this.#framingTimer?.cancel();
    this.#parts.close();
    this.#calls.close();
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    if (this.#closed) return;
    this.#parts.received(bytes.length);
    this.#take(this.#decoder.push(bytes), atMs);
    this.#silence?.cancel();
    if (!this.#decoder.endsBySilence) return;
    if (this.#login !== undefined && !this.#login.finished) {
      this.#step(this.#login.see(this.#decoder.pendingText));
      return;
    }
    const { transport, world, link } = this.#context;
    this.#silence = afterSilence(world.clock, transport, lineSilenceMs, "smdr.line-silence", () => {
      const bytes = this.#decoder.pendingBytes;
      if (bytes > 0) world.log.event("smdr.line.unterminated", { link, bytes }, "warn");
      this.#take(this.#decoder.flush(), atMs);
    });
  }

  #awaitPrompt(): void {
    this.#loginTimer?.cancel();
    const { transport, world: { clock } } = this.#context;
    this.#loginTimer = afterSilence(clock, transport, loginSilenceMs, "smdr.login", () => {
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

  #take(heard: readonly Heard[], atMs: number): void {
    for (const one of heard) {
      switch (one.kind) {
        case "message": this.#hear(one.message.says, atMs); break;
        case "garbage": this.#garbage(one.bytes, one.reason); break;
        case "reply": this.#reply(one.bytes); break;
        case "wait": this.#wait(one.ms); break;
        case "condition":
          // Behind a login, nobody is ready before the PBX has let us in.
          if (this.#login === undefined) this.#context.report(one.condition);
      }
    }
    this.#account();
  }

  #garbage(bytes: Uint8Array, reason: string): void {
    if (this.#login === undefined || this.#login.finished) {
      this.#context.garbage(bytes, reason);
      return;
    }
    // Banners and echoes before the password are no records and no noise.
    this.#context.accounted(bytes.length, "skipped");
    this.#context.world.log.event("smdr.login.text",
      { link: this.#context.link, bytes: bytes.length }, "debug");
  }

  /** What cannot be sent is as good as lost on the way: the PBX repeats. */
  #reply(bytes: Uint8Array): void {
    const { transport } = this.#context;
    // Whoever sent a datagram to an earlier process asks again.
    if (transport.sendTo !== undefined && this.#from === undefined) return;
    const sent = this.#from === undefined ? transport.send(bytes)
      : transport.sendTo?.(bytes, this.#from) ?? done;
    if (!sent.ok) {
      this.#context.world.log.event("smdr.reply.unsent",
        { link: this.#context.link, code: sent.fault.code }, "warn");
    }
  }

  #wait(ms: number | undefined): void {
    this.#framingTimer?.cancel();
    this.#framingTimer = undefined;
    if (ms === undefined || this.#closed) return;
    const { transport, world: { clock } } = this.#context;
    this.#framingTimer = afterSilence(clock, transport, ms, "smdr.framing",
      () => { this.#take(this.#decoder.elapsed(), clock.monotonicMs()); });
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
      this.#clock.date(says, receivedAtMs);
      return;
    }
    if (says.phase === "kept") return;
    const missing = says.sequence === undefined ? 0 : this.#sequence.missingBefore(says.sequence);
    if (missing > 0) {
      world.log.event("smdr.records.missing", { link, missing }, "warn");
      this.#context.missed(missing);
    }
    if (says.phase === "notice") {
      world.log.event("smdr.notice", { link, notice: says.notice, text: says.text },
        says.notice === "information" ? "info" : "warn");
    } else {
      this.#line(says, receivedAtMs);
    }
  }

  #line(line: CallLine, receivedAtMs: number): void {
    const { link, world } = this.#context;
    // The line may have waited for the store; it arrived `waited` ago.
    const waitedMs = Math.max(0, world.clock.monotonicMs() - receivedAtMs);
    const arrivedMs = world.clock.wall().getTime() - waitedMs;
    const printedMs = this.#clock.momentMs(line.local, arrivedMs, receivedAtMs);
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
    // A file is read long after it was written.
    if (this.#context.transport.kind === "file") return;
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
    if (this.#parts.take(line, startedAtMs)) return;
    const record = completedCall(line, this.#context.link, startedAtMs, {});
    this.#context.record(call === undefined ? record : { ...record, call });
  }
}

/** What a port that prints calls while they ring can tell. */
export const events =
  ["delivered", "established", "connectionCleared", "callCleared"] as const;
