/**
 * A USB interface claimed directly: HID boxes (each report as it comes) and vendor-specific bulk
 * interfaces. Claimed rather than read through `/dev/hidraw`: one way serves both, nobody else
 * gets the reports, and Node can wait for a hidraw file only by blocking a thread of its pool.
 */

import {
  done, fail, faultText, inEachLanguage, ok, type Result, type Text,
} from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import { resolveUsbDevice, type UsbDeviceInfo } from "../ports/usb-devices.js";
import type { Transport } from "../transport.js";
import { sendBufferMax } from "./duplex.js";
import type { UsbOptions } from "./options.js";
import { pluggedOpener } from "./plugged-opener.js";
import { claimUsb, type UsbClaim } from "./usb-claim.js";

const gone: Text = { en: "the device is gone: unplugged, or without power",
  fr: "le périphérique a disparu : débranché, ou sans courant" };

function said(description: string, what: Text): Text {
  return inEachLanguage((words) => `${description}: ${words(what)}.`);
}

export class UsbTransport implements Transport {
  readonly kind = "usb";
  readonly description: string;
  /** Resolves when the interface is free again. */
  readonly released: Promise<void>;
  readonly #claim: UsbClaim;
  readonly #world: World;
  readonly #closedHandlers: ((reason: Text) => void)[] = [];
  #closedReason: Text | undefined;
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;
  readonly #queue: Uint8Array[] = [];
  #queuedBytes = 0;
  #writing: Promise<void> | undefined;
  #sentHandlers: (() => void)[] = [];
  #paused = false;
  #wake: (() => void) | undefined;

  constructor(claim: UsbClaim, description: string, world: World) {
    this.#claim = claim;
    this.description = description;
    this.#world = world;
    this.released = this.#read();
  }

  onReceive(handler: (bytes: Uint8Array, atMs: number) => void): void {
    this.#receive = handler;
    this.#wake?.();
  }

  onClosed(handler: (reason: Text) => void): void {
    if (this.#closedReason === undefined) this.#closedHandlers.push(handler);
    else handler(this.#closedReason);
  }

  send(bytes: Uint8Array): Result<void> {
    const { write } = this.#claim;
    if (this.#closedReason !== undefined) {
      return fail("link-down", said(this.description, this.#closedReason));
    }
    if (write === undefined) {
      return fail("precondition", said(this.description, {
        en: "this interface has no endpoint to send to",
        fr: "cette interface n'a pas de point d'émission" }));
    }
    if (this.#queuedBytes + bytes.length > sendBufferMax) {
      const waiting = `${this.#queuedBytes}/${sendBufferMax}`;
      return fail("queue-full", said(this.description, {
        en: `it takes no more, ${waiting} bytes wait to be sent`,
        fr: `plus rien n'est pris, ${waiting} octets attendent` }));
    }
    this.#queue.push(bytes);
    this.#queuedBytes += bytes.length;
    this.#writing ??= this.#write(write);
    return done;
  }

  whenSent(handler: () => void): void {
    if (this.#writing === undefined) handler();
    else this.#sentHandlers.push(handler);
  }

  /** What is not read stays in the device, which is held back by that. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#wake?.();
  }

  close(): void {
    this.#finish({ en: "closed by us", fr: "fermé par nous" });
  }

  async #read(): Promise<void> {
    while (this.#closedReason === undefined) {
      if (this.#paused || this.#receive === undefined) {
        await new Promise<void>((resolve) => { this.#wake = resolve; });
        continue;
      }
      const got = await this.#claim.read();
      if (!got.ok) this.#finish(gone);
      // What had been read before it was closed is lost with it, as on any line.
      else if (got.value.length > 0 && this.#isOpen()) {
        this.#receive(got.value, this.#world.clock.monotonicMs());
      }
    }
    await this.#writing;
    await this.#claim.release();
  }

  async #write(write: NonNullable<UsbClaim["write"]>): Promise<void> {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const sent = await write(next);
      this.#queuedBytes -= next.length;
      if (!sent.ok) this.#finish(faultText(sent.fault));
    }
    this.#writing = undefined;
    if (!this.#isOpen()) return;
    for (const handler of this.#sentHandlers.splice(0)) handler();
  }

  #isOpen(): boolean {
    return this.#closedReason === undefined;
  }

  #finish(reason: Text): void {
    if (this.#closedReason !== undefined) return;
    this.#closedReason = reason;
    this.#queue.length = 0;
    this.#sentHandlers = [];
    this.#wake?.();
    for (const handler of this.#closedHandlers.splice(0)) handler(reason);
  }
}

/** A device plugged in anew has another number; one that another program lets go is free. */
function prospectOf({ busNumber, deviceNumber, heldBy }: UsbDeviceInfo): string {
  return `${busNumber} ${deviceNumber} ${heldBy === "usbfs" ? "held" : "free"}`;
}

/** Opening waits for nothing but a claim of ours that is being let go: `readMs`, `writeMs`. */
export function usbOpener({ address }: UsbOptions, world: World): TransportOpener {
  const description = `usb ${address}`;
  let before: Promise<void> = Promise.resolve();
  return pluggedOpener({
    description, world,
    prospect: async () => {
      const found = await resolveUsbDevice(address);
      return found.ok ? prospectOf(found.value) : undefined;
    },
    async open() {
      await before;
      const found = await resolveUsbDevice(address);
      if (!found.ok) return found;
      const claim = await claimUsb(address, found.value);
      if (!claim.ok) return claim;
      const transport = new UsbTransport(claim.value, description, world);
      before = transport.released;
      return ok({ transport, released: transport.released });
    },
  });
}
