/** The conversation with a front desk: the link is described, kept alive, and carries records. */

import { fail, faultText, ok, type Result, type Text } from "../../firmware/base/result.js";
import { afterSilence } from "../../firmware/base/silence.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import type { HotelMessage } from "../../firmware/model/hotel.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { EnquiryLine } from "../../firmware/wire/enquiry-line.js";
import { answerOf, descriptions, messagesOf, recordOf, stampFields } from "./map.js";
import type { FiasOptions } from "./options.js";
import { readRecord, writeRecord, type FiasRecord } from "./record.js";

/** Until the front desk has answered, the link is offered again this often. */
export const startMs = 10_000;
/** After so much silence the front desk is asked whether it is alive. */
export const aliveMs = 60_000;
/** It answers within this time. Assumed: a front desk answers a link alive with one of its own. */
export const aliveAnswerMs = 20_000;
export const aliveTriesMax = 3;
export const answerMs = 3_000;
export const triesMax = 4;
/** A posting is answered within this time. */
export const postingMs = 30_000;
const version = "1.0";

export function openSession(context: SessionContext<FiasOptions>): Session {
  return new FiasSession(context);
}

interface Posting {
  readonly number: number;
  settle(result: Result<void>): void;
}

class FiasSession implements Session {
  readonly #context: SessionContext<FiasOptions>;
  readonly #line: EnquiryLine;
  #state: "starting" | "described" | "up" = "starting";
  #timer: Cancellable | undefined;
  #unanswered = 0;
  #openings = 0;
  #posting: Posting | undefined;
  #closed = false;

  constructor(context: SessionContext<FiasOptions>) {
    this.#context = context;
    const { transport, world, options } = context;
    const acknowledged = options.check === "lrc"
      || (options.check === "auto" && transport.kind === "serial");
    this.#line = new EnquiryLine({ world, line: transport, answerMs, triesMax,
      acknowledged, checked: acknowledged,
      // Assumed: when both ends ask at once, the front desk speaks first.
      yields: true,
      send: (bytes) => {
        const sent = transport.send(bytes);
        if (!sent.ok) context.report({ type: "lost", reason: faultText(sent.fault) });
        return sent;
      },
      take: (text) => this.#take(text),
      garbage: (bytes, reason) => { context.garbage(bytes, reason); } });
    transport.onReceive((bytes) => { this.#line.receive(bytes); });
    transport.onClosed(() => { this.close(); });
    this.#identify();
    this.#start();
  }

  request(request: ServiceRequest): Promise<Result<ServiceResponse>> {
    return Promise.resolve(fail("service-not-supported",
      `A front desk is no telephone system: ${request.service}.`));
  }

  snapshot(): Promise<Result<LinkSnapshot>> {
    return Promise.resolve(fail("service-not-supported", "A front desk knows no calls."));
  }

  probe(): Promise<Result<readonly Proof[]>> {
    return Promise.resolve(ok([]));
  }

  async hotel(message: HotelMessage, deadlineMs: number): Promise<Result<void>> {
    if (this.#state !== "up") {
      return fail("link-down", { en: "The front desk has not started the link.",
        fr: "L'hôtel n'a pas démarré la liaison." });
    }
    const { options, world } = this.#context;
    const record = recordOf(message, { ...options, nowMs: world.clock.wall().getTime() });
    if (record === undefined) {
      return fail("service-not-supported", `FIAS has no word for ${message.type}.`);
    }
    return message.type === "charge" ? this.#post(record, message.charge.number, deadlineMs)
      : this.#send(record);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#line.close();
    this.#posting?.settle(fail("link-down", "The line is closed."));
  }

  #identify(): void {
    this.#openings += 1;
    this.#context.identify({ product: "Front desk (FIAS)",
      incarnation: `${this.#context.world.clock.monotonicMs()}.${this.#openings}` });
  }

  #start(): void {
    void this.#send(writeRecord("LS", this.#stamp()));
    this.#after(startMs, () => { this.#start(); });
  }

  /** Says what we are, and which records with which fields we want and send. */
  #describe(): void {
    this.#state = "described";
    const { interfaceId } = this.#context.options;
    void this.#send(writeRecord("LD", [...this.#stamp(), ["V#", version], ["IF", interfaceId]]));
    for (const [record, fields] of descriptions) {
      void this.#send(writeRecord("LR", [["RI", record], ["FL", fields]]));
    }
    void this.#send(writeRecord("LA", this.#stamp()));
    this.#after(startMs, () => { this.#start(); });
  }

  async #send(record: string): Promise<Result<void>> {
    const text = Buffer.from(record, this.#context.options.encoding).toString("latin1");
    const sent = await this.#line.transmit(text);
    if (!sent.ok && sent.fault.code === "deadline-passed" && !this.#closed) {
      this.#context.report({ type: "lost", reason: faultText(sent.fault) });
    }
    return sent;
  }

  #post(record: string, number: number, deadlineMs: number): Promise<Result<void>> {
    if (this.#posting !== undefined) {
      return Promise.resolve(fail("queue-full", "Another posting waits for its answer."));
    }
    return new Promise((resolve) => {
      const timer = this.#context.world.clock.after(Math.min(postingMs, deadlineMs),
        "fias.posting", () => {
          settle(fail("deadline-passed", { en: `Posting ${number} was not answered.`,
            fr: `L'imputation ${number} est restée sans réponse.` }));
        });
      const settle = (result: Result<void>): void => {
        timer.cancel();
        this.#posting = undefined;
        resolve(result);
      };
      this.#posting = { number, settle };
      void this.#send(record).then((sent) => { if (!sent.ok) settle(sent); });
    });
  }

  async #take(text: string): Promise<boolean> {
    if (this.#closed) return false;
    const { context, record } = { context: this.#context,
      record: readRecord(Buffer.from(text, "latin1").toString(this.#context.options.encoding)) };
    if (record === undefined) {
      context.garbage(Buffer.from(text, "latin1"), "no FIAS record");
      return true;
    }
    this.#unanswered = 0;
    if (this.#isOfLink(record)) return true;
    const messages = messagesOf(record);
    if (messages.length === 0) {
      context.world.log.event("fias.record.unknown", { link: context.link, record: record.id },
        "warn");
      return true;
    }
    for (const message of messages) {
      // Without a hotel in the configuration nothing is kept: the resync after it comes heals.
      const kept = await context.hotel?.(message) ?? ok(undefined);
      if (!kept.ok) return false;
    }
    return true;
  }

  /** The records that are about the link itself. */
  #isOfLink({ id, fields }: FiasRecord): boolean {
    switch (id) {
      case "LS":
        if (this.#state === "up") this.#identify();
        this.#describe();
        return true;
      case "LA":
        if (this.#state === "starting") this.#describe();
        else this.#alive();
        return true;
      case "LE":
        this.#context.report({ type: "lost", reason: {
          en: "the front desk has ended the link", fr: "l'hôtel a terminé la liaison" } });
        return true;
      case "PA": this.#answered(fields); return true;
      case "LD": case "LR": return true;
      default:
        if (this.#state === "up") this.#keepAlive();
        return false;
    }
  }

  #alive(): void {
    const { context } = { context: this.#context };
    if (this.#state !== "up") {
      this.#state = "up";
      context.report({ type: "ready" });
      if (context.hotel === undefined) {
        context.report({ type: "impaired", reason: {
          en: "no hotel in the configuration names this link",
          fr: "aucun hôtel de la configuration ne nomme ce lien" } });
      }
    }
    this.#keepAlive();
  }

  #keepAlive(): void {
    this.#after(aliveMs, () => { this.#askAlive(); });
  }

  #askAlive(): void {
    if (this.#unanswered >= aliveTriesMax) {
      const reason: Text = { en: "the front desk does not answer any more",
        fr: "l'hôtel ne répond plus" };
      this.#context.report({ type: "lost", reason });
      return;
    }
    this.#unanswered += 1;
    void this.#send(writeRecord("LA", this.#stamp()));
    this.#after(aliveAnswerMs, () => { this.#askAlive(); });
  }

  #answered(fields: FiasRecord["fields"]): void {
    const posting = this.#posting;
    const number = fields.get("P#") ?? "";
    if (posting === undefined || (number !== "" && Number(number) !== posting.number)) {
      this.#context.world.log.event("fias.answer.late", { link: this.#context.link, number });
      return;
    }
    const status = fields.get("AS") ?? "";
    const answer = answerOf(status);
    const words: Text = { en: `The front desk answered ${status} to posting ${posting.number}.`,
      fr: `L'hôtel a répondu ${status} à l'imputation ${posting.number}.` };
    posting.settle(answer === "taken" ? ok(undefined)
      : fail(answer === "later" ? "queue-full" : "service-refused", words));
  }

  #stamp(): readonly (readonly [string, string])[] {
    const { options, world } = this.#context;
    return stampFields(world.clock.wall().getTime(), options.timeZone);
  }

  #after(ms: number, run: () => void): void {
    this.#timer?.cancel();
    if (this.#closed) return;
    const { transport, world } = this.#context;
    this.#timer = afterSilence(world.clock, transport, ms, "fias.link", run);
  }
}
