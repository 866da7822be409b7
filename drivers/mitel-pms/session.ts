/** The conversation with a PBX: either end asks with ENQ; the PBX is asked whether it is there. */

import { done, fail, faultText, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Proof, Session, SessionContext } from "../../firmware/link/driver.js";
import type { HotelMessage } from "../../firmware/model/hotel.js";
import { deviceId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { EnquiryLine } from "../../firmware/wire/enquiry-line.js";
import type { MitelPmsOptions } from "./options.js";
import { areYouThere, readText, textsOf } from "./text.js";

/** An answer comes within this time; the protocol allows 2 to 5 s. */
export const answerMs = 3_000;
/** The text, and three times more after a NAK or no answer. */
export const triesMax = 4;
/** After so much silence the PBX is asked whether it is there. */
export const aliveMs = 60_000;

export function openSession(context: SessionContext<MitelPmsOptions>): Session {
  return new MitelPmsSession(context);
}

class MitelPmsSession implements Session {
  readonly #context: SessionContext<MitelPmsOptions>;
  readonly #line: EnquiryLine;
  #alive: Cancellable | undefined;
  #receivedAtMs = 0;
  #ready = false;
  #closed = false;

  constructor(context: SessionContext<MitelPmsOptions>) {
    this.#context = context;
    const { transport, world } = context;
    this.#line = new EnquiryLine({ world, line: transport, answerMs, triesMax,
      acknowledged: true, checked: false,
      // Assumed: when both ends ask at once, the PBX speaks first.
      yields: true,
      send: (bytes) => {
        const sent = transport.send(bytes);
        if (!sent.ok) context.report({ type: "lost", reason: faultText(sent.fault) });
        return sent;
      },
      take: (text) => this.#take(text),
      garbage: (bytes, reason) => { context.garbage(bytes, reason); } });
    transport.onReceive((bytes, atMs) => {
      this.#receivedAtMs = atMs;
      this.#line.receive(bytes);
    });
    transport.onClosed(() => { this.close(); });
    context.identify({ product: "PBX with Mitel's hotel protocol",
      incarnation: String(world.clock.monotonicMs()) });
    void this.#askAlive();
  }

  async request(request: ServiceRequest): Promise<Result<ServiceResponse>> {
    const { service } = request;
    if (service !== "setMessageWaitingIndicator" && service !== "setDoNotDisturb") {
      return fail("service-not-supported", `This protocol has no word for ${service}.`);
    }
    const type = service === "setDoNotDisturb" ? "doNotDisturb" : "messageWaiting";
    const told = await this.hotel({ type, room: request.device, on: request.on });
    return told.ok ? ok({ service }) : told;
  }

  snapshot(): Promise<Result<LinkSnapshot>> {
    return Promise.resolve(fail("service-not-supported", "This protocol tells of no calls."));
  }

  probe(): Promise<Result<readonly Proof[]>> {
    return Promise.resolve(ok([]));
  }

  async hotel(message: HotelMessage): Promise<Result<void>> {
    const texts = textsOf(message);
    if (texts === undefined) {
      return fail("service-refused", {
        en: `This protocol cannot say ${message.type} of this extension.`,
        fr: `Ce protocole ne sait pas dire ${message.type} de ce poste.` });
    }
    for (const text of texts) {
      const sent = await this.#send(text);
      if (!sent.ok) return sent;
    }
    this.#tell(message);
    return done;
  }

  close(): void {
    this.#closed = true;
    this.#alive?.cancel();
    this.#line.close();
  }

  async #send(text: string): Promise<Result<void>> {
    const sent = await this.#line.transmit(text);
    if (!sent.ok && sent.fault.code === "deadline-passed" && !this.#closed) {
      this.#context.report({ type: "lost", reason: faultText(sent.fault) });
    }
    return sent;
  }

  /** A PBX that refuses the question is there, too. */
  async #askAlive(): Promise<void> {
    const sent = await this.#send(areYouThere);
    if (this.#closed || (!sent.ok && sent.fault.code !== "service-refused")) return;
    this.#isAlive();
  }

  #isAlive(): void {
    const { world, report, hotel } = this.#context;
    if (!this.#ready) {
      this.#ready = true;
      report({ type: "ready" });
      if (hotel === undefined) {
        report({ type: "impaired", reason: {
          en: "no hotel in the configuration names this link",
          fr: "aucun hôtel de la configuration ne nomme ce lien" } });
      }
    }
    this.#alive?.cancel();
    this.#alive = world.clock.after(aliveMs, "mitel-pms.alive", () => { void this.#askAlive(); });
  }

  async #take(text: string): Promise<boolean> {
    if (this.#closed) return false;
    const said = readText(text, this.#context.options.conditions);
    if (said === undefined) {
      this.#context.garbage(Buffer.from(text, "latin1"), "no text of this protocol");
      return true;
    }
    if (this.#ready) this.#isAlive();
    if (said === "hello") return true;
    for (const message of said) {
      const { hotel } = this.#context;
      if (hotel !== undefined) {
        const kept = await hotel(message);
        if (!kept.ok) return false;
      }
      this.#tell(message);
    }
    return true;
  }

  /** Lamp and do-not-disturb have words in the call model: applications see them too. */
  #tell(message: HotelMessage): void {
    if (message.type !== "messageWaiting" && message.type !== "doNotDisturb") return;
    this.#context.emit({ type: message.type, link: this.#context.link, cause: "normal",
      receivedAtMs: this.#receivedAtMs, device: deviceId(message.room), on: message.on });
  }
}
