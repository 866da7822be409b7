/** The unit's network, for the API: what is set, what is on probation, and changes of it. */

import type { Component, Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import { sleep, type Cancellable, type World } from "../base/world.js";
import type { NetworkOutcome, NetworkWish } from "./network-probation.js";
import type { NetworkSettings } from "./network-settings.js";
import type { NetworkNow, UnitBoard } from "./unit-board.js";

export const lookEveryMs = 5_000;
/** The unit's service starts a program for it. */
export const answerMsMax = 25_000;
const askEveryMs = 250;
/** What was written while the service ended may have started nothing. */
const repeatEveryMs = 8_000;

export interface UnitNetworkParts {
  readonly world: World;
  readonly board: Pick<UnitBoard, "network" | "wishNetwork">;
  /** The servers' certificate names them. */
  readonly addressesChanged: () => void;
}

/** Without its mark. */
type Wish = { readonly name: "set"; readonly settings: NetworkSettings }
  | { readonly name: "confirm" };

export class UnitNetwork implements Component {
  readonly name = "unit-network";
  readonly health: Health = { status: "ok" };
  readonly #parts: UnitNetworkParts;
  #addresses: string | undefined;
  #timer: Cancellable | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #stopped = false;

  constructor(parts: UnitNetworkParts) {
    this.#parts = parts;
  }

  async start(): Promise<Result<void>> {
    await this.#look();
    return done;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  now(): Promise<Result<NetworkNow>> {
    return this.#parts.board.network();
  }

  /** Well formed ones. Gives until when they have to be confirmed; undefined: they need not be. */
  async set(settings: NetworkSettings): Promise<Result<number | undefined>> {
    const answered = await this.#ask({ name: "set", settings });
    if (!answered.ok) return answered;
    const { outcome, now } = answered.value;
    if (outcome === "on-probation") return ok(now.state.probation?.untilMs);
    return outcome === "taken-back" ? ok(undefined) : refusal(outcome);
  }

  async confirm(): Promise<Result<void>> {
    const answered = await this.#ask({ name: "confirm" });
    if (!answered.ok) return answered;
    const { outcome } = answered.value;
    return outcome === "confirmed" ? done : refusal(outcome);
  }

  async #look(): Promise<void> {
    const { world, board, addressesChanged } = this.#parts;
    const now = await board.network();
    if (now.ok) {
      const addresses = now.value.addresses.join(" ");
      if (this.#addresses !== undefined && this.#addresses !== addresses) addressesChanged();
      this.#addresses = addresses;
    }
    if (this.#stopped) return;
    this.#timer = world.clock.after(lookEveryMs, "unit-network", () => { void this.#look(); });
  }

  /** One after another: the unit has one place for a wish. */
  #ask(wish: Wish): Promise<Result<{ outcome: NetworkOutcome; now: NetworkNow }>> {
    const mine = this.#turn.then(() => this.#askNow(
      { ...wish, mark: Buffer.from(this.#parts.world.random.bytes(16)).toString("hex") }));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #askNow(wish: NetworkWish): Promise<Result<{ outcome: NetworkOutcome; now: NetworkNow }>> {
    const { board, world: { clock } } = this.#parts;
    const beganMs = clock.monotonicMs();
    let toldMs = -Infinity;
    for (let nowMs = beganMs; nowMs - beganMs < answerMsMax && !this.#stopped;
      nowMs = clock.monotonicMs()) {
      if (nowMs - toldMs >= repeatEveryMs) {
        const told = await board.wishNetwork(wish);
        if (!told.ok) return told;
        toldMs = nowMs;
      }
      const now = await board.network();
      if (!now.ok) return now;
      const { answer } = now.value.state;
      if (answer?.mark === wish.mark) return ok({ outcome: answer.outcome, now: now.value });
      await sleep(clock, askEveryMs, "unit-network.answer");
    }
    return fail("deadline-passed", { en: "the unit has not answered; its settings may come late",
      fr: "le boîtier n'a pas répondu ; ses réglages peuvent venir plus tard" });
  }
}

function refusal(outcome: NetworkOutcome): Result<never> {
  switch (outcome) {
    case "nothing-on-probation": return fail("precondition", {
      en: "no network settings wait to be confirmed: they were confirmed or taken back before",
      fr: "aucun réglage du réseau n'attend de confirmation : confirmé ou retiré avant" });
    case "not-applied-yet": return fail("precondition", {
      en: "the new settings are not in force yet: confirm them in a few seconds, by reaching the "
        + "unit with them",
      fr: "les nouveaux réglages ne sont pas encore en place : confirmez-les dans quelques "
        + "secondes, en joignant le boîtier avec eux" });
    default: return fail("argument-invalid", {
      en: "the unit has refused these settings", fr: "le boîtier a refusé ces réglages" });
  }
}
