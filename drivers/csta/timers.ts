/** Every duration of the session, with its bounds and its reason. */

import type { TimerRow } from "../../firmware/link/driver.js";

export const timers = {
  login: { ms: 10_000, minMs: 1_000, maxMs: 25_000, reference: "assumed",
    meaning: "For the greeting and for the association or session." },
  setUp: { ms: 15_000, minMs: 1_000, maxMs: 25_000, reference: "assumed",
    meaning: "The link is up after so long although monitors are still being started; they go on, "
      + "and a resync follows the last." },
  invoke: { ms: 5_000, minMs: 1_000, maxMs: 30_000, reference: "assumed",
    meaning: "For the answer to a monitor, snapshot or question of our own." },
  deviceList: { ms: 5_000, minMs: 1_000, maxMs: 20_000, reference: "assumed",
    meaning: "From one part of the list of devices to the next." },
  segment: { ms: 5_000, minMs: 1_000, maxMs: 20_000, reference: "assumed",
    meaning: "From one part of a snapshot to the next, where a PBX sends it in parts." },
  silence: { ms: 30_000, minMs: 5_000, maxMs: 300_000, reference: "OmniPCX Office, CSTA link",
    meaning: "After so much silence the PBX is asked for its system status." },
  statusAnswer: { ms: 10_000, minMs: 1_000, maxMs: 60_000, reference: "assumed",
    meaning: "For the answer to it; two misses are a lost line." },
  session: { ms: 180_000, minMs: 30_000, maxMs: 3_600_000, reference: "ECMA-354",
    meaning: "Duration asked for an application session; reset at half of it." },
  monitorAgain: { ms: 300_000, minMs: 30_000, maxMs: 3_600_000, reference: "assumed",
    meaning: "A device whose monitor was refused is tried again after so long." },
  terminalAgain: { ms: 10_000, minMs: 1_000, maxMs: 300_000, reference: "assumed",
    meaning: "A terminal whose registration the AES has ended is registered again after so long." },
  duplicate: { ms: 5_000, minMs: 500, maxMs: 30_000, reference: "assumed",
    meaning: "The same event of another monitor within this time tells nothing new." },
} as const satisfies Record<string, TimerRow>;
