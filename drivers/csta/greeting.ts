/** What comes before the first frame on some PBXs, and the answer to the association's request. */

import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { CstaMessage } from "../../firmware/wire/csta/message.js";
import { timers } from "./timers.js";

type Answer = Extract<CstaMessage, { readonly kind: "handshake" | "associated"
  | "association-refused" }>;

/** Waits for the two answers that have no invoke id, one after the other. */
export class Greeting {
  readonly #clock: Clock;
  #timer: Cancellable | undefined;
  #waiting: ((result: Result<Answer>) => void) | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Faults: `deadline-passed`, `protocol-violation`, `link-down`. */
  async greet(send: () => void): Promise<Result<void>> {
    const answer = await this.#answerTo(send, {
      en: "no answer to the greeting: is this the PBX's CSTA port?",
      fr: "pas de réponse à l'accueil : est-ce bien le port CSTA du PBX ?" });
    if (!answer.ok) return answer;
    return answer.value.kind === "handshake" ? done : fail("protocol-violation", {
      en: "the PBX does not answer the greeting with P: is this its CSTA port?",
      fr: "le PBX ne répond pas P à l'accueil : est-ce bien son port CSTA ?" });
  }

  /** Resolves with what answers the request that `send` sends. */
  associate(send: () => void): Promise<Result<CstaMessage>> {
    return this.#answerTo(send, {
      en: "the PBX does not answer the request for an association",
      fr: "le PBX ne répond pas à la demande d'association" });
  }

  /** True when the message was waited for. */
  take(message: CstaMessage): boolean {
    if (message.kind !== "associated" && message.kind !== "association-refused"
      && message.kind !== "handshake") {
      return false;
    }
    const awaited = this.#waiting !== undefined;
    this.#end(ok(message));
    return awaited;
  }

  close(reason: string): void {
    this.#end(fail("link-down", reason));
  }

  #answerTo(
    send: () => void, silence: { readonly en: string; readonly fr: string },
  ): Promise<Result<Answer>> {
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#timer = this.#clock.after(timers.login.ms, "csta.greeting", () => {
        this.#end(fail("deadline-passed", silence));
      });
      send();
    });
  }

  #end(result: Result<Answer>): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#timer?.cancel();
    waiting?.(result);
  }
}
