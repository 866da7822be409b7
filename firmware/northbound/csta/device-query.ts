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
  /** The event from which the gateway knows it, if any does. */
  readonly toldBy?: EventName;
  /** Undefined: that is not known. */
  result(known: Known, of: LinkNaming): CstaResult<S> | undefined;
}

/** What the PBX answers, or what it has told. */
type Known = Omit<ServiceResponse, "service">;

type Rows = { readonly [S in CstaServiceName]?: QueryRow<S> };

const rows: Rows = {
  GetDoNotDisturb: { asks: "getDoNotDisturb", toldBy: "doNotDisturb",
    result: ({ on }) => on === undefined ? undefined : { doNotDisturbOn: on } },
  GetForwarding: { asks: "getForwarding", toldBy: "forwarding",
    result: ({ forwardings }, of) => forwardings && { forwardingList:
      forwardings.map((each) => forwardingOf(each, of)) } },
  GetMessageWaitingIndicator: { asks: "getMessageWaitingIndicator", toldBy: "messageWaiting",
    result: ({ on }) => on === undefined ? undefined : { messageWaitingOn: on } },
  GetDisplay: { asks: "getDisplay",
    result: ({ displays }) => displays && { displayList: displays.map((text, index) =>
      ({ displayID: String(index + 1), logicalRows: 1, logicalColumns: text.length,
        contentsOfDisplay: text })) } },
  GetButtonInformation: { asks: "getButtonInformation",
    result: ({ buttons }, of) => buttons && { buttonList: buttons.map(
      ({ button, label, function: does, associatedNumber }) => ({ button,
        ...(label === undefined ? {} : { buttonLabel: label }),
        ...(does === undefined ? {} : { buttonFunction: does }),
        ...(associatedNumber === undefined ? {}
          : { buttonAssociatedNumber: of.device(associatedNumber) }) })) } },
  GetLampMode: { asks: "getLampMode",
    result: ({ lamps }) => lamps && { lampModeList: lamps } },
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
export type QueryArgument = Pick<CstaArgument<"GetDoNotDisturb">, "device">;

/** What the PBX has told so far. */
export function toldOf(
  { asks }: QueryRow, view: DeviceView | undefined,
): Known {
  if (view === undefined) return {};
  switch (asks) {
    case "getDoNotDisturb": return present("on", view.doNotDisturb);
    case "getMessageWaitingIndicator": return present("on", view.messageWaiting);
    case "getForwarding": return present("forwardings", view.forwardings);
    default: return {};
  }
}

function present<K extends keyof Known>(name: K, value: Known[K]): Known {
  return value === undefined ? {} : { [name]: value };
}
