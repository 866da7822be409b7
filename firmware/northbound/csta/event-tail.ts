/**
 * What every event report may carry beside its own fields: its time, and what an application or a
 * PBX attached to the call. Pure.
 */

import type { CstaConfig } from "../../config/schema.js";
import type { PrivateData } from "../../model/events.js";
import { privateEncodings, type PrivateEncoding } from "../../model/private-data.js";
import type { NumberedEvent } from "../../switching/switch.js";
import type { CstaEvent } from "../../wire/csta/message.js";

type Protocol = CstaConfig["protocol"];

/** Whose private data means something in which protocol. */
const encodings: Readonly<Record<Protocol, PrivateEncoding>> = { "asn1-phase3": "csta3",
  "asn1-phase2": "csta12", "asn1-phase1": "csta12", "xml": "csta-xml" };

export function privateEncoding(protocol: Protocol): PrivateEncoding {
  return encodings[protocol];
}

const ofCsta: ReadonlySet<string> = new Set(privateEncodings);

const hexadecimal = /^(?:[0-9a-f]{2})+$/i;

export function eventTail(
  { event, atMs }: Pick<NumberedEvent, "event" | "atMs">, protocol: Protocol,
): Pick<CstaEvent, "correlatorData" | "userData" | "extensions"> {
  const { privateData: said, occurredAtMs = atMs } = event;
  const time = generalizedTime(occurredAtMs);
  if (said === undefined || !ofCsta.has(said.driver)) return { extensions: { time } };
  const correlatorData = octetsOf(said.fields["correlatorData"], protocol);
  const userData = octetsOf(said.fields["userData"], protocol);
  const elements = privateEncoding(protocol) === said.driver ? elementsOf(said) : [];
  return {
    ...(correlatorData === undefined ? {} : { correlatorData }),
    ...(userData === undefined ? {} : { userData }),
    extensions: { time, ...(elements.length === 0 ? {} : { privateData: elements }) },
  };
}

/** `YYYYMMDDHHMMSSZ`: some readers of this type know no fractions. */
export function generalizedTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace(/[-T:]/g, "")}Z`;
}

/** Text that an XML PBX sent as no octets has no form in ASN.1. */
function octetsOf(text: string | undefined, protocol: Protocol): string | undefined {
  return text === undefined || protocol === "xml" || hexadecimal.test(text) ? text : undefined;
}

/** Fields `privateData`, `privateData2` and on: an element each. */
function elementsOf({ fields }: PrivateData): readonly string[] {
  const elements: string[] = [];
  for (;;) {
    const number = elements.length + 1;
    const element = fields[number === 1 ? "privateData" : `privateData${number}`];
    if (element === undefined) return elements;
    elements.push(element);
  }
}
