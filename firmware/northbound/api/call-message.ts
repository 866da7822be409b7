/** Calls in progress as the API shows them. */

import type { CallView, Switch } from "../../switching/switch.js";
import type { DeviceId, LinkId } from "../../model/identifiers.js";
import type { SnapshotCallsResponseSchema } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { CallSchema } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { connectionStates, directions } from "./enums.js";
import { namedNumber, numberMessage } from "./number-message.js";
import type { PlainInit } from "./encoding.js";
import { timestamp } from "./time-message.js";

export function callMessage(view: CallView): PlainInit<typeof CallSchema> {
  return {
    link: view.link, call: view.call, direction: directions[view.direction],
    calling: namedNumber(view.calling), called: namedNumber(view.called),
    networkInterface: view.networkInterface ?? "", startedAt: timestamp(view.startedAtMs),
    stale: view.stale,
    connections: view.connections.map((connection) => ({
      id: { call: view.call, device: connection.device },
      state: connectionStates[connection.state],
      party: numberMessage(connection.number, connection.name), external: connection.external,
    })),
  };
}

/** The calls, oldest first, and the number of the last event that they contain. */
export function snapshotMessage(
  source: Switch, filter: { readonly link?: LinkId; readonly device?: DeviceId } = {},
  keep: (view: CallView) => boolean = () => true,
): PlainInit<typeof SnapshotCallsResponseSchema> {
  const calls = source.calls(filter).filter(keep);
  return {
    calls: [...calls].sort((a, b) => a.startedAtMs - b.startedAtMs).map(callMessage),
    eventNumber: source.lastNumber,
  };
}
