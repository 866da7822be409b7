/** Call record ports (SMDR): a PBX that prints a line per call, on a serial port or over TCP. */

import type { Driver } from "../../firmware/link/driver.js";
import { partialCallMs } from "./call-parts.js";
import { packetQuietMs, silenceMs } from "./framings/avaya-rsp.js";
import { answerMs } from "./framings/nec.js";
import { openCallMs } from "./live-calls.js";
import { driverName } from "./map.js";
import { smdrOptions, type SmdrOptions } from "./options.js";
import { recogniseInPieces } from "./recognise.js";
import { events, lineSilenceMs, loginSilenceMs, openSession } from "./session.js";
import { tryOptions } from "./trial.js";

const hour = 3_600_000;

export const driver: Driver<SmdrOptions> = {
  name: driverName,
  title: { en: "Call records from a printer port (SMDR)",
    fr: "Relevés d'appels d'un port d'imprimante (SMDR)" },
  standards: ["observed"],
  transports: ["serial", "usb", "tcp", "udp", "file"],
  options: smdrOptions,
  capabilities: {
    services: {}, events, snapshot: "none", callIdentity: "invented", monitorsMax: 10_000,
    requestsInFlightMax: 1,
  },
  timers: {
    pollAnswer: { ms: answerMs, minMs: 500, maxMs: 10_000, reference: "NEC polling",
      meaning: "An answer to a poll or a request begins within this time, or it is asked again." },
    packetQuiet: { ms: packetQuietMs, minMs: 10, maxMs: 2_000, reference: "Avaya RSP",
      meaning: "A packet of whole lines is complete, and acknowledged, after this much silence." },
    packetSilence: { ms: silenceMs, minMs: 60_000, maxMs: hour, reference: "Avaya RSP",
      meaning: "Without a sign of life for this time the connection is given up." },
    lineSilence: { ms: lineSilenceMs, minMs: 500, maxMs: 10_000, reference: "serial ports",
      meaning: "A line without end is taken as it stands after this much silence." },
    loginSilence: { ms: loginSilenceMs, minMs: 500, maxMs: 10_000, reference: "Panasonic LAN",
      meaning: "A prompt, or a refusal after the password, comes within this time." },
    openCall: { ms: openCallMs, minMs: hour, maxMs: 24 * hour, reference: "printed call ends",
      meaning: "A ringing or answered call whose end was not printed is let go." },
    partialCall: { ms: partialCallMs, minMs: hour, maxMs: 24 * hour,
      reference: "IP Office continuation", meaning: "A call without its last part is recorded." },
  },
  keepsRawBytes: true,
  accountsBytes: true,
  recognise: recogniseInPieces,
  tryOptions,
  open: openSession,
};
