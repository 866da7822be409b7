/** Tells the unit's console how the gateway is, when something of it has changed. */

import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Component, Health } from "./base/component.js";
import { done, type Result } from "./base/result.js";
import type { Cancellable, World } from "./base/world.js";
import type { ConsoleFacts, UnitBoard } from "./update/unit-board.js";

export const everyMs = 5_000;

export interface UnitConsoleParts {
  readonly world: World;
  readonly board: UnitBoard;
  readonly firstAdminFile: string;
  readonly authorityPem: () => string | undefined;
  readonly facts: () => Omit<ConsoleFacts, "fingerprint" | "firstAdmin">;
}

export class UnitConsole implements Component {
  readonly name = "unit-console";
  readonly health: Health = { status: "ok" };
  readonly #parts: UnitConsoleParts;
  #timer: Cancellable | undefined;
  #told = "";
  #stopped = false;

  constructor(parts: UnitConsoleParts) {
    this.#parts = parts;
  }

  async start(): Promise<Result<void>> {
    await this.#tell();
    return done;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  async #tell(): Promise<void> {
    const { world, board, firstAdminFile, authorityPem, facts } = this.#parts;
    const pem = authorityPem();
    const words = await readFile(firstAdminFile, "utf8").catch(() => "");
    const now: ConsoleFacts = { ...facts(), firstAdmin: words.trim().replace("\n", " / "),
      fingerprint: pem === undefined ? "" : new X509Certificate(pem).fingerprint256 };
    const text = JSON.stringify(now);
    if (text !== this.#told) {
      const shown = await board.show(now);
      if (shown.ok) this.#told = text;
    }
    if (this.#stopped) return;
    this.#timer = world.clock.after(everyMs, "unit-console", () => { void this.#tell(); });
  }
}
