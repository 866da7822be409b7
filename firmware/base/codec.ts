/**
 * Bytes ⇄ messages, pure and incremental. Every decoder: never throws, never keeps more than its
 * named bound, gives the same result however the bytes were cut, and after garbage finds the next
 * good frame that was really there.
 */

export type Decoded<M> =
  | { readonly kind: "message"; readonly message: M }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array; readonly reason: string };

export interface Decoder<M> {
  push(chunk: Uint8Array): Iterable<Decoded<M>>;
}

export interface Codec<M> {
  encode(message: M): Uint8Array;
  decoder(): Decoder<M>;
}
