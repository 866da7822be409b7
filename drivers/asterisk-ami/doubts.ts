/** Devices that the PBX calls idle while our picture still has calls of theirs. */

import type { Cancellable, Clock } from "../../firmware/base/world.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { endpointOf, known } from "./channel.js";
import type { AmiMapper } from "./map.js";

/** Device states run ahead of or behind the channel events, but never by so much. */
export const doubtMs = 5_000;
/** More doubts at once are one doubt. */
export const doubtsMax = 100;

/** A lost Hangup shows as an idle device with a call: after a while, ask for a snapshot. */
export class Doubts {
  readonly #clock: Clock;
  readonly #mapper: AmiMapper;
  readonly #resync: (reason: string) => void;
  readonly #timers = new Map<string, Cancellable>();

  constructor(clock: Clock, mapper: AmiMapper, resync: (reason: string) => void) {
    this.#clock = clock;
    this.#mapper = mapper;
    this.#resync = resync;
  }

  get waiting(): number {
    return this.#timers.size;
  }

  message(message: AmiMessage): void {
    if (message.name !== "DeviceStateChange") return;
    const name = known(message.get("Device"));
    if (name === undefined || name.startsWith("Local/")) return;
    const { endpoint } = endpointOf(name);
    this.#timers.get(endpoint)?.cancel();
    this.#timers.delete(endpoint);
    if (message.get("State") !== "NOT_INUSE" || this.#timers.size >= doubtsMax) return;
    const legs = this.#mapper.picture.legsOf(endpoint);
    if (legs.size === 0) return;
    const ids = [...legs].map((leg) => leg.id);
    this.#timers.set(endpoint, this.#clock.after(doubtMs, "ami.doubt", () => {
      this.#timers.delete(endpoint);
      if (ids.some((id) => this.#mapper.picture.legs.has(id))) {
        this.#resync(`the PBX calls ${endpoint} idle, but its call has not ended`);
      }
    }));
  }

  close(): void {
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }
}
