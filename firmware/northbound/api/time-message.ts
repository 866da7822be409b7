/** Times and durations of the model (milliseconds, perhaps with a fraction) as messages. */

import { create } from "@bufbuild/protobuf";
import { DurationSchema, TimestampSchema, type Duration, type Timestamp }
  from "@bufbuild/protobuf/wkt";

/** To the microsecond: a fraction of a nanosecond has no encoding. */
export function timeParts(ms: number): { readonly seconds: bigint; readonly nanos: number } {
  const seconds = Math.floor(ms / 1_000);
  const micros = Math.round((ms - seconds * 1_000) * 1_000);
  return micros >= 1_000_000 ? { seconds: BigInt(seconds + 1), nanos: 0 }
    : { seconds: BigInt(seconds), nanos: micros * 1_000 };
}

/** `ms` since 1970 UTC. */
export function timestamp(ms: number): Timestamp {
  return create(TimestampSchema, timeParts(ms));
}

/** Negative durations do not occur in the model; a clock set back makes them zero. */
export function duration(ms: number): Duration {
  return create(DurationSchema, timeParts(Math.max(0, ms)));
}
