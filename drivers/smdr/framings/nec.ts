/** The protocols around NEC's blocks. */

import type { Framed, Framing } from "../framing.js";
import { BlockReader, type Piece } from "./nec-blocks.js";

/** A block that goes on for longer without its end is given up. */
export const blockSilenceMs = 2_000;

/** What a piece is for the ledger, whatever is answered. */
export function framedOf(piece: Piece): readonly Framed[] {
  switch (piece.kind) {
    case "block": return [{ kind: "text", bytes: piece.text, ends: true },
      { kind: "skipped", bytes: piece.tail }];
    case "control": return [{ kind: "skipped", bytes: 1 }];
    case "padding": return [{ kind: "skipped", bytes: piece.bytes }];
    case "damage": return [{ kind: "garbage", bytes: piece.bytes, reason: piece.reason }];
  }
}

/** The PBX sends its blocks unasked and hears no answer ("free wheeling"). */
export class NecFree implements Framing {
  readonly silenceEndsLine = false;
  readonly #blocks: BlockReader;

  constructor(parity: boolean) {
    this.#blocks = new BlockReader(parity);
  }

  open(): readonly Framed[] {
    return [{ kind: "condition", condition: { type: "ready" } }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    return [...this.#blocks.push(bytes).flatMap(framedOf),
      { kind: "wait", ms: this.#blocks.pending ? blockSilenceMs : undefined }];
  }

  elapsed(): readonly Framed[] {
    return this.end();
  }

  end(): readonly Framed[] {
    return this.#blocks.end().flatMap(framedOf);
  }
}
