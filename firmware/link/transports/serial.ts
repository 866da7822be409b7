/** A serial port: UART, USB adapter, or a pseudo terminal standing in for one. */

import { stat } from "node:fs/promises";
import { SerialPort } from "serialport";
import { attempt, fail, messageOf, ok, type Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { TransportOpener } from "../opener.js";
import { isFullDriver, resolvePort } from "../ports/ports.js";
import type { LinePins, ModemLines, Transport } from "../transport.js";
import { duplexTransport } from "./duplex.js";
import { ErrorMarks, type Unmarked } from "./error-marks.js";
import { modemLinesOf } from "./modem-lines.js";
import type { SerialOptions } from "./options.js";
import { waitForPin } from "./pin-gate.js";
import { pluggedOpener } from "./plugged-opener.js";
import { holdOf, letGo } from "./serial-hold.js";
import { setTerminal } from "./termios.js";

/** How often an open port's device node is looked at. */
export const nodeWatchMs = 1_000;
const goneReason = { en: "the port is gone: unplugged, or the other end closed it",
  fr: "le port a disparu : débranché, ou fermé par l'autre extrémité" };

const parityLetters: Readonly<Record<SerialOptions["parity"], string>> =
  { none: "N", even: "E", odd: "O", mark: "M", space: "S" };

/** `9600 8N1`. */
export function settingsText(options: Omit<SerialOptions, "kind" | "path">): string {
  return `${options.baudRate} ${options.dataBits}${parityLetters[options.parity]}${
    options.stopBits}`;
}

/** The binding reports system errors as text only, so the text has to be looked at here, once. */
function openFault(options: SerialOptions, error: unknown): Result<never> {
  const text = messageOf(error);
  if (/no such (file|device)|ENOENT|ENXIO/i.test(text)) {
    return fail("port-absent", {
      en: `${options.path} does not exist: nothing is plugged in there.`,
      fr: `${options.path} n'existe pas : rien n'y est branché.` }, { cause: error });
  }
  if (/permission denied|EACCES|EPERM/i.test(text)) {
    return fail("port-denied", {
      en: `${options.path} may not be opened: add the user to group dialout.`,
      fr: `${options.path} ne peut être ouvert : ajoutez l'utilisateur au groupe dialout.`,
    }, { cause: error });
  }
  if (/cannot lock|temporarily unavailable|resource busy|EBUSY/i.test(text)) {
    return fail("port-locked", { en: `${options.path} is in use by another program.`,
      fr: `${options.path} est occupé par un autre programme.` }, { cause: error });
  }
  return fail("link-down", `${options.path}: ${text}.`, { cause: error });
}

/**
 * Many PBXs print only while they see DTR and RTS. A pseudo terminal has no modem lines and
 * refuses; that does not matter there and is only logged.
 */
function raiseLines(port: SerialPort, options: SerialOptions, world: World): Promise<void> {
  const lines = options.flowControl === "rts-cts" ? { dtr: true } : { dtr: true, rts: true };
  return new Promise((resolve) => {
    port.set(lines, (error) => {
      if (error) {
        world.log.event("link.modem-lines",
          { path: options.path, reason: messageOf(error) }, "debug");
      }
      resolve();
    });
  });
}

function openPort(
  port: SerialPort, options: SerialOptions, world: World, deadlineMs: number,
): Promise<Result<void>> {
  return new Promise((resolve) => {
    let overdue = false;
    const timer = world.clock.after(deadlineMs, "transport.open", () => {
      overdue = true;
      resolve(fail("deadline-passed", {
        en: `${options.path} did not open within ${deadlineMs} ms.`,
        fr: `${options.path} ne s'est pas ouvert en ${deadlineMs} ms.` }));
    });
    port.open((error) => {
      timer.cancel();
      if (overdue) {
        if (!error) port.close(() => undefined);
        return;
      }
      resolve(error ? openFault(options, error) : ok(undefined));
    });
  });
}

/** Which device a path leads to now; undefined when to none. */
async function nodeOf(path: string): Promise<string | undefined> {
  const node = await attempt("port-absent", path, () => stat(path));
  return node.ok ? `${node.value.dev} ${node.value.ino} ${node.value.rdev}` : undefined;
}

/**
 * Closes a port whose device node has vanished or become another. A hung-up terminal reads as
 * endlessly many empty reads, which the library repeats without telling anybody; the node tells.
 * About half of all closings of a pseudo terminal's far end go that way on Linux 6.
 */
function watchNode(port: SerialPort, path: string, opened: string, world: World): void {
  let timer: Cancellable | undefined;
  const look = async (): Promise<void> => {
    const now = await nodeOf(path);
    if (!port.isOpen) return;
    if (now === opened) timer = world.clock.after(nodeWatchMs, "serial.node", () => void look());
    else port.close(() => undefined, new Error(goneReason.en));
  };
  port.once("close", () => { timer?.cancel(); });
  void look();
}

/** Octets as received, and where in them the damaged ones stand (`error-marks.ts`). */
export type OctetsHandler = (octets: Uint8Array, damagedAt: readonly number[]) => void;

/** An open port, for those who need more of it than its bytes. */
export interface SerialLine {
  readonly port: SerialPort;
  /** False where damaged octets cannot be told from good ones. */
  readonly errorsCounted: boolean;
  onReceive(handler: OctetsHandler): void;
  /** For who listens to `port` itself: what it gives, in order, without the kernel's marks. */
  unmark(bytes: Uint8Array): Unmarked;
  /** Undefined where the port cannot tell: a pseudo terminal, an adapter without these pins. */
  lines(): Promise<ModemLines | undefined>;
  setBaudRate(baudRate: number): Promise<Result<void>>;
  readonly pins: LinePins;
}

/** The library sets all pins at once, so this remembers them; `raiseLines` has raised both. */
function pinsOf(port: SerialPort, path: string, world: World): LinePins {
  const pins = { dtr: true, rts: true, brk: false };
  const set: LinePins["set"] = async (wanted) => {
    const next = { ...pins, ...wanted };
    const done = await attempt("service-not-supported", path, () =>
      new Promise<void>((resolve, reject) => {
        port.set(next, (error) => { if (error) reject(error); else resolve(); });
      }));
    if (done.ok) Object.assign(pins, next);
    return done;
  };
  return {
    set,
    sendBreak: async (durationMs) => {
      const begun = await set({ brk: true });
      if (!begun.ok) return begun;
      await new Promise<void>((resolve) => {
        world.clock.after(durationMs, "serial.break", resolve);
      });
      return set({ brk: false });
    },
  };
}

/** DTR and RTS are raised; the port is locked and closes by itself when its device goes. */
export async function openSerialLine(
  options: SerialOptions, world: World, deadlineMs: number,
): Promise<Result<SerialLine>> {
  if (options.stopBits === 1.5 && options.dataBits !== 5) return noHalfStopBit(options);
  const path = await resolvePort(options.path);
  if (!path.ok) return path;
  const found = { ...options, path: path.value };
  const port = new SerialPort({
    path: found.path, baudRate: options.baudRate, dataBits: options.dataBits,
    parity: libraryParity[options.parity], stopBits: options.stopBits === 1 ? 1 : 2,
    autoOpen: false, lock: true, rtscts: options.flowControl === "rts-cts",
    xon: options.flowControl === "xon-xoff", xoff: options.flowControl === "xon-xoff",
  });
  const opened = await openPort(port, found, world, deadlineMs);
  if (!opened.ok) return opened;
  const node = await nodeOf(found.path);
  await raiseLines(port, found, world);
  const full = await isFullDriver(found.path);
  const pin = found.flowControl === "dtr-dsr" ? "dsr"
    : found.flowControl === "rts-cts" && !full ? "cts" : undefined;
  if (pin !== undefined && port.port !== undefined) {
    waitForPin(port.port, pin, found.baudRate, world);
  }
  const descriptor = descriptorOf(port);
  const refused = descriptor === undefined ? "no descriptor"
    : await setTerminal(descriptor, options.parity);
  if (refused !== undefined) {
    if (options.parity === "mark" || options.parity === "space") {
      await new Promise<void>((resolve) => { port.close(() => { resolve(); }); });
      return noSuchParity(found, refused);
    }
    world.log.event("serial.errors-not-counted", { path: found.path, reason: refused }, "warn");
  }
  watchNode(port, found.path, node ?? "", world);
  const marked = refused === undefined;
  return ok(lineOn(port, { marked, errorsCounted: marked && full }, found.path, world));
}

/** The library refuses mark and space: both are odd or even with one flag more. */
const libraryParity =
  { none: "none", even: "even", odd: "odd", mark: "odd", space: "even" } as const;

function noSuchParity({ path, parity }: SerialOptions, reason: string): Result<never> {
  return fail("service-not-supported", {
    en: `${path} has no ${parity} parity (${reason}): its driver knows none, even and odd.`,
    fr: `${path} n'a pas la parité ${parity} (${reason}) : son pilote connaît aucune, paire et `
      + "impaire." });
}

/** Linux has a flag for more than one; a UART makes one and a half of it with five data bits. */
function noHalfStopBit({ path, dataBits }: SerialOptions): Result<never> {
  return fail("service-not-supported", {
    en: `${path} has no 1.5 stop bits with ${dataBits} data bits: they go with 5 only.`,
    fr: `${path} n'a pas 1,5 bit de stop avec ${dataBits} bits de données : avec 5 seulement.` });
}

/** Of an open port: the library hides it, but has it. */
function descriptorOf({ port }: SerialPort): number | undefined {
  const found: unknown = port !== undefined && "fd" in port ? port.fd : undefined;
  return typeof found === "number" ? found : undefined;
}

function lineOn(
  port: SerialPort,
  { marked, errorsCounted }: { readonly marked: boolean; readonly errorsCounted: boolean },
  path: string, world: World,
): SerialLine {
  const marks = new ErrorMarks();
  const unmark = (bytes: Uint8Array): Unmarked =>
    marked ? marks.unmark(bytes) : { bytes, damagedAt: [] };
  return {
    port, errorsCounted, unmark, pins: pinsOf(port, path, world),
    onReceive: (handler) => {
      port.on("data", (given: Uint8Array) => {
        const { bytes, damagedAt } = unmark(given);
        if (bytes.length > 0) handler(bytes, damagedAt);
      });
    },
    lines: async () => {
      const descriptor = descriptorOf(port);
      return descriptor === undefined ? undefined : modemLinesOf(descriptor);
    },
    setBaudRate: (baudRate) => attempt("link-down", path, () =>
      new Promise<void>((resolve, reject) => {
        port.update({ baudRate }, (error) => {
          marks.reset();
          if (error) reject(error);
          else resolve();
        });
      })),
  };
}

/**
 * What an address leads to now; undefined when to nothing. A port that was made anew, or whose
 * rights were changed (both show in ctime), is worth an attempt to open it.
 */
async function prospectOf(address: string): Promise<string | undefined> {
  const path = await resolvePort(address);
  if (!path.ok) return undefined;
  const node = await attempt("port-absent", path.value, () => stat(path.value));
  return node.ok ? `${node.value.ino} ${node.value.rdev} ${node.value.ctimeMs}` : undefined;
}

export function serialOpener(options: SerialOptions, world: World): TransportOpener {
  const flow = options.flowControl === "none" ? "" : ` ${options.flowControl}`;
  const description = `serial ${options.path} ${settingsText(options)}${flow}`;
  return pluggedOpener({
    description, world,
    prospect: () => prospectOf(options.path),
    async open(deadlineMs) {
      const line = await openSerialLine(options, world, deadlineMs);
      if (!line.ok) return line;
      return ok({
        transport: serialTransport(line.value, description, world, options),
        released: new Promise((resolve) => {
          line.value.port.once("close", () => { resolve(); });
        }),
      });
    },
  });
}

/** Without options the other end is never asked to wait. */
export function serialTransport(
  line: SerialLine, description: string, world: World, options?: SerialOptions,
): Transport {
  const { port, pins, errorsCounted, lines } = line;
  const handlers: ((damaged: number, breaks: number) => void)[] = [];
  const transport = duplexTransport({
    kind: "serial", description, stream: port, world,
    decode: (given) => {
      const { bytes, damagedAt } = line.unmark(given);
      if (damagedAt.length === 0) return bytes;
      const breaks = damagedAt.filter((place) => bytes[place] === 0).length;
      for (const handler of handlers) handler(damagedAt.length - breaks, breaks);
      return bytes;
    },
    destroy: () => { if (port.isOpen) port.close(() => undefined); },
    explain: (error) => error instanceof Error && ("disconnected" in error
      || error.message === goneReason.en) ? goneReason : messageOf(error),
  });
  const { pause, resume, ...plain } = transport;
  const holding = options === undefined ? {}
    : holdOf(line, options, world, { pause, resume });
  if (options !== undefined) letGo(port, options);
  const signs = { errorsCounted, lines, onErrors: (handler: (typeof handlers)[number]) => {
    handlers.push(handler);
  } };
  return { ...plain, ...holding, pins, signs };
}
