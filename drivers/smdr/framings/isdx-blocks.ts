/**
 * Binary records of the iSDX and Realitis (Plessey, GPT, Siemens): 22 octets that begin with EE FF
 * (the iSDX binary protocol of Scannex's ip.buffer, manual 10.7.8). Each becomes a line of 44
 * hexadecimal digits, of which a layout can say what they mean.
 * Assumed: EE FF stands nowhere else in a record.
 */

import type { Framed, Framing } from "../framing.js";

export const blockBytes = 22;
/** A block that goes on for longer without its end is given up. */
export const blockSilenceMs = 2_000;
const mark = Buffer.of(0xee, 0xff);

export class IsdxBlocks implements Framing {
  readonly silenceEndsLine = false;
  #kept: Buffer = Buffer.alloc(0);

  open(): readonly Framed[] {
    return [{ kind: "condition", condition: { type: "ready" } }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    this.#kept = Buffer.concat([this.#kept, bytes]);
    const framed = this.#read(false);
    return [...framed,
      { kind: "wait", ms: this.#kept.length > 0 ? blockSilenceMs : undefined }];
  }

  elapsed(): readonly Framed[] {
    return this.end();
  }

  end(): readonly Framed[] {
    return this.#read(true);
  }

  #read(ended: boolean): readonly Framed[] {
    const framed: Framed[] = [];
    let at = 0;
    const garbage = (to: number, reason: string): void => {
      if (to > at) framed.push({ kind: "garbage", reason,
        bytes: Uint8Array.from(this.#kept.subarray(at, to)) });
      at = to;
    };
    while (at < this.#kept.length) {
      const begins = this.#kept.indexOf(mark, at);
      // The last octet may be half of a mark.
      const half = !ended && this.#kept.at(-1) === mark[0] ? 1 : 0;
      garbage(begins < 0 ? this.#kept.length - half : begins, "outside of a record");
      if (begins < 0) break;
      const next = this.#kept.indexOf(mark, at + mark.length);
      if (next >= 0 && next < at + blockBytes) {
        garbage(next, "a record that is cut short");
        continue;
      }
      const end = at + blockBytes;
      // An EE in the last place may begin the next record: this one would be cut short.
      const open = this.#kept.length === end && this.#kept[end - 1] === mark[0];
      if (!ended && (this.#kept.length < end || open)) break;
      if (this.#kept.length < end) {
        garbage(this.#kept.length, "a record that is cut short");
        break;
      }
      const bytes = Uint8Array.from(this.#kept.subarray(at, end));
      framed.push({ kind: "record", bytes,
        text: Buffer.from(Buffer.from(bytes).toString("hex").toUpperCase()) });
      at = end;
    }
    this.#kept = Buffer.from(this.#kept.subarray(at));
    return framed;
  }
}
