/** Groups of services as capability exchange has them (ECMA-269 §13). */

import type { CstaServiceName } from "./message.js";

export const serviceGroups = {
  callControl: ["AcceptCall", "AlternateCall", "AnswerCall", "CallBack", "ClearCall",
    "ClearConnection", "ConferenceCall", "ConsultationCall", "DeflectCall", "DirectedPickupCall",
    "GroupPickupCall", "HoldCall", "MakeCall", "ParkCall", "ReconnectCall", "RetrieveCall",
    "SingleStepConferenceCall", "SingleStepTransferCall", "TransferCall"],
  callAssociated: ["AssociateData", "GenerateDigits"],
  routeing: ["RouteRegister", "RouteRegisterCancel", "RouteRegisterAbort", "ReRoute", "RouteEnd",
    "RouteReject", "RouteRequest", "RouteSelect", "RouteUsed"],
  physicalDevice: ["ButtonPress", "GetButtonInformation", "GetDisplay", "GetLampMode",
    "GetMessageWaitingIndicator", "SetDisplay", "SetMessageWaitingIndicator"],
  logicalDevice: ["GetAgentState", "GetDoNotDisturb", "GetForwarding", "SetAgentState",
    "SetDoNotDisturb", "SetForwarding"],
  records: ["CallDetailRecordsNotification", "CallDetailRecordsReport",
    "SendStoredCallDetailRecords", "StartCallDetailRecordsTransmission",
    "StopCallDetailRecordsTransmission"],
} as const satisfies Readonly<Record<string, readonly CstaServiceName[]>>;

export type ServiceGroup = keyof typeof serviceGroups;

/** What a device has of its own: its logical element, and its physical one. */
export const logicalGroups: readonly ServiceGroup[] =
  ["routeing", "callControl", "callAssociated", "logicalDevice"];
export const physicalGroups: readonly ServiceGroup[] = ["physicalDevice"];

export function servicesIn(groups: readonly ServiceGroup[]): ReadonlySet<string> {
  return new Set(groups.flatMap((group): readonly string[] => serviceGroups[group]));
}
