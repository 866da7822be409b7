/**
 * The conversation with a TAP paging terminal, as its entry device: log on, one transaction a
 * page, log off. The terminal is called when there is something to say, and only then.
 */

import { fail, ok, type Fault, type Result, type Text } from "../../firmware/base/result.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Session, SessionContext } from "../../firmware/link/driver.js";
import type { Page } from "../../firmware/model/pages.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import { encodePagingText } from "../../firmware/wire/paging-text.js";
import {
  infoCharsMax, tapAnswerCodec, tapBlocks, tapRequestCodec, type TapAnswer, type TapRequest,
} from "../../firmware/wire/tap.js";
import { ModemCall } from "./modem-call.js";
import type { TapOptions } from "./options.js";

/** §7.0: t1, t3, and less than t4. */
export const enterMs = 2_000;
export const answerMs = 10_000;
export const lingerMs = 2_000;
/** §7.0: n1, n2. */
export const triesMax = 3;
/** Pages handed over in one session: some terminals limit them (§4.0, codes 112 and 113). */
export const pagesMax = 50;

/** Appendix A: what is refused now may be taken later. */
const passing: ReadonlySet<string> =
  new Set(["112", "113", "501", "502", "503", "512", "514", "516"]);
/** Appendix A: the page waits at the terminal. */
const deferred = "213";

type Phase = "off" | "dialling" | "entering" | "logging-on" | "waiting" | "ready" | "sending"
  | "logging-off" | "hanging-up";

interface Job {
  readonly blocks: readonly Uint8Array[];
  readonly expiresAtMs: number;
  settle(result: Result<ServiceResponse>): void;
}

export function openSession(context: SessionContext<TapOptions>): Session {
  return new TapSession(context);
}

class TapSession implements Session {
  readonly #context: SessionContext<TapOptions>;
  readonly #modem: ModemCall | undefined;
  #decoder = tapAnswerCodec.decoder();
  #jobs: Job[] = [];
  #phase: Phase = "off";
  #tries = 0;
  /** Of the first job, which block is next or out. */
  #block = 0;
  #pages = 0;
  #timer: Cancellable | undefined;
  /** The newest line of the terminal's message sequence. */
  #said: { readonly code?: string; readonly text: string } | undefined;
  #closed = false;

  constructor(context: SessionContext<TapOptions>) {
    const { options, transport, world } = context;
    this.#context = context;
    this.#modem = options.dial === undefined ? undefined : new ModemCall({ world,
      send: (text) => { this.#write(Buffer.from(text, "latin1")); },
      connected: () => { this.#enter(); },
      failed: (reason) => { this.#fail("deadline-passed", reason); },
      hungUp: () => { this.#off(); },
    }, options.dial, options.modemSetup);
    transport.onReceive((bytes) => { this.#receive(bytes); });
    context.identify({ product: "TAP paging terminal",
      incarnation: String(world.clock.monotonicMs()) });
    context.report({ type: "ready" });
  }

  request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    if (request.service !== "sendPage") {
      return Promise.resolve(fail("service-not-supported", {
        en: `A paging terminal does not offer ${request.service}.`,
        fr: `Un terminal de radiomessagerie n'offre pas ${request.service}.` }));
    }
    return new Promise((settle) => {
      this.#dropLate();
      this.#jobs.push({ blocks: this.#blocks(request.page), settle,
        expiresAtMs: this.#nowMs() + deadlineMs });
      if (this.#phase === "off") this.#call();
      else if (this.#phase === "ready") this.#transmit();
    });
  }

  snapshot(): ReturnType<Session["snapshot"]> {
    return Promise.resolve(fail("service-not-supported", {
      en: "A paging terminal has no calls to tell of.",
      fr: "Un terminal de radiomessagerie n'a pas d'appels à montrer." }));
  }

  probe(): ReturnType<Session["probe"]> {
    return Promise.resolve(ok([{ subject: "sendPage", proven: "not-tried",
      evidence: { en: "it would call somebody", fr: "cela appellerait quelqu'un" } }]));
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#modem?.close();
    for (const job of this.#jobs.splice(0)) {
      job.settle(fail("link-down", { en: "the line was closed", fr: "la ligne a été fermée" }));
    }
  }

  #nowMs(): number { return this.#context.world.clock.monotonicMs(); }

  #blocks({ pager, text }: Page): readonly Uint8Array[] {
    const { codePage, longTexts } = this.#context.options;
    const line = (words: string): string =>
      Buffer.from(encodePagingText(words, codePage)).toString("latin1");
    const address = line(pager);
    // Trailing blanks cost time on the air (§3.0 step 8).
    const message = line(text).trimEnd();
    const room = infoCharsMax - address.length - 2;
    return tapBlocks([address, longTexts === "cut" ? message.slice(0, room) : message]);
  }

  /** Jobs whose asker has stopped waiting; the one in the terminal's hands stays. */
  #dropLate(): void {
    const busy = this.#phase === "sending";
    const late = this.#jobs.filter(({ expiresAtMs }, index) =>
      expiresAtMs <= this.#nowMs() && !(busy && index === 0));
    this.#jobs = this.#jobs.filter((job) => !late.includes(job));
    for (const job of late) job.settle(noAnswer());
  }

  #write(bytes: Uint8Array): void {
    const sent = this.#context.transport.send(bytes);
    if (!sent.ok && !this.#closed) {
      this.#context.report({ type: "lost", reason: sent.fault.message });
    }
  }

  #send(request: TapRequest): void { this.#write(tapRequestCodec.encode(request)); }

  #within(phase: Phase, ms: number, late: () => void): void {
    this.#timer?.cancel();
    this.#phase = phase;
    this.#timer = this.#context.world.clock.after(ms, `tap.${phase}`, late);
  }

  #call(): void {
    this.#pages = 0;
    if (this.#modem === undefined) {
      this.#enter();
    } else {
      this.#phase = "dialling";
      this.#modem.dial();
    }
  }

  /** Step 3: CR until ID= comes. */
  #enter(): void {
    this.#decoder = tapAnswerCodec.decoder();
    this.#said = undefined;
    this.#tries = 0;
    const ask = (): void => {
      this.#tries += 1;
      this.#send({ kind: "enter" });
      this.#within("entering", enterMs, () => {
        if (this.#tries < triesMax) ask();
        else this.#fail("deadline-passed", { en: "the paging terminal does not say ID=",
          fr: "le terminal de radiomessagerie ne dit pas ID=" });
      });
    };
    ask();
  }

  /** Step 5A. */
  #logOn(): void {
    const { secret } = this.#context.options;
    const password = secret === undefined ? undefined : this.#context.secret(secret);
    if (password?.ok === false) {
      this.#fail(password.fault.code, password.fault.message);
      return;
    }
    this.#tries += 1;
    this.#send({ kind: "logon", service: "PG1", password: password?.value ?? "" });
    this.#within("logging-on", answerMs, () => { this.#logOnAgain(); });
  }

  #logOnAgain(): void {
    if (this.#tries < triesMax) this.#logOn();
    else this.#fail("deadline-passed", { en: "the paging terminal does not let us log on",
      fr: "le terminal de radiomessagerie ne nous laisse pas entrer" });
  }

  #ready(): void {
    this.#dropLate();
    this.#block = 0;
    if (this.#jobs.length > 0 && this.#pages < pagesMax) {
      this.#transmit();
    } else {
      this.#within("ready", this.#jobs.length > 0 ? 0 : lingerMs, () => { this.#logOff(); });
    }
  }

  #transmit(): void {
    this.#tries = 0;
    this.#transmitAgain();
  }

  #transmitAgain(): void {
    const block = this.#jobs[0]?.blocks[this.#block];
    if (block === undefined) {
      this.#ready();
      return;
    }
    if (this.#tries >= triesMax) {
      this.#fail("deadline-passed", { en: "the paging terminal acknowledges no block",
        fr: "le terminal de radiomessagerie n'acquitte aucun bloc" });
      return;
    }
    this.#tries += 1;
    this.#said = undefined;
    this.#write(block);
    this.#within("sending", answerMs, () => { this.#transmitAgain(); });
  }

  /** Step 9. */
  #logOff(): void {
    this.#send({ kind: "logoff" });
    this.#within("logging-off", answerMs, () => { this.#hangUp(); });
  }

  #hangUp(): void {
    this.#timer?.cancel();
    if (this.#modem === undefined) {
      this.#off();
    } else {
      this.#phase = "hanging-up";
      this.#modem.hangUp();
    }
  }

  #off(): void {
    this.#timer?.cancel();
    this.#phase = "off";
    this.#dropLate();
    if (this.#jobs.length > 0 && !this.#closed) this.#call();
  }

  /** The session has failed: the first page is told so, later ones begin a new session. */
  #fail(code: Fault["code"], reason: Text): void {
    const before = this.#phase;
    const job = this.#jobs.shift();
    this.#block = 0;
    if (before === "dialling") {
      this.#off();
    } else {
      if (before !== "entering") this.#send({ kind: "logoff" });
      this.#hangUp();
    }
    job?.settle(fail(code, reason));
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    for (const byte of bytes) {
      if (this.#phase === "dialling") {
        this.#modem?.receive(byte);
        continue;
      }
      if (this.#phase === "hanging-up") this.#modem?.receive(byte);
      for (const item of this.#decoder.push(Uint8Array.of(byte))) {
        if (item.kind === "garbage") this.#context.garbage(item.bytes, item.reason);
        else this.#hear(item.message);
      }
    }
  }

  #hear(answer: TapAnswer): void {
    switch (answer.kind) {
      case "text": this.#text(answer); return;
      case "prompt":
        if (this.#phase === "entering") this.#tries = 0;
        if (this.#phase === "entering" || this.#phase === "logging-on") this.#logOnAgain();
        return;
      case "goAhead":
        // Some terminals send it without an ACK of the logon.
        if (this.#phase === "waiting" || this.#phase === "logging-on") this.#ready();
        return;
      case "acknowledge": this.#acknowledged(); return;
      case "repeat":
        if (this.#phase === "logging-on") this.#logOnAgain();
        else if (this.#phase === "sending") this.#transmitAgain();
        return;
      case "abandon":
        if (this.#phase === "sending") this.#abandoned();
        else if (this.#phase === "logging-off") {
          this.#context.world.log.event("tap.late-rejection", { link: this.#context.link }, "warn");
        }
        return;
      case "disconnect": this.#disconnected(); return;
    }
  }

  #text({ code, text }: TapAnswer & { readonly kind: "text" }): void {
    if (this.#phase === "off") {
      this.#context.garbage(Buffer.from(text, "latin1"), "nobody was called");
      return;
    }
    if (this.#modem !== undefined && text === "NO CARRIER") {
      this.#disconnected();
      return;
    }
    // A sequence may have several lines, of which the first has the code.
    if (code !== undefined || this.#said === undefined) {
      this.#said = { text, ...(code !== undefined && { code }) };
    }
    if (code === "110") this.#context.identify({ product: "TAP paging terminal", version: text });
  }

  #acknowledged(): void {
    if (this.#phase === "logging-on") {
      this.#within("waiting", answerMs, () => {
        this.#fail("deadline-passed", { en: "the paging terminal does not give the go-ahead",
          fr: "le terminal de radiomessagerie ne donne pas le feu vert" });
      });
    } else if (this.#phase === "sending") {
      this.#block += 1;
      const [job] = this.#jobs;
      if (job !== undefined && this.#block < job.blocks.length) {
        this.#transmit();
        return;
      }
      this.#jobs.shift();
      this.#pages += 1;
      const pageStatus = this.#said?.code === deferred ? "queued" : "accepted";
      this.#ready();
      job?.settle(ok({ service: "sendPage", pageStatus }));
    }
  }

  /** RS: the terminal does not want this page; the session goes on. */
  #abandoned(): void {
    const job = this.#jobs.shift();
    const fault = fail(passing.has(this.#said?.code ?? "") ? "queue-full" : "service-refused",
      this.#reason("the paging terminal refuses the page", "le terminal refuse l'appel"));
    this.#ready();
    job?.settle(fault);
  }

  /** ESC EOT, or the carrier is gone. */
  #disconnected(): void {
    const before = this.#phase;
    if (before === "off" || before === "dialling") return;
    if (before === "hanging-up") {
      this.#modem?.dropped();
      return;
    }
    if (before !== "logging-off" && before !== "ready") {
      const refused = this.#said?.code?.startsWith("5") === true
        && !passing.has(this.#said.code) && before === "sending";
      const job = this.#jobs.shift();
      const fault = fail(refused ? "service-refused" : "queue-full",
        this.#reason("the paging terminal hangs up", "le terminal raccroche"));
      this.#block = 0;
      this.#hangUp();
      job?.settle(fault);
      return;
    }
    this.#hangUp();
  }

  #reason(en: string, fr: string): Text {
    const said = this.#said;
    if (said === undefined) return { en, fr };
    const words = [said.code, said.text].filter(Boolean).join(" ");
    return { en: `${en}: ${words}`, fr: `${fr} : ${words}` };
  }
}

function noAnswer(): Result<ServiceResponse> {
  return fail("deadline-passed", { en: "the paging terminal was not reached in time",
    fr: "le terminal de radiomessagerie n'a pas été joint à temps" });
}
