import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../../base/codec.js";
import { xmlFrame, xmlFrameBytesMax, xmlFrameDecoder } from "./xml8.js";

interface Text {
  readonly invokeID: number;
  readonly text: string;
}

const read = (invokeID: number, text: string): Text | string =>
  text.includes("bad") ? "bad" : { invokeID, text };

function frame(invokeID: number, text: string): Uint8Array {
  const bytes = xmlFrame(invokeID, text);
  assert.ok(bytes);
  return bytes;
}

/** Messages and garbage in order; garbage of one place joined, however it came. */
function joined(found: Iterable<Decoded<Text>>): (Text | string)[] {
  const result: (Text | string)[] = [];
  for (const each of found) {
    const last = result.at(-1);
    if (each.kind === "message") result.push(each.message);
    else if (typeof last === "string") {
      result[result.length - 1] = last + Buffer.from(each.bytes).toString("latin1");
    } else result.push(Buffer.from(each.bytes).toString("latin1"));
  }
  return result;
}

describe("frames of CSTA XML", () => {
  it("has the length with its header and four digits", () => {
    // ECMA-323 over TCP, the printed example.
    const namespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed4";
    const text = `<MakeCall xmlns="${namespace}">`
      + "<callingDevice>100</callingDevice>"
      + "<calledDirectoryNumber>101</calledDirectoryNumber></MakeCall>";
    const bytes = frame(3, text);
    assert.deepEqual([...bytes.subarray(0, 8)], [0, 0, 0, 0xb7, 0x30, 0x30, 0x30, 0x33]);
    assert.deepEqual(joined(xmlFrameDecoder(read).push(bytes)), [{ invokeID: 3, text }]);
  });

  it("refuses what does not fit", () => {
    assert.equal(xmlFrame(1, "x".repeat(xmlFrameBytesMax - 7)), undefined);
    assert.equal(xmlFrame(10_000, "<a/>"), undefined);
    assert.equal(frame(1, "x".repeat(xmlFrameBytesMax - 8)).length, xmlFrameBytesMax);
  });

  it("gives the same however the bytes are cut, garbage and bad frames among them", () => {
    const piece = fc.oneof(
      fc.tuple(fc.nat(9999), fc.constantFrom("<a/>", " <b>é</b>", "<bad/>", ""))
        .map(([invokeID, text]) => frame(invokeID, text)),
      fc.uint8Array({ maxLength: 12 }),
      fc.constant(Uint8Array.of(0, 0, 0xff, 0xff, 0x30, 0x30, 0x30, 0x30)),
    );
    const manyPieces = fc.array(piece, { maxLength: 8 });
    fc.assert(fc.property(manyPieces, fc.array(fc.nat(12)), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces);
      const whole = joined(xmlFrameDecoder(read).push(bytes));
      const decoder = xmlFrameDecoder(read);
      const found: Decoded<Text>[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        found.push(...decoder.push(bytes.subarray(at, at + cut)));
        at += cut;
      }
      assert.deepEqual(joined(found), whole);
    }));
  });

  it("finds the frame behind garbage and behind a frame that is no XML", () => {
    const good = frame(12, "<a/>");
    const bytes = Buffer.concat([Buffer.from("HTTP/1.1\r\n\0\0\0"), frame(9, "no XML"), good,
      frame(10, "<bad/>"), good]);
    assert.deepEqual(joined(xmlFrameDecoder(read).push(bytes))
      .filter((each) => typeof each === "object"),
    [{ invokeID: 12, text: "<a/>" }, { invokeID: 12, text: "<a/>" }]);
  });

  it("does not let a false length swallow the frame behind it", () => {
    const bytes = Buffer.concat([Uint8Array.of(0, 0, 0xff, 0xff, 0x30, 0x30, 0x30, 0x30, 0x3c),
      frame(5, "<a/>")]);
    assert.deepEqual(joined(xmlFrameDecoder(read).push(bytes)).at(-1),
      { invokeID: 5, text: "<a/>" });
  });

  it("takes a frame of nothing, and Latin-1 from those who send it", () => {
    assert.deepEqual(joined(xmlFrameDecoder(read).push(frame(0, ""))),
      [{ invokeID: 0, text: "" }]);
    const latin = Buffer.from("\0\0\0\x100001<a>\xe9</a>", "latin1");
    assert.deepEqual(joined(xmlFrameDecoder(read).push(latin)),
      [{ invokeID: 1, text: "<a>é</a>" }]);
  });
});
