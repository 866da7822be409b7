/** What the gateway answers when it cannot do as asked. */

import type { JsonValue } from "@bufbuild/protobuf";

export interface Fault {
  /** Canonical code: "NOT_FOUND". */
  readonly code: string;
  /** The fault's row: "link-unknown"; "unreachable" and "unreadable" are the page's own. */
  readonly reason: string;
  readonly message: string;
  readonly advice: string;
  readonly retry: boolean;
  readonly retryAfterMs: number | undefined;
  readonly fields: readonly { readonly path: string; readonly message: string }[];
}

function text(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

function record(value: JsonValue | undefined): { readonly [key: string]: JsonValue } {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

export function localFault(reason: "unreachable" | "unreadable"): Fault {
  return {
    code: "UNAVAILABLE", reason, message: "", advice: "", retry: true, retryAfterMs: undefined,
    fields: [],
  };
}

/** Reads an error body of any shape; a proxy's page of HTML too. */
export function faultOf(status: number, body: JsonValue | undefined): Fault {
  const read = record(body);
  const retryAfterMs = read["retryAfterMs"];
  const fields = read["fields"];
  return {
    code: text(read["code"]) || `HTTP ${status}`,
    reason: text(read["reason"]) || (status === 401 ? "unauthenticated" : "unreadable"),
    message: text(read["message"]),
    advice: text(read["advice"]),
    retry: read["retry"] === true || (status >= 502 && status <= 504),
    retryAfterMs: typeof retryAfterMs === "number" ? retryAfterMs : undefined,
    fields: (Array.isArray(fields) ? fields : []).map((field) => {
      const row = record(field);
      return { path: text(row["path"]), message: text(row["message"]) };
    }),
  };
}
