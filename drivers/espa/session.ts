/**
 * The conversation on an ESPA 4.4.4 line, half duplex. The control station gives the turn: to
 * itself when it has something to say, else by a poll. Whoever has the turn selects the other,
 * sends blocks that are acknowledged, and ends with EOT, which gives the line back.
 */

import {
  done, fail, inLanguage, ok, type Result, type Text,
} from "../../firmware/base/result.js";
import { afterSilence } from "../../firmware/base/silence.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Session, SessionContext } from "../../firmware/link/driver.js";
import type { Page } from "../../firmware/model/pages.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import {
  espaCodec, espaHeaders, type EspaBlock, type EspaMessage,
} from "../../firmware/wire/espa.js";
import { pageBlock, readPage, readStatus, statusBlock } from "./map.js";
import type { EspaOptions } from "./options.js";

/** An enquiry or a block is answered within this (ESPA 4.4.4 §3). */
export const responseMs = 2_000;
/** How often an enquiry or a block is sent before the transmission is given up. */
export const triesMax = 3;
export const blockMs = 5_000;
export const trafficMs = 15_000;
export const noiseMs = 150;
export const contentionMs = 3_000;
export const quietMs = 60_000;
/** Polls without an answer until the other end counts as away. */
export const missedMax = 3;
/** Status blocks that wait for a turn; pages are bounded by the requests in flight. */
const answersMax = 100;

/** Assumed: a refusal with prefix 1 reports a transmission error and invites a repetition. */
const damaged = "1";
/** Assumed: a refusal with another prefix means that the block cannot be taken now. */
const cannotTake = "2";

type Phase =
  /** Nobody has the turn. */
  | "idle"
  /** Another station, or the control station itself, was given the turn: a selection follows. */
  | "granted"
  /** We gave the turn: EOT or a selection follows. */
  | "polling"
  /** We have selected the other: ACK follows. */
  | "selecting"
  /** Our block is out: ACK or NAK follows. */
  | "sending"
  /** We are selected: blocks or EOT follow. */
  | "selected"
  /** A page is being made durable; the other end waits for our ACK. */
  | "storing"
  /** Others talk, until EOT. */
  | "passive";

interface Job {
  readonly block: EspaBlock;
  readonly expiresAtMs: number;
  settle(result: Result<void>): void;
}

export function openSession(context: SessionContext<EspaOptions>): Session {
  return new EspaSession(context);
}

class EspaSession implements Session {
  readonly #context: SessionContext<EspaOptions>;
  readonly #controls: boolean;
  readonly #decoder = espaCodec.decoder();
  #jobs: Job[] = [];
  #phase: Phase = "idle";
  #tries = 0;
  /** Of the phase: what has to happen within its time. */
  #timer: Cancellable | undefined;
  /** The next poll, or our turn after a contention. */
  #turn: Cancellable | undefined;
  #noise: Cancellable | undefined;
  #quiet: Cancellable | undefined;
  /** The block that was acknowledged last in this transmission: its repetition is no news. */
  #accepted: string | undefined;
  #missed = 0;
  #impaired = false;
  #closed = false;

  constructor(context: SessionContext<EspaOptions>) {
    const { options, transport, world } = context;
    this.#context = context;
    this.#controls = options.role === "control-station";
    transport.onReceive((bytes) => { this.#receive(bytes); });
    context.identify({ product: this.#controls ? "ESPA 4.4.4 station"
      : "ESPA 4.4.4 control station", incarnation: String(world.clock.monotonicMs()) });
    context.report({ type: "ready" });
    if (!this.#controls) return;
    // Whatever a gateway before us has left open is over.
    this.#send({ kind: "end" });
    this.#next();
  }

  request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    if (request.service !== "sendPage") {
      return Promise.resolve(fail("service-not-supported", {
        en: `A paging line does not offer ${request.service}.`,
        fr: `Une ligne de recherche de personnes n'offre pas ${request.service}.` }));
    }
    const { codePage, textCharsMax } = this.#context.options;
    return new Promise((resolve) => {
      this.#add({ block: pageBlock(request.page, codePage, textCharsMax),
        expiresAtMs: this.#nowMs() + deadlineMs,
        settle: (result) => {
          resolve(result.ok ? ok({ service: "sendPage", pageStatus: "accepted" }) : result);
        } });
    });
  }

  snapshot(): ReturnType<Session["snapshot"]> {
    return Promise.resolve(fail("service-not-supported", {
      en: "A paging line has no calls to tell of.",
      fr: "Une ligne de recherche de personnes n'a pas d'appels à montrer." }));
  }

  probe(): ReturnType<Session["probe"]> {
    return Promise.resolve(ok([{ subject: "sendPage", proven: "not-tried",
      evidence: { en: "it would call somebody", fr: "cela appellerait quelqu'un" } }]));
  }

  close(): void {
    this.#closed = true;
    for (const timer of [this.#timer, this.#turn, this.#noise, this.#quiet]) timer?.cancel();
    for (const job of this.#jobs.splice(0)) {
      job.settle(fail("link-down", { en: "the line was closed", fr: "la ligne a été fermée" }));
    }
  }

  #afterSilence(ms: number, name: string, run: () => void): Cancellable {
    const { transport, world } = this.#context;
    return afterSilence(world.clock, transport, ms, name, run);
  }

  #nowMs(): number { return this.#context.world.clock.monotonicMs(); }

  #send(...messages: readonly EspaMessage[]): void {
    const sent = this.#context.transport.send(
      Buffer.concat(messages.map((message) => espaCodec.encode(message))));
    if (!sent.ok && !this.#closed) {
      this.#context.report({ type: "lost", reason: sent.fault.message });
    }
  }

  #enter(phase: Phase, withinMs?: number, late?: () => void): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#phase = phase;
    if (withinMs !== undefined && late !== undefined) {
      this.#timer = this.#afterSilence(withinMs, `espa.${phase}`, late);
    }
  }

  #add(job: Job): void {
    const late = this.#jobs.filter(({ expiresAtMs }, index) => expiresAtMs <= this.#nowMs()
      && !(index === 0 && (this.#phase === "selecting" || this.#phase === "sending")));
    this.#jobs = this.#jobs.filter((each) => !late.includes(each));
    for (const each of late) each.settle(noAnswer());
    this.#jobs.push(job);
    if (this.#controls && this.#phase === "idle") this.#next(0);
  }

  /** As control station: the next turn, at once where something waits. */
  #next(delayMs?: number): void {
    if (!this.#controls || this.#closed) return;
    const pollMs = this.#context.options.pollSeconds * 1_000;
    const waitMs = delayMs ?? (this.#jobs.length > 0 ? 0 : pollMs);
    this.#turn?.cancel();
    if (this.#jobs.length === 0 && pollMs === 0) return;
    this.#turn = this.#context.world.clock.after(waitMs, "espa.turn", () => {
      if (this.#phase !== "idle") return;
      if (this.#jobs.length > 0) this.#select();
      else this.#poll();
    });
  }

  #idle(delayMs?: number): void {
    this.#accepted = undefined;
    this.#enter("idle");
    this.#next(delayMs);
  }

  /** Ends the transmission that is ours to end. */
  #end(): void {
    this.#send({ kind: "end" });
    this.#idle();
  }

  #poll(): void {
    this.#send({ kind: "enquiry", address: this.#context.options.peerAddress });
    this.#enter("polling", responseMs, () => {
      this.#missed += 1;
      if (this.#missed >= missedMax) {
        this.#impair({ en: "the other station does not answer the poll",
          fr: "l'autre station ne répond pas à l'interrogation" });
      }
      this.#end();
    });
  }

  /** Our turn: the first job is for the other station. */
  #select(): void {
    const { address, peerAddress } = this.#context.options;
    this.#tries = 0;
    const own: EspaMessage = { kind: "enquiry", address };
    const selection: EspaMessage = { kind: "enquiry", address: peerAddress };
    const ask = (): void => {
      this.#tries += 1;
      const again: EspaMessage[] = this.#tries > 1 && this.#controls ? [{ kind: "end" }] : [];
      this.#send(...again, ...this.#controls ? [own] : [], selection);
      this.#enter("selecting", responseMs, () => {
        if (this.#tries < triesMax) ask();
        else this.#giveUp(noAnswer());
      });
    };
    ask();
  }

  #transmit(): void {
    const [job] = this.#jobs;
    if (job === undefined) {
      this.#end();
      return;
    }
    this.#tries += 1;
    this.#send(job.block);
    this.#enter("sending", responseMs, () => { this.#again(); });
  }

  #again(): void {
    if (this.#tries < triesMax) this.#transmit();
    else this.#giveUp(noAnswer());
  }

  /** The job failed; whether it is tried again is not for us to say. */
  #giveUp(result: Result<void>): void {
    const job = this.#jobs.shift();
    this.#end();
    job?.settle(result);
  }

  #receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    for (const item of this.#decoder.push(bytes)) {
      if (item.kind === "garbage") {
        this.#context.garbage(item.bytes, item.reason);
        if (this.#phase === "selected") this.#refuseSoon();
      } else {
        this.#noise?.cancel();
        this.#hear(item.message);
      }
    }
  }

  /** A block was damaged, or still is being: the refusal waits until the line is silent. */
  #refuseSoon(): void {
    this.#noise?.cancel();
    this.#noise = this.#afterSilence(noiseMs, "espa.noise", () => {
      if (this.#phase === "selected") this.#refuse(damaged);
    });
  }

  #refuse(prefix: string): void {
    this.#send({ kind: "refuse", prefix });
    this.#await();
  }

  /** We are selected: a block, another one or the end must come. */
  #await(): void {
    this.#enter("selected", blockMs, () => {
      if (this.#controls) this.#end();
      else this.#idle();
    });
  }

  #hear(message: EspaMessage): void {
    // What another control station says does not prove that ours is answered.
    if (!this.#controls || message.kind !== "enquiry" || this.#phase === "polling") this.#heard();
    switch (message.kind) {
      case "enquiry": this.#enquiry(message.address); return;
      case "acknowledge": this.#acknowledged(); return;
      case "refuse": this.#refused(message.prefix); return;
      case "end": this.#ended(); return;
      case "block": this.#block(message); return;
    }
  }

  /** The other end is there. A station that was polled expects to be polled again. */
  #heard(): void {
    this.#missed = 0;
    if (this.#impaired) {
      this.#impaired = false;
      this.#context.report({ type: "ready" });
    }
    if (this.#controls) return;
    this.#quiet?.cancel();
    this.#quiet = this.#afterSilence(quietMs, "espa.quiet", () => {
      this.#impair({ en: "nothing is heard of the control station any more",
        fr: "on n'entend plus la station de contrôle" });
    });
  }

  #enquiry(address: string): void {
    const { options } = this.#context;
    const mine = address === options.address;
    if (this.#phase === "polling" || this.#phase === "granted") {
      if (!mine) {
        this.#passive();
        return;
      }
      this.#send({ kind: "acknowledge" });
      this.#await();
    } else if (this.#controls) {
      this.#contention();
    } else if (this.#phase === "selected" && mine) {
      // Our acknowledgement was lost: the selection is repeated.
      this.#send({ kind: "acknowledge" });
      this.#await();
    } else if (mine) {
      if (this.#jobs.length > 0) this.#select();
      else this.#end();
    } else {
      this.#enter("granted", responseMs, () => { this.#idle(); });
    }
  }

  #passive(): void {
    this.#enter("passive", trafficMs, () => { this.#idle(); });
  }

  /** Somebody else gives turns on this line; the job keeps its place and waits for ours. */
  #contention(): void {
    this.#context.world.log.event("espa.contention", { link: this.#context.link }, "warn");
    this.#impair({ en: "another control station polls on this line: one of the two must be a "
      + "station", fr: "une autre station de contrôle interroge sur cette ligne : l'une des deux "
      + "doit être station" });
    this.#idle(responseMs + this.#context.world.random.integer(contentionMs));
  }

  #acknowledged(): void {
    if (this.#phase === "selecting") {
      this.#tries = 0;
      this.#transmit();
    } else if (this.#phase === "sending") {
      const job = this.#jobs.shift();
      this.#end();
      job?.settle(done);
    }
  }

  #refused(prefix: string | undefined): void {
    if (this.#phase === "selecting") {
      this.#giveUp(busy());
    } else if (this.#phase === "sending") {
      if (prefix === undefined || prefix === damaged) this.#again();
      else this.#giveUp(busy());
    }
  }

  #ended(): void {
    if (this.#phase === "selecting" || this.#phase === "sending") {
      const job = this.#jobs.shift();
      this.#idle();
      job?.settle(busy());
    } else {
      // Also while a page becomes durable: the other end repeats it, and the repetition is known.
      this.#idle();
    }
  }

  /** Some equipment sends its block without a selection: on a line of two it can only be ours. */
  #block(block: EspaBlock): void {
    if (this.#phase !== "selected" && this.#phase !== "idle") return;
    const text = JSON.stringify([block.header, ...block.records.map(({ id, value }) =>
      [id, ...value])]);
    if (text === this.#accepted) {
      this.#take(text);
    } else if (block.header === espaHeaders.callToPager) {
      this.#page(block, text);
    } else {
      const status = block.header === espaHeaders.statusInformation ? readStatus(block) : undefined;
      if (status !== undefined) this.#context.pageStatus?.(status.pager, status.status);
      else this.#context.world.log.event("espa.block", { link: this.#context.link,
        header: block.header, records: block.records.map(({ id }) => id).join(" ") });
      this.#take(text);
    }
  }

  #take(text: string): void {
    this.#accepted = text;
    this.#send({ kind: "acknowledge" });
    this.#await();
  }

  #page(block: EspaBlock, text: string): void {
    const page = readPage(block, this.#context.options.codePage);
    if (page === undefined) {
      this.#context.world.log.event("espa.page.nobody", { link: this.#context.link }, "warn");
      this.#refuse(cannotTake);
      return;
    }
    this.#enter("storing");
    const keeping = this.#context.page?.(page)
      ?? Promise.resolve(fail("precondition", "nobody takes pages"));
    void keeping.then((kept) => {
      if (this.#closed) return;
      if (kept.ok && this.#context.options.answerStatus) this.#answer(page);
      if (this.#phase !== "storing") return;
      if (kept.ok) {
        this.#take(text);
        return;
      }
      this.#context.world.log.event("espa.page.refused",
        { link: this.#context.link, reason: kept.fault.message }, "warn");
      this.#refuse(cannotTake);
    });
  }

  #answer({ pager }: Page): void {
    if (this.#jobs.length >= answersMax) return;
    this.#add({ block: statusBlock(pager, "queued"), expiresAtMs: this.#nowMs() + quietMs,
      settle: () => undefined });
  }

  #impair(reason: Text): void {
    if (this.#impaired) return;
    this.#impaired = true;
    this.#context.world.log.event("espa.impaired",
      { link: this.#context.link, reason: inLanguage(reason, "en") }, "warn");
    this.#context.report({ type: "impaired", reason });
  }
}

function noAnswer(): Result<void> {
  return fail("deadline-passed", { en: "the paging system does not answer",
    fr: "le système d'appel ne répond pas" });
}

function busy(): Result<void> {
  return fail("queue-full", { en: "the paging system takes no call now",
    fr: "le système d'appel ne prend pas d'appel maintenant" });
}
