import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../base/codec.js";
import {
  callerIdCodec, encodeCallerId, factsOf, garbageOctetsMax, isCall, messageOctetsMax,
  readCallerId, type CallerIdMessage, type CallerParameter,
} from "./caller-id.js";

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(" ", ""),
  "hex"));

/** All that comes of octets cut at some places, the silence behind them included. */
function decode(bytes: Uint8Array, cuts: readonly number[] = []): Decoded<CallerIdMessage>[] {
  const decoder = callerIdCodec.decoder();
  const found: Decoded<CallerIdMessage>[] = [];
  let from = 0;
  for (const cut of [...cuts, bytes.length].sort((a, b) => a - b)) {
    const end = Math.min(cut, bytes.length);
    found.push(...decoder.push(bytes.subarray(from, end)));
    from = end;
  }
  found.push(...decoder.flush());
  assert.ok(!decoder.pending);
  return found;
}

function messages(found: readonly Decoded<CallerIdMessage>[]): CallerIdMessage[] {
  return found.flatMap((each) => each.kind === "message" ? [each.message] : []);
}

function garbage(found: readonly Decoded<CallerIdMessage>[]): string[] {
  return found.flatMap((each) => each.kind === "garbage" ? [each.reason] : []);
}

const time = fc.record({ month: fc.integer({ min: 1, max: 12 }),
  day: fc.integer({ min: 1, max: 31 }), hour: fc.integer({ min: 0, max: 23 }),
  minute: fc.integer({ min: 0, max: 59 }) });
const octet = fc.integer({ min: 0, max: 255 });
const text = fc.array(octet, { maxLength: 24 }).map((codes) => String.fromCharCode(...codes));
const absence = fc.constantFrom("private" as const, "outOfArea" as const);
const parameter: fc.Arbitrary<CallerParameter> = fc.oneof(
  time.map((at) => ({ kind: "dateTime" as const, ...at })),
  fc.record({ kind: fc.constantFrom("number" as const, "dialled" as const, "name" as const),
    text }),
  fc.record({ kind: fc.constantFrom("numberAbsence" as const, "nameAbsence" as const),
    reason: absence }),
  fc.record({ kind: fc.constant("messageWaiting" as const), on: fc.boolean() }),
  fc.record({ kind: fc.constant("callType" as const), value: octet }),
  fc.record({ kind: fc.constant("networkMessage" as const), count: octet }),
  fc.record({ kind: fc.constant("other" as const), type: fc.integer({ min: 0x20, max: 255 }),
    octets: fc.uint8Array({ maxLength: 20 }) }));
const message: fc.Arbitrary<CallerIdMessage> = fc.oneof(
  fc.record({ form: fc.constant("mdmf" as const),
    about: fc.constantFrom("call" as const, "messageWaiting" as const),
    parameters: fc.array(parameter, { maxLength: 8 }) }),
  fc.record({ form: fc.constant("sdmf" as const), time,
    number: fc.stringMatching(/^[0-9]{1,20}$/) }),
  fc.record({ form: fc.constant("sdmf" as const), time, absence }))
  .map((made) => structuredClone(made));
const cutsOf = fc.array(fc.nat(600), { maxLength: 12 });

/** None of these octets can begin a message, and none is idle tone. */
const quiet = fc.uint8Array({ maxLength: 400 })
  .map((bytes) => bytes.map((each) => [0x04, 0x80, 0x82, 0x55].includes(each) ? 0 : each));

describe("caller identification octets", () => {
  it("reads an SDMF message (ME Labs, `Caller ID`, SDMF example)", () => {
    assert.deepEqual(
      messages(decode(hex("04 12 30 39 33 30 31 32 32 34 36 30 39 35 35 35 31 32 31 32 51"))),
      [{ form: "sdmf", time: { month: 9, day: 30, hour: 12, minute: 24 }, number: "6095551212" }]);
  });

  it("reads an MDMF message (ME Labs prints sum 7D; the octets as printed add up with 84)", () => {
    const body = "80 20 01 08 30 33 32 34 30 39 30 32 07 08 4A 4F 48 4E 20 44 4F 45 02 0A "
      + "38 30 30 35 35 35 31 32 31 32";
    const wrong = decode(hex(`${body} 7D`));
    assert.deepEqual(messages(wrong), []);
    assert.ok(garbage(wrong).includes("the sum is wrong"));
    const [right] = messages(decode(hex(`${body} 84`)));
    assert.ok(right !== undefined);
    assert.deepEqual(factsOf(right), { time: { month: 3, day: 24, hour: 9, minute: 2 },
      name: "JOHN DOE", number: "8005551212" });
  });

  it("reads the project's own checked example", () => {
    const [read] = messages(decode(hex("80 1D 01 08 31 31 32 32 30 39 31 35 02 0B 30 33 30 31 32 "
      + "33 34 35 36 37 38 07 04 41 4E 4E 41 58")));
    assert.ok(read !== undefined);
    assert.deepEqual(factsOf(read), { time: { month: 11, day: 22, hour: 9, minute: 15 },
      number: "03012345678", name: "ANNA" });
    assert.ok(isCall(read));
  });

  it("reads P and O in both forms, lamps, call types and what it does not know", () => {
    const blocked = hex("04 09 30 39 33 30 31 32 32 34 50 0E");
    const [sdmf] = messages(decode(blocked));
    assert.ok(sdmf !== undefined);
    assert.equal(factsOf(sdmf).numberAbsence, "private");
    const lamp: CallerIdMessage = { form: "mdmf", about: "messageWaiting",
      parameters: [{ kind: "messageWaiting", on: true }, { kind: "networkMessage", count: 3 }] };
    assert.deepEqual(factsOf(lamp), { messageWaiting: true, networkMessages: 3 });
    assert.ok(!isCall(lamp));
    assert.ok(!isCall({ form: "mdmf", about: "call",
      parameters: [{ kind: "callType", value: 0x81 }] }));
    assert.deepEqual(factsOf({ form: "mdmf", about: "call", parameters: [
      { kind: "numberAbsence", reason: "outOfArea" }, { kind: "nameAbsence", reason: "private" },
      { kind: "dialled", text: "101" }, { kind: "callType", value: 1 },
      { kind: "other", type: 0x21, octets: hex("0102") },
      { kind: "other", type: 0x0b, octets: hex("07") }] }),
    { numberAbsence: "outOfArea", nameAbsence: "private", dialled: "101", callType: 1,
      others: "21 0102; 0b 07" });
  });

  it("keeps a known parameter with impossible octets as it came", () => {
    const octets = encodeCallerId({ form: "mdmf", about: "call",
      parameters: [{ kind: "dateTime", month: 13, day: 1, hour: 1, minute: 1 }] });
    assert.deepEqual(messages(decode(octets)), [{ form: "mdmf", about: "call",
      parameters: [{ kind: "other", type: 1, octets: hex("3133303130313031") }] }]);
  });

  it("says why octets are no message", () => {
    const reasons = (text: string): unknown => readCallerId(hex(text));
    assert.equal(reasons("FF"), "no caller identification begins here");
    assert.equal(reasons("04 02 31 32 00"), "not a length that SDMF can have");
    assert.equal(reasons("04 08 41 41"), "no date where SDMF has one");
    assert.equal(reasons("80 03 02 09 31 00"), "a parameter is longer than its message");
    assert.equal(reasons("80 03 02 01"), "cut short");
    assert.equal(reasons("80 00 80 00"), "octets follow the message");
    const impossible = hex("04 08 39 39 39 39 39 39 39 39 2C");
    assert.equal(readCallerId(impossible), "no date where SDMF has one");
  });

  it("does not count the idle tone before a message as garbage", () => {
    const found = decode(Uint8Array.from([...hex("55".repeat(40)),
      ...encodeCallerId({ form: "mdmf", about: "call", parameters: [] })]));
    assert.deepEqual(found.map(({ kind }) => kind), ["message"]);
  });

  it("decodes what it encodes, however it is cut", () => {
    fc.assert(fc.property(fc.array(message, { minLength: 1, maxLength: 4 }), cutsOf,
      (sent, cuts) => {
        const found = decode(Buffer.concat(sent.map(encodeCallerId)), cuts);
        assert.deepEqual(found, sent.map((each) => ({ kind: "message", message: each })));
      }));
  });

  it("gives the same for any octets however they are cut, loses none, throws never", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), cutsOf, (bytes, cuts) => {
      const found = decode(bytes, cuts);
      assert.deepEqual(found, decode(bytes));
      for (const each of found) {
        assert.ok(each.kind === "message" || each.bytes.length <= garbageOctetsMax);
      }
      const idle = bytes.filter((each) => each === 0x55).length;
      const kept = found.reduce((sum, each) => sum + (each.kind === "garbage"
        ? each.bytes.length : encodeCallerId(each.message).length), 0);
      assert.ok(kept <= bytes.length && kept >= bytes.length - idle);
    }), { numRuns: 300 });
  });

  it("finds the message behind noise at once, where noise cannot begin one", () => {
    fc.assert(fc.property(quiet, message, (noise, sent) => {
      const decoder = callerIdCodec.decoder();
      const found = [...decoder.push(Buffer.concat([noise, encodeCallerId(sent)]))];
      assert.deepEqual(messages(found), [sent]);
      assert.equal(garbage(found).length, Math.ceil(noise.length / garbageOctetsMax));
    }));
  });

  it("finds the message behind a message that was damaged or cut, after a silence", () => {
    fc.assert(fc.property(message, message, fc.nat(), fc.integer({ min: 1, max: 255 }),
      (first, second, place, flip) => {
        const damaged = encodeCallerId(first);
        damaged[place % damaged.length] = (damaged[place % damaged.length] ?? 0) ^ flip;
        const found = decode(Buffer.concat([damaged, encodeCallerId(second)]));
        assert.ok(messages(found).length >= 1);
        const cut = decode(Buffer.concat([encodeCallerId(first).subarray(0, 1 + place % 2),
          encodeCallerId(second)]));
        assert.ok(messages(cut).length >= 1);
      }));
  });

  it("keeps no more than one message and one piece of noise", () => {
    const decoder = callerIdCodec.decoder();
    let told = 0;
    const sent = 10_000;
    for (let at = 0; at < sent; at += 1) {
      for (const each of decoder.push(hex("82"))) {
        told += each.kind === "garbage" ? each.bytes.length : messageOctetsMax;
      }
    }
    assert.ok(sent - told <= messageOctetsMax + garbageOctetsMax);
  });

  it("cuts what does not fit when it encodes", () => {
    const long = "9".repeat(400);
    const one = encodeCallerId({ form: "mdmf", about: "call",
      parameters: [{ kind: "number", text: long }, { kind: "name", text: "é€" }] });
    assert.equal(typeof readCallerId(one), "object");
    const sdmf = encodeCallerId({ form: "sdmf", number: long,
      time: { month: 1, day: 1, hour: 0, minute: 0 } });
    assert.equal(typeof readCallerId(sdmf), "object");
  });
});
