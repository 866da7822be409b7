/**
 * Services that read how a device is set. Each is asked of the PBX where it can be asked, and
 * answered from what the PBX has told since its link came up where it cannot. One row each.
 */

import type { EventName } from "../../model/events.js";
import type { DeviceQuery, Forwarding, ServiceResponse } from "../../model/services.js";
import type { DeviceView } from "../../switching/switch.js";
import type { CstaArgument, CstaResult, CstaServiceName } from "../../wire/csta/message.js";
import type { LinkNaming } from "./event-report.js";

export interface QueryRow<S extends CstaServiceName = CstaServiceName> {
  readonly asks: DeviceQuery["service"];
  /** The event from which the gateway knows it. */
  readonly toldBy: EventName;
  /** Undefined: that is not known. */
  result(known: Known, of: LinkNaming): CstaResult<S> | undefined;
}

/** What the PBX answers, or what it has told. */
type Known = Pick<ServiceResponse, "on" | "forwardings">;

type Rows = { readonly [S in CstaServiceName]?: QueryRow<S> };

const rows: Rows = {
  GetDoNotDisturb: { asks: "getDoNotDisturb", toldBy: "doNotDisturb",
    result: ({ on }) => on === undefined ? undefined : { doNotDisturbOn: on } },
  GetForwarding: { asks: "getForwarding", toldBy: "forwarding",
    result: ({ forwardings }, of) => forwardings && { forwardingList:
      forwardings.map((each) => forwardingOf(each, of)) } },
};

function forwardingOf(
  { on, forwardingType, forwardTo }: Forwarding, of: LinkNaming,
): CstaResult<"GetForwarding">["forwardingList"][number] {
  return { forwardStatus: on, ...(forwardingType === undefined ? {} : { forwardingType }),
    ...(forwardTo === undefined ? {} : { forwardDN: of.device(forwardTo) }) };
}

/** Undefined: no such service. */
export function queryRow(service: CstaServiceName): QueryRow | undefined {
  return rows[service] as QueryRow | undefined;
}

export const queries: readonly (readonly [CstaServiceName, QueryRow])[] =
  Object.entries(rows) as unknown as (readonly [CstaServiceName, QueryRow])[];

/** About what an application asks: every argument of these services names its device. */
export type QueryArgument = CstaArgument<"GetDoNotDisturb" | "GetForwarding">;

/** What the PBX has told so far. */
export function toldOf(
  { asks }: QueryRow, view: DeviceView | undefined,
): Known {
  if (view === undefined) return {};
  const { doNotDisturb: on, forwardings } = view;
  return asks === "getDoNotDisturb" ? { ...(on === undefined ? {} : { on }) }
    : { ...(forwardings === undefined ? {} : { forwardings }) };
}
