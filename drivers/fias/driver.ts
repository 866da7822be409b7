/** A hotel's front desk that speaks FIAS (Fidelio, Opera, Protel, Suite8 and many others). */

import type { Driver } from "../../firmware/link/driver.js";
import { fiasOptions, type FiasOptions } from "./options.js";
import { recognise } from "./recognise.js";
import {
  aliveAnswerMs, aliveMs, answerMs, openSession, postingMs, startMs,
} from "./session.js";

const minute = 60_000;

export const driver: Driver<FiasOptions> = {
  name: "fias",
  title: { en: "Hotel front desk (FIAS: Fidelio, Opera, Protel ...)",
    fr: "Réception d'hôtel (FIAS : Fidelio, Opera, Protel...)" },
  standards: ["Oracle Hospitality IFC8 FIAS 2.20, as public implementations speak it"],
  transports: ["serial", "tcp"],
  options: fiasOptions,
  capabilities: {
    services: {}, events: [], snapshot: "none", callIdentity: "invented", monitorsMax: 0,
    requestsInFlightMax: 1,
  },
  hotel: { side: "front-desk", takes: ["roomCondition", "messageWaiting", "doNotDisturb",
    "wakeUpSet", "wakeUpCleared", "wakeUpResult", "charge", "resyncRequest"] },
  timers: {
    start: { ms: startMs, minMs: 1_000, maxMs: minute, reference: "FIAS link start",
      meaning: "Until the front desk answers, the link is offered again this often." },
    alive: { ms: aliveMs, minMs: 10_000, maxMs: 5 * minute, reference: "FIAS link alive",
      meaning: "After so much silence the front desk is asked whether it is alive." },
    aliveAnswer: { ms: aliveAnswerMs, minMs: 1_000, maxMs: minute, reference: "FIAS link alive",
      meaning: "The front desk answers a link alive within this time; three in vain: lost." },
    answer: { ms: answerMs, minMs: 2_000, maxMs: 5_000, reference: "serial lines",
      meaning: "ENQ and texts are acknowledged within this time, or sent again." },
    posting: { ms: postingMs, minMs: 5_000, maxMs: 2 * minute, reference: "FIAS posting answer",
      meaning: "A posting is answered within this time; it is then sent again, same number." },
  },
  keepsRawBytes: false,
  accountsBytes: false,
  recognise: (bytes) => [recognise(bytes)],
  open: openSession,
};
