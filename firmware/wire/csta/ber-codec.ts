/**
 * CSTA in ASN.1 as a whole: one phase, within remote operations, beside association control, in
 * frames. One codec is one end of one connection: it remembers which operation each of its
 * invocations was, for peers whose results do not say, and how the other end asked for the
 * association.
 */

import type { Decoded, Decoder } from "../../base/codec.js";
import { readBer } from "../ber.js";
import { BerReader } from "./ber-octets.js";
import {
  decodeAcse, encodeAcse, type AcseMessage, type AcseVariant, type AssociationForm,
} from "./acse.js";
import { cstaFramer, type CstaFrame, type CstaFramer, type CstaFraming } from "./framing.js";
import type { Functions } from "./functionality.js";
import {
  unansweredServices, type CstaCodec, type CstaMessage, type CstaResult, type CstaServiceName,
} from "./message.js";
import { eventReportOperation, type CstaPhase } from "./phase.js";
import { decodeRose, encodeRose, universalFailure, type RosePdu } from "./rose.js";

/** Invocations whose operation is remembered. */
export const rememberedMax = 4_096;
/** Invoke ids of events that have none: the upper half of two octets, the first of them. */
const eventInvokeIDMin = 0x4000;
const eventInvokeIDMax = 0x7fff;

export interface CstaBerOptions {
  readonly phase: CstaPhase;
  readonly framing: CstaFraming;
  /** `none`: the peer has no association control (MD110). */
  readonly acse: AcseVariant | "none";
  /** What an association of the old form is told this end offers; all of the phase if absent. */
  readonly offers?: Functions;
}

export function cstaBerCodec(options: CstaBerOptions): CstaCodec {
  return new CstaBerCodec(options);
}

interface Invoked {
  readonly operation: number;
  readonly service: CstaServiceName;
}

type Found = Iterable<Decoded<CstaMessage>>;

class CstaBerCodec implements CstaCodec {
  readonly services: CstaCodec["services"];
  readonly events: CstaCodec["events"];
  readonly #phase: CstaPhase;
  readonly #framer: CstaFramer;
  readonly #acse: AcseVariant | "none";
  readonly #offers: Functions;
  /** Invocations that are not answered, by invoke id; the oldest goes first. */
  readonly #invoked = new Map<number, Invoked>();
  #asked: AssociationForm | undefined;
  #eventInvokeID = eventInvokeIDMin;

  constructor({ phase, framing, acse, offers = phase }: CstaBerOptions) {
    this.services = phase.services;
    this.events = phase.events;
    this.#phase = phase;
    this.#framer = cstaFramer(framing);
    this.#acse = acse;
    this.#offers = offers;
  }

  encode(message: CstaMessage): Uint8Array | undefined {
    switch (message.kind) {
      case "keep-alive": return this.#framer.encode({ kind: "keep-alive" });
      case "handshake": return this.#framer.encode(message);
      case "associate": case "associated": case "association-refused": case "release":
      case "released": case "abort": return this.#framed(this.#association(message));
      case "keep-session": case "session-kept": return undefined;
      default: {
        const pdu = this.#operation(message);
        return this.#framed(pdu === undefined ? undefined : encodeRose(pdu));
      }
    }
  }

  decoder(): Decoder<CstaMessage> {
    const frames = this.#framer.decoder();
    const read = (frame: CstaFrame): Found => this.#read(frame);
    return {
      push(chunk) {
        const found: Decoded<CstaMessage>[] = [];
        for (const each of frames.push(chunk)) {
          if (each.kind === "garbage") found.push(each);
          else found.push(...read(each.message));
        }
        return found;
      },
    };
  }

  #framed(pdu: Uint8Array | undefined): Uint8Array | undefined {
    return pdu === undefined ? undefined : this.#framer.encode({ kind: "pdu", pdu });
  }

  #association(message: AcseMessage): Uint8Array | undefined {
    return this.#acse === "none" ? undefined
      : encodeAcse(message, this.#acse, this.#offers, this.#asked);
  }

  #operation(message: Extract<CstaMessage, { readonly kind: "invoke" | "event" | "result" | "error"
    | "reject" | "unknown-invoke" }>): RosePdu | undefined {
    switch (message.kind) {
      case "invoke": {
        const { invokeID, service } = message;
        const encoded = this.#phase.encodeArgument(service, message.argument);
        if (encoded === undefined) return undefined;
        if (!unansweredServices.has(service)) {
          this.#remember(invokeID, { operation: encoded.operation, service });
        }
        return { kind: "invoke", invokeID, operation: encoded.operation,
          argument: encoded.element };
      }
      case "event": {
        const argument = this.#phase.encodeEvent(message.monitorCrossRefID, message.event);
        return argument === undefined ? undefined : { kind: "invoke", argument,
          invokeID: message.invokeID ?? this.#nextEventInvokeID(),
          operation: eventReportOperation };
      }
      case "result": {
        const { invokeID, service, result } = message;
        if (service === undefined) return { kind: "result", invokeID, result: new Uint8Array(0) };
        const encoded = this.#phase.encodeResult(service, result);
        return encoded === undefined ? undefined : { kind: "result", invokeID,
          operation: encoded.operation, result: encoded.element };
      }
      case "error": return { kind: "error", invokeID: message.invokeID, code: universalFailure,
        parameter: this.#phase.encodeError(message.error) };
      case "reject": return message;
      case "unknown-invoke": return undefined;
    }
  }

  #remember(invokeID: number, invoked: Invoked): void {
    this.#invoked.delete(invokeID);
    this.#invoked.set(invokeID, invoked);
    if (this.#invoked.size <= rememberedMax) return;
    const [oldest] = this.#invoked.keys();
    if (oldest !== undefined) this.#invoked.delete(oldest);
  }

  #nextEventInvokeID(): number {
    const invokeID = this.#eventInvokeID;
    this.#eventInvokeID = invokeID < eventInvokeIDMax ? invokeID + 1 : eventInvokeIDMin;
    return invokeID;
  }

  #read(frame: CstaFrame): Found {
    if (frame.kind !== "pdu") return [{ kind: "message", message: frame }];
    const { pdu } = frame;
    const garbage = (reason: string): Found => [{ kind: "garbage", bytes: pdu.slice(), reason }];
    const from = new BerReader(pdu);
    const wrong = from.enter(0, pdu.length);
    if (wrong !== undefined) return garbage(wrong);
    // Of an application, or [0]: association control.
    if ((from.head & 0xc0) === 0x40 || (from.head & 0x1f) === 0) {
      const element = readBer(pdu);
      if (typeof element === "string") return garbage(element);
      const read = decodeAcse(element);
      if (typeof read === "string") return garbage(read);
      if (read.asked !== undefined) this.#asked = read.asked;
      return [{ kind: "message", message: read.message }];
    }
    const operation = decodeRose(from);
    if (typeof operation === "string") return garbage(operation);
    return this.#message(operation, garbage);
  }

  #message(pdu: RosePdu, garbage: (reason: string) => Found): Found {
    switch (pdu.kind) {
      case "invoke": return this.#invocation(pdu, garbage);
      case "result": return this.#result(pdu, garbage);
      case "error":
        this.#invoked.delete(pdu.invokeID);
        return [{ kind: "message", message: { kind: "error", invokeID: pdu.invokeID,
          error: this.#phase.decodeError(pdu.parameter) } }];
      case "reject":
        if (pdu.invokeID !== undefined) this.#invoked.delete(pdu.invokeID);
        return [{ kind: "message", message: pdu }];
    }
  }

  #invocation(
    { invokeID, operation, argument }: Extract<RosePdu, { readonly kind: "invoke" }>,
    garbage: (reason: string) => Found,
  ): Found {
    if (operation === eventReportOperation) {
      const report = this.#phase.decodeEvent(argument);
      return typeof report === "string" ? garbage(report)
        : [{ kind: "message", message: { kind: "event", invokeID, ...report } }];
    }
    const read = this.#phase.decodeArgument(operation, argument);
    const unknown = { kind: "unknown-invoke", invokeID, operation: String(operation) } as const;
    if (typeof read === "string") {
      return [{ kind: "message", message: { ...unknown, mistyped: read } }];
    }
    if ("unknown" in read) return [{ kind: "message", message: unknown }];
    // The phase pairs services and arguments; the union cannot say so.
    return [{ kind: "message", message: { kind: "invoke", invokeID, ...read } as CstaMessage }];
  }

  #result(
    { invokeID, operation, result }: Extract<RosePdu, { readonly kind: "result" }>,
    garbage: (reason: string) => Found,
  ): Found {
    const invoked = this.#invoked.get(invokeID);
    const known = operation ?? invoked?.operation;
    this.#invoked.delete(invokeID);
    const bare = { kind: "message",
      message: { kind: "result", invokeID, result: {} as CstaResult } } as const;
    if (known === undefined) return [bare];
    const read = this.#phase.decodeResult(known, result, invoked?.service);
    // Answered it is, whatever with: nobody should wait for the end of its time.
    if (typeof read === "string") return [...garbage(read), bare];
    if ("unknown" in read) return [bare];
    return [{ kind: "message", message: { kind: "result", invokeID, ...read } }];
  }
}
