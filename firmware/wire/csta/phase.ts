/**
 * What one phase of CSTA in ASN.1 is: ECMA-180 (I), ECMA-218 (II), ECMA-285 (III). A phase turns
 * arguments, results, errors and events into elements and back; remote operations, association
 * and framing lie around it and are the same for all.
 */

import type { CstaArgument, CstaError, CstaEvent, CstaEventName, CstaResult, CstaServiceName }
  from "./message.js";

export interface CstaPhase {
  readonly services: ReadonlySet<CstaServiceName>;
  readonly events: ReadonlySet<CstaEventName>;
  /** `element` is empty where the operation has no argument. Undefined: not in this phase. */
  encodeArgument(service: CstaServiceName, argument: CstaArgument):
  { readonly operation: number; readonly element: Uint8Array } | undefined;
  /** A string is why it cannot be read; `unknown` is an operation that has no table here. */
  decodeArgument(operation: number, element: Uint8Array):
  { readonly service: CstaServiceName; readonly argument: CstaArgument }
  | { readonly unknown: number } | string;
  encodeResult(service: CstaServiceName, result: CstaResult):
  { readonly operation: number; readonly element: Uint8Array } | undefined;
  /** `invoked` is the service that asked, where several are one operation and it is known. */
  decodeResult(operation: number, element: Uint8Array, invoked?: CstaServiceName):
  { readonly service: CstaServiceName; readonly result: CstaResult }
  | { readonly unknown: number } | string;
  /** The argument of EventReport. Undefined: not in this phase. */
  encodeEvent(monitorCrossRefID: string, event: CstaEvent): Uint8Array | undefined;
  decodeEvent(element: Uint8Array):
  { readonly monitorCrossRefID: string; readonly event: CstaEvent } | string;
  /** The parameter of a return error. */
  encodeError(error: CstaError): Uint8Array;
  decodeError(element: Uint8Array): CstaError;
}

/** Operation of EventReport in all phases. */
export const eventReportOperation = 21;
