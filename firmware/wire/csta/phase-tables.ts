/** A phase of CSTA made of its tables. */

import { encode, readElement, Refused, type Asn1Type } from "./asn1.js";
import type {
  CstaArgument, CstaError, CstaEvent, CstaEventName, CstaResult, CstaServiceName,
} from "./message.js";
import type { CstaPhase } from "./phase.js";

export interface ServiceRow<A, R> {
  readonly operation: number;
  readonly argument: Asn1Type<A>;
  readonly result: Asn1Type<R>;
}

type Row = ServiceRow<CstaArgument, CstaResult>;

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

function readLeniently<T>(type: Asn1Type<T>, element: Uint8Array): T | Refused {
  const found = readElement(type, element);
  if (!(found instanceof Refused) || (element[0] ?? nullTag) !== nullTag) return found;
  const empty = readElement(type, emptySequence);
  return empty instanceof Refused ? found : empty;
}

export function phaseOf(tables: PhaseTables): CstaPhase {
  const names = Object.keys(tables.services) as CstaServiceName[];
  const rows = tables.services as Readonly<Partial<Record<CstaServiceName, Row>>>;
  const byOperation = new Map<number, { service: CstaServiceName; row: Row }[]>();
  for (const [service, row] of Object.entries(rows) as [CstaServiceName, Row][]) {
    byOperation.set(row.operation,
      [...byOperation.get(row.operation) ?? [], { service, row }]);
  }
  return {
    services: new Set(names),
    events: tables.events,
    encodeArgument: (service, argument) => {
      const row = rows[service];
      const element = row === undefined ? "" : encode(row.argument, argument);
      return row === undefined || typeof element === "string"
        ? undefined : { operation: row.operation, element };
    },
    // Of the services that are one operation, the first whose table reads the element.
    decodeArgument: (operation, element) => {
      const services = byOperation.get(operation) ?? [];
      let reason = "";
      for (const { service, row } of services) {
        const argument = readLeniently(row.argument, element);
        if (!(argument instanceof Refused)) return { service, argument };
        ({ reason } = argument);
      }
      // A feature of an operation of several that no service stands for.
      return services.length === 1 ? reason : { unknown: operation };
    },
    encodeResult: (service, result) => {
      const row = rows[service];
      const element = row === undefined ? "" : encode(row.result, result);
      return row === undefined || typeof element === "string"
        ? undefined : { operation: row.operation, element };
    },
    decodeResult: (operation, element, invoked) => {
      const services = byOperation.get(operation);
      if (services === undefined) return { unknown: operation };
      const asked = services.length === 1 ? undefined
        : services.find(({ service }) => service === invoked);
      let reason = "";
      for (const { service, row } of asked === undefined ? services : [asked, ...services]) {
        const result = readLeniently(row.result, element);
        if (!(result instanceof Refused)) return { service, result };
        ({ reason } = result);
      }
      return reason;
    },
    encodeEvent: (monitorCrossRefID, event) => {
      const element = encode(tables.eventReport, { monitorCrossRefID, event });
      return typeof element === "string" ? undefined : element;
    },
    decodeEvent: (element) => {
      const found = readElement(tables.eventReport, element);
      return found instanceof Refused ? found.reason : found;
    },
    encodeError: (error) => {
      const element = encode(tables.error, error);
      return typeof element === "string" ? new Uint8Array(0) : element;
    },
    decodeError: (element) => {
      const found = readElement(tables.error, element);
      return found instanceof Refused ? generic : found;
    },
  };
}
