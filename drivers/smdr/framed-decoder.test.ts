import assert from "node:assert/strict";
import { smdrCodec } from "./codec.js";
import { FramedDecoder, type Heard } from "./framed-decoder.js";
import { lineFraming, type Framed, type Framing } from "./framing.js";
import { formatOf } from "./formats/index.js";

const answered =
  "22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN ";

function decoder(framing: Framing): FramedDecoder {
  return new FramedDecoder(framing,
    smdrCodec(formatOf("panasonic-kx"), { dateOrder: "dmy" }).decoder());
}

/** Every chunk is what `made` says of it. */
function framingOf(made: (bytes: Uint8Array) => readonly Framed[]): Framing {
  return { ...lineFraming, silenceEndsLine: false, receive: made };
}

const kinds = (heard: readonly Heard[]): readonly string[] => heard.map(({ kind }) => kind);

describe("decoding through a framing", () => {
  it("hands lines through as they come", () => {
    const lines = decoder(lineFraming);
    assert.deepEqual(lines.open(), [{ kind: "condition", condition: { type: "ready" } }]);
    assert.deepEqual(kinds(lines.push(Buffer.from(`${answered}\r\nrest`))), ["message"]);
    assert.ok(lines.endsBySilence);
    assert.equal(lines.pendingText, "rest");
    assert.deepEqual(kinds(lines.end()), ["garbage"]);
    assert.deepEqual(lines.tally(), { record: answered.length, skipped: 2 });
  });

  it("ends a record where the frame ends it, and keeps the order of what is to be done", () => {
    const framed = decoder(framingOf((bytes) => [
      { kind: "skipped", bytes: 1 }, { kind: "text", bytes: bytes.subarray(1), ends: true },
      { kind: "reply", bytes: Buffer.from("ok") }]));
    assert.deepEqual(kinds(framed.push(Buffer.from(`#${answered}`))), ["message", "reply"]);
    assert.deepEqual(framed.tally(), { record: answered.length, skipped: 1 });
    assert.ok(!framed.endsBySilence);
  });

  it("accounts for a record's own bytes where its text is another", () => {
    const received = Buffer.from("0123456789");
    for (const [text, garbage, tally] of [
      [answered, 0, { record: 10, skipped: 0 }],
      ["nonsense", 10, { record: 0, skipped: 0 }],
      ["   ", 0, { record: 0, skipped: 10 }],
      [`${answered}\n${answered}`, 0, { record: 10, skipped: 0 }],
    ] as const) {
      const framed = decoder(framingOf((bytes) =>
        [{ kind: "record", text: Buffer.from(text), bytes }]));
      const heard = framed.push(received);
      assert.equal(heard.reduce((sum, each) =>
        sum + (each.kind === "garbage" ? each.bytes.length : 0), 0), garbage, text);
      assert.deepEqual(framed.tally(), tally, text);
    }
  });
});
