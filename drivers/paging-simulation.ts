/**
 * The other ends of paging and caller-identification lines. A scripted call is a page for pager
 * `to` with the text `name`; of a paging system, that pager's word that it has paged; of a box on
 * an analogue line, a caller `from`.
 */

import { ok, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { createCallerIdPeer, type CallerIdPeerPlan } from "./caller-id/peer.js";
import { createEspaPeer, type EspaPeer } from "./espa/peer.js";
import { everySoOften, lineFaults, onLine, playFault, type FarEndPlan, type Faults, type Line }
  from "./simulated-line.js";
import type { Simulation } from "./simulation.js";
import { createTapPeer, type TapPeer } from "./tap/peer.js";

export interface EspaSimulationPlan extends FarEndPlan {
  readonly role: "panel" | "paging-system";
}

export interface EspaSimulation extends Simulation {
  readonly peer: EspaPeer;
}

export interface TapSimulation extends Simulation {
  readonly peer: TapPeer;
}

const pollMs = 2_000;
const pagers = 30;
const rooms = 40;
/** ESPA 4.4.4, call status: paged. */
const paged = "3";
const texts = ["Call bell", "Bathroom alarm", "Door open", "Lift stopped", "Fire detector"];

export async function simulateEspa(plan: EspaSimulationPlan): Promise<Result<EspaSimulation>> {
  const made = await onLine(plan, (world, send) =>
    createEspaPeer({ role: plan.role, world, send, pollMs }));
  if (!made.ok) return made;
  const { world, line, peer, stop } = made.value;
  const call = (pager: string, text: string): void => {
    if (plan.role === "panel") peer.page({ pager, text });
    else peer.status(pager, paged);
  };
  return ok({ stop, peer, description: `${plan.role} (ESPA 4.4.4) on ${line.description}`,
    call: ({ from, to, name }) => { call(to, name ?? from); },
    fault: (fault) => { playFault(world, fault, pagingFaults(world, peer, line)); },
    traffic: everySoOften(world, () => {
      const { random } = world;
      const pager = String(101 + random.integer(pagers));
      call(pager, `${texts[random.integer(texts.length)]}, room ${1 + random.integer(rooms)}`);
    }) });
}

/** A terminal speaks only when it is called: calls and traffic are nothing to it. */
export async function simulateTap(plan: FarEndPlan): Promise<Result<TapSimulation>> {
  const made = await onLine(plan, (world, send) => createTapPeer({ world, send }));
  if (!made.ok) return made;
  const { world, line, peer, stop } = made.value;
  return ok({ stop, peer, description: `paging terminal (TAP) on ${line.description}`,
    call: () => undefined, traffic: () => undefined,
    fault: (fault) => { playFault(world, fault, pagingFaults(world, peer, line)); } });
}

function pagingFaults(world: World, peer: EspaPeer | TapPeer, line: Line): Faults {
  const { faults } = peer;
  return {
    ...lineFaults(world, line, () => { peer.restart(); }),
    hang: (on) => { faults.silent = on; },
    miss: (count) => {
      if ("loseAcks" in faults) faults.loseAcks += count;
      else faults.loseAnswers += count;
    },
    truncate: () => {
      if ("damage" in faults) faults.damage += 1;
      else faults.repeat += 1;
    },
  };
}

export interface CallerIdSimulationPlan extends FarEndPlan {
  readonly box: Extract<CallerIdPeerPlan["box"], "modem" | "whozz" | "mdmf">;
}

const callers = ["Anna Weber", "Bruno Petit", "Chloe Martin", "David Klein", "Hanna Schmidt"];
const rings = 3;
const cadenceMs = 5_000;

export async function simulateCallerId(
  plan: CallerIdSimulationPlan,
): Promise<Result<Simulation>> {
  const made = await onLine(plan, (world, send) =>
    createCallerIdPeer({ box: plan.box, world, send }));
  if (!made.ok) return made;
  const { world, line, peer, stop } = made.value;
  return ok({ stop, description: `caller identification (${plan.box}) on ${line.description}`,
    call: ({ from, name, ringMs, talkMs }) => {
      void peer.play({ number: from, ...(name === undefined ? {} : { name }), talkMs,
        rings: Math.max(1, Math.round(ringMs / cadenceMs)) });
    },
    fault: (fault) => {
      playFault(world, fault, lineFaults(world, line, () => { peer.restart(); }));
    },
    traffic: everySoOften(world, () => {
      const { random } = world;
      void peer.play({ number: `01${String(10_000_000 + random.integer(89_999_999))}`,
        name: callers[random.integer(callers.length)] ?? "", rings: 1 + random.integer(rings),
        talkMs: 0 });
    }) });
}
