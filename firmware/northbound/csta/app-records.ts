/**
 * Call detail records for one application (ECMA-269 §27): of calls that end while it wants them,
 * and that show a device of its own. A report is kept until it is answered, so that none is lost
 * with a connection; the application may then get it twice.
 */

import type { Cancellable } from "../../base/world.js";
import type { CallRecord } from "../../model/records.js";
import type { CallDetail, CstaArgument } from "../../wire/csta/message.js";
import { auditActor } from "../access/audit-call.js";
import type { Identity } from "../access/roles.js";
import { empty, refused, type Answer, type Following } from "./answer.js";
import type { Domain } from "./domain.js";
import { LinkNaming } from "./event-report.js";
import { callDetail } from "./record-detail.js";
import type { Rights } from "./rights.js";

/** Records that wait for an application; then the oldest are lost, and it is told so. */
export const recordsWaitingMax = 1_000;
/** ECMA-285 allows 128 in one report; frames are small. */
export const recordsPerReport = 16;
/** With so many of them stored, who wants to be told is told. */
export const recordsThreshold = 50;
/** In which what the PBX itself prints completes the record that was made of events. */
export const recordSettleMs = 5_000;
/** Some applications answer no report. */
export const reportAnswerMs = 10_000;

type Mode = NonNullable<CstaArgument<"StartCallDetailRecordsTransmission">["transferMode"]>;

export interface RecordsParts {
  readonly domain: Domain;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly source: () => string;
  /** The invoke id; undefined: there is no connection. */
  invoke(following: Following): number | undefined;
  /** Records are lost. */
  lose(): void;
}

interface Report {
  readonly invokeID: number;
  readonly records: readonly CallDetail[];
  readonly timer: Cancellable;
}

export class AppRecords {
  readonly #parts: RecordsParts;
  readonly #settling = new Map<string, { record: CallRecord; readonly timer: Cancellable }>();
  /** Until they are asked for, in the modes that store. */
  #stored: CallDetail[] = [];
  /** To be sent, oldest first. */
  #due: CallDetail[] = [];
  #report: Report | undefined;
  #crossRef: string | undefined;
  #mode: Mode = "transferAtEndOfCall";
  #last = 0;
  #unwatch: (() => void) | undefined;

  constructor(parts: RecordsParts) {
    this.#parts = parts;
  }

  /** One transmission at a time: another one takes its place. */
  start(
    { transferMode = "transferAtEndOfCall" }: CstaArgument<"StartCallDetailRecordsTransmission">,
  ): Answer {
    this.#end();
    this.#mode = transferMode;
    this.#last = (this.#last + 1) % 256;
    this.#crossRef = this.#last.toString(16).padStart(2, "0");
    this.#unwatch = this.#parts.domain.gateway.records.watch((record, again) => {
      this.#take(record, again);
    });
    this.#audit("StartCallDetailRecordsTransmission", transferMode);
    return { ok: true, result: { cdrCrossRefID: this.#crossRef } };
  }

  stop({ cdrCrossRefID }: CstaArgument<"StopCallDetailRecordsTransmission">): Answer {
    if (this.#crossRef === undefined || cdrCrossRefID !== this.#crossRef) return unknown;
    this.#end();
    this.#audit("StopCallDetailRecordsTransmission", "");
    return empty;
  }

  /** What is stored follows the answer, in reports of which the last says so. */
  sendStored({ cdrCrossRefID }: CstaArgument<"SendStoredCallDetailRecords">): Answer {
    if (this.#crossRef === undefined || cdrCrossRefID !== this.#crossRef) return unknown;
    this.#due.push(...this.#stored.splice(0));
    this.#parts.domain.gateway.world.clock.after(0, "csta.stored", () => { this.#send(); });
    return empty;
  }

  /** The application has answered one of our invocations. */
  answered(invokeID: number | undefined): void {
    if (this.#report === undefined || this.#report.invokeID !== invokeID) return;
    this.#report.timer.cancel();
    this.#report = undefined;
    this.#send();
  }

  /** The connection is gone: what was not answered is sent again on the next one. */
  lost(): void {
    this.#report?.timer.cancel();
    this.#due.unshift(...this.#report?.records ?? []);
    this.#report = undefined;
  }

  resume(): void {
    this.#send();
  }

  stopAll(): void {
    this.#end();
  }

  #end(): void {
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#crossRef = undefined;
    for (const { timer } of this.#settling.values()) timer.cancel();
    this.#settling.clear();
    this.#report?.timer.cancel();
    this.#report = undefined;
    this.#stored = [];
    this.#due = [];
  }

  #take(record: CallRecord, again: boolean): void {
    const settling = this.#settling.get(record.id);
    if (settling !== undefined) {
      settling.record = record;
      return;
    }
    // Told once already: a second report of a call would count it twice.
    if (again || !this.#concerns(record)) return;
    if (this.#settling.size >= recordsWaitingMax) {
      this.#parts.lose();
      return;
    }
    const { clock } = this.#parts.domain.gateway.world;
    this.#settling.set(record.id, { record, timer: clock.after(recordSettleMs, "csta.record",
      () => { this.#settled(record.id); }) });
  }

  #concerns({ link, legs, answeredBy }: CallRecord): boolean {
    const { domain, rights } = this.#parts;
    return domain.devices.serves(link) && (rights.coversAll
      || legs.some(({ device }) => rights.covers(link, device))
      || (answeredBy !== undefined && rights.covers(link, answeredBy)));
  }

  #settled(id: string): void {
    const { domain } = this.#parts;
    const record = this.#settling.get(id)?.record;
    if (record === undefined) return;
    this.#settling.delete(id);
    const detail = callDetail(record, new LinkNaming(domain.naming, record.link),
      domain.feed.calls.knownName(record.link, record.call));
    const list = this.#mode === "transferAtEndOfCall" ? this.#due : this.#stored;
    list.push(detail);
    if (this.#due.length + this.#stored.length > recordsWaitingMax) {
      list.shift();
      this.#parts.lose();
    }
    if (this.#mode === "transferOnThresholdReached" && this.#crossRef !== undefined
      && this.#stored.length % recordsThreshold === 0) {
      this.#parts.invoke({ service: "CallDetailRecordsNotification",
        argument: { cdrCrossRefID: this.#crossRef, cdrReason: "thresholdReached" } });
    }
    this.#send();
  }

  #send(): void {
    const cdrCrossRefID = this.#crossRef;
    if (this.#report !== undefined || this.#due.length === 0 || cdrCrossRefID === undefined) return;
    const records = this.#due.slice(0, recordsPerReport);
    const invokeID = this.#parts.invoke({ service: "CallDetailRecordsReport", argument: {
      cdrCrossRefID, cdrInfo: records,
      lastStoredCDRReportSent: this.#due.length <= recordsPerReport } });
    if (invokeID === undefined) return;
    this.#due.splice(0, records.length);
    this.#report = { invokeID, records,
      timer: this.#parts.domain.gateway.world.clock.after(reportAnswerMs, "csta.report",
        () => { this.answered(invokeID); }) };
  }

  #audit(action: string, mode: string): void {
    const { domain, identity, source } = this.#parts;
    void domain.gateway.audit.record({ actor: auditActor(identity), source: source(), action,
      subject: domain.config.id, outcome: "ok", details: mode === "" ? {} : { mode } });
  }
}

const unknown: Answer = refused("operation", "invalidCrossRefID");
