import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../base/codec.js";
import {
  lineBytesMax, modemCodec, modemResults, modemTags, readModemLine, readWhozzLine, whozzAbsence,
  whozzCodec, type LineCodec, type ModemLine, type WhozzLine,
} from "./caller-id-lines.js";

function decode<M>(
  codec: LineCodec<M>, bytes: Uint8Array | string, cuts: readonly number[] = [],
): Decoded<M>[] {
  const decoder = codec.decoder();
  const all = typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes;
  const found: Decoded<M>[] = [];
  let from = 0;
  for (const cut of [...cuts, all.length].sort((a, b) => a - b)) {
    const end = Math.min(cut, all.length);
    found.push(...decoder.push(all.subarray(from, end)));
    from = end;
  }
  found.push(...decoder.flush());
  assert.ok(!decoder.pending);
  return found;
}

function messages<M>(found: readonly Decoded<M>[]): M[] {
  return found.flatMap((each) => each.kind === "message" ? [each.message] : []);
}

const word = fc.stringMatching(/^[!-~](?:[ -~]{0,12}[!-~])?$/);
const time = { month: fc.integer({ min: 1, max: 12 }), day: fc.integer({ min: 1, max: 31 }),
  hour: fc.integer({ min: 0, max: 23 }), minute: fc.integer({ min: 0, max: 59 }) };
const lineNumber = fc.stringMatching(/^[0-9]{2}$/);
const direction = fc.constantFrom("incoming" as const, "outgoing" as const);
const number = fc.oneof(fc.stringMatching(/^[0-9][0-9-]{0,13}$/),
  fc.constantFrom("", "Private", "Out-of-Area"));
const modemLine: fc.Arbitrary<ModemLine> = fc.oneof(
  fc.constant({ kind: "ring" as const }),
  fc.record({ kind: fc.constant("result" as const), result: fc.constantFrom(...modemResults) }),
  fc.record({ kind: fc.constant("field" as const), tag: fc.constantFrom(...modemTags),
    value: fc.oneof(word.filter((each) => !/^[0-9a-f]+$/i.test(each)), fc.constant("")) }),
  fc.record({ kind: fc.constant("packet" as const), sum: fc.boolean(), message: fc.record({
    form: fc.constant("sdmf" as const), time: fc.record(time),
    number: fc.stringMatching(/^[0-9]{1,12}$/) }) }),
  fc.record({ kind: fc.constant("cadence" as const), on: fc.boolean(), tenths: fc.nat(99_999) }),
  fc.constantFrom("ATZ", "AT#CID=1", "AT+VCID=1")
    .map((command) => ({ kind: "echo" as const, command })))
  .map((made) => structuredClone(made));
const whozzLine: fc.Arbitrary<WhozzLine> = fc.oneof(
  fc.record({ kind: fc.constant("call" as const), layout: fc.constant("comprehensive" as const),
    line: lineNumber, direction, phase: fc.constantFrom("start" as const, "end" as const),
    durationSeconds: fc.nat(9_999), sumGood: fc.boolean(),
    ring: fc.stringMatching(/^[A-D][0-9]?$/), number, name: fc.oneof(word, fc.constant("")),
    ...time }),
  fc.record({ kind: fc.constant("call" as const), layout: fc.constant("limited" as const),
    line: lineNumber, direction, number, name: fc.oneof(word, fc.constant("")), ...time }),
  fc.record({ kind: fc.constant("detail" as const), line: lineNumber,
    event: fc.constantFrom("ring" as const, "offHook" as const, "onHook" as const,
      "hookFlash" as const), second: fc.integer({ min: 0, max: 59 }), ...time }))
  .map((made) => structuredClone(made));
const cutsOf = fc.array(fc.nat(800), { maxLength: 10 });

describe("lines of a modem", () => {
  it("reads the formatted report (3Com 56K Business Modem, page 4-9)", () => {
    const found = messages(decode(modemCodec, "\r\nRING\r\n\r\nDATE = 1015\r\nTIME = 2038\r\n"
      + "NMBR = 8475550001\r\nNAME = U.S.ROBOTICS\r\n\r\nRING\r\n"));
    assert.deepEqual(found, [{ kind: "ring" }, { kind: "field", tag: "DATE", value: "1015" },
      { kind: "field", tag: "TIME", value: "2038" },
      { kind: "field", tag: "NMBR", value: "8475550001" },
      { kind: "field", tag: "NAME", value: "U.S.ROBOTICS" }, { kind: "ring" }]);
  });

  it("reads the unformatted report, with and without its sum (Rockwell, Askey page 39)", () => {
    const printed = "0412303332323234303539313435353132333435";
    // The manual's packet says hour 24, which is no time; with 23 the same packet is good.
    assert.equal(typeof readModemLine(printed), "string");
    const possible = printed.replace("32343035", "32333035");
    const wanted = { form: "sdmf", time: { month: 3, day: 22, hour: 23, minute: 5 },
      number: "9145512345" };
    assert.deepEqual(readModemLine(possible), { kind: "packet", message: wanted, sum: false });
    assert.deepEqual(readModemLine(`${possible}52`),
      { kind: "packet", message: wanted, sum: true });
    assert.deepEqual(readModemLine(`MESG = ${possible}52`),
      { kind: "packet", message: wanted, sum: true });
  });

  it("refuses a packet whose length does not fit (3Com prints 1E before 24h octets)", () => {
    assert.equal(readModemLine("801E01083130313532303338020A37303835353530303031070C552E532E"
      + "524F424F5449435322"), "a parameter is longer than its message");
    assert.equal(typeof readModemLine("0412"), "string");
  });

  it("keeps an item that the modem itself did not know (Rockwell, Askey page 39)", () => {
    assert.deepEqual(readModemLine("MESG = 06034242431"),
      { kind: "field", tag: "MESG", value: "06034242431" });
  });

  it("knows distinctive rings, echoes, cadences, speeds; refuses other words", () => {
    assert.deepEqual(readModemLine("RING B"), { kind: "ring" });
    assert.deepEqual(readModemLine("NMBR=P"), { kind: "field", tag: "NMBR", value: "P" });
    assert.deepEqual(readModemLine("ATE0"), { kind: "echo", command: "ATE0" });
    assert.deepEqual(readModemLine("DRON=20"), { kind: "cadence", on: true, tenths: 20 });
    assert.deepEqual(readModemLine("CONNECT 9600"), { kind: "result", result: "CONNECT" });
    assert.equal(readModemLine("HELLO"), "not a line that modems print");
    assert.equal(readModemLine("ABCD = 1"), "not a line that modems print");
  });

  it("decodes what it encodes, however it is cut", () => {
    fc.assert(fc.property(fc.array(modemLine, { maxLength: 6 }), cutsOf, (sent, cuts) => {
      const found = decode(modemCodec, Buffer.concat(sent.map(modemCodec.encode)), cuts);
      assert.deepEqual(found, sent.map((message) => ({ kind: "message", message })));
    }));
  });

  it("finds a ring behind noise without a line end", () => {
    const found = decode(modemCodec, "\xff\xfe#?RING\r\n");
    assert.deepEqual(found.map(({ kind }) => kind), ["garbage", "message"]);
  });
});

describe("lines of a Whozz Calling? box", () => {
  it("reads a comprehensive line (CallerID.com, 4 and 8 line manual)", () => {
    assert.deepEqual(
      readWhozzLine("01 I S 0276 G B3 09/26 11:28 AM 800-240-4637   CallerID.com"),
      { kind: "call", layout: "comprehensive", line: "01", direction: "incoming", phase: "start",
        durationSeconds: 276, sumGood: true, ring: "B3", month: 9, day: 26, hour: 11, minute: 28,
        number: "800-240-4637", name: "CallerID.com" });
    const noon = readWhozzLine("02 O E 0061 B A0 11/22 12:05 PM 0145678901");
    assert.ok(typeof noon === "object" && noon.kind === "call");
    assert.deepEqual([noon.hour, noon.direction, noon.sumGood, noon.number, noon.name],
      [12, "outgoing", false, "0145678901", ""]);
    const midnight = readWhozzLine("02 I S 0000 G A0 11/22 12:05 AM");
    assert.ok(typeof midnight === "object");
    assert.equal(midnight.hour, 0);
  });

  it("reads a limited line (same manual), five spaces between its fields", () => {
    const gap = " ".repeat(5);
    const line = ["$01", "09/26", "02:30 PM", "8002404637    ", "I", "CallerID.com"].join(gap);
    assert.deepEqual(readWhozzLine(line), { kind: "call", layout: "limited", line: "01",
      direction: "incoming", month: 9, day: 26, hour: 14, minute: 30, number: "8002404637",
      name: "CallerID.com" });
    const bare = readWhozzLine(["$01", "09/26", "02:30 PM", " ".repeat(14), "I", "O REIL"]
      .join(gap));
    assert.ok(typeof bare === "object" && bare.kind === "call");
    assert.deepEqual([bare.number, bare.direction, bare.name], ["", "incoming", "O REIL"]);
  });

  it("reads the detail of a call (CallerID.com, 2 line manual)", () => {
    const events = ["01 R     11/07 07:43:52", "01 F     11/07 17:45:04",
      "02 N     11/07 10:46:23", "01 H     11/07 22:11:08"].map(readWhozzLine);
    assert.deepEqual(events.map((line) => typeof line === "object" && line.kind === "detail"
      ? `${line.line} ${line.event} ${line.hour}:${line.second}` : line),
    ["01 ring 7:52", "01 offHook 17:4", "02 onHook 10:23", "01 hookFlash 22:8"]);
  });

  it("refuses times that no clock shows and other lines", () => {
    const noTime = "not a date and time that a clock can show";
    assert.equal(readWhozzLine("01 I S 0000 G A0 13/22 09:15 AM 1"), noTime);
    assert.equal(readWhozzLine("01 I S 0000 G A0 11/22 00:15 AM 1"), noTime);
    assert.equal(readWhozzLine("01 R     11/07 07:43:60"), noTime);
    assert.equal(readWhozzLine("$01     09/26     02:60 PM     1     I"), noTime);
    assert.equal(typeof readWhozzLine("01 I S 0x00 G A0 11/22 09:15 AM 1"), "string");
    assert.equal(whozzAbsence("Out-of-Area"), "outOfArea");
    assert.equal(whozzAbsence("PRIVATE"), "private");
    assert.equal(whozzAbsence("800"), undefined);
  });

  it("decodes what it encodes, however it is cut", () => {
    fc.assert(fc.property(fc.array(whozzLine, { maxLength: 6 }), cutsOf, (sent, cuts) => {
      const found = decode(whozzCodec, Buffer.concat(sent.map(whozzCodec.encode)), cuts);
      assert.deepEqual(found, sent.map((message) => ({ kind: "message", message })));
    }));
  });

  it("finds the line behind noise without an end", () => {
    const found = decode(whozzCodec, "\x80\x9901 01 I S 0000 G A0 11/22 09:15 AM 030\r\n");
    assert.deepEqual(found.map(({ kind }) => kind), ["garbage", "message"]);
  });
});

describe("line decoders", () => {
  const codecs: readonly LineCodec<ModemLine | WhozzLine>[] =
    [modemCodec as LineCodec<never>, whozzCodec as LineCodec<never>];

  it("give the same for any octets however they are cut, and never throw", () => {
    fc.assert(fc.property(fc.constantFrom(...codecs), fc.uint8Array({ maxLength: 800 }), cutsOf,
      (codec, bytes, cuts) => {
        assert.deepEqual(decode(codec, bytes, cuts), decode(codec, bytes));
      }));
  });

  it("keep no more than one line, and find the next one behind a long one", () => {
    for (const codec of codecs) {
      const decoder = codec.decoder();
      const told = [...decoder.push(Buffer.alloc(10_000, "x"))].reduce((sum, each) =>
        sum + (each.kind === "garbage" ? each.bytes.length : 0), 0);
      assert.ok(10_000 - told <= lineBytesMax);
      assert.deepEqual([...decoder.flush()].map(({ kind }) => kind), ["garbage"]);
    }
    const found = decode(modemCodec, `${"x".repeat(2_000)}\rRING\r`);
    assert.deepEqual(messages(found), [{ kind: "ring" }]);
  });
});
