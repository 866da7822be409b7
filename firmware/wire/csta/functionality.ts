/**
 * What an end of a phase II association says it can do (CSTAFunctionality of ECMA-218, as ECMA-285
 * still lists it): bits by name, in groups. Phase III has an exchange of capabilities instead.
 */

import { writeBer, writeBerAll } from "../ber.js";
import type { CstaEventName, CstaServiceName } from "./message.js";

/** What this end offers: invocations that it takes, events that it sends. */
export interface Functions {
  readonly services: ReadonlySet<CstaServiceName>;
  readonly events: ReadonlySet<CstaEventName>;
}

type Bit = CstaServiceName | CstaEventName | undefined;

/** [0] to [4] of CSTAFunctionality; bits in order. Undefined: nothing here is called that. */
const groups: readonly { readonly end: "switching" | "computing" | "both";
  readonly bits: readonly Bit[] }[] = [
  { end: "switching", bits: ["AlternateCall", "AnswerCall", "AssociateData", "CallBack",
    "ClearCall", "ClearConnection", "ConferenceCall", "ConsultationCall", "DeflectCall",
    "HoldCall", "MakeCall", undefined, "ParkCall", "GetDoNotDisturb", "ReconnectCall",
    "RetrieveCall", "GenerateDigits", "SetDoNotDisturb", "SingleStepConferenceCall",
    "SingleStepTransferCall", "TransferCall"] },
  { end: "switching", bits: ["callCleared", "conferenced", "connectionCleared", "delivered",
    "diverted", "established", "failed", "held", "networkReached", "originated", "queued",
    "retrieved", "serviceInitiated", "transferred", "autoAnswer", "callInformation",
    "doNotDisturb", "forwarding", "messageWaiting", "microphoneMute", "speakerMute",
    "speakerVolume", "agentBusy", "agentLoggedOn", "agentLoggedOff", "agentNotReady",
    "agentReady", "agentWorkingAfterCall", "backInService", "outOfService", "privateEvent"] },
  { end: "computing", bits: ["RouteRequest", "ReRoute", "RouteSelect", "RouteUsed", "RouteEnd"] },
  { end: "both", bits: ["Escape", "SystemStatus"] },
  { end: "switching", bits: ["MonitorStart", "ChangeMonitorFilter", "MonitorStop",
    "SnapshotDevice", "SnapshotCall"] },
];

/** CSTAFunctionality of one end: of the switching function, or of the application. */
export function functionality(
  { services, events }: Functions, end: "switching" | "computing",
): Uint8Array {
  const names: ReadonlySet<Bit> = new Set<Bit>([...services, ...events]);
  return writeBerAll(groups.flatMap((group, tag) => {
    if (group.end !== end && group.end !== "both") return [];
    const contents = Buffer.alloc(1 + Math.ceil(group.bits.length / 8));
    contents[0] = (contents.length - 1) * 8 - group.bits.length;
    for (const [bit, name] of group.bits.entries()) {
      if (name === undefined || !names.has(name)) continue;
      const at = 1 + (bit >> 3);
      contents[at] = (contents[at] ?? 0) | 0x80 >> (bit & 7);
    }
    return [writeBer({ class: "context", tag }, contents)];
  }));
}
