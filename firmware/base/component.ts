/** Something the supervisor can start, stop and ask for its health. */

import type { Result } from "./result.js";

export type Health =
  | { readonly status: "ok" }
  | { readonly status: "degraded" | "failed"; readonly reason: string };

export interface Component {
  readonly name: string;
  readonly health: Health;
  start(): Promise<Result<void>>;
  /** Stops within `deadlineMs`, abandoning what would take longer. Never rejects. */
  stop(deadlineMs: number): Promise<void>;
}
