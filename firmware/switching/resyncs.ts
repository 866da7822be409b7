/** Asks a link for its snapshot when the model cannot follow; one at a time, not too often. */

import type { Cancellable, World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { LinkId } from "../model/identifiers.js";
import type { LinkSnapshot } from "../model/snapshot.js";

/** Between two snapshots of one link: a PBX has other things to do. */
export const resyncEveryMs = 5_000;
/** A PBX with thousands of calls needs a while to list them. */
export const resyncDeadlineMs = 30_000;

interface Plan {
  reason: string;
  timer: Cancellable | undefined;
  running: boolean;
  wanted: boolean;
  lastMs: number;
}

export interface ResyncsOptions {
  readonly world: World;
  findLink(id: LinkId): Link | undefined;
  lastNumber(): bigint;
  reconcile(id: LinkId, snapshot: LinkSnapshot, reason: string, askedAt: bigint): void;
}

export class Resyncs {
  readonly #options: ResyncsOptions;
  readonly #plans = new Map<LinkId, Plan>();
  readonly counters = { resyncsAsked: 0, resyncsFailed: 0 };
  #stopped = false;

  constructor(options: ResyncsOptions) {
    this.#options = options;
  }

  ask(id: LinkId, reason: string): void {
    const link = this.#options.findLink(id);
    if (this.#stopped || link === undefined || link.status.declared.snapshot === "none") return;
    let plan = this.#plans.get(id);
    if (plan === undefined) {
      plan = { reason, timer: undefined, running: false, wanted: false, lastMs: -resyncEveryMs };
      this.#plans.set(id, plan);
    }
    plan.wanted = true;
    plan.reason = reason;
    this.#schedule(id, plan);
  }

  start(): void {
    this.#stopped = false;
  }

  stop(): void {
    this.#stopped = true;
    for (const plan of this.#plans.values()) plan.timer?.cancel();
    this.#plans.clear();
  }

  #schedule(id: LinkId, plan: Plan): void {
    if (this.#stopped || plan.running || !plan.wanted || plan.timer !== undefined) return;
    const { clock } = this.#options.world;
    const waitMs = Math.max(0, plan.lastMs + resyncEveryMs - clock.monotonicMs());
    plan.timer = clock.after(waitMs, "switch.resync", () => {
      plan.timer = undefined;
      void this.#run(id, plan);
    });
  }

  async #run(id: LinkId, plan: Plan): Promise<void> {
    const { world } = this.#options;
    plan.wanted = false;
    plan.running = true;
    plan.lastMs = world.clock.monotonicMs();
    this.counters.resyncsAsked += 1;
    const askedAt = this.#options.lastNumber();
    const { reason } = plan;
    const link = this.#options.findLink(id);
    const snapshot = await link?.snapshot(resyncDeadlineMs);
    plan.running = false;
    if (this.#stopped || this.#plans.get(id) !== plan) return;
    if (snapshot?.ok === true) {
      this.#options.reconcile(id, snapshot.value, reason, askedAt);
    } else {
      this.counters.resyncsFailed += 1;
      world.log.event("switch.resync-failed", { link: id, reason,
        fault: snapshot?.fault.code ?? "link-unknown" }, "warn");
    }
    this.#schedule(id, plan);
  }
}
