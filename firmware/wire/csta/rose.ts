/**
 * Remote operations as CSTA uses them in all phases: X.229 and X.880, whose octets are the same.
 * Operations and errors are local values, integers.
 */

import { berInteger, integerContents, readBerAll, tags, writeBer, writeBerAll, type BerElement }
  from "../ber.js";
import type { RejectProblem } from "./message.js";

export type RosePdu =
  /** `argument`: one element, or nothing. */
  | { readonly kind: "invoke"; readonly invokeID: number; readonly operation: number;
      readonly argument: Uint8Array }
  /** `operation` is absent where the peer sends a bare result, or none at all. */
  | { readonly kind: "result"; readonly invokeID: number; readonly operation?: number;
      readonly result: Uint8Array }
  | { readonly kind: "error"; readonly invokeID: number; readonly code: number;
      readonly parameter: Uint8Array }
  | { readonly kind: "reject"; readonly invokeID?: number; readonly problem: RejectProblem };

/** Context tags of the PDUs. */
const pduTags = { invoke: 1, result: 2, error: 3, reject: 4 } as const;
/** Of X.880's ReturnError; CSTA has this one only, universalFailure. */
export const universalFailure = 1;

/** Problems by kind, the context tag, and by number in it (X.880, clause 9). */
const problems: readonly (readonly (RejectProblem | undefined)[])[] = [
  ["unrecognizedAPDU", "mistypedAPDU", "badlyStructuredAPDU"],
  ["duplicateInvocation", "unrecognizedOperation", "mistypedArgument", "resourceLimitation",
    "initiatorReleasing"],
  ["unrecognizedInvocation", "resultResponseUnexpected", "mistypedResult"],
  [undefined, "errorResponseUnexpected"],
];

const empty = new Uint8Array(0);
export const berNull: Uint8Array = writeBer({ tag: tags.null }, empty);

/** An integer with its tag. */
export function writeInteger(value: number): Uint8Array {
  return writeBer({ tag: tags.integer }, integerContents(value));
}

/** Undefined: a problem that has no number. */
export function encodeRose(pdu: RosePdu): Uint8Array | undefined {
  const parts = partsOf(pdu);
  return parts === undefined ? undefined
    : writeBerAll(parts, { class: "context", tag: pduTags[pdu.kind] });
}

function partsOf(pdu: RosePdu): readonly Uint8Array[] | undefined {
  switch (pdu.kind) {
    case "invoke":
      return [writeInteger(pdu.invokeID), writeInteger(pdu.operation), pdu.argument];
    case "result": {
      const id = writeInteger(pdu.invokeID);
      if (pdu.operation === undefined) return [id];
      const result = pdu.result.length === 0 ? berNull : pdu.result;
      return [id, writeBerAll([writeInteger(pdu.operation), result])];
    }
    case "error":
      return [writeInteger(pdu.invokeID), writeInteger(pdu.code), pdu.parameter];
    case "reject": {
      const tag = problems.findIndex((names) => names.includes(pdu.problem));
      const number = problems[tag]?.indexOf(pdu.problem);
      return number === undefined ? undefined
        : [pdu.invokeID === undefined ? berNull : writeInteger(pdu.invokeID),
          writeBer({ class: "context", tag }, integerContents(number))];
    }
  }
}

function universal(element: BerElement | undefined, tag: number): boolean {
  return element?.class === "universal" && element.tag === tag;
}

function integerOf(element: BerElement | undefined): number | undefined {
  return element !== undefined && universal(element, tags.integer)
    ? berInteger(element.contents) : undefined;
}

/** Elements that fill some contents. */
interface Reading {
  readonly parts: readonly BerElement[];
  /** The octets of the part at `index`, its tag included; nothing if there is none. */
  readonly whole: (index: number) => Uint8Array;
}

function reading(contents: Uint8Array): Reading | string {
  const parts = readBerAll(contents);
  if (typeof parts === "string") return parts;
  return { parts, whole: (index) => {
    let at = 0;
    for (const part of parts.slice(0, index)) at += part.octets;
    return contents.subarray(at, at + (parts[index]?.octets ?? 0));
  } };
}

/** `element` is the PDU. A string says why it is none. */
export function decodeRose(element: BerElement): RosePdu | string {
  if (element.class !== "context" || !element.constructed) return "no remote operation";
  const read = reading(element.contents);
  if (typeof read === "string") return read;
  if (element.tag === pduTags.reject) return decodeReject(read.parts);
  const invokeID = integerOf(read.parts[0]);
  if (invokeID === undefined) return "a remote operation without invoke id";
  switch (element.tag) {
    case pduTags.invoke: return decodeInvoke(invokeID, read);
    case pduTags.result: return decodeResult(invokeID, read);
    case pduTags.error: {
      const code = integerOf(read.parts[1]);
      return code === undefined ? "an error without its code"
        : { kind: "error", invokeID, code, parameter: read.whole(2) };
    }
    default: return "no remote operation";
  }
}

function decodeInvoke(invokeID: number, { parts, whole }: Reading): RosePdu | string {
  // [0]: the operation that this one belongs to; CSTA has no linked ones.
  const linked = parts[1]?.class === "context" && parts[1].tag === 0 ? 1 : 0;
  const operation = integerOf(parts[1 + linked]);
  return operation === undefined ? "an invocation without operation"
    : { kind: "invoke", invokeID, operation, argument: whole(2 + linked) };
}

function decodeResult(invokeID: number, { parts, whole }: Reading): RosePdu | string {
  const [, second] = parts;
  if (second !== undefined && universal(second, tags.sequence)) {
    const inner = reading(second.contents);
    if (typeof inner === "string") return inner;
    const operation = integerOf(inner.parts[0]);
    if (operation !== undefined) {
      return { kind: "result", invokeID, operation, result: inner.whole(1) };
    }
  }
  return { kind: "result", invokeID, result: whole(1) };
}

function decodeReject([id, problem]: readonly BerElement[]): RosePdu | string {
  const invokeID = integerOf(id);
  if (invokeID === undefined && !universal(id, tags.null)) return "a reject of nothing";
  if (problem?.class !== "context") return "a reject without problem";
  const number = berInteger(problem.contents);
  const known = number === undefined ? undefined : problems[problem.tag]?.[number];
  // Of errors, number 0 is that of an invocation that is not known, as of results.
  const name = known ?? (problem.tag === 3 && number === 0 ? "unrecognizedInvocation" : "other");
  return { kind: "reject", problem: name, ...(invokeID === undefined ? {} : { invokeID }) };
}
