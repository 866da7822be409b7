/** Services an application may ask of the switching function (ECMA-269 clauses 17, 18, 21, 22). */

import type { AgentId, ConnectionId, DeviceId } from "./identifiers.js";
import type { Page, PageStatus } from "./pages.js";

export type RequestedAgentState =
  "loggedOn" | "loggedOff" | "notReady" | "ready" | "workingAfterCall";

export type ServiceRequest =
  | { readonly service: "makeCall"; readonly callingDevice: DeviceId; readonly calledNumber: string;
      /** Ring the calling device first (prompt) or let it go off hook by itself. */
      readonly autoOriginate?: "prompt" | "doNotPrompt" }
  | { readonly service: "answerCall"; readonly connection: ConnectionId }
  | { readonly service: "clearConnection"; readonly connection: ConnectionId }
  | { readonly service: "clearCall"; readonly connection: ConnectionId }
  | { readonly service: "holdCall"; readonly connection: ConnectionId }
  | { readonly service: "retrieveCall"; readonly connection: ConnectionId }
  | { readonly service: "alternateCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "reconnectCall"; readonly activeCall: ConnectionId;
      readonly heldCall: ConnectionId }
  | { readonly service: "consultationCall"; readonly existingCall: ConnectionId;
      readonly consultedDevice: string }
  | { readonly service: "transferCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "conferenceCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "singleStepTransferCall"; readonly activeCall: ConnectionId;
      readonly transferredTo: string }
  | { readonly service: "singleStepConference"; readonly activeCall: ConnectionId;
      readonly deviceToBeJoined: string }
  | { readonly service: "deflectCall"; readonly callToBeDiverted: ConnectionId;
      readonly newDestination: string }
  | { readonly service: "directedPickupCall"; readonly callToBePickedUp: ConnectionId;
      readonly requestingDevice: DeviceId }
  | { readonly service: "parkCall"; readonly parking: ConnectionId; readonly parkTo?: string }
  | { readonly service: "generateDigits"; readonly connection: ConnectionId;
      readonly digits: string }
  | { readonly service: "setAgentState"; readonly device: DeviceId;
      readonly requestedState: RequestedAgentState; readonly agent?: AgentId;
      readonly acdGroup?: DeviceId; readonly reason?: string }
  /** The message lamp of a device, lit or put out for somebody else (a voice mail, a hotel). */
  | { readonly service: "setMessageWaitingIndicator"; readonly device: DeviceId;
      readonly on: boolean }
  | { readonly service: "setDoNotDisturb"; readonly device: DeviceId; readonly on: boolean }
  /** Outside ECMA-269: a call to a pager. */
  | { readonly service: "sendPage"; readonly page: Page };

export type ServiceName = ServiceRequest["service"];

export const serviceNames = [
  "makeCall", "answerCall", "clearConnection", "clearCall", "holdCall", "retrieveCall",
  "alternateCall", "reconnectCall", "consultationCall", "transferCall", "conferenceCall",
  "singleStepTransferCall", "singleStepConference", "deflectCall", "directedPickupCall",
  "parkCall", "generateDigits", "setAgentState", "setMessageWaitingIndicator",
  "setDoNotDisturb", "sendPage",
] as const satisfies readonly ServiceName[];

/**
 * `connection` is the initiated, transferred or conferenced call where the service makes one;
 * `pageStatus` what the paging system said of a page.
 */
export interface ServiceResponse {
  readonly service: ServiceName;
  readonly connection?: ConnectionId;
  readonly pageStatus?: PageStatus;
}
