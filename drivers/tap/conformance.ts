/** The tap driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { ServiceRequest } from "../../firmware/model/services.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { createTapPeer, type TapPeerPlan } from "./peer.js";

const request: ServiceRequest =
  { service: "sendPage", page: { pager: "5551212", text: "CALL ME 101" } };

function pbxOf(world: World, plan: Omit<TapPeerPlan, "world" | "send">): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = createTapPeer({ ...plan, world, send: (bytes) => { line?.send(bytes); } });
  return {
    connect(opened): void {
      line = opened;
      peer.restart();
      opened.onReceive((bytes) => { peer.receive(bytes); });
    },
    restart: () => { peer.restart(); },
    events: {},
    services: { sendPage: () => request },
    sign: (stage) => stage.request(request),
  };
}

export const conformances: readonly Conformance[] = [
  { title: "terminal on the cable", options: { secret: "env:TAP" },
    secrets: { "env:TAP": "123456" }, pbx: (world) => pbxOf(world, { password: "123456" }) },
  { title: "terminal behind a modem", options: { dial: "0123456789" }, secrets: {},
    pbx: (world) => pbxOf(world, { number: "0123456789" }) },
];
