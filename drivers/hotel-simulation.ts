/**
 * Both ends of a hotel on real lines: a front desk whose guests come and go, and a PBX on whose
 * telephones maids and guests dial. A scripted call is a guest who comes (`name` into room `to`).
 */

import { ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { FiasPeer } from "./fias/peer.js";
import { MitelPeer } from "./mitel-pms/peer.js";
import type { Fault, ScriptedCall } from "./script.js";
import { openLine, seeded, type Line, type Place, type Simulation } from "./simulation.js";

export interface HotelSimulationPlan {
  readonly world: World;
  readonly seed: number;
  readonly line: Place | { readonly file: string };
}

export interface FrontDeskSimulation extends Simulation {
  readonly peer: FiasPeer;
}

export interface HotelPbxSimulation extends Simulation {
  readonly peer: MitelPeer;
}

const minuteMs = 60_000;
const names = ["Weber", "Petit", "Martin", "Klein", "Roux", "Haddad", "Noël", "Schmidt", "Novák"];
const floors = 4;
const roomsOfFloor = 10;
const maidDigits = 3;

export async function simulateFrontDesk(
  plan: HotelSimulationPlan,
): Promise<Result<FrontDeskSimulation>> {
  const serial = "file" in plan.line;
  const made = await onLine(plan, (world, send) => new FiasPeer({ world, serial, send }));
  if (!made.ok) return made;
  const { world, line, peer, ...rest } = made.value;
  if (serial) peer.connected();
  let reservation = 0;
  const arrive = (room: string, name: string): void => {
    reservation += 1;
    void peer.checkIn(room, { reservation: String(reservation), name });
  };
  return ok({ ...rest, peer, description: `front desk (FIAS) on ${line.description}`,
    call: ({ to, name }: ScriptedCall) => { arrive(to, name ?? "Guest"); },
    fault: (fault) => { hotelFault(world, line, fault, () => { peer.restart(); }); },
    traffic: everySoOften(world, () => {
      const room = anyRoom(world);
      if (peer.guests.has(room)) void peer.checkOut(room);
      else arrive(room, names[world.random.integer(names.length)] ?? "Guest");
    }) });
}

export async function simulateHotelPbx(
  plan: HotelSimulationPlan,
): Promise<Result<HotelPbxSimulation>> {
  const made = await onLine(plan, (world, send) => new MitelPeer({ world, send }));
  if (!made.ok) return made;
  const { world, line, peer, ...rest } = made.value;
  return ok({ ...rest, peer, description: `hotel PBX (Mitel) on ${line.description}`,
    call: ({ from }: ScriptedCall) => { void peer.status(from, "2"); },
    fault: (fault) => { hotelFault(world, line, fault, () => { peer.restart(); }); },
    traffic: everySoOften(world, () => {
      void peer.status(anyRoom(world), String(1 + world.random.integer(maidDigits)));
    }) });
}

interface OnLine<P> {
  readonly world: World;
  readonly line: Line;
  readonly peer: P;
  stop(): Promise<void>;
}

async function onLine<P extends FiasPeer | MitelPeer>(
  plan: HotelSimulationPlan, make: (world: World, send: (bytes: Uint8Array) => void) => P,
): Promise<Result<OnLine<P>>> {
  const { world, stop } = seeded(plan.world, plan.seed);
  const opened = await openLine(plan.world, plan.line);
  if (!opened.ok) return opened;
  const line = opened.value;
  const peer = make(world, (bytes) => { line.write(bytes); });
  line.onData((bytes) => { peer.receive(bytes); });
  line.onOpen(() => { peer.connected(); });
  return ok({ world, line, peer, stop: async () => {
    peer.stop();
    stop();
    await line.close();
  } });
}

function anyRoom(world: World): string {
  return String((1 + world.random.integer(floors)) * 100 + 1 + world.random.integer(roomsOfFloor));
}

function everySoOften(world: World, run: () => void): (perMinute: number) => void {
  let epoch = 0;
  return (perMinute) => {
    epoch += 1;
    const own = epoch;
    const next = (): void => {
      world.clock.after(minuteMs / perMinute, "hotel.traffic", () => {
        if (own !== epoch) return;
        run();
        next();
      });
    };
    if (perMinute > 0) next();
  };
}

function hotelFault(world: World, line: Line, fault: Fault, restart: () => void): void {
  switch (fault.kind) {
    case "drop": line.drop(); break;
    case "restart":
      line.drop();
      restart();
      break;
    case "garbage": line.write(world.random.bytes(fault.bytes)); break;
    case "long-line": line.write(Buffer.alloc(fault.bytes, 0x78)); break;
    default: world.log.event("simulation.fault-unknown", { fault: fault.kind }, "warn");
  }
}
