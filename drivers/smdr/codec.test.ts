import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../../firmware/base/codec.js";
import { lineBytesMax, lineOf, smdrCodec, type SmdrLine } from "./codec.js";
import type { CallLine, FormatSettings } from "./formats/format.js";
import type { Fields } from "./layout.js";
import type { LocalTime } from "../../firmware/base/local-time.js";
import { formatOf } from "./formats/index.js";

const settings: FormatSettings = { dateOrder: "dmy" };

function decode(
  name: string, bytes: Uint8Array | string, cuts: readonly number[] = [],
  more: FormatSettings = settings,
): Decoded<SmdrLine>[] {
  const decoder = smdrCodec(formatOf(name), more).decoder();
  const all = Buffer.from(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes);
  const found: Decoded<SmdrLine>[] = [];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    found.push(...decoder.push(all.subarray(from, Math.min(cut, all.length))));
    from = Math.min(cut, all.length);
  }
  found.push(...decoder.push(all.subarray(from)), ...decoder.flush());
  return found;
}

function one(name: string, line: string, more = settings): CallLine {
  const [found, ...rest] = decode(name, `${line}\r\n`, [], more);
  assert.equal(rest.length, 0);
  assert.ok(found?.kind === "message", JSON.stringify(found));
  const { says } = found.message;
  assert.ok(says.phase !== "date" && says.phase !== "notice" && says.phase !== "kept");
  return says;
}

function localOf(line: string, more = settings): LocalTime {
  const { local } = one("panasonic-kx", line, more);
  assert.ok("hour" in local);
  return local;
}

// Written for this project after the column widths in the maker's documentation.
const answered =
  "22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN ";
const outgoing =
  "22/11/26 05:20PM 102   03 0=0145678901                   00:10'00 4711          ";
const ringing =
  "22/11/26 09:14AM 101   01 <D>4510<I>03012345678                              RC ";
const missed =
  "22/11/26 09:14AM 101   01 <I>03012345678            0'20                     NA ";
const avaya = "2026/11/22 09:15:02,00:01:10,5,03012345678,I,205,205,,0,1000341,0,E205,Anna,"
  + "T9001,Line 1.1,0,0,,,,,,,,,,,,,,,,,,";

describe("Panasonic records", () => {
  it("reads an answered call", () => {
    const call = one("panasonic-kx", answered);
    assert.equal(call.phase, "completed");
    assert.equal(call.direction, "incoming");
    assert.deepEqual([call.device, call.trunk, call.callingNumber], ["101", "01", "03012345678"]);
    assert.deepEqual([call.ringMs, call.durationMs, call.answered], [7_000, 151_000, true]);
    assert.deepEqual(call.local,
      { year: 2026, month: 11, day: 22, hour: 9, minute: 15, second: 0 });
  });

  it("reads an outgoing call with host code and account", () => {
    const call = one("panasonic-kx", outgoing);
    assert.deepEqual([call.direction, call.calledNumber], ["outgoing", "00145678901"]);
    assert.deepEqual([call.accountCode, call.durationMs], ["4711", 600_000]);
    assert.equal("hour" in call.local && call.local.hour, 17);
    assert.equal(call.privateFields["dialled"], "0=0145678901");
  });

  it("reads a call that rings, with the number dialled in, as live", () => {
    const call = one("panasonic-kx", ringing);
    assert.deepEqual([call.phase, call.answered], ["ringing", false]);
    assert.deepEqual([call.callingNumber, call.calledNumber], ["03012345678", "4510"]);
    assert.equal(one("panasonic-kx", ringing.replace("RC", "AN")).phase, "answered");
  });

  it("reads an unanswered call as completed and missed", () => {
    const call = one("panasonic-kx", missed);
    assert.deepEqual([call.phase, call.answered, call.ringMs], ["completed", false, 20_000]);
  });

  it("reads patterns B and C by themselves, and refuses what the option excludes", () => {
    const b = "22/11/26 09:15    101   01 0145678901           00:02'31   1,20EUR            TR";
    const fields: Fields = { date: "22/11/26", time: "09:15", extension: "101", trunk: "0001",
      dialled: "0145678901", duration: "00:02'31", cost: "0001.20EUR", account: "12", code: "TR" };
    const codec = smdrCodec(formatOf("panasonic-kx"), settings);
    const line = lineOf(formatOf("panasonic-kx"), settings, "C", fields);
    assert.ok(typeof line !== "string");
    const printed = Buffer.from(codec.encode(line)).toString().trimEnd();
    const call = one("panasonic-kx", printed);
    assert.deepEqual([call.trunk, call.cost, call.transferred], ["0001", "0001.20EUR", true]);
    assert.equal(decode("panasonic-kx", `${printed}\r\n`, [], { ...settings, pattern: "A" })[0]
      ?.kind, "garbage");
    assert.equal(decode("panasonic-kx", `${b}\r\n`)[0]?.kind, "garbage");
  });

  it("reads the date in the configured order and refuses an impossible one", () => {
    const american = answered.replace("22/11/26", "11/22/26");
    assert.equal(localOf(american, { dateOrder: "mdy" }).day, 22);
    assert.equal(localOf(answered.replace("22/11/26", "26/11/22"),
      { dateOrder: "ymd" }).year, 2026);
    assert.equal(localOf(answered.replace("22/11/26", "22/11   "),
      { dateOrder: "dmy" }).year, undefined);
    for (const line of [american, answered.replace("22/11", "31/02"),
      answered.replace("09:15AM", "13:15PM"), answered.replace("09:15AM", "25:15  ")]) {
      assert.equal(decode("panasonic-kx", `${line}\r\n`)[0]?.kind, "garbage", line);
    }
  });

  it("reads internal calls, transferred-on numbers, and secret digits", () => {
    const text = (dialled: string): string => outgoing.replace(/0=0145678901/,
      dialled.padEnd(12));
    assert.equal(one("panasonic-kx", text("EXT205")).direction, "internal");
    assert.equal(one("panasonic-kx", text("0145-205")).transferred, true);
    assert.equal(one("panasonic-kx", text("0145....")).calledNumber, "0145....");
    assert.equal(decode("panasonic-kx", `${text("what is this")}\r\n`)[0]?.kind, "garbage");
  });

  it("skips headers, rules and blank lines without calling them garbage", () => {
    const page = "\f\r\n  Date     Time    Ext CO        Dial Number\r\n"
      + `${"-".repeat(80)}\r\n\r\n   \r\n${answered}\r\n`;
    assert.deepEqual(decode("panasonic-kx", page).map((found) => found.kind), ["message"]);
  });
});

describe("IP Office records", () => {
  it("reads a call", () => {
    const call = one("avaya-ip-office", avaya);
    assert.deepEqual([call.device, call.trunk, call.callingNumber, call.calledNumber],
      ["205", "T9001", "03012345678", "205"]);
    assert.deepEqual([call.durationMs, call.ringMs, call.reference, call.direction],
      [70_000, 5_000, "1000341", "incoming"]);
    assert.equal(call.privateFields["party1Name"], "Anna");
  });

  it("reads names with commas, quotes and accents, and more places than it knows", () => {
    const call = one("avaya-ip-office", Buffer.from(
      avaya.replace("Anna", "\"Müller, \"\"Anna\"\"\"")).toString("latin1") + ",x,y");
    assert.equal(call.privateFields["party1Name"], "Müller, \"Anna\"");
    assert.equal(call.privateFields["more"], "x,y");
  });

  it("tells internal and tandem calls, and one that nobody answered", () => {
    assert.equal(one("avaya-ip-office", avaya.replace(",0,1000341", ",1,1000341")).direction,
      "internal");
    assert.equal(one("avaya-ip-office", avaya.replace("E205,", "T9002,")).direction, "tandem");
    assert.equal(one("avaya-ip-office", avaya.replace("00:01:10", "00:00:00")).answered, false);
  });

  it("keeps what is broken: too few places, a wrong date, an unfinished quote", () => {
    for (const line of [avaya.slice(0, 60), avaya.replace("/11/", "/13/"),
      avaya.replace("Anna", "\"Anna"), avaya.replace(",I,", ",X,")]) {
      assert.equal(decode("avaya-ip-office", `${line}\r\n`)[0]?.kind, "garbage", line);
    }
  });
});

describe("line assembly", () => {
  it("accepts every mix of terminators and padding", () => {
    for (const end of ["\r", "\n", "\r\n", "\n\r", "\r\0\0\0", "\x13\r\n\x11"]) {
      const found = decode("panasonic-kx", `\x07${answered}${end}\0${missed}${end}`);
      assert.deepEqual(found.map((line) => line.kind), ["message", "message"],
        JSON.stringify(end));
    }
  });

  it("takes an unfinished line only when told to", () => {
    const decoder = smdrCodec(formatOf("panasonic-kx"), settings).decoder();
    assert.deepEqual([...decoder.push(Buffer.from(answered))], []);
    assert.equal(decoder.pendingBytes, answered.length);
    assert.equal([...decoder.flush()][0]?.kind, "message");
    assert.equal(decoder.pendingBytes, 0);
  });

  it("waits behind a line as wide as the paper, and accounts for it when it is known", () => {
    const dk = `004 206  09:16 00:00;30 00;08${" ".repeat(51)}03012345678`;
    const [first, rest] = [dk.slice(0, 80), dk.slice(80)];
    const read = (...texts: readonly string[]): readonly (string | undefined)[] => {
      const decoder = smdrCodec(formatOf("toshiba-strata"), {}).decoder();
      const found = texts.flatMap((text) => [...decoder.push(Buffer.from(text))]);
      assert.deepEqual([decoder.pending, decoder.tally()],
        [texts.length === 1, texts.length === 1 ? { record: 0, skipped: 0 }
          : { record: dk.length, skipped: 4 }]);
      return [...found, ...decoder.flush()].map((each) =>
        each.kind === "message" && "callingNumber" in each.message.says
          ? each.message.says.callingNumber : each.kind);
    };
    assert.deepEqual(read(`${first}\r\n`, `${rest}\r\n`), ["03012345678"]);
    assert.deepEqual(read(`${first}\r\n`), ["message"]);
    assert.deepEqual(decode("toshiba-strata", `${first}\r\n${dk}\r\nx\r\n`, [], {})
      .map(({ kind }) => kind), ["message", "message", "garbage"]);
  });

  it("keeps no more than its bound and finds the record at the end of the noise", () => {
    const noise = "x".repeat(5 * lineBytesMax);
    const found = decode("panasonic-kx", `${noise}${answered}\r\n`);
    assert.equal(found.at(-1)?.kind, "message");
    const garbage = found.filter((one) => one.kind === "garbage");
    assert.equal(garbage.reduce((sum, one) => sum + one.bytes.length, 0), noise.length);
    const decoder = smdrCodec(formatOf("panasonic-kx"), settings).decoder();
    for (let n = 0; n < 10_000; n += 1) {
      decoder.push(Buffer.from("yy"));
      assert.ok(decoder.pendingBytes <= lineBytesMax);
    }
  });

  it("loses no record and invents none, however the stream is mixed and cut", () => {
    const good = { "panasonic-kx": [answered, outgoing, ringing, missed],
      "avaya-ip-office": [avaya, avaya.replace("1000341", "1000342")] } as const;
    for (const name of ["panasonic-kx", "avaya-ip-office"] as const) {
      const truncatedMax = name === "panasonic-kx" ? 60 : 90;
      const piece = fc.oneof(
        fc.constantFrom(...good[name]).map((line) => ({ good: line, text: `${line}\r\n` })),
        fc.tuple(fc.constantFrom(...good[name]), fc.integer({ min: 1, max: truncatedMax }))
          .map(([line, length]) => ({ good: undefined, text: `${line.slice(0, length)}\r` })),
        fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ good: undefined,
          text: Buffer.from(bytes.map((byte) => byte | 0x80)).toString("latin1") })),
        fc.constant({ good: undefined, text: "------\r\n" }),
      );
      fc.assert(fc.property(fc.array(piece, { maxLength: 30 }),
        fc.array(fc.nat({ max: 3_000 }), { maxLength: 20 }), (pieces, cuts) => {
          const stream = pieces.map(({ text }) => text).join("");
          const found = decode(name, stream, cuts);
          const messages = found.filter((item) => item.kind === "message");
          const expected = pieces.flatMap((item) => item.good === undefined ? []
            : decode(name, `${item.good}\r\n`));
          assert.deepEqual(messages, expected);
          assert.deepEqual(found, decode(name, stream));
        }), { numRuns: 300 });
    }
  });

  it("never throws on anything and accounts for every byte once", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 6_000 }), (bytes) => {
      for (const name of ["panasonic-kx", "avaya-ip-office"] as const) {
        const decoder = smdrCodec(formatOf(name), settings).decoder();
        const found = [...decoder.push(bytes), ...decoder.flush()];
        const garbage = found.reduce((sum, item) =>
          sum + (item.kind === "garbage" ? item.bytes.length : 0), 0);
        const { record, skipped } = decoder.tally();
        assert.equal(record + skipped + garbage, bytes.length);
        assert.deepEqual(decoder.tally(), { record: 0, skipped: 0 });
      }
    }), { numRuns: 200 });
  });

  it("decodes what it encodes", () => {
    const digits = fc.stringMatching(/^[1-9]\d{2,14}$/);
    fc.assert(fc.property(digits, fc.constantFrom("A", "B", "C"), fc.nat({ max: 3_599 }),
      (number, layout, seconds) => {
        const two = (value: number): string => String(value).padStart(2, "0");
        const line = lineOf(formatOf("panasonic-kx"), settings, layout, {
          date: "22/11/26", time: "09:15AM", extension: "101", trunk: "01", dialled: number,
          duration: `00:${two(Math.floor(seconds / 60))}'${two(seconds % 60)}`,
        });
        assert.ok(typeof line !== "string");
        const bytes = smdrCodec(formatOf("panasonic-kx"), settings).encode(line);
        assert.deepEqual(decode("panasonic-kx", bytes), [{ kind: "message", message: line }]);
      }));
    const line = decode("avaya-ip-office", `${avaya}\r\n`)[0];
    assert.ok(line?.kind === "message");
    const bytes = smdrCodec(formatOf("avaya-ip-office"), settings).encode(line.message);
    assert.deepEqual(decode("avaya-ip-office", bytes), [line]);
  });
});
