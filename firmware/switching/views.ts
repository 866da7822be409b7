/** What applications are shown of the picture. */

import type { NumberForms } from "../model/records.js";
import type { LinkId, Party } from "../model/identifiers.js";
import type { CallEntry, DeviceEntry } from "./picture.js";
import type { CallView, DeviceView } from "./switch.js";

export function callView(call: CallEntry, forms: (raw: string) => NumberForms): CallView {
  const named = (party: Party | undefined): CallView["calling"] => {
    if (party === undefined) return undefined;
    const known = forms(party.device);
    return party.name === undefined ? known : { ...known, name: party.name };
  };
  return {
    link: call.link, call: call.call, direction: call.direction, calling: named(call.calling),
    called: named(call.called), networkInterface: call.networkInterface,
    startedAtMs: call.history.startedAtMs, stale: call.stale,
    connections: [...call.connections.values()].map((connection) => ({
      device: connection.device, name: connection.name, state: connection.state,
      number: forms(connection.device), external: connection.external,
    })),
  };
}

export function deviceView(link: LinkId, device: DeviceEntry): DeviceView {
  return {
    link, device: device.device, category: device.category, name: device.name,
    inService: device.inService, agentState: device.agentState, agent: device.agent,
    agentReason: device.agentReason, doNotDisturb: device.doNotDisturb,
    messageWaiting: device.messageWaiting, forwardings: device.forwardings,
    notMonitored: device.notMonitored,
    calls: device.calls?.size ?? 0,
  };
}
