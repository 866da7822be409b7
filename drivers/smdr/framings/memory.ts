/** What outlives a channel: by what a repetition is known after the next opening. */

import type { Repeats } from "./repeats.js";

export interface FramingMemory {
  /** Numbers and texts acknowledged last, newest at the end; each framing has its bound. */
  recent?: readonly string[];
  /** Datagrams had before. */
  requests?: Repeats;
  /** RADIUS sessions whose end was had before. */
  sessions?: Repeats;
}
