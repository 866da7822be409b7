/**
 * A simulated PBX of each driver on a real line: AMI on a TCP port, call records on a pseudo
 * terminal or a TCP port. Scripted, seeded, with faults. For those who build on us, and for the
 * office of `make run`.
 */

import { symlink, unlink } from "node:fs/promises";
import { createServer, type Server, type Socket } from "node:net";
import { attempt, done, fail, messageOf, ok, type Result } from "../firmware/base/result.js";
import type { Cancellable, Clock, World } from "../firmware/base/world.js";
import { SimulatedWorld } from "../firmware/base/world-simulated.js";
import { openPtyPair, type PtyPair } from "../firmware/link/transports/pty.js";
import { createAmiPeer, type AmiPeer } from "./asterisk-ami/peer.js";
import type { Fault, ScriptedCall } from "./script.js";
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

export interface Place {
  readonly address: string;
  readonly port: number;
}

export interface AmiSimulationPlan extends Place {
  readonly world: World;
  readonly seed: number;
  readonly user: string;
  readonly secret: string;
}

const minuteMs = 60_000;
const names = ["Anna Weber", "Bruno Petit", "Chloé Martin", "David Klein", "Émile Roux",
  "Fatima Haddad", "Gilles Noël", "Hanna Schmidt", "Ivo Novák", "Jeanne Morel", "Karim Benali",
  "Léa Fournier"];

/**
 * Time and log of the world, randomness of the seed: the same seed makes the same calls. `stop`
 * cancels every timer that is left.
 */
export function seeded(world: World, seed: number): { readonly world: World; stop(): void } {
  const timers = new Set<Cancellable>();
  const clock: Clock = {
    monotonicMs: () => world.clock.monotonicMs(), wall: () => world.clock.wall(),
    after(delayMs, name, run) {
      const timer = world.clock.after(delayMs, name, () => {
        timers.delete(timer);
        run();
      });
      timers.add(timer);
      return { cancel: () => { timers.delete(timer); timer.cancel(); } };
    },
  };
  return { world: { clock, log: world.log, random: new SimulatedWorld(seed).random },
    stop: () => {
      for (const timer of timers) timer.cancel();
      timers.clear();
    } };
}

function listen(server: Server, { address, port }: Place): Promise<Result<void>> {
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(fail(error.code === "EADDRINUSE" ? "address-in-use" : "precondition",
        `the simulated PBX cannot listen on ${address}:${port}: ${messageOf(error)}`));
    });
    server.listen(port, address, () => { resolve(done); });
  });
}

function portOf(server: Server): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

async function closeServer(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => { server.close(resolve); });
}

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
    fault: (fault) => { amiFault(world, peer, fault); },
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

function amiFault(world: World, peer: AmiPeer, fault: Fault): void {
  switch (fault.kind) {
    case "drop": peer.drop(); break;
    case "restart": peer.restart(); break;
    case "delay": peer.delay(fault.ms); break;
    case "hang":
      peer.hang(true);
      world.clock.after(fault.ms, "simulation.hang", () => { peer.hang(false); });
      break;
    case "garbage": peer.garbage(world.random.bytes(fault.bytes)); break;
    case "long-line": peer.longLine(fault.bytes); break;
    case "miss": peer.miss("Hangup", fault.count); break;
    case "truncate":
    case "clock": world.log.event("simulation.fault-unknown", { fault: fault.kind }, "warn");
  }
}

export interface SmdrSimulationPlan {
  readonly world: World;
  readonly seed: number;
  readonly format: SmdrPeerPlan["format"];
  /** A TCP port to listen on, or a file that shall lead to the pseudo terminal. */
  readonly line: Place | { readonly file: string };
}

export interface Line {
  readonly description: string;
  write(bytes: Uint8Array): void;
  onData(handler: (bytes: Uint8Array) => void): void;
  onOpen(handler: () => void): void;
  drop(): void;
  close(): Promise<void>;
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
    fault: (fault) => { smdrFault(world, peer, line.value, fault); },
    traffic: setTraffic,
    stop: async () => {
      setTraffic(0);
      stopTimers();
      await line.value.close();
    },
  });
}

type PrintedCall = Parameters<SmdrPeer["play"]>[0];

function smdrCall({ from, to, trunk, ringMs, talkMs }: ScriptedCall): PrintedCall {
  const incoming = to.length <= from.length;
  return { device: incoming ? to : from, number: incoming ? from : to, trunk: trunk ?? "01",
    direction: incoming ? "incoming" : "outgoing", ringMs, talkMs };
}

function smdrFault(world: World, peer: SmdrPeer, line: Line, fault: Fault): void {
  switch (fault.kind) {
    case "drop": line.drop(); break;
    case "restart":
      line.drop();
      peer.restart();
      break;
    case "garbage": peer.garbage(fault.bytes); break;
    case "long-line": line.write(Buffer.alloc(fault.bytes, 0x78)); break;
    case "truncate": peer.truncated(smdrCall({ from: "0140000000", to: "101", ringMs: 2_000,
      talkMs: 5_000 })); break;
    case "clock": peer.setClock(fault.ms); break;
    case "hang":
    case "delay":
    case "miss": world.log.event("simulation.fault-unknown", { fault: fault.kind }, "warn");
  }
}

/** A TCP port to listen on, or a file that shall lead to a pseudo terminal. */
export function openLine(
  world: World, line: Place | { readonly file: string },
): Promise<Result<Line>> {
  return "file" in line ? ptyLine(world, line.file) : tcpLine(line);
}

async function ptyLine(world: World, file: string): Promise<Result<Line>> {
  const opened = await openPtyPair(world);
  if (!opened.ok) return opened;
  const pair: PtyPair = opened.value;
  const linked = await attempt("precondition", `${file} cannot be made`, async () => {
    await unlink(file).catch(() => undefined);
    await symlink(pair.devicePath, file);
  });
  if (!linked.ok) {
    await pair.close();
    return linked;
  }
  return ok({
    description: `serial line ${file}`,
    write: (bytes) => { pair.write(bytes); },
    onData: (handler) => { pair.onData(handler); },
    onOpen: () => undefined,
    // A printer port has no connection to drop.
    drop: () => undefined,
    close: async () => {
      await unlink(file).catch(() => undefined);
      await pair.close();
    },
  });
}

async function tcpLine(place: Place): Promise<Result<Line>> {
  const sockets = new Set<Socket>();
  let onData: (bytes: Uint8Array) => void = () => undefined;
  let onOpen: () => void = () => undefined;
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => { sockets.delete(socket); });
    socket.on("data", (bytes) => { onData(bytes); });
    onOpen();
  });
  const listening = await listen(server, place);
  if (!listening.ok) return listening;
  return ok({
    description: `${place.address}:${portOf(server)}`,
    write: (bytes) => { for (const socket of sockets) socket.write(bytes); },
    onData: (handler) => { onData = handler; },
    onOpen: (handler) => { onOpen = handler; },
    drop: () => { for (const socket of sockets) socket.destroy(); },
    close: () => closeServer(server, sockets),
  });
}
