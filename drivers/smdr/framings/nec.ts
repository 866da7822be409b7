/**
 * The protocols around NEC's blocks on a serial line.
 * Assumed: a poll is EOT, station address, unit address, ENQ; the PBX answers with a block, or with
 * EOT when it has none.
 * Assumed: ACK brings the next block or EOT, NAK the same block again, and EOT from us ends it.
 * Assumed: a block with the text of the one before it is a repetition: the answer to that was lost.
 */

import type { Condition } from "../../../firmware/link/driver.js";
import type { Framed, Framing } from "../framing.js";
import type { FramingMemory } from "./memory.js";
import { BlockReader, type Piece } from "./nec-blocks.js";

export interface NecSettings {
  /** A parity octet stands behind each block. */
  readonly parity: boolean;
  /** Station and unit address, two characters. */
  readonly address: string;
  /** Over TCP: two digits. */
  readonly device: string;
  readonly pollSeconds: number;
}

export const necDefaults: NecSettings =
  { parity: true, address: "0!", device: "00", pollSeconds: 2 };

/** A block that goes on for longer without its end is given up. */
export const blockSilenceMs = 2_000;
/** An answer begins within this time. */
export const answerMs = 3_000;
/** So often a poll, or a damaged block, is asked for again. */
export const triesMax = 3;

export const ack = 0x06;
export const nak = 0x15;
const eot = 0x04;
const enq = 0x05;

/** What a piece is for the ledger, whatever is answered. */
function framedOf(piece: Piece): readonly Framed[] {
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

  constructor({ parity }: NecSettings) {
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

/** The PBX speaks when polled, and keeps each block until it is acknowledged. */
export class NecPolled implements Framing {
  readonly silenceEndsLine = false;
  readonly #settings: NecSettings;
  readonly #memory: FramingMemory;
  readonly #blocks: BlockReader;
  #state: "asked" | "resting" = "resting";
  #unanswered = 0;
  #damaged = 0;
  #condition: Condition["type"] | undefined;

  constructor(settings: NecSettings, memory: FramingMemory) {
    this.#settings = settings;
    this.#memory = memory;
    this.#blocks = new BlockReader(settings.parity);
  }

  open(): readonly Framed[] {
    return this.#poll();
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    const framed = this.#blocks.push(bytes).flatMap((piece) => this.#piece(piece));
    return this.#blocks.pending ? [...framed, { kind: "wait", ms: blockSilenceMs }] : framed;
  }

  elapsed(): readonly Framed[] {
    const given = this.#blocks.end();
    if (given.length > 0) return given.flatMap((piece) => this.#piece(piece));
    if (this.#state === "resting") return this.#poll();
    this.#unanswered += 1;
    if (this.#unanswered < triesMax) return this.#poll();
    return [{ kind: "wait", ms: undefined }, { kind: "condition", condition: { type: "lost",
      reason: { en: `the PBX answers none of ${triesMax} polls`,
        fr: `le PBX ne répond à aucune de ${triesMax} invitations à émettre` } } }];
  }

  end(): readonly Framed[] {
    return this.#blocks.end().flatMap(framedOf);
  }

  #piece(piece: Piece): readonly Framed[] {
    if (piece.kind === "block") return this.#block(piece.text, piece.tail);
    const framed = framedOf(piece);
    if (piece.kind === "control" && piece.octet === eot) {
      return [...framed, ...this.#answered(), ...this.#rest()];
    }
    return piece.kind === "damage" && piece.block ? [...framed, ...this.#refuse()] : framed;
  }

  #block(text: Uint8Array, tail: number): readonly Framed[] {
    const known = Buffer.from(text).toString("latin1");
    const repeated = this.#memory.recent?.includes(known) === true;
    this.#memory.recent = [known];
    this.#damaged = 0;
    this.#state = "asked";
    return [
      ...(repeated ? [{ kind: "skipped", bytes: text.length } as const]
        : [{ kind: "text", bytes: text, ends: true } as const]),
      { kind: "skipped", bytes: tail },
      ...this.#answered(), { kind: "reply", bytes: Uint8Array.of(ack) },
      { kind: "wait", ms: answerMs }];
  }

  #refuse(): readonly Framed[] {
    this.#damaged += 1;
    if (this.#damaged < triesMax) {
      this.#state = "asked";
      return [{ kind: "reply", bytes: Uint8Array.of(nak) }, { kind: "wait", ms: answerMs }];
    }
    this.#damaged = 0;
    return [{ kind: "reply", bytes: Uint8Array.of(eot) }, ...this.#told({ type: "impaired",
      reason: { en: `a block came damaged ${triesMax} times`,
        fr: `un bloc est arrivé abîmé ${triesMax} fois` } }), ...this.#rest()];
  }

  #poll(): readonly Framed[] {
    this.#state = "asked";
    return [{ kind: "reply", bytes: Buffer.concat([Buffer.of(eot),
      Buffer.from(this.#settings.address, "latin1"), Buffer.of(enq)]) },
    { kind: "wait", ms: answerMs }];
  }

  #rest(): readonly Framed[] {
    this.#state = "resting";
    return [{ kind: "wait", ms: this.#settings.pollSeconds * 1_000 }];
  }

  #answered(): readonly Framed[] {
    this.#unanswered = 0;
    return this.#told({ type: "ready" });
  }

  #told(condition: Condition): readonly Framed[] {
    if (this.#condition === condition.type) return [];
    this.#condition = condition.type;
    return [{ kind: "condition", condition }];
  }
}
