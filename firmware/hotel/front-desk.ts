/** The way to the front desk: what waits for it in order, then calls, one by one. */

import { faults } from "../base/faults.js";
import { done, fail, faultText, inEachLanguage, inLanguage, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { HotelMessage, RoomMessage } from "../model/hotel.js";
import type { LinkId } from "../model/identifiers.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { Charges } from "./charges.js";
import { Errand } from "./errand.js";
import { outbox } from "./hotel-keyspaces.js";
import { tellMs, type HotelLink } from "./telephones.js";

export interface FrontDeskParts {
  readonly id: LinkId;
  readonly world: World;
  readonly store: Store;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  readonly link: () => HotelLink | undefined;
  readonly charges: Charges;
}

/** Messages that wait for the front desk; further ones are refused, and told so to the PBX. */
export const waitingMax = 10_000;
const waitingAlarm = 0.8 * waitingMax;

interface Waiting {
  readonly key: bigint;
  readonly message: RoomMessage;
}

export class FrontDesk {
  readonly #parts: FrontDeskParts;
  readonly #waiting: Waiting[] = [];
  #last = 0n;
  #wantsResync = false;
  readonly #errand: Errand;

  constructor(parts: FrontDeskParts) {
    this.#parts = parts;
    this.#errand = new Errand(parts.world, "hotel.front-desk", () => this.#tellAll());
  }

  get id(): LinkId {
    return this.#parts.id;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  async load(): Promise<void> {
    for await (const [key, message] of this.#parts.store.range(outbox, {})) {
      this.#waiting.push({ key, message });
      this.#last = key;
    }
    this.#gauge();
  }

  /** Puts a message into the batch that makes it durable, and calls `wake` when it is. */
  add(message: RoomMessage): Result<Mutation> {
    if (this.#waiting.length >= waitingMax) {
      return fail("queue-full", {
        en: `${waitingMax} messages wait for the front desk, no more are taken.`,
        fr: `${waitingMax} messages attendent la réception, plus aucun n'est pris.` });
    }
    this.#last += 1n;
    this.#waiting.push({ key: this.#last, message });
    this.#gauge();
    return { ok: true, value: put(outbox, this.#last, message) };
  }

  /** The batch could not be written. */
  takeBack(message: RoomMessage): void {
    const at = this.#waiting.findLastIndex((each) => each.message === message);
    if (at >= 0) this.#waiting.splice(at, 1);
  }

  /** The link has come up, or the front desk has started anew: it tells us of all rooms. */
  resync(): void {
    this.#wantsResync = true;
    this.wake();
  }

  wake(): void {
    this.#errand.wake();
  }

  async stop(): Promise<void> {
    await this.#errand.stop();
    for (const code of ["hotel-waiting", "hotel-refused"] as const) {
      this.#parts.alarms.clear(code, this.id);
    }
  }

  async #tellAll(): Promise<Result<void>> {
    while (!this.#errand.stopped && this.#parts.link()?.up === true) {
      const stepped = await this.#step();
      if (!stepped.ok) return stepped;
      if (!stepped.value) return done;
    }
    return done;
  }

  /** False: nothing is left to be told. */
  async #step(): Promise<Result<boolean>> {
    if (this.#wantsResync) {
      const asked = await this.#say({ type: "resyncRequest" });
      if (!asked.ok && faults[asked.fault.code].retry) return asked;
      this.#wantsResync = false;
      return { ok: true, value: true };
    }
    const [first] = this.#waiting;
    return first === undefined ? this.#charge() : this.#tell(first);
  }

  async #tell({ key, message }: Waiting): Promise<Result<boolean>> {
    const { store, world } = this.#parts;
    const told = await this.#say(message);
    if (!told.ok && faults[told.fault.code].retry) return told;
    if (!told.ok) {
      world.log.event("hotel.refused", { link: this.id, type: message.type, room: message.room,
        reason: told.fault.message }, "warn");
    }
    const written = await store.commit([remove(outbox, key)]);
    if (!written.ok) return written;
    const at = this.#waiting.findIndex((each) => each.key === key);
    if (at >= 0) this.#waiting.splice(at, 1);
    this.#gauge();
    return { ok: true, value: true };
  }

  async #charge(): Promise<Result<boolean>> {
    const { charges, alarms } = this.#parts;
    const found = await charges.next();
    if (!found.ok) return found;
    const posting = found.value;
    if (posting === undefined) return { ok: true, value: false };
    const told = await this.#say(posting.message);
    if (!told.ok && faults[told.fault.code].retry) return told;
    if (!told.ok) {
      const reason = faultText(told.fault);
      const { room } = posting.message;
      alarms.raise("hotel-refused", this.id, inEachLanguage((words, language) =>
        language === "en" ? `a call of room ${room}: ${words(reason)}`
          : `une communication de la chambre ${room} : ${words(reason)}`));
      const kept = await charges.refuse(posting, inLanguage(reason, "en"));
      return kept.ok ? { ok: true, value: true } : kept;
    }
    const passed = await charges.taken(posting);
    return passed.ok ? { ok: true, value: true } : passed;
  }

  /** What the front desk has no word for is refused, and goes no further. */
  #say(message: HotelMessage): Promise<Result<void>> {
    const link = this.#parts.link();
    if (link?.up !== true) return Promise.resolve(fail("link-down", `${this.id} is down.`));
    return link.tell(message, tellMs);
  }

  #gauge(): void {
    const { alarms } = this.#parts;
    const count = this.#waiting.length;
    if (count >= waitingAlarm) {
      alarms.raise("hotel-waiting", this.id, `${count} / ${waitingMax}`);
    } else if (count < waitingAlarm / 2) alarms.clear("hotel-waiting", this.id);
  }
}
