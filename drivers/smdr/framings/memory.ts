/** What outlives a channel: by what a repetition is known after the next opening. */
export interface FramingMemory {
  /** Numbers and texts acknowledged last, newest at the end; each framing has its bound. */
  recent?: readonly string[];
}
