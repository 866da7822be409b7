/**
 * The relay of pages: what came in by a link, from a person or from an alarm is durable first,
 * then told to watchers and handed to the links that it is meant for, at least once.
 */

import type { Component, Health } from "../base/component.js";
import { faults } from "../base/faults.js";
import { done, fail, faultText, inLanguage, ok, type Fault, type Language, type Result, type Text }
  from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { LinkId } from "../model/identifiers.js";
import type { Page, PageStatus } from "../model/pages.js";
import { put, remove, type Mutation, type Store } from "../store/store.js";
import { alarmClasses, alarmText, type Alarms, type AlarmSeverity, type AlarmView }
  from "../supervisor/alarms.js";
import { isWaiting, type PageDelivery, type PageRecord, type PageSource, type PageTarget,
  type PagingRules } from "./page-record.js";
import { pages } from "./pages-keyspace.js";
import { targetsOf } from "./routes.js";

/** Pages that wait for a link; beyond it none is taken. */
export const waitingMax = 1_000;
/** Pages that are kept; the oldest that wait for nothing give way. */
export const keptMax = 10_000;
/** So many are removed at once, so that not every page removes one. */
const pruneStep = 100;
/** Times that a link that is up may fail with a page before the page is given up. */
export const attemptsMax = 20;
export const retryMsMin = 2_000;
export const retryMsMax = 60_000;
/** A line that is polled, or a modem that dials: a page may take so long. */
export const requestMs = 120_000;
export const textCharsMax = 512;
/** Pagers of which a later word of the paging system is still understood. */
const spokenMax = 1_000;

export interface PagingParts {
  readonly store: Store;
  readonly world: World;
  readonly alarms: Pick<Alarms, "raise" | "clear" | "watch">;
  readonly findLink: (id: string) => Pick<Link, "request" | "status"> | undefined;
  /** Of the unit: alarms are written in it. */
  readonly language: () => Language;
}

interface Waiting {
  readonly record: PageRecord;
  /** Which of its deliveries. */
  readonly index: number;
  readonly delivery: PageDelivery;
}

/** A page that came in, for as long as its like is a repetition. */
interface Recent {
  readonly atMs: number;
  readonly kept: Promise<Result<void>>;
}

const noRules: PagingRules = { routes: [], alarms: { severities: [], to: [] },
  expireMs: 3_600_000, repeatMs: 10_000 };
const ranks = { alarm: 0, high: 1, normal: 2 } as const;
const urgencies: Readonly<Record<AlarmSeverity, Page["priority"] & string>> =
  { critical: "alarm", major: "high", warning: "normal" };

export class Paging implements Component {
  readonly name = "paging";
  readonly #parts: PagingParts;
  /** Everything that waits for a link; the newest state of each. */
  readonly #waiting = new Map<bigint, PageRecord>();
  readonly #dueAtMs = new Map<string, number>();
  readonly #busy = new Set<LinkId>();
  readonly #timers = new Map<LinkId, Cancellable>();
  readonly #recent = new Map<string, Recent>();
  readonly #spoken = new Map<string, bigint>();
  readonly #watchers = new Set<(record: PageRecord) => void>();
  #rules = noRules;
  #changes = Promise.resolve();
  #last = 0n;
  #kept = 0;
  #running = false;
  #unwatch: (() => void) | undefined;
  #health: Health = { status: "ok" };

  constructor(parts: PagingParts) {
    this.#parts = parts;
  }

  get health(): Health { return this.#health; }

  async start(): Promise<Result<void>> {
    for await (const [number, row] of this.#parts.store.range(pages, {})) {
      const record = { number, ...row };
      this.#last = number;
      this.#kept += 1;
      if (isWaiting(record)) this.#waiting.set(number, record);
      if (record.source.kind === "link") {
        this.#recent.set(repeatKey(record.source.link, record.page),
          { atMs: record.atMs, kept: Promise.resolve(done) });
      }
      this.#forgetRepeats();
    }
    this.#running = true;
    this.#unwatch = this.#parts.alarms.watch((alarm) => { this.#alarm(alarm); });
    for (const link of this.#linksWaitedFor()) this.#wake(link);
    return done;
  }

  stop(): Promise<void> {
    this.#running = false;
    this.#unwatch?.();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
    return Promise.resolve();
  }

  configure(rules: PagingRules): void {
    this.#rules = rules;
  }

  /** A page came in by a link. Resolves when it is durable, or known as a repetition. */
  received(link: LinkId, page: Page): Promise<Result<void>> {
    this.#forgetRepeats();
    const key = repeatKey(link, page);
    const known = this.#recent.get(key);
    if (known !== undefined) return known.kept;
    const kept = this.#add({ kind: "link", link }, page, targetsOf(this.#rules.routes, link, page))
      .then((added): Result<void> => {
        if (added.ok) return done;
        this.#recent.delete(key);
        return added;
      });
    this.#recent.set(key, { atMs: this.#nowMs(), kept });
    return kept;
  }

  /** The paging system tells more about the newest page to a pager. */
  async told(link: LinkId, pager: string, status: PageStatus): Promise<void> {
    const number = this.#spoken.get(`${link}/${pager}`);
    if (number === undefined) return;
    const record = this.#waiting.get(number) ?? await this.get(number);
    const index = record?.deliveries.findIndex((each) =>
      each.link === link && each.pager === pager) ?? -1;
    if (index >= 0) await this.#change(number, index, { status });
  }

  /**
   * A person calls a pager. Resolves when that is durable. Faults `link-unknown`,
   * `service-not-supported`, `queue-full` and those of the store.
   */
  send(name: string, link: LinkId, page: Page): Promise<Result<PageRecord>> {
    const found = this.#parts.findLink(link);
    if (found === undefined) {
      return Promise.resolve(fail("link-unknown", { en: `no link is called ${link}`,
        fr: `aucun lien ne s'appelle ${link}` }));
    }
    if (found.status.declared.services.sendPage === undefined) {
      return Promise.resolve(fail("service-not-supported", {
        en: `${link} leads to no paging system`,
        fr: `${link} ne mène à aucun système de recherche de personnes` }));
    }
    return this.#add({ kind: "user", name }, page, [{ link, pager: page.pager }]);
  }

  async get(number: bigint): Promise<PageRecord | undefined> {
    const found = await this.#parts.store.get(pages, number);
    return found.ok && found.value !== undefined ? { number, ...found.value } : undefined;
  }

  /** The newest first, from before `before` on. */
  async list(before: bigint | undefined, limit: number): Promise<readonly PageRecord[]> {
    const found: PageRecord[] = [];
    const range = { reverse: true, limit, ...(before !== undefined && { lt: before }) };
    for await (const [number, row] of this.#parts.store.range(pages, range)) {
      found.push({ number, ...row });
    }
    return found;
  }

  /** Oldest first, those after `number`. */
  async after(number: bigint, limit: number): Promise<readonly PageRecord[]> {
    const found: PageRecord[] = [];
    for await (const [each, row] of this.#parts.store.range(pages, { gt: number, limit })) {
      found.push({ number: each, ...row });
    }
    return found;
  }

  /** Calls back with each page when it is new and whenever it changes. */
  watch(watcher: (record: PageRecord) => void): () => void {
    this.#watchers.add(watcher);
    return () => { this.#watchers.delete(watcher); };
  }

  async #add(
    source: PageSource, page: Page, targets: readonly PageTarget[],
  ): Promise<Result<PageRecord>> {
    if (!this.#running) return fail("stopping", "the relay of pages does not run");
    if (targets.length > 0 && this.#waiting.size >= waitingMax) {
      return fail("queue-full", { en: `${waitingMax} pages wait already`,
        fr: `${waitingMax} appels attendent déjà` });
    }
    const number = this.#last + 1n;
    this.#last = number;
    const atMs = this.#nowMs();
    const record: PageRecord = { number, source, atMs,
      page: { ...page, text: page.text.slice(0, textCharsMax) },
      deliveries: targets.map((target) =>
        ({ ...target, state: "waiting", attempts: 0, changedAtMs: atMs })) };
    // It counts from now on, so that pages that come together keep within the bound.
    if (targets.length > 0) this.#waiting.set(number, record);
    const written = await this.#parts.store.commit([put(pages, number, record),
      ...await this.#outlived()]);
    this.#written(written);
    if (!written.ok) {
      this.#waiting.delete(number);
      return written;
    }
    this.#parts.world.log.event("page.received", { page: number.toString(), source: source.kind,
      ...(source.kind === "link" && { link: source.link }), targets: targets.length });
    this.#tell(record);
    for (const { link } of targets) this.#wake(link);
    return ok(record);
  }

  /** What has to go so that another page fits. */
  async #outlived(): Promise<readonly Mutation[]> {
    this.#kept += 1;
    if (this.#kept <= keptMax) return [];
    const going: Mutation[] = [];
    const oldest = { limit: pruneStep + waitingMax };
    for await (const [number] of this.#parts.store.range(pages, oldest)) {
      if (going.length >= pruneStep) break;
      if (!this.#waiting.has(number)) going.push(remove(pages, number));
    }
    this.#kept -= going.length;
    return going;
  }

  #alarm(alarm: AlarmView): void {
    const { severities, to } = this.#rules.alarms;
    const { severity } = alarmClasses[alarm.code];
    const isNew = alarm.count === 1 && alarm.clearedAtMs === undefined
      && alarm.acknowledgedBy === undefined;
    // A page about pages that cannot be sent would raise the next alarm.
    const own = alarm.code === "page-undelivered";
    const targets = to.filter(({ link }) => link !== alarm.subject);
    const [first] = targets;
    if (!isNew || own || first === undefined || !severities.includes(severity)) return;
    const text = inLanguage(alarmText(alarm), this.#parts.language());
    void this.#add({ kind: "alarm", alarm: alarm.id },
      { pager: first.pager, text, priority: urgencies[severity] }, targets).then((added) => {
      if (!added.ok) this.#undelivered(first.link, faultText(added.fault));
    });
  }

  #linksWaitedFor(): ReadonlySet<LinkId> {
    return new Set([...this.#waiting.values()].flatMap(({ deliveries }) =>
      deliveries.filter(({ state }) => state === "waiting").map(({ link }) => link)));
  }

  #wake(link: LinkId): void {
    if (!this.#running || this.#busy.has(link)) return;
    this.#timers.get(link)?.cancel();
    this.#timers.delete(link);
    const waiting = this.#waitingFor(link);
    const due = waiting.filter((each) => this.#due(each) <= this.#nowMs());
    const next = due[0];
    if (next !== undefined) {
      this.#busy.add(link);
      void this.#attempt(next).finally(() => {
        this.#busy.delete(link);
        this.#wake(link);
      });
    } else if (waiting.length > 0) {
      const atMs = Math.min(...waiting.map((each) => this.#due(each)));
      this.#timers.set(link, this.#parts.world.clock.after(Math.max(0, atMs - this.#nowMs()),
        "paging.retry", () => { this.#wake(link); }));
    }
  }

  /** The most urgent first, then the oldest. */
  #waitingFor(link: LinkId): readonly Waiting[] {
    const found: Waiting[] = [];
    for (const record of this.#waiting.values()) {
      for (const [index, delivery] of record.deliveries.entries()) {
        if (delivery.link === link && delivery.state === "waiting") {
          found.push({ record, index, delivery });
        }
      }
    }
    const rank = ({ record }: Waiting): number => ranks[record.page.priority ?? "normal"];
    return found.sort((a, b) => rank(a) - rank(b) || Number(a.record.number - b.record.number));
  }

  #due({ record, index }: Waiting): number {
    return this.#dueAtMs.get(`${record.number}/${index}`) ?? 0;
  }

  async #attempt({ record, index, delivery }: Waiting): Promise<void> {
    const { number, page, atMs } = record;
    const { link, pager } = delivery;
    if (this.#nowMs() - atMs > this.#rules.expireMs) {
      await this.#failed(number, index, delivery, delivery.reason
        ?? { en: "it waited for too long", fr: "il a attendu trop longtemps" });
      return;
    }
    this.#remember(link, pager, number);
    const answer = await this.#hand(link, { ...page, pager });
    if (!this.#running) return;
    if (answer.ok) {
      this.#dueAtMs.delete(`${number}/${index}`);
      this.#parts.alarms.clear("page-undelivered", link);
      await this.#change(number, index, { state: "delivered", attempts: delivery.attempts + 1,
        status: answer.value });
      return;
    }
    const { fault } = answer;
    const reason = faultText(fault);
    // A link that is down was not tried.
    const attempts = delivery.attempts + (fault.code === "link-down" ? 0 : 1);
    if (!faults[fault.code].retry || attempts >= attemptsMax) {
      await this.#failed(number, index, { ...delivery, attempts }, reason);
      return;
    }
    const delayMs = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(attempts, 10));
    this.#dueAtMs.set(`${number}/${index}`, this.#nowMs() + delayMs);
    await this.#change(number, index, { attempts, reason });
  }

  async #hand(link: LinkId, page: Page): Promise<Result<PageStatus>> {
    const found = this.#parts.findLink(link);
    // At a start links come after the pages that wait for them.
    if (found === undefined) {
      return fail("link-down", { en: `no link is called ${link}`,
        fr: `aucun lien ne s'appelle ${link}` });
    }
    const answer = await found.request({ service: "sendPage", page }, requestMs);
    return answer.ok ? ok(answer.value.pageStatus ?? "accepted") : answer;
  }

  async #failed(
    number: bigint, index: number, { link, attempts }: PageDelivery, reason: Text,
  ): Promise<void> {
    this.#dueAtMs.delete(`${number}/${index}`);
    this.#undelivered(link, reason);
    await this.#change(number, index, { state: "failed", attempts, reason });
  }

  #undelivered(link: LinkId, reason: Text): void {
    this.#parts.alarms.raise("page-undelivered", link, reason);
  }

  /** One after the other: what is read for a change is what the change before has written. */
  #change(number: bigint, index: number, news: Partial<PageDelivery>): Promise<void> {
    this.#changes = this.#changes.then(() => this.#write(number, index, news));
    return this.#changes;
  }

  /** A store that refuses costs a repetition, not the page. */
  async #write(number: bigint, index: number, news: Partial<PageDelivery>): Promise<void> {
    const before = this.#waiting.get(number) ?? await this.get(number);
    if (before === undefined) return;
    const deliveries = before.deliveries.map((each, at) => at === index
      ? { ...each, ...news, changedAtMs: this.#nowMs() } : each);
    const record = { ...before, deliveries };
    if (isWaiting(record)) this.#waiting.set(number, record);
    else this.#waiting.delete(number);
    this.#written(await this.#parts.store.commit([put(pages, number, record)]));
    const changed = deliveries[index];
    this.#parts.world.log.event("page.changed", { page: number.toString(), link: changed?.link,
      state: changed?.state, attempts: changed?.attempts, status: changed?.status });
    this.#tell(record);
  }

  #written(written: { readonly ok: true } | { readonly ok: false; readonly fault: Fault }): void {
    this.#health = written.ok ? { status: "ok" }
      : { status: "degraded", reason: written.fault.message };
  }

  #remember(link: LinkId, pager: string, number: bigint): void {
    const key = `${link}/${pager}`;
    this.#spoken.delete(key);
    this.#spoken.set(key, number);
    const [oldest] = this.#spoken.keys();
    if (this.#spoken.size > spokenMax && oldest !== undefined) this.#spoken.delete(oldest);
  }

  #forgetRepeats(): void {
    for (const [key, { atMs }] of this.#recent) {
      if (this.#nowMs() - atMs < this.#rules.repeatMs) break;
      this.#recent.delete(key);
    }
  }

  #tell(record: PageRecord): void {
    for (const watcher of [...this.#watchers]) watcher(record);
  }

  #nowMs(): number {
    return this.#parts.world.clock.wall().getTime();
  }
}

function repeatKey(link: LinkId, page: Page): string {
  const { pager, text, priority, beep, callType, transmissions } = page;
  return JSON.stringify([link, pager, text, priority, beep, callType, transmissions]);
}
