/** ESPA 4.4.4: pages between PBXs, nurse-call or fire panels and paging systems, both ways. */

import type { Driver } from "../../firmware/link/driver.js";
import { espaOptions, type EspaOptions } from "./options.js";
import { recognise } from "./recognise.js";
import {
  blockMs, contentionMs, noiseMs, openSession, quietMs, responseMs, trafficMs,
} from "./session.js";

const minute = 60_000;

export const driver: Driver<EspaOptions> = {
  name: "espa",
  title: { en: "Paging, ESPA 4.4.4: paging system, nurse call, fire panel",
    fr: "Recherche de personnes, ESPA 4.4.4 : système d'appel, appel infirmier, incendie" },
  standards: ["ESPA 4.4.4 (Nov 1984)", "ISO 1745"],
  transports: ["serial", "tcp"],
  options: espaOptions,
  capabilities: {
    services: { sendPage: "native" }, events: [], snapshot: "none", callIdentity: "invented",
    monitorsMax: 10_000, requestsInFlightMax: 16,
  },
  timers: {
    response: { ms: responseMs, minMs: 500, maxMs: 5_000, reference: "ESPA 4.4.4 §3",
      meaning: "An enquiry or a block is answered within this time, or sent again." },
    block: { ms: blockMs, minMs: responseMs, maxMs: minute, reference: "ESPA 4.4.4 §3",
      meaning: "Who has selected a station sends its block within this time." },
    traffic: { ms: trafficMs, minMs: responseMs, maxMs: minute, reference: "ESPA 4.4.4 §3.3",
      meaning: "A transmission among others without its end is taken as ended." },
    noise: { ms: noiseMs, minMs: 20, maxMs: 1_000, reference: "ISO 1745",
      meaning: "A damaged block is refused after this much silence, not in its middle." },
    contention: { ms: contentionMs, minMs: 500, maxMs: 10_000, reference: "two control stations",
      meaning: "When another control station is heard: up to so long, by chance, until our turn." },
    quiet: { ms: quietMs, minMs: 10_000, maxMs: 10 * minute, reference: "polls",
      meaning: "A station that was polled and is polled no more says so after this time." },
  },
  keepsRawBytes: false,
  accountsBytes: false,
  recognise: (bytes) => [recognise(bytes)],
  open: openSession,
};
