/**
 * How a PBX on a serial line is asked to print nothing for a while. Where the line has no flow
 * control, most PBXs still watch DTR and RTS as they watch a printer's; what comes all the same is
 * read, because the kernel would drop it without telling.
 */

import type { SerialPort } from "serialport";
import type { World } from "../../base/world.js";
import type { LinePins, Transport } from "../transport.js";
import type { SerialOptions } from "./options.js";

export type Hold = Pick<Transport, "pause" | "resume">;

const xon = Uint8Array.of(0x11);
const xoff = Uint8Array.of(0x13);

export function holdOf(
  { port, pins }: { readonly port: SerialPort; readonly pins: LinePins },
  { path, flowControl, hold }: SerialOptions, world: World, reading: Required<Hold>,
): Hold {
  let last = Promise.resolve();
  // One after the other: the last wish must be the last to reach the port.
  const set = (lines: { readonly dtr: boolean; readonly rts: boolean }): void => {
    last = last.then(async () => {
      const done = port.isOpen ? await pins.set(lines) : undefined;
      if (done?.ok === false) {
        world.log.event("serial.hold", { path, reason: done.fault.message }, "debug");
      }
    });
  };
  const send = (sign: Uint8Array): void => { if (port.isOpen) port.write(sign); };
  switch (flowControl) {
    case "rts-cts": return {
      // Adapters that drive RTS by themselves lower it when nobody reads.
      pause: () => { set({ dtr: true, rts: false }); reading.pause(); },
      resume: () => { set({ dtr: true, rts: true }); reading.resume(); },
    };
    case "dtr-dsr": return {
      pause: () => { set({ dtr: false, rts: true }); },
      resume: () => { set({ dtr: true, rts: true }); },
    };
    case "xon-xoff": return { pause: () => { send(xoff); }, resume: () => { send(xon); } };
    case "none": return hold !== "dtr-rts" ? {} : {
      pause: () => { set({ dtr: false, rts: false }); },
      resume: () => { set({ dtr: true, rts: true }); },
    };
  }
}

/** A PBX that was told to wait by a program that then died would wait for ever. */
export function letGo(port: SerialPort, { flowControl }: SerialOptions): void {
  if (flowControl === "xon-xoff") port.write(xon);
}
