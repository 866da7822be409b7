/** The model's words and the API's enum values, side by side; exhaustive by type. */

import type { EventName } from "../../model/events.js";
import type { Direction as ModelDirection, NumberForms } from "../../model/records.js";
import type {
  ForwardingType as ModelForwardingType, LampMode as ModelLampMode,
  RequestedAgentState as ModelRequestedAgentState,
} from "../../model/services.js";
import type { AgentState as ModelAgentState, ConnectionState as ModelConnectionState }
  from "../../model/states.js";
import type { LinkState as ModelLinkState } from "../../link/link.js";
import type { AlarmSeverity } from "../../supervisor/alarms.js";
import { RequestedAgentState } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinkState } from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentState, ConnectionState, Direction, EventType, ForwardingType, LampMode,
  NumberKind }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { Role as RoleValue } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { Severity } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { Role } from "../access/roles.js";

export const eventTypes: Readonly<Record<EventName, EventType>> = {
  serviceInitiated: EventType.SERVICE_INITIATED,
  originated: EventType.ORIGINATED,
  offered: EventType.OFFERED,
  delivered: EventType.DELIVERED,
  established: EventType.ESTABLISHED,
  held: EventType.HELD,
  retrieved: EventType.RETRIEVED,
  diverted: EventType.DIVERTED,
  failed: EventType.FAILED,
  queued: EventType.QUEUED,
  networkReached: EventType.NETWORK_REACHED,
  transferred: EventType.TRANSFERRED,
  conferenced: EventType.CONFERENCED,
  connectionCleared: EventType.CONNECTION_CLEARED,
  callCleared: EventType.CALL_CLEARED,
  digitsDialed: EventType.DIGITS_DIALED,
  bridged: EventType.BRIDGED,
  networkCapabilitiesChanged: EventType.NETWORK_CAPABILITIES_CHANGED,
  callInformation: EventType.CALL_INFORMATION,
  charging: EventType.CHARGING,
  digitsGenerated: EventType.DIGITS_GENERATED,
  telephonyTonesGenerated: EventType.TELEPHONY_TONES_GENERATED,
  serviceCompletionFailure: EventType.SERVICE_COMPLETION_FAILURE,
  agentLoggedOn: EventType.AGENT_LOGGED_ON,
  agentLoggedOff: EventType.AGENT_LOGGED_OFF,
  agentNotReady: EventType.AGENT_NOT_READY,
  agentReady: EventType.AGENT_READY,
  agentBusy: EventType.AGENT_BUSY,
  agentWorkingAfterCall: EventType.AGENT_WORKING_AFTER_CALL,
  backInService: EventType.BACK_IN_SERVICE,
  outOfService: EventType.OUT_OF_SERVICE,
  doNotDisturb: EventType.DO_NOT_DISTURB,
  forwarding: EventType.FORWARDING,
  messageWaiting: EventType.MESSAGE_WAITING,
  displayUpdated: EventType.DISPLAY_UPDATED,
  buttonPress: EventType.BUTTON_PRESS,
  lampMode: EventType.LAMP_MODE,
};

export const connectionStates: Readonly<Record<ModelConnectionState, ConnectionState>> = {
  null: ConnectionState.NULL,
  initiated: ConnectionState.INITIATED,
  alerting: ConnectionState.ALERTING,
  connected: ConnectionState.CONNECTED,
  hold: ConnectionState.HOLD,
  queued: ConnectionState.QUEUED,
  fail: ConnectionState.FAIL,
};

export const directions: Readonly<Record<ModelDirection, Direction>> = {
  incoming: Direction.INCOMING,
  outgoing: Direction.OUTGOING,
  internal: Direction.INTERNAL,
  tandem: Direction.TANDEM,
  unknown: Direction.UNSPECIFIED,
};

export const numberKinds: Readonly<Record<NonNullable<NumberForms["kind"]>, NumberKind>> = {
  internal: NumberKind.INTERNAL,
  external: NumberKind.EXTERNAL,
  service: NumberKind.SERVICE,
  unknown: NumberKind.UNSPECIFIED,
};

export const agentStates: Readonly<Record<ModelAgentState, AgentState>> = {
  null: AgentState.NULL,
  notReady: AgentState.NOT_READY,
  ready: AgentState.READY,
  busy: AgentState.BUSY,
  workingAfterCall: AgentState.WORKING_AFTER_CALL,
};

export const forwardingTypes: Readonly<Record<ModelForwardingType, ForwardingType>> = {
  immediate: ForwardingType.IMMEDIATE, busy: ForwardingType.BUSY,
  noAnswer: ForwardingType.NO_ANSWER, busyInt: ForwardingType.BUSY_INTERNAL,
  busyExt: ForwardingType.BUSY_EXTERNAL, noAnsInt: ForwardingType.NO_ANSWER_INTERNAL,
  noAnsExt: ForwardingType.NO_ANSWER_EXTERNAL, immInt: ForwardingType.IMMEDIATE_INTERNAL,
  immExt: ForwardingType.IMMEDIATE_EXTERNAL, dnd: ForwardingType.DO_NOT_DISTURB,
  dndInt: ForwardingType.DO_NOT_DISTURB_INTERNAL,
  dndExt: ForwardingType.DO_NOT_DISTURB_EXTERNAL,
};

export const lampModes: Readonly<Record<ModelLampMode, LampMode>> = {
  brokenFlutter: LampMode.BROKEN_FLUTTER, flutter: LampMode.FLUTTER, off: LampMode.OFF,
  steady: LampMode.STEADY, wink: LampMode.WINK, unknown: LampMode.UNKNOWN,
};

export const requestedAgentStates: Readonly<
  Record<ModelRequestedAgentState, RequestedAgentState>
> = {
  loggedOn: RequestedAgentState.LOGGED_ON,
  loggedOff: RequestedAgentState.LOGGED_OFF,
  notReady: RequestedAgentState.NOT_READY,
  ready: RequestedAgentState.READY,
  workingAfterCall: RequestedAgentState.WORKING_AFTER_CALL,
};

export const linkStates: Readonly<Record<ModelLinkState["name"], LinkState>> = {
  disabled: LinkState.DISABLED,
  opening: LinkState.OPENING,
  up: LinkState.UP,
  degraded: LinkState.DEGRADED,
  down: LinkState.DOWN,
};

export const roleValues: Readonly<Record<Role, RoleValue>> = {
  viewer: RoleValue.VIEWER,
  operator: RoleValue.OPERATOR,
  admin: RoleValue.ADMIN,
};

export const severities: Readonly<Record<AlarmSeverity, Severity>> = {
  warning: Severity.WARNING,
  major: Severity.MAJOR,
  critical: Severity.CRITICAL,
};

/** The model's word for an enum value; undefined for UNSPECIFIED and for values from the future. */
export function wordOf<W extends string, V extends number>(
  table: Readonly<Record<W, V>>, value: V,
): W | undefined {
  if (value === 0) return undefined;
  for (const word in table) if (table[word] === value) return word;
  return undefined;
}
