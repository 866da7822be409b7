/**
 * A serial line bit by bit, independent of the product: what a receiver with one setting makes of
 * a sender with another. An octet without its stop bit is damaged; one that is low throughout is a
 * break, which reads as NUL.
 */

import type { World } from "../firmware/base/world.js";

export interface Setting {
  readonly baudRate: number;
  readonly dataBits: 7 | 8;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 2;
}

export const idle = 1;

/** Bits of one octet in the order of sending: start, data from the lowest, parity, stop. */
function bitsOf(octet: number, setting: Setting): readonly number[] {
  const data = Array.from({ length: setting.dataBits }, (_, bit) => (octet >> bit) & 1);
  const odd = data.reduce((sum, bit) => sum + bit, 0) % 2;
  const parity = { none: [], even: [odd], odd: [1 - odd], mark: [1], space: [0] }[setting.parity];
  return [0, ...data, ...parity, ...Array.from({ length: setting.stopBits }, () => 1)];
}

/** A burst on the wire; times in milliseconds from its beginning. */
export class Burst {
  readonly #bits: readonly number[];
  readonly #bitMs: number;

  constructor(octets: Uint8Array, setting: Setting) {
    this.#bits = [...octets].flatMap((octet) => bitsOf(octet, setting));
    this.#bitMs = 1_000 / setting.baudRate;
  }

  get lengthMs(): number {
    return this.#bits.length * this.#bitMs;
  }

  #level(atMs: number): number {
    return atMs < 0 ? idle : this.#bits[Math.floor(atMs / this.#bitMs)] ?? idle;
  }

  /** The next moment from `fromMs` at which the line falls; undefined after the end. */
  #fall(fromMs: number): number | undefined {
    let at = fromMs;
    let before = this.#level(at);
    while (at < this.lengthMs) {
      const next = (Math.floor(at / this.#bitMs + 1e-9) + 1) * this.#bitMs;
      const level = this.#level(next + this.#bitMs / 100);
      if (before === 1 && level === 0 && next < this.lengthMs) return next;
      before = level;
      at = next;
    }
    return undefined;
  }

  /**
   * The first octet that a receiver of 8N1 at `baudRate` finds from `fromMs`, and when it has it;
   * `damaged` where the stop bit is missing.
   */
  next(fromMs: number, baudRate: number): { readonly octet: number; readonly damaged: boolean;
    readonly atMs: number } | undefined {
    const startsLow = fromMs <= 0 && this.#level(0) === 0;
    const start = startsLow ? 0 : this.#fall(fromMs);
    if (start === undefined) return undefined;
    const bitMs = 1_000 / baudRate;
    const sample = (bit: number): number => this.#level(start + (bit + 0.5) * bitMs);
    let octet = 0;
    for (let bit = 0; bit < 8; bit += 1) octet |= sample(bit + 1) << bit;
    return { octet, damaged: sample(9) === 0, atMs: start + 9.5 * bitMs };
  }
}

/** All undamaged octets and breaks that a receiver of 8N1 at one speed makes of a burst. */
export function receivedAs(octets: Uint8Array, setting: Setting, baudRate: number): Uint8Array {
  const burst = new Burst(octets, setting);
  const found: number[] = [];
  let at = 0;
  for (;;) {
    const next = burst.next(at, baudRate);
    if (next === undefined) return Uint8Array.from(found);
    if (!next.damaged || next.octet === 0) found.push(next.octet);
    at = next.atMs;
  }
}

/** A port of the doctor's that hears bursts; its speed may change while one is on the wire. */
export class Wire {
  readonly #world: World;
  readonly #setting: Setting;
  baudRate = 9_600;
  receive: (octets: Uint8Array, damagedAt: readonly number[]) => void = () => undefined;

  constructor(world: World, setting: Setting) {
    this.#world = world;
    this.#setting = setting;
  }

  send(octets: Uint8Array): void {
    const burst = new Burst(octets, this.#setting);
    const step = (fromMs: number): void => {
      const next = burst.next(fromMs, this.baudRate);
      if (next === undefined) return;
      this.#world.clock.after(Math.max(0, next.atMs - fromMs), "wire.octet", () => {
        this.receive(Uint8Array.of(next.octet), next.damaged ? [0] : []);
        step(next.atMs);
      });
    };
    step(0);
  }
}
