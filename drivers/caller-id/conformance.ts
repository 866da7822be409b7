/** The caller-id driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import {
  createCallerIdPeer, simulatedReport, type CallerIdPeerPlan, type PeerCall,
} from "./peer.js";

const call: PeerCall = { number: "0145678901", name: "ANNA ALPHA", rings: 3 };

function pbxOf(
  world: World, plan: Omit<CallerIdPeerPlan, "world" | "send">,
): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = createCallerIdPeer({ ...plan, world, send: (bytes) => { line?.send(bytes); } });
  const play = (more: Partial<PeerCall>) => (): Promise<void> => peer.play({ ...call, ...more });
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
    },
    restart: () => { peer.restart(); },
    events: {
      delivered: play({}), connectionCleared: play({}), callCleared: play({}),
      ...(plan.box === "modem" ? { callInformation: play({ identifiedMs: 6_000 }) } : {}),
      ...(plan.box === "hid" ? { established: play({ talkMs: 20_000 }) } : {}),
      ...(plan.box === "whozz" ? { originated: play({ outgoing: true, talkMs: 9_000 }),
        established: play({ talkMs: 20_000 }) } : {}),
    },
    services: {},
    sign: play({}),
  };
}

const conformance = (
  title: string, plan: Omit<CallerIdPeerPlan, "world" | "send">,
): Conformance => ({
  title, secrets: {},
  options: { box: plan.box, device: "101",
    ...(plan.box === "hid" ? { report: simulatedReport } : {}) },
  pbx: (world) => pbxOf(world, plan),
});

export const conformances: readonly Conformance[] = [
  conformance("Hayes modem", { box: "modem" }),
  conformance("older modem, unformatted", { box: "modem", refuses: ["AT+VCID=1"],
    unformatted: true }),
  conformance("Whozz Calling?", { box: "whozz", detail: true }),
  conformance("MDMF octets", { box: "mdmf" }),
  conformance("HID reports", { box: "hid" }),
];
