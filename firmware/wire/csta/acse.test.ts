import assert from "node:assert/strict";
import fc from "fast-check";
import { readBer } from "../ber.js";
import { acseVariants, decodeAcse, encodeAcse, type AcseMessage, type AssociationForm }
  from "./acse.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const nothing = { services: new Set<never>(), events: new Set<never>() };

function decoded(bytes: Uint8Array): ReturnType<typeof decodeAcse> {
  const element = readBer(bytes);
  return typeof element === "string" ? element : decodeAcse(element);
}

function message(bytes: Uint8Array): AcseMessage | string {
  const read = decoded(bytes);
  return typeof read === "string" ? read : read.message;
}

/** Seen on the wire of a Panasonic. */
const panasonicAarq = "60 23 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A BE 14 28 12 06 07 2B 0C 00 82"
  + "1D 81 48 A0 07 A0 05 03 03 00 08 00";
const panasonicAare = "61 2F 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02"
  + "01 01 BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00";
/** Of the structure and the lengths recorded from a HiPath 3000. */
const hipathAarq = "60 31 A1 07 06 05 2B 0C 00 81 5A 8A 02 06 80 AC 15 A2 13 A0 11 A0 0F 04 06 41"
  + "4D 48 4F 53 54 04 05 37 37 37 37 37 BE 0B 28 09 A0 07 A0 05 03 03 00 10 00";
const smallAare = "61 22 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 00 BE 0B 28 09"
  + "A0 07 A0 05 03 03 00 10 00";
const hipathAare = "61 3A A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 00 88 02 06"
  + "80 AA 12 A2 10 A0 0E A1 0C 04 03 61 70 73 04 05 56 38 2E 30 30 BE 0B 28 09 A0 07 A0 05 03 03"
  + "00 10 00";

describe("associations of CSTA in ASN.1", () => {
  it("asks and answers as Panasonic does, octet for octet", () => {
    const asked = decoded(hex(panasonicAarq));
    assert.ok(typeof asked !== "string");
    assert.deepEqual(asked.message, { kind: "associate", versions: ["4"] });
    assert.equal(text(encodeAcse(asked.message, acseVariants.panasonic, nothing)),
      text(hex(panasonicAarq)));
    const answer = message(hex(panasonicAare));
    assert.deepEqual(answer, { kind: "associated", version: "4" });
    assert.ok(typeof answer !== "string");
    assert.equal(text(encodeAcse(answer, acseVariants.panasonic, nothing)),
      text(hex(panasonicAare)));
  });

  it("asks and answers as HiPath does, octet for octet", () => {
    const asked: AcseMessage = { kind: "associate", user: "AMHOST", password: "77777",
      versions: ["3"] };
    assert.deepEqual(message(hex(hipathAarq)), asked);
    assert.equal(text(encodeAcse(asked, acseVariants.hipath, nothing)), text(hex(hipathAarq)));
    for (const [octets, product] of [[smallAare, undefined], [hipathAare, "aps V8.00"]] as const) {
      const answer: AcseMessage = { kind: "associated", version: "3",
        ...product === undefined ? {} : { product } };
      assert.deepEqual(message(hex(octets)), answer);
      assert.equal(text(encodeAcse(answer, acseVariants.hipath, nothing)), text(hex(octets)));
    }
  });

  it("answers alike in form, whatever was asked", () => {
    for (const [name, variant] of Object.entries(acseVariants)) {
      const asked = decoded(encodeAcse({ kind: "associate", versions: ["1", "18"] }, variant,
        nothing));
      assert.ok(typeof asked !== "string" && asked.asked !== undefined, name);
      const { contextName, protocolVersion, userInformation } = variant;
      const form: AssociationForm = { contextName, protocolVersion, userInformation,
        ..."reference" in variant ? { reference: variant.reference } : {} };
      assert.deepEqual(asked.asked, form, name);
      const answer: AcseMessage = { kind: "associated", version: "18" };
      const other = { ...acseVariants.plain, contextName: "1.2.3", acceptedDiagnostic:
        variant.acceptedDiagnostic };
      assert.deepEqual(encodeAcse(answer, other, nothing, asked.asked),
        encodeAcse(answer, variant, nothing), name);
    }
  });

  it("tells an association of the old form what this end can do", () => {
    const offers = { services: new Set(["AlternateCall", "MonitorStart", "SystemStatus",
      "RouteSelect"] as const), events: new Set(["callCleared"] as const) };
    // Of an application: routing and what both ends have; no calls.
    const written = text(encodeAcse({ kind: "associate", versions: ["0"] }, acseVariants.phase1,
      offers));
    assert.ok(written.endsWith(text(hex("28 15 A0 13"
      + "30 11 03 03 00 80 00 30 00 30 08 82 02 03 20 83 02 06 40"))), written);
    // Of a switching function: calls, events, monitors; no routing.
    const answered = text(encodeAcse({ kind: "associated", version: "0" }, acseVariants.phase1,
      offers));
    assert.ok(answered.endsWith(text(hex(
      "30 15 80 04 03 80 00 00 81 05 01 80 00 00 00 83 02 06 40 84 02 03 80"))), answered);
    const read = message(hex(answered));
    assert.ok(typeof read !== "string" && read.kind === "associated" && read.version === "0");
    const { has, lacks } = read.functions ?? { has: [], lacks: [] };
    assert.deepEqual(has, ["AlternateCall", "callCleared", "SystemStatus", "MonitorStart"]);
    // What it says nothing of, such as routing, it does not lack.
    assert.deepEqual(["AnswerCall", "GroupPickupCall", "delivered", "Escape", "RouteSelect",
      "AcceptCall"].map((name) => lacks.includes(name)), [true, true, true, true, false, false]);
  });

  it("does not say which of the features of one operation there are", () => {
    const answered = encodeAcse({ kind: "associated", version: "1" }, acseVariants.phase2,
      { services: new Set(["SetForwarding", "MakeCall"] as const), events: new Set() });
    const read = message(answered);
    assert.ok(typeof read !== "string" && read.kind === "associated");
    assert.deepEqual(read.functions?.has, ["MakeCall"]);
    assert.deepEqual(["SetForwarding", "SetDoNotDisturb", "GetForwarding"].map((name) =>
      read.functions?.lacks.includes(name)), [false, false, true]);
  });

  it("refuses with a reason, and takes the result alone for the truth", () => {
    for (const reason of ["authentication-failed", "authentication-required",
      "version-not-supported", "resources-busy", "context-not-supported", "other"] as const) {
      const refused: AcseMessage = { kind: "association-refused", reason };
      assert.deepEqual(message(encodeAcse(refused, acseVariants.plain, nothing)), refused);
    }
    const head = "A1 07 06 05 2B 0C 00 81 5A A2 03 02 01";
    for (const [rest, reason] of [["01 A3 05 A1 03 02 01 0B", "authentication-failed"],
      ["01 A3 05 A1 03 02 01 0C", "authentication-required"], ["02 A3 05 A1 03 02 01 01",
        "resources-busy"], ["01 A3 05 A1 03 02 01 63", "other"], ["01", "other"],
      ["01 A3 05 A2 03 02 01 02", "version-not-supported"]] as const) {
      const body = hex(`${head} ${rest}`);
      assert.deepEqual(message(Buffer.concat([Buffer.of(0x61, body.length), body])),
        { kind: "association-refused", reason }, rest);
    }
  });

  it("releases and aborts", () => {
    for (const [octets, said] of [
      ["62 03 80 01 00", { kind: "release" }], ["63 03 80 01 00", { kind: "released" }],
      ["64 03 80 01 00", { kind: "abort" }],
      ["64 03 80 01 01", { kind: "abort", reason: "provider" }],
      ["64 06 80 01 00 81 01 02", { kind: "abort", reason: "protocol-error" }],
      ["80 01 00", { kind: "abort", reason: "association gone" }],
    ] as const) {
      assert.deepEqual(message(hex(octets)), said, octets);
      assert.equal(text(encodeAcse(said, acseVariants.plain, nothing)), text(hex(octets)));
    }
    assert.equal(text(encodeAcse({ kind: "abort" }, acseVariants.hipath, nothing)),
      text(hex("64 06 80 01 00 81 01 01")));
    assert.deepEqual(message(hex("62 00")), { kind: "release" });
    assert.deepEqual(message(hex("64 06 80 01 01 81 01 63")), { kind: "abort",
      reason: "provider" });
  });

  it("reads what peers may leave out or write otherwise", () => {
    // Without user information; one text as the password; unknown fields between.
    assert.deepEqual(message(hex("60 09 A1 07 06 05 2B 0C 00 81 5A")),
      { kind: "associate", versions: [] });
    assert.deepEqual(message(hex("60 13 A1 07 06 05 2B 0C 00 81 5A A6 02 04 00 AC 04 80 02 78 79")),
      { kind: "associate", versions: [], password: "xy" });
    // The user information as octets, in the old form, and behind an indirect reference.
    assert.deepEqual(message(hex("60 20 A1 07 06 05 2B 0C 00 81 5A BE 15 28 13 02 01 03 81 0E"
      + "30 0C 03 02 06 C0 30 00 30 04 80 02 07 80")),
    { kind: "associate", versions: ["0", "1"] });
    for (const bad of ["60 00", "60 02 A1 00", "61 00", "65 00", "61 02 04 05", "31 00",
      "63 03 80 01 35", "64 03 80 01 35", "64 00"]) {
      assert.equal(typeof decoded(hex(bad)), "string", bad);
    }
  });

  it("gives back what it was given", () => {
    const word = fc.string({ unit: fc.integer({ min: 33, max: 255 })
      .map((code) => String.fromCharCode(code)), minLength: 1, maxLength: 40 });
    const versions = fc.uniqueArray(fc.nat(63), { maxLength: 8 }).map((bits) =>
      bits.sort((a, b) => a - b).map(String));
    const any = fc.oneof(
      fc.record({ kind: fc.constant("associate" as const), versions, user: word, password: word },
        { requiredKeys: ["kind", "versions"], noNullPrototype: true }),
      fc.record({ kind: fc.constant("associated" as const), version: fc.nat(63).map(String),
        product: fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join(" ")) },
      { requiredKeys: ["kind"], noNullPrototype: true }));
    fc.assert(fc.property(any, fc.constantFrom(...Object.values(acseVariants)),
      (said, variant) => {
        assert.deepEqual(message(encodeAcse(said, variant, nothing)), said);
      }));
  });

  it("survives anything", () => {
    fc.assert(fc.property(fc.constantFrom(...[panasonicAarq, panasonicAare, hipathAarq, hipathAare]
      .map(hex)), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 5 }), (good, changes) => {
      const bytes = Buffer.from(good);
      for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
      decoded(bytes);
    }), { numRuns: 2_000 });
  });
});
