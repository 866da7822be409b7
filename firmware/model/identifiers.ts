/** Names of things, in ECMA-269 words. All of them are meaningful within one link only. */

export type Brand<T, B extends string> = T & { readonly brand: B };

/** One configured connection to one PBX, as named in the configuration. */
export type LinkId = Brand<string, "LinkId">;
/**
 * A device identifier (ECMA-269 §12.3): a station's directory number, a trunk's name, or the
 * number of a party outside the switching sub-domain.
 */
export type DeviceId = Brand<string, "DeviceId">;
/** The PBX's (or, where it has none, the driver's) name of one call; opaque. */
export type CallId = Brand<string, "CallId">;
/** The agent's own identity at an ACD (ECMA-269 §12.3, agentID). */
export type AgentId = Brand<string, "AgentId">;

export const linkId = (text: string): LinkId => text as LinkId;
export const deviceId = (text: string): DeviceId => text as DeviceId;
export const callId = (text: string): CallId => text as CallId;
export const agentId = (text: string): AgentId => text as AgentId;

/** The relation between a call and a device (ECMA-269 §6.1.5). */
export interface ConnectionId {
  readonly call: CallId;
  readonly device: DeviceId;
}

/** A device as an event presents it. `name` is what the PBX shows beside the number. */
export interface Party {
  readonly device: DeviceId;
  readonly name?: string;
}

export function sameConnection(a: ConnectionId, b: ConnectionId): boolean {
  return a.call === b.call && a.device === b.device;
}
