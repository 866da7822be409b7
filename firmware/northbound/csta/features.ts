/** What this switching function offers to one application, and no more (ECMA-269 §13). */

import type { CstaCodec, CstaEventName, CstaServiceName } from "../../wire/csta/message.js";
import { serviceGroups } from "../../wire/csta/service-groups.js";
import type { LinkView } from "../api/gateway-view.js";
import { queries } from "./device-query.js";
import { reportedEvents } from "./event-report.js";
import { controlServices } from "./service-request.js";

/** Services that the gateway does by itself, whatever the PBX can. */
const ownServices: readonly CstaServiceName[] = [
  "MonitorStart", "ChangeMonitorFilter", "MonitorStop", "SnapshotDevice", "SnapshotCall",
  "GetAgentState", "SystemStatus", "RequestSystemStatus", "GetSwitchingFunctionDevices",
  "SwitchingFunctionDevices", "SnapshotDeviceData", "SnapshotCallData",
  "GetSwitchingFunctionCapabilities", "GetCSTAFeatures", "GetLogicalDeviceInformation",
  "GetPhysicalDeviceInformation", ...serviceGroups.records,
];

/** Of both ends, where a PBX routes by asking. */
const routeingServices: readonly CstaServiceName[] = ["RouteRegister", "RouteRegisterCancel",
  "RouteRegisterAbort", "RouteRequest", "ReRoute", "RouteSelect", "RouteUsed", "RouteEnd",
  "RouteReject"];

export interface Features {
  readonly services: readonly CstaServiceName[];
  readonly events: readonly CstaEventName[];
  /** Events that the encoding has and this switching function never reports. */
  readonly unreported: readonly CstaEventName[];
}

/** What is declared counts until this very PBX has shown that it has it not. */
function undisproved<N extends string>(
  names: readonly N[], proofs: LinkView["status"]["proofs"],
): readonly N[] {
  return names.filter((name) =>
    !proofs.some(({ subject, proven }) => subject === name && proven === "no"));
}

/**
 * Of several PBXs what any of them offers: a service that only another one has is refused when it
 * is asked for. Who may not control calls is not offered it.
 */
export function featuresOf(
  links: readonly Pick<LinkView, "status">[], codec: Pick<CstaCodec, "services" | "events">,
  mayControl: boolean, escapes = false,
): Features {
  const offered = new Set(links.flatMap(({ status: { declared, proofs } }) =>
    undisproved(Object.keys(declared.services), proofs)));
  const declared = new Set(links.flatMap(({ status: { declared: { events: names }, proofs } }) =>
    undisproved(names, proofs)));
  // The gateway itself tells of the end of calls where the PBX does not.
  declared.add("callCleared");
  const control = [...controlServices].filter(([, needs]) => mayControl && offered.has(needs))
    .map(([name]) => name);
  const events = reportedEvents.filter((name) => codec.events.has(name)
    && (declared as ReadonlySet<string>).has(name));
  const answered = queries.filter(([, { asks, toldBy }]) =>
    offered.has(asks) || (toldBy !== undefined && declared.has(toldBy))).map(([name]) => name);
  const routes = mayControl && links.some(({ status: { declared, proofs } }) =>
    declared.routeing === true && !proofs.some(({ subject, proven }) =>
      subject === "routeing" && proven === "no"));
  return {
    services: [...ownServices, ...answered, ...control, ...routes ? routeingServices : [],
      ...escapes ? ["Escape" as const] : []]
      .filter((name) => codec.services.has(name)),
    events, unreported: [...codec.events].filter((name) => !events.includes(name)),
  };
}
