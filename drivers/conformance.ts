/**
 * The contract of the conformance suite: what a driver's folder provides so that the suite can
 * drive the driver against its peer. `conformance.test.ts` runs it; `<family>/conformance.ts`
 * exports `conformances`. With what the scenarios of PBXs that switch calls have in common.
 */

import assert from "node:assert";
import { done, fail, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import type { Transport } from "../firmware/link/transport.js";
import type { CallEvent, EventName } from "../firmware/model/events.js";
import { deviceId, type ConnectionId } from "../firmware/model/identifiers.js";
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

/** Long enough for a simulated phone to ring and answer. */
export const answerMs = 3_000;
const stepMs = 1_000;

/** Where 1001 to 1004 are telephones. */
export interface CallScene {
  /** 1002 calls 1001, who lets it ring. */
  ring(): void;
  /** An outside caller talks to 1001. */
  answered(): Promise<unknown>;
  wait(ms: number): Promise<void>;
}

/** The connection of a device of which the PBX has told last. */
export function connectionOf(stage: ScenarioStage, device: string): ConnectionId {
  const found = stage.events.findLast((event) => "connection" in event
    && event.connection.device === device);
  assert(found !== undefined && "connection" in found, `no event of ${device}`);
  return found.connection;
}

/** An outside caller talks to 1001. */
export async function activeCall(scene: CallScene, stage: ScenarioStage): Promise<ConnectionId> {
  await scene.answered();
  return connectionOf(stage, "1001");
}

/** A call rings at 1001. */
export async function ringingCall(scene: CallScene, stage: ScenarioStage): Promise<ConnectionId> {
  scene.ring();
  await scene.wait(stepMs);
  return connectionOf(stage, "1001");
}

/** 1001 holds an outside caller and talks to 1003. */
export async function consultation(scene: CallScene, stage: ScenarioStage): Promise<{
  readonly heldCall: ConnectionId; readonly activeCall: ConnectionId;
}> {
  const heldCall = await activeCall(scene, stage);
  const made = await stage.request({ service: "consultationCall", existingCall: heldCall,
    consultedDevice: "1003" });
  assert(made.ok && made.value.connection !== undefined, JSON.stringify(made));
  await scene.wait(answerMs);
  return { heldCall, activeCall: made.value.connection };
}

/** The services that act on calls, each in the state in which it works. */
export function callServices(scene: CallScene) {
  const active = (stage: ScenarioStage): Promise<ConnectionId> => activeCall(scene, stage);
  const ringing = (stage: ScenarioStage): Promise<ConnectionId> => ringingCall(scene, stage);
  const consulting = (stage: ScenarioStage): ReturnType<typeof consultation> =>
    consultation(scene, stage);
  return {
    makeCall: () => ({ service: "makeCall", callingDevice: deviceId("1001"),
      calledNumber: "1002" }),
    answerCall: async (stage) => ({ service: "answerCall", connection: await ringing(stage) }),
    clearConnection: async (stage) =>
      ({ service: "clearConnection", connection: await active(stage) }),
    clearCall: async (stage) => ({ service: "clearCall", connection: await active(stage) }),
    holdCall: async (stage) => ({ service: "holdCall", connection: await active(stage) }),
    async retrieveCall(stage): Promise<ServiceRequest> {
      const connection = await active(stage);
      await stage.request({ service: "holdCall", connection });
      await scene.wait(stepMs);
      return { service: "retrieveCall", connection };
    },
    consultationCall: async (stage) => ({ service: "consultationCall",
      existingCall: await active(stage), consultedDevice: "1003" }),
    alternateCall: async (stage) => ({ service: "alternateCall", ...await consulting(stage) }),
    reconnectCall: async (stage) => ({ service: "reconnectCall", ...await consulting(stage) }),
    transferCall: async (stage) => ({ service: "transferCall", ...await consulting(stage) }),
    conferenceCall: async (stage) => ({ service: "conferenceCall", ...await consulting(stage) }),
    singleStepTransferCall: async (stage) => ({ service: "singleStepTransferCall",
      activeCall: await active(stage), transferredTo: "1003" }),
    deflectCall: async (stage) =>
      ({ service: "deflectCall", callToBeDiverted: await ringing(stage), newDestination: "1003" }),
    generateDigits: async (stage) => ({ service: "generateDigits",
      connection: await active(stage), digits: "12#" }),
  } satisfies ConformancePbx["services"];
}
