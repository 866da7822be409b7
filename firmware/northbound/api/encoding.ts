/**
 * Messages to bytes. A handler that sends the same thing to many callers may give what it sends
 * its own way to bytes; every other message is encoded from its descriptor.
 */

import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";

/** What a message is made from, as a plain object: can be spread, unlike `MessageInitShape`. */
export type PlainInit<D extends DescMessage> =
  Extract<MessageInitShape<D>, { readonly $typeName?: never }>;

/** The key under which an init keeps its way to bytes: exactly those that `toBinary` would give. */
export const encoded = Symbol("encoded");

export function encodeMessage<D extends DescMessage>(
  descriptor: D, message: MessageInitShape<D>,
): Uint8Array {
  if (encoded in message && typeof message[encoded] === "function") {
    return (message[encoded] as () => Uint8Array)();
  }
  return toBinary(descriptor, create(descriptor, message));
}
