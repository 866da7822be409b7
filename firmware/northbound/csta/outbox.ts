/**
 * What waits for one application, in order: answers, and events up to a bound. An application
 * slower than its events loses those that wait, all at once, and is told so in their place.
 */

import type { CstaMessage } from "../../wire/csta/message.js";

export type Waiting =
  | { readonly kind: "message"; readonly message: CstaMessage }
  | { readonly kind: "event"; readonly message: CstaMessage }
  /** Events stood here. */
  | { readonly kind: "gap" };

const gap: Waiting = { kind: "gap" };
const spliceAt = 512;

export class Outbox {
  readonly #eventsMax: number;
  #waiting: Waiting[] = [];
  #head = 0;
  #events = 0;
  #messages = 0;
  #lost = 0;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
  }

  get events(): number {
    return this.#events;
  }

  /** Answers that wait; their number is bounded by the requests that are read. */
  get messages(): number {
    return this.#messages;
  }

  /** Events that this application has lost so far. */
  get lost(): number {
    return this.#lost;
  }

  message(message: CstaMessage): void {
    this.#waiting.push({ kind: "message", message });
    this.#messages += 1;
  }

  event(message: CstaMessage): void {
    if (this.#events >= this.#eventsMax) this.loseEvents();
    this.#waiting.push({ kind: "event", message });
    this.#events += 1;
  }

  /** The events that wait become one gap; so it is also told what was lost before it came here. */
  loseEvents(): void {
    this.#lost += this.#events;
    this.#keep((item) => item.kind === "message");
    this.#waiting.push(gap);
  }

  /** The connection for which they were meant is gone. */
  dropMessages(): void {
    this.#keep((item) => item.kind !== "message");
  }

  /** Before everything that waits. */
  gapFirst(): void {
    this.#keep(() => true);
    this.#waiting.unshift(gap);
  }

  take(): Waiting | undefined {
    const item = this.#waiting[this.#head];
    if (item === undefined) return undefined;
    this.#head += 1;
    if (item.kind === "event") this.#events -= 1;
    if (item.kind === "message") this.#messages -= 1;
    if (this.#head === this.#waiting.length || this.#head >= spliceAt) {
      this.#waiting.splice(0, this.#head);
      this.#head = 0;
    }
    return item;
  }

  #keep(which: (item: Waiting) => boolean): void {
    this.#waiting = this.#waiting.slice(this.#head).filter(which);
    this.#head = 0;
    this.#events = this.#waiting.filter(({ kind }) => kind === "event").length;
    this.#messages = this.#waiting.filter(({ kind }) => kind === "message").length;
  }
}
