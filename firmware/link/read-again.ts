/**
 * Reads kept bytes again with a session of their own, at the time they came: when the last process
 * was killed, some had not become records. Only records and the account of the bytes come of it;
 * nothing is sent, no event is told, nobody is up or down. Reading begins well before what is
 * missing, so that the driver knows dates, parts of calls and repetitions again; what it keeps by
 * its options, the sessions that follow have too.
 */

import { done, messageOf, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import type { CompletedCall } from "../model/records.js";
import type { Driver, Session } from "./driver.js";
import { PastClock } from "./past-clock.js";
import { nothingCarried, type CallReadAgain, type CallsReadAgain, type CarriedLine,
  type RawSegment } from "./raw.js";
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
  readonly carried: CarriedLine;
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
  #position = 0n;
  readonly #ordinals = new Map<bigint, number>();
  /** Bytes of which the driver has not told; it tells in the order of receiving. */
  readonly #untold: RawSegment[] = [];
  #goesOn = false;

  constructor(plan: ReadAgainPlan<Options>) {
    this.#plan = plan;
    this.#counting = new Counting(plan.countedBytes);
  }

  get result(): ReadAgain {
    return {
      found: { position: this.#plan.segments[0]?.position ?? 0n, calls: this.#calls },
      account: () => { for (const say of this.#account) say(); },
      carried: !this.#goesOn ? nothingCarried : { segments: this.#untold,
        ordinals: this.#ordinals, countedBytes: this.#counting.left },
    };
  }

  read(): void {
    const [first] = this.#plan.segments;
    if (first === undefined) return;
    const clock = new PastClock(first.atMs);
    const session = this.#openSession(clock);
    for (const segment of this.#plan.segments) this.#segment(segment, clock);
    const untold = this.#untold.reduce((sum, { bytes }) => sum + bytes.length, 0);
    // Where all of it was counted, a silence or a closing had ended it.
    this.#goesOn = lineGoesOn(this.#plan.kind, untold) && this.#counting.left < untold;
    // What ends by silence has ended meanwhile.
    if (!this.#goesOn) clock.moveTo(this.#plan.world.clock.wall().getTime());
    session.close(this.#goesOn);
  }

  #segment({ position, atMs, bytes: all, whole }: RawSegment, clock: PastClock): void {
    if (all.length === 0) clock.skipTo(atMs);
    else clock.moveTo(atMs);
    this.#position = position;
    for (const bytes of whole === true ? [all] : linesOf(all)) {
      this.#untold.push({ position, atMs, bytes });
      this.#receive?.(bytes, clock.monotonicMs());
    }
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
    let left = bytes;
    while (left > 0) {
      const first = this.#untold.shift();
      if (first === undefined) break;
      if (first.bytes.length > left) {
        this.#untold.unshift({ ...first, bytes: first.bytes.subarray(left) });
        break;
      }
      left -= first.bytes.length;
    }
    const count = this.#counting.rest(bytes);
    if (count > 0) this.#account.push(() => { say(count); });
  }

  #record(call: CompletedCall, arrivedAtMs: number): void {
    // Its invented call name means nothing to anybody.
    const { call: _, ...printed } = call;
    const rawOrdinal = this.#ordinals.get(this.#position) ?? 0;
    this.#ordinals.set(this.#position, rawOrdinal + 1);
    this.#calls.push({ call: { ...printed, rawPosition: this.#position, rawOrdinal }, arrivedAtMs,
      counted: this.#counting.left > 0 });
  }
}

/**
 * Whether so many bytes of a line without its end are left to the next session. The end of a
 * connection ends its line; that of a serial port or a file goes on later.
 */
export function lineGoesOn(kind: TransportKind, bytes: number): boolean {
  return (kind === "serial" || kind === "file") && bytes > 0 && bytes <= carriedBytesMax;
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
