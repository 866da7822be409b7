/** Q.850 causes and dial results, in the words of ECMA-269. */

import type { EventCause } from "../../firmware/model/causes.js";

/** Q.850 table 1. Asterisk puts 0 where nobody gave a cause. */
const q850: Readonly<Record<number, EventCause>> = {
  1: "numberUnallocated", 2: "networkNotObtainable", 3: "destNotObtainable",
  6: "networkNotObtainable", 16: "normalClearing", 17: "busy", 18: "callNotAnswered",
  19: "callNotAnswered", 20: "destNotObtainable", 21: "blocked", 22: "numberChanged",
  26: "multipleAlerting", 27: "destOutOfOrder", 28: "invalidNumberFormat", 29: "blocked",
  31: "normalClearing", 34: "networkCongestion", 38: "networkOutOfOrder",
  41: "networkCongestion", 42: "networkCongestion", 44: "trunksBusy",
  47: "resourcesNotAvailable", 50: "blocked", 52: "blocked", 54: "blocked",
  57: "unauthorisedBearerService", 58: "notAvailableBearerService",
  65: "notSupportedBearerService", 66: "trunksBusy", 79: "notSupportedBearerService",
  88: "incompatibleDestination", 102: "timeout",
};

/** Undefined where the code says nothing: 0, 127 (interworking) and unknown codes. */
export function causeOfQ850(code: string | undefined): EventCause | undefined {
  return code === undefined ? undefined : q850[Number(code)];
}

/** The causes with which an attempt fails, rather than being given up. */
export const failures: ReadonlySet<EventCause> = new Set([
  "numberUnallocated", "networkNotObtainable", "destNotObtainable", "busy", "blocked",
  "numberChanged", "destOutOfOrder", "invalidNumberFormat", "networkCongestion",
  "networkOutOfOrder", "trunksBusy", "resourcesNotAvailable", "unauthorisedBearerService",
  "notAvailableBearerService", "notSupportedBearerService", "incompatibleDestination",
  "doNotDisturb",
]);

/** DialEnd's DialStatus. `fails`: the called connection enters the state fail. */
export const dialResults: Readonly<Record<string, { cause: EventCause; fails: boolean }>> = {
  BUSY: { cause: "busy", fails: true },
  CONGESTION: { cause: "networkCongestion", fails: true },
  CHANUNAVAIL: { cause: "destNotObtainable", fails: true },
  NOANSWER: { cause: "callNotAnswered", fails: false },
  CANCEL: { cause: "callCancelled", fails: false },
  ABORT: { cause: "callCancelled", fails: false },
};
