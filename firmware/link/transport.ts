/** An open channel of bytes or frames. */

import type { Result, Text } from "../base/result.js";

export type TransportKind = "serial" | "usb" | "tcp" | "tls" | "udp" | "e1";

export interface Transport {
  readonly kind: TransportKind;
  /** Where it leads, for people: `tcp 192.0.2.7:5038`, `serial /dev/ttyUSB0 9600 8N1`. */
  readonly description: string;
  /** Streams deliver any chunking; udp and e1 whole frames. `atMs` is monotonic. */
  onReceive(handler: (bytes: Uint8Array, atMs: number) => void): void;
  /** Called once, also after `close()`. */
  onClosed(handler: (reason: Text) => void): void;
  /** Bounded: refuses with `queue-full` rather than grows. */
  send(bytes: Uint8Array): Result<void>;
  /**
   * Back-pressure where the channel has it: nothing is received until `resume`. Absent where what
   * is not read would be lost.
   */
  pause?(): void;
  resume?(): void;
  /**
   * Calls back once when nothing waits to be sent any more, as far as this machine can tell; never
   * when the channel closes before. Absent where `send` itself hands the bytes over.
   */
  whenSent?(handler: () => void): void;
  close(): void;
}
