/**
 * Runs in the guest: gives a chip (`chips.ts`) a USB plug, by the kernel's FunctionFS on a socket
 * of dummy_hcd. All control requests to the device come here, so that the kernel's own driver for
 * the chip finds what it expects. The PBX's end of its line is played from here as well.
 */

import { execFile } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import { promisify } from "node:util";
import { pause } from "../loopback/gateway-process.js";
import { Burst, type Setting } from "../serial-wire.js";
import { chips, type Asked, type Chip, type ChipKind, type Damage, type Packet, type Pins,
  type Setup } from "./chips.js";
import { configfs, gadgets, socketEnd } from "./gadget.js";

/** linux/usb/functionfs.h. */
const flags = { fullSpeed: 1, highSpeed: 2, allControl: 64 };
const events = { setup: 4 };
const eventOctets = 12;
/** A full-speed device, as all these chips are. */
const packetOctets = 64;

async function shell(command: string): Promise<void> {
  await promisify(execFile)("bash", ["-c", command]);
}

function words(...values: readonly number[]): Buffer {
  const all = Buffer.alloc(values.length * 4);
  values.forEach((value, at) => { all.writeUInt32LE(value, at * 4); });
  return all;
}

/** One vendor-specific interface: bulk in, bulk out, and interrupt in where the chip has it. */
function descriptors(chip: Chip): Buffer {
  const ends = [[0x81, 2, packetOctets, 0], [0x02, 2, packetOctets, 0],
    ...chip.interruptOctets === 0 ? [] : [[0x83, 3, chip.interruptOctets, 1]]];
  const one = Buffer.from([9, 4, 0, 0, ends.length, 0xff, 0, 0, 0,
    ...ends.flatMap(([address = 0, kind = 0, octets = 0, interval = 0]) =>
      [7, 5, address, kind, octets, 0, interval])]);
  return Buffer.concat([words(3, 16 + one.length, flags.fullSpeed | flags.allControl,
    ends.length + 1), one]);
}

/** A chip hands on what it has after a few milliseconds. */
const groupOctets = 16;
/** Octets come one after the other on a line; what two endpoints tell has no order by itself. */
const octetMs = 20;

class ChipDevice {
  readonly #chip: Chip;
  readonly #name: string;
  readonly #folder: string;
  #control: FileHandle | undefined;
  #ends: { readonly bulk: FileHandle; readonly interrupt: FileHandle | undefined } | undefined;
  #sending = Promise.resolve();
  #lastEnd: Packet["endpoint"] = "bulk";
  /** Taken from the host; not on the line while the line holds it. */
  #waiting = "";
  #heard = "";
  #speaking: Burst | undefined;
  #letGo = (): void => undefined;

  /** `name` tells it from others of its kind. */
  constructor(name: string, kind: ChipKind) {
    this.#chip = chips[kind]();
    this.#name = name;
    this.#folder = `/dev/gadget-${name}`;
  }

  get asked(): Asked {
    return { ...this.#chip.asked };
  }

  /** Octets that the line keeps from being sent. */
  get waits(): number {
    return this.#waiting.length;
  }

  /** All that the chip has put on the line. */
  get heard(): string {
    return this.#heard;
  }

  async make(serialNumber: string): Promise<void> {
    const { vendorId, productId, release, product, interruptOctets } = this.#chip;
    await shell(`set -e
${configfs}
mkdir ${gadgets}/${this.#name} && cd ${gadgets}/${this.#name}
echo 0x${vendorId} > idVendor; echo 0x${productId} > idProduct; echo 0x${release} > bcdDevice
echo full-speed > max_speed
mkdir strings/0x409 configs/c.1 functions/ffs.${this.#name}
echo "${serialNumber}" > strings/0x409/serialnumber
echo "${product}" > strings/0x409/product
ln -s functions/ffs.${this.#name} configs/c.1
mkdir ${this.#folder} && mount -t functionfs ${this.#name} ${this.#folder}`);
    this.#control = await open(`${this.#folder}/ep0`, "r+");
    await this.#control.write(descriptors(this.#chip));
    await this.#control.write(words(2, 16, 0, 0));
    const endpoint = (number: number, how: string): Promise<FileHandle> =>
      open(`${this.#folder}/ep${number}`, how);
    this.#ends = { bulk: await endpoint(1, "r+"),
      interrupt: interruptOctets === 0 ? undefined : await endpoint(3, "r+") };
    void this.#answer(this.#control);
    void this.#take(await endpoint(2, "r+"));
  }

  async plug(socket: number): Promise<void> {
    await shell(`echo ${socketEnd(socket)} > ${gadgets}/${this.#name}/UDC`);
  }

  async unplug(): Promise<void> {
    await shell(`echo > ${gadgets}/${this.#name}/UDC`);
  }

  async setPins(pins: Pins): Promise<void> {
    this.#chip.pins = pins;
    if (!this.#isHeld()) this.#letGo();
    await this.#give(this.#chip.pinned());
  }

  /** What comes on the line, as the chip hands it on; returns when the host has read it. */
  async come(octets: Uint8Array, damage: Damage): Promise<void> {
    await this.#give(this.#chip.came(octets, damage));
  }

  /** The same of a sender with a setting of its own, if the chip is set to another. */
  async speak(octets: Uint8Array, setting: Setting): Promise<void> {
    const burst = new Burst(octets, setting);
    this.#speaking = burst;
    let group: { readonly octets: number[]; readonly damage: Damage } | undefined;
    for (let at = 0; this.#speaking === burst;) {
      const next = burst.next(at, this.#chip.asked.baudRate);
      const damage = next?.damaged !== true ? "none" : next.octet === 0 ? "break" : "framing";
      if (group !== undefined && (next === undefined || group.damage !== damage
        || group.octets.length >= groupOctets)) {
        await this.come(Uint8Array.from(group.octets), group.damage);
        group = undefined;
      }
      if (next === undefined) return;
      group ??= { octets: [], damage };
      group.octets.push(next.octet);
      at = next.atMs;
    }
  }

  /** Whoever speaks stops; an octet that nobody reads stays in the chip. */
  hush(): void {
    this.#speaking = undefined;
  }

  /** In the order of giving. */
  async #give(packets: readonly Packet[]): Promise<void> {
    this.#sending = this.#sending.then(async () => {
      for (const { endpoint, bytes } of packets) {
        if (endpoint !== this.#lastEnd) await pause(octetMs);
        this.#lastEnd = endpoint;
        // The host waits for more behind a full packet.
        const parts = bytes.length % packetOctets === 0
          ? [bytes.subarray(0, -1), bytes.subarray(-1)] : [bytes];
        for (const part of parts) {
          // Pulled out in the middle: the rest is lost, as it is in a real one.
          await this.#ends?.[endpoint]?.write(part).catch(() => undefined);
        }
      }
    });
    await this.#sending;
  }

  /** With RTS/CTS the chip keeps a packet, and takes no other, while CTS is down. */
  async #take(endpoint: FileHandle): Promise<never> {
    for (;;) {
      const buffer = Buffer.alloc(packetOctets);
      const taken = await endpoint.read(buffer, 0, packetOctets, null)
        .catch(() => ({ bytesRead: 0 }));
      this.#waiting = buffer.toString("latin1", 0, taken.bytesRead);
      if (this.#isHeld()) await new Promise<void>((resolve) => { this.#letGo = resolve; });
      this.#heard += this.#waiting;
      this.#waiting = "";
    }
  }

  #isHeld(): boolean {
    return this.#chip.asked.flowControl === "rts-cts" && !this.#chip.pins.cts;
  }

  async #answer(control: FileHandle): Promise<never> {
    for (;;) {
      const event = Buffer.alloc(eventOctets);
      const { bytesRead } = await control.read(event, 0, eventOctets, null);
      if (bytesRead === eventOctets && event[8] === events.setup) await this.#settle(control, {
        requestType: event.readUInt8(0), request: event.readUInt8(1),
        value: event.readUInt16LE(2), index: event.readUInt16LE(4),
        length: event.readUInt16LE(6) }).catch(() => undefined);
    }
  }

  /** FunctionFS refuses a question for who reads instead of writing the answer. */
  async #settle(control: FileHandle, setup: Setup): Promise<void> {
    // Reading nothing is what says yes to an order; Node reads only if it asks for something.
    const data = Buffer.alloc(Math.max(1, setup.length));
    const isQuestion = (setup.requestType & 0x80) !== 0;
    const answer = isQuestion ? this.#chip.control(setup, data) : undefined;
    if (answer !== undefined) {
      await control.write(answer.subarray(0, setup.length));
      return;
    }
    await control.read(data, 0, data.length, null);
    if (!isQuestion) this.#chip.control(setup, data);
  }
}

const made = new Map<string, ChipDevice>();

function deviceOf(name: string): ChipDevice {
  const found = made.get(name);
  if (found === undefined) throw new Error(`${name} was not made`);
  return found;
}

/** What the host of the tests may ask for. */
export const chipAbilities = {
  /** Once; it is not plugged in yet. Without a serial number where that is empty. */
  makeChip: async (name: string, kind: ChipKind, serialNumber: string): Promise<void> => {
    const device = new ChipDevice(name, kind);
    await device.make(serialNumber);
    made.set(name, device);
  },
  plugChip: (name: string, socket: number): Promise<void> => deviceOf(name).plug(socket),
  unplugChip: (name: string): Promise<void> => deviceOf(name).unplug(),
  chipAsked: (name: string): Promise<Asked> => Promise.resolve(deviceOf(name).asked),
  chipHeard: (name: string): Promise<string> => Promise.resolve(deviceOf(name).heard),
  chipWaits: (name: string): Promise<number> => Promise.resolve(deviceOf(name).waits),
  setPins: (name: string, pins: Pins): Promise<void> => deviceOf(name).setPins(pins),
  chipComes: (name: string, text: string, damage: Damage = "none"): Promise<void> =>
    deviceOf(name).come(Buffer.from(text, "latin1"), damage),
  chipHushes: (name: string): Promise<void> => Promise.resolve(deviceOf(name).hush()),
  chipSpeaks: (name: string, text: string, setting: Setting): Promise<void> =>
    deviceOf(name).speak(Buffer.from(text, "latin1"), setting),
};
