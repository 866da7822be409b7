/** A unit in memory: what was asked of it, and what it answers. */

import { done, fail, ok, type Result } from "../base/result.js";
import type { Appliance, BundleInfo, Memory, Offer, Running } from "./appliance.js";
import { applied, fulfilWish, readState, readWish, takeBack, type NetworkState, type NetworkWish,
  type Step } from "./network-probation.js";
import { noSettings, type NetworkSettings } from "./network-settings.js";
import type { ConsoleAnswer, ConsoleWish, NetworkNow } from "./unit-board.js";

export class SimulatedAppliance implements Appliance {
  readonly asked: string[] = [];
  runs: Running = { slot: "a", version: "1.0.0", onTrial: false, secureBoot: true, floor: 1 };
  memory: Memory = {};
  bundle: BundleInfo | string =
    { compatible: "jackfield-amd64", version: "1.1.0", rollbackIndex: 1 };
  installs: Result<void> = done;
  offered: Offer | undefined;
  wished: ConsoleWish | undefined;
  readonly answers: ConsoleAnswer[] = [];
  hasStick = true;
  readonly kept = new Map<string, Uint8Array>();
  bytes = 0;
  root = new Uint8Array();
  settings: NetworkSettings = noSettings;
  networkState: NetworkState = {};
  addresses: readonly string[] = ["192.0.2.7"];
  /** Of the unit's own service, which may be away or slow. */
  carriesOut = true;
  nowMs = 0;
  /** What was staged. */
  content = Buffer.alloc(0);

  running(): Promise<Result<Running>> {
    return Promise.resolve(ok(this.runs));
  }

  stage(offset: number, data: Uint8Array): Promise<Result<number>> {
    if (offset !== 0 && offset !== this.bytes) {
      return Promise.resolve(fail("precondition", `expected offset ${this.bytes}`));
    }
    this.bytes = offset + data.length;
    this.content = Buffer.concat([this.content.subarray(0, offset), data]);
    return Promise.resolve(ok(this.bytes));
  }

  staged(): Promise<number> {
    return Promise.resolve(this.bytes);
  }

  readRoot(offset: number, bytes: number): Promise<Result<Uint8Array>> {
    return Promise.resolve(ok(this.root.subarray(offset, offset + bytes)));
  }

  discard(): Promise<Result<void>> {
    this.bytes = 0;
    this.asked.push("discard");
    return Promise.resolve(done);
  }

  offer(): Promise<Offer | undefined> {
    return Promise.resolve(this.offered);
  }

  inspect(): Promise<Result<BundleInfo>> {
    return Promise.resolve(typeof this.bundle === "string" ? fail("update-refused", this.bundle)
      : ok(this.bundle));
  }

  install(progress: (percent: number) => void, file?: string): Promise<Result<void>> {
    this.asked.push(["install", ...file === undefined ? [] : [file]].join(" "));
    progress(100);
    return Promise.resolve(this.installs);
  }

  restart(): Promise<Result<void>> {
    this.asked.push("restart");
    return Promise.resolve(done);
  }

  confirm(): Promise<Result<void>> {
    this.asked.push("confirm");
    return Promise.resolve(done);
  }

  open(): Promise<Result<void>> {
    this.asked.push("open");
    return Promise.resolve(done);
  }

  show(): Promise<Result<void>> {
    this.asked.push("show");
    return Promise.resolve(done);
  }

  wish(): Promise<ConsoleWish | undefined> {
    return Promise.resolve(this.wished);
  }

  answer(answer: ConsoleAnswer): Promise<Result<void>> {
    this.answers.push(answer);
    return Promise.resolve(done);
  }

  keepOnStick(name: string, content: Uint8Array): Promise<Result<string>> {
    if (!this.hasStick) return Promise.resolve(fail("precondition", "no stick"));
    this.kept.set(name, content);
    return Promise.resolve(ok(name));
  }

  journal(): Promise<Result<string>> {
    return Promise.resolve(ok("jackfield: slot a\n"));
  }

  network(): Promise<Result<NetworkNow>> {
    const { settings, addresses } = this;
    const { probation, ...rest } = this.networkState;
    // As it lies in the unit's two files.
    return Promise.resolve(ok({ settings, addresses, state: readState(JSON.stringify(rest),
      probation === undefined ? "" : JSON.stringify(probation)) }));
  }

  wishNetwork(wish: NetworkWish): Promise<Result<void>> {
    this.asked.push(`network ${wish.name}`);
    const read = readWish(JSON.stringify(wish));
    const step = read && fulfilWish(this.networkState, read, this.settings, this.nowMs);
    if (this.carriesOut) this.#carryOut(step);
    return Promise.resolve(done);
  }

  /** The services have heard of what is on probation. */
  applyNetwork(): void {
    this.networkState = applied(this.networkState);
  }

  /** Its time is over, or the unit was restarted. */
  endProbation(): void {
    this.#carryOut(takeBack(this.networkState, this.nowMs));
  }

  #carryOut(step: Step | undefined): void {
    if (step === undefined) return;
    this.networkState = step.state;
    this.settings = step.settings ?? this.settings;
  }

  recall(): Promise<Result<Memory>> {
    return Promise.resolve(ok(this.memory));
  }

  remember(memory: Memory): Promise<Result<void>> {
    this.memory = memory;
    return Promise.resolve(done);
  }
}
