/**
 * Messages to bytes. A handler that sends the same thing to many callers may give a message its
 * bytes beforehand; every other message is encoded from its descriptor.
 */

import { create, toBinary, type DescMessage, type MessageInitShape } from "@bufbuild/protobuf";

/** What a message is made from, as a plain object: can be spread, unlike `MessageInitShape`. */
export type PlainInit<D extends DescMessage> =
  Extract<MessageInitShape<D>, { readonly $typeName?: never }>;

const kept = new WeakMap<object, () => Uint8Array>();

/** `make` must give exactly the bytes that `toBinary` would. */
export function keepEncoding(message: object, make: () => Uint8Array): void {
  kept.set(message, make);
}

export function encodeMessage<D extends DescMessage>(
  descriptor: D, message: MessageInitShape<D>,
): Uint8Array {
  const make = kept.get(message);
  return make === undefined ? toBinary(descriptor, create(descriptor, message)) : make();
}
