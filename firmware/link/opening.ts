/**
 * The opening of a link's line: when what was open before is closed and stored, and what the last
 * process had received and not made records of is read again. One opening overtakes another.
 */

import { attempt, type Result } from "../base/result.js";
import type { LinkPlan } from "./link-runtime.js";
import { nothingCarried, type CarriedLine } from "./raw.js";
import { readAgain } from "./read-again.js";
import type { Transport } from "./transport.js";

/** A transport opens within this. */
export const openMs = 15_000;

export interface Opened {
  readonly transport: Result<Transport>;
  readonly carried: CarriedLine;
}

export class Opening<Options> {
  readonly #plan: LinkPlan<Options>;
  readonly #closing = new Set<Promise<void>>();
  /** Counts openings; what belongs to an earlier one is ignored. */
  #epoch = 0;
  #released: Promise<void> = Promise.resolve();
  /** Once; what it leaves is for the first session. */
  #reading: Promise<CarriedLine> | undefined;

  constructor(plan: LinkPlan<Options>) {
    this.#plan = plan;
  }

  /** Nothing when it was overtaken or released meanwhile. */
  async open(): Promise<Opened | undefined> {
    this.#epoch += 1;
    const epoch = this.#epoch;
    // What an earlier session still stores moves the place where reading goes on.
    await this.settled();
    if (epoch !== this.#epoch) return undefined;
    // Before the line opens: what comes meanwhile would find nobody.
    const known = await attempt("store-damaged", "what was kept before",
      () => this.#readAgain());
    if (!known.ok) {
      this.#plan.world.log.event("link.history.unread",
        { link: this.#plan.id, reason: known.fault.message }, "error");
    }
    if (epoch !== this.#epoch) return undefined;
    const opening = await attempt("internal", "opening",
      () => this.#plan.opener.open(openMs));
    const transport = opening.ok ? opening.value : opening;
    if (epoch !== this.#epoch) {
      if (transport.ok) transport.value.close();
      return undefined;
    }
    if (transport.ok) this.#reading = Promise.resolve(nothingCarried);
    return { transport, carried: known.ok ? known.value : nothingCarried };
  }

  /** Lets go of the port; what is being opened is closed. */
  release(): void {
    this.#epoch += 1;
    this.#released = this.#plan.opener.close();
  }

  /** The next opening waits for this session's end. */
  closes(session: Promise<void>): void {
    const closing: Promise<void> = session.finally(() => { this.#closing.delete(closing); });
    this.#closing.add(closing);
  }

  async settled(): Promise<void> {
    await Promise.all([this.#released, ...this.#closing]);
  }

  /** What a gateway that was killed had received and not made records of. */
  async #readAgain(): Promise<CarriedLine> {
    const { id, driver, options, world, secret, sink, kept, rawKeeper } = this.#plan;
    this.#reading ??= (async () => {
      if (kept === undefined) return nothingCarried;
      const past = await kept.bytes();
      const { found, account, carried } = readAgain(
        { id, driver, options, world, secret, sink, kind: kept.kind, ...past });
      const bytes = past.segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
      world.log.event("link.read-again", { link: id, bytes, counted: past.countedBytes,
        calls: found.calls.length });
      await sink.readAgain?.(found);
      account();
      // A mark: the time that nobody was there is no silence that ends the line.
      if (carried.segments.length > 0) await rawKeeper?.keep(id, new Uint8Array(0));
      return carried;
    })();
    return this.#reading;
  }
}
