/** One run of the acceptance tests, as the page sees it. */

import type { AcceptanceProgress, Report, RunAcceptanceResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/reports_pb.js";
import type { Fault } from "../api/fault.js";

export type Acceptance =
  | { readonly name: "idle" }
  | { readonly name: "running";
    /** Undefined until the first word of it. */
    readonly progress: AcceptanceProgress | undefined }
  | { readonly name: "failed"; readonly fault: Fault }
  | { readonly name: "done"; readonly report: Report };

export const notRun: Acceptance = { name: "idle" };
export const begun: Acceptance = { name: "running", progress: undefined };

/** What comes after the end changes nothing. */
export function stepped(before: Acceptance, { step }: RunAcceptanceResponse): Acceptance {
  if (before.name !== "running") return before;
  switch (step.case) {
    case "progress": return { name: "running", progress: step.value };
    case "report": return { name: "done", report: step.value };
    // A newer gateway may say more than this page knows.
    case undefined: return before;
  }
}

export function failed(before: Acceptance, fault: Fault): Acceptance {
  return before.name === "running" ? { name: "failed", fault } : before;
}
