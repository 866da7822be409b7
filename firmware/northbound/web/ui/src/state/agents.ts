/** What one can ask of an agent in the state in which the PBX has it. */

import { RequestedAgentState } from "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import type { Device } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentState } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";

export type AgentActionName = "ready" | "pause" | "logOff" | "logOn";

export const requestedStates: Readonly<Record<AgentActionName, RequestedAgentState>> = {
  ready: RequestedAgentState.READY, pause: RequestedAgentState.NOT_READY,
  logOff: RequestedAgentState.LOGGED_OFF, logOn: RequestedAgentState.LOGGED_ON,
};

const actions: Readonly<Record<AgentState, readonly AgentActionName[]>> = {
  [AgentState.UNSPECIFIED]: [],
  [AgentState.NULL]: ["logOn"],
  [AgentState.NOT_READY]: ["ready", "logOff"],
  [AgentState.READY]: ["pause", "logOff"],
  [AgentState.BUSY]: ["pause", "logOff"],
  [AgentState.WORKING_AFTER_CALL]: ["ready", "pause", "logOff"],
};

export function agentActions(state: AgentState): readonly AgentActionName[] {
  return actions[state];
}

/** The devices at which an agent is or was. */
export function agentsOf(devices: readonly Device[]): readonly Device[] {
  return devices.filter((device) => device.agentState !== AgentState.UNSPECIFIED);
}

/** The queues of a link, to one of which an agent logs on. */
export function groupsOf(devices: readonly Device[], link: string): readonly Device[] {
  return devices.filter((device) => device.link === link && device.category === "acd");
}

/** The stations of a link at which no agent is logged on. */
export function freeStations(devices: readonly Device[], link: string): readonly Device[] {
  return devices.filter((device) => device.link === link && device.category === "station"
    && (device.agentState === AgentState.UNSPECIFIED || device.agentState === AgentState.NULL));
}
