/**
 * Both ends of a hotel on real lines: a front desk whose guests come and go, and a PBX on whose
 * telephones maids and guests dial. A scripted call is a guest who comes (`name` into room `to`).
 */

import { ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { FiasPeer } from "./fias/peer.js";
import { MitelPeer } from "./mitel-pms/peer.js";
import type { ScriptedCall } from "./script.js";
import { everySoOften, lineFaults, onLine, playFault, type FarEndPlan }
  from "./simulated-line.js";
import type { Simulation } from "./simulation.js";

export interface FrontDeskSimulation extends Simulation {
  readonly peer: FiasPeer;
}

export interface HotelPbxSimulation extends Simulation {
  readonly peer: MitelPeer;
}

const names = ["Weber", "Petit", "Martin", "Klein", "Roux", "Haddad", "Noël", "Schmidt", "Novák"];
const floors = 4;
const roomsOfFloor = 10;
const maidDigits = 3;

export async function simulateFrontDesk(
  plan: FarEndPlan,
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
    fault: (fault) => {
      playFault(world, fault, lineFaults(world, line, () => { peer.restart(); }));
    },
    traffic: everySoOften(world, () => {
      const room = anyRoom(world);
      if (peer.guests.has(room)) void peer.checkOut(room);
      else arrive(room, names[world.random.integer(names.length)] ?? "Guest");
    }) });
}

export async function simulateHotelPbx(
  plan: FarEndPlan,
): Promise<Result<HotelPbxSimulation>> {
  const made = await onLine(plan, (world, send) => new MitelPeer({ world, send }));
  if (!made.ok) return made;
  const { world, line, peer, ...rest } = made.value;
  return ok({ ...rest, peer, description: `hotel PBX (Mitel) on ${line.description}`,
    call: ({ from }: ScriptedCall) => { void peer.status(from, "2"); },
    fault: (fault) => {
      playFault(world, fault, lineFaults(world, line, () => { peer.restart(); }));
    },
    traffic: everySoOften(world, () => {
      void peer.status(anyRoom(world), String(1 + world.random.integer(maidDigits)));
    }) });
}

function anyRoom(world: World): string {
  return String((1 + world.random.integer(floors)) * 100 + 1 + world.random.integer(roomsOfFloor));
}
