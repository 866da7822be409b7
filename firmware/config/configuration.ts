/** The one configuration document: validated, planned, applied, tried, kept in a history. */

import type { Component } from "../base/component.js";
import type { FieldViolation, Result } from "../base/result.js";
import type { Document } from "./schema.js";

export interface Problem extends FieldViolation {
  /** The line of the document, from 1; 0 when not known. */
  readonly line: number;
}

export interface Checked {
  readonly errors: readonly Problem[];
  readonly warnings: readonly Problem[];
  /** Present exactly when there are no errors. */
  readonly document: Document | undefined;
}

export interface PlanStep {
  /** `link pbx-1`, `destination billing`, `grpc`, `web`, `retention`. */
  readonly component: string;
  readonly action: "start" | "stop" | "restart" | "reload";
  readonly reason: string;
  readonly callsAffected: number;
}

export interface Revision {
  readonly number: number;
  readonly appliedAtMs: number;
  readonly actor: string;
  readonly comment: string;
  readonly current: boolean;
  readonly trialUntilMs: number | undefined;
  readonly outcome: string;
}

export interface ApplyRequest {
  readonly text: string;
  readonly mode: "dry-run" | "apply" | "try";
  readonly confirmWithinMs: number;
  readonly expectedRevision: number | undefined;
  readonly comment: string;
  readonly actor: string;
}

export interface Applied {
  readonly revision: Revision | undefined;
  readonly plan: readonly PlanStep[];
  readonly warnings: readonly Problem[];
}

/** Carries a plan out; the composition root implements it. */
export interface Applier {
  /** Calls in progress on a link, for the plan. */
  callsOn(link: string): number;
  /** Brings the running components to `next`. Must be able to go back. */
  apply(previous: Document | undefined, next: Document): Promise<Result<void>>;
}

export interface Configuration extends Component {
  /** The document in force. */
  readonly document: Document;
  check(text: string): Promise<Checked>;
  plan(next: Document): readonly PlanStep[];
  apply(request: ApplyRequest): Promise<Result<Applied>>;
  confirm(revision: number | undefined): Promise<Result<Revision>>;
  /** Goes back to `revision`; without one, to the last confirmed. */
  revert(revision: number | undefined, actor: string): Promise<Result<Revision>>;
  revisions(olderThan: number | undefined, limit: number): Promise<Result<readonly Revision[]>>;
  /** The text of a revision, exactly as it was written; without one, that in force. */
  text(revision: number | undefined): Promise<Result<{ text: string; revision: Revision }>>;
  /** Unified diff. */
  diff(from: number, to: number | undefined): Promise<Result<string>>;
  /** JSON Schema (draft 2020-12) of the document, with the options of all drivers. */
  jsonSchema(): Promise<Readonly<Record<string, unknown>>>;
}
