/** From a call record to a call detail record in the words of ECMA-269 §27. Pure. */

import type { CallRecord, NumberForms } from "../../model/records.js";
import type { DeviceId } from "../../model/identifiers.js";
import type { CallDetail, ChargingInfo, CstaParty, ReasonForTerm }
  from "../../wire/csta/message.js";
import type { LinkNaming } from "./event-report.js";
import { generalizedTime } from "./event-tail.js";

/** `callName`: under which applications knew the call, where they did. */
export function callDetail(
  record: CallRecord, of: LinkNaming, callName: string | undefined,
): CallDetail {
  const party = (known: (NumberForms & { readonly name?: string }) | undefined): CstaParty =>
    known === undefined ? "notKnown" : of.device(known.raw as DeviceId, known.name);
  const { answeredAtMs, endedAtMs, networkInterface, direction, accountCode } = record;
  const trunk = networkInterface === undefined ? undefined : of.device(networkInterface);
  const chargingInfo = chargeOf(record.cost);
  return {
    recordCreationTime: generalizedTime(endedAtMs),
    callingDevice: party(record.calling), calledDevice: party(record.called),
    ...(trunk === undefined ? {} : direction === "outgoing" ? { associatedCalledDevice: trunk }
      : { associatedCallingDevice: trunk }),
    ...(callName === undefined ? {} : { recordedCall: { callID: callName } }),
    ...(answeredAtMs === undefined ? {} : { connectionStart: generalizedTime(answeredAtMs) }),
    connectionEnd: generalizedTime(endedAtMs),
    connectionDuration: Math.round(record.durationMs / 1_000),
    ...(chargingInfo === undefined ? {} : { chargingInfo }),
    reasonForTerm: reasonOf(record),
    ...(accountCode === undefined ? {} : { accountInfo: accountCode }),
  };
}

function reasonOf({ answeredAtMs, endCause, marks }: CallRecord): ReasonForTerm {
  if (marks.length > 0) return "abnormalTermination";
  if (endCause === "transfer" || endCause === "singleStepTransfer") return "callTransferred";
  return answeredAtMs === undefined ? "unsuccessfulCallAttempt" : "normalClearing";
}

/** By the number of decimals. */
const multipliers = ["one", "oneTenth", "oneHundredth", "oneThousandth"] as const;

/** `0.42 EUR`, `7 units`; any other text is no charge that CSTA could tell. */
function chargeOf(cost = ""): ChargingInfo | undefined {
  const units = /^(\d{1,9}) units$/.exec(cost)?.[1];
  if (units !== undefined) return { chargingUnits: Number(units), typeOfChargingInfo: "total" };
  const [, whole, decimals = "", currencyType = ""] =
    /^(\d{1,7})(?:[.,](\d{1,3}))?(?: (\S{1,16}))?$/.exec(cost) ?? [];
  return whole === undefined ? undefined : { typeOfChargingInfo: "total", currency: {
    currencyType, currencyAmount: Number(whole + decimals),
    currencyMultiplier: multipliers[decimals.length] ?? "one" } };
}
