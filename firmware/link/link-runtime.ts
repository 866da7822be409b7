/** Performs the effects of the link table: opens, retries, resynchronises, bounds, counts. */

import type { Health } from "../base/component.js";
import { inFrench } from "../base/french.js";
import { transition } from "../base/machine.js";
import {
  done, fail, faultText, inEachLanguage, inLanguage, type Fault, type Result, type Text,
} from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { CallEvent } from "../model/events.js";
import type { LinkId } from "../model/identifiers.js";
import type { HotelMessage } from "../model/hotel.js";
import type { Page, PageStatus } from "../model/pages.js";
import type { PrivateNotice } from "../model/private-data.js";
import type { RouteMessage } from "../model/routeing.js";
import type { CompletedCall } from "../model/records.js";
import type { ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { Condition, Driver, PeerIdentity, Proof, RouteingSession } from "./driver.js";
import { FrameRing } from "./frame-ring.js";
import {
  linkTable, settleMs, shownState, type LinkEffect, type LinkInput, type MachineState,
} from "./link-machine.js";
import type { Frame, Link, LinkCounters, LinkStatus, LinkTap, TapListener } from "./link.js";
import { LiveSession, type Accounted } from "./live-session.js";
import type { TransportOpener } from "./opener.js";
import type { CallsReadAgain, CarriedLine, KeptBytes, RawKeeper } from "./raw.js";
import { Opening } from "./opening.js";
import type { Transport, TransportKind } from "./transport.js";

/** Where a link hands over what it learns. Called synchronously, in the order of the wire. */
export interface LinkSink {
  event(event: CallEvent): void;
  record(call: CompletedCall): void;
  /** Somebody calls a pager through this link; resolves when that is durable. */
  readonly page?: (page: Page) => Promise<Result<void>>;
  readonly pageStatus?: (pager: string, status: PageStatus) => void;
  readonly routeing?: (message: RouteMessage) => void;
  readonly privateNotice?: (notice: PrivateNotice) => void;
  /** The PBX's own picture; events that follow are later than it. */
  snapshot(snapshot: LinkSnapshot, reason: string): void;
  up(): void;
  down(reason: Text): void;
  /** The PBX has restarted: no call from before exists any more. */
  forgotten(reason: string): void;
  garbage(bytes: Uint8Array, reason: string): void;
  accounted(bytes: number, as: Accounted): void;
  /** Resolves when those that the book lacks are on their way to it. */
  readAgain?(found: CallsReadAgain): Promise<void>;
  /** Resolves when the records of all calls so far are written; absent: at once. */
  readonly recorded?: () => Promise<void>;
  stateChanged(status: LinkStatus): void;
}

/** What is kept of a line. */
export interface KeptLine {
  readonly kind: TransportKind;
  /** Asked before the first opening; what is given is read again. */
  bytes(): Promise<KeptBytes>;
  /** This process ends: the next one goes on with a line that has no end yet. */
  leaves(): boolean;
}

export interface LinkPlan<Options = unknown> {
  readonly id: LinkId;
  readonly title: string;
  readonly driver: Driver<Options>;
  /** As `driver.options.parse` gave them. */
  readonly options: Options;
  readonly opener: TransportOpener;
  readonly world: World;
  readonly secret: (reference: string) => Result<string>;
  readonly sink: LinkSink;
  /** Needed by drivers that keep raw bytes; without one their bytes go straight to the parser. */
  readonly rawKeeper?: RawKeeper;
  /** Where what is said of rooms goes; absent: no hotel uses this link. */
  readonly hotel?: (message: HotelMessage) => Promise<Result<void>>;
  readonly kept?: KeptLine;
  readonly enabled: boolean;
}

/** From the open transport to the driver's `ready`. */
export const handshakeMs = 30_000;
export const snapshotMs = 15_000;
export const probeMs = 15_000;
/** After a snapshot that failed, the next is tried so much later. */
export const resyncRetryMs = 10_000;
/** Requests for a resync within this time make one resync. */
export const resyncQuietMs = 500;
/** Events held back while a snapshot is taken. */
export const heldEventsMax = 10_000;
/** So many pieces of garbage within `garbageWindowMs` make a link degraded. */
export const garbageMax = 10;
export const garbageWindowMs = 60_000;

export function createLink<Options>(plan: LinkPlan<Options>): Link {
  return new LinkRuntime(plan);
}

type Impairment = "driver" | "garbage" | "store" | "snapshot" | "transport";
type TimerName = "retry" | "settle" | "handshake" | "resync" | "garbage";

class LinkRuntime<Options> implements Link {
  readonly name: string;
  readonly #plan: LinkPlan<Options>;
  readonly #ring = new FrameRing();
  readonly #timers = new Map<TimerName, Cancellable>();
  readonly #impairments = new Map<Impairment, Text>();
  readonly #opening: Opening<Options>;
  readonly #counters: LinkCounters = {
    bytesIn: 0, bytesOut: 0, events: 0, records: 0, garbageBytes: 0, requests: 0,
    requestsFailed: 0, resyncs: 0, opens: 0, lastReceivedAtMs: undefined,
    damagedOctets: 0, breaks: 0, rejected: 0, rejectedReasons: {}, recordsMissed: 0,
    lastRecordAtMs: undefined,
  };
  #state: MachineState = { name: "disabled" };
  #title: string;
  #sinceMs: number;
  #peer: PeerIdentity | undefined;
  #proofs: readonly Proof[] = [];
  #live: LiveSession<Options> | undefined;
  #held: CallEvent[] | undefined;
  #resyncing: Promise<Result<LinkSnapshot>> | undefined;
  #garbageCount = 0;
  #stopping = false;

  constructor(plan: LinkPlan<Options>) {
    this.#plan = plan;
    this.#opening = new Opening(plan);
    this.name = `link ${plan.id}`;
    this.#title = plan.title;
    this.#sinceMs = plan.world.clock.wall().getTime();
    plan.opener.onOffer?.(() => {
      if (this.#state.name === "down") this.#input({ type: "retry" });
    });
  }

  get status(): LinkStatus {
    const { id, driver, opener } = this.#plan;
    const { line, keeping } = this.#live ?? {};
    return {
      ...(line && { line }), ...(keeping && { keeping }),
      id, driver: driver.name, driverTitle: driver.title, title: this.#title,
      state: shownState(this.#state), sinceMs: this.#sinceMs,
      transport: this.#live?.description ?? opener.description, peer: this.#peer,
      declared: driver.capabilities, proofs: this.#proofs, counters: { ...this.#counters },
      ...(driver.hotel === undefined ? {} : { hotel: driver.hotel }),
    };
  }

  get health(): Health {
    switch (this.#state.name) {
      case "disabled": case "up": return { status: "ok" };
      case "opening": return { status: "degraded", reason: "opening" };
      case "degraded": case "down":
        return { status: "degraded", reason: inLanguage(this.#state.reason, "en") };
    }
  }

  start(): Promise<Result<void>> {
    this.#stopping = false;
    if (this.#plan.enabled) this.#input({ type: "enable" });
    return Promise.resolve(done);
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#stopping = true;
    this.#input({ type: "disable" });
    const closed = this.#opening.settled();
    let overdue: Cancellable | undefined;
    const deadline = new Promise<void>((resolve) => {
      overdue = this.#plan.world.clock.after(deadlineMs, "link.stop", resolve);
    });
    await Promise.race([closed, deadline]);
    overdue?.cancel();
  }

  enable(): void { if (!this.#stopping) this.#input({ type: "enable" }); }

  disable(): void { this.#input({ type: "disable" }); }

  restart(): void {
    if (this.#state.name !== "disabled") this.#input({ type: "restart" });
  }

  rename(title: string): void { this.#title = title; }

  async request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    const { id, driver } = this.#plan;
    const live = this.#usable();
    if (!live.ok) return live;
    if (driver.capabilities.services[request.service] === undefined) {
      return fail("service-not-supported", inEachLanguage((words, language) => language === "en"
        ? `${words(driver.title)} does not offer ${request.service}.`
        : `${words(driver.title)} n'offre pas ${request.service}.`));
    }
    if (live.value.inFlight >= driver.capabilities.requestsInFlightMax) {
      return fail("queue-full", {
        en: `${id}: ${live.value.inFlight} requests wait for the PBX, no more are taken.`,
        fr: `${id} : ${live.value.inFlight} demandes attendent le PBX, plus aucune n'est prise.`,
      });
    }
    this.#counters.requests += 1;
    const result = await live.value.request(request, deadlineMs);
    if (!result.ok) this.#counters.requestsFailed += 1;
    return result;
  }

  /** Also heals: the sink receives the snapshot in its place among the events. */
  snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>> {
    const live = this.#usable();
    if (!live.ok) return Promise.resolve(live);
    if (this.#plan.driver.capabilities.snapshot === "none") {
      return Promise.resolve(fail("service-not-supported",
        inEachLanguage((words, language) => language === "en"
          ? `${words(this.#plan.driver.title)} cannot tell which calls are in progress.`
          : `${words(this.#plan.driver.title)} ne peut dire quels appels sont en cours.`)));
    }
    return this.#resync(live.value, "asked for", deadlineMs);
  }

  async probe(deadlineMs: number): Promise<Result<readonly Proof[]>> {
    const live = this.#usable();
    if (!live.ok) return live;
    const result = await live.value.probe(deadlineMs);
    if (result.ok && this.#live === live.value) {
      this.#proofs = result.value;
      this.#changed();
    }
    return result;
  }

  async hotel(message: HotelMessage, deadlineMs: number): Promise<Result<void>> {
    const live = this.#usable();
    if (!live.ok) return live;
    const { driver } = this.#plan;
    if (driver.hotel?.takes.includes(message.type) !== true) {
      return fail("service-not-supported", inEachLanguage((words, language) => language === "en"
        ? `${words(driver.title)} cannot be told ${message.type}.`
        : `${words(driver.title)} ne prend pas ${message.type}.`));
    }
    return live.value.hotel(message, deadlineMs);
  }

  async escape(
    elements: readonly string[], deadlineMs: number,
  ): Promise<Result<readonly string[]>> {
    const live = this.#usable();
    return live.ok ? live.value.escape(elements, deadlineMs) : live;
  }

  readonly routeing: RouteingSession = {
    register: async (device, deadlineMs) => {
      const live = this.#usable();
      return live.ok ? live.value.routeing.register(device, deadlineMs) : live;
    },
    cancel: async (device, deadlineMs) => {
      const live = this.#usable();
      return live.ok ? live.value.routeing.cancel(device, deadlineMs) : live;
    },
    answer: (answer) => {
      const live = this.#usable();
      return live.ok ? live.value.routeing.answer(answer) : live;
    },
  };

  frames(): readonly Frame[] { return this.#ring.frames(); }

  watchFrames(handler: (frame: Frame) => void): () => void { return this.#ring.watch(handler); }

  tap(listener: TapListener): Result<LinkTap> {
    const { id, driver } = this.#plan;
    if (!driver.keepsRawBytes) {
      return fail("precondition", inEachLanguage((words, language) => language === "en"
        ? `${id} holds a conversation with the PBX (${words(driver.title)}), which typing would `
          + "break: use another port."
        : `${id} converse avec le PBX (${words(driver.title)}), et la frappe romprait l'échange : `
          + "utilisez un autre port."));
    }
    const live = this.#usable();
    return live.ok ? { ok: true, value: live.value.tap(listener) } : live;
  }

  #usable(): Result<LiveSession<Options>> {
    const usable = this.#state.name === "up" || this.#state.name === "degraded";
    if (usable && this.#live !== undefined) return { ok: true, value: this.#live };
    const { name } = this.#state;
    const why = "reason" in this.#state ? this.#state.reason : undefined;
    return fail("link-down", inEachLanguage((words, language) => language === "en"
      ? `${this.#plan.id} is ${name}${why === undefined ? "" : `: ${words(why)}`}.`
      : `${this.#plan.id} est ${stateNames[name]}${why === undefined ? "" : ` : ${words(why)}`}.`));
  }

  #input(input: LinkInput): void {
    const before = this.#state;
    const moved = transition(linkTable, before, input);
    if (moved === undefined) {
      this.#plan.world.log.event("link.input.unexpected",
        { link: this.#plan.id, state: before.name, input: input.type }, "warn");
      return;
    }
    this.#state = moved.next;
    if (before.name !== moved.next.name) {
      this.#sinceMs = this.#plan.world.clock.wall().getTime();
      this.#plan.world.log.event("link.state", { link: this.#plan.id, ...moved.next,
        ...("reason" in moved.next ? { reason: inLanguage(moved.next.reason, "en") } : {}) },
        moved.next.name === "down" ? "warn" : "info");
    }
    const wasUp = before.name === "up" || before.name === "degraded";
    const isUp = moved.next.name === "up" || moved.next.name === "degraded";
    for (const effect of moved.effects) if (effect === "close") this.#close(input);
    if (wasUp && !isUp) this.#plan.sink.down(reasonOf(input));
    if (!wasUp && isUp) this.#plan.sink.up();
    if (moved.next !== before) this.#changed();
    for (const effect of moved.effects) this.#perform(effect);
  }

  #changed(): void {
    this.#plan.sink.stateChanged(this.status);
  }

  #perform(effect: LinkEffect): void {
    const state = this.#state;
    switch (effect) {
      case "open": void this.#open(); return;
      case "close": return;
      case "release":
        this.#opening.release();
        return;
      case "schedule-retry":
        this.#after("retry", state.name === "down" ? state.retryInMs : 0, () => {
          this.#input({ type: "retry" });
        });
        return;
      case "cancel-retry": this.#cancel("retry"); return;
      case "schedule-settle":
        this.#after("settle", settleMs, () => { this.#input({ type: "settled" }); });
        return;
      case "resync": void this.#settleIn(); return;
    }
  }

  async #open(): Promise<void> {
    const opened = await this.#opening.open();
    if (opened === undefined) return;
    const { transport, carried } = opened;
    if (!transport.ok) {
      this.#lost(faultText(transport.fault));
      return;
    }
    this.#counters.opens += 1;
    this.#begin(transport.value, carried);
  }

  #begin(transport: Transport, carried: CarriedLine): void {
    const { id, driver, options, world, secret, rawKeeper, hotel } = this.#plan;
    const live: LiveSession<Options> = new LiveSession<Options>(
      { id, driver, options, world, secret, rawKeeper, hotel }, transport, {
        event: (event) => { this.#event(event); },
        record: (call) => { this.#plan.sink.record(call); },
        page: (page) => this.#plan.sink.page?.(page)
          ?? Promise.resolve(fail("precondition", "nobody takes pages")),
        pageStatus: (pager, status) => { this.#plan.sink.pageStatus?.(pager, status); },
        routeing: (message) => { this.#plan.sink.routeing?.(message); },
        privateNotice: (notice) => { this.#plan.sink.privateNotice?.(notice); },
        condition: (condition) => { if (this.#live === live) this.#condition(condition); },
        identified: (peer) => { if (this.#live === live) this.#identified(peer); },
        garbage: (bytes, reason) => { this.#garbage(bytes, reason); },
        accounted: (bytes, as) => { this.#plan.sink.accounted(bytes, as); },
        resyncWanted: (reason) => { if (this.#live === live) this.#resyncSoon(reason); },
        storeChanged: (fault) => { if (this.#live === live) this.#storeChanged(fault); },
        transportTrouble: (reason) => {
          if (this.#live === live) this.#impair("transport", reason);
        },
        recorded: () => this.#plan.sink.recorded?.() ?? Promise.resolve(),
        ended: (reason) => { if (this.#live === live) this.#lost(reason); },
      }, this.#ring, this.#counters);
    this.#live = live;
    this.#after("handshake", handshakeMs, () => {
      this.#lost({ en: `the PBX did not complete the login within ${handshakeMs} ms`,
        fr: `le PBX n'a pas achevé la connexion en ${handshakeMs} ms` });
    });
    live.begin(carried);
  }

  #lost(reason: Text): void {
    this.#input({
      type: "lost", reason, jitter: this.#plan.world.random.integer(1_000) / 1_000,
    });
  }

  #condition(condition: Condition): void {
    if (condition.type === "lost") {
      this.#lost(condition.reason);
    } else if (condition.type === "impaired") {
      this.#impair("driver", condition.reason);
    } else if (this.#state.name === "opening") {
      this.#cancel("handshake");
      this.#input({ type: "ready" });
      this.#showImpairments();
    } else {
      this.#impair("driver", undefined);
    }
  }

  #identified(peer: PeerIdentity): void {
    const known = this.#peer?.incarnation;
    this.#peer = peer;
    if (known !== undefined && peer.incarnation !== undefined && known !== peer.incarnation) {
      this.#plan.sink.forgotten("the PBX has restarted");
      if (this.#state.name !== "opening") this.#resyncSoon("the PBX has restarted");
    }
    this.#changed();
  }

  #impair(source: Impairment, reason: Text | undefined): void {
    if (isSame(this.#impairments.get(source), reason)) return;
    if (reason === undefined) this.#impairments.delete(source);
    else this.#impairments.set(source, reason);
    this.#showImpairments();
  }

  #showImpairments(): void {
    const reasons = [...this.#impairments.values()];
    const reason = inEachLanguage((words, language) =>
      reasons.map(words).join(language === "en" ? "; " : " ; "));
    const state = this.#state;
    if (state.name === "up" && reasons.length > 0) this.#input({ type: "impaired", reason });
    if (state.name !== "degraded" || isSame(state.reason, reason)) return;
    this.#input(reasons.length === 0 ? { type: "recovered" } : { type: "impaired", reason });
  }

  #storeChanged(fault: Fault | undefined): void {
    this.#impair("store", fault === undefined ? undefined : inEachLanguage((words, language) =>
      `${language === "en" ? "received bytes wait, the store refuses them: "
        : "des octets reçus attendent, le stockage les refuse : "}${words(faultText(fault))}`));
  }

  #garbage(bytes: Uint8Array, reason: string): void {
    this.#garbageCount += 1;
    this.#plan.sink.garbage(bytes, reason);
    if (this.#live === undefined) return;
    if (this.#garbageCount >= garbageMax) {
      this.#impair("garbage", {
        en: `bytes arrive that make no sense (speed, parity or format wrong?): ${reason}`,
        fr: "des octets incompréhensibles arrivent (vitesse, parité ou format faux ?) : "
          + (inFrench(reason) ?? reason) });
    }
    this.#after("garbage", garbageWindowMs, () => {
      this.#garbageCount = 0;
      this.#impair("garbage", undefined);
    });
  }

  #event(event: CallEvent): void {
    if (this.#held === undefined) {
      this.#plan.sink.event(event);
      return;
    }
    this.#held.push(event);
    if (this.#held.length < heldEventsMax) return;
    this.#plan.world.log.event("link.held.full", { link: this.#plan.id }, "warn");
    this.#passHeld();
    this.#resyncSoon("too many events during the snapshot");
  }

  #passHeld(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const event of held) this.#plan.sink.event(event);
  }

  /** After `ready`: first the PBX's picture, then what it can do. */
  async #settleIn(): Promise<void> {
    const live = this.#live;
    if (live === undefined) return;
    if (this.#plan.driver.capabilities.snapshot === "native") {
      await this.#resync(live, "link up", snapshotMs);
    }
    if (this.#live !== live) return;
    const proofs = await this.probe(probeMs);
    if (!proofs.ok) {
      this.#plan.world.log.event("link.probe.failed",
        { link: this.#plan.id, reason: proofs.fault.message }, "warn");
    }
  }

  #resyncSoon(reason: string): void {
    if (this.#plan.driver.capabilities.snapshot === "none" || this.#timers.has("resync")) return;
    this.#resyncLater(reason, resyncQuietMs);
  }

  #resyncLater(reason: string, delayMs: number): void {
    this.#after("resync", delayMs, () => {
      const live = this.#usable();
      if (!live.ok) return;
      const again = this.#resyncing;
      // A snapshot under way may be older than the doubt: take another after it.
      if (again !== undefined) this.#resyncLater(reason, resyncQuietMs);
      else void this.#resync(live.value, reason, snapshotMs);
    });
  }

  #resync(
    live: LiveSession<Options>, reason: string, deadlineMs: number,
  ): Promise<Result<LinkSnapshot>> {
    this.#resyncing ??= this.#takeSnapshot(live, reason, deadlineMs)
      .finally(() => { this.#resyncing = undefined; });
    return this.#resyncing;
  }

  async #takeSnapshot(
    live: LiveSession<Options>, reason: string, deadlineMs: number,
  ): Promise<Result<LinkSnapshot>> {
    this.#held ??= [];
    const result = await live.snapshot(deadlineMs);
    if (this.#live !== live) return result;
    if (result.ok) {
      this.#counters.resyncs += 1;
      this.#plan.world.log.event("link.resync",
        { link: this.#plan.id, reason, calls: result.value.calls.length });
      this.#plan.sink.snapshot(result.value, reason);
    }
    this.#passHeld();
    if (result.ok || result.fault.code === "service-not-supported") {
      this.#impair("snapshot", undefined);
    } else {
      const why = faultText(result.fault);
      this.#impair("snapshot", inEachLanguage((words, language) =>
        `${language === "en" ? "the calls in progress are not known: "
          : "les appels en cours ne sont pas connus : "}${words(why)}`));
      this.#resyncLater(reason, resyncRetryMs);
    }
    return result;
  }

  #close(input: LinkInput): void {
    for (const name of [...this.#timers.keys()]) this.#cancel(name);
    const live = this.#live;
    this.#live = undefined;
    this.#passHeld();
    this.#impairments.clear();
    this.#garbageCount = 0;
    this.#proofs = [];
    if (live === undefined) return;
    const leaves = this.#stopping && this.#plan.kept?.leaves() === true;
    this.#opening.closes(live.close(reasonOf(input), leaves));
  }

  #after(name: TimerName, delayMs: number, run: () => void): void {
    this.#timers.get(name)?.cancel();
    this.#timers.set(name, this.#plan.world.clock.after(delayMs, `link.${name}`, () => {
      this.#timers.delete(name);
      run();
    }));
  }

  #cancel(name: TimerName): void {
    this.#timers.get(name)?.cancel();
    this.#timers.delete(name);
  }
}

const stateNames: Readonly<Record<MachineState["name"], string>> = {
  disabled: "désactivé", opening: "en cours d'ouverture", up: "actif", degraded: "dégradé",
  down: "coupé",
};

function isSame(a: Text | undefined, b: Text | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined
    && inLanguage(a, "en") === inLanguage(b, "en"));
}

function reasonOf(input: LinkInput): Text {
  switch (input.type) {
    case "lost": return input.reason;
    case "disable": return { en: "closed by the gateway", fr: "fermé par la passerelle" };
    default: return { en: "opened anew", fr: "rouvert" };
  }
}
