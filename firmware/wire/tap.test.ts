import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoder } from "../base/codec.js";
import {
  blockBytesMax, infoCharsMax, lineBytesMax, tapAnswerCodec, tapBlocks, tapChecksum,
  tapRequestCodec, type TapAnswer, type TapRequest,
} from "./tap.js";

const latin1 = (text: string): Uint8Array => Buffer.from(text, "latin1");

function read<M>(decoder: Decoder<M>, ...chunks: readonly Uint8Array[]): readonly unknown[] {
  return chunks.flatMap((chunk) => [...decoder.push(chunk)].map((item) =>
    item.kind === "message" ? item.message : item.kind));
}

const answers = (...chunks: readonly string[]): readonly unknown[] =>
  read(tapAnswerCodec.decoder(), ...chunks.map(latin1));
const requests = (...chunks: readonly string[]): readonly unknown[] =>
  read(tapRequestCodec.decoder(), ...chunks.map(latin1));

/** As the BASIC program of TAP 1.8 §6.0 counts it, in other steps than the codec. */
function basicChecksum(bytes: Uint8Array): string {
  let sum = 0;
  for (const byte of bytes) sum += byte - Math.floor(byte / 128) * 128;
  const digits: string[] = [];
  for (let digit = 0; digit < 3; digit += 1) {
    digits.unshift(String.fromCharCode(48 + sum - Math.floor(sum / 16) * 16));
    sum = Math.floor(sum / 16);
  }
  return digits.join("");
}

const ascii = fc.string({ unit: fc.integer({ min: 0, max: 0x7f }).map((code) =>
  String.fromCharCode(code)), maxLength: 700 });

describe("TAP 1.8 codec", () => {
  it("counts and writes the block of the specification's example (§5.0)", () => {
    assert.equal(tapChecksum(latin1("\x02123\rABC\r\x03")), "17;");
    assert.deepEqual(tapBlocks(["123", "ABC"]).map((block) =>
      Buffer.from(block).toString("latin1")), ["\x02123\rABC\r\x0317;\r"]);
    assert.deepEqual(requests("\x02123\rABC\r\x0317;\r"),
      [{ kind: "block", text: "123\rABC\r", end: "transaction" }]);
  });

  it("counts as the specification's own program does (§6.0)", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(tapChecksum(bytes), basicChecksum(bytes));
    }));
  });

  it("reads the answers of a session as the specification writes them (§3.0)", () => {
    assert.deepEqual(answers("ID=", "110 1.8\r\x06\r", "114 Welcome\r\x1b[p\r",
      "211 Page(s) sent\r\x06\r", "514 Checksum\r\x15\r", "511 Invalid pager ID\r\x1e\r",
      "115 Bye\r\x1b\x04\r"), [
      { kind: "prompt" }, { kind: "text", code: "110", text: "1.8" }, { kind: "acknowledge" },
      { kind: "text", code: "114", text: "Welcome" }, { kind: "goAhead" },
      { kind: "text", code: "211", text: "Page(s) sent" }, { kind: "acknowledge" },
      { kind: "text", code: "514", text: "Checksum" }, { kind: "repeat" },
      { kind: "text", code: "511", text: "Invalid pager ID" }, { kind: "abandon" },
      { kind: "text", code: "115", text: "Bye" }, { kind: "disconnect" }]);
  });

  it("reads terminals that end lines otherwise, or not at all (§4.0)", () => {
    assert.deepEqual(answers("\r\nWelcome\n\rID=\r", "\x06\r\n", "\x1b[p", "Sent \x06\r"), [
      { kind: "text", text: "Welcome" }, { kind: "prompt" }, { kind: "acknowledge" },
      { kind: "goAhead" }, { kind: "text", text: "Sent " }, { kind: "acknowledge" }]);
  });

  it("ignores the parity bit", () => {
    assert.deepEqual(answers("\xc9\xc4\xbd"), [{ kind: "prompt" }]);
  });

  it("reads what an entry device sends", () => {
    assert.deepEqual(requests("\r", "\x1bPG1\r", "\x1bPG1secret\r", "\x04\r"), [
      { kind: "enter" }, { kind: "logon", service: "PG1", password: "" },
      { kind: "logon", service: "PG1", password: "secret" }, { kind: "logoff" }]);
  });

  it("finds a block behind a damaged or broken one", () => {
    assert.deepEqual(requests("\x02123\rABD\r\x0317;\r", "\x0212", "\x02123\rABC\r\x0317;\r"),
      ["garbage", "garbage", { kind: "block", text: "123\rABC\r", end: "transaction" }]);
  });

  it("splits a long message over blocks that fit, and a terminal has it back whole", () => {
    fc.assert(fc.property(ascii, ascii, (pager, text) => {
      const blocks = tapBlocks([pager, text]);
      const read1 = read(tapRequestCodec.decoder(), ...blocks) as (TapRequest & { text: string })[];
      for (const block of blocks) assert.ok(block.length <= infoCharsMax + 6);
      assert.deepEqual(read1.map(({ kind }) => kind), blocks.map(() => "block"));
      assert.equal(read1.map((each) => each.text).join(""), `${pager}\r${text}\r`);
      const ends = read1.map((each) => "end" in each ? each.end : "");
      assert.equal(ends.at(-1), "transaction");
      assert.ok(!ends.slice(0, -1).includes("transaction"));
    }));
  });

  it("says between fields or within one, as the block ends (§3.0)", () => {
    const [first, second] = tapBlocks(["1".repeat(infoCharsMax - 1), "A"]);
    assert.equal(first?.at(-5), 0x17);
    assert.equal(second?.at(-5), 0x03);
    assert.equal(tapBlocks(["1", "A".repeat(infoCharsMax)])[0]?.at(-5), 0x1f);
  });

  it("gives the same however the bytes are cut", () => {
    const parts = fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }),
      fc.constantFrom("ID=", "\x06\r", "\x1b[p\r", "211 ok\r", "\x1b\x04\r", "\x1bPG1\r", "\r",
        "\x02123\rABC\r\x0317;\r").map(latin1)), { maxLength: 8 });
    fc.assert(fc.property(parts, fc.integer({ min: 1, max: 5 }), (pieces, length) => {
      const bytes = Buffer.concat(pieces);
      const cut = Array.from({ length: Math.ceil(bytes.length / length) }, (_none, index) =>
        bytes.subarray(index * length, (index + 1) * length));
      assert.deepEqual(read(tapAnswerCodec.decoder(), ...cut),
        read(tapAnswerCodec.decoder(), bytes));
      assert.deepEqual(read(tapRequestCodec.decoder(), ...cut),
        read(tapRequestCodec.decoder(), bytes));
    }));
  });

  it("gives back what it has written", () => {
    const letter = fc.constantFrom("A", "b", "1", " ");
    const word = fc.string({ unit: letter, minLength: 1, maxLength: 9 })
      .filter((text) => text.trim() === text);
    const answer: fc.Arbitrary<TapAnswer> = fc.oneof(
      fc.constantFrom<TapAnswer>({ kind: "prompt" }, { kind: "acknowledge" }, { kind: "repeat" },
        { kind: "abandon" }, { kind: "goAhead" }, { kind: "disconnect" }),
      word.map((text): TapAnswer => ({ kind: "text", code: "211", text })));
    fc.assert(fc.property(fc.array(answer), (messages) => {
      assert.deepEqual(read(tapAnswerCodec.decoder(),
        Buffer.concat(messages.map((each) => tapAnswerCodec.encode(each)))), messages);
    }));
  });

  it("keeps no more than its bounds", () => {
    assert.ok(answers("x".repeat(lineBytesMax), "ID=").includes("garbage"));
    assert.deepEqual(requests("\x02" + "x".repeat(blockBytesMax - 1), "\r"),
      ["garbage", { kind: "enter" }]);
  });
});
