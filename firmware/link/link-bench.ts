/** A line, a driver and a sink for tests of the link runtime: all in memory, all scripted. */

import { done, fail, inLanguage, ok, type Result, type Text } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { CallEvent } from "../model/events.js";
import { callId, deviceId, linkId } from "../model/identifiers.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { ServiceResponse } from "../model/services.js";
import type { Driver, Proof, SessionContext } from "./driver.js";
import { createLink, type LinkPlan } from "./link-runtime.js";
import type { Link } from "./link.js";
import type { TransportOpener } from "./opener.js";
import type { Sender, SerialSigns, Transport, TransportKind } from "./transport.js";

/** The far end of a line in memory. */
export class BenchLine implements Omit<Transport, "signs"> {
  readonly kind: TransportKind;
  readonly description = "bench";
  readonly sent: string[] = [];
  /** As a serial port has them. */
  signs: SerialSigns | undefined;
  /** Of a file: `from` where it was to be read, and `kept` up to where. */
  readonly places: string[] = [];
  paused = false;
  closed: string | undefined;
  readonly #world: SimulatedWorld;
  trouble: ((reason: Text | undefined) => void) | undefined;
  #receive: ((bytes: Uint8Array, atMs: number, from?: Sender, place?: string) => void) | undefined;
  #onClosed: ((reason: string) => void) | undefined;

  constructor(world: SimulatedWorld, kind: TransportKind) {
    this.#world = world;
    this.kind = kind;
  }

  onReceive(
    handler: (bytes: Uint8Array, atMs: number, from?: Sender, place?: string) => void,
  ): void {
    this.#receive = handler;
  }
  onTrouble(handler: (reason: Text | undefined) => void): void { this.trouble = handler; }
  onClosed(handler: (reason: string) => void): void { this.#onClosed = handler; }
  send(bytes: Uint8Array): Result<void> {
    this.sent.push(Buffer.from(bytes).toString());
    return done;
  }
  sendTo(bytes: Uint8Array, { address, port }: Sender): Result<void> {
    this.sent.push(`${Buffer.from(bytes).toString()} to ${address}:${port}`);
    return done;
  }
  pause(): void { this.paused = true; }
  resume(): void { this.paused = false; }
  close(): void { this.cut("closed by us"); }

  readFrom(place: string | undefined): void { this.places.push(`from ${place ?? "-"}`); }
  kept(place: string): void { this.places.push(`kept ${place}`); }

  say(text: string, from?: Sender, place?: string): void {
    if (this.closed === undefined) {
      this.#receive?.(Buffer.from(text), this.#world.clock.monotonicMs(), from, place);
    }
  }
  cut(reason: string): void {
    if (this.closed !== undefined) return;
    this.closed = reason;
    this.#onClosed?.(reason);
  }
}

export const emptySnapshot: LinkSnapshot = { calls: [], agents: [], devices: [] };

export function clearedEvent(call: string): CallEvent {
  return { type: "callCleared", call: callId(call), link: linkId("pbx"), cause: "normal",
    receivedAtMs: 0 };
}

/**
 * Understands words: `ready`, `event X`, `record`, `garbage`, `impaired R`, `lost R`, `boot N`,
 * `resync`, `throw`. Answers requests and snapshots when the test says so.
 */
export class BenchDriver implements Driver<unknown> {
  readonly name = "bench";
  readonly title = "Bench PBX";
  readonly standards = [];
  readonly transports = ["tcp"] as const;
  readonly options = { parse: (value: unknown) => ok(value), jsonSchema: {} };
  readonly timers = {};
  capabilities: Driver["capabilities"] = {
    services: { makeCall: "native" }, events: ["callCleared"], snapshot: "native",
    callIdentity: "stable", monitorsMax: 10, requestsInFlightMax: 2,
  };
  keepsRawBytes = false;
  accountsBytes = false;
  readonly answers: ((result: Result<ServiceResponse>) => void)[] = [];
  readonly snapshots: ((result: Result<LinkSnapshot>) => void)[] = [];
  proofs: readonly Proof[] = [{ subject: "makeCall", proven: "yes", evidence: "bench" }];
  closes = 0;
  readonly senders: (Sender | undefined)[] = [];
  context: SessionContext<unknown> | undefined;

  open(context: SessionContext<unknown>): ReturnType<Driver["open"]> {
    this.context = context;
    context.transport.onReceive((bytes, _atMs, from) => {
      this.senders.push(from);
      for (const word of Buffer.from(bytes).toString().split("\n")) this.#hear(context, word);
    });
    return {
      request: () => new Promise((resolve) => { this.answers.push(resolve); }),
      snapshot: () => new Promise((resolve) => { this.snapshots.push(resolve); }),
      probe: () => Promise.resolve(ok(this.proofs)),
      close: () => { this.closes += 1; },
    };
  }

  #hear(context: SessionContext<unknown>, line: string): void {
    const [word, rest = ""] = line.split(/ (.*)/s);
    switch (word) {
      case "ready": context.report({ type: "ready" }); return;
      case "event": context.emit(clearedEvent(rest)); return;
      case "garbage": context.garbage(Buffer.from("?"), "bench"); return;
      case "impaired": context.report({ type: "impaired", reason: rest }); return;
      case "lost": context.report({ type: "lost", reason: rest }); return;
      case "boot": context.identify({ product: "Bench", incarnation: rest }); return;
      case "resync": context.requestResync(rest); return;
      case "throw": throw new Error("bench defect");
      case "record": context.record({
        link: context.link, direction: "outgoing", device: deviceId("101"), pbxTime: rest,
        startedAtMs: 0, durationMs: 0, answered: true,
      }); return;
      default: return;
    }
  }
}

export class Bench {
  readonly world = new SimulatedWorld(7);
  readonly driver = new BenchDriver();
  readonly lines: BenchLine[] = [];
  /** What the sink heard, in order. */
  readonly heard: string[] = [];
  kind: TransportKind = "tcp";
  refuse: string | undefined;
  signs: SerialSigns | undefined;
  releases = 0;
  offer: (() => void) | undefined;

  readonly opener: TransportOpener = {
    description: "bench",
    open: () => {
      if (this.refuse !== undefined) return Promise.resolve(fail("link-down", this.refuse));
      const line = new BenchLine(this.world, this.kind);
      line.signs = this.signs;
      this.lines.push(line);
      return Promise.resolve(ok(line as Transport));
    },
    onOffer: (handler) => { this.offer = handler; },
    close: () => {
      this.releases += 1;
      return Promise.resolve();
    },
  };

  get line(): BenchLine {
    const line = this.lines.at(-1);
    if (line === undefined) throw new Error("nothing is open");
    return line;
  }

  link(more: Partial<LinkPlan> = {}): Link {
    return createLink({
      id: linkId("pbx"), title: "Bench", driver: this.driver, options: {}, opener: this.opener,
      world: this.world, secret: () => ok("hush"), enabled: true, sink: {
        event: (event) => {
          this.heard.push(event.type === "callCleared" ? `event ${event.call}` : event.type);
        },
        record: (call) => {
          this.heard.push(`record ${call.pbxTime}${
            call.rawPosition === undefined ? "" : ` at ${call.rawPosition}`}`);
        },
        readAgain: ({ calls }) => {
          for (const { call, counted } of calls) {
            this.heard.push(`again ${call.pbxTime} at ${call.rawPosition}${
              counted ? ", counted" : ""}`);
          }
          return Promise.resolve();
        },
        snapshot: (_snapshot, reason) => { this.heard.push(`snapshot ${reason}`); },
        up: () => { this.heard.push("up"); },
        down: (reason) => { this.heard.push(`down ${inLanguage(reason, "en")}`); },
        forgotten: () => { this.heard.push("forgotten"); },
        garbage: () => { this.heard.push("garbage"); },
        accounted: (bytes, as) => { this.heard.push(`accounted ${bytes} ${as}`); },
        page: ({ pager }) => {
          this.heard.push(`page ${pager}`);
          return Promise.resolve(done);
        },
        pageStatus: (pager, status) => { this.heard.push(`page ${pager} ${status}`); },
        stateChanged: () => undefined,
      }, ...more,
    });
  }

  /** A started link whose PBX has said that it is ready and has answered the first snapshot. */
  async upLink(more: Partial<LinkPlan> = {}): Promise<Link> {
    const link = this.link(more);
    await link.start();
    await this.world.settle();
    this.line.say("ready");
    await this.world.settle();
    this.driver.snapshots.shift()?.(ok(emptySnapshot));
    await this.world.settle();
    return link;
  }
}
