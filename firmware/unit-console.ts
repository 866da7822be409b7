/** Tells the unit's console how the gateway is, and does what is asked for there. */

import { X509Certificate } from "node:crypto";
import type { Component, Health } from "./base/component.js";
import { done, type Result } from "./base/result.js";
import type { Cancellable, World } from "./base/world.js";
import type { ConsoleFacts, ConsoleWish, UnitBoard } from "./update/unit-board.js";

export const everyMs = 5_000;

export interface UnitConsoleParts {
  readonly world: World;
  readonly board: UnitBoard;
  /** Name and password on two lines; empty once they were deleted. */
  readonly firstAdmin: () => Promise<string>;
  readonly authorityPem: () => string | undefined;
  /** Gives what to tell whoever asked. */
  readonly fulfil: (wish: ConsoleWish) => Promise<string>;
  readonly facts: () => Omit<ConsoleFacts, "fingerprint" | "firstAdmin">;
}

export class UnitConsole implements Component {
  readonly name = "unit-console";
  readonly health: Health = { status: "ok" };
  readonly #parts: UnitConsoleParts;
  #timer: Cancellable | undefined;
  #told = "";
  #fulfilled = "";
  #stopped = false;

  constructor(parts: UnitConsoleParts) {
    this.#parts = parts;
  }

  async start(): Promise<Result<void>> {
    // One of before this start was made to another process.
    this.#fulfilled = (await this.#parts.board.wish())?.mark ?? "";
    await this.#tell();
    return done;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  async #tell(): Promise<void> {
    const { world, board, firstAdmin, authorityPem, facts } = this.#parts;
    const pem = authorityPem();
    const words = await firstAdmin();
    const now: ConsoleFacts = { ...facts(), firstAdmin: words.trim().replace("\n", " / "),
      fingerprint: pem === undefined ? "" : new X509Certificate(pem).fingerprint256 };
    const text = JSON.stringify(now);
    if (text !== this.#told) {
      const shown = await board.show(now);
      if (shown.ok) this.#told = text;
    }
    await this.#listen();
    if (this.#stopped) return;
    this.#timer = world.clock.after(everyMs, "unit-console", () => { void this.#tell(); });
  }

  async #listen(): Promise<void> {
    const { world, board, fulfil } = this.#parts;
    const wish = await board.wish();
    if (this.#stopped || wish === undefined || wish.mark === this.#fulfilled) return;
    this.#fulfilled = wish.mark;
    world.log.event("unit-console.wish", { name: wish.name });
    await board.answer({ mark: wish.mark, text: await fulfil(wish) });
  }
}
