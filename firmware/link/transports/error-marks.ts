/**
 * Takes out of a serial line's octets the marks that the kernel puts in (termios PARMRK, POSIX.1
 * chapter 11): FF 00 x is an octet x that came with a framing or parity error, FF 00 00 a break,
 * FF FF one octet FF. Pure; reads may cut anywhere.
 */

export interface Unmarked {
  /** As received, damaged octets and breaks (NUL) among them. */
  readonly bytes: Uint8Array;
  /** Where in `bytes` the damaged octets stand, breaks included; rising. */
  readonly damagedAt: readonly number[];
}

const escape = 0xff;

export class ErrorMarks {
  /** Octets of a mark that the last read has cut: FF, or FF 00. */
  #begun: 0 | 1 | 2 = 0;

  unmark(bytes: Uint8Array): Unmarked {
    if (this.#begun === 0 && !bytes.includes(escape)) return { bytes, damagedAt: [] };
    const found = Buffer.allocUnsafe(bytes.length + 1);
    const damagedAt: number[] = [];
    let length = 0;
    const put = (octet: number): void => { length = found.writeUInt8(octet, length); };
    for (const octet of bytes) {
      if (this.#begun === 2) {
        damagedAt.push(length);
        put(octet);
        this.#begun = 0;
      } else if (this.#begun === 0) {
        if (octet === escape) this.#begun = 1;
        else put(octet);
      } else if (octet === 0) {
        this.#begun = 2;
      } else {
        put(escape);
        // Anything but a second FF came before the kernel began to mark: nothing of it is lost.
        if (octet !== escape) put(octet);
        this.#begun = 0;
      }
    }
    return { bytes: found.subarray(0, length), damagedAt };
  }

  /** The kernel has thrown away what it held: half a mark has no other half any more. */
  reset(): void {
    this.#begun = 0;
  }
}
