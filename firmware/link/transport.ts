/** An open channel of bytes or frames. */

import type { Result, Text } from "../base/result.js";

export type TransportKind = "serial" | "usb" | "tcp" | "tls" | "udp" | "file" | "e1";

/** Who sent a datagram. */
export interface Sender {
  readonly address: string;
  readonly port: number;
}

/** The pins of a serial port that this end drives, and the break. */
export interface LinePins {
  /** Holds the line low for so long; resolves when it is idle again. */
  sendBreak(durationMs: number): Promise<Result<void>>;
  /** Pins that are not named stay as they are. `brk` holds the line low until it is lowered. */
  set(pins: { readonly dtr?: boolean; readonly rts?: boolean; readonly brk?: boolean }):
  Promise<Result<void>>;
}

/** The pins that a PBX drives, as this end sees them (TIA-232: CTS 5, DSR 6, DCD 8, RI 22). */
export interface ModemLines {
  readonly cts: boolean;
  readonly dsr: boolean;
  readonly dcd: boolean;
  /** The ring indicator; absent where the system does not tell it. */
  readonly ri?: boolean;
}

/** What a serial port tells besides its octets. */
export interface SerialSigns {
  /** False where the system offers no way to have damaged octets marked: none is counted then. */
  readonly errorsCounted: boolean;
  /**
   * Called before the octets are received among which so many are damaged (framing or parity) or
   * are breaks. A break reads as NUL.
   */
  onErrors(handler: (damaged: number, breaks: number) => void): void;
  /** Undefined where the port cannot tell: a pseudo terminal, an adapter without these pins. */
  lines(): Promise<ModemLines | undefined>;
}

export interface Transport {
  readonly kind: TransportKind;
  /** Where it leads, for people: `tcp 192.0.2.7:5038`, `serial /dev/ttyUSB0 9600 8N1`. */
  readonly description: string;
  /**
   * Streams deliver any chunking; udp and e1 whole frames, file whole lines. `atMs` is monotonic.
   * `from` is given where many may send, as with udp; `place` where bytes can be read again: it
   * stands behind these.
   */
  onReceive(
    handler: (bytes: Uint8Array, atMs: number, from?: Sender, place?: string) => void): void;
  /**
   * Only where bytes can be read again: nothing is received before. With the place that was kept
   * last, `undefined` when none ever was.
   */
  readFrom?(place: string | undefined): void;
  /** What stands before the place is durable, and its records are written. */
  kept?(place: string): void;
  /**
   * Whether bytes have come that were not handed over yet: what looks like silence is none. Absent
   * where each is handed over as it comes.
   */
  waiting?(): boolean;
  /** Called once, also after `close()`. */
  onClosed(handler: (reason: Text) => void): void;
  /** Bounded: refuses with `queue-full` rather than grows. */
  send(bytes: Uint8Array): Result<void>;
  /** To one of those who sent; only where `from` is given, and there `send` reaches nobody. */
  sendTo?(bytes: Uint8Array, to: Sender): Result<void>;
  /**
   * Tells that the channel itself loses what was sent to us; `undefined`: no more. Absent where
   * it cannot.
   */
  onTrouble?(handler: (reason: Text | undefined) => void): void;
  /**
   * Asks the other end to send nothing until `resume`. What it sends all the same is received, or
   * waits where the channel has back-pressure of its own. Absent where it cannot be asked.
   */
  pause?(): void;
  resume?(): void;
  /**
   * Calls back once when nothing waits to be sent any more, as far as this machine can tell; never
   * when the channel closes before. Absent where `send` itself hands the bytes over.
   */
  whenSent?(handler: () => void): void;
  /** Absent where the channel has none. Not for drivers: a person at a terminal uses them. */
  readonly pins?: LinePins;
  close(): void;
  /** Of serial ports only. */
  readonly signs?: SerialSigns;
}
