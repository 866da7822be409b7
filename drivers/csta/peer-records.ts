/** What the simulated switching function records of a call. */

import type { CallDetail } from "../../firmware/wire/csta/message.js";
import type { PeerCall, PeerPbx } from "./peer-pbx.js";

/** So much costs an outgoing call by the second, in hundredths of a euro. */
const centsPerSecond = 1;

export function callDetail(pbx: PeerPbx, call: PeerCall): CallDetail {
  const nowMs = pbx.world.clock.wall().getTime();
  const { answeredAtMs } = call;
  const seconds = answeredAtMs === undefined ? 0 : Math.round((nowMs - answeredAtMs) / 1_000);
  const isIncoming = call.trunk !== undefined && !pbx.extensions.has(call.calling);
  const trunk = call.trunk === undefined ? undefined : pbx.device(call.trunk);
  return {
    recordCreationTime: timeOf(nowMs), callingDevice: pbx.party(call.calling),
    calledDevice: pbx.party(call.called), recordedCall: { callID: call.id },
    ...(trunk === undefined ? {} : isIncoming ? { associatedCallingDevice: trunk }
      : { associatedCalledDevice: trunk }),
    ...(answeredAtMs === undefined ? {} : { connectionStart: timeOf(answeredAtMs) }),
    connectionEnd: timeOf(nowMs), connectionDuration: seconds,
    reasonForTerm: seconds > 0 ? "normalClearing" : "unsuccessfulCallAttempt",
    ...(trunk === undefined || isIncoming || seconds === 0 ? {} : { chargingInfo: {
      typeOfChargingInfo: "total", currency: { currencyType: "EUR",
        currencyAmount: seconds * centsPerSecond, currencyMultiplier: "oneHundredth" } } }),
    ...(call.account === undefined ? {} : { accountInfo: call.account }),
  };
}

/** Its clock runs in UTC and says so. */
function timeOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
}
