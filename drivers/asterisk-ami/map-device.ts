/** Registration and availability of devices. */

import { deviceId } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { endpointOf, known } from "./channel.js";
import type { Mapping } from "./map.js";

const technologies = /^(PJSIP|SIP|IAX2|SCCP|DAHDI|H323|OOH323|Skinny|MGCP|USTM|Motif|WebSocket)\//;
/** FreePBX keeps these as device states of its own making. */
const doNotDisturbState = /^Custom:(?:DEV)?DND(.+)$/;
const forwardingState = /^Custom:CF(.+)$/;

/** What was last said of each device. */
export class DeviceStates {
  readonly #states = new Map<string, boolean>();
  static readonly devicesMax = 50_000;

  inService(device: string): boolean | undefined {
    return this.#states.get(device);
  }

  /** True when this is news. */
  set(device: string, inService: boolean): boolean {
    if (this.#states.get(device) === inService) return false;
    if (this.#states.size >= DeviceStates.devicesMax && !this.#states.has(device)) return false;
    this.#states.set(device, inService);
    return true;
  }
}

function say(mapping: Mapping, device: string, inService: boolean): void {
  if (!mapping.devices.set(device, inService)) return;
  mapping.picture.emit({ type: inService ? "backInService" : "outOfService",
    device: deviceId(device) }, "normal");
}

export function deviceState(mapping: Mapping, message: AmiMessage): void {
  const name = known(message.get("Device"));
  const state = message.get("State");
  if (name === undefined || state === undefined) return;
  if (technologies.test(name)) {
    const { endpoint } = endpointOf(name);
    if (state === "UNAVAILABLE") say(mapping, endpoint, false);
    // A device whose state was never asked for says no more than that it exists.
    else if (state !== "INVALID" && state !== "UNKNOWN"
      && mapping.devices.inService(endpoint) === false) say(mapping, endpoint, true);
    return;
  }
  custom(mapping, name, state);
}

/** Assumed: FreePBX's names Custom:DND1001, Custom:DEVDND1001 and Custom:CF1001. */
function custom(mapping: Mapping, name: string, state: string): void {
  const dnd = doNotDisturbState.exec(name)?.[1];
  const on = state === "INUSE" || state === "BUSY";
  if (dnd !== undefined) {
    if (mapping.devices.set(`dnd ${dnd}`, on)) {
      mapping.picture.emit({ type: "doNotDisturb", device: deviceId(dnd), on }, "normal");
    }
    return;
  }
  const forwarding = forwardingState.exec(name)?.[1];
  if (forwarding !== undefined && mapping.devices.set(`forwarding ${forwarding}`, on)) {
    mapping.picture.emit({ type: "forwarding", device: deviceId(forwarding), on }, "normal");
  }
}

export function peerStatus(mapping: Mapping, message: AmiMessage): void {
  const peer = known(message.get("Peer"));
  const status = message.get("PeerStatus");
  if (peer === undefined || !technologies.test(peer)) return;
  const { endpoint } = endpointOf(peer);
  if (status === "Reachable" || status === "Registered") say(mapping, endpoint, true);
  if (status === "Unreachable" || status === "Unregistered") say(mapping, endpoint, false);
}

/** One contact of perhaps several: only good news is news of the device. */
export function contactStatus(mapping: Mapping, message: AmiMessage): void {
  const endpoint = known(message.get("EndpointName"));
  const status = message.get("ContactStatus");
  if (endpoint !== undefined && (status === "Reachable" || status === "NonQualified")) {
    say(mapping, endpoint, true);
  }
}
