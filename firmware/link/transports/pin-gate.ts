/**
 * Flow control by a pin where nothing below does it: DTR/DSR, which Linux does not know, and
 * RTS/CTS under a driver that has none. What is to be sent waits while the other end holds the pin
 * down. It goes out in pieces, each when the one before it is on the line.
 */

import type { World } from "../../base/world.js";

/** What may still come after the pin has fallen; most printers have room for so much. */
export const pieceOctets = 32;
export const pinPollMs = 20;
const bitsOfOctet = 10;

export type Pin = "cts" | "dsr";

/** Of a serial library's open port, what is needed here. */
export interface SendingPort {
  readonly isOpen: boolean;
  get(): Promise<Readonly<Record<Pin, boolean>>>;
  write(bytes: Buffer): Promise<void>;
}

/** From now on the port's own `write` waits for the pin. A port that cannot tell is not held. */
export function waitForPin(
  port: SendingPort, pin: Pin, baudRate: number, { clock }: World,
): void {
  const write = port.write.bind(port);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => {
    clock.after(ms, "serial.pin", resolve);
  });
  const isDown = (): Promise<boolean> => port.get().then((pins) => !pins[pin], () => false);
  port.write = async (bytes) => {
    for (let at = 0; at < bytes.length; at += pieceOctets) {
      while (port.isOpen && await isDown()) await pause(pinPollMs);
      const piece = bytes.subarray(at, at + pieceOctets);
      await write(piece);
      await pause(piece.length * bitsOfOctet * 1_000 / baudRate);
    }
  };
}
