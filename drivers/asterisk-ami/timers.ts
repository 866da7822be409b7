/** Every duration of the session, with its bounds and its reason. */

import type { TimerRow } from "../../firmware/link/driver.js";

export const timers = {
  banner: { ms: 10_000, minMs: 1_000, maxMs: 60_000, reference: "assumed",
    meaning: "From the open transport to the PBX's greeting line." },
  login: { ms: 10_000, minMs: 1_000, maxMs: 60_000, reference: "assumed",
    meaning: "For each step of the login." },
  booted: { ms: 10_000, minMs: 1_000, maxMs: 20_000, reference: "observed: 00-login-and-lists",
    meaning: "From the login to FullyBooted; a user without read class system never sees it, and "
      + "the link gives a login no more than 30 s." },
  keepalive: { ms: 15_000, minMs: 5_000, maxMs: 60_000, reference: "observed: 00-login-and-lists",
    meaning: "Ping after this much silence." },
  pong: { ms: 10_000, minMs: 1_000, maxMs: 60_000, reference: "assumed",
    meaning: "The PBX must answer a Ping within this time, or the link is lost." },
  audit: { ms: 60_000, minMs: 10_000, maxMs: 3_600_000, reference: "assumed",
    meaning: "Between two looks at the PBX's list of channels, where calls are known; longer by "
      + "as much as there are more than 2,000 channels. A missed Hangup is healed after it." },
  action: { ms: 10_000, minMs: 1_000, maxMs: 60_000, reference: "assumed",
    meaning: "For an action whose request names no deadline." },
  ring: { ms: 30_000, minMs: 5_000, maxMs: 180_000, reference: "assumed",
    meaning: "How long a call that we place rings at the calling device." },
} as const satisfies Record<string, TimerRow>;
