/**
 * What an end of a phase II association says it can do (CSTAFunctionality of ECMA-218, as ECMA-285
 * still lists it): bits by name, in groups. Phase III has an exchange of capabilities instead.
 */

import { writeBer, writeBerAll, type BerElement } from "../ber.js";
import type { CstaEventName, CstaServiceName } from "./message.js";

/** What this end offers: invocations that it takes, events that it sends. */
export interface Functions {
  readonly services: ReadonlySet<CstaServiceName>;
  readonly events: ReadonlySet<CstaEventName>;
}

type Name = CstaServiceName | CstaEventName;
/** What a bit stands for: of some operations several services, of others nothing here. */
type Bit = Name | readonly Name[] | undefined;

/** [0] to [4] of CSTAFunctionality; bits in order. Undefined: nothing here is called that. */
const groups: readonly { readonly end: "switching" | "computing" | "both";
  readonly bits: readonly Bit[] }[] = [
  { end: "switching", bits: ["AlternateCall", "AnswerCall", "AssociateData", "CallBack",
    "ClearCall", "ClearConnection", "ConferenceCall", "ConsultationCall",
    ["DeflectCall", "DirectedPickupCall", "GroupPickupCall"], "HoldCall", "MakeCall", undefined,
    "ParkCall", ["GetDoNotDisturb", "GetForwarding", "GetMessageWaitingIndicator",
      "GetAgentState"], "ReconnectCall", "RetrieveCall", "GenerateDigits",
    ["SetDoNotDisturb", "SetForwarding", "SetMessageWaitingIndicator", "SetAgentState"],
    "SingleStepConferenceCall", "SingleStepTransferCall", "TransferCall"] },
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

const namesOf = (bit: Bit): readonly Name[] =>
  bit === undefined ? [] : typeof bit === "string" ? [bit] : bit;

/** CSTAFunctionality of one end: of the switching function, or of the application. */
export function functionality(
  { services, events }: Functions, end: "switching" | "computing",
): Uint8Array {
  const names: ReadonlySet<Name> = new Set<Name>([...services, ...events]);
  return writeBerAll(groups.flatMap((group, tag) => {
    if (group.end !== end && group.end !== "both") return [];
    const contents = Buffer.alloc(1 + Math.ceil(group.bits.length / 8));
    contents[0] = (contents.length - 1) * 8 - group.bits.length;
    for (const [bit, known] of group.bits.entries()) {
      if (!namesOf(known).some((name) => names.has(name))) continue;
      const at = 1 + (bit >> 3);
      contents[at] = (contents[at] ?? 0) | 0x80 >> (bit & 7);
    }
    return [writeBer({ class: "context", tag }, contents)];
  }));
}

/** What the other end says of itself: `lacks` what it could have said to have. */
export interface SaidFunctions {
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

/**
 * Of the fields of a CSTAFunctionality; undefined where they say nothing, or that there is nothing
 * at all. A set bit of several services does not say which of them there are.
 */
export function saidFunctions(fields: readonly BerElement[]): SaidFunctions | undefined {
  const has: string[] = [];
  const lacks: string[] = [];
  for (const { class: kind, tag, contents } of fields) {
    const bits = kind === "context" ? groups[tag]?.bits ?? [] : [];
    for (const [bit, known] of bits.entries()) {
      const isSet = ((contents[1 + (bit >> 3)] ?? 0) & 0x80 >> (bit & 7)) !== 0;
      const names = namesOf(known);
      if (!isSet) lacks.push(...names);
      else if (names.length === 1) has.push(...names);
    }
  }
  return has.length === 0 ? undefined : { has, lacks };
}
