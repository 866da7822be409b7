import assert from "node:assert/strict";
import fc from "fast-check";
import {
  berInteger, berObjectIdentifier, depthMax, integerContents, objectIdentifierContents, readBer,
  readBerAll, tags, writeBer, writeBerAll, type BerElement,
} from "./ber.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

function element(text: string): BerElement {
  const found = readBer(hex(text));
  assert.ok(typeof found !== "string", text);
  return found;
}

describe("BER", () => {
  it("reads the examples of X.690", () => {
    // 8.2.2: a boolean; 8.9.3: a sequence of a visible string and a boolean.
    assert.deepEqual(element("01 01 FF"), { class: "universal", constructed: false, tag: 1,
      contents: hex("FF"), headOctets: 2, octets: 3 });
    const sequence = element("30 0A 16 05 53 6D 69 74 68 01 01 FF");
    assert.equal(sequence.constructed, true);
    const parts = readBerAll(sequence.contents);
    assert.ok(typeof parts !== "string");
    assert.deepEqual(parts.map(({ tag }) => tag), [22, 1]);
    assert.equal(Buffer.from(parts[0]?.contents ?? []).toString(), "Smith");
    // 8.19.5: {2 100 3}, and 8.19.4's rule of the first two arcs with RSA's own identifier.
    assert.equal(berObjectIdentifier(element("06 03 81 34 03").contents), "2.100.3");
    assert.equal(berObjectIdentifier(element("06 06 2A 86 48 86 F7 0D").contents),
      "1.2.840.113549");
    // 8.14.3: [2] of a visible string, tagged and tagged again.
    assert.deepEqual([element("A2 07 43 05 4A 6F 6E 65 73")].map((each) =>
      [each.class, each.constructed, each.tag]), [["context", true, 2]]);
  });

  it("reads long lengths, high tags and indefinite lengths", () => {
    assert.equal(element(`04 82 01 00 ${"00".repeat(256)}`).contents.length, 256);
    assert.equal(element("04 84 00 00 00 01 FF").contents.length, 1);
    assert.equal(element("5F 81 00 01 FF").tag, 128);
    const open = element("30 80 04 01 41 30 80 04 01 42 00 00 00 00 FF");
    assert.equal(open.octets, 14);
    assert.equal(readBerAll(open.contents).length, 2);
  });

  it("says why there is no element", () => {
    for (const [text, why] of [
      ["", /middle/], ["04", /middle/], ["04 02 41", /middle/], ["04 82 01", /middle/],
      ["04 80 41 00 00", /indefinite/], ["04 85 00 00 00 00 01", /length/], ["1F", /middle/],
      ["1F FF FF FF FF 7F 00", /tag/], ["30 80 04 01 41", /middle/],
      ["3080".repeat(depthMax + 1), /in each other/],
    ] as const) {
      const found = readBer(hex(text));
      assert.ok(typeof found === "string" && why.test(found), text);
    }
  });

  it("reads and writes integers and identifiers, both ways", () => {
    for (const [value, contents] of [[0, "00"], [127, "7F"], [128, "0080"], [256, "0100"],
      [-128, "80"], [-129, "FF7F"]] as const) {
      assert.equal(berInteger(hex(contents)), value);
      assert.equal(Buffer.from(integerContents(value)).toString("hex"), contents.toLowerCase());
    }
    assert.equal(berInteger(hex("")), undefined);
    assert.equal(berInteger(hex("7FFFFFFFFFFFFFFF")), undefined);
    assert.equal(berObjectIdentifier(hex("2A 86")), undefined);
    assert.equal(berObjectIdentifier(hex("2A FF FF FF FF FF 7F")), undefined);
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => {
      assert.equal(berInteger(integerContents(value)), value);
    }));
    fc.assert(fc.property(fc.integer({ min: 0, max: 2 }), fc.nat(39),
      fc.array(fc.nat(0xffff_ffff), { maxLength: 20 }), (root, second, rest) => {
        const text = [root, second, ...rest].join(".");
        assert.equal(berObjectIdentifier(objectIdentifierContents(text)), text);
      }));
  });

  it("reads what it wrote, whatever the contents", () => {
    const bytes = fc.uint8Array({ maxLength: 400 });
    fc.assert(fc.property(bytes, bytes, fc.nat(30), (one, two, tag) => {
      const parts = [writeBer({ tag: tags.octetString }, one),
        writeBer({ class: "context", tag }, two)];
      const whole = readBer(Buffer.concat([writeBerAll(parts), Buffer.from("more")]));
      assert.ok(typeof whole !== "string");
      assert.equal(whole.tag, tags.sequence);
      const read = readBerAll(whole.contents);
      assert.ok(typeof read !== "string");
      assert.deepEqual(read.map(({ contents }) => Buffer.from(contents)),
        [Buffer.from(one), Buffer.from(two)]);
    }));
  });

  it("survives anything, and never reads beyond its bytes", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const found = readBer(bytes);
      if (typeof found === "string") return;
      assert.ok(found.octets <= bytes.length && found.contents.length < found.octets);
      readBerAll(found.contents);
      berInteger(found.contents);
      berObjectIdentifier(found.contents);
    }), { numRuns: 2_000 });
  });
});
