/** TAP 1.8: pages to a paging terminal, by cable, through a modem, or over TCP. */

import type { Driver } from "../../firmware/link/driver.js";
import { connectMs, hangUpMs } from "./modem-call.js";
import { tapOptions, type TapOptions } from "./options.js";
import { recognise } from "./recognise.js";
import { answerMs, enterMs, lingerMs, openSession } from "./session.js";

export const driver: Driver<TapOptions> = {
  name: "tap",
  title: { en: "Paging terminal, TAP 1.8", fr: "Terminal de radiomessagerie, TAP 1.8" },
  standards: ["TAP 1.8 (4 Feb 1997)"],
  transports: ["serial", "tcp", "tls"],
  options: tapOptions,
  capabilities: {
    services: { sendPage: "native" }, events: [], snapshot: "none", callIdentity: "invented",
    monitorsMax: 10_000, requestsInFlightMax: 16,
  },
  timers: {
    enter: { ms: enterMs, minMs: 500, maxMs: 10_000, reference: "TAP 1.8 §7.0 t1",
      meaning: "Between two CRs that ask for ID=." },
    answer: { ms: answerMs, minMs: 2_000, maxMs: 60_000, reference: "TAP 1.8 §7.0 t3",
      meaning: "The terminal answers a logon or a block within this time." },
    linger: { ms: lingerMs, minMs: 0, maxMs: 3_900, reference: "TAP 1.8 §7.0 t4",
      meaning: "After the last page we stay so long for another one; the terminal waits for 4 s." },
    connect: { ms: connectMs, minMs: 10_000, maxMs: 120_000, reference: "V.250 S7",
      meaning: "A modem that dials says CONNECT within this time." },
    hangUp: { ms: hangUpMs, minMs: 500, maxMs: 10_000, reference: "V.250",
      meaning: "The terminal drops the carrier within this time, or the modem is told to." },
  },
  keepsRawBytes: false,
  accountsBytes: false,
  recognise: (bytes) => [recognise(bytes)],
  open: openSession,
};
