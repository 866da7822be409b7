/** What a terminal types on: the shared line of a link, or a port of its own. */

import type { Result, Text } from "../base/result.js";
import type { LinePins, Transport } from "../link/transport.js";
import type { TapListener } from "../link/link.js";

export interface TerminalLine {
  /** For people: `serial /dev/ttyS0 9600 8N1`. */
  readonly description: string;
  readonly pins: LinePins | undefined;
  send(bytes: Uint8Array, secret: boolean): Result<void>;
  close(): void;
}

/** Opens a line; what comes over it is told from then on. */
export type LineOpener = (listener: TapListener) => Promise<Result<TerminalLine>>;

export type LineWish =
  | { readonly kind: "link"; readonly link: string }
  | { readonly kind: "port"; readonly settings: PortSettings };

export interface PortSettings {
  readonly address: string;
  readonly baudRate: number;
  readonly dataBits: 5 | 6 | 7 | 8;
  readonly parity: "none" | "even" | "odd" | "mark" | "space";
  readonly stopBits: 1 | 1.5 | 2;
  readonly flowControl: "none" | "rts-cts" | "xon-xoff";
}


/** A port that nobody else has. */
export function ownLine(transport: Transport, listener: TapListener): TerminalLine {
  let closing = false;
  transport.onReceive((bytes) => { if (!closing) listener.received(bytes); });
  transport.onClosed((reason: Text) => { if (!closing) listener.closed(reason); });
  return {
    description: transport.description, pins: transport.pins,
    send: (bytes) => transport.send(bytes),
    close: () => {
      closing = true;
      transport.close();
    },
  };
}
