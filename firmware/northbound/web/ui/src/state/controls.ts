/** Which services of the call model apply to a connection now, on this link. */

import { type Capabilities, Proven } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { type Call, type Connection, ConnectionState } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";

export const controlNames = ["answerCall", "deflectCall", "directedPickupCall", "holdCall",
  "retrieveCall", "alternateCall", "reconnectCall", "singleStepTransferCall", "consultationCall",
  "transferCall", "conferenceCall", "singleStepConference", "generateDigits", "parkCall",
  "clearConnection", "clearCall"] as const;
export type ControlName = (typeof controlNames)[number];

/** What a control asks for before it is sent. */
export const inputs: Readonly<Partial<Record<ControlName, "number" | "digits" | "park">>> = {
  deflectCall: "number", singleStepTransferCall: "number", consultationCall: "number",
  singleStepConference: "number", generateDigits: "digits", parkCall: "park",
};

const states: Readonly<Record<ControlName, readonly ConnectionState[]>> = {
  answerCall: [ConnectionState.ALERTING],
  deflectCall: [ConnectionState.ALERTING, ConnectionState.QUEUED],
  directedPickupCall: [ConnectionState.ALERTING],
  holdCall: [ConnectionState.CONNECTED],
  retrieveCall: [ConnectionState.HOLD],
  alternateCall: [ConnectionState.CONNECTED],
  reconnectCall: [ConnectionState.CONNECTED, ConnectionState.INITIATED, ConnectionState.FAIL],
  singleStepTransferCall: [ConnectionState.CONNECTED],
  consultationCall: [ConnectionState.CONNECTED],
  transferCall: [ConnectionState.CONNECTED],
  conferenceCall: [ConnectionState.CONNECTED],
  singleStepConference: [ConnectionState.CONNECTED],
  generateDigits: [ConnectionState.CONNECTED],
  parkCall: [ConnectionState.CONNECTED],
  clearConnection: [ConnectionState.INITIATED, ConnectionState.ALERTING,
    ConnectionState.CONNECTED, ConnectionState.HOLD, ConnectionState.QUEUED, ConnectionState.FAIL],
  clearCall: [ConnectionState.CONNECTED, ConnectionState.HOLD],
};

/** Controls that need a second call of the same device, on hold. */
const needsHeld: ReadonlySet<ControlName> = new Set(["alternateCall", "reconnectCall",
  "transferCall", "conferenceCall"]);
/** Controls that make sense only with more than two parties or with an outside party too. */
const external: ReadonlySet<ControlName> = new Set(["clearConnection"]);

/** A service of the link that the driver offers and that no probe has refuted. */
export function offers(capabilities: Capabilities | undefined, service: string): boolean {
  return capabilities?.rows.some((row) => row.kind === "service" && row.subject === service
    && row.proven !== Proven.NO) ?? false;
}

/** The held connection that a device has in another call of the link. */
export function heldElsewhere(
  calls: readonly Call[], link: string, connection: Connection,
): Connection | undefined {
  const id = connection.id;
  if (id === undefined) return undefined;
  return calls.filter((call) => call.link === link && call.call !== id.call)
    .flatMap((call) => call.connections)
    .find((one) => one.id?.device === id.device && one.state === ConnectionState.HOLD);
}

/** The controls to show for a connection, in the order of `controlNames`. */
export function controlsFor(
  connection: Connection, call: Call, calls: readonly Call[],
  capabilities: Capabilities | undefined, myDevice: string | undefined,
): readonly ControlName[] {
  if (call.stale) return [];
  const held = heldElsewhere(calls, call.link, connection) !== undefined;
  return controlNames.filter((name) => {
    if (!offers(capabilities, name) || !states[name].includes(connection.state)) return false;
    if (connection.external && !external.has(name)) return false;
    if (needsHeld.has(name) && !held) return false;
    if (name === "clearCall" && call.connections.length < 3) return false;
    if (name === "directedPickupCall") {
      return myDevice !== undefined && myDevice !== connection.id?.device;
    }
    return true;
  });
}
