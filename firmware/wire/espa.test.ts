import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../base/codec.js";
import { blockBytesMax, espaCodec, type EspaBlock, type EspaMessage } from "./espa.js";
import { decodePagingText, encodePagingText, pagingCodePages } from "./paging-text.js";

type Shown = string;

function shown(item: Decoded<EspaMessage>): Shown {
  if (item.kind === "garbage") return `garbage ${Buffer.from(item.bytes).toString("hex")}`;
  const { message } = item;
  switch (message.kind) {
    case "enquiry": return `${message.address} ENQ`;
    case "acknowledge": return "ACK";
    case "refuse": return `${message.prefix ?? ""} NAK`.trim();
    case "end": return "EOT";
    case "block": return [message.header, ...message.records.map(({ id, value }) =>
      `${id}=${Buffer.from(value).toString("latin1")}`)].join(" ");
  }
}

function read(...chunks: readonly (Uint8Array | string)[]): readonly Shown[] {
  const decoder = espaCodec.decoder();
  return chunks.flatMap((chunk) => [...decoder.push(
    typeof chunk === "string" ? Buffer.from(chunk, "latin1") : chunk)].map(shown));
}

function block(header: string, ...records: readonly (readonly [string, string])[]): EspaBlock {
  return { kind: "block", header,
    records: records.map(([id, value]) => ({ id, value: Buffer.from(value, "latin1") })) };
}

const hex = (text: string): Uint8Array => Buffer.from(text, "hex");

/** Messages that an encoder may be given. */
const character = fc.integer({ min: 0x30, max: 0x7a }).map((code) => String.fromCharCode(code));
const value = fc.uint8Array({ maxLength: 20 }).map((bytes) =>
  bytes.map((byte) => byte < 0x20 || byte === 0x7f ? 0x41 : byte));
const id = fc.integer({ min: 1, max: 99 }).map(String);
const message: fc.Arbitrary<EspaMessage> = fc.oneof(
  character.map((address): EspaMessage => ({ kind: "enquiry", address })),
  fc.constant<EspaMessage>({ kind: "acknowledge" }), fc.constant<EspaMessage>({ kind: "end" }),
  fc.option(character, { nil: undefined }).map((prefix): EspaMessage =>
    ({ kind: "refuse", ...(prefix !== undefined && { prefix }) })),
  fc.record({ kind: fc.constant("block" as const), header: fc.constantFrom("1", "2", "3", "4", "9"),
    records: fc.array(fc.record({ id, value }), { minLength: 1, maxLength: 8 }) }));

/** Messages as text, garbage joined: what does not depend on how the bytes were cut. */
function joined(bytes: Uint8Array, cuts: readonly number[]): readonly Shown[] {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length];
  const found = read(...places.slice(1).map((end, index) => bytes.subarray(places[index], end)));
  return found.reduce<string[]>((all, each) => {
    const last = all.at(-1);
    if (each.startsWith("garbage ") && last?.startsWith("garbage ") === true) {
      all[all.length - 1] = last + each.slice("garbage ".length);
    } else {
      all.push(each);
    }
    return all;
  }, []);
}

describe("ESPA 4.4.4 codec", () => {
  // Zenitel wiki, "ESPA 4.4.4": its message without a check character; that was counted apart.
  const zenitel = "013102311f3535301e321f43414c4c204d45203130311e331f331e341f331e351f331e361f3303"
    + "23";

  it("reads and writes the call that Zenitel prints", () => {
    assert.deepEqual(read(hex(zenitel)), ["1 1=550 2=CALL ME 101 3=3 4=3 5=3 6=3"]);
    const call = block("1", ["1", "550"], ["2", "CALL ME 101"], ["3", "3"], ["4", "3"],
      ["5", "3"], ["6", "3"]);
    assert.equal(Buffer.from(espaCodec.encode(call)).toString("hex"), zenitel);
  });

  it("has the check character that was counted by hand in an independent program", () => {
    assert.deepEqual(espaCodec.encode(block("1", ["1", "A"])),
      Uint8Array.of(0x01, 0x31, 0x02, 0x31, 0x1f, 0x41, 0x03, 0x5f));
  });

  it("reads polls, selections, answers and the end", () => {
    assert.deepEqual(read("1\x052\x05", "\x06", "1\x15", "\x15", "\x04"),
      ["1 ENQ", "2 ENQ", "ACK", "1 NAK", "NAK", "EOT"]);
  });

  it("takes the check character counted in seven bits of texts with eight", () => {
    const call = espaCodec.encode(block("1", ["1", "7"], ["2", "é"]));
    assert.ok((call.at(-1) ?? 0) >= 0x80);
    assert.deepEqual(read(call), ["1 1=7 2=é"]);
    call[call.length - 1] = (call.at(-1) ?? 0) & 0x7f;
    assert.deepEqual(read(call), ["1 1=7 2=é"]);
  });

  it("finds a block behind one that was broken off, and the enquiry behind that", () => {
    const good = Buffer.from(zenitel, "hex").toString("latin1");
    assert.deepEqual(read(good.slice(0, 9) + good), ["garbage 013102311f3535301e",
      "1 1=550 2=CALL ME 101 3=3 4=3 5=3 6=3"]);
    assert.deepEqual(read(good.slice(0, 9), "1\x05"),
      ["garbage 013102311f3535301e31", "garbage 05"]);
  });

  it("cannot be steered by what stands in a value", () => {
    const wrote = espaCodec.encode(block("1", ["2", "a\x03\x041\x05b\x1e9\x1f"]));
    assert.deepEqual(read(wrote), ["1 2=a  1 b 9 "]);
  });

  it("gives back what it has written", () => {
    fc.assert(fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
      const bytes = Buffer.concat(messages.map((each) => espaCodec.encode(each)));
      assert.deepEqual(read(bytes),
        messages.map((each) => shown({ kind: "message", message: each })));
    }));
  });

  it("gives the same however the bytes are cut, and tells of each byte", () => {
    const noise = fc.uint8Array({ maxLength: 30 });
    const parts = fc.array(fc.oneof(noise, message.map((each) => espaCodec.encode(each))),
      { maxLength: 8 });
    fc.assert(fc.property(parts, fc.array(fc.nat(), { maxLength: 12 }), (pieces, cuts) => {
      const bytes = Buffer.concat(pieces);
      assert.deepEqual(joined(bytes, cuts), joined(bytes, []));
    }));
  });

  it("finds a block after any garbage", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
      // Two beginnings of a block in the noise cannot swallow what follows: SOH begins anew, and
      // one character behind an ETX may be the check character.
      const found = read(noise, hex(zenitel), hex(zenitel));
      assert.ok(found.includes("1 1=550 2=CALL ME 101 3=3 4=3 5=3 6=3"), found.join());
    }));
  });

  it("keeps no more than a block of the largest size", () => {
    const found = read("\x01", "x".repeat(blockBytesMax), "1\x05");
    assert.equal(found.at(-1), "1 ENQ");
    const told = found.filter((each) => each.startsWith("garbage "))
      .reduce((sum, each) => sum + (each.length - "garbage ".length) / 2, 0);
    assert.equal(told, blockBytesMax + 1);
  });
});

describe("texts of pagers", () => {
  it("stand on the line in the alphabet of the country", () => {
    const bytes = (text: string, page: typeof pagingCodePages[number]): string =>
      Buffer.from(encodePagingText(text, page)).toString("latin1");
    assert.equal(bytes("Zimmer Süd, Tür größer", "german"), "Zimmer S}d, T}r gr|~er");
    assert.equal(bytes("Étage à côté, évacué", "french"), "Etage @ cot{, {vacu{");
    assert.equal(bytes("Étage à côté, Öl, ß, 5 €", "ascii"), "Etage a cote, Ol, ss, 5 EUR");
    assert.equal(bytes("Bär", "latin1"), "B\xe4r");
    assert.equal(bytes("a{b", "german"), "a?b");
    assert.equal(decodePagingText(Buffer.from("S}d {"), "german"), "Süd ä");
  });

  it("never hold a control character, and come back as far as the alphabet reaches", () => {
    fc.assert(fc.property(fc.string({ unit: "grapheme" }), fc.constantFrom(...pagingCodePages),
      (text, page) => {
        const bytes = encodePagingText(text, page);
        assert.ok(bytes.every((byte) => byte >= 0x20 && byte !== 0x7f));
        const back = decodePagingText(bytes, page);
        assert.deepEqual(encodePagingText(back, page), bytes);
      }));
  });
});
