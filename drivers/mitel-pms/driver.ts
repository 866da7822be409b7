/** A PBX that speaks Mitel's hotel (PMS) protocol, as many others have learnt to. */

import type { Driver } from "../../firmware/link/driver.js";
import { mitelPmsOptions, type MitelPmsOptions } from "./options.js";
import { recognise } from "./recognise.js";
import { aliveMs, answerMs, openSession } from "./session.js";

export const driver: Driver<MitelPmsOptions> = {
  name: "mitel-pms",
  title: { en: "PBX with Mitel's hotel protocol (SX-200, SX-2000, 3300 and others)",
    fr: "PBX au protocole hôtelier de Mitel (SX-200, SX-2000, 3300 et autres)" },
  standards: ["Mitel SX-200 hotel protocol, as public implementations speak it"],
  transports: ["serial", "tcp"],
  options: mitelPmsOptions,
  capabilities: {
    services: { setMessageWaitingIndicator: "native", setDoNotDisturb: "native" },
    events: ["messageWaiting", "doNotDisturb"], snapshot: "none", callIdentity: "invented",
    monitorsMax: 10_000, requestsInFlightMax: 32,
  },
  hotel: { side: "telephones", takes: ["checkedIn", "checkedOut", "guestChanged", "callingRight",
    "messageWaiting", "doNotDisturb", "wakeUpSet", "wakeUpCleared", "resyncStart", "resyncEnd"] },
  timers: {
    answer: { ms: answerMs, minMs: 2_000, maxMs: 5_000, reference: "Mitel PMS interface",
      meaning: "ENQ and texts are acknowledged within this time, or sent again, four times." },
    alive: { ms: aliveMs, minMs: 10_000, maxMs: 300_000, reference: "AREYUTHERE",
      meaning: "After so much silence the PBX is asked whether it is there." },
  },
  keepsRawBytes: false,
  accountsBytes: false,
  recognise: (bytes) => [recognise(bytes)],
  open: openSession,
};
