/** Sends one control of a connection; which request it makes is told here and nowhere else. */

import { CallsService } from "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { Call, Connection, ConnectionId } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { requestId } from "../clock.js";
import { type ControlName, heldElsewhere } from "../state/controls.js";
import { type Answer, request } from "./client.js";

export interface Target {
  readonly call: Call;
  readonly connection: Connection;
  readonly calls: readonly Call[];
  /** The device that picks up. */
  readonly myDevice: string;
}

interface Parts {
  readonly link: string;
  readonly requestId: string;
  readonly own: { readonly connection?: ConnectionId };
  readonly active: { readonly activeCall?: ConnectionId };
  readonly held: { readonly heldCall?: ConnectionId };
}

function parts(target: Target): Parts {
  const id = target.connection.id;
  const held = heldElsewhere(target.calls, target.call.link, target.connection)?.id;
  return {
    link: target.call.link, requestId: requestId(),
    own: id === undefined ? {} : { connection: id },
    active: id === undefined ? {} : { activeCall: id },
    held: held === undefined ? {} : { heldCall: held },
  };
}

type Sender = (target: Target, input: string) => Promise<Answer<unknown>>;

const calls = CallsService.method;

const senders: Readonly<Record<ControlName, Sender>> = {
  answerCall: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.answerCall, { link, requestId, ...own });
  },
  deflectCall: (target, number) => {
    const { link, requestId, own } = parts(target);
    return request(calls.deflectCall, { link, requestId, ...own, number });
  },
  directedPickupCall: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.directedPickupCall,
      { link, requestId, ...own, device: target.myDevice });
  },
  holdCall: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.holdCall, { link, requestId, ...own });
  },
  retrieveCall: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.retrieveCall, { link, requestId, ...own });
  },
  alternateCall: (target) => {
    const { link, requestId, active, held } = parts(target);
    return request(calls.alternateCall, { link, requestId, ...active, ...held });
  },
  reconnectCall: (target) => {
    const { link, requestId, active, held } = parts(target);
    return request(calls.reconnectCall, { link, requestId, ...active, ...held });
  },
  singleStepTransferCall: (target, number) => {
    const { link, requestId, active } = parts(target);
    return request(calls.singleStepTransferCall, { link, requestId, ...active, number });
  },
  consultationCall: (target, number) => {
    const { link, requestId, active } = parts(target);
    return request(calls.consultationCall, { link, requestId, number,
      ...(active.activeCall === undefined ? {} : { existingCall: active.activeCall }) });
  },
  transferCall: (target) => {
    const { link, requestId, active, held } = parts(target);
    return request(calls.transferCall, { link, requestId, ...active, ...held });
  },
  conferenceCall: (target) => {
    const { link, requestId, active, held } = parts(target);
    return request(calls.conferenceCall, { link, requestId, ...active, ...held });
  },
  singleStepConference: (target, number) => {
    const { link, requestId, active } = parts(target);
    return request(calls.singleStepConference, { link, requestId, ...active, number });
  },
  generateDigits: (target, digits) => {
    const { link, requestId, own } = parts(target);
    return request(calls.generateDigits, { link, requestId, ...own, digits });
  },
  parkCall: (target, parkTo) => {
    const { link, requestId, own } = parts(target);
    return request(calls.parkCall, { link, requestId, ...own, parkTo });
  },
  clearConnection: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.clearConnection, { link, requestId, ...own });
  },
  clearCall: (target) => {
    const { link, requestId, own } = parts(target);
    return request(calls.clearCall, { link, requestId, ...own });
  },
};

export function send(name: ControlName, target: Target, input: string): Promise<Answer<unknown>> {
  return senders[name](target, input);
}
