/**
 * Routeing (ECMA-269, routeing services): a PBX asks where a call that waits at a routeing device
 * is to go. A dialogue begins with a Route Request and ends with a Route End, whichever side says
 * it, or with a Route Reject.
 */

import type { ConnectionId, DeviceId, Party } from "./identifiers.js";

/** Why a dialogue ends, as the standard's universal failure has it: category and value. */
export interface RouteError {
  readonly category: "operation" | "security" | "stateIncompatibility"
    | "systemResourceAvailability" | "subscribedResourceAvailability" | "performanceManagement"
    | "privateData" | "unspecified";
  readonly value: string;
}

/** Why a call is not to be routed here at all (Route Reject). */
export const rejectCauses = ["busyOverflow", "queueTimeOverflow", "capacityOverflow",
  "calendarOverflow", "unknownOverflow"] as const;
export type RejectCause = typeof rejectCauses[number];

/** `dialogue` is the routeing cross reference, in whatever name space it is told. */
export interface RouteRequest {
  readonly type: "routeRequest";
  readonly dialogue: string;
  /** Where the call waits. */
  readonly routeingDevice?: DeviceId;
  /** Where it would go by itself. */
  readonly currentRoute?: Party;
  readonly callingDevice?: Party;
  readonly connection?: ConnectionId;
  /** Milliseconds that the PBX waits for the answer, where it says so. */
  readonly replyTimeoutMs?: number;
}

/** Of a running dialogue, from the PBX. */
export type RouteProgress =
  /** The route that was selected cannot be had: another one is asked for. */
  | { readonly type: "reRoute"; readonly dialogue: string; readonly replyTimeoutMs?: number }
  | { readonly type: "routeUsed"; readonly dialogue: string; readonly routeUsed?: Party;
      readonly callingDevice?: Party }
  | { readonly type: "routeEnd"; readonly dialogue: string; readonly error?: RouteError };

/** What the PBX says of routeing. */
export type RouteMessage = RouteRequest | RouteProgress
  /** It routes by itself again; absent device: whatever was registered for all devices. */
  | { readonly type: "routeRegisterAbort"; readonly routeingDevice?: DeviceId };

/** What the application answers. */
export type RouteAnswer =
  | { readonly type: "routeSelect"; readonly dialogue: string; readonly routeSelected: string;
      /** Tried one after the other where the first cannot be had. */
      readonly alternateRoutes?: readonly string[];
      /** Further routes that it would know. */ readonly remainRetries?: number;
      /** It wants to be told which route was used. */ readonly routeUsedReq?: boolean }
  | { readonly type: "routeReject"; readonly dialogue: string; readonly rejectCause?: RejectCause }
  | { readonly type: "routeEnd"; readonly dialogue: string; readonly error?: RouteError };
