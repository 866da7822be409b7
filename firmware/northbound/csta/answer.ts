/** What becomes of a service request: a result or an error, in CSTA's words. */

import { faults } from "../../base/faults.js";
import type { Fault } from "../../base/result.js";
import type { CstaError, CstaMessage, CstaResult } from "../../wire/csta/message.js";

export type Answer =
  | { readonly ok: true; readonly result: CstaResult;
      /** Sent right after the result: lists that follow it. */
      readonly then?: readonly Following[] }
  | { readonly ok: false; readonly error: CstaError };

/** An invocation of ours, before it has its invoke id. */
export type Following = Extract<CstaMessage, { readonly kind: "invoke" }> extends infer M
  ? M extends { readonly service: infer S; readonly argument: infer A }
    ? { readonly service: S; readonly argument: A } : never
  : never;

export function refused(category: CstaError["category"], value: string): Answer & { ok: false } {
  return { ok: false, error: { category, value } };
}

export const empty: Answer = { ok: true, result: {} };
export const notSupported = refused("operation", "serviceNotSupported");

export function errorOf({ code }: Pick<Fault, "code">): CstaError {
  const [category, value] = faults[code].csta;
  return { category, value };
}

/** CSTA says where the number was wrong (ECMA-269 §12.2.17). */
export function requestError(
  service: string, { code, fields }: Pick<Fault, "code" | "fields">,
): CstaError {
  if (code === "call-code-not-supported") {
    return { category: "operation", value: fields?.[0]?.path === "authCode"
      ? "authorisationCodeNotSupported" : "accountCodeNotSupported" };
  }
  if (service === "MakeCall" && code === "destination-invalid") {
    return { category: "operation", value: "invalidCalledDeviceID" };
  }
  if (service === "MakeCall" && code === "device-unknown") {
    return { category: "operation", value: "invalidCallingDeviceID" };
  }
  return errorOf({ code });
}
