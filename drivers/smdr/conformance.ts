/** The smdr driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { createSmdrPeer, type PeerCall, type SmdrPeerPlan } from "./peer.js";

const call: PeerCall = { device: "101", trunk: "01", number: "0145678901",
  direction: "incoming", ringMs: 4_000, talkMs: 20_000 };
const missed: PeerCall = { ...call, device: "102", trunk: "02", talkMs: 0 };

function pbxOf(
  world: World, plan: Pick<SmdrPeerPlan, "format" | "login">, live: boolean,
): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = createSmdrPeer({ ...plan, world, send: (bytes) => { line?.send(bytes); } });
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
      peer.restart();
      peer.connected();
    },
    restart: () => { peer.restart(); },
    events: live ? {
      delivered: () => peer.play(call),
      established: () => peer.play(call),
      connectionCleared: () => peer.play(missed),
      callCleared: () => peer.play(call),
    } : {},
    services: {},
    sign: () => { peer.print({ ...call, direction: "outgoing" }); },
  };
}

export const conformances: readonly Conformance[] = [
  { title: "Panasonic KX", options: { format: "panasonic-kx" }, secrets: {},
    pbx: (world) => pbxOf(world, { format: "panasonic-kx" }, true) },
  { title: "Panasonic KX with a login",
    options: { format: "panasonic-kx", login: { secret: "env:SMDR_PASSWORD" } },
    secrets: { "env:SMDR_PASSWORD": "PCCSMDR" },
    pbx: (world) => pbxOf(world, { format: "panasonic-kx",
      login: { user: "SMDR", password: "PCCSMDR" } }, true) },
  { title: "Avaya IP Office", options: { format: "avaya-ip-office" }, secrets: {},
    pbx: (world) => pbxOf(world, { format: "avaya-ip-office" }, false) },
];
