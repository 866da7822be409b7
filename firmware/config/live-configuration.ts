/**
 * The configuration in force. Applying is one at a time: check, plan, change over, and only then
 * write the revision, so that a power cut in the middle finds the document that worked before.
 */

import assert from "node:assert";
import type { Health } from "../base/component.js";
import { done, fail, ok, type Fault, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Alarms } from "../supervisor/alarms.js";
import type { DriverShelf } from "../link/driver-shelf.js";
import { checkDocument, driversNamed, type CheckParts } from "./check-document.js";
import type { Applied, Applier, ApplyRequest, Checked, Configuration, PlanStep,
  Revision } from "./configuration.js";
import { documentJsonSchema, type JsonSchema } from "./json-schema.js";
import { planSteps } from "./plan.js";
import type { DriverSheet } from "./references.js";
import { failedPrefix, RevisionBook, viewOf, type RevisionFacts,
  type RevisionStore } from "./revision-book.js";
import type { Document } from "./schema.js";
import { unifiedDiff } from "./text-diff.js";

export interface ConfigurationParts extends Omit<CheckParts, "drivers"> {
  readonly drivers: Pick<DriverShelf<DriverSheet>, "all" | "load" | "loaded">;
  readonly store: RevisionStore;
  readonly world: World;
  readonly applier: Applier;
  readonly alarms: Pick<Alarms, "raise" | "clear">;
  /** The first document, used when the store has no revision yet. */
  readonly seed?: string;
}

export const trialMsMin = 5_000;
export const trialMsMax = 24 * 3_600_000;
/** Changes that may wait for the one in progress. */
export const changesWaitingMax = 16;
const seedText = "version: 1\n";
const alarmSubject = "configuration";

export function createConfiguration(parts: ConfigurationParts): Configuration {
  return new LiveConfiguration(parts);
}

class LiveConfiguration implements Configuration {
  readonly name = "configuration";
  readonly #parts: ConfigurationParts;
  readonly #book: RevisionBook;
  #document: Document | undefined;
  #trial: { readonly facts: RevisionFacts; readonly timer: Cancellable } | undefined;
  #health: Health = { status: "ok" };
  #changing: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  constructor(parts: ConfigurationParts) {
    this.#parts = parts;
    this.#book = new RevisionBook(parts.store);
  }

  get health(): Health {
    return this.#health;
  }

  get document(): Document {
    assert(this.#document !== undefined, "the configuration has been started");
    return this.#document;
  }

  async start(): Promise<Result<void>> {
    return this.#oneAtATime(async () => {
      await this.#book.load();
      const ready = this.#book.current === undefined ? await this.#sow() : await this.#endTrial();
      if (!ready.ok) return ready;
      const found = await this.#newestUsable();
      if (!found.ok) return found;
      const applied = await this.#parts.applier.apply(undefined, found.value);
      if (applied.ok) this.#document = found.value;
      return applied;
    });
  }

  /** A pending trial goes on in the store: the next start reverts it. */
  async stop(): Promise<void> {
    this.#trial?.timer.cancel();
    this.#trial = undefined;
    await this.#changing;
  }

  async check(text: string): Promise<Checked> {
    const { drivers } = this.#parts;
    await drivers.load(driversNamed(text));
    const checked = checkDocument(text, { ...this.#parts, drivers: drivers.loaded });
    // What is wrong is explained with everything that could stand there instead.
    return checked.errors.length === 0 ? checked
      : checkDocument(text, { ...this.#parts, drivers: await drivers.all() });
  }

  async jsonSchema(): Promise<JsonSchema> {
    return documentJsonSchema(await this.#parts.drivers.all());
  }

  plan(next: Document): readonly PlanStep[] {
    return planSteps(this.#document, next, (link) => this.#parts.applier.callsOn(link));
  }

  apply(request: ApplyRequest): Promise<Result<Applied>> {
    return this.#oneAtATime(() => this.#apply(request));
  }

  confirm(revision: number | undefined): Promise<Result<Revision>> {
    return this.#oneAtATime(async () => {
      const trial = this.#trial;
      if (trial === undefined) return fail("precondition", "no configuration is on trial");
      if (revision !== undefined && revision !== trial.facts.number) {
        return fail("precondition",
          `revision ${revision} is not on trial; revision ${trial.facts.number} is`);
      }
      const confirmed = { ...trial.facts, outcome: "confirmed" };
      const marked = await this.#book.mark(confirmed);
      if (!marked.ok) return marked;
      this.#settleTrial();
      this.#parts.world.log.event("configuration.confirmed", { revision: confirmed.number });
      return ok(this.#view(confirmed));
    });
  }

  revert(revision: number | undefined, actor: string): Promise<Result<Revision>> {
    return this.#oneAtATime(async () => {
      const current = this.#book.current;
      if (revision === undefined && this.#trial === undefined) {
        return fail("precondition",
          "no configuration is on trial; name the revision to go back to");
      }
      const target = revision === undefined ? this.#book.confirmedBefore(current?.number ?? 0)
        : this.#book.find(revision);
      if (target === undefined) return fail("not-found", `there is no revision ${revision ?? ""}`);
      if (target.number === current?.number) {
        return fail("precondition", `revision ${target.number} is in force already`);
      }
      return this.#goBack(target, actor, `reverted by ${actor}`);
    });
  }

  async revisions(
    olderThan: number | undefined, limit: number,
  ): Promise<Result<readonly Revision[]>> {
    const list = this.#book.list(olderThan, limit).map((facts) => this.#view(facts));
    return Promise.resolve(ok(list));
  }

  async text(
    revision: number | undefined,
  ): Promise<Result<{ text: string; revision: Revision }>> {
    const facts = revision === undefined ? this.#book.current : this.#book.find(revision);
    if (facts === undefined) return fail("not-found", `there is no revision ${revision ?? ""}`);
    const text = await this.#book.text(facts.number);
    return text.ok ? ok({ text: text.value, revision: this.#view(facts) }) : text;
  }

  async diff(from: number, to: number | undefined): Promise<Result<string>> {
    const before = await this.text(from);
    if (!before.ok) return before;
    const after = await this.text(to);
    if (!after.ok) return after;
    return ok(unifiedDiff(before.value.text, after.value.text, {
      before: `revision ${before.value.revision.number}`,
      after: `revision ${after.value.revision.number}` }));
  }

  /** The first start: the seed becomes revision 1. */
  async #sow(): Promise<Result<void>> {
    const text = this.#parts.seed ?? seedText;
    const refused = refusal(await this.check(text));
    if (refused !== undefined) return { ok: false, fault: refused };
    const added = await this.#book.add({ text, appliedAtMs: this.#nowMs(), actor: "gateway",
      comment: "first start", outcome: "confirmed" });
    return added.ok ? done : added;
  }

  /** Nobody confirmed before the gateway stopped: the revision before it comes back. */
  async #endTrial(): Promise<Result<void>> {
    const current = this.#book.current;
    if (current?.trialUntilMs === undefined || current.outcome !== "") return done;
    const target = this.#book.confirmedBefore(current.number);
    if (target === undefined) return done;
    const added = await this.#return(target, "gateway",
      "reverted: the gateway was restarted before it was confirmed");
    if (!added.ok) return added;
    this.#parts.world.log.event("configuration.reverted",
      { revision: current.number, to: target.number, reason: "restart" }, "warn");
    return done;
  }

  /** This firmware may refuse the newest document; an appliance must come up all the same. */
  async #newestUsable(): Promise<Result<Document>> {
    let first: Fault | undefined;
    const kept = this.#book.list(undefined, Infinity)
      .filter(({ outcome }) => outcome === "confirmed");
    for (const { number } of kept) {
      const text = await this.#book.text(number);
      const checked = text.ok ? await this.check(text.value) : undefined;
      if (checked?.document !== undefined) {
        if (first !== undefined) {
          this.#health = { status: "degraded", reason: `revision ${number} is used, because `
            + `newer ones are not usable: ${first.message}` };
          this.#parts.world.log.event("configuration.unusable",
            { using: number, reason: first.message }, "error");
        }
        return ok(checked.document);
      }
      first ??= text.ok ? refusal(checked) : text.fault;
    }
    return first === undefined ? fail("config-invalid", "there is no confirmed configuration")
      : { ok: false, fault: first };
  }

  async #apply(request: ApplyRequest): Promise<Result<Applied>> {
    const checked = await this.check(request.text);
    const { document: next, warnings } = checked;
    if (next === undefined) {
      return { ok: false, fault: refusal(checked) ?? { code: "internal", message: "unchecked" } };
    }
    const current = this.#book.current;
    const expected = request.expectedRevision;
    if (expected !== undefined && expected !== current?.number) {
      return fail("config-conflict",
        `revision ${current?.number ?? 0} is in force, not ${expected}`);
    }
    const plan = this.plan(next);
    if (request.mode === "dry-run") return ok({ revision: undefined, plan, warnings });
    const unfit = this.#unfit(request);
    if (unfit !== undefined) return { ok: false, fault: unfit };
    const previous = this.document;
    const changed = await this.#changeOver(previous, next, request);
    if (!changed.ok) return changed;
    const trial = request.mode === "try";
    const added = await this.#book.add({ text: request.text, appliedAtMs: this.#nowMs(),
      actor: request.actor, comment: request.comment, outcome: trial ? "" : "confirmed",
      ...(trial && { trialUntilMs: this.#nowMs() + request.confirmWithinMs }) });
    if (!added.ok) {
      await this.#parts.applier.apply(next, previous);
      return added;
    }
    this.#document = next;
    this.#health = { status: "ok" };
    this.#parts.world.log.event("configuration.applied", { revision: added.value.number,
      mode: request.mode, actor: request.actor, steps: plan.length });
    if (trial) this.#beginTrial(added.value, request.confirmWithinMs);
    return ok({ revision: this.#view(added.value), plan, warnings });
  }

  #unfit(request: ApplyRequest): Fault | undefined {
    if (this.#trial !== undefined) {
      return { code: "precondition", message: `revision ${this.#trial.facts.number} is on trial: `
        + "confirm or revert it first" };
    }
    const { mode, confirmWithinMs } = request;
    const within = confirmWithinMs >= trialMsMin && confirmWithinMs <= trialMsMax;
    if (mode !== "try" || within) return undefined;
    const message = "a trial lasts from 5 seconds to 24 hours";
    return { code: "argument-invalid", message, fields: [{ path: "confirm_within", message }] };
  }

  /** Brings the components to `next`, or back to `previous` and says so. */
  async #changeOver(
    previous: Document, next: Document, request: ApplyRequest,
  ): Promise<Result<void>> {
    const applied = await this.#parts.applier.apply(previous, next);
    if (applied.ok) return done;
    const back = await this.#parts.applier.apply(next, previous);
    const number = this.#book.current?.number ?? 0;
    const rest = back.ok ? `revision ${number} is in force again`
      : `and going back to revision ${number} failed too: ${back.fault.message}`;
    if (!back.ok) this.#health = { status: "failed", reason: back.fault.message };
    this.#parts.world.log.event("configuration.failed",
      { reason: applied.fault.message, back: back.ok }, "error");
    await this.#book.add({ text: request.text, appliedAtMs: this.#nowMs(), actor: request.actor,
      comment: request.comment, outcome: `${failedPrefix}: ${applied.fault.message}` });
    return { ok: false,
      fault: { ...applied.fault, message: `${applied.fault.message}; ${rest}` } };
  }

  #beginTrial(facts: RevisionFacts, confirmWithinMs: number): void {
    const timer = this.#parts.world.clock.after(confirmWithinMs, "configuration-trial", () => {
      void this.#oneAtATime(() => this.#trialOver(facts));
    });
    this.#trial = { facts, timer };
    this.#parts.alarms.raise("configuration-trial", alarmSubject,
      `revision ${facts.number}, ${Math.round(confirmWithinMs / 1_000)} s to confirm`);
  }

  async #trialOver(facts: RevisionFacts): Promise<Result<Revision>> {
    const target = this.#book.confirmedBefore(facts.number);
    if (this.#trial?.facts.number !== facts.number || target === undefined) {
      return fail("precondition", "the trial is over");
    }
    const reverted = await this.#goBack(target, "gateway", "reverted: not confirmed in time");
    if (!reverted.ok) {
      this.#health = { status: "failed", reason: reverted.fault.message };
      this.#parts.alarms.raise("configuration-trial", alarmSubject,
        `revision ${facts.number} could not be reverted: ${reverted.fault.message}`);
    }
    return reverted;
  }

  /** Puts an older revision into force again, as a new revision with the same text. */
  async #goBack(
    target: RevisionFacts, actor: string, outcome: string,
  ): Promise<Result<Revision>> {
    const text = await this.#book.text(target.number);
    if (!text.ok) return text;
    const checked = await this.check(text.value);
    if (checked.document === undefined) {
      return { ok: false, fault: refusal(checked) ?? { code: "internal", message: "unchecked" } };
    }
    const previous = this.document;
    const applied = await this.#parts.applier.apply(previous, checked.document);
    if (!applied.ok) {
      await this.#parts.applier.apply(checked.document, previous);
      return applied;
    }
    const added = await this.#return(target, actor, outcome);
    if (!added.ok) {
      await this.#parts.applier.apply(checked.document, previous);
      return added;
    }
    this.#document = checked.document;
    this.#settleTrial();
    this.#parts.world.log.event("configuration.reverted",
      { revision: added.value.number, to: target.number, reason: outcome });
    return ok(this.#view(added.value));
  }

  /** Writes the return to `target`; a trial that it ends gets `outcome` in the same commit. */
  async #return(
    target: RevisionFacts, actor: string, outcome: string,
  ): Promise<Result<RevisionFacts>> {
    const text = await this.#book.text(target.number);
    if (!text.ok) return text;
    const current = this.#book.current;
    return this.#book.add({ text: text.value, appliedAtMs: this.#nowMs(), actor,
      comment: `back to revision ${target.number}`, outcome: "confirmed" },
    current?.outcome === "" ? { ...current, outcome } : undefined);
  }

  #settleTrial(): void {
    if (this.#trial === undefined) return;
    this.#trial.timer.cancel();
    this.#trial = undefined;
    this.#parts.alarms.clear("configuration-trial", alarmSubject);
  }

  #view(facts: RevisionFacts): Revision {
    return viewOf(facts, this.#book.current?.number);
  }

  #nowMs(): number {
    return this.#parts.world.clock.wall().getTime();
  }

  async #oneAtATime<T>(change: () => Promise<Result<T>>): Promise<Result<T>> {
    if (this.#waiting >= changesWaitingMax) {
      return fail("queue-full", "too many changes of the configuration are waiting");
    }
    this.#waiting += 1;
    const mine = this.#changing.then(change);
    this.#changing = mine.then(() => undefined, () => undefined);
    try {
      return await mine;
    } finally {
      this.#waiting -= 1;
    }
  }
}

/** The fault for a document with errors; undefined when it has none. */
function refusal(checked: Checked | undefined): Fault | undefined {
  if (checked === undefined || checked.errors.length === 0) return undefined;
  const [first] = checked.errors;
  const count = checked.errors.length;
  return { code: "config-invalid", fields: checked.errors,
    message: `the document has ${count} error(s), the first in line ${first?.line ?? 0}: `
      + `${first?.path ?? ""} ${first?.message ?? ""}` };
}
