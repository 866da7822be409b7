/**
 * Out of a serial port, for the accounting PC that had the cable before: lines as they are, held
 * back as long as the other end holds CTS low or has sent XOFF.
 */

import { done, fail, messageOf, type Result, type Text } from "../base/result.js";
import type { Cancellable } from "../base/world.js";
import type { SerialOptions } from "../link/transports/options.js";
import { openSerialLine, settingsText, type SerialLine } from "../link/transports/serial.js";
import type { Batch, Piece, SerialTarget } from "./destination.js";
import { takeMs, undelivered, type Outlet, type OutletParts } from "./outlet.js";
import { openMs, settleMs } from "./stream-outlet.js";

/** The kernel holds no more behind a port whose line is held (Linux: UART_XMIT_SIZE). */
const kernelBytesMax = 4_096;
/** How often CTS is looked at while what the kernel has goes out. */
const lookMs = 100;

const held = (): Text => ({ en: `the other end has held the line for ${takeMs / 1_000} s: it is `
  + "off, or the flow control does not fit", fr: `l'autre extrémité retient la ligne depuis ${
  takeMs / 1_000} s : elle est éteinte, ou le contrôle de flux ne convient pas` });

/** A line that the port has been given and not yet taken. */
interface Writing {
  readonly key: string;
  readonly written: Promise<Result<void>>;
}

export class SerialOutlet implements Outlet {
  readonly description: string;
  readonly #to: SerialTarget;
  readonly #parts: OutletParts;
  #line: SerialLine | undefined;
  #writing: Writing | undefined;
  /** Of a batch that failed: what the port had taken is not printed twice. */
  readonly #taken = new Set<string>();
  #fail: ((reason: Text) => void) | undefined;
  #closed = false;

  constructor(to: SerialTarget, parts: OutletParts) {
    this.#to = to;
    this.#parts = parts;
    this.description = `serial ${to.path} ${settingsText(to)}`;
  }

  async open(): Promise<Result<void>> {
    if (this.#line !== undefined) return done;
    const opened = await openSerialLine(this.#to, this.#parts.world, openMs);
    if (!opened.ok) return opened;
    const { port } = opened.value;
    if (this.#closed) {
      port.close(() => undefined);
      return fail("stopping", "the destination is being closed");
    }
    this.#line = opened.value;
    // Nothing is expected from the other end; reading shows when the port goes.
    port.on("data", () => undefined);
    port.on("error", () => undefined);
    port.once("close", (error: unknown) => {
      this.#line = undefined;
      this.#writing = undefined;
      this.#taken.clear();
      this.#fail?.(error instanceof Error ? messageOf(error)
        : { en: "the port was closed", fr: "le port a été fermé" });
      if (!this.#closed) this.#parts.changed();
    });
    return done;
  }

  async deliver(batch: Batch): Promise<Result<void>> {
    let bytes = 0;
    for (const piece of batch.pieces) {
      const key = `${batch.againUntilMs ?? ""} ${piece.id}`;
      bytes += piece.bytes.length;
      if (this.#taken.has(key)) continue;
      const written = await this.#bounded(takeMs, held(), () => this.#write(key, piece));
      if (!written.ok) return written;
      this.#writing = undefined;
      this.#taken.add(key);
    }
    const sent = await this.#sent(Math.min(bytes, kernelBytesMax));
    if (sent.ok) this.#taken.clear();
    return sent;
  }

  close(): Promise<void> {
    this.#closed = true;
    this.#fail?.({ en: "closed by us", fr: "fermé par nous" });
    const port = this.#line?.port;
    if (port?.isOpen === true) port.close(() => undefined);
    return Promise.resolve();
  }

  /** A line that an earlier attempt has given to the port is waited for, not given again. */
  #write(key: string, { bytes }: Piece): Promise<Result<void>> {
    if (this.#writing?.key === key) return this.#writing.written;
    const port = this.#line?.port;
    if (port === undefined) return Promise.resolve(this.#gone());
    const written = new Promise<Result<void>>((resolve) => {
      port.write(Buffer.from(bytes), (error) => {
        resolve(error === undefined || error === null ? done
          : undelivered(this.description, messageOf(error)));
      });
    });
    this.#writing = { key, written };
    return written;
  }

  /** Waits until so many bytes are on the line, while the other end lets it. */
  async #sent(bytes: number): Promise<Result<void>> {
    const { baudRate, dataBits, stopBits, parity, flowControl } = this.#to;
    const bits = 1 + dataBits + stopBits + (parity === "none" ? 0 : 1);
    let leftMs = bytes * bits * 1_000 / baudRate + settleMs;
    let heldMs = 0;
    while (leftMs > 0) {
      const line = this.#line;
      if (line === undefined) return this.#gone();
      const waited = await this.#bounded(lookMs, undefined);
      if (!waited.ok) return waited;
      const takes = await mayPrint(line, flowControl);
      if (takes) leftMs -= lookMs;
      heldMs = takes ? 0 : heldMs + lookMs;
      if (heldMs >= takeMs) return undelivered(this.description, held());
    }
    return done;
  }

  /** Ends with the work, with the port, or after `ms`: with a fault where there is a `reason`. */
  #bounded(ms: number, reason: Text | undefined, work?: () => Promise<Result<void>>):
  Promise<Result<void>> {
    return new Promise((resolve) => {
      let timer: Cancellable | undefined;
      const settle = (result: Result<void>): void => {
        timer?.cancel();
        this.#fail = undefined;
        resolve(result);
      };
      this.#fail = (why) => { settle(undelivered(this.description, why)); };
      timer = this.#parts.world.clock.after(ms, "delivery.take", () => {
        settle(reason === undefined ? done : undelivered(this.description, reason));
      });
      void work?.().then(settle);
    });
  }

  #gone(): Result<void> {
    return undelivered(this.description, { en: "the port is closed", fr: "le port est fermé" });
  }
}

/** What its pins say; of XOFF nothing is known here. */
async function mayPrint(
  line: SerialLine, flowControl: SerialOptions["flowControl"],
): Promise<boolean> {
  const pin = ({ "rts-cts": "cts", "dtr-dsr": "dsr", "xon-xoff": undefined, "none": undefined,
  } as const)[flowControl];
  return pin === undefined || ((await line.lines())?.[pin] ?? true);
}
