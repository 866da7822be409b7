/**
 * A simulated PBX of each driver on a real line: AMI on a TCP port, call records on a pseudo
 * terminal or a TCP port. Scripted, seeded, with faults. For those who build on us, and for the
 * office of `make run`.
 */

import { createServer, type Socket } from "node:net";
import { ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { createAmiPeer, type AmiPeer } from "./asterisk-ami/peer.js";
import type { Fault, ScriptedCall } from "./script.js";
import { closeServer, lineFaults, listen, minuteMs, networkFaults, openLine, playFault, portOf,
  seeded, type Faults, type Line, type Place, type Where } from "./simulated-line.js";
import { createSmdrPeer, type SmdrPeer, type SmdrPeerPlan } from "./smdr/peer.js";

export interface Simulation {
  /** What it is and where: `Asterisk on 127.0.0.1:5038`. */
  readonly description: string;
  call(call: ScriptedCall): void;
  fault(fault: Fault): void;
  /** Random calls of an office, from the seed; 0 stops them. */
  traffic(callsPerMinute: number): void;
  stop(): Promise<void>;
}

export interface AmiSimulationPlan extends Place {
  readonly world: World;
  readonly seed: number;
  readonly user: string;
  readonly secret: string;
}

const names = ["Anna Weber", "Bruno Petit", "Chloé Martin", "David Klein", "Émile Roux",
  "Fatima Haddad", "Gilles Noël", "Hanna Schmidt", "Ivo Novák", "Jeanne Morel", "Karim Benali",
  "Léa Fournier"];

/** An Asterisk with twelve phones, one trunk and a queue. */
export async function simulateAmi(
  plan: AmiSimulationPlan,
): Promise<Result<Simulation & { readonly port: number }>> {
  const sockets = new Set<Socket>();
  const { world, stop: stopTimers } = seeded(plan.world, plan.seed);
  const peer = createAmiPeer({ world,
    users: { [plan.user]: plan.secret }, trunks: ["trunk-a"], version: "22.10.0",
    extensions: names.map((name, index) => ({ number: String(1001 + index), name })),
    queues: [{ name: "support", members: ["1010", "1011", "1012"], wrapUpSeconds: 5 }] });
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => { sockets.delete(socket); });
    peer.accept({
      send: (bytes) => { if (!socket.destroyed) socket.write(bytes); },
      onReceive: (handler) => { socket.on("data", handler); },
      onClosed: (handler) => { socket.on("close", handler); },
      close: () => { socket.destroySoon(); },
    });
  });
  const listening = await listen(server, plan);
  if (!listening.ok) return listening;
  const port = portOf(server);
  return ok({
    port, description: `Asterisk (AMI) on ${plan.address}:${port}, user ${plan.user}`,
    call: (call) => { amiCall(peer, call); },
    fault: (fault) => { playFault(world, fault, amiFaults(world, peer)); },
    traffic: (rate) => { if (rate > 0) peer.startTraffic(rate); else peer.stopTraffic(); },
    stop: async () => {
      peer.stop();
      stopTimers();
      await closeServer(server, sockets);
    },
  });
}

function amiCall(peer: AmiPeer, call: ScriptedCall): void {
  peer.call({ from: call.from, to: call.to, ringMs: call.ringMs, talkMs: call.talkMs,
    ...(call.trunk === undefined ? {} : { trunk: call.trunk }),
    ...(call.name === undefined ? {} : { callerName: call.name }),
    behaviour: call.talkMs > 0 ? "answer" : "noAnswer" });
}

function amiFaults(world: World, peer: AmiPeer): Faults {
  return {
    ...networkFaults(world, peer),
    "long-line": (count) => { peer.longLine(count); },
    miss: (count) => { peer.miss("Hangup", count); },
  };
}

export interface SmdrSimulationPlan {
  readonly world: World;
  readonly seed: number;
  readonly format: SmdrPeerPlan["format"];
  readonly line: Where;
}

/** A PBX with a printer port. */
export async function simulateSmdr(plan: SmdrSimulationPlan): Promise<Result<Simulation>> {
  const { world, stop: stopTimers } = seeded(plan.world, plan.seed);
  const line = await openLine(plan.world, plan.line);
  if (!line.ok) return line;
  const peer = createSmdrPeer({ format: plan.format, world, seed: plan.seed,
    send: (bytes) => { line.value.write(bytes); } });
  line.value.onData((bytes) => { peer.receive(bytes); });
  line.value.onOpen(() => { peer.connected(); });
  let traffic: { stop(): void } | undefined;
  const setTraffic = (rate: number): void => {
    traffic?.stop();
    traffic = rate > 0 ? peer.traffic(minuteMs / rate) : undefined;
  };
  return ok({
    description: `call records (${plan.format}) on ${line.value.description}`,
    call: (call) => { void peer.play(smdrCall(call)); },
    fault: (fault) => { playFault(world, fault, smdrFaults(world, peer, line.value)); },
    traffic: setTraffic,
    stop: async () => {
      setTraffic(0);
      stopTimers();
      await line.value.close();
    },
  });
}

export type PrintedCall = Parameters<SmdrPeer["play"]>[0];

export function smdrCall({ from, to, trunk, ringMs, talkMs }: ScriptedCall): PrintedCall {
  const incoming = to.length <= from.length;
  return { device: incoming ? to : from, number: incoming ? from : to, trunk: trunk ?? "01",
    direction: incoming ? "incoming" : "outgoing", ringMs, talkMs };
}

function smdrFaults(world: World, peer: SmdrPeer, line: Line): Faults {
  return {
    ...lineFaults(world, line, () => { peer.restart(); }),
    garbage: (count) => { peer.garbage(count); },
    truncate: () => {
      peer.truncated(smdrCall({ from: "0140000000", to: "101", ringMs: 2_000, talkMs: 5_000 }));
    },
    clock: (ms) => { peer.setClock(ms); },
  };
}
