/**
 * In which connection states a service may be asked for (ECMA-269, initial states of each
 * service). Checked before the PBX is bothered; the PBX still has the last word.
 */

import { done, fail, type Result } from "../base/result.js";
import type { ConnectionId } from "../model/identifiers.js";
import type { ServiceRequest } from "../model/services.js";
import type { ConnectionState } from "../model/states.js";

export type StateOf = (connection: ConnectionId) => ConnectionState | undefined;

const any: readonly ConnectionState[] =
  ["initiated", "alerting", "connected", "hold", "queued", "fail"];
const active: readonly ConnectionState[] = ["connected", "alerting"];

export function checkPreconditions(request: ServiceRequest, stateOf: StateOf): Result<void> {
  const one = (connection: ConnectionId, allowed: readonly ConnectionState[]): Result<void> =>
    inState(request.service, connection, allowed, stateOf);
  const heldAndActive = (
    held: ConnectionId, other: ConnectionId, allowed: readonly ConnectionState[],
  ): Result<void> => {
    if (held.device !== other.device) {
      return fail("wrong-connection-state",
        `${request.service} needs two calls of the same device`);
    }
    if (held.call === other.call) {
      return fail("wrong-connection-state", `${request.service} needs two different calls`);
    }
    const first = one(held, ["hold"]);
    return first.ok ? one(other, allowed) : first;
  };
  switch (request.service) {
    case "makeCall": case "setAgentState": case "setMessageWaitingIndicator":
    case "setDoNotDisturb": case "setForwarding": case "groupPickupCall": case "sendPage":
    case "getDoNotDisturb": case "getForwarding": case "getMessageWaitingIndicator":
    case "getDisplay": case "getButtonInformation": case "getLampMode": case "setDisplay":
    case "pressButton":
      return done;
    case "callBack": return one(request.connection, any);
    case "associateData": return one(request.connection, any);
    case "acceptCall": case "answerCall": return one(request.connection, ["alerting"]);
    case "clearConnection": return one(request.connection, any);
    case "clearCall": return one(request.connection, any);
    case "holdCall": return one(request.connection, ["connected"]);
    case "retrieveCall": return one(request.connection, ["hold"]);
    case "generateDigits": return one(request.connection, ["connected"]);
    case "consultationCall": return one(request.existingCall, ["connected"]);
    case "alternateCall": return heldAndActive(request.heldCall, request.activeCall, active);
    case "reconnectCall":
      return heldAndActive(request.heldCall, request.activeCall, ["initiated", ...active, "fail"]);
    case "transferCall": return heldAndActive(request.heldCall, request.activeCall, active);
    case "conferenceCall": return heldAndActive(request.heldCall, request.activeCall, active);
    case "singleStepTransferCall": return one(request.activeCall, ["connected"]);
    case "singleStepConference": return one(request.activeCall, ["connected"]);
    case "deflectCall": return one(request.callToBeDiverted, ["alerting", "queued"]);
    case "directedPickupCall": return one(request.callToBePickedUp, ["alerting", "queued"]);
    case "parkCall": return one(request.parking, ["connected", "hold"]);
  }
}

function inState(
  service: string, connection: ConnectionId, allowed: readonly ConnectionState[], stateOf: StateOf,
): Result<void> {
  const state = stateOf(connection);
  const which = `${connection.call}/${connection.device}`;
  if (state === undefined || state === "null") {
    return fail("connection-unknown", `there is no connection ${which}`);
  }
  if (allowed.includes(state)) return done;
  return fail("wrong-connection-state",
    `${service} needs ${allowed.join(" or ")}; ${which} is ${state}`);
}
