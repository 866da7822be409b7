/**
 * NEC over TCP (NEAX 2000 IPS, SV8300, SV8500; port 60010): we ask, the PBX gives one record, we
 * confirm it by its number. A message is SYN, an identifier, five digits of length (of device
 * number and data), two of device number, data, and the complement of the exclusive or of all
 * octets behind SYN. Identifiers 1 (request), 4 (confirmation) and their parity were checked with
 * an independent client (anmaslov/smdr).
 * Assumed: data of a record is its number, a digit, and the block from STX to ETX.
 * Assumed: a PBX without a record may leave a request unanswered, and sends an unconfirmed record
 * again at the next request.
 * Assumed: a record with the number and the text of the one before it is a repetition.
 */

import type { Framed, Framing } from "../framing.js";
import type { FramingMemory } from "./memory.js";
import { blockBytesMax, etx, parityOf, stx } from "./nec-blocks.js";
import { ack, answerMs, type NecSettings } from "./nec.js";

const syn = 0x16;
const headBytes = 9;
/** Device number, record number, block. */
const lengthMax = 3 + blockBytesMax;

export interface NecMessage {
  readonly identifier: string;
  readonly device: string;
  readonly data: Uint8Array;
}

export function messageOf({ identifier, device, data }: NecMessage): Uint8Array {
  const length = String(device.length + data.length).padStart(5, "0");
  const checked = Buffer.concat([Buffer.from(identifier + length + device, "latin1"), data]);
  return Buffer.concat([Buffer.of(syn), checked, Buffer.of(~parityOf(checked) & 0xff)]);
}

export type TcpPiece =
  | { readonly kind: "message"; readonly message: NecMessage; readonly bytes: number }
  | { readonly kind: "damage"; readonly bytes: Uint8Array; readonly reason: string };

/** Finds the next good message behind damaged ones. */
export class MessageReader {
  #kept: Buffer = Buffer.alloc(0);

  get pending(): boolean {
    return this.#kept.length > 0;
  }

  push(bytes: Uint8Array): readonly TcpPiece[] {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    return this.#read(false);
  }

  end(): readonly TcpPiece[] {
    return this.#read(true);
  }

  #read(ended: boolean): readonly TcpPiece[] {
    const found: TcpPiece[] = [];
    let good = 0;
    let at = 0;
    const damaged = (to: number): void => {
      if (to > good) found.push({ kind: "damage", reason: "no message, or one with wrong parity",
        bytes: Uint8Array.from(this.#kept.subarray(good, to)) });
    };
    while (at < this.#kept.length) {
      const bytes = this.#sizeAt(at);
      if (bytes === undefined && !ended) break;
      if (bytes === undefined || bytes === 0) {
        at += 1;
        continue;
      }
      damaged(at);
      const head = this.#kept.toString("latin1", at + 1, at + headBytes);
      found.push({ kind: "message", bytes, message: {
        identifier: head.charAt(0), device: head.slice(6),
        data: Uint8Array.from(this.#kept.subarray(at + headBytes, at + bytes - 1)) } });
      at += bytes;
      good = at;
    }
    damaged(at);
    this.#kept = Buffer.from(this.#kept.subarray(at));
    return found;
  }

  /** Of the message that begins there; 0: none does; undefined: it may, more is needed. */
  #sizeAt(at: number): number | undefined {
    const head = this.#kept.toString("latin1", at, at + headBytes);
    const matches = /^\x16(?:\d(?:\d{0,5}$|(\d{5})(?:$|\d\d?$)))?$/.exec(head);
    if (matches === null) return 0;
    if (head.length < headBytes) return undefined;
    const length = Number(matches[1]);
    if (length < 2 || length > lengthMax) return 0;
    const end = at + headBytes - 2 + length;
    if (this.#kept.length <= end) return undefined;
    const parity = ~parityOf(this.#kept.subarray(at + 1, end)) & 0xff;
    return this.#kept[end] === parity ? end + 1 - at : 0;
  }
}

export class NecTcp implements Framing {
  readonly silenceEndsLine = false;
  readonly #settings: NecSettings;
  readonly #memory: FramingMemory;
  readonly #messages = new MessageReader();

  constructor(settings: NecSettings, memory: FramingMemory) {
    this.#settings = settings;
    this.#memory = memory;
  }

  open(): readonly Framed[] {
    return [{ kind: "condition", condition: { type: "ready" } }, ...this.#request()];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    return this.#messages.push(bytes).flatMap((piece) => this.#piece(piece));
  }

  elapsed(): readonly Framed[] {
    return [...this.#messages.end().flatMap((piece) => this.#piece(piece)), ...this.#request()];
  }

  end(): readonly Framed[] {
    return this.#messages.end().map(({ bytes, ...piece }) => piece.kind === "damage"
      ? { kind: "garbage", bytes: bytes as Uint8Array, reason: piece.reason }
      : { kind: "skipped", bytes: bytes as number });
  }

  #piece(piece: TcpPiece): readonly Framed[] {
    if (piece.kind === "damage") {
      return [{ kind: "garbage", bytes: piece.bytes, reason: piece.reason }];
    }
    const { data } = piece.message;
    const [number, begin] = data;
    const end = data.lastIndexOf(etx);
    if (number === undefined || begin !== stx || end < 1) {
      return [{ kind: "skipped", bytes: piece.bytes },
        { kind: "wait", ms: this.#settings.pollSeconds * 1_000 }];
    }
    const text = data.subarray(1, end);
    const known = `${number} ${Buffer.from(text).toString("latin1")}`;
    const repeated = this.#memory.recent?.includes(known) === true;
    this.#memory.recent = [known];
    return [{ kind: "skipped", bytes: piece.bytes - text.length },
      repeated ? { kind: "skipped", bytes: text.length }
        : { kind: "text", bytes: text, ends: true },
      { kind: "reply", bytes: messageOf({ identifier: "4", device: this.#settings.device,
        data: Uint8Array.of(number, ack) }) },
      ...this.#request()];
  }

  #request(): readonly Framed[] {
    return [{ kind: "reply", bytes: messageOf({ identifier: "1", device: this.#settings.device,
      data: new Uint8Array(0) }) },
    { kind: "wait", ms: Math.max(answerMs, this.#settings.pollSeconds * 1_000) }];
  }
}
