/** The smdr driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { createNecPolledPeer, createNecTcpPeer, createRspPeer, type FramedPeer,
  type FramedPeerPlan } from "./framed-peers.js";
import { cmLine, necText } from "./framed-records.js";
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

/** A PBX that prints finished calls only, and hears them acknowledged. */
function framedOf(
  world: World, create: (plan: FramedPeerPlan) => FramedPeer, record: (n: number) => Uint8Array,
): ConformancePbx {
  let line: FarEnd | undefined;
  let signs = 0;
  const peer = create({ world, send: (bytes) => { line?.send(bytes); } });
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
      peer.connected();
    },
    restart: () => { peer.connected(); },
    events: {}, services: {},
    sign: () => {
      signs += 1;
      peer.print(record(signs));
    },
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
  { title: "Avaya Communication Manager, RSP", secrets: {},
    options: { format: "avaya-cm", framing: "avaya-rsp" },
    pbx: (world) => framedOf(world, createRspPeer, cmLine) },
  { title: "NEC, polled", options: { format: "nec-neax", framing: "nec-polled" }, secrets: {},
    pbx: (world) => framedOf(world, createNecPolledPeer, necText) },
  { title: "NEC over TCP", options: { format: "nec-neax", framing: "nec-tcp" }, secrets: {},
    pbx: (world) => framedOf(world, createNecTcpPeer, necText) },
];
