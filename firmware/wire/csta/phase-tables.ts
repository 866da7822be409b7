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
  const byOperation = new Map<number, CstaServiceName[]>();
  for (const name of names) {
    const operation = rows[name]?.operation ?? 0;
    byOperation.set(operation, [...byOperation.get(operation) ?? [], name]);
  }
  /** Of the services that are one operation, the first whose table reads the element. */
  const readAs = <T>(
    services: readonly CstaServiceName[], element: Uint8Array,
    typeOf: (row: ServiceRow<CstaArgument, CstaResult>) => Asn1Type<T>,
  ): { readonly service: CstaServiceName; readonly value: T } | string => {
    let reason = "";
    for (const service of services) {
      const row = rows[service];
      const found = row === undefined ? "" : decodeLeniently(typeOf(row), element);
      if (typeof found !== "string") return { service, value: found.value };
      reason = found;
    }
    return reason;
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
      const services = byOperation.get(operation) ?? [];
      const found = readAs(services, element, ({ argument }) => argument);
      if (typeof found !== "string") return { service: found.service, argument: found.value };
      // A feature of an operation of several that no service stands for.
      return services.length === 1 ? found : { unknown: operation };
    },
    encodeResult: (service, result) => {
      const row = rows[service];
      const element = row === undefined ? "" : encode(row.result, result);
      return row === undefined || typeof element === "string"
        ? undefined : { operation: row.operation, element };
    },
    decodeResult: (operation, element, invoked) => {
      const services = byOperation.get(operation) ?? [];
      if (services.length === 0) return { unknown: operation };
      const first = services.filter((service) => service === invoked);
      const found = readAs([...first, ...services], element, ({ result }) => result);
      return typeof found === "string" ? found : { service: found.service, result: found.value };
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
