/**
 * Remote operations as CSTA uses them in all phases: X.229 and X.880, whose octets are the same.
 * Operations and errors are local values, integers.
 */

import { integerContents, tags, writeBer } from "../ber.js";
import { sequenceHead } from "./asn1.js";
import { BackwardBuffer, constructedBit, type BerReader } from "./ber-octets.js";
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
  const isWritten = write(pdu);
  if (!isWritten) {
    into.drop();
    return undefined;
  }
  into.putHead(contextHead | constructedBit | pduTags[pdu.kind], 0);
  return into.take();
}

/** One PDU at a time is written. */
const into = new BackwardBuffer();
const contextHead = 0x80;

function putInteger(value: number): void {
  const before = into.length;
  into.putInteger(value);
  into.putHead(tags.integer, before);
}

/** All but the PDU's own tag and length, the last of it first. */
function write(pdu: RosePdu): boolean {
  switch (pdu.kind) {
    case "invoke":
      into.put(pdu.argument);
      putInteger(pdu.operation);
      break;
    case "result":
      if (pdu.operation === undefined) break;
      into.put(pdu.result.length === 0 ? berNull : pdu.result);
      putInteger(pdu.operation);
      into.putHead(sequenceHead, 0);
      break;
    case "error":
      into.put(pdu.parameter);
      putInteger(pdu.code);
      break;
    case "reject": {
      const tag = problems.findIndex((names) => names.includes(pdu.problem));
      const number = problems[tag]?.indexOf(pdu.problem);
      if (number === undefined) return false;
      into.putInteger(number);
      into.putHead(contextHead | tag, 0);
      break;
    }
  }
  if (pdu.invokeID === undefined) into.put(berNull);
  else putInteger(pdu.invokeID);
  return true;
}

/** The element at `at`, tag and all, where one begins before `end`; nothing if none does. */
function elementAt(from: BerReader, at: number, end: number): Uint8Array {
  return at < end && from.enter(at, end) === undefined
    ? from.bytes.subarray(at, from.next) : empty;
}

/** The integer at `at`; undefined: there is none. The reader is then past it. */
function integerAt(from: BerReader, at: number, end: number): number | undefined {
  return at < end && from.enter(at, end) === undefined && from.head === tags.integer
    ? from.integer() : undefined;
}

/** `from` has entered the PDU. A string says why it is none. */
export function decodeRose(from: BerReader): RosePdu | string {
  const { head, start, end } = from;
  if ((head & ~tagBits) !== (contextHead | constructedBit)) return "no remote operation";
  const tag = head & tagBits;
  if (tag === pduTags.reject) return decodeReject(from, start, end);
  const invokeID = integerAt(from, start, end);
  if (invokeID === undefined) return "a remote operation without invoke id";
  const at = from.next;
  switch (tag) {
    case pduTags.invoke: return decodeInvoke(invokeID, from, at, end);
    case pduTags.result: return decodeResult(invokeID, from, at, end);
    case pduTags.error: {
      const code = integerAt(from, at, end);
      return code === undefined ? "an error without its code"
        : { kind: "error", invokeID, code, parameter: elementAt(from, from.next, end) };
    }
    default: return "no remote operation";
  }
}

const tagBits = 0x1f;

function decodeInvoke(
  invokeID: number, from: BerReader, at: number, end: number,
): RosePdu | string {
  let operation = integerAt(from, at, end);
  // [0]: the operation that this one belongs to; CSTA has no linked ones.
  if (operation === undefined && at < end
    && (from.head & ~constructedBit) === contextHead) operation = integerAt(from, from.next, end);
  return operation === undefined ? "an invocation without operation"
    : { kind: "invoke", invokeID, operation, argument: elementAt(from, from.next, end) };
}

function decodeResult(
  invokeID: number, from: BerReader, at: number, end: number,
): RosePdu | string {
  const result = elementAt(from, at, end);
  if (result.length > 0 && from.head === sequenceHead && from.start < from.end) {
    const { start, end: last } = from;
    const wrong = from.enter(start, last);
    if (wrong !== undefined) return wrong;
    const operation = integerAt(from, start, last);
    if (operation !== undefined) {
      return { kind: "result", invokeID, operation, result: elementAt(from, from.next, last) };
    }
  }
  return { kind: "result", invokeID, result };
}

function decodeReject(from: BerReader, start: number, end: number): RosePdu | string {
  const invokeID = integerAt(from, start, end);
  if (invokeID === undefined && (start === end || from.head !== tags.null)) {
    return "a reject of nothing";
  }
  if (from.next >= end || from.enter(from.next, end) !== undefined
    || (from.head & 0xc0) !== contextHead) return "a reject without problem";
  const tag = from.head & tagBits;
  const number = from.integer();
  const known = number === undefined ? undefined : problems[tag]?.[number];
  // Of errors, number 0 is that of an invocation that is not known, as of results.
  const name = known ?? (tag === 3 && number === 0 ? "unrecognizedInvocation" : "other");
  return { kind: "reject", problem: name, ...(invokeID === undefined ? {} : { invokeID }) };
}
