import assert from "node:assert/strict";
import fc from "fast-check";
import type { Framed, Framing } from "../framing.js";
import { acceptance, acknowledgement, AvayaRsp } from "./avaya-rsp.js";
import { framingNames, openFraming } from "./index.js";
import { blockOf } from "./nec-blocks.js";
import { MessageReader, messageOf } from "./nec-tcp.js";
import { necDefaults } from "./nec.js";
import { packetOf, RspReader, types } from "./rsp-packets.js";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Every received byte that a framing has told of. */
function told(framed: readonly Framed[]): number {
  return framed.reduce((sum, each) => sum + (each.kind === "skipped" ? each.bytes
    : each.kind === "text" || each.kind === "garbage" || each.kind === "record"
      ? each.bytes.length : 0), 0);
}

function run(framing: Framing, stream: Uint8Array, cuts: readonly number[]): readonly Framed[] {
  const framed = [...framing.open()];
  let from = 0;
  for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
    const to = Math.min(cut, stream.length);
    framed.push(...framing.receive(stream.subarray(from, to)));
    from = to;
  }
  return [...framed, ...framing.end()];
}

/** All text in one, and what is answered, without how it was cut. */
function gist(framed: readonly Framed[]): object {
  const join = (kind: "text" | "reply"): string => hex(Buffer.concat(framed.flatMap((each) =>
    each.kind === kind ? [each.bytes] : [])));
  return { text: join("text"), reply: join("reply") };
}

describe("NEC over TCP", () => {
  it("prints the messages of an independent client (anmaslov/smdr)", () => {
    const none = new Uint8Array(0);
    assert.equal(hex(messageOf({ identifier: "1", device: "00", data: none })),
      "163130303030323030fc");
    assert.equal(hex(messageOf({ identifier: "4", device: "00", data: Buffer.from("1\u0006") })),
      "1634303030303430303106c8");
    assert.equal(hex(messageOf({ identifier: "6", device: "00", data: Buffer.from("\u0006") })),
      "16363030303033303006fc");
  });

  it("loses no good message among damaged ones and noise, however cut", () => {
    const good = fc.uint8Array({ maxLength: 40 }).map((data) =>
      ({ identifier: "2", device: "00", data }));
    const piece = fc.oneof(
      good.map((message) => ({ message, bytes: messageOf(message) })),
      fc.tuple(good, fc.nat(), fc.integer({ min: 1, max: 255 })).map(([message, at, flip]) => {
        const bytes = Uint8Array.from(messageOf(message));
        const place = 7 + at % (bytes.length - 7);
        bytes[place] = (bytes[place] ?? 0) ^ flip;
        return { message: undefined, bytes };
      }),
      fc.uint8Array({ maxLength: 20 }).map((bytes) => ({ message: undefined,
        bytes: bytes.map((octet) => octet | 0x80) })));
    fc.assert(fc.property(fc.array(piece, { maxLength: 10 }),
      fc.array(fc.nat({ max: 500 }), { maxLength: 8 }), (pieces, cuts) => {
        const reader = new MessageReader();
        const stream = Buffer.concat(pieces.map(({ bytes }) => bytes));
        const at = [0, ...cuts.map((cut) => Math.min(cut, stream.length))
          .sort((a, b) => a - b), stream.length];
        const found = [...at.slice(1).flatMap((to, index) =>
          reader.push(stream.subarray(at[index], to))), ...reader.end()];
        const messages = found.flatMap((each) => each.kind === "message"
          ? [hex(messageOf(each.message))] : []);
        const expected = pieces.flatMap(({ message }) =>
          message === undefined ? [] : [hex(messageOf(message))]);
        assert.deepEqual(messages, expected);
        assert.equal(found.reduce((sum, each) => sum + (each.kind === "message" ? each.bytes
          : each.bytes.length), 0), stream.length);
      }), { numRuns: 200 });
  });
});

describe("Avaya RSP", () => {
  it("answers as the captured server did", () => {
    assert.equal(hex(acceptance), "0206010007010002010681");
    assert.equal(hex(acknowledgement(7)), "4005010781");
    assert.equal(hex(acknowledgement(256)), "4005010081");
    const framing = new AvayaRsp({});
    const start = Buffer.from("01060100070100020106030400000000".concat("81"), "hex");
    assert.equal(start.length, 17);
    assert.deepEqual(framing.receive(start).map((each) => each.kind === "reply"
      ? hex(each.bytes) : each.kind), ["skipped", "0206010007010002010681", "condition", "wait"]);
    assert.deepEqual(framing.receive(Buffer.from("50", "hex")).map((each) =>
      each.kind === "reply" ? hex(each.bytes) : each.kind), ["skipped", "51", "wait"]);
  });

  it("reads heads and texts alike however they are cut", () => {
    const line = fc.stringMatching(/^[0-9A-I ]{1,80}$/).map((text) => `${text}\r\n\0\0\0`);
    const packet = fc.oneof(
      fc.tuple(fc.nat({ max: 255 }), fc.array(line, { minLength: 1, maxLength: 3 }))
        .map(([sequence, lines]) => packetOf(types.data, [{ identifier: 4, value: [sequence] }],
          Buffer.from(lines.join("")))),
      fc.constant(Uint8Array.of(types.alive)));
    fc.assert(fc.property(fc.array(packet, { maxLength: 10 }),
      fc.array(fc.nat({ max: 1_000 }), { maxLength: 10 }), (packets, cuts) => {
        const stream = Buffer.concat(packets);
        const whole = run(new AvayaRsp({}), stream, []);
        const cut = run(new AvayaRsp({}), stream, cuts);
        assert.deepEqual(gist(cut), gist(whole));
        assert.equal(told(cut), stream.length);
      }), { numRuns: 200 });
  });

  it("gives up a head that has no end", () => {
    const reader = new RspReader();
    const found = reader.push(Buffer.concat([Buffer.of(types.data, 4, 255), Buffer.alloc(500)]));
    assert.ok(found.length > 0 && found.every((piece) => piece.kind === "damage"));
  });
});

describe("every framing", () => {
  for (const framing of framingNames) {
    it(`${framing} never throws, tells of each byte once and keeps within its bound`, () => {
      const mix = fc.array(fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.constant(blockOf(Buffer.from("0!KA001"), true)),
        fc.constant(messageOf({ identifier: "2", device: "00",
          data: Buffer.concat([Buffer.from("1"), blockOf(Buffer.from("0!KA"), false)]) })),
        fc.constant(Buffer.from("8004010181313233340d0a", "hex")),
        fc.uint8Array({ minLength: 2_000, maxLength: 3_000 })), { maxLength: 12 });
      fc.assert(fc.property(mix, fc.array(fc.nat({ max: 4_000 }), { maxLength: 8 }),
        (pieces, cuts) => {
          const stream = Buffer.concat(pieces);
          const made = openFraming({ framing, nec: necDefaults }, { memory: {}, datagrams: false });
          assert.equal(told(run(made, stream, cuts)), stream.length);
        }), { numRuns: 100 });
    });
  }
});
