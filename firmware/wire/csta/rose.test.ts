import assert from "node:assert/strict";
import fc from "fast-check";
import { BerReader } from "./ber-octets.js";
import { decodeRose, encodeRose, type RosePdu } from "./rose.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

function decoded(bytes: Uint8Array): RosePdu | string {
  const from = new BerReader(bytes);
  return from.enter(0, bytes.length) ?? decodeRose(from);
}

/** Without views into the frame. */
function plain(pdu: RosePdu | string): unknown {
  return typeof pdu === "string" ? pdu : Object.fromEntries(Object.entries(pdu)
    .map(([name, value]) => [name, value instanceof Uint8Array
      ? Buffer.from(value).toString("hex") : value]));
}

describe("remote operations of CSTA", () => {
  /** Of the recorded starts of Panasonic and HiPath, and of the tables of both standards. */
  const vectors: readonly (readonly [string, RosePdu])[] = [
    ["A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02", { kind: "invoke", invokeID: 1, operation: 211,
      argument: hex("30 03 0A 01 02") }],
    ["A2 0B 02 01 01 30 06 02 02 00 D3 05 00", { kind: "result", invokeID: 1, operation: 211,
      result: hex("05 00") }],
    ["A3 0B 02 01 03 02 01 01 A0 03 0A 01 06", { kind: "error", invokeID: 3, code: 1,
      parameter: hex("A0 03 0A 01 06") }],
    ["A4 06 02 01 03 81 01 01", { kind: "reject", invokeID: 3,
      problem: "unrecognizedOperation" }],
    ["A4 05 05 00 80 01 02", { kind: "reject", problem: "badlyStructuredAPDU" }],
    ["A4 06 02 01 07 83 01 01", { kind: "reject", invokeID: 7,
      problem: "errorResponseUnexpected" }],
    // The first invoke id of three octets, as HiPath's events carry them.
    ["A1 0A 02 03 01 00 00 02 01 33 05 00", { kind: "invoke", invokeID: 65_536, operation: 51,
      argument: hex("05 00") }],
    ["A2 03 02 01 09", { kind: "result", invokeID: 9, result: hex("") }],
  ];

  it("reads and writes the octets of the reference", () => {
    for (const [text, pdu] of vectors) {
      assert.deepEqual(plain(decoded(hex(text))), plain(pdu), text);
      assert.equal(Buffer.from(encodeRose(pdu) ?? []).toString("hex"),
        hex(text).toString("hex"), text);
    }
  });

  it("reads results without a sequence, and without all", () => {
    for (const [text, result, operation] of [
      ["A2 05 02 01 04 05 00", "0500", undefined], ["A2 03 02 01 04", "", undefined],
      ["A2 07 02 01 04 55 02 00 05", "55020005", undefined],
      // A sequence that is the result itself, of a peer that leaves the operation out.
      ["A2 09 02 01 04 30 04 55 02 00 05", "300455020005", undefined],
      ["A2 08 02 01 04 30 03 02 01 47", "", 71],
    ] as const) {
      assert.deepEqual(plain(decoded(hex(text))), { kind: "result", invokeID: 4, result,
        ...operation === undefined ? {} : { operation } }, text);
    }
  });

  it("passes over a linked id, and names problems that have no name other", () => {
    assert.deepEqual(plain(decoded(hex("A1 0B 02 01 01 80 01 05 02 01 33 05 00"))),
      { kind: "invoke", invokeID: 1, operation: 51, argument: "0500" });
    for (const problem of ["81 01 07", "83 01 03", "85 01 00", "80 00"]) {
      const read = decoded(hex(`A4 ${problem === "80 00" ? "05" : "06"} 02 01 03 ${problem}`));
      assert.ok(typeof read !== "string" && read.kind === "reject" && read.problem === "other");
    }
    assert.deepEqual(plain(decoded(hex("A4 06 02 01 03 83 01 00"))),
      { kind: "reject", invokeID: 3, problem: "unrecognizedInvocation" });
    assert.equal(encodeRose({ kind: "reject", problem: "other" }), undefined);
  });

  it("says why there is none", () => {
    for (const text of ["30 00", "A1 03 04 01 00", "A1 03 02 01 01", "A3 03 02 01 01",
      "A4 00", "A4 03 02 01 01", "A5 03 02 01 01", "81 01 00", "A1 02 02 05",
      "A2 06 02 01 04 30 01 02"]) {
      assert.equal(typeof decoded(hex(text)), "string", text);
    }
  });

  it("gives back what it was given", () => {
    const id = fc.integer({ min: -(2 ** 40), max: 2 ** 40 });
    const element = fc.uint8Array({ maxLength: 20 }).map((bytes) =>
      Buffer.concat([Buffer.of(4, bytes.length), bytes]));
    fc.assert(fc.property(id, id, element, (invokeID, operation, octets) => {
      for (const pdu of [
        { kind: "invoke", invokeID, operation, argument: octets },
        { kind: "result", invokeID, operation, result: octets },
        { kind: "error", invokeID, code: operation, parameter: octets },
      ] satisfies RosePdu[]) {
        assert.deepEqual(plain(decoded(encodeRose(pdu) ?? hex(""))), plain(pdu));
      }
    }));
  });

  it("survives anything", () => {
    fc.assert(fc.property(fc.constantFrom(0xa1, 0xa2, 0xa3, 0xa4),
      fc.uint8Array({ maxLength: 100 }), (first, bytes) => {
        decoded(Buffer.concat([Buffer.of(first, bytes.length), bytes]));
      }), { numRuns: 2_000 });
  });
});
