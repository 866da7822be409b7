/**
 * Reads kept bytes again with a session of their own, at the time they came: when the last process
 * was killed, some had not become records. Only records and the account of the bytes come of it;
 * nothing is sent, no event is told, nobody is up or down. Reading begins well before what is
 * missing, so that the driver knows dates, parts of calls and repetitions again.
 */

import { done, messageOf, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import type { CompletedCall } from "../model/records.js";
import type { Driver, Session } from "./driver.js";
import { PastClock } from "./past-clock.js";
import type { CallReadAgain, CallsReadAgain, RawHistory, RawSegment } from "./raw.js";
import type { TransportKind } from "./transport.js";

/** The beginning of a line that is longer is not carried over. */
export const carriedBytesMax = 65_536;
const lf = 0x0a;
const cr = 0x0d;

export interface ReadAgainPlan<Options> {
  readonly id: LinkId;
  readonly driver: Driver<Options>;
  readonly options: Options;
  readonly world: World;
  readonly secret: (reference: string) => Result<string>;
  readonly kind: TransportKind;
  readonly segments: readonly RawSegment[];
  /** The ledger has counted so many of them, the first that the driver tells of. */
  readonly countedBytes: number;
  readonly sink: {
    garbage(bytes: Uint8Array, reason: string): void;
    accounted(bytes: number, as: "record" | "skipped"): void;
  };
}

export interface ReadAgain {
  readonly found: CallsReadAgain;
  /** Tells the sink of the bytes that were not counted. */
  account(): void;
  /** The beginning of a line that goes on in the next session: the same bytes, for that session. */
  readonly carried: RawHistory;
}

/** What was counted before is not counted again. */
export class Counting {
  #left: number;

  constructor(countedBytes: number) {
    this.#left = countedBytes;
  }

  get left(): number {
    return this.#left;
  }

  /** Of so many bytes that are told of next, those to be counted. */
  rest(bytes: number): number {
    const before = Math.min(this.#left, bytes);
    this.#left -= before;
    return bytes - before;
  }
}

export function readAgain<Options>(plan: ReadAgainPlan<Options>): ReadAgain {
  const reader = new Reader(plan);
  try {
    reader.read();
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined;
    plan.world.log.event("link.defect", { link: plan.id, driver: plan.driver.name,
      where: "read again", stack, reason: messageOf(error) }, "error");
  }
  return reader.result;
}

class Reader<Options> {
  readonly #plan: ReadAgainPlan<Options>;
  readonly #counting: Counting;
  readonly #calls: CallReadAgain[] = [];
  readonly #account: (() => void)[] = [];
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;
  #fed = 0;
  #told = 0;
  #position = 0n;
  #ordinal = 0;
  /** Since the driver had told of every byte: the bytes, and what it said of them. */
  #open: RawSegment[] = [];
  #openOrdinal = 0;
  #held: (() => void)[] = [];
  #leaving = false;

  constructor(plan: ReadAgainPlan<Options>) {
    this.#plan = plan;
    this.#counting = new Counting(plan.countedBytes);
  }

  get result(): ReadAgain {
    return {
      found: { position: this.#plan.segments[0]?.position ?? 0n, calls: this.#calls },
      account: () => { for (const say of this.#account) say(); },
      carried: { earlier: [], unparsed: this.#leaving ? this.#open : [],
        ordinal: this.#openOrdinal, countedBytes: this.#counting.left },
    };
  }

  read(): void {
    const [first] = this.#plan.segments;
    if (first === undefined) return;
    const clock = new PastClock(first.atMs);
    const session = this.#openSession(clock);
    for (const segment of this.#plan.segments) this.#segment(segment, clock);
    this.#settle();
    const openBytes = this.#open.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // The end of a connection ends its line; a serial line goes on when we are back.
    this.#leaving = this.#plan.kind === "serial" && openBytes > 0 && openBytes <= carriedBytesMax;
    if (this.#leaving) this.#held = [];
    // What ends by silence has ended meanwhile.
    else clock.moveTo(this.#plan.world.clock.wall().getTime());
    session.close();
    for (const say of this.#held.splice(0)) say();
  }

  #segment(segment: RawSegment, clock: PastClock): void {
    const { position, atMs } = segment;
    if (segment.bytes.length === 0) clock.skipTo(atMs);
    else clock.moveTo(atMs);
    if (position !== this.#position) this.#ordinal = 0;
    this.#position = position;
    for (const bytes of linesOf(segment.bytes)) {
      this.#settle();
      if (this.#open.length === 0) this.#openOrdinal = this.#ordinal;
      this.#open.push({ position, atMs, bytes });
      this.#fed += bytes.length;
      this.#receive?.(bytes, clock.monotonicMs());
    }
  }

  /** When every byte has been told of, what was said stands. */
  #settle(): void {
    if (this.#told < this.#fed) return;
    for (const say of this.#held.splice(0)) say();
    this.#open = [];
  }

  #openSession(clock: PastClock): Session {
    const { id, driver, options, world, secret, kind, sink } = this.#plan;
    const ignored = (): void => undefined;
    return driver.open({
      link: id, options, secret,
      world: { clock, random: world.random, log: { event: ignored } },
      transport: { kind, description: "kept bytes", send: () => done, close: ignored,
        onClosed: ignored, onReceive: (handler) => { this.#receive = handler; } },
      emit: ignored, report: ignored, identify: ignored, missed: ignored, requestResync: ignored,
      record: (call) => { this.#record(call, clock.wall().getTime()); },
      garbage: (bytes, reason) => {
        this.#tell(bytes.length, (count) => {
          sink.garbage(bytes.subarray(bytes.length - count), reason);
        });
      },
      accounted: (bytes, as) => {
        this.#tell(bytes, (count) => { sink.accounted(count, as); });
      },
    });
  }

  #tell(bytes: number, say: (count: number) => void): void {
    this.#told += bytes;
    if (this.#leaving) return;
    this.#held.push(() => {
      const count = this.#counting.rest(bytes);
      if (count > 0) this.#account.push(() => { say(count); });
    });
  }

  #record(call: CompletedCall, arrivedAtMs: number): void {
    // A record of the bytes that are left to the next session.
    if (this.#leaving && this.#told < this.#fed) return;
    // Its invented call name means nothing to anybody.
    const { call: _, ...printed } = call;
    const located = { ...printed, rawPosition: this.#position, rawOrdinal: this.#ordinal };
    this.#ordinal += 1;
    this.#held.push(() => {
      this.#calls.push({ call: located, arrivedAtMs, counted: this.#counting.left > 0 });
    });
  }
}

/** Cut behind each end of line. */
function linesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const lines: Uint8Array[] = [];
  let begin = 0;
  for (const [index, byte] of bytes.entries()) {
    if (byte !== lf && (byte !== cr || bytes[index + 1] === lf)) continue;
    lines.push(bytes.subarray(begin, index + 1));
    begin = index + 1;
  }
  if (begin < bytes.length) lines.push(bytes.subarray(begin));
  return lines;
}
