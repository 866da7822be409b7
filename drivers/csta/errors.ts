/** What a PBX's refusal means to the rest of the gateway; its own words go along. */

import type { FaultCode } from "../../firmware/base/faults.js";
import { fail, type Result } from "../../firmware/base/result.js";
import type { CstaError, RejectProblem } from "../../firmware/wire/csta/message.js";

/** By value (ECMA-285 UniversalFailure); what is not here is decided by the category. */
const codes: Readonly<Record<string, FaultCode>> = {
  serviceNotSupported: "service-not-supported",
  invalidConnectionID: "connection-unknown", invalidCallID: "connection-unknown",
  invalidActiveConnectionID: "connection-unknown", invalidHeldConnectionID: "connection-unknown",
  invalidActiveCallID: "connection-unknown", invalidHeldCallID: "connection-unknown",
  noCallToClear: "connection-unknown", noConnectionToClear: "connection-unknown",
  invalidDeviceID: "device-unknown", invalidCallingDeviceID: "device-unknown",
  objectNotKnown: "device-unknown", invalidMonitorObject: "device-unknown",
  invalidCalledDeviceID: "destination-invalid", invalidDestination: "destination-invalid",
  invalidDestinationDeviceID: "destination-invalid",
  invalidForwardingDestination: "destination-invalid",
  valueOutOfRange: "argument-invalid", invalidParameterValue: "argument-invalid",
  overallMonitorLimitExceeded: "monitor-limit", objectMonitorLimitExceeded: "monitor-limit",
  outstandingRequestLimitExceeded: "queue-full", performanceLimitExceeded: "queue-full",
};

const byCategory: Readonly<Record<CstaError["category"], FaultCode>> = {
  operation: "service-refused", security: "permission-denied",
  stateIncompatibility: "wrong-connection-state", systemResourceAvailability: "service-refused",
  subscribedResourceAvailability: "service-refused", performanceManagement: "queue-full",
  privateData: "service-refused", unspecified: "service-refused",
};

/** The PBX has too much to do: later the same may succeed. */
const busyValues: ReadonlySet<string> = new Set(["resourceBusy", "internalResourceBusy",
  "networkBusy", "outstandingRequestLimitExceeded", "performanceLimitExceeded",
  "resourceLimitExceeded"]);

export function isBusy({ category, value }: CstaError): boolean {
  return category === "performanceManagement" || busyValues.has(value);
}

/** The PBX's licence of monitors is used up. */
export function isMonitorLimit({ value }: CstaError): boolean {
  return value === "overallMonitorLimitExceeded" || value === "objectMonitorLimitExceeded";
}

export function wordsOf({ category, value }: CstaError): string {
  return `${category}: ${value}`;
}

export function refusal(service: string, error: CstaError): Result<never> {
  const code = /^privilegeViolation/.test(error.value) ? "permission-denied"
    : codes[error.value] ?? byCategory[error.category];
  const words = wordsOf(error);
  return fail(code, { en: `${service}: the PBX says "${words}".`,
    fr: `${service} : le PBX dit « ${words} ».` }, { cause: error });
}

export function rejection(service: string, problem: RejectProblem): Result<never> {
  return fail(problem === "unrecognizedOperation" ? "service-not-supported"
    : problem === "resourceLimitation" ? "queue-full" : "protocol-violation", {
    en: `${service}: the PBX rejects the request (${problem}).`,
    fr: `${service} : le PBX rejette la demande (${problem}).` });
}
