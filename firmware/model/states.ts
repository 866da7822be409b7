/** Connection states and the moves between them (ECMA-269 §6.1.5, connection state model). */

export type ConnectionState =
  "null" | "initiated" | "alerting" | "connected" | "hold" | "queued" | "fail";

/** From each state, where a connection may go. Staying where one is is always allowed. */
export const connectionMoves: Readonly<Record<ConnectionState, readonly ConnectionState[]>> = {
  null: ["initiated", "alerting", "connected", "queued", "fail"],
  initiated: ["connected", "null", "fail"],
  alerting: ["connected", "null", "queued", "fail"],
  connected: ["hold", "null", "fail", "queued"],
  hold: ["connected", "null", "alerting"],
  queued: ["alerting", "connected", "null", "fail"],
  fail: ["null", "connected", "queued"],
};

/**
 * A network interface is connected when the call has left the switching sub-domain (Network
 * Reached), and Delivered may follow when the far end rings: only it goes from connected to
 * alerting.
 */
export function mayMove(
  from: ConnectionState, to: ConnectionState, networkInterface = false,
): boolean {
  return from === to || connectionMoves[from].includes(to)
    || (networkInterface && from === "connected" && to === "alerting");
}

/** Reported agent states (ECMA-269 §6.1.3.7; ECMA-285 AgentState). `null` is logged off. */
export type AgentState = "null" | "notReady" | "ready" | "busy" | "workingAfterCall";

/** What kind of device an identifier names (ECMA-269 §6.1.3, device category). */
export type DeviceCategory =
  | "acd" | "conference" | "networkInterface" | "other" | "park" | "routeingDevice" | "station"
  | "voiceUnit";
