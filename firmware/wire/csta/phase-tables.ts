/** A phase of CSTA made of its tables. */

import { decode, encode, type Asn1Type } from "./asn1.js";
import type {
  CstaArgument, CstaError, CstaEvent, CstaEventName, CstaResult, CstaServiceName,
} from "./message.js";
import type { CstaPhase } from "./phase.js";

export interface ServiceRow<A, R> {
  readonly operation: number;
  readonly argument: Asn1Type<A>;
  readonly result: Asn1Type<R>;
}

export type ServiceRows = {
  readonly [S in CstaServiceName]?: ServiceRow<CstaArgument<S>, CstaResult<S>>;
};

export interface PhaseTables {
  readonly services: ServiceRows;
  /** The events that `eventReport` has tables for. */
  readonly events: ReadonlySet<CstaEventName>;
  readonly eventReport: Asn1Type<{ monitorCrossRefID: string; event: CstaEvent }>;
  readonly error: Asn1Type<CstaError>;
}

/** A NULL, or nothing, where a SEQUENCE belongs: it is read as an empty one. */
const nullTag = 5;
const emptySequence = Uint8Array.of(0x30, 0);
const generic: CstaError = { category: "unspecified", value: "generic" };

function decodeLeniently<T>(
  type: Asn1Type<T>, element: Uint8Array,
): { readonly value: T } | string {
  const found = decode(type, element);
  if (typeof found !== "string" || (element[0] ?? nullTag) !== nullTag) return found;
  const empty = decode(type, emptySequence);
  return typeof empty === "string" ? found : empty;
}

export function phaseOf(tables: PhaseTables): CstaPhase {
  const names = Object.keys(tables.services) as CstaServiceName[];
  const rows = tables.services as Readonly<Partial<
    Record<CstaServiceName, ServiceRow<CstaArgument, CstaResult>>>>;
  const byOperation = new Map(names.map((name) => [rows[name]?.operation, name]));
  const rowOf = (operation: number): [CstaServiceName, ServiceRow<CstaArgument, CstaResult>]
    | undefined => {
    const service = byOperation.get(operation);
    const row = service === undefined ? undefined : rows[service];
    return service === undefined || row === undefined ? undefined : [service, row];
  };
  return {
    services: new Set(names),
    events: tables.events,
    encodeArgument: (service, argument) => {
      const row = rows[service];
      const element = row === undefined ? "" : encode(row.argument, argument);
      return row === undefined || typeof element === "string"
        ? undefined : { operation: row.operation, element };
    },
    decodeArgument: (operation, element) => {
      const [service, row] = rowOf(operation) ?? [];
      if (service === undefined || row === undefined) return { unknown: operation };
      const found = decodeLeniently(row.argument, element);
      return typeof found === "string" ? found : { service, argument: found.value };
    },
    encodeResult: (service, result) => {
      const row = rows[service];
      const element = row === undefined ? "" : encode(row.result, result);
      return row === undefined || typeof element === "string"
        ? undefined : { operation: row.operation, element };
    },
    decodeResult: (operation, element) => {
      const [service, row] = rowOf(operation) ?? [];
      if (service === undefined || row === undefined) return { unknown: operation };
      const found = decodeLeniently(row.result, element);
      return typeof found === "string" ? found : { service, result: found.value };
    },
    encodeEvent: (monitorCrossRefID, event) => {
      const element = encode(tables.eventReport, { monitorCrossRefID, event });
      return typeof element === "string" ? undefined : element;
    },
    decodeEvent: (element) => {
      const found = decode(tables.eventReport, element);
      return typeof found === "string" ? found : found.value;
    },
    encodeError: (error) => {
      const element = encode(tables.error, error);
      return typeof element === "string" ? new Uint8Array(0) : element;
    },
    decodeError: (element) => {
      const found = decode(tables.error, element);
      return typeof found === "string" ? generic : found.value;
    },
  };
}
