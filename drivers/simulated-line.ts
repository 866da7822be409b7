/** The line at whose far end a simulated PBX stands, and its seed. */

import { symlink, unlink } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { attempt, done, fail, messageOf, ok, type Result } from "../firmware/base/result.js";
import type { Cancellable, Clock, World } from "../firmware/base/world.js";
import { SimulatedWorld } from "../firmware/base/world-simulated.js";
import { openPtyPair, type PtyPair } from "../firmware/link/transports/pty.js";
import type { Fault } from "./script.js";

export interface Place {
  readonly address: string;
  readonly port: number;
}

/** A TCP port to listen on or to connect to, or a file that shall lead to a pseudo terminal. */
export type Where = Place | { readonly connect: Place } | { readonly file: string };

export const minuteMs = 60_000;

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

export function listen(server: Server, { address, port }: Place): Promise<Result<void>> {
  return new Promise((resolve) => {
    server.once("error", (error: NodeJS.ErrnoException) => {
      resolve(fail(error.code === "EADDRINUSE" ? "address-in-use" : "precondition",
        `the simulated PBX cannot listen on ${address}:${port}: ${messageOf(error)}`));
    });
    server.listen(port, address, () => { resolve(done); });
  });
}

export function portOf(server: Server): number {
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

export async function closeServer(server: Server, sockets: Set<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => { server.close(resolve); });
}

export interface Line {
  readonly description: string;
  write(bytes: Uint8Array): void;
  onData(handler: (bytes: Uint8Array) => void): void;
  onOpen(handler: () => void): void;
  drop(): void;
  close(): Promise<void>;
}

export function openLine(world: World, where: Where): Promise<Result<Line>> {
  if ("file" in where) return ptyLine(world, where.file);
  return "connect" in where ? Promise.resolve(ok(callingLine(world, where.connect)))
    : tcpLine(where);
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

const redialMs = 2_000;

/** Connects to who listens there, and again when the connection ends. */
function callingLine(world: World, { address, port }: Place): Line {
  let onData: (bytes: Uint8Array) => void = () => undefined;
  let onOpen: () => void = () => undefined;
  let socket: Socket | undefined;
  let redial: Cancellable | undefined;
  let closed = false;
  const dial = (): void => {
    const dialled = connect(port, address, () => { onOpen(); });
    socket = dialled;
    dialled.on("data", (bytes) => { onData(bytes); });
    dialled.on("error", () => undefined);
    dialled.on("close", () => {
      if (!closed) redial = world.clock.after(redialMs, "simulation.redial", dial);
    });
  };
  dial();
  return {
    description: `a connection to ${address}:${port}`,
    write: (bytes) => { if (socket?.readyState === "open") socket.write(bytes); },
    onData: (handler) => { onData = handler; },
    onOpen: (handler) => { onOpen = handler; },
    drop: () => { socket?.destroy(); },
    close: () => {
      closed = true;
      redial?.cancel();
      socket?.destroy();
      return Promise.resolve();
    },
  };
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

/** A simulated far end, on its line. */
export interface OnLine<P> {
  readonly world: World;
  readonly line: Line;
  readonly peer: P;
  stop(): Promise<void>;
}

export interface FarEnd {
  receive(bytes: Uint8Array): void;
  /** The line is open anew. */
  connected?(): void;
  stop?(): void;
}

export interface FarEndPlan {
  readonly world: World;
  readonly seed: number;
  readonly line: Where;
}

export async function onLine<P extends FarEnd>(
  plan: FarEndPlan, make: (world: World, send: (bytes: Uint8Array) => void) => P,
): Promise<Result<OnLine<P>>> {
  const { world, stop } = seeded(plan.world, plan.seed);
  const opened = await openLine(plan.world, plan.line);
  if (!opened.ok) return opened;
  const line = opened.value;
  const peer = make(world, (bytes) => { line.write(bytes); });
  line.onData((bytes) => { peer.receive(bytes); });
  line.onOpen(() => { peer.connected?.(); });
  return ok({ world, line, peer, stop: async () => {
    peer.stop?.();
    stop();
    await line.close();
  } });
}

/** Runs so many times a minute, from the first minute's part on; 0 ends it. */
export function everySoOften(world: World, run: () => void): (perMinute: number) => void {
  let epoch = 0;
  return (perMinute) => {
    epoch += 1;
    const own = epoch;
    const next = (): void => {
      world.clock.after(minuteMs / perMinute, "simulation.traffic", () => {
        if (own !== epoch) return;
        run();
        next();
      });
    };
    if (perMinute > 0) next();
  };
}

/**
 * What a simulated PBX does at each fault that it can show. The amount is the fault's own number:
 * milliseconds, bytes or a count; 0 where it has none.
 */
export type Faults = Readonly<Partial<Record<Exclude<Fault["kind"], "hang">,
  (amount: number) => void>>> & { readonly hang?: (on: boolean) => void };

export function playFault(world: World, fault: Fault, faults: Faults): void {
  if (fault.kind === "hang" && faults.hang !== undefined) {
    const { hang } = faults;
    hang(true);
    world.clock.after(fault.ms, "simulation.hang", () => { hang(false); });
    return;
  }
  const play = fault.kind === "hang" ? undefined : faults[fault.kind];
  if (play === undefined) {
    world.log.event("simulation.fault-unknown", { fault: fault.kind }, "warn");
  } else {
    play(amountOf(fault));
  }
}

function amountOf(fault: Fault): number {
  if ("ms" in fault) return fault.ms;
  if ("bytes" in fault) return fault.bytes;
  return "count" in fault ? fault.count : 0;
}

/** What a simulated PBX that itself serves TCP connections can do to them. */
interface Connections {
  drop(): void;
  restart(): void;
  delay(ms: number): void;
  hang(on: boolean): void;
  garbage(bytes: Uint8Array): void;
}

export function networkFaults(world: World, peer: Connections): Faults {
  return {
    drop: () => { peer.drop(); },
    restart: () => { peer.restart(); },
    delay: (ms) => { peer.delay(ms); },
    hang: (on) => { peer.hang(on); },
    garbage: (count) => { peer.garbage(world.random.bytes(count)); },
  };
}

/** What happens to a line, whatever speaks on it. */
export function lineFaults(world: World, line: Line, restart: () => void): Faults {
  return {
    drop: () => { line.drop(); },
    restart: () => {
      line.drop();
      restart();
    },
    garbage: (count) => { line.write(world.random.bytes(count)); },
    "long-line": (count) => { line.write(Buffer.alloc(count, 0x78)); },
  };
}
