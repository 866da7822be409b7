/** One PBX of the hotel: told what it does not know yet, room by room, as it takes it. */

import { done, fail, faultText, inEachLanguage, type Result, type Text } from "../base/result.js";
import { faults } from "../base/faults.js";
import type { World } from "../base/world.js";
import type { HotelWord, HotelMessage, RoomMessage } from "../model/hotel.js";
import type { LinkId } from "../model/identifiers.js";
import { put, type Mutation, type Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import { Errand } from "./errand.js";
import { told as toldSpace } from "./hotel-keyspaces.js";
import {
  stepTo, toldNothing, toldUnknown, type HotelClock, type RoomState, type ToldState,
} from "./room-state.js";

/** What the bridge needs of a link; `Link` fits. */
export interface HotelLink {
  readonly up: boolean;
  readonly takes: readonly HotelWord[];
  tell(message: HotelMessage, deadlineMs: number): Promise<Result<void>>;
}

export interface TelephonesParts {
  readonly id: LinkId;
  readonly world: World;
  readonly store: Store;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  readonly link: () => HotelLink | undefined;
  readonly rooms: ReadonlyMap<string, RoomState>;
  readonly clock: () => HotelClock;
  /** Undefined: the room is not on this PBX. */
  readonly extension: (room: string) => string | undefined;
}

export const tellMs = 60_000;

export class Telephones {
  readonly #parts: TelephonesParts;
  readonly #told = new Map<string, ToldState>();
  readonly #behind = new Set<string>();
  readonly #refused = new Set<string>();
  #resyncing: "no" | "begin" | "rooms" = "no";
  readonly #errand: Errand;

  constructor(parts: TelephonesParts) {
    this.#parts = parts;
    this.#errand = new Errand(parts.world, "hotel.telephones", () => this.#tellAll());
  }

  get id(): LinkId {
    return this.#parts.id;
  }

  /** Rooms of which the PBX does not know all. */
  get behind(): ReadonlySet<string> {
    return this.#behind;
  }

  async load(): Promise<void> {
    const { store, id } = this.#parts;
    for await (const [{ room }, state] of store.range(toldSpace,
      { gte: { link: id, room: "" }, lte: { link: id, room: "\uffff" } })) {
      this.#told.set(room, state);
    }
    this.look();
  }

  /** Looks at all rooms again: wake-ups come within a day, extensions are changed. */
  look(): void {
    for (const room of this.#parts.rooms.keys()) this.#look(room);
    this.wake();
  }

  /** The room has changed. */
  changed(room: string): void {
    this.#look(room);
    this.wake();
  }

  /** What the PBX itself said: goes into the store together with what it changes. */
  heard(room: string, make: (told: ToldState) => ToldState): Mutation {
    const state = make(this.#told.get(room) ?? toldNothing);
    this.#told.set(room, state);
    return put(toldSpace, { link: this.id, room }, state);
  }

  /** The PBX has lost its memory, or somebody doubts it: it is told of all rooms. */
  async resync(): Promise<Result<void>> {
    const { rooms, store, extension } = this.#parts;
    const all = [...rooms.keys()].filter((room) => extension(room) !== undefined);
    const written = await store.commit(all.map((room) =>
      put(toldSpace, { link: this.id, room }, toldUnknown)));
    if (!written.ok) return written;
    for (const room of all) this.#told.set(room, toldUnknown);
    this.#resyncing = "begin";
    this.look();
    return done;
  }

  wake(): void {
    this.#errand.wake();
  }

  async stop(): Promise<void> {
    await this.#errand.stop();
    this.#parts.alarms.clear("hotel-refused", this.id);
  }

  #look(room: string): void {
    const { rooms, extension, clock } = this.#parts;
    const state = rooms.get(room);
    if (state === undefined || extension(room) === undefined) this.#behind.delete(room);
    else if (stepTo(state, this.#told.get(room) ?? toldNothing, clock()) === undefined) {
      this.#behind.delete(room);
    } else this.#behind.add(room);
  }

  /** Until nothing is left, the line is gone, or the PBX wants to be asked later. */
  async #tellAll(): Promise<Result<void>> {
    if (this.#resyncing === "begin") {
      const begun = await this.#say({ type: "resyncStart" });
      if (!begun.ok) return begun;
      this.#resyncing = "rooms";
    }
    for (let room = first(this.#behind); room !== undefined; room = first(this.#behind)) {
      if (this.#errand.stopped || this.#parts.link()?.up !== true) return done;
      const stepped = await this.#tellOne(room);
      if (!stepped.ok) return stepped;
    }
    if (this.#resyncing === "rooms" && this.#parts.link()?.up === true) {
      const ended = await this.#say({ type: "resyncEnd" });
      if (!ended.ok) return ended;
      this.#resyncing = "no";
    }
    return done;
  }

  async #tellOne(room: string): Promise<Result<void>> {
    const { rooms, clock, store } = this.#parts;
    const state = rooms.get(room);
    const step = state && stepTo(state, this.#told.get(room) ?? toldNothing, clock());
    if (step === undefined) {
      this.#behind.delete(room);
      return done;
    }
    const taken = await this.#say(step.message);
    if (!taken.ok && faults[taken.fault.code].retry) return taken;
    if (!taken.ok) this.#wasRefused(step.message, faultText(taken.fault));
    else if (this.#refused.delete(room) && this.#refused.size === 0) {
      this.#parts.alarms.clear("hotel-refused", this.id);
    }
    const written = await store.commit([put(toldSpace, { link: this.id, room }, step.told)]);
    if (!written.ok) return written;
    this.#told.set(room, step.told);
    this.#look(room);
    return done;
  }

  /** What the PBX has no word for counts as said. */
  #say(message: HotelMessage): Promise<Result<void>> {
    const { link, extension } = this.#parts;
    const line = link();
    if (line?.up !== true) {
      return Promise.resolve(fail("link-down", `${this.id} is down.`));
    }
    if (!line.takes.includes(message.type)) return Promise.resolve(done);
    if (!("room" in message)) return line.tell(message, tellMs);
    const device = extension(message.room);
    return device === undefined ? Promise.resolve(done)
      : line.tell({ ...message, room: device }, tellMs);
  }

  #wasRefused({ type, room }: RoomMessage, reason: Text): void {
    const { world, alarms } = this.#parts;
    world.log.event("hotel.refused", { link: this.id, type, room, reason }, "warn");
    this.#refused.add(room);
    alarms.raise("hotel-refused", this.id, inEachLanguage((words, language) =>
      language === "en" ? `${type} of room ${room}: ${words(reason)}`
        : `${type} de la chambre ${room} : ${words(reason)}`));
  }
}

function first(rooms: ReadonlySet<string>): string | undefined {
  for (const room of rooms) return room;
  return undefined;
}
