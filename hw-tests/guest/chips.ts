/**
 * USB serial adapters as their chips behave towards a host: which control requests they answer,
 * what they put into their endpoints, what of a line they tell. Pure; `chip-device.ts` gives them a
 * USB plug. Source: what the Linux drivers ftdi_sio, cp210x, ch341 and pl2303 ask and read, and
 * Silicon Labs AN571.
 */

import type { Setting } from "../serial-wire.js";

/** USB 2.0, 9.3. */
export interface Setup {
  readonly requestType: number;
  readonly request: number;
  readonly value: number;
  readonly index: number;
  readonly length: number;
}

export type ChipKind = "ft232r" | "cp2102n" | "ch340" | "pl2303";

/** What the far end of the cable does to the adapter. */
export interface Pins {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  readonly ri: boolean;
}

export type Damage = "none" | "framing" | "parity" | "break";

/** What the host has asked for, read out of the chip's own registers. */
export interface Asked {
  baudRate: number;
  dataBits: number;
  parity: Setting["parity"];
  stopBits: number;
  /** In the chip: it sends while CTS is up, or between XON and XOFF. */
  flowControl: "none" | "rts-cts" | "xon-xoff";
  dtr: boolean;
  rts: boolean;
  breaking: boolean;
}

/** For one of the endpoints towards the host. */
export interface Packet {
  readonly endpoint: "bulk" | "interrupt";
  readonly bytes: Uint8Array;
}

export interface Chip {
  readonly vendorId: string;
  readonly productId: string;
  /** bcdDevice, by which the drivers know one chip of a family from another. */
  readonly release: string;
  readonly product: string;
  /** Octets of a report at the interrupt endpoint; 0: there is none. */
  readonly interruptOctets: number;
  readonly asked: Asked;
  pins: Pins;
  /** The answer to a question, undefined to refuse it; an order (without one) is taken. */
  control(setup: Setup, data: Buffer): Uint8Array | undefined;
  /** Octets came on the line, all of them damaged so. */
  came(octets: Uint8Array, damage: Damage): readonly Packet[];
  /** The pins have changed. */
  pinned(): readonly Packet[];
}

const allUp: Pins = { cts: true, dsr: true, dcd: true, ri: false };
const parities = ["none", "odd", "even", "mark", "space"] as const;
const done = new Uint8Array(0);

function initial(): Asked {
  return { baudRate: 0, dataBits: 0, parity: "none", stopBits: 0, flowControl: "none", dtr: false,
    rts: false, breaking: false };
}

function parityOf(code: number): Asked["parity"] {
  return parities[code] ?? "none";
}

/** Of the 16450's line status, which most chips hand on as it is. */
const lineStatus: Readonly<Record<Damage, number>> =
  { none: 0, parity: 0x04, framing: 0x08, break: 0x10 };

function bits(...flags: readonly (readonly [boolean, number])[]): number {
  return flags.reduce((sum, [set, bit]) => sum | (set ? bit : 0), 0);
}

function pieces(octets: Uint8Array, size: number): readonly Uint8Array[] {
  return Array.from({ length: Math.ceil(octets.length / size) },
    (_, at) => octets.subarray(at * size, (at + 1) * size));
}

/** With the status a packet of 64 octets, which all of these chips send, is never full. */
const dataOctets = 61;

/** Two octets of status stand before the data of each packet. */
class Ft232r implements Chip {
  readonly vendorId = "0403";
  readonly productId = "6001";
  readonly release = "0600";
  readonly product = "FT232R USB UART";
  readonly interruptOctets = 0;
  readonly asked = initial();
  pins = allUp;

  #status(damage: Damage = "none"): Uint8Array {
    const { cts, dsr, ri, dcd } = this.pins;
    return Uint8Array.of(1 | bits([cts, 0x10], [dsr, 0x20], [ri, 0x40], [dcd, 0x80]),
      0x60 | lineStatus[damage]);
  }

  control({ requestType, request, value, index }: Setup): Uint8Array | undefined {
    const { asked } = this;
    if (requestType === 0xc0) {
      switch (request) {
        case 0x05: return this.#status();
        case 0x0a: return Uint8Array.of(16);
        // The memory behind the chip is empty.
        case 0x90: return Uint8Array.of(0xff, 0xff);
        default: return undefined;
      }
    }
    switch (request) {
      case 0x01:
        if ((value & 0x100) !== 0) asked.dtr = (value & 0x01) !== 0;
        if ((value & 0x200) !== 0) asked.rts = (value & 0x02) !== 0;
        return done;
      case 0x02:
        asked.flowControl = index >> 8 === 1 ? "rts-cts" : index >> 8 === 4 ? "xon-xoff" : "none";
        return done;
      case 0x03: asked.baudRate = ftdiBaudRate(value | (index & 1) << 16); return done;
      case 0x04:
        asked.dataBits = value & 0xff;
        asked.parity = parityOf(value >> 8 & 7);
        asked.stopBits = (value >> 11 & 3) === 0 ? 1 : 2;
        asked.breaking = (value & 0x4000) !== 0;
        return done;
      // Reset, event and error characters, latency: nothing of it matters on this line.
      case 0x00: case 0x06: case 0x07: case 0x09: return done;
      default: return undefined;
    }
  }

  came(octets: Uint8Array, damage: Damage): readonly Packet[] {
    return pieces(octets, dataOctets).map((piece) => ({ endpoint: "bulk",
      bytes: Buffer.concat([this.#status(damage), piece]) }));
  }

  pinned(): readonly Packet[] {
    return [{ endpoint: "bulk", bytes: this.#status() }];
  }
}

/** 14 bits of divisor, then three of eighths in an order of their own. */
function ftdiBaudRate(divisor: number): number {
  const eighths = [0, 4, 2, 1, 3, 5, 6, 7][divisor >> 14] ?? 0;
  const whole = divisor & 0x3fff;
  if (whole === 0) return 3_000_000;
  if (whole === 1 && eighths === 0) return 2_000_000;
  return Math.round(3_000_000 / (whole + eighths / 8));
}

/** AN571; with events embedded, an escape octet stands before what is no data. */
class Cp2102n implements Chip {
  readonly vendorId = "10c4";
  readonly productId = "ea60";
  readonly release = "0100";
  readonly product = "CP2102N USB to UART Bridge Controller";
  readonly interruptOctets = 0;
  readonly asked = initial();
  pins = allUp;
  #lineControl = 0x0800;
  #flow = Buffer.alloc(16);
  /** 0: no events are embedded. */
  #escape = 0;

  #modemStatus(): number {
    const { cts, dsr, ri, dcd } = this.pins;
    return bits([this.asked.dtr, 0x01], [this.asked.rts, 0x02], [cts, 0x10], [dsr, 0x20],
      [ri, 0x40], [dcd, 0x80]);
  }

  #answer({ request, value }: Setup): Uint8Array | undefined {
    switch (request) {
      case 0x04: return Uint8Array.of(this.#lineControl & 0xff, this.#lineControl >> 8);
      case 0x08: return Uint8Array.of(this.#modemStatus());
      case 0x10: return new Uint8Array(19);
      case 0x14: return this.#flow;
      // Which part it is (CP2102N-QFN24), and its firmware 1.0.8.
      case 0xff: return value === 0x370b ? Uint8Array.of(0x21)
        : value === 0x0010 ? Uint8Array.of(1, 0, 8) : undefined;
      default: return undefined;
    }
  }

  control(setup: Setup, data: Buffer): Uint8Array | undefined {
    if ((setup.requestType & 0x80) !== 0) return this.#answer(setup);
    const { asked } = this;
    const { request, value } = setup;
    switch (request) {
      case 0x03:
        this.#lineControl = value;
        asked.dataBits = value >> 8;
        asked.parity = parityOf(value >> 4 & 0xf);
        asked.stopBits = (value & 0xf) === 0 ? 1 : 2;
        return done;
      case 0x05: asked.breaking = value === 1; return done;
      case 0x07:
        if ((value & 0x100) !== 0) asked.dtr = (value & 0x01) !== 0;
        if ((value & 0x200) !== 0) asked.rts = (value & 0x02) !== 0;
        return done;
      case 0x13: this.#setFlow(data); return done;
      case 0x15: this.#escape = value; return done;
      case 0x1e: asked.baudRate = data.readUInt32LE(0); return done;
      case 0x00:
        if (value === 0) this.#escape = 0;
        return done;
      // Purging, XON and XOFF characters.
      case 0x12: case 0x19: return done;
      default: return undefined;
    }
  }

  /** DTR and RTS as the host wants them stand here too. */
  #setFlow(data: Buffer): void {
    this.#flow = Buffer.from(data);
    const [handshake, replace] = [data.readUInt32LE(0), data.readUInt32LE(4)];
    this.asked.flowControl = (handshake & 0x08) !== 0 ? "rts-cts"
      : (replace & 0x01) !== 0 ? "xon-xoff" : "none";
    this.asked.dtr = (handshake & 0x03) !== 0;
    this.asked.rts = (replace & 0xc0) !== 0;
  }

  came(octets: Uint8Array, damage: Damage): readonly Packet[] {
    if (this.#escape === 0) return [{ endpoint: "bulk", bytes: octets }];
    const escape = this.#escape;
    const bytes = [...octets].flatMap((octet) => damage !== "none"
      ? [escape, 1, lineStatus[damage], octet]
      : octet === escape ? [escape, 0] : [octet]);
    return pieces(Uint8Array.from(bytes), 4_096).map((piece) =>
      ({ endpoint: "bulk", bytes: piece }));
  }

  pinned(): readonly Packet[] {
    return this.#escape === 0 ? []
      : [{ endpoint: "bulk", bytes: Uint8Array.of(this.#escape, 3, this.#modemStatus()) }];
  }
}

/** It has damage in no register that the driver reads. */
class Ch340 implements Chip {
  readonly vendorId = "1a86";
  readonly productId = "7523";
  readonly release = "0264";
  readonly product = "USB Serial";
  readonly interruptOctets = 8;
  readonly asked = initial();
  pins = allUp;
  readonly #registers = new Map<number, number>([[0x05, 0x01]]);

  /** Low where the line is up. */
  #modemStatus(): number {
    const { cts, dsr, ri, dcd } = this.pins;
    return ~bits([cts, 0x01], [dsr, 0x02], [ri, 0x04], [dcd, 0x08]) & 0x0f;
  }

  #read(register: number): number {
    return register === 0x06 ? this.#modemStatus() : this.#registers.get(register) ?? 0;
  }

  control({ requestType, request, value, index }: Setup): Uint8Array | undefined {
    if (requestType === 0xc0) {
      switch (request) {
        case 0x5f: return Uint8Array.of(0x31, 0);
        case 0x95: return Uint8Array.of(this.#read(value & 0xff), this.#read(value >> 8));
        default: return undefined;
      }
    }
    switch (request) {
      case 0x9a:
        this.#registers.set(value & 0xff, index & 0xff).set(value >> 8, index >> 8);
        this.#registered();
        return done;
      case 0xa1: return done;
      case 0xa4:
        this.asked.dtr = (value & 0x20) === 0;
        this.asked.rts = (value & 0x40) === 0;
        return done;
      default: return undefined;
    }
  }

  #registered(): void {
    const { asked } = this;
    const [prescaler, divisor, control] = [this.#read(0x12), this.#read(0x13), this.#read(0x18)];
    const divided = 1 << (12 - 3 * (prescaler & 3) - (prescaler >> 2 & 1));
    asked.baudRate = Math.round(48_000_000 / (divided * (0x100 - divisor)));
    asked.dataBits = 5 + (control & 3);
    asked.stopBits = (control & 0x04) === 0 ? 1 : 2;
    const [odd, even] = (control & 0x20) === 0 ? ["odd", "even"] as const
      : ["mark", "space"] as const;
    asked.parity = (control & 0x08) === 0 ? "none" : (control & 0x10) === 0 ? odd : even;
    asked.flowControl = this.#read(0x27) === 1 ? "rts-cts" : "none";
    asked.breaking = (this.#read(0x05) & 1) === 0;
  }

  came(octets: Uint8Array): readonly Packet[] {
    return pieces(octets, 4_096).map((bytes) => ({ endpoint: "bulk", bytes }));
  }

  pinned(): readonly Packet[] {
    return [{ endpoint: "interrupt",
      bytes: Uint8Array.of(0x08, 0x3f, 0x90 | this.#modemStatus(), 0xee) }];
  }
}

/** Its reports at the interrupt endpoint tell of damage to what comes next at the bulk one. */
class Pl2303 implements Chip {
  readonly vendorId = "067b";
  readonly productId = "2303";
  readonly release = "0300";
  readonly product = "USB-Serial Controller";
  readonly interruptOctets = 10;
  readonly asked = initial();
  pins = allUp;
  #coding = Buffer.from([0x80, 0x25, 0, 0, 0, 0, 8]);
  readonly #registers = new Map<number, number>();

  #report(damage: Damage): Packet {
    const { cts, dsr, ri, dcd } = this.pins;
    const status = bits([dcd, 0x01], [dsr, 0x02], [damage === "break", 0x04], [ri, 0x08],
      [damage === "framing", 0x10], [damage === "parity", 0x20], [cts, 0x80]);
    return { endpoint: "interrupt",
      bytes: Uint8Array.of(0xa1, 0x20, 0, 0, 0, 0, 2, 0, status, 0) };
  }

  control({ requestType, request, value, index }: Setup, data: Buffer): Uint8Array | undefined {
    const { asked } = this;
    switch (requestType << 8 | request) {
      case 0xc001: return Uint8Array.of(this.#registers.get(value & 0x7f) ?? 0);
      case 0x4001:
        this.#registers.set(value, index);
        if (value === 0) asked.flowControl = pl2303Flow(index);
        return done;
      case 0xa121: return this.#coding;
      case 0x2120:
        this.#coding = Buffer.from(data);
        asked.baudRate = data.readUInt32LE(0);
        asked.stopBits = data[4] === 0 ? 1 : 2;
        asked.parity = parityOf(data[5] ?? 0);
        asked.dataBits = data[6] ?? 0;
        return done;
      case 0x2122:
        asked.dtr = (value & 1) !== 0;
        asked.rts = (value & 2) !== 0;
        return done;
      case 0x2123: asked.breaking = value !== 0; return done;
      default: return undefined;
    }
  }

  came(octets: Uint8Array, damage: Damage): readonly Packet[] {
    const data = pieces(octets, 4_096).map((bytes) => ({ endpoint: "bulk" as const, bytes }));
    return damage === "none" ? data : [this.#report(damage), ...data];
  }

  pinned(): readonly Packet[] {
    return [this.#report("none")];
  }
}

function pl2303Flow(register: number): Asked["flowControl"] {
  const mode = register & 0xf0;
  return mode === 0xc0 ? "xon-xoff" : (mode & 0x60) !== 0 ? "rts-cts" : "none";
}

export const chips: Readonly<Record<ChipKind, () => Chip>> = { ft232r: () => new Ft232r(),
  cp2102n: () => new Cp2102n(), ch340: () => new Ch340(), pl2303: () => new Pl2303() };
