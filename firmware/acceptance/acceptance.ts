/** Acceptance of a site: runs the tests, signs what they found, keeps the reports. */

import { fail, ok, type Language, type Result, type Text } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import { put, remove } from "../store/store.js";
import { isoTime } from "../switching/record-export.js";
import { differences } from "./differences.js";
import { checkedLink, isOpen, tellsOfCalls, type CallOutcome } from "./link-checks.js";
import type { AcceptanceParts, TestedLink } from "./parts.js";
import { reportSpace } from "./report-keyspace.js";
import { reportPage } from "./report-page.js";
import { reportForm, summaryOf, verdictOf, type Change, type Report, type Subject,
  type Summary } from "./report.js";
import { sealedPage, sealedReport, sha256, type Signer } from "./seal.js";
import { TestCall, type SeenCall } from "./test-call.js";
import { checkedDestination, checkedUnit } from "./unit-checks.js";

/** Older ones are removed; whoever needs them has the file. */
export const reportsMax = 100;
/** Of one signed file; 64 links with all their evidence take a tenth. */
export const reportBytesMax = 4 * 1_024 * 1_024;

export interface AcceptanceWish {
  /** Ids; none: all. */
  readonly links: readonly string[];
  /** 0: no test call is asked for. */
  readonly testCallMs: number;
  readonly installer: string;
  readonly site: string;
  readonly remarks: string;
  readonly runBy: string;
}

/** A report with its signed file, and the page on request. */
export interface SignedReport {
  readonly report: Report;
  readonly file: string;
  page(language: Language): Result<string>;
}

export type Tell = (text: Text, callWanted: boolean) => void;

export class Acceptance {
  readonly #parts: AcceptanceParts;
  #busy = false;

  constructor(parts: AcceptanceParts) {
    this.#parts = parts;
  }

  /**
   * Faults: `precondition` while another run is under way or nothing can sign yet, `link-unknown`,
   * `deadline-passed` when the caller has gone, those of the store.
   */
  async run(wish: AcceptanceWish, tell: Tell, signal: AbortSignal): Promise<Result<SignedReport>> {
    if (this.#busy) {
      return fail("precondition", { en: "Another acceptance run is under way.",
        fr: "Un autre essai de réception est en cours." });
    }
    this.#busy = true;
    try {
      return await this.#run(wish, tell, signal);
    } finally {
      this.#busy = false;
    }
  }

  /** The tests of every link as they are now: no test call, no report. */
  async testLinks(): Promise<readonly Subject[]> {
    const found: Subject[] = [];
    for (const link of this.#parts.links()) {
      found.push(await checkedLink(this.#parts, link, { askedMs: 0, seen: undefined }));
    }
    return found;
  }

  /** The newest first. */
  async list(): Promise<readonly Summary[]> {
    const found: Summary[] = [];
    for await (const [, file] of this.#parts.store.range(reportSpace, { reverse: true })) {
      found.push(summaryOf(reportIn(file)));
    }
    return found;
  }

  /** 0: the newest. Fault `not-found`. */
  async get(number: number): Promise<Result<SignedReport>> {
    const file = await this.#file(number);
    if (file === undefined) {
      return fail("not-found", number === 0
        ? { en: "No report has been made yet.", fr: "Aucun rapport n'a encore été fait." }
        : { en: `There is no report ${number}.`, fr: `Il n'y a pas de rapport ${number}.` });
    }
    return ok(this.#signed(reportIn(file), file));
  }

  async diff(from: number, to: number): Promise<Result<readonly Change[]>> {
    const before = await this.get(from);
    if (!before.ok) return before;
    const after = await this.get(to);
    return after.ok ? ok(differences(before.value.report, after.value.report)) : after;
  }

  async #run(wish: AcceptanceWish, tell: Tell, signal: AbortSignal): Promise<Result<SignedReport>> {
    const { world, links, document } = this.#parts;
    const signer = this.#signer();
    if (!signer.ok) return signer;
    const startedMs = world.clock.wall().getTime();
    const all = links();
    const unknown = wish.links.find((id) => !all.some(({ status }) => status.id === id));
    if (unknown !== undefined) return fail("link-unknown", `There is no link ${unknown}.`);
    const tested = all.filter(({ status }) =>
      wish.links.length === 0 || wish.links.includes(status.id));
    const seen = await this.#testCall(tested, wish.testCallMs, tell, signal);
    const subjects = await this.#check(tested, wish.testCallMs, seen, tell, signal);
    if (signal.aborted) return fail("deadline-passed", "The caller has gone.");
    const previous = await this.#file(0);
    const before = previous === undefined ? undefined : reportIn(previous);
    const { name, timeZone } = document().unit;
    const report: Report = {
      form: reportForm, number: (before?.number ?? 0) + 1, site: wish.site,
      unit: { name, version: this.#parts.version, timeZone,
        authority: sha256(signer.value.certificate) },
      installer: wish.installer, remarks: wish.remarks, runBy: wish.runBy,
      startedAt: isoTime(startedMs), endedAt: isoTime(world.clock.wall().getTime()),
      verdict: verdictOf(subjects), changes: [], subjects,
      previous: { number: before?.number ?? 0, sha256: previous === undefined ? ""
        : sha256(previous) } };
    return this.#keep(before === undefined ? report
      : { ...report, changes: differences(before, report) }, signer.value);
  }

  async #testCall(
    tested: readonly TestedLink[], limitMs: number, tell: Tell, signal: AbortSignal,
  ): Promise<ReadonlyMap<LinkId, SeenCall>> {
    const able = tested.filter((link) => isOpen(link) && tellsOfCalls(this.#parts, link));
    if (limitMs === 0 || able.length === 0) return new Map();
    return new TestCall(this.#parts, this.#parts.document().unit.timeZone, tell)
      .watch(able, limitMs, signal);
  }

  async #check(
    tested: readonly TestedLink[], askedMs: number, seen: ReadonlyMap<LinkId, SeenCall>,
    tell: Tell, signal: AbortSignal,
  ): Promise<readonly Subject[]> {
    const subjects: Subject[] = [checkedUnit(this.#parts)];
    for (const link of tested) {
      if (signal.aborted) break;
      const { id } = link.status;
      tell({ en: `Testing the link ${id}`, fr: `Essai du lien ${id}` }, false);
      const call: CallOutcome = { askedMs, seen: seen.get(id) };
      subjects.push(await checkedLink(this.#parts, link, call));
    }
    const { timeZone } = this.#parts.document().unit;
    const concerned = new Set(tested.map(({ status }) => status.id));
    for (const status of await this.#parts.delivery.list()) {
      if (status.destination.links.some((link) => concerned.has(link))) {
        subjects.push(checkedDestination(status, timeZone));
      }
    }
    return subjects;
  }

  async #keep(report: Report, signer: Signer): Promise<Result<SignedReport>> {
    const file = sealedReport(report, signer);
    if (file.length > reportBytesMax) {
      return fail("precondition", { en: "The report is too long: name fewer links.",
        fr: "Le rapport est trop long : nommez moins de liens." });
    }
    const old: bigint[] = [];
    for await (const [number] of this.#parts.store.range(reportSpace, {})) old.push(number);
    const written = await this.#parts.store.commit([
      put(reportSpace, BigInt(report.number), file),
      ...old.slice(0, Math.max(0, old.length + 1 - reportsMax))
        .map((number) => remove(reportSpace, number))]);
    return written.ok ? ok(this.#signed(reportIn(file), file)) : written;
  }

  #signed(report: Report, file: string): SignedReport {
    return { report, file, page: (language) => {
      const signer = this.#signer();
      return signer.ok ? ok(sealedPage(reportPage(report, file, language), signer.value)) : signer;
    } };
  }

  #signer(): Result<Signer> {
    const signer = this.#parts.signer();
    return signer === undefined ? fail("precondition", "The servers have not been started.")
      : ok(signer);
  }

  /** 0: the newest. */
  async #file(number: number): Promise<string | undefined> {
    const range = number === 0 ? { reverse: true, limit: 1 }
      : { gte: BigInt(number), lte: BigInt(number) };
    for await (const [, file] of this.#parts.store.range(reportSpace, range)) return file;
    return undefined;
  }
}

/** The store checks what it gives back: this is what `sealedReport` wrote. */
function reportIn(file: string): Report {
  return (JSON.parse(file) as { readonly report: Report }).report;
}
