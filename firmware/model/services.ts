/** Services an application may ask of the switching function (ECMA-269 clauses 17, 18, 21, 22). */

import type { AgentId, ConnectionId, DeviceId } from "./identifiers.js";
import type { Page, PageStatus } from "./pages.js";

export type RequestedAgentState =
  "loggedOn" | "loggedOff" | "notReady" | "ready" | "workingAfterCall";

/**
 * When calls are forwarded (ECMA-269 §12.2, forwardingType), in the order of ECMA-285: always, when
 * busy, when nobody answers, the same for internal or external callers only, and on do not disturb.
 */
export const forwardingTypes = [
  "immediate", "busy", "noAnswer", "busyInt", "busyExt", "noAnsInt", "noAnsExt", "immInt",
  "immExt", "dnd", "dndInt", "dndExt",
] as const;
export type ForwardingType = typeof forwardingTypes[number];

/** One forwarding of a device (ECMA-269 Get Forwarding, forwardingList). */
export interface Forwarding {
  /** Absent: the PBX does not say which. */
  readonly forwardingType?: ForwardingType;
  readonly on: boolean;
  readonly forwardTo?: DeviceId;
}

/** How a lamp burns (ECMA-269 §12.2, lampMode), in the order of ECMA-285. */
export const lampModes = ["brokenFlutter", "flutter", "off", "steady", "wink", "unknown"] as const;
export type LampMode = typeof lampModes[number];

/** A lamp of a telephone; `lamp` and `button` as the PBX names them. */
export interface Lamp {
  readonly lamp: string;
  readonly lampMode: LampMode;
  /** The button to which it belongs. */
  readonly button?: string;
}

/** A button of a telephone (ECMA-269 Get Button Information). */
export interface Button {
  readonly button: string;
  /** What is written on it. */
  readonly label?: string;
  /** What it does, in the PBX's words. */
  readonly function?: string;
  /** What it calls or shows. */
  readonly associatedNumber?: DeviceId;
}

/** What an application gives a call to carry along. Many PBXs take none of it. */
export interface CallTags {
  /** Up to 32 octets in hexadecimal, to know the call again by. */
  readonly correlatorData?: string;
  /** Up to 256 octets in hexadecimal, for who gets the call. */
  readonly userData?: string;
}

/** Codes that decide who pays for a new call, and whether it is allowed. */
export interface CallCodes {
  readonly accountCode?: string;
  /** A secret: it stands in no event, no record and no log. */
  readonly authCode?: string;
}
export const callCodes = ["accountCode", "authCode"] as const;

export type ServiceRequest =
  | { readonly service: "makeCall"; readonly callingDevice: DeviceId; readonly calledNumber: string;
      /** Ring the calling device first (prompt) or let it go off hook by itself. */
      readonly autoOriginate?: "prompt" | "doNotPrompt" } & CallTags & CallCodes
  | { readonly service: "answerCall"; readonly connection: ConnectionId }
  /** A call that is being offered, and rings only when it has been accepted. */
  | { readonly service: "acceptCall"; readonly connection: ConnectionId }
  | { readonly service: "clearConnection"; readonly connection: ConnectionId }
  | { readonly service: "clearCall"; readonly connection: ConnectionId }
  | { readonly service: "holdCall"; readonly connection: ConnectionId }
  | { readonly service: "retrieveCall"; readonly connection: ConnectionId }
  | { readonly service: "alternateCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "reconnectCall"; readonly activeCall: ConnectionId;
      readonly heldCall: ConnectionId }
  | { readonly service: "consultationCall"; readonly existingCall: ConnectionId;
      readonly consultedDevice: string } & CallTags & CallCodes
  | { readonly service: "transferCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "conferenceCall"; readonly heldCall: ConnectionId;
      readonly activeCall: ConnectionId }
  | { readonly service: "singleStepTransferCall"; readonly activeCall: ConnectionId;
      readonly transferredTo: string } & CallTags
  | { readonly service: "singleStepConference"; readonly activeCall: ConnectionId;
      readonly deviceToBeJoined: string }
  | { readonly service: "deflectCall"; readonly callToBeDiverted: ConnectionId;
      readonly newDestination: string } & CallTags
  | { readonly service: "directedPickupCall"; readonly callToBePickedUp: ConnectionId;
      readonly requestingDevice: DeviceId }
  /** A call that rings anywhere in the device's pickup group. */
  | { readonly service: "groupPickupCall"; readonly requestingDevice: DeviceId }
  /** The PBX calls back when the party that is busy or does not answer is free. */
  | { readonly service: "callBack"; readonly connection: ConnectionId }
  /** At least one of them. */
  | { readonly service: "associateData"; readonly connection: ConnectionId } & CallTags & CallCodes
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
  /** `forwardTo` is required to switch it on, unless the PBX knows a destination of its own. */
  | { readonly service: "setForwarding"; readonly device: DeviceId; readonly on: boolean;
      readonly forwardingType: ForwardingType; readonly forwardTo?: string }
  /** What stands on a telephone's display; an empty text clears it. */
  | { readonly service: "setDisplay"; readonly device: DeviceId; readonly text: string }
  /** As if somebody pressed it: `button` as the PBX names it. */
  | { readonly service: "pressButton"; readonly device: DeviceId; readonly button: string }
  | DeviceQuery
  /** Outside ECMA-269: a call to a pager. */
  | { readonly service: "sendPage"; readonly page: Page };

/** How a device is set, as the PBX itself says when it is asked. It changes nothing. */
export interface DeviceQuery {
  readonly service: "getDoNotDisturb" | "getForwarding" | "getMessageWaitingIndicator"
    | "getDisplay" | "getButtonInformation" | "getLampMode";
  readonly device: DeviceId;
}

export type ServiceName = ServiceRequest["service"];

export const serviceNames = [
  "makeCall", "answerCall", "acceptCall", "clearConnection", "clearCall", "holdCall",
  "retrieveCall", "alternateCall", "reconnectCall", "consultationCall", "transferCall",
  "conferenceCall", "singleStepTransferCall", "singleStepConference", "deflectCall",
  "directedPickupCall", "groupPickupCall", "callBack", "associateData", "parkCall",
  "generateDigits", "setAgentState", "setMessageWaitingIndicator", "setDoNotDisturb",
  "setForwarding", "setDisplay", "pressButton", "getDoNotDisturb", "getForwarding",
  "getMessageWaitingIndicator", "getDisplay", "getButtonInformation", "getLampMode", "sendPage",
] as const satisfies readonly ServiceName[];

/**
 * `connection` is the initiated, transferred or conferenced call where the service makes one; `on`
 * to `lamps` what was asked for; `pageStatus` what the paging system said of a page.
 */
export interface ServiceResponse {
  readonly service: ServiceName;
  readonly connection?: ConnectionId;
  readonly on?: boolean;
  readonly forwardings?: readonly Forwarding[];
  /** What stands on the display, display by display. */
  readonly displays?: readonly string[];
  readonly buttons?: readonly Button[];
  readonly lamps?: readonly Lamp[];
  readonly pageStatus?: PageStatus;
}
