/** The mitel-pms driver's scenarios for the conformance suite. */

import type { World } from "../../firmware/base/world.js";
import { deviceId } from "../../firmware/model/identifiers.js";
import type { Conformance, ConformancePbx, FarEnd } from "../conformance.js";
import { MitelPeer } from "./peer.js";

function pbxOf(world: World): ConformancePbx {
  let line: FarEnd | undefined;
  const peer = new MitelPeer({ world, send: (bytes) => { line?.send(bytes); } });
  return {
    connect(opened): void {
      line = opened;
      opened.onReceive((bytes) => { peer.receive(bytes); });
      peer.connected();
    },
    restart: () => { peer.restart(); },
    events: {
      messageWaiting: () => peer.lamp("205", true),
      doNotDisturb: () => peer.quiet("205", true),
    },
    services: {
      setMessageWaitingIndicator: () =>
        ({ service: "setMessageWaitingIndicator", device: deviceId("205"), on: true }),
      setDoNotDisturb: () => ({ service: "setDoNotDisturb", device: deviceId("205"), on: true }),
    },
    sign: async () => { await peer.status("205", "2"); },
  };
}

export const conformances: readonly Conformance[] = [
  { title: "PBX that starts as the gateway does", options: {}, secrets: {}, pbx: pbxOf },
];
