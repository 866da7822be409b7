/** What can go wrong in operation is a value; what must never happen is an `assert`. */

import type { FaultCode } from "./faults.js";

/** One thing wrong with one place of a request or document. `path` is `links[0].transport.port`. */
export interface FieldViolation {
  readonly path: string;
  readonly message: string;
}

export interface Fault {
  readonly code: FaultCode;
  /** One English sentence that names the thing at fault. The advice stands in the fault table. */
  readonly message: string;
  readonly fields?: readonly FieldViolation[];
  readonly cause?: unknown;
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export const done: Result<void> = { ok: true, value: undefined };

export function fail(
  code: FaultCode, message: string, more?: { fields?: readonly FieldViolation[]; cause?: unknown },
): { readonly ok: false; readonly fault: Fault } {
  return { ok: false, fault: { code, message, ...more } };
}

/** Wraps a library that throws, at the one place that calls it. */
export async function attempt<T>(
  code: FaultCode, what: string, run: () => Promise<T> | T,
): Promise<Result<T>> {
  try {
    return ok(await run());
  } catch (cause) {
    return fail(code, `${what}: ${messageOf(cause)}`, { cause });
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
