/** The espa driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { createEspaPeer, type EspaPeerPlan } from "./peer.js";

function pbxOf(world: World, plan: Omit<EspaPeerPlan, "world" | "send">): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = createEspaPeer({ ...plan, world, send: (bytes) => { line?.send(bytes); } });
  let count = 0;
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
    },
    restart: () => { peer.restart(); },
    events: {},
    services: { sendPage: () => ({ service: "sendPage",
      page: { pager: "550", text: "CALL ME 101", priority: "high" } }) },
    sign: () => {
      count += 1;
      peer.page({ pager: "550", text: `ROOM ${count}` });
    },
  };
}

export const conformances: readonly Conformance[] = [
  { title: "polled by a panel", options: { role: "station" }, secrets: {},
    pbx: (world) => pbxOf(world, { role: "panel", pollMs: 1_000 }) },
  { title: "control station of a paging system", options: { role: "control-station" },
    secrets: {}, pbx: (world) => pbxOf(world, { role: "paging-system" }) },
];
