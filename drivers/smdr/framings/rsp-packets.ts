/**
 * Packets of Avaya's Reliable Session Protocol (RSP), by which Communication Manager sends CDR over
 * TCP. No specification is public; the facts are those of a capture of Avaya's own test tool
 * (J. Solares, "The RDT Protocol", 2005, and the server AvayaRDT made after it): the PBX begins
 * with 17 octets, hears `02 06 01 00 07 01 00 02 01 06 81`, sends data behind five octets of which
 * the first is 80 and the fourth a count, hears `40 05 01 NN 81` with the count that follows, and
 * asks now and then with 50, to hear 51.
 * Assumed: a packet is its type, parameters (identifier, length, value) and 81; the start is 01.
 * Assumed: the text of a data packet has no length of its own; it ends where, behind an end of
 * line, an octet above 7F or the type of another packet stands.
 */

export const types = { start: 0x01, accept: 0x02, ack: 0x40, alive: 0x50, aliveAnswer: 0x51,
  data: 0x80 } as const;
export const headEnd = 0x81;
/** Beyond, it is no packet. */
const headBytesMax = 64;
const lf = 0x0a;

export type RspPiece =
  /** `sequence`: the value of the first parameter, where it is one octet. */
  | { readonly kind: "head"; readonly type: number; readonly sequence: number | undefined;
    readonly bytes: number }
  /** Of the data packet whose head came before. */
  | { readonly kind: "text"; readonly bytes: Uint8Array }
  | { readonly kind: "damage"; readonly bytes: Uint8Array; readonly reason: string };

export interface RspParameter {
  readonly identifier: number;
  readonly value: readonly number[];
}

export function packetOf(
  type: number, parameters: readonly RspParameter[], text: Uint8Array = new Uint8Array(0),
): Uint8Array {
  return Buffer.concat([Buffer.of(type), ...parameters.map(({ identifier, value }) =>
    Buffer.of(identifier, value.length, ...value)), Buffer.of(headEnd), text]);
}

const single: ReadonlySet<number> = new Set([types.alive, types.aliveAnswer]);
const headed: ReadonlySet<number> = new Set([types.start, types.accept, types.ack, types.data]);

export class RspReader {
  #state: "between" | "head" | "text" = "between";
  #head: number[] = [];
  #lineEnded = false;
  /** Of a head; a number is so many octets of a value. */
  #expects: "identifier" | "length" | number = "identifier";

  push(bytes: Uint8Array): readonly RspPiece[] {
    const found: RspPiece[] = [];
    let from = 0;
    for (const [at, octet] of bytes.entries()) {
      const begins = this.#state !== "head" && this.#begins(octet);
      if (begins || this.#state === "head") {
        this.#plain(bytes.subarray(from, at), found);
        from = at + 1;
        if (begins) this.#begin(octet, found);
        else this.#parameter(octet, found);
      } else if (octet !== 0) {
        this.#lineEnded = octet === lf;
      }
    }
    this.#plain(bytes.subarray(from), found);
    return found;
  }

  /** What is kept of an unfinished head. */
  end(): readonly RspPiece[] {
    const found: RspPiece[] = [];
    this.#giveUp(found);
    return found;
  }

  #begins(octet: number): boolean {
    if (this.#state === "between") return single.has(octet) || headed.has(octet);
    return octet > 0x7f || (this.#lineEnded && (single.has(octet) || headed.has(octet)));
  }

  #begin(octet: number, found: RspPiece[]): void {
    this.#lineEnded = false;
    if (single.has(octet)) {
      this.#state = "between";
      found.push({ kind: "head", type: octet, sequence: undefined, bytes: 1 });
    } else if (headed.has(octet)) {
      this.#state = "head";
      this.#head = [octet];
      this.#expects = "identifier";
    } else {
      this.#state = "between";
      this.#plain(Uint8Array.of(octet), found);
    }
  }

  #parameter(octet: number, found: RspPiece[]): void {
    this.#head.push(octet);
    if (this.#expects === "identifier" && octet === headEnd) {
      const [type = 0, , length, value] = this.#head;
      found.push({ kind: "head", type, bytes: this.#head.length,
        sequence: length === 1 ? value : undefined });
      this.#head = [];
      this.#state = type === types.data ? "text" : "between";
      return;
    }
    if (this.#expects === "identifier") this.#expects = "length";
    else if (this.#expects === "length") this.#expects = octet === 0 ? "identifier" : octet;
    else this.#expects = this.#expects === 1 ? "identifier" : this.#expects - 1;
    if (this.#head.length > headBytesMax) this.#giveUp(found);
  }

  #giveUp(found: RspPiece[]): void {
    if (this.#head.length === 0) return;
    found.push({ kind: "damage", bytes: Uint8Array.from(this.#head),
      reason: "a packet whose head has no end" });
    this.#head = [];
    this.#state = "between";
  }

  #plain(bytes: Uint8Array, found: RspPiece[]): void {
    if (bytes.length === 0) return;
    const copy = Uint8Array.from(bytes);
    found.push(this.#state === "text" ? { kind: "text", bytes: copy }
      : { kind: "damage", bytes: copy, reason: "outside of a packet" });
  }
}
