/**
 * Older versions of the document, upgraded by pure functions, one per step. Version 1 is the
 * first, so that the list is empty; each later step stands here with a stored example in its test.
 */

import { fail, ok, type Result } from "../base/result.js";

export interface SchemaUpgrade {
  /** The version that the step reads; it writes `from + 1`. */
  readonly from: number;
  /** What changed, for the warning. */
  readonly title: string;
  apply(document: Readonly<Record<string, unknown>>): Record<string, unknown>;
}

export const documentVersion = 1;
export const schemaUpgrades: readonly SchemaUpgrade[] = [];

export interface Upgraded {
  readonly value: unknown;
  /** The titles of the steps taken. */
  readonly steps: readonly string[];
}

/** Brings an older document to the present version; anything else passes unchanged. */
export function upgradeDocument(
  value: unknown, upgrades: readonly SchemaUpgrade[],
): Result<Upgraded> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return ok({ value, steps: [] });
  }
  let document: Record<string, unknown> = { ...value };
  const steps: string[] = [];
  for (;;) {
    const version = document["version"];
    if (typeof version !== "number" || version === documentVersion) break;
    if (version > documentVersion) {
      return fail("config-invalid", `found version ${version}, which is newer than this firmware; `
        + `expected at most ${documentVersion}`);
    }
    const step = upgrades.find((upgrade) => upgrade.from === version);
    if (step === undefined) break;
    document = { ...step.apply(document), version: version + 1 };
    steps.push(step.title);
  }
  return ok({ value: steps.length > 0 ? document : value, steps });
}
