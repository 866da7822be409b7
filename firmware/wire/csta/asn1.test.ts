import assert from "node:assert/strict";
import fc from "fast-check";
import {
  always, anyElement, application, bits, boolean, choice, decode, encode, enumerated,
  explicit, explicitApplication, generalizedTime, ia5Text, implicit, integer, mapped, nullOr,
  nullType, numbered, octets, octetText, optional, Refused, required, sequence, sequenceOf,
  type Asn1Type,
} from "./asn1.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

function writes<T>(type: Asn1Type<T>, value: T, expected: string): void {
  const written = encode(type, value);
  assert.ok(typeof written !== "string", String(written));
  assert.equal(Buffer.from(written).toString("hex"), hex(expected).toString("hex"));
  assert.deepEqual(decode(type, written), { value });
}

function reads<T>(type: Asn1Type<T>, bytes: string, value: T): void {
  assert.deepEqual(decode(type, hex(bytes)), { value });
}

function refuses<T>(type: Asn1Type<T>, bytes: string, why: RegExp): void {
  const found = decode(type, hex(bytes));
  assert.ok(typeof found === "string" && why.test(found), JSON.stringify(found));
}

interface Person {
  readonly name: string;
  readonly age?: number;
  readonly state?: "idle" | "busy";
  readonly tags?: readonly string[];
}

const state = enumerated({ idle: 0, busy: 211 });
const person = sequence<Person>(
  required("name", ia5Text), optional("age", implicit(0, integer)),
  always("state", state, "idle"), optional("tags", explicit(1, sequenceOf(octets))));

describe("ASN.1 types", () => {
  it("write and read the simple ones", () => {
    writes(integer, 211, "02 02 00 D3");
    writes(integer, -129, "02 02 FF 7F");
    writes(boolean, true, "01 01 FF");
    writes(octets, "b164", "04 02 B1 64");
    writes(octetText, "77777", "04 05 37 37 37 37 37");
    writes(ia5Text, "12#", "16 03 31 32 23");
    writes(generalizedTime, "20240131101500", "18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30");
    writes(nullType, null, "05 00");
    writes(state, "busy", "0A 02 00 D3");
    writes(anyElement, "a1050403010203", "A1 05 04 03 01 02 03");
    reads(anyElement, "30 80 04 01 41 00 00", "30800401410000");
  });

  it("write bits with a width, and read any number of them", () => {
    const filter = bits(numbered(["a", "b", "c"]), 5);
    writes(filter, [], "03 02 03 00");
    writes(filter, ["a", "c"], "03 02 03 A0");
    reads(filter, "03 03 00 A0 01", ["a", "c"]);
    reads(filter, "03 01 00", []);
    writes(bits({ late: 8 }), ["late"], "03 03 07 00 80");
  });

  it("tag as the notation says", () => {
    writes(implicit(2, octets), "01", "82 01 01");
    writes(explicit(2, octets), "01", "A2 03 04 01 01");
    writes(application(21, octets), "0005", "55 02 00 05");
    writes(explicitApplication(29, octets), "01", "7D 03 04 01 01");
    const number = choice<{ text: string; whole: number }>({
      text: implicit(0, ia5Text), whole: implicit(1, integer) });
    writes(number, { whole: 101 }, "81 01 65");
    // A tag before a CHOICE is always explicit; one in the place of another keeps what is inside.
    writes(implicit(3, number), { text: "1" }, "A3 03 80 01 31");
    writes(implicit(0, application(11, number)), { text: "1" }, "A0 03 80 01 31");
  });

  it("read sequences as peers write them", () => {
    writes(person, { name: "A", age: 7, state: "busy", tags: ["01", ""] },
      "30 13 16 01 41 80 01 07 0A 02 00 D3 A1 07 30 05 04 01 01 04 00");
    reads(person, "30 03 16 01 41", { name: "A" });
    // Unknown elements before, between and after; another order; an indefinite and a long length.
    reads(person, "30 80 04 00 A1 84 00 00 00 04 30 02 04 00 8F 00 16 81 01 41 9F 81 01 00 00 00",
      { name: "A", tags: [""] });
    refuses(person, "30 03 80 01 07", /name is missing/);
    // A number without a name is no obstacle where the field may be missing.
    reads(person, "30 06 16 01 41 0A 01 05", { name: "A" });
    refuses(sequence<{ state: string }>(required("state", state)), "30 03 0A 01 05",
      /state: no name for 5/);
    refuses(person, "31 03 16 01 41", /unexpected element universal 17/);
    refuses(person, "30 05 16 01", /middle/);
  });

  it("write what is missing where it has to stand there, and refuse what has no form", () => {
    assert.equal(Buffer.from(encode(person, { name: "A" })).toString("hex"), "30061601410a0100");
    for (const [value, why] of [
      [{}, /name is missing/], [{ name: "A", state: "else" }, /state: no number for else/],
      [{ name: "A", tags: ["0G"] }, /tags: not lower-case/], [{ name: "A", age: 0.5 }, /age: 0.5/],
    ] as const) {
      const written = encode(person, value as unknown as Person);
      assert.ok(typeof written === "string" && why.test(written), String(written));
    }
    assert.equal(typeof encode(anyElement, "0401"), "string");
    assert.equal(typeof encode(anyElement, "04010203"), "string");
  });

  it("read NULL, nothing or what was asked for", () => {
    const result = nullOr<{ readonly note?: string }>("note", implicit(30, ia5Text));
    writes(result, {}, "05 00");
    writes(result, { note: "x" }, "9E 01 78");
    reads(result, "", {});
    reads(result, "30 00", {});
    reads(result, "30 03 9E 01 78", { note: "x" });
    reads(result, "04 01 78", {});
  });

  it("map to other shapes, and may refuse", () => {
    const even = mapped<number, number>(integer, (value) => value * 2, (wire) =>
      wire % 2 === 0 ? wire / 2 : new Refused("odd"));
    writes(even, 4, "02 01 08");
    refuses(even, "02 01 07", /odd/);
    refuses(sequenceOf(even), "30 03 02 01 07", /odd/);
  });

  it("keep what was written before, of whatever length, while more is written", () => {
    const texts = Array.from({ length: 200 }, (_, n) => "x".repeat(n < 40 ? n : n * 150) + n);
    const written = texts.map((text) => encode(ia5Text, text));
    const digits = texts.map((text) => Buffer.from(text.slice(-16)).toString("hex"));
    const hexes = digits.map((text) => encode(octets, text));
    for (const [index, value] of texts.entries()) {
      assert.deepEqual(decode(ia5Text, written[index] as Uint8Array), { value });
      assert.deepEqual(decode(octets, hexes[index] as Uint8Array), { value: digits[index] });
    }
    assert.equal(typeof encode(octets, "abc"), "string");
    assert.equal(typeof encode(octets, "0/"), "string");
    assert.equal(typeof encode(octets, "\u01310"), "string");
    assert.equal(Buffer.from(encode(octets, "00ff")).toString("hex"), "040200ff");
  });

  it("take fields in any order, each element once", () => {
    const three = sequence<{ a: string; b?: string; c?: string }>(
      required("a", octets), optional("b", octets), optional("c", implicit(0, octets)));
    reads(three, "30 09 80 01 03 04 01 01 04 01 02", { a: "01", b: "02", c: "03" });
    // One more than there are fields for is passed over, as is what is no field's.
    reads(three, "30 0E 04 01 01 80 01 03 04 01 02 04 01 04 05 00",
      { a: "01", b: "02", c: "03" });
    refuses(three, "30 03 80 01 03", /a is missing/);
    refuses(three, "30 05 04 01 01 80 05", /middle/);
  });

  it("give back what was written, and never throw", () => {
    fc.assert(fc.property(fc.record({
      name: fc.string({ unit: fc.integer({ min: 0, max: 255 })
        .map((code) => String.fromCharCode(code)), maxLength: 300 }),
      age: fc.maxSafeInteger(), state: fc.constantFrom("idle" as const, "busy" as const),
      tags: fc.array(fc.uint8Array().map((each) => Buffer.from(each).toString("hex"))),
    }, { noNullPrototype: true }), (value) => {
      const written = encode(person, value);
      assert.ok(typeof written !== "string");
      assert.deepEqual(decode(person, written), { value });
    }));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (tail) => {
      decode(person, tail);
      decode(person, Buffer.concat([Buffer.of(0x30, tail.length), tail]));
    }), { numRuns: 5_000 });
  });
});
