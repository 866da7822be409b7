/** What the simulated switching function answers to each service. */

import { eventGroups, type CstaConnection, type CstaError, type CstaEventName, type CstaMessage,
  type CstaResult, type CstaServiceName } from "../../firmware/wire/csta/message.js";
import { logicalGroups, physicalGroups, servicesIn }
  from "../../firmware/wire/csta/service-groups.js";
import * as features from "./peer-features.js";
import type { PeerCall, PeerPbx } from "./peer-pbx.js";

type Invoke = Extract<CstaMessage, { readonly kind: "invoke" }>;

/** The result, or why not. */
export type PeerAnswer = { readonly result: CstaResult } | { readonly error: CstaError };

interface At {
  readonly call: PeerCall;
  readonly device: string;
}

const done: PeerAnswer = { result: {} };
const refuse = (category: CstaError["category"], value: string): PeerAnswer =>
  ({ error: { category, value } });
const unknownConnection = refuse("operation", "invalidConnectionID");
const wrongState = refuse("stateIncompatibility", "invalidConnectionState");
/** What a person needs before he does what is asked of his telephone. */
const reactMs = 50;

/** Services that are about calls; undefined: not one of them. */
export function callService(pbx: PeerPbx, invoke: Invoke): PeerAnswer | undefined {
  const soon = (call: PeerCall, run: () => void): PeerAnswer => {
    pbx.after(call, reactMs, run);
    return done;
  };
  const at = (
    native: CstaConnection, states: readonly string[], run: (at: At) => PeerAnswer,
  ): PeerAnswer => {
    const found = pbx.find(native);
    if (found === undefined) return unknownConnection;
    const state = found.call.connections.get(found.device)?.state;
    return state === undefined || !states.includes(state) ? wrongState : run(found);
  };
  const any = ["initiated", "alerting", "connected", "hold", "queued", "fail"];
  switch (invoke.service) {
    case "MakeCall": return makeCall(pbx, invoke);
    case "AnswerCall": return at(invoke.argument.callToBeAnswered, ["alerting"],
      ({ call, device }) => soon(call, () => { pbx.answer(call, device); }));
    case "AcceptCall": return at(invoke.argument.callToBeAccepted, ["alerting"], () => done);
    case "ClearConnection": return at(invoke.argument.connectionToBeCleared, any,
      ({ call, device }) => soon(call, () => { pbx.clear(call, device); }));
    case "ClearCall": return at(invoke.argument.callToBeCleared, any,
      ({ call }) => soon(call, () => { pbx.clearCall(call); }));
    case "HoldCall": return at(invoke.argument.callToBeHeld, ["connected"],
      ({ call, device }) => soon(call, () => { pbx.hold(call, device); }));
    case "RetrieveCall": return at(invoke.argument.callToBeRetrieved, ["hold"],
      ({ call, device }) => soon(call, () => { pbx.retrieve(call, device); }));
    case "DeflectCall": {
      const to = pbx.numberOf(invoke.argument.newDestination);
      return at(invoke.argument.callToBeDiverted, ["alerting", "queued"], ({ call, device }) =>
        soon(call, () => { pbx.divert(call, device, to, "redirected"); }));
    }
    case "DirectedPickupCall": {
      const by = pbx.numberOf(invoke.argument.requestingDevice);
      return at(invoke.argument.callToBePickedUp, ["alerting", "queued"], ({ call, device }) => {
        soon(call, () => { features.pickup(pbx, call, device, by); });
        return { result: { pickedCall: { callID: call.id, deviceID: pbx.device(by) } } };
      });
    }
    case "GroupPickupCall": {
      const by = pbx.numberOf(invoke.argument.newDestination);
      const [call, device] = ringing(pbx) ?? [];
      if (call === undefined || device === undefined) {
        return refuse("stateIncompatibility", "noCallToAnswer");
      }
      soon(call, () => { features.pickup(pbx, call, device, by); });
      return { result: { pickedCall: { callID: call.id, deviceID: pbx.device(by) } } };
    }
    case "CallBack": return at(invoke.argument.callbackConnection, any, () => done);
    case "AssociateData": {
      const { existingCall, accountCode = "", correlatorData } = invoke.argument;
      return at(existingCall, any, ({ call, device }) => soon(call, () => {
        pbx.tell({ type: "callInformation", connection: pbx.connection(call, device),
          device: pbx.device(device), accountInfo: accountCode,
          ...(correlatorData === undefined ? {} : { correlatorData }) }, call);
      }));
    }
    case "ParkCall": {
      const to = pbx.numberOf(invoke.argument.parkTo);
      return at(invoke.argument.parking, ["connected", "hold"], ({ call, device }) =>
        soon(call, () => { features.park(pbx, call, device, to); }));
    }
    case "GenerateDigits": {
      const { connectionToSendDigits: native, charactersToSend } = invoke.argument;
      return at(native, ["connected"], ({ call, device }) => soon(call, () => {
        pbx.tell({ type: "digitsGenerated", connection: pbx.connection(call, device),
          digitGeneratedList: charactersToSend }, call);
      }));
    }
    default: return secondCallService(pbx, invoke, at, soon);
  }
}

/** A call that rings somewhere: all devices are one pickup group. */
function ringing(pbx: PeerPbx): readonly [PeerCall, string] | undefined {
  for (const call of pbx.calls.values()) {
    for (const [device, { state }] of call.connections) {
      if (state === "alerting") return [call, device];
    }
  }
  return undefined;
}

function makeCall(pbx: PeerPbx, { argument }: Extract<Invoke, { readonly service: "MakeCall" }>,
): PeerAnswer {
  const from = pbx.numberOf(argument.callingDevice);
  if (!pbx.extensions.has(from)) return refuse("operation", "invalidCallingDeviceID");
  const to = pbx.numberOf(argument.calledDirectoryNumber);
  if (to === "") return refuse("operation", "invalidCalledDeviceID");
  const { accountCode, authCode, userData, correlatorData } = argument;
  if (pbx.plan.authCode !== undefined && authCode !== pbx.plan.authCode) {
    return refuse("operation", "invalidAuthCode");
  }
  const call = pbx.call({ from, to, ...(userData === undefined ? {} : { userData }),
    ...(correlatorData === undefined ? {} : { correlatorData }) });
  if (accountCode !== undefined) {
    call.account = accountCode;
    pbx.after(call, reactMs, () => {
      pbx.tell({ type: "callInformation", connection: pbx.connection(call, from),
        device: pbx.device(from), accountInfo: accountCode }, call);
    });
  }
  return { result: { callingDevice: pbx.connection(call, from) } };
}

/** Services with a second call or a further party. */
function secondCallService(
  pbx: PeerPbx, invoke: Invoke,
  at: (native: CstaConnection, states: readonly string[], run: (at: At) => PeerAnswer) =>
  PeerAnswer,
  soon: (call: PeerCall, run: () => void) => PeerAnswer,
): PeerAnswer | undefined {
  const both = (
    held: CstaConnection, active: CstaConnection, run: (held: At, active: At) => PeerAnswer,
  ): PeerAnswer => at(held, ["hold"], (first) =>
    at(active, ["initiated", "connected", "alerting"], (second) => run(first, second)));
  switch (invoke.service) {
    case "ConsultationCall": {
      const to = pbx.numberOf(invoke.argument.consultedDevice);
      return at(invoke.argument.existingCall, ["connected"], ({ call, device }) => {
        const second = pbx.consult(call, device, to);
        return { result: { initiatedCall: pbx.connection(second, device) } };
      });
    }
    case "AlternateCall":
      return both(invoke.argument.heldCall, invoke.argument.activeCall, (held, active) =>
        soon(held.call, () => {
          features.alternate(pbx, held.call, active.call, held.device);
        }));
    case "ReconnectCall":
      return both(invoke.argument.heldCall, invoke.argument.activeCall, (held, active) =>
        soon(held.call, () => {
          pbx.clear(active.call, active.device);
          pbx.retrieve(held.call, held.device);
        }));
    case "TransferCall":
      return both(invoke.argument.heldCall, invoke.argument.activeCall, (held, active) => {
        const call = features.transfer(pbx, held.call, active.call, held.device);
        const [device] = call.connections.keys();
        return { result: { transferredCall: pbx.connection(call, device ?? held.device) } };
      });
    case "ConferenceCall":
      return both(invoke.argument.heldCall, invoke.argument.activeCall, (held, active) => {
        const call = features.conference(pbx, held.call, active.call, held.device);
        return { result: { conferenceCall: pbx.connection(call, held.device) } };
      });
    case "SingleStepTransferCall": {
      const to = pbx.numberOf(invoke.argument.transferredTo);
      return at(invoke.argument.activeCall, ["connected"], ({ call, device }) => {
        features.singleStepTransfer(pbx, call, device, to);
        return { result: { transferredCall: pbx.connection(call, to) } };
      });
    }
    case "SingleStepConferenceCall": {
      const to = pbx.numberOf(invoke.argument.deviceToJoin);
      return at(invoke.argument.activeCall, ["connected"], ({ call, device }) => {
        features.singleStepConference(pbx, call, device, to);
        return { result: { conferencedCall: pbx.connection(call, to) } };
      });
    }
    default: return undefined;
  }
}

/** Services that are about a device, and snapshots. */
export function deviceService(pbx: PeerPbx, invoke: Invoke): PeerAnswer | undefined {
  switch (invoke.service) {
    case "SnapshotDevice": return snapshotDevice(pbx, pbx.numberOf(invoke.argument.snapshotObject));
    case "SnapshotCall": {
      const call = pbx.calls.get(invoke.argument.snapshotObject.callID ?? "");
      if (call === undefined) return unknownConnection;
      return { result: {
        snapshotData: [...call.connections].map(([device, { state }]) => ({
          deviceOnCall: pbx.device(device), callIdentifier: pbx.connection(call, device),
          localConnectionInfo: state })),
        callingDevice: pbx.party(call.calling, call.callingName),
        calledDevice: pbx.party(call.called) } };
    }
    case "SetAgentState": {
      const { device, requestedAgentState, agentID } = invoke.argument;
      features.setAgent(pbx, pbx.numberOf(device), requestedAgentState, agentID ?? "4711");
      return done;
    }
    case "GetAgentState": {
      const agent = pbx.agents.get(pbx.numberOf(invoke.argument.device));
      return { result: { agentStateList: agent === undefined ? [] : [{ agentID: agent.agentID,
        loggedOnState: agent.state !== "null",
        agentInfo: [{ agentState: agent.state }] }] } };
    }
    case "SetDoNotDisturb":
      features.setDoNotDisturb(pbx, pbx.numberOf(invoke.argument.device),
        invoke.argument.doNotDisturbOn);
      return done;
    case "GetDoNotDisturb": return { result: {
      doNotDisturbOn: pbx.dnd.has(pbx.numberOf(invoke.argument.device)) } };
    case "SetForwarding": {
      const { device, activateForward, forwardDN, forwardingType } = invoke.argument;
      features.setForwarding(pbx, pbx.numberOf(device),
        activateForward && forwardDN !== undefined ? pbx.numberOf(forwardDN) : undefined,
        forwardingType);
      return done;
    }
    case "GetForwarding": {
      const own = pbx.forwarding.get(pbx.numberOf(invoke.argument.device)) ?? [];
      return { result: { forwardingList: [...own].map(([forwardingType, to]) =>
        ({ forwardingType, forwardStatus: true, forwardDN: pbx.device(to) })) } };
    }
    case "SetMessageWaitingIndicator":
      features.setMessageWaiting(pbx, pbx.numberOf(invoke.argument.device),
        invoke.argument.messageWaitingOn);
      return done;
    case "GetMessageWaitingIndicator": return { result: {
      messageWaitingOn: pbx.messageWaiting.has(pbx.numberOf(invoke.argument.device)) } };
    default: return physicalService(pbx, invoke);
  }
}

/** Services that are about what a telephone shows, and its keys. */
function physicalService(pbx: PeerPbx, invoke: Invoke): PeerAnswer | undefined {
  switch (invoke.service) {
    case "SetDisplay":
      features.setDisplay(pbx, pbx.numberOf(invoke.argument.device),
        invoke.argument.contentsOfDisplay);
      return done;
    case "GetDisplay": {
      const text = pbx.displays.get(pbx.numberOf(invoke.argument.device)) ?? "";
      return { result: { displayList: [{ displayID: "1", logicalRows: 1,
        logicalColumns: text.length, contentsOfDisplay: text }] } };
    }
    case "ButtonPress": {
      const { device, button } = invoke.argument;
      if (!features.buttons.some((each) => each === button)) {
        return refuse("operation", "invalidParameterValue");
      }
      features.pressButton(pbx, pbx.numberOf(device), button);
      return done;
    }
    case "GetButtonInformation": return { result: { buttonList: features.buttons.map((button) =>
      ({ button, buttonLabel: `Line ${button}`, buttonFunction: "line",
        buttonAssociatedNumber: invoke.argument.device })) } };
    case "GetLampMode": {
      const lit = pbx.lit.get(pbx.numberOf(invoke.argument.device));
      return { result: { lampModeList: features.buttons.map((button) =>
        ({ lamp: button, lampMode: lit?.has(button) === true ? "steady" : "off", button })) } };
    }
    case "GetDeviceId": case "GetThirdPartyDeviceId":
      return pbx.devices.includes(invoke.argument.extension)
        ? { result: { device: { kind: "other",
          text: `${invoke.argument.extension}:CM1:0.0.0.0:0` } } }
        : refuse("operation", "invalidDeviceID");
    default: return undefined;
  }
}

function snapshotDevice(pbx: PeerPbx, device: string): PeerAnswer {
  if (!pbx.devices.includes(device)) return refuse("operation", "invalidDeviceID");
  return { result: { snapshotData: [...pbx.calls.values()]
    .filter((call) => call.connections.has(device))
    .map((call) => ({
      connectionIdentifier: pbx.connection(call, device),
      localCallState: [device, ...[...call.connections.keys()].filter((each) => each !== device)]
        .map((each) => call.connections.get(each)?.state ?? "null") })) } };
}

/** What a station says of itself; every other device has nothing of its own. */
export function deviceInformation(
  pbx: PeerPbx, invoke: Invoke, services: readonly string[], events: readonly CstaEventName[],
): PeerAnswer | undefined {
  if (invoke.service !== "GetLogicalDeviceInformation"
    && invoke.service !== "GetPhysicalDeviceInformation") return undefined;
  const number = pbx.numberOf(invoke.argument.device);
  if (!pbx.devices.includes(number)) return refuse("operation", "invalidDeviceID");
  if (!pbx.extensions.has(number)) return refuse("operation", "requestIncompatibleWithObject");
  const isLogical = invoke.service === "GetLogicalDeviceInformation";
  const own = servicesIn(isLogical ? logicalGroups : physicalGroups);
  const physical: ReadonlySet<string> = new Set(eventGroups.physicalDevice);
  return { result: { deviceCategory: "station",
    ...(isLogical ? { hasPhysicalElement: true } : { hasLogicalElement: true }),
    services: services.filter((name) => own.has(name)),
    events: events.filter((name) => physical.has(name) !== isLogical) } };
}

/** What the whole switching function answers of itself. */
export function systemService(
  service: CstaServiceName, services: readonly string[], events: readonly CstaEventName[],
): PeerAnswer | undefined {
  switch (service) {
    case "RequestSystemStatus": return { result: { systemStatus: "normal" } };
    case "SystemStatus": case "Escape": return done;
    case "GetSwitchingFunctionCapabilities":
      return { result: { manufacturerName: "Simulated", services, events } };
    case "GetCSTAFeatures": return { result: { services, events } };
    default: return undefined;
  }
}
