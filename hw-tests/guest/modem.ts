/**
 * The other end of a UART with modem lines: a pseudo terminal on which QEMU finds them
 * (`modem-lines.c`), so that the kernel's driver gets the interrupts of their changes.
 */

import { execFile } from "node:child_process";
import { open, type FileHandle } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { fail, ok, type Result } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import type { Pins } from "./chips.js";

/** Linux's TIOCM_. */
const bits = { dtr: 0x002, rts: 0x004, cts: 0x020, dcd: 0x040, ri: 0x080, dsr: 0x100 };
const world = nodeWorld(() => undefined, "error");

export class Modem {
  readonly #pair: PtyPair;
  readonly #lines: FileHandle;
  /** For QEMU's own environment. */
  readonly environment: Readonly<Record<string, string>>;
  #received = "";

  private constructor(pair: PtyPair, lines: FileHandle, library: string, file: string) {
    this.#pair = pair;
    this.#lines = lines;
    this.environment = { LD_PRELOAD: library, MODEM_TTY: pair.devicePath, MODEM_LINES: file };
    pair.onData((bytes) => { this.#received += Buffer.from(bytes).toString("latin1"); });
  }

  /** Fails with what to type. */
  static async make(folder: string): Promise<Result<Modem>> {
    const [library, file] = [`${folder}/modem-lines.so`, `${folder}/modem-lines`];
    try {
      await promisify(execFile)("gcc", ["-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC",
        "-o", library, path.resolve("hw-tests/guest/modem-lines.c"), "-ldl"]);
    } catch {
      return fail("precondition", "apt-get install --no-install-recommends gcc libc6-dev");
    }
    const pair = await openPtyPair(world);
    if (!pair.ok) return pair;
    const lines = await open(file, "w+");
    await lines.write(Buffer.alloc(8), 0, 8, 0);
    return ok(new Modem(pair.value, lines, library, file));
  }

  get devicePath(): string {
    return this.#pair.devicePath;
  }

  /** All that came from the UART. */
  get received(): string {
    return this.#received;
  }

  write(bytes: Uint8Array): void {
    this.#pair.write(bytes);
  }

  async setPins({ cts, dsr, dcd, ri }: Pins): Promise<void> {
    const word = Buffer.alloc(4);
    word.writeUInt32LE((cts ? bits.cts : 0) | (dsr ? bits.dsr : 0) | (dcd ? bits.dcd : 0)
      | (ri ? bits.ri : 0));
    await this.#lines.write(word, 0, 4, 0);
  }

  /** What the UART drives. */
  async driven(): Promise<{ readonly dtr: boolean; readonly rts: boolean }> {
    const { buffer } = await this.#lines.read(Buffer.alloc(4), 0, 4, 4);
    const word = buffer.readUInt32LE();
    return { dtr: (word & bits.dtr) !== 0, rts: (word & bits.rts) !== 0 };
  }

  async close(): Promise<void> {
    await this.#pair.close();
    await this.#lines.close();
  }
}
