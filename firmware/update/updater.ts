/** Takes a bundle, decides, has it installed, and judges what was started on trial. */

import type { Component, Health } from "../base/component.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { Appliance, Memory, Offer, Running } from "./appliance.js";
import { Flow, type Said } from "./flow.js";
import { HealthGate, type Signs } from "./health-gate.js";
import { MirrorFetch, type Source } from "./mirror.js";
import { mayInstall, type Permissions } from "./update-rules.js";

export const lookEveryMs = 5_000;
/** So that the answer to whoever asked for it still goes out. */
export const restartAfterMs = 2_000;
/** A bundle is a root and a kernel image. */
export const bundleBytesMax = 600 << 20;

/** Only what is newer, and was not taken back. */
const plain: Permissions = { downgrade: false, again: false };

export type UpdateStage =
  "idle" | "receiving" | "scheduled" | "installing" | "restarting" | "on-trial";

export interface UpdateStatus {
  readonly stage: UpdateStage;
  readonly running: Running;
  readonly stagedBytes: number;
  /** Of what is scheduled, being installed or about to start; empty: nothing. */
  readonly version: string;
  readonly percent: number;
  readonly notBeforeMs: number | undefined;
  /** The version that was taken back last; empty: none. */
  readonly failedVersion: string;
  /** On a stick that is plugged in, allowed, and waiting for a yes or its window; empty: none. */
  readonly offeredVersion: string;
  /** Why the trial does not end yet, or why the last installation failed. */
  readonly reasons: readonly string[];
}

export interface InstallWish extends Permissions {
  /** Undefined: now. */
  readonly notBeforeMs: number | undefined;
}

/** From a mirror, and installed when it has come. */
export interface FetchWish extends InstallWish {
  readonly url: string;
  /** Empty: one of those that browsers know. */
  readonly authorityPem: string;
}

export interface UpdaterParts {
  readonly world: World;
  readonly alarms: Alarms;
  readonly appliance: Appliance;
  /** Links that are up now. */
  readonly linksUp: () => readonly string[];
  readonly said: () => Said;
  readonly signs: () => Promise<Signs>;
  readonly mirror: (authorityPem: string) => Source;
  /** Whether it is the time of day at which a stick's bundle is installed without a question. */
  readonly inWindow: () => boolean;
}

export class Updater implements Component {
  readonly name = "update";
  readonly health: Health = { status: "ok" };
  readonly #parts: UpdaterParts;
  readonly #flow = new Flow();
  #stage: UpdateStage = "idle";
  #running: Running | undefined;
  #memory: Memory = {};
  #gate: HealthGate | undefined;
  #version = "";
  #percent = 0;
  #reasons: readonly string[] = [];
  #timer: Cancellable | undefined;
  #fetch: MirrorFetch | undefined;
  #offers: Cancellable | undefined;
  /** The bundle on a stick that was looked at last; its version is empty when it is refused. */
  #offer: Offer & { readonly version: string } | undefined;
  #stopped = false;

  constructor(parts: UpdaterParts) {
    this.#parts = parts;
  }

  async start(): Promise<Result<void>> {
    const { world, appliance } = this.#parts;
    const running = await appliance.running();
    if (!running.ok) return running;
    this.#running = running.value;
    const memory = await appliance.recall();
    if (!memory.ok) return memory;
    this.#memory = memory.value;
    const { pending, scheduled } = this.#memory;
    if (running.value.onTrial) {
      this.#stage = "on-trial";
      const { links = [], steady = [] } =
        pending?.version === running.value.version ? pending : {};
      this.#gate = new HealthGate({ links, steady }, world.clock.monotonicMs());
      this.#after(lookEveryMs, () => this.#look());
    } else if (pending !== undefined) {
      const told = await this.#settle(pending.version);
      if (!told.ok) return told;
    } else if (scheduled !== undefined) {
      this.#schedule(scheduled.version, scheduled.notBeforeMs);
    }
    this.#awaitOffer();
    return done;
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#fetch?.cancel();
    this.#offers?.cancel();
    return Promise.resolve();
  }

  get stage(): UpdateStage {
    return this.#stage;
  }

  async status(): Promise<Result<UpdateStatus>> {
    const running = this.#running;
    if (running === undefined) return fail("stopping", "the updater has not been started");
    const { failed, scheduled } = this.#memory;
    return ok({ stage: this.#stage, running, version: this.#version, percent: this.#percent,
      stagedBytes: await this.#parts.appliance.staged(), reasons: this.#reasons,
      notBeforeMs: scheduled?.notBeforeMs, failedVersion: failed?.version ?? "",
      offeredVersion: this.offeredVersion });
  }

  get offeredVersion(): string {
    return this.#stage === "idle" ? this.#offer?.version ?? "" : "";
  }

  async receive(offset: number, data: Uint8Array): Promise<Result<number>> {
    const busy = this.#busy();
    if (!busy.ok) return busy;
    if (offset + data.length > bundleBytesMax) {
      return fail("update-refused", { en: `a bundle has at most ${bundleBytesMax} bytes`,
        fr: `un paquet a au plus ${bundleBytesMax} octets` });
    }
    const next = await this.#parts.appliance.stage(offset, data);
    if (next.ok && this.#stage === "idle") this.#stage = "receiving";
    return next;
  }

  /** Answers when the download has begun; how it ended, the status tells. */
  fetch(wish: FetchWish): Result<void> {
    const busy = this.#busy();
    if (!busy.ok) return busy;
    if (!URL.canParse(wish.url) || new URL(wish.url).protocol !== "https:") {
      return fail("update-refused", { en: `${wish.url} is no https address`,
        fr: `${wish.url} n'est pas une adresse https` });
    }
    this.#stage = "receiving";
    this.#reasons = [];
    void this.#download(wish);
    return done;
  }

  /** Verifies first; what is refused is thrown away. Gives the version. */
  async install(wish: InstallWish): Promise<Result<string>> {
    const { appliance, world } = this.#parts;
    const busy = this.#busy();
    if (!busy.ok) return busy;
    const running = this.#running;
    if (running === undefined) return fail("stopping", "the updater has not been started");
    const bundle = await appliance.inspect();
    if (!bundle.ok) return this.#refuse(bundle);
    const allowed = mayInstall(bundle.value, running, this.#memory, wish);
    if (!allowed.ok) return this.#refuse(allowed);
    const { version } = bundle.value;
    if (wish.notBeforeMs !== undefined && wish.notBeforeMs > world.clock.wall().getTime()) {
      const kept = await this.#remember({ ...this.#memory,
        scheduled: { version, notBeforeMs: wish.notBeforeMs } });
      if (!kept.ok) return kept;
      this.#schedule(version, wish.notBeforeMs);
      return ok(version);
    }
    this.#begin(version);
    return ok(version);
  }

  /** Somebody says yes to what a stick offers. Gives the version. */
  installOffer(): Result<string> {
    const version = this.offeredVersion;
    if (this.#offer === undefined || version === "") {
      return fail("precondition", { en: "no stick with a newer version is plugged in",
        fr: "aucune clé avec une version plus récente n'est branchée" });
    }
    const { file } = this.#offer;
    // Once: one that fails is offered again when it is plugged in again.
    this.#offer = { ...this.#offer, version: "" };
    this.#begin(version, file);
    return ok(version);
  }

  /** Takes back what is scheduled, and throws the bundle away. */
  async cancel(): Promise<Result<void>> {
    if (this.#stage !== "scheduled" && this.#stage !== "receiving") {
      return fail("precondition", { en: "nothing is scheduled", fr: "rien n'est programmé" });
    }
    this.#timer?.cancel();
    this.#fetch?.cancel();
    return this.#forget();
  }

  async #download(wish: FetchWish): Promise<void> {
    const { world, appliance, mirror } = this.#parts;
    const source = mirror(wish.authorityPem);
    const fetch = new MirrorFetch({ world, source, appliance, url: wish.url, bundleBytesMax });
    this.#fetch = fetch;
    const fetched = await fetch.run();
    source.close();
    // One that was cancelled has left its place already.
    if (this.#stopped || this.#fetch !== fetch || fetch.cancelled) return;
    this.#fetch = undefined;
    if (fetched.ok) world.log.event("update.fetched", { url: wish.url, ...fetched.value });
    const installed = fetched.ok ? await this.install(wish) : await this.#refuse(fetched);
    if (installed.ok) return;
    this.#reasons = [installed.fault.message];
    world.log.event("update.failed", { url: wish.url, reason: installed.fault.message }, "error");
  }

  #awaitOffer(): void {
    this.#offers = this.#parts.world.clock.after(lookEveryMs, "update.offer", () => {
      void this.#lookAtOffer();
    });
  }

  /** Plugging a stick in only offers: a yes or the maintenance window has it installed. */
  async #lookAtOffer(): Promise<void> {
    this.#flow.note(this.#parts.said(), this.#parts.world.clock.monotonicMs());
    if (this.#stage === "idle" && this.#fetch === undefined) {
      const offer = await this.#parts.appliance.offer();
      if (offer === undefined) this.#offer = undefined;
      else if (offer.mark !== this.#offer?.mark) await this.#judge(offer);
      if (this.offeredVersion !== "" && this.#parts.inWindow()) this.installOffer();
    }
    if (!this.#stopped) this.#awaitOffer();
  }

  /** What is on a stick is judged as all others. */
  async #judge(offer: Offer): Promise<void> {
    const { world, appliance } = this.#parts;
    const running = this.#running;
    if (running === undefined) return;
    const bundle = await appliance.inspect(offer.file);
    const allowed = bundle.ok ? mayInstall(bundle.value, running, this.#memory, plain) : bundle;
    const version = bundle.ok && allowed.ok ? bundle.value.version : "";
    this.#offer = { ...offer, version };
    if (allowed.ok) {
      world.log.event("update.offered", { file: offer.file, version });
      return;
    }
    const reason = allowed.fault.message;
    this.#reasons = [reason];
    world.log.event("update.failed", { file: offer.file, reason }, "warn");
  }

  #busy(): Result<void> {
    return this.#fetch === undefined && (this.#stage === "idle" || this.#stage === "receiving")
      ? done
      : fail("precondition", { en: `an update is ${this.#stage}`,
        fr: `une mise à jour est en cours (${this.#stage})` });
  }

  async #refuse<F extends Result<never>>(fault: F): Promise<F> {
    await this.#forget();
    return fault;
  }

  async #forget(): Promise<Result<void>> {
    this.#stage = "idle";
    this.#version = "";
    this.#fetch = undefined;
    await this.#parts.appliance.discard();
    return this.#remember({ failed: this.#memory.failed });
  }

  async #remember(memory: Memory): Promise<Result<void>> {
    const written = await this.#parts.appliance.remember(memory);
    if (written.ok) this.#memory = memory;
    return written;
  }

  #schedule(version: string, notBeforeMs: number): void {
    this.#stage = "scheduled";
    this.#version = version;
    this.#after(notBeforeMs - this.#parts.world.clock.wall().getTime(), () => {
      // A timer has a longest delay, and the clock may have been set.
      if (notBeforeMs > this.#parts.world.clock.wall().getTime()) {
        this.#schedule(version, notBeforeMs);
      } else this.#begin(version);
    });
  }

  #begin(version: string, file?: string): void {
    this.#stage = "installing";
    this.#version = version;
    this.#percent = 0;
    this.#reasons = [];
    void this.#install(version, file);
  }

  async #install(version: string, file: string | undefined): Promise<void> {
    const { world, appliance, linksUp } = this.#parts;
    const links = linksUp();
    const steady = this.#flow.steady().filter((link) => links.includes(link));
    world.log.event("update.install", { version });
    // Before it is written: what is interrupted is then known to have been tried.
    const from = this.#running?.version ?? "";
    const noted = await this.#remember({ failed: this.#memory.failed,
      pending: { version, from, links, steady } });
    const installed = noted.ok ? await appliance.install((percent) => {
      this.#percent = percent;
    }, file) : noted;
    if (this.#stopped) return;
    if (!installed.ok) {
      world.log.event("update.failed", { version, reason: installed.fault.message }, "error");
      await this.#forget();
      this.#reasons = [installed.fault.message];
      return;
    }
    this.#stage = "restarting";
    await appliance.discard();
    this.#after(restartAfterMs, async () => { await appliance.restart(); });
  }

  /** What was pending is no longer on trial: it stayed, or it was taken back. */
  async #settle(version: string): Promise<Result<void>> {
    const { world, alarms } = this.#parts;
    if (version === this.#running?.version) return this.#remember({});
    world.log.event("update.taken-back", { version }, "error");
    alarms.raise("update-taken-back", version, this.#running?.version ?? "");
    return this.#remember({ failed: { version, atMs: world.clock.wall().getTime() } });
  }

  async #look(): Promise<void> {
    const { world, appliance, signs } = this.#parts;
    const verdict = this.#gate?.look(await signs(), world.clock.monotonicMs());
    if (this.#stopped || verdict === undefined) return;
    if (verdict.name === "passed") {
      const confirmed = await appliance.confirm();
      if (!confirmed.ok) {
        this.#reasons = [confirmed.fault.message];
        this.#after(lookEveryMs, () => this.#look());
        return;
      }
      world.log.event("update.confirmed", { version: this.#running?.version });
      this.#stage = "idle";
      this.#reasons = [];
      if (this.#running !== undefined) this.#running = { ...this.#running, onTrial: false };
      await this.#remember({});
      return;
    }
    this.#reasons = verdict.reasons;
    if (verdict.name === "refused") {
      world.log.event("update.refused", { reasons: verdict.reasons }, "error");
      await appliance.restart();
      return;
    }
    this.#after(lookEveryMs, () => this.#look());
  }

  #after(delayMs: number, run: () => Promise<void> | void): void {
    this.#timer?.cancel();
    this.#timer = this.#parts.world.clock.after(delayMs, "update", () => { void run(); });
  }
}
