/** The fias driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { FiasPeer } from "./peer.js";

function pbxOf(world: World, serial: boolean): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = new FiasPeer({ world, serial, send: (bytes) => { line?.send(bytes); } });
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
      peer.connected();
    },
    restart: () => { peer.restart(); },
    events: {},
    services: {},
    sign: async () => { await peer.checkIn("205", { reservation: "4711", name: "Muster" }); },
  };
}

export const conformances: readonly Conformance[] = [
  { title: "front desk over TCP", options: { check: "none" }, secrets: {},
    pbx: (world) => pbxOf(world, false) },
  { title: "front desk on a serial line", options: { check: "lrc" }, secrets: {},
    pbx: (world) => pbxOf(world, true) },
];
