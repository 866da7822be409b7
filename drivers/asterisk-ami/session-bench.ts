/** For the tests of this driver: a session and a peer joined by a pipe in memory. */

import assert from "node:assert/strict";
import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Condition, PeerIdentity, Session } from "../../firmware/link/driver.js";
import type { Transport } from "../../firmware/link/transport.js";
import type { CallEvent } from "../../firmware/model/events.js";
import {
  callId, deviceId, linkId, type ConnectionId,
} from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import { driver } from "./driver.js";
import { createAmiPeer, type AmiPeer, type AmiPeerPlan, type PeerConnection } from "./peer.js";

export interface SessionBench {
  readonly world: SimulatedWorld;
  readonly peer: AmiPeer;
  readonly session: Session;
  readonly events: CallEvent[];
  readonly conditions: Condition[];
  readonly identities: PeerIdentity[];
  readonly garbage: { bytes: number; reason: string }[];
  readonly resyncs: string[];
  readonly transport: { closed: boolean };
  /** `delivered 1001 newCall` of each event so far, and forgets them. */
  take(): string[];
  /** Runs the request while time moves on, and answers its result. */
  request(request: ServiceRequest, ms?: number): Promise<Result<ServiceResponse>>;
  run<T>(promise: Promise<T>, ms: number): Promise<T>;
}

/** Two ends of a wire; bytes and the closing arrive in a later turn, as on a socket. */
function pipe(world: SimulatedWorld, kind: "tcp" | "tls") {
  const state = { closed: false };
  const gateway: { receive?: (bytes: Uint8Array, atMs: number) => void;
    closed?: (reason: string) => void } = {};
  const pbx: { receive?: (bytes: Uint8Array) => void; closed?: () => void } = {};
  const later = (run: () => void): void => { void Promise.resolve().then(run); };
  const close = (reason: string): void => {
    if (state.closed) return;
    state.closed = true;
    later(() => {
      gateway.closed?.(reason);
      pbx.closed?.();
    });
  };
  const transport: Transport = {
    kind, description: "memory",
    onReceive: (handler) => { gateway.receive = handler; },
    onClosed: (handler) => { gateway.closed = handler; },
    send: (bytes) => {
      if (state.closed) return fail("link-down", "closed");
      later(() => pbx.receive?.(bytes));
      return done;
    },
    close: () => { close("closed by the gateway"); },
  };
  const connection: PeerConnection = {
    send: (bytes) => {
      later(() => { gateway.receive?.(bytes, world.clock.monotonicMs()); });
    },
    onReceive: (handler) => { pbx.receive = handler; },
    onClosed: (handler) => { pbx.closed = handler; },
    close: () => { later(() => { close("closed by the PBX"); }); },
  };
  return { transport, connection, state };
}

export function sessionBench(
  options: Readonly<Record<string, unknown>> = {}, plan: Partial<AmiPeerPlan> = {},
  more: { kind?: "tcp" | "tls"; accept?: boolean; peer?: AmiPeer; world?: SimulatedWorld } = {},
): SessionBench {
  const world = more.world ?? new SimulatedWorld();
  const peer = more.peer ?? createAmiPeer({
    world, users: { cti: "s3cret" },
    extensions: ["1001", "1002", "1003", "1004"].map((number) => ({ number, name: `N${number}` })),
    trunks: ["trunk-a"], queues: [{ name: "600", members: ["1002"] }], ...plan,
  });
  const { transport, connection, state } = pipe(world, more.kind ?? "tcp");
  const parsed = driver.options.parse({ user: "cti", secret: "env:AMI", ...options });
  assert(parsed.ok);
  const events: CallEvent[] = [];
  const conditions: Condition[] = [];
  const identities: PeerIdentity[] = [];
  const garbage: { bytes: number; reason: string }[] = [];
  const resyncs: string[] = [];
  const session = driver.open({
    link: linkId("pbx"), options: parsed.value, transport, world,
    secret: (reference) => reference === "env:AMI" ? ok("s3cret")
      : fail("not-found", `No secret ${reference}.`),
    emit: (event) => { events.push(event); },
    record: () => undefined,
    report: (condition) => { conditions.push(condition); },
    identify: (identity) => { identities.push(identity); },
    garbage: (bytes, reason) => { garbage.push({ bytes: bytes.length, reason }); },
    accounted: () => undefined,
    page: () => Promise.resolve(done), pageStatus: () => undefined,
    missed: () => undefined,
    requestResync: (reason) => { resyncs.push(reason); },
  });
  if (more.accept !== false) peer.accept(connection);
  const run = async <T>(promise: Promise<T>, ms: number): Promise<T> => {
    await world.advance(ms);
    return await promise;
  };
  return { world, peer, session, events, conditions, identities, garbage, resyncs, transport: state,
    run,
    take: () => events.splice(0).map(shown),
    request: (request, ms = 10_000) => run(session.request(request, ms), ms) };
}

export async function readyBench(
  options: Readonly<Record<string, unknown>> = {}, plan: Partial<AmiPeerPlan> = {},
): Promise<SessionBench> {
  const bench = sessionBench(options, plan);
  await bench.world.advance(10);
  assert.deepEqual(bench.conditions, [{ type: "ready" }]);
  return bench;
}

export function shown(event: CallEvent): string {
  const device = "connection" in event ? event.connection.device
    : "agentDevice" in event ? event.agentDevice.device
      : "device" in event ? event.device : "";
  return [event.type, device, event.cause].filter((part) => part !== "").join(" ");
}

/** The connection of a device in the newest call that has it. */
export function connectionOf(events: readonly CallEvent[], device: string): ConnectionId {
  const found = events.findLast((event) => "connection" in event
    && event.connection.device === device);
  assert(found !== undefined && "connection" in found, `no event of ${device}`);
  return { call: callId(found.connection.call), device: deviceId(device) };
}
