/**
 * The contract of the conformance suite: what a driver's folder provides so that the suite can
 * drive the driver against its peer. `conformance.test.ts` runs it; `<family>/conformance.ts`
 * exports `conformances`.
 */

import { done, fail, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import type { Transport } from "../firmware/link/transport.js";
import type { CallEvent, EventName } from "../firmware/model/events.js";
import type { ServiceName, ServiceRequest, ServiceResponse } from "../firmware/model/services.js";

/** The PBX's end of a line. */
export interface FarEnd {
  send(bytes: Uint8Array): void;
  onReceive(handler: (bytes: Uint8Array) => void): void;
  onClosed(handler: () => void): void;
  close(): void;
}

/** What a scenario may look at and ask for while it sets the stage. */
export interface ScenarioStage {
  /** What the link has told so far. */
  readonly events: readonly CallEvent[];
  request(request: ServiceRequest): Promise<Result<ServiceResponse>>;
}

/** A PBX as the suite sees it. All of it happens in the world's time. */
export interface ConformancePbx {
  /** The gateway has opened a line; what the PBX says it says to this one from now on. */
  connect(line: FarEnd): void;
  /** It has restarted: its calls are gone. The suite cuts the line itself. */
  restart(): void;
  /** For each declared event, something that makes the PBX say it. May take a minute. */
  readonly events:
    Readonly<Partial<Record<EventName, (stage: ScenarioStage) => Promise<unknown> | void>>>;
  /** For each declared service, the state in which it works; gives the request to make. */
  readonly services: Readonly<Partial<Record<ServiceName,
    (stage: ScenarioStage) => Promise<ServiceRequest> | ServiceRequest>>>;
  /**
   * What shows that the line carries sense: an event, a record, a page or word of a room follows
   * within a minute, or a request that it makes is answered.
   */
  sign(stage: ScenarioStage): Promise<unknown> | void;
}

export interface Conformance {
  readonly title: string;
  /** As in the configuration, before the driver's schema. */
  readonly options: unknown;
  /** What secret references lead to. */
  readonly secrets: Readonly<Record<string, string>>;
  pbx(world: World): ConformancePbx;
}

/** A line in memory. Bytes arrive in pieces of random size, in order, within the same instant. */
export class MemoryLine {
  readonly #world: World;
  #nearReceive: ((bytes: Uint8Array, atMs: number) => void) | undefined;
  #farReceive: ((bytes: Uint8Array) => void) | undefined;
  #nearClosed: ((reason: string) => void) | undefined;
  #farClosed: (() => void) | undefined;
  #closed = false;
  /** What came before the far end listened: a line of the world holds it too. */
  #early: Uint8Array[] = [];
  /** Nothing passes in either direction, and nobody is told. */
  muted = false;

  constructor(world: World) {
    this.#world = world;
  }

  get closed(): boolean {
    return this.#closed;
  }

  readonly near: Transport = {
    kind: "tcp",
    description: "memory",
    onReceive: (handler) => { this.#nearReceive = handler; },
    onClosed: (handler) => { this.#nearClosed = handler; },
    send: (bytes): Result<void> => {
      if (this.#closed) return fail("link-down", "The line is closed.");
      const sent = Uint8Array.from(bytes);
      this.#soon(() => {
        if (this.muted) return;
        if (this.#farReceive === undefined) this.#early.push(sent);
        else this.#farReceive(sent);
      });
      return done;
    },
    close: () => { this.cut("closed by us"); },
  };

  readonly far: FarEnd = {
    send: (bytes) => {
      const sent = Uint8Array.from(bytes);
      this.#soon(() => { this.#arrive(sent); });
    },
    onReceive: (handler) => {
      this.#farReceive = handler;
      for (const bytes of this.#early.splice(0)) this.#soon(() => { handler(bytes); });
    },
    onClosed: (handler) => { this.#farClosed = handler; },
    close: () => { this.#soon(() => { this.cut("closed by the other end"); }); },
  };

  cut(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#nearClosed?.(reason);
    this.#farClosed?.();
  }

  #soon(run: () => void): void {
    this.#world.clock.after(0, "line", () => { if (!this.#closed) run(); });
  }

  #arrive(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.muted && !this.#closed;) {
      const length = 1 + this.#world.random.integer(64);
      this.#nearReceive?.(bytes.subarray(at, at + length), this.#world.clock.monotonicMs());
      at += length;
    }
  }
}
