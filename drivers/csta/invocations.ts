/** Requests to the PBX and their answers: correlation by invoke id, deadlines, bounds. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { CstaArgument, CstaCodec, CstaError, CstaMessage, CstaResult, CstaServiceName }
  from "../../firmware/wire/csta/message.js";
import { refusal, rejection } from "./errors.js";

/** Answers awaited at once; the link itself admits fewer requests of applications. */
export const invocationsMax = 128;
/** XML has four digits, of which 9999 are events; BER peers take more. */
export const invokeIdMax = 9_998;

interface Waiting {
  readonly service: string;
  readonly timer: Cancellable;
  readonly settle: (result: Result<CstaMessage>) => void;
  readonly answered: (() => void) | undefined;
}

export class Invocations {
  readonly #clock: Clock;
  readonly #codec: CstaCodec;
  readonly #transmit: (bytes: Uint8Array) => Result<void>;
  readonly #waiting = new Map<number, Waiting>();
  /** Services that this very PBX has said it does not offer. */
  readonly refused = new Set<CstaServiceName>();
  /** Services that it has answered. */
  readonly proven = new Set<CstaServiceName>();
  #last = 0;

  constructor(clock: Clock, codec: CstaCodec, transmit: (bytes: Uint8Array) => Result<void>) {
    this.#clock = clock;
    this.#codec = codec;
    this.#transmit = transmit;
  }

  /**
   * Asks the PBX. Faults: `service-not-supported` also where the encoding has no such service,
   * `queue-full`, `link-down`, `deadline-passed`, and those of `refusal`, whose `cause` is the
   * PBX's own `CstaError`. `answered` is called before the next message is read.
   */
  async invoke<S extends CstaServiceName>(
    service: S, argument: CstaArgument<S>, deadlineMs: number, answered?: () => void,
  ): Promise<Result<CstaResult<S>>> {
    const answer = await this.ask(service, deadlineMs, (invokeID) =>
      ({ kind: "invoke", invokeID, service, argument }) as CstaMessage, answered);
    if (!answer.ok) {
      if (answer.fault.code === "service-not-supported") this.refused.add(service);
      return answer;
    }
    this.refused.delete(service);
    this.proven.add(service);
    const { value } = answer;
    // An answer without a table is empty: every field of it is then absent.
    const result = value.kind === "result" ? value.result : {};
    return ok(result as CstaResult<S>);
  }

  /** Sends any message that has an answer; resolves with what came. */
  ask(
    name: string, deadlineMs: number, make: (invokeID: number) => CstaMessage,
    answered?: () => void,
  ): Promise<Result<CstaMessage>> {
    if (this.#waiting.size >= invocationsMax) {
      return Promise.resolve(fail("queue-full", `${name}: too many requests wait for an answer.`));
    }
    const invokeID = this.#nextId();
    const bytes = this.#codec.encode(make(invokeID));
    if (bytes === undefined) {
      return Promise.resolve(notInPhase(name));
    }
    const sent = this.#transmit(bytes);
    if (!sent.ok) return Promise.resolve(sent);
    return new Promise((settle) => {
      const timer = this.#clock.after(deadlineMs, `csta.${name}`, () => {
        this.#waiting.delete(invokeID);
        settle(fail("deadline-passed", { en: `${name}: no answer within ${deadlineMs} ms.`,
          fr: `${name} : pas de réponse en ${deadlineMs} ms.` }));
      });
      this.#waiting.set(invokeID, { service: name, timer, settle, answered });
    });
  }

  /** Sends what is never answered. Faults: `service-not-supported`, `link-down`. */
  tell<S extends CstaServiceName>(service: S, argument: CstaArgument<S>): Result<void> {
    const bytes = this.#codec.encode(
      { kind: "invoke", invokeID: this.#nextId(), service, argument } as CstaMessage);
    return bytes === undefined ? notInPhase(service) : this.#transmit(bytes);
  }

  /** False when nobody waits for this answer: it came too late, or is nonsense. */
  take(message: CstaMessage): boolean {
    if (!("invokeID" in message) || message.invokeID === undefined) return false;
    const waiting = this.#waiting.get(message.invokeID);
    if (waiting === undefined) return false;
    this.#waiting.delete(message.invokeID);
    waiting.timer.cancel();
    waiting.answered?.();
    waiting.settle(settled(waiting.service, message));
    return true;
  }

  close(reason: string): void {
    for (const [id, waiting] of [...this.#waiting]) {
      this.#waiting.delete(id);
      waiting.timer.cancel();
      waiting.settle(fail("link-down", `${waiting.service}: ${reason}`));
    }
  }

  #nextId(): number {
    do {
      this.#last = this.#last % invokeIdMax + 1;
    } while (this.#waiting.has(this.#last));
    return this.#last;
  }
}

function notInPhase(name: string): Result<never> {
  return fail("service-not-supported", { en: `${name}: this phase of CSTA has no such service.`,
    fr: `${name} : cette phase de CSTA n'a pas ce service.` });
}

function settled(service: string, message: CstaMessage): Result<CstaMessage> {
  if (message.kind === "error") return refusal(service, message.error);
  if (message.kind === "reject") return rejection(service, message.problem);
  return ok(message);
}

/** The PBX's own error behind a fault, where it gave one. */
export function cstaErrorOf(cause: unknown): CstaError | undefined {
  return typeof cause === "object" && cause !== null && "category" in cause && "value" in cause
    ? cause as CstaError : undefined;
}
