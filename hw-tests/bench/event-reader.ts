/**
 * The call and type of an event, straight from a WatchEventsResponse's bytes: the measuring client
 * must not spend on decoding what would then count as the gateway's time. Field numbers are those
 * of calls.proto and model.proto.
 */

import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";

const responseEvent = 1;
const responseGap = 2;
const eventTypeField = 5;
const eventConnection = 7;
const connectionCall = 1;

export type Read =
  | { readonly kind: "event"; readonly type: EventType; readonly call: string }
  | { readonly kind: "gap" | "other" };

/** The step of a call script that makes this type of event. */
export const stepOf: ReadonlyMap<EventType, number> = new Map([
  [EventType.ORIGINATED, 0], [EventType.DELIVERED, 1], [EventType.ESTABLISHED, 2],
  [EventType.CONNECTION_CLEARED, 3], [EventType.CALL_CLEARED, 3],
]);

let at = 0;

function varint(bytes: Buffer): number {
  let value = 0;
  let scale = 1;
  for (;;) {
    const byte = bytes[at] ?? 0;
    at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
    scale *= 128;
  }
}

/** Goes past a field's value; gives the start of what is length-delimited. */
function skip(bytes: Buffer, wire: number): void {
  if (wire === 0) varint(bytes);
  else if (wire === 1) at += 8;
  else if (wire === 5) at += 4;
  else {
    const length = varint(bytes);
    at += length;
  }
}

export function readEvent(bytes: Buffer): Read {
  at = 0;
  const head = varint(bytes) >>> 3;
  if (head !== responseEvent) return { kind: head === responseGap ? "gap" : "other" };
  const end = varint(bytes) + at;
  let type: EventType = EventType.UNSPECIFIED;
  while (at < end) {
    const key = varint(bytes);
    if (key >>> 3 === eventTypeField) type = varint(bytes);
    else if (key >>> 3 !== eventConnection) skip(bytes, key & 7);
    else {
      const connectionEnd = varint(bytes) + at;
      while (at < connectionEnd) {
        const inner = varint(bytes);
        if (inner >>> 3 === connectionCall) {
          const length = varint(bytes);
          return { kind: "event", type, call: bytes.toString("latin1", at, at + length) };
        }
        skip(bytes, inner & 7);
      }
    }
  }
  return { kind: "event", type, call: "" };
}
