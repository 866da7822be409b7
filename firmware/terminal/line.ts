/** What a terminal types on: the shared line of a link, or a port of its own. */

import type { Result } from "../base/result.js";
import type { LinePins, ModemLines } from "../link/transport.js";
import type { TapListener } from "../link/link.js";

/** How a serial line is set. */
export interface LineSettings {
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
  readonly flowControl: "none" | "rts-cts" | "dtr-dsr" | "xon-xoff";
}

export interface TerminalLine {
  /** For people: `serial /dev/ttyS0 9600 8N1`. */
  readonly description: string;
  readonly pins: LinePins | undefined;
  /** Undefined where it is no serial line. */
  readonly settings: LineSettings | undefined;
  /** Sets it anew; absent where others depend on it as it is. */
  change?(next: LineSettings): Promise<Result<void>>;
  /** The pins that the PBX drives; undefined where the port cannot tell. */
  modemLines(): Promise<ModemLines | undefined>;
  send(bytes: Uint8Array, secret: boolean): Result<void>;
  close(): void;
}

/** Opens a line; what comes over it is told from then on. */
export type LineOpener = (listener: TapListener) => Promise<Result<TerminalLine>>;

export type LineWish =
  | { readonly kind: "link"; readonly link: string }
  | { readonly kind: "port"; readonly settings: PortSettings };

export interface PortSettings extends LineSettings {
  readonly address: string;
}
