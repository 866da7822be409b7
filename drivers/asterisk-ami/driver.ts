/** Asterisk and FreePBX by the Asterisk Manager Interface: the data sheet. */

import type { Driver } from "../../firmware/link/driver.js";
import { actionsInFlightMax } from "./actions.js";
import { options, type AmiOptions } from "./options.js";
import { openSession } from "./session.js";
import { timers } from "./timers.js";

export const driver: Driver<AmiOptions> = {
  name: "asterisk-ami",
  title: { en: "Asterisk, FreePBX (Manager Interface)",
    fr: "Asterisk, FreePBX (interface Manager)" },
  standards: ["observed: Asterisk 16.28 (AMI 5.0.4) and 22.10"],
  transports: ["tcp", "tls"],
  options,
  capabilities: {
    services: {
      makeCall: "native", clearConnection: "native", clearCall: "native",
      deflectCall: "native", singleStepTransferCall: "native", consultationCall: "native",
      transferCall: "native", reconnectCall: "native", conferenceCall: "native",
      alternateCall: "native",
      generateDigits: "native", parkCall: "native", setAgentState: "native",
      answerCall: "emulated", holdCall: "emulated", retrieveCall: "emulated",
    },
    events: [
      "serviceInitiated", "originated", "delivered", "established", "held", "retrieved",
      "diverted", "failed", "queued", "networkReached", "transferred", "conferenced",
      "connectionCleared", "callCleared", "callInformation", "digitsGenerated",
      "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady", "agentBusy",
      "agentWorkingAfterCall", "backInService", "outOfService", "doNotDisturb", "forwarding",
    ],
    snapshot: "native",
    callIdentity: "changes-on-transfer",
    monitorsMax: 5_000,
    requestsInFlightMax: actionsInFlightMax,
    callCodes: { makeCall: ["accountCode"] },
  },
  timers,
  keepsRawBytes: false,
  accountsBytes: false,
  open: openSession,
};
