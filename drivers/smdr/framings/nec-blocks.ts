/**
 * Blocks of NEC NEAX and SV8500 on the line: STX, station and unit address, text, ETX, and a parity
 * octet where the PBX's port is set so (AIOC, class STX-ETX/BCC). Finds the next good block behind
 * damaged ones.
 * Assumed: the parity octet is the exclusive or of all octets behind STX, ETX included.
 */

/** The longest text (KM with all its fields) has some 500 octets. */
export const blockBytesMax = 1_024;

export const stx = 0x02;
export const etx = 0x03;
const padding = new Set([0x00, 0x0a, 0x0d, 0x11, 0x13, 0x16]);
/** EOT, ENQ, ACK, NAK. */
const controls = new Set([0x04, 0x05, 0x06, 0x15]);

export type Piece =
  /** `text` is from STX to before ETX; `tail` octets behind it belong to the block. */
  | { readonly kind: "block"; readonly text: Uint8Array; readonly tail: number }
  | { readonly kind: "control"; readonly octet: number }
  | { readonly kind: "padding"; readonly bytes: number }
  /** `block`: it began as one. */
  | { readonly kind: "damage"; readonly bytes: Uint8Array; readonly reason: string;
    readonly block: boolean };

export function parityOf(octets: Uint8Array): number {
  return octets.reduce((parity, octet) => parity ^ octet, 0);
}

/** Text → block; `text` begins with the addresses. */
export function blockOf(text: Uint8Array, parity: boolean): Uint8Array {
  const checked = Buffer.concat([text, Buffer.of(etx)]);
  return Buffer.concat([Buffer.of(stx), checked,
    ...(parity ? [Buffer.of(parityOf(checked))] : [])]);
}

export class BlockReader {
  readonly #parity: boolean;
  readonly #buffer = Buffer.alloc(blockBytesMax);
  #length = 0;
  #state: "outside" | "inside" | "parity" = "outside";

  constructor(parity: boolean) {
    this.#parity = parity;
  }

  get pending(): boolean {
    return this.#length > 0;
  }

  push(bytes: Uint8Array): readonly Piece[] {
    const found: Piece[] = [];
    for (const octet of bytes) this.#octet(octet, found);
    // What stands outside of blocks waits for nothing.
    if (this.#state === "outside") this.#giveUp("outside of a block", found);
    return found;
  }

  /** Gives up what is unfinished. */
  end(): readonly Piece[] {
    const found: Piece[] = [];
    this.#giveUp("the block has no end", found);
    this.#state = "outside";
    return found;
  }

  #octet(octet: number, found: Piece[]): void {
    if (this.#state === "parity") {
      this.#state = "outside";
      const expected = parityOf(this.#buffer.subarray(1, this.#length));
      if (octet === expected) {
        this.#block(2, found);
        return;
      }
      this.#giveUp("the parity does not match", found, true);
    }
    if (octet === stx) {
      this.#giveUp(this.#state === "inside" ? "the block has no end" : "outside of a block", found);
      this.#state = "inside";
      this.#add(octet, found);
    } else if (this.#state === "inside") {
      this.#add(octet, found);
      if (octet !== etx) return;
      if (this.#parity) this.#state = "parity";
      else this.#block(1, found);
    } else {
      this.#outside(octet, found);
    }
  }

  #outside(octet: number, found: Piece[]): void {
    const known = padding.has(octet) || controls.has(octet);
    if (!known) {
      this.#add(octet, found);
      return;
    }
    this.#giveUp("outside of a block", found);
    found.push(controls.has(octet) ? { kind: "control", octet } : { kind: "padding", bytes: 1 });
  }

  #add(octet: number, found: Piece[]): void {
    if (this.#length === blockBytesMax) {
      this.#giveUp(`no end of the block within ${blockBytesMax} bytes`, found);
      this.#state = "outside";
    }
    this.#buffer[this.#length] = octet;
    this.#length += 1;
  }

  #block(tail: number, found: Piece[]): void {
    found.push({ kind: "block", tail,
      text: Uint8Array.from(this.#buffer.subarray(0, this.#length - 1)) });
    this.#length = 0;
    this.#state = "outside";
  }

  #giveUp(reason: string, found: Piece[], block = this.#state === "inside"): void {
    if (this.#length === 0) return;
    found.push({ kind: "damage", bytes: Uint8Array.from(this.#buffer.subarray(0, this.#length)),
      reason, block });
    this.#length = 0;
  }
}
