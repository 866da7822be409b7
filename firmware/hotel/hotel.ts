/**
 * The hotel: stands between its front desk and its PBXs. Rooms are held here; each PBX is brought
 * in step with them, the front desk is told what happens on the telephones and what calls cost.
 */

import type { Component, Health } from "../base/component.js";
import { shownAt } from "../base/local-time.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { HotelMessage, RoomMessage } from "../model/hotel.js";
import type { LinkId } from "../model/identifiers.js";
import { put, type Mutation, type Store } from "../store/store.js";
import type { Alarms } from "../supervisor/alarms.js";
import { Charges } from "./charges.js";
import { FrontDesk } from "./front-desk.js";
import { rooms as roomSpace, type RefusedPosting } from "./hotel-keyspaces.js";
import { RoomMap, type HotelPlan } from "./hotel-plan.js";
import {
  applied, dated, dueWakeUp, emptyRoom, isForFrontDesk, moved, toldBy, type HotelClock,
  type RoomState,
} from "./room-state.js";
import { Telephones, type HotelLink } from "./telephones.js";

export interface HotelParts {
  readonly world: World;
  readonly store: Store;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  readonly link: (id: LinkId) => HotelLink | undefined;
  /** IANA; the hotel's clock. */
  readonly timeZone: () => string;
}

/** Rooms of one hotel; the front desk's thousands of other records do not make more. */
export const roomsMax = 5_000;
/** So often the next day's wake-ups are looked at. */
export const lookMs = 300_000;
const dayMs = 86_400_000;
const roomPattern = /^[\p{L}\p{N}*#._-]{1,16}$/u;

export interface RoomView {
  readonly state: RoomState;
  /** PBXs that do not know all of it yet. */
  readonly behind: readonly LinkId[];
}

export interface HotelView {
  readonly rooms: readonly RoomView[];
  readonly frontDesk: LinkId | undefined;
  /** Messages that wait for the front desk. */
  readonly waiting: number;
}

/** A running configuration of the hotel. */
interface Setup {
  readonly plan: HotelPlan;
  readonly map: RoomMap;
  readonly charges: Charges;
  readonly frontDesk: FrontDesk | undefined;
  readonly telephones: ReadonlyMap<LinkId, Telephones>;
}

export class Hotel implements Component {
  readonly name = "hotel";
  readonly health: Health = { status: "ok" };
  readonly #parts: HotelParts;
  readonly #rooms = new Map<string, RoomState>();
  /** Changes one after the other: each sees what the one before it made durable. */
  #order: Promise<unknown> = Promise.resolve();
  #setup: Setup | undefined;
  #planText = "";
  /** Rooms that the front desk has named since its resync began. */
  #named: Set<string> | undefined;
  #timer: Cancellable | undefined;
  #loaded = false;

  constructor(parts: HotelParts) {
    this.#parts = parts;
  }

  start(): Promise<Result<void>> {
    this.#schedule();
    return Promise.resolve(done);
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    await this.#order;
    await this.#end();
  }

  /** Undefined: there is no hotel. What is in the store stays. */
  async configure(plan: HotelPlan | undefined): Promise<Result<void>> {
    const text = JSON.stringify(plan ?? null);
    if (text === this.#planText) return done;
    await this.#order;
    await this.#end();
    this.#planText = text;
    if (plan === undefined) return done;
    await this.#load();
    const setup = await this.#make(plan);
    if (!setup.ok) return setup;
    this.#setup = setup.value;
    return done;
  }

  /** Whether what this link says of rooms has somewhere to go. */
  uses(link: LinkId): boolean {
    const setup = this.#setup;
    return setup !== undefined
      && (setup.frontDesk?.id === link || setup.telephones.has(link));
  }

  /** What a link says. Resolves when it is durable. */
  received(link: LinkId, message: HotelMessage): Promise<Result<void>> {
    return this.#inOrder(async (setup) => {
      if (setup.frontDesk?.id === link) return this.#fromFrontDesk(setup, message);
      const telephones = setup.telephones.get(link);
      return telephones === undefined ? notUsed(link)
        : this.#fromTelephones(setup, telephones, message);
    });
  }

  /** The link has come up. */
  linkUp(link: LinkId): void {
    const setup = this.#setup;
    if (setup?.frontDesk?.id === link) setup.frontDesk.resync();
    setup?.telephones.get(link)?.look();
  }

  /** Whoever is at its other end has started anew. */
  linkForgotten(link: LinkId): void {
    const setup = this.#setup;
    if (setup?.frontDesk?.id === link) setup.frontDesk.resync();
    const telephones = setup?.telephones.get(link);
    if (telephones !== undefined) void this.#inOrder(() => telephones.resync());
  }

  /** A call record of the link has become durable. */
  wake(link: LinkId): void {
    if (this.#setup?.plan.charged.includes(link) === true) this.#setup.frontDesk?.wake();
  }

  view(): Result<HotelView> {
    const setup = this.#setup;
    if (setup === undefined) return noHotel();
    const pbxs = [...setup.telephones.values()];
    return ok({
      frontDesk: setup.frontDesk?.id, waiting: setup.frontDesk?.waiting ?? 0,
      rooms: [...this.#rooms.values()].sort((a, b) => a.room < b.room ? -1 : 1)
        .map((state) => ({ state, behind: pbxs.filter(({ behind }) => behind.has(state.room))
          .map(({ id }) => id) })),
    });
  }

  /** Somebody in the house says it: a small hotel has no front desk software. */
  change(message: RoomMessage): Promise<Result<void>> {
    return this.#inOrder((setup) => this.#reported(setup, message, []));
  }

  /** Tells one PBX, or all, of every room; with a front desk, asks it for all guests first. */
  resync(link: LinkId | undefined): Promise<Result<void>> {
    return this.#inOrder(async (setup) => {
      if (link === undefined || link === setup.frontDesk?.id) setup.frontDesk?.resync();
      if (link !== undefined && !this.uses(link)) return notUsed(link);
      for (const telephones of setup.telephones.values()) {
        if (link !== undefined && link !== telephones.id) continue;
        const begun = await telephones.resync();
        if (!begun.ok) return begun;
      }
      return done;
    });
  }

  async refusedPostings(): Promise<Result<readonly RefusedPosting[]>> {
    return this.#setup === undefined ? noHotel() : ok(await this.#setup.charges.listRefused());
  }

  /** A person has booked the call, or given it up. */
  async settlePosting(number: number): Promise<Result<void>> {
    const setup = this.#setup;
    if (setup === undefined) return noHotel();
    const settled = await setup.charges.settle(number);
    if (!settled.ok) return settled;
    if (!settled.value) {
      return fail("not-found", { en: `There is no refused posting ${number}.`,
        fr: `Il n'y a pas d'imputation refusée ${number}.` });
    }
    if (setup.charges.refused === 0 && setup.frontDesk !== undefined) {
      this.#parts.alarms.clear("hotel-refused", setup.frontDesk.id);
    }
    return done;
  }

  async #fromFrontDesk(setup: Setup, message: HotelMessage): Promise<Result<void>> {
    switch (message.type) {
      case "resyncStart":
        this.#named = new Set();
        return done;
      case "resyncEnd": return this.#endResync(setup);
      case "resyncRequest": return done;
      case "guestChanged":
        this.#named?.add(message.room);
        return message.movedFrom === undefined ? this.#apply(setup, message, [])
          : this.#move(setup, message.movedFrom, message);
      default:
        if (message.type === "checkedIn") this.#named?.add(message.room);
        return this.#apply(setup, message, []);
    }
  }

  /** Rooms that the front desk did not name are empty. */
  async #endResync(setup: Setup): Promise<Result<void>> {
    const named = this.#named;
    this.#named = undefined;
    if (named === undefined) return done;
    for (const { room, stay } of [...this.#rooms.values()]) {
      if (stay === 0 || named.has(room)) continue;
      const left = await this.#apply(setup, { type: "checkedOut", room, shared: false }, []);
      if (!left.ok) return left;
    }
    return done;
  }

  async #move(
    setup: Setup, from: string, { room, guest }: RoomMessage & { readonly type: "guestChanged" },
  ): Promise<Result<void>> {
    const both = [this.#room(from), this.#room(room)] as const;
    if (both[0] === undefined || both[1] === undefined) return noRoom(room);
    const changed = moved(both[0], both[1], guest, this.#clock());
    const written = await this.#parts.store.commit(changed.map((state) =>
      put(roomSpace, state.room, state)));
    if (!written.ok) return written;
    for (const state of changed) this.#changed(setup, state);
    return done;
  }

  async #fromTelephones(
    setup: Setup, telephones: Telephones, message: HotelMessage,
  ): Promise<Result<void>> {
    if (!("room" in message)) {
      return message.type === "resyncRequest" ? telephones.resync() : done;
    }
    if (message.type === "checkedIn" || message.type === "checkedOut") {
      this.#parts.world.log.event("hotel.not-for-telephones",
        { link: telephones.id, type: message.type, room: message.room }, "warn");
      return done;
    }
    const said = this.#inFull({ ...message, room: setup.map.room(message.room, telephones.id) });
    const state = this.#room(said.room);
    if (state === undefined) return noRoom(said.room);
    // Nothing was due: the same result said once more.
    if (said.type === "wakeUpResult" && said.at === undefined) return done;
    return this.#reported(setup, said,
      [telephones.heard(said.room, (told) => toldBy(told, said, state))]);
  }

  /** Changes the room, and has the front desk told of it. */
  async #reported(
    setup: Setup, message: RoomMessage, more: readonly Mutation[],
  ): Promise<Result<void>> {
    const { frontDesk } = setup;
    const said = this.#inFull(message);
    if (frontDesk === undefined || !isForFrontDesk(said)) return this.#apply(setup, said, more);
    const added = frontDesk.add(said);
    if (!added.ok) return added;
    const changed = await this.#apply(setup, said, [...more, added.value]);
    if (changed.ok) frontDesk.wake();
    else frontDesk.takeBack(said);
    return changed;
  }

  /** With the date of a wake-up, and of a result the wake-up that it belongs to. */
  #inFull(message: RoomMessage): RoomMessage {
    const now = this.#clock();
    const state = this.#rooms.get(message.room);
    if (message.type === "wakeUpSet") return { ...message, at: dated(message.at, now) };
    if (message.type === "roomCondition") {
      return { ...message, occupied: (state?.stay ?? 0) > 0 };
    }
    if (message.type !== "wakeUpResult" || state === undefined) return message;
    const at = message.at === undefined ? dueWakeUp(state, now) : dated(message.at, now);
    return at === undefined ? message : { ...message, at };
  }

  async #apply(
    setup: Setup, message: RoomMessage, more: readonly Mutation[],
  ): Promise<Result<void>> {
    const before = this.#room(message.room);
    if (before === undefined) return noRoom(message.room);
    const state = applied(before, message, this.#clock());
    const batch = state === before ? more : [put(roomSpace, state.room, state), ...more];
    if (batch.length > 0) {
      const written = await this.#parts.store.commit(batch);
      if (!written.ok) return written;
    }
    if (state !== before) this.#changed(setup, state);
    return done;
  }

  #changed(setup: Setup, state: RoomState): void {
    this.#rooms.set(state.room, state);
    for (const telephones of setup.telephones.values()) telephones.changed(state.room);
  }

  /** Undefined: it is no room's number, or there are too many rooms. */
  #room(room: string): RoomState | undefined {
    const known = this.#rooms.get(room);
    if (known !== undefined) return known;
    return this.#rooms.size < roomsMax && roomPattern.test(room) ? emptyRoom(room) : undefined;
  }

  #clock(): HotelClock {
    const { world, timeZone } = this.#parts;
    const atMs = world.clock.wall().getTime();
    const [date, time] = shownText(atMs, timeZone());
    return { date, time, atMs, tomorrow: shownText(atMs + dayMs, timeZone())[0] };
  }

  #inOrder(run: (setup: Setup) => Promise<Result<void>>): Promise<Result<void>> {
    const next = this.#order.then(() =>
      this.#setup === undefined ? noHotel() : run(this.#setup));
    this.#order = next.catch(() => undefined);
    return next;
  }

  async #load(): Promise<void> {
    if (this.#loaded) return;
    for await (const [room, state] of this.#parts.store.range(roomSpace, {})) {
      this.#rooms.set(room, state);
    }
    this.#loaded = true;
  }

  async #make(plan: HotelPlan): Promise<Result<Setup>> {
    const { world, store, alarms, link } = this.#parts;
    const map = new RoomMap(plan.rooms);
    const charges = new Charges({ store, world, pulsePrice: plan.pulsePrice,
      links: plan.frontDesk === undefined ? [] : plan.charged,
      roomOf: (device, of) => map.charged(device, of, (room) => this.#rooms.has(room)) });
    const loaded = await charges.load();
    if (!loaded.ok) return loaded;
    const telephones = new Map(plan.telephones.map((id) => [id, new Telephones({ id, world, store,
      alarms, link: () => link(id), rooms: this.#rooms, clock: () => this.#clock(),
      extension: (room) => map.extension(room, id) })] as const));
    for (const each of telephones.values()) await each.load();
    const id = plan.frontDesk;
    const frontDesk = id === undefined ? undefined
      : new FrontDesk({ id, world, store, alarms, charges, link: () => link(id) });
    await frontDesk?.load();
    if (frontDesk !== undefined && charges.refused > 0) {
      alarms.raise("hotel-refused", frontDesk.id, { en: `${charges.refused} calls`,
        fr: `${charges.refused} communications` });
    }
    return ok({ plan, map, charges, frontDesk, telephones });
  }

  async #end(): Promise<void> {
    const setup = this.#setup;
    this.#setup = undefined;
    this.#named = undefined;
    await setup?.frontDesk?.stop();
    for (const telephones of setup?.telephones.values() ?? []) await telephones.stop();
  }

  #schedule(): void {
    this.#timer = this.#parts.world.clock.after(lookMs, "hotel.look", () => {
      for (const telephones of this.#setup?.telephones.values() ?? []) telephones.look();
      this.#schedule();
    });
  }
}

const two = (value: number): string => String(value).padStart(2, "0");

function shownText(atMs: number, timeZone: string): readonly [date: string, time: string] {
  const { year, month, day, hour, minute } = shownAt(atMs, timeZone);
  return [`${year}-${two(month)}-${two(day)}`, `${two(hour)}:${two(minute)}`];
}

function noHotel(): ReturnType<typeof fail> {
  return fail("precondition", { en: "The configuration has no hotel.",
    fr: "La configuration n'a pas d'hôtel." });
}

function notUsed(link: LinkId): Result<void> {
  return fail("not-found", { en: `${link} is no part of the hotel.`,
    fr: `${link} ne fait pas partie de l'hôtel.` });
}

function noRoom(room: string): Result<void> {
  return fail("argument-invalid", {
    en: `${room} is no room, or there are more than ${roomsMax} of them.`,
    fr: `${room} n'est pas une chambre, ou il y en a plus de ${roomsMax}.` });
}
