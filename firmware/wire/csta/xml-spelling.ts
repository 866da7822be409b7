/**
 * How ECMA-323 spells what was not read in a text or a trace of it: containers, and values that
 * are not those of ECMA-285. The first spelling is written, all are read. `ASSUMED.md` says which
 * rest on what.
 */

import type { AgentState, ConnectionState } from "../../model/states.js";
import type { ForwardingType } from "../../model/services.js";
import type { EventGroup } from "./message.js";

/** Containers of lists, and their items. */
export const containers = {
  connectionListItem: "connectionListItem",
  snapshotData: "crossRefIDorSnapshotData",
  snapshotDeviceItem: "snapshotDeviceResponseInfo",
  snapshotCallItem: "snapshotCallResponseInfo",
  agentStateItem: "agentStateEntry",
  agentInfoItem: "agentInfoItem",
  forwardingItem: "forwardListItem",
  deviceItem: "deviceListEntry",
  displayItem: "displayListItem",
  buttonItem: "buttonItem",
  lampItem: "lampModeItem",
  services: "supportedServices",
  events: "supportedEvents",
  record: "cdrInformationItem",
  route: "routeSelected",
} as const;

/** Groups of a monitor filter. Readers take the events at any depth. */
export const filterGroups: Readonly<Record<EventGroup, string>> = {
  callControl: "callcontrol", callAssociated: "callAssociated",
  mediaAttachment: "mediaAttachment", physicalDevice: "physicalDeviceFeature",
  logicalDevice: "logicalDeviceFeature", maintenance: "maintenance", vendor: "private",
};

/** Names in a filter that differ from the event's (ECMA-285, MonitorFilter). */
export const filterNames: ReadonlyMap<string, string> = new Map([
  ["dTMFDigitsDetected", "digitsGenerated"],
  ["telephonyTonesDetected", "telephonyTonesGenerated"]]);

export const agentStates: Readonly<Record<AgentState, readonly string[]>> = {
  null: ["agentNull", "null"], notReady: ["agentNotReady", "notReady"],
  ready: ["agentReady", "ready"], busy: ["agentBusy", "busy"],
  workingAfterCall: ["agentWorkingAfterCall", "workingAfterCall"],
};

export const forwardings: Readonly<Record<ForwardingType, readonly string[]>> = {
  immediate: ["forwardImmediate", "immediate"], busy: ["forwardBusy", "busy"],
  noAnswer: ["forwardNoAns", "forwardNoAnswer", "noAnswer"],
  busyInt: ["forwardBusyInt", "busyInt"], busyExt: ["forwardBusyExt", "busyExt"],
  noAnsInt: ["forwardNoAnsInt", "noAnsInt"], noAnsExt: ["forwardNoAnsExt", "noAnsExt"],
  immInt: ["forwardImmInt", "immInt"], immExt: ["forwardImmExt", "immExt"],
  dnd: ["forwardDND", "dnd"], dndInt: ["forwardDNDInt", "dndInt"],
  dndExt: ["forwardDNDExt", "dndExt"],
};

/** Simple call states (ECMA-269 §12.2.26): the device's own state, then the far end's. */
export const simpleCallStates: Readonly<Record<string, readonly ConnectionState[]>> = {
  callNull: ["null"], callPending: ["initiated"], callOriginated: ["connected"],
  callDelivered: ["connected", "alerting"], callDeliveredHeld: ["hold", "alerting"],
  callReceived: ["alerting", "connected"], callEstablished: ["connected", "connected"],
  callEstablishedHold: ["hold", "connected"], callReceivedOnHold: ["alerting", "hold"],
  callEstablishedOnHold: ["connected", "hold"], callQueued: ["connected", "queued"],
  callQueuedHeld: ["hold", "queued"], callBlocked: ["null", "fail"],
  callFailed: ["connected", "fail"], callFailedHeld: ["hold", "fail"],
};

/** Elements of services whose name is not the service's. */
export const serviceElements: Readonly<Record<string, readonly string[]>> = {
  RegisterTerminal: ["RegisterTerminalRequest", "RegisterTerminal"],
  UnregisterTerminal: ["UnregisterTerminalRequest", "UnregisterTerminal"],
  StartCallDetailRecordsTransmission:
    ["StartCallDetailRecordsTransmission", "StartCDRTransmission"],
  StopCallDetailRecordsTransmission:
    ["StopCallDetailRecordsTransmission", "StopCDRTransmission"],
  SendStoredCallDetailRecords: ["SendStoredCallDetailRecords", "SendStoredCDR"],
  CallDetailRecordsNotification: ["CallDetailRecordsNotification", "CDRNotification"],
  CallDetailRecordsReport: ["CallDetailRecordsReport", "CDRReport"],
};
