/** The number from which a browser resumes: the last event that a message stands for. */

import { isMessage, type Message } from "@bufbuild/protobuf";
import { WatchEventsResponseSchema } from "../../../proto/gen/cti/gateway/v1/calls_pb.js";

/** Undefined for messages of other streams, which begin anew. */
export function eventIdOf(message: Message): bigint | undefined {
  if (!isMessage(message, WatchEventsResponseSchema)) return undefined;
  const { item } = message;
  switch (item.case) {
    case "event": case "live": return item.value.number;
    case "snapshot": return item.value.eventNumber;
    case "gap": return item.value.nextNumber > 0n ? item.value.nextNumber - 1n : 0n;
    // A resync tells of an earlier event; the id of the newest one stays.
    case "resync": case undefined: return undefined;
  }
}
