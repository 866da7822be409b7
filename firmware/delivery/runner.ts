/** One destination at work: opens its outlet, moves pages, waits, tries again. */

import { attempt, done, fail, faultText, ok, type Fault, type Result, type Text }
  from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { LinkId } from "../model/identifiers.js";
import { gatherMsOf, type Destination } from "./destination.js";
import type { AgainRange, Dropping, Feed, FeedStatus, Step } from "./feed.js";
import type { Outlet, OutletParts } from "./outlet.js";

export const retryMsMin = 1_000;
export const retryMsMax = 60_000;
/** A destination that fails for the second time in a row is an alarm. */
const failuresAlarm = 2;
/** A connection that lasts so long, and every batch taken, begins the waits anew. */
const steadyMs = 10_000;
/** The wall clock, by which gathered data is due, may be set meanwhile. */
const pauseMsMax = 60_000;

export interface RunnerParts extends Omit<OutletParts, "changed"> {
  readonly destination: Destination;
  readonly feeds: readonly Feed[];
  readonly outlet: (destination: Destination, parts: OutletParts) => Outlet;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
}

export interface DestinationStatus {
  readonly destination: Destination;
  readonly description: string;
  /** `waiting`: opening, for the first time or once more. */
  readonly state: "waiting" | "up" | "down";
  readonly sinceMs: number;
  /** Why it is down; empty otherwise. */
  readonly reason: Text;
  /** When it will be tried again, milliseconds since 1970 UTC. */
  readonly retryAtMs: number | undefined;
  /** Attempts that failed since the gateway started. */
  readonly failures: number;
  readonly feeds: readonly FeedStatus[];
}

export class Runner {
  readonly #parts: RunnerParts;
  readonly #outlet: Outlet;
  readonly #world: World;
  #state: DestinationStatus["state"] = "waiting";
  #sinceMs: number;
  #reason: Text = "";
  #retryAtMs: number | undefined;
  #failures = 0;
  #failuresTotal = 0;
  #upAtMs = 0;
  #running = false;
  #loop: Promise<void> | undefined;
  #woken = false;
  #wake: (() => void) | undefined;
  /** Ends the wait for the next attempt. */
  #cut: (() => void) | undefined;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
    this.#world = parts.world;
    this.#sinceMs = this.#nowMs();
    this.#outlet = parts.outlet(parts.destination, { ...parts, changed: () => {
      this.#cut?.();
      this.wake();
    } });
  }

  get destination(): Destination {
    return this.#parts.destination;
  }

  get down(): boolean {
    return this.#state === "down";
  }

  start(): void {
    this.#running = true;
    this.#loop ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#running = false;
    this.wake();
    this.#cut?.();
    await this.#outlet.close();
    await this.#loop;
    this.#loop = undefined;
    this.#parts.alarms.clear("delivery-down", this.destination.id);
  }

  /** There is something new: data, or a chance. */
  wake(): void {
    this.#woken = true;
    this.#wake?.();
  }

  /** From this position on the link's raw bytes are still to be taken. */
  neededFrom(link: LinkId): bigint | undefined {
    return this.#parts.feeds.find((feed) => feed.link === link)?.neededFrom;
  }

  async drop(link: LinkId, segments: readonly Dropping[]): Promise<Result<void>> {
    return await this.#parts.feeds.find((feed) => feed.link === link)?.drop(segments) ?? done;
  }

  async again(link: LinkId, range: AgainRange): Promise<Result<void>> {
    const feed = this.#parts.feeds.find((each) => each.link === link);
    if (feed === undefined) {
      return fail("not-found", {
        en: `${this.destination.id} takes nothing from the link ${link}`,
        fr: `${this.destination.id} ne prend rien du lien ${link}` });
    }
    const begun = await feed.again(range);
    this.wake();
    return begun;
  }

  async status(): Promise<DestinationStatus> {
    const feeds: FeedStatus[] = [];
    for (const feed of this.#parts.feeds) feeds.push(await feed.status());
    return { destination: this.destination, description: this.#outlet.description,
      state: this.#state, sinceMs: this.#sinceMs, reason: this.#reason,
      retryAtMs: this.#retryAtMs, failures: this.#failuresTotal, feeds };
  }

  async #run(): Promise<void> {
    while (this.#running) {
      const opened = await this.#outlet.open();
      if (!this.#running) return;
      if (!opened.ok) {
        await this.#failed(opened.fault);
        continue;
      }
      this.#up();
      const moved = await this.#round();
      if (!this.#running) return;
      if (!moved.ok) await this.#failed(moved.fault);
    }
  }

  /** Lets every feed move until none has anything left; then waits for more. */
  async #round(): Promise<Result<void>> {
    for (;;) {
      this.#woken = false;
      const due = await readable(() => this.#dueInMs());
      if (!due.ok) return due;
      let waitMs = due.value;
      if (waitMs <= 0) {
        const step = await this.#stepAll();
        if (!step.ok) return step;
        if (!this.#running) return done;
        if (step.value.moved) continue;
        waitMs = step.value.tailInMs > 0 ? step.value.tailInMs : Infinity;
      }
      // A connection that nothing has gone over yet proves itself by lasting.
      const steadyInMs = this.#upAtMs + steadyMs - this.#world.clock.monotonicMs();
      if (steadyInMs <= 0) this.#well();
      else if (this.#failures > 0) waitMs = Math.min(waitMs, steadyInMs);
      await this.#pause(Number.isFinite(waitMs) ? Math.min(waitMs, pauseMsMax) : undefined);
      return done;
    }
  }

  /** Until what is gathered has to be sent; 0 where nothing is gathered. */
  async #dueInMs(): Promise<number> {
    const { feeds, destination } = this.#parts;
    const gatherMs = gatherMsOf(destination.to);
    if (gatherMs === 0) return 0;
    let dueMs = Infinity;
    for (const feed of feeds) dueMs = Math.min(dueMs, await feed.dueMs(gatherMs));
    return dueMs - this.#nowMs();
  }

  /** A page of each feed. */
  async #stepAll(): Promise<Result<Step>> {
    let moved = false;
    let tailInMs = Infinity;
    for (const feed of this.#parts.feeds) {
      const read = await readable(() => feed.step(this.#outlet));
      const step = read.ok ? read.value : read;
      if (!step.ok) return step;
      if (!this.#running) break;
      if (step.value.moved) {
        moved = true;
        this.#well();
      }
      if (step.value.tailInMs > 0) tailInMs = Math.min(tailInMs, step.value.tailInMs);
    }
    return ok({ moved, tailInMs: Number.isFinite(tailInMs) ? tailInMs : 0 });
  }

  #well(): void {
    if (this.#failures === 0) return;
    this.#failures = 0;
    this.#parts.alarms.clear("delivery-down", this.destination.id);
  }

  #up(): void {
    if (this.#state === "up") return;
    this.#enter("up", "");
    this.#upAtMs = this.#world.clock.monotonicMs();
  }

  async #failed(fault: Fault): Promise<void> {
    const { alarms, destination } = this.#parts;
    this.#failures += 1;
    this.#failuresTotal += 1;
    const waitMs = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(this.#failures - 1, 16));
    const reason = faultText(fault);
    this.#retryAtMs = this.#nowMs() + waitMs;
    this.#enter("down", reason);
    if (this.#failures >= failuresAlarm) alarms.raise("delivery-down", destination.id, reason);
    // What becomes new while it is down is no reason to try earlier.
    await this.#sleep(waitMs);
    this.#retryAtMs = undefined;
  }

  #enter(state: DestinationStatus["state"], reason: Text): void {
    this.#reason = reason;
    if (this.#state === state) return;
    this.#state = state;
    this.#sinceMs = this.#nowMs();
    this.#world.log.event("delivery.state", { destination: this.destination.id, state, reason },
      state === "down" ? "warn" : "info");
  }

  /** Until something is new, at most so long. */
  #pause(ms: number | undefined): Promise<void> {
    if (this.#woken || !this.#running) return Promise.resolve();
    return new Promise((resolve) => {
      let timer: Cancellable | undefined;
      this.#wake = () => {
        timer?.cancel();
        this.#wake = undefined;
        resolve();
      };
      if (ms !== undefined) {
        timer = this.#world.clock.after(ms, "delivery.tail", () => { this.#wake?.(); });
      }
    });
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#world.clock.after(ms, "delivery.retry", () => { this.#cut?.(); });
      this.#cut = () => {
        timer.cancel();
        this.#cut = undefined;
        resolve();
      };
    });
  }

  #nowMs(): number {
    return this.#world.clock.wall().getTime();
  }
}

/** What the store cannot read is a fault like any other. */
function readable<T>(read: () => Promise<T>): Promise<Result<T>> {
  return attempt("store-unavailable", "what waits cannot be read", read);
}
