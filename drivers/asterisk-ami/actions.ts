/** Actions and their answers: correlation by ActionID, lists, deadlines, bounds. */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import type { Cancellable, Clock } from "../../firmware/base/world.js";
import { amiCodec, amiMessage, type AmiField, type AmiMessage } from "../../firmware/wire/ami.js";

export interface Reply {
  readonly response: AmiMessage;
  /** The entries of a list, its end excluded. */
  readonly items: readonly AmiMessage[];
}

interface Waiting {
  readonly action: string;
  readonly list: boolean;
  readonly timer: Cancellable;
  readonly settle: (result: Result<Reply>) => void;
  readonly items: AmiMessage[];
  response: AmiMessage | undefined;
}

/** The PBX answers one action after the other; more at once only fill its queue. */
export const actionsInFlightMax = 64;
/** More entries than the largest PBX has channels or device states. */
export const listItemsMax = 100_000;

/** `No endpoints found`, `No Contacts found`: an empty list that calls itself an error. */
const nothingFound = /^no\b.*\b(found|present|defined|available|matching)/i;
const denied = /permission denied/i;
const unknownAction = /invalid\/unknown command/i;

export class Actions {
  readonly #clock: Clock;
  readonly #send: (bytes: Uint8Array) => Result<void>;
  readonly #waiting = new Map<string, Waiting>();
  #number = 0;

  constructor(clock: Clock, send: (bytes: Uint8Array) => Result<void>) {
    this.#clock = clock;
    this.#send = send;
  }

  get nextId(): string {
    return `jf${this.#number + 1}`;
  }

  get inFlight(): number {
    return this.#waiting.size;
  }

  /**
   * Sends an action. Errors: `queue-full`, `link-down`, `deadline-passed`, `permission-denied`,
   * `service-not-supported` (the PBX has no such action) and `service-refused` with its words.
   */
  send(
    action: string, fields: readonly AmiField[], deadlineMs: number, list = false,
  ): Promise<Result<Reply>> {
    if (this.#waiting.size >= actionsInFlightMax) {
      return Promise.resolve(fail("queue-full", `${action}: too many actions wait for an answer.`));
    }
    const id = this.nextId;
    this.#number += 1;
    const message = amiMessage([["Action", action], ["ActionID", id], ...fields]);
    const sent = this.#send(amiCodec.encode(message));
    if (!sent.ok) return Promise.resolve(sent);
    return new Promise((settle) => {
      const timer = this.#clock.after(deadlineMs, `ami.${action}`, () => {
        this.#waiting.delete(id);
        settle(fail("deadline-passed", { en: `${action}: no answer within ${deadlineMs} ms.`,
          fr: `${action} : pas de réponse en ${deadlineMs} ms.` }));
      });
      this.#waiting.set(id, { action, list, timer, settle, items: [], response: undefined });
    });
  }

  /** True when the message answers one of ours, and is nobody else's business. */
  take(message: AmiMessage): boolean {
    if (this.#waiting.size === 0) return false;
    const id = message.get("ActionID");
    const waiting = id === undefined ? undefined : this.#waiting.get(id);
    if (id === undefined || waiting === undefined) return false;
    if (message.kind === "response") this.#respond(id, waiting, message);
    else if (waiting.list && waiting.response !== undefined) this.#collect(id, waiting, message);
    return true;
  }

  #respond(id: string, waiting: Waiting, response: AmiMessage): void {
    waiting.response = response;
    const text = response.get("Message") ?? "";
    if (response.name === "Error") {
      this.#end(id, waiting, waiting.list && nothingFound.test(text)
        ? ok({ response, items: [] }) : refusal(waiting.action, text));
    } else if (!waiting.list) {
      this.#end(id, waiting, ok({ response, items: [] }));
    }
  }

  #collect(id: string, waiting: Waiting, event: AmiMessage): void {
    const { response } = waiting;
    if (response === undefined) return;
    if (event.get("EventList") === "Complete" || event.name.endsWith("Complete")) {
      this.#end(id, waiting, ok({ response, items: waiting.items }));
    } else if (waiting.items.length < listItemsMax) {
      waiting.items.push(event);
    } else {
      this.#end(id, waiting, fail("protocol-violation",
        `${waiting.action}: a list of more than ${listItemsMax} entries.`));
    }
  }

  #end(id: string, waiting: Waiting, result: Result<Reply>): void {
    this.#waiting.delete(id);
    waiting.timer.cancel();
    waiting.settle(result);
  }

  close(reason: string): void {
    for (const [id, waiting] of [...this.#waiting]) {
      this.#end(id, waiting, fail("link-down", `${waiting.action}: ${reason}`));
    }
  }
}

function refusal(action: string, text: string): Result<never> {
  if (denied.test(text)) {
    return fail("permission-denied", {
      en: `${action}: the manager user lacks the write class for it ("${text}").`,
      fr: `${action} : l'utilisateur manager n'en a pas la classe d'écriture (« ${text} »).` });
  }
  if (unknownAction.test(text)) {
    return fail("service-not-supported", { en: `${action}: this PBX has no such action.`,
      fr: `${action} : ce PBX n'a pas cette action.` });
  }
  const words = text.slice(0, 200);
  return fail("service-refused", { en: `${action}: the PBX says "${words}".`,
    fr: `${action} : le PBX dit « ${words} ».` });
}
