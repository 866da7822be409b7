/** Arbitrary CSTA messages in the form that BER has: opaque values in hexadecimal, Latin-1. */

import fc from "fast-check";
import { phase3 } from "../firmware/wire/csta/phase3.js";
import type {
  CstaArgument, CstaEvent, CstaResult, CstaServiceName,
} from "../firmware/wire/csta/message.js";
import { eventReportOperation } from "../firmware/wire/csta/phase.js";
import { events, services } from "./csta-messages.js";

const opaque = new Set(["callID", "correlatorData", "userData", "monitorCrossRefID",
  "serviceCrossRefID", "routeRegisterReqID", "crossRefIdentifier", "cdrCrossRefID"]);
const elements = new Set(["privateData"]);
const ofConnections = new RegExp("^(callToBe.*|callObject|callIdentifier|connection"
  + "|connectionToBe.*|connectionToSend.*|connectionIdentifier|.*Connection|.*Call|parking"
  + "|snapshotObject|callingDevice)$");
const elementOctetsMax = 100;
const crossRef = "0005";

const hex = (text: string): string => Buffer.from(text).toString("hex");

function octetString(text: string): string {
  const octets = Buffer.from(text).subarray(0, elementOctetsMax);
  return Buffer.concat([Buffer.of(0x04, octets.length), octets]).toString("hex");
}

function deviceText(kind: string, text: string): string {
  if (kind === "deviceNumber") return String(text.length * 1000 - 3000);
  return kind === "other" || kind === "dynamic" ? hex(text) : latin1(text);
}

const latin1 = (text: string): string => text.replace(/[^\u0000-\u00ff]/gu, "?");

/** The same with every string as BER carries it. */
export function asOctets(value: unknown, key = "", inConnection = false): unknown {
  if (typeof value === "string") {
    if (elements.has(key)) return octetString(value);
    return opaque.has(key) ? hex(value) : latin1(value);
  }
  if (Array.isArray(value)) return value.map((item) => asOctets(item, key));
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Record<string, unknown>;
  const { kind } = fields;
  if (typeof kind === "string") {
    const known = kind === "dynamic" && !inConnection ? "other" : kind;
    return { ...fields, kind: known, text: deviceText(known, String(fields["text"])) };
  }
  const isConnection = ofConnections.test(key);
  const whole = isConnection && Object.keys(fields).length === 0 ? { callID: "1" } : fields;
  return Object.fromEntries(Object.entries(whole).map(([name, member]) =>
    [name, asOctets(member, name, isConnection)]));
}

/** One thing to be encoded, by what it is. */
export type Sample =
  | { readonly of: "argument"; readonly service: CstaServiceName; readonly value: CstaArgument }
  | { readonly of: "result"; readonly service: CstaServiceName; readonly value: CstaResult }
  | { readonly of: "event"; readonly value: CstaEvent };

/** Escape has exactly one piece of private data. */
function onePiece(value: CstaArgument): CstaArgument {
  const { extensions = {} } = value;
  const [piece = "0400"] = extensions.privateData ?? [];
  return { ...value, extensions: { ...extensions, privateData: [piece] } };
}

/** Arguments and results of each service, and each event, that phase III has. */
export const samples: readonly fc.Arbitrary<Sample>[] = [
  ...[...phase3.services].flatMap((service) => {
    const [argument, result] = services[service] ?? [fc.constant({}), fc.constant({})];
    return [
      argument.map((value): Sample => {
        const octets = asOctets(value) as CstaArgument;
        return { of: "argument", service,
          value: service === "Escape" ? onePiece(octets) : octets };
      }),
      result.map((value): Sample =>
        ({ of: "result", service, value: asOctets(value) as CstaResult })),
    ];
  }),
  ...Object.entries(events).map(([type, fields]) => fields.map((value): Sample =>
    ({ of: "event", value: { type, ...asOctets(value) as object } as CstaEvent }))),
];

interface Written {
  readonly operation: number;
  readonly element: Uint8Array;
}

/** Undefined: it cannot be written. */
export function encodeSample(sample: Sample): Written | undefined {
  switch (sample.of) {
    case "argument": return phase3.encodeArgument(sample.service, sample.value);
    case "result": return phase3.encodeResult(sample.service, sample.value);
    case "event": {
      const element = phase3.encodeEvent(crossRef, sample.value);
      return element === undefined ? undefined : { operation: eventReportOperation, element };
    }
  }
}

/** What is read in the place of a sample; a string is why nothing. */
export function decodeLike(sample: Sample, { operation, element }: Written): unknown {
  if (sample.of === "event") {
    const found = phase3.decodeEvent(element);
    return typeof found === "string" ? found : found.event;
  }
  const found = sample.of === "argument"
    ? phase3.decodeArgument(operation, element) : phase3.decodeResult(operation, element);
  if (typeof found === "string") return found;
  return "argument" in found ? found.argument : "result" in found ? found.result : "unknown";
}
