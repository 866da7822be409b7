/** Caller identification on analogue lines: a Hayes modem, or a box on a serial or USB port. */

import type { Driver } from "../../firmware/link/driver.js";
import { endRecordMs, identificationMs, openCallMs, ringEndMs } from "./analogue-line.js";
import { driverName } from "./map.js";
import { answerMs, armAgainMs } from "./modem-setup.js";
import { callerIdOptions, type CallerIdOptions } from "./options.js";
import {
  events, fieldGapMs, lineSilenceMs, octetSilenceMs, openSession, unheardMs,
} from "./session.js";

const hour = 3_600_000;
const minute = 60_000;

export const driver: Driver<CallerIdOptions> = {
  name: driverName,
  title: { en: "Caller identification: modem or box on an analogue line",
    fr: "Présentation du numéro : modem ou boîtier sur une ligne analogique" },
  standards: ["Bellcore GR-30", "ETSI EN 300 659-3", "modem and box makers' manuals"],
  transports: ["serial", "usb", "udp"],
  options: callerIdOptions,
  capabilities: {
    services: {}, events, snapshot: "none", callIdentity: "invented", monitorsMax: 10_000,
    requestsInFlightMax: 1,
  },
  timers: {
    ringEnd: { ms: ringEndMs, minMs: 6_500, maxMs: 20_000, reference: "ring cadence",
      meaning: "No RING for this long: ringing has stopped." },
    unheard: { ms: unheardMs, minMs: ringEndMs, maxMs: 5 * minute, reference: "boxes without rings",
      meaning: "A call of which the box tells no more is let go." },
    fieldGap: { ms: fieldGapMs, minMs: 100, maxMs: 2_000, reference: "modem manuals",
      meaning: "Printed fields closer together than this are one identification." },
    identification: { ms: identificationMs, minMs: 3_000, maxMs: 10_000, reference: "ring cadence",
      meaning: "Of a box that prints the first ring only: the call is told without a number." },
    lineSilence: { ms: lineSilenceMs, minMs: 500, maxMs: 10_000, reference: "serial ports",
      meaning: "A line without end is taken as it stands after this much silence." },
    octetSilence: { ms: octetSilenceMs, minMs: 50, maxMs: 5_000, reference: "1200 bit/s",
      meaning: "Octets that have not become a message by now never will." },
    answer: { ms: answerMs, minMs: 1_000, maxMs: 10_000, reference: "V.250",
      meaning: "A modem answers a command within this time." },
    armAgain: { ms: armAgainMs, minMs: minute, maxMs: hour, reference: "modems lose power",
      meaning: "Caller identification is switched on again, which also proves the modem." },
    endRecord: { ms: endRecordMs, minMs: 1_000, maxMs: minute, reference: "Whozz Calling?",
      meaning: "The end of a call is printed within this time after on hook." },
    openCall: { ms: openCallMs, minMs: hour, maxMs: 24 * hour, reference: "printed call ends",
      meaning: "An answered call whose end was not told is let go." },
  },
  keepsRawBytes: true,
  accountsBytes: true,
  open: openSession,
};
