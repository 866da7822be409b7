/**
 * Between received bytes and record lines: what a protocol wraps around the lines, and what it
 * wants to hear back. A framing is pure: it is handed bytes and the end of its timer, and tells in
 * order what is to be done. Bytes reach it only when they are durable, so that whatever it answers
 * acknowledges durable bytes.
 */

import type { Condition } from "../../firmware/link/driver.js";

/** Of received bytes each is told of once, in the order received. */
export type Framed =
  /**
   * Record text exactly as received; the line decoder says what becomes of it. `ends`: a record
   * ends here, with or without an end of line.
   */
  | { readonly kind: "text"; readonly bytes: Uint8Array; readonly ends?: true }
  /** A whole record whose text was made of `bytes`, which share its fate. */
  | { readonly kind: "record"; readonly text: Uint8Array; readonly bytes: Uint8Array }
  /** So many bytes of the protocol itself, or of records had before. */
  | { readonly kind: "skipped"; readonly bytes: number }
  | { readonly kind: "garbage"; readonly bytes: Uint8Array; readonly reason: string }
  /** To be sent, to whoever sent what was handed in. */
  | { readonly kind: "reply"; readonly bytes: Uint8Array }
  /** `elapsed` is called after so long; replaces an earlier wish, undefined forgets it. */
  | { readonly kind: "wait"; readonly ms: number | undefined }
  | { readonly kind: "condition"; readonly condition: Condition };

export interface Framing {
  /** An unfinished line is taken as it stands after a silence. */
  readonly silenceEndsLine: boolean;
  /** The channel is open. Nobody is `ready` before a condition says so. */
  open(): readonly Framed[];
  /** Stateful; bounded in what it keeps; never throws. A datagram is one call. */
  receive(bytes: Uint8Array): readonly Framed[];
  elapsed(): readonly Framed[];
  /** What is kept of an unfinished frame: the channel is closed. */
  end(): readonly Framed[];
}

/** No protocol: lines as they come. */
export const lineFraming: Framing = {
  silenceEndsLine: true,
  open: () => [{ kind: "condition", condition: { type: "ready" } }],
  receive: (bytes) => [{ kind: "text", bytes }],
  elapsed: () => [],
  end: () => [],
};

/** Lines in datagrams: the end of a datagram ends its line. */
export const datagramFraming: Framing = {
  ...lineFraming, silenceEndsLine: false,
  receive: (bytes) => [{ kind: "text", bytes, ends: true }],
};
