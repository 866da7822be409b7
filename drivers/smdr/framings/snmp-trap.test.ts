import assert from "node:assert/strict";
import fc from "fast-check";
import { fail, ok } from "../../../firmware/base/result.js";
import type { Framed } from "../framing.js";
import { readNotification, SnmpTrapFraming, writeResponse, type SnmpSettings }
  from "./snmp-trap.js";

/** Sent by snmptrap and snmpinform of Net-SNMP 5.9.3. */
const v1 = Buffer.from("306002010004066f6666696365a45306082b06010401868d1f4004c00002090201060201"
  + "1143013730383036060a2b06010401868d1f0100042832322f31312f32362030393a3135414d203130312020203031"
  + "203c493e3033303132333435363738", "hex");
const v2 = Buffer.from("305c02010104066f6666696365a74f020427bd457c0201000201003041300d06082b0601"
  + "02010103004301373018060a2b060106030101040100060a2b06010401868d1f00113016060a2b06010401868d1f01"
  + "00040861207265636f7264", "hex");
const inform = Buffer.from("305c02010104066f6666696365a64f0204476636ac0201000201003041300d06082b"
  + "060102010103004301373018060a2b060106030101040100060a2b06010401868d1f00113016060a2b06010401868d"
  + "1f0100040861207265636f7264", "hex");

const trusted = (more: Partial<SnmpSettings> = {}): SnmpTrapFraming =>
  new SnmpTrapFraming({ community: ok("office"), ...more }, {});
const kinds = (framed: readonly Framed[]): readonly string[] => framed.map(({ kind }) => kind);
const texts = (framed: readonly Framed[]): readonly string[] => framed.flatMap((each) =>
  each.kind === "record" ? [Buffer.from(each.text).toString()] : []);
const told = (framed: readonly Framed[]): number => framed.reduce((sum, each) =>
  sum + (each.kind === "skipped" ? each.bytes
    : each.kind === "record" || each.kind === "garbage" ? each.bytes.length : 0), 0);

describe("SNMP notifications", () => {
  it("finds the record in traps of both versions, by variable or as any text", () => {
    assert.deepEqual(texts(trusted().receive(v1)), ["22/11/26 09:15AM 101   01 <I>03012345678\n"]);
    assert.deepEqual(texts(trusted().receive(v2)), ["a record\n"]);
    const variable = "1.3.6.1.4.1.99999.1";
    assert.deepEqual(texts(trusted({ variable }).receive(v2)), ["a record\n"]);
    assert.deepEqual(texts(trusted({ variable: `${variable}.0` }).receive(v1)).length, 1);
    assert.deepEqual(kinds(trusted({ variable: "1.3.6.1.4.1.9" }).receive(v2)), ["skipped"]);
  });

  it("answers an inform, also a repeated one, and counts it once", () => {
    const framing = trusted();
    const [record, reply] = framing.receive(inform);
    assert.equal(record?.kind, "record");
    assert.ok(reply?.kind === "reply");
    // The request with the tag of a response: what it asked for is all there.
    const expected = Buffer.from(inform);
    expected[expected.indexOf(0xa6)] = 0xa2;
    assert.deepEqual(Buffer.from(reply.bytes), expected);
    assert.deepEqual(kinds(framing.receive(inform)), ["skipped", "reply"]);
    assert.deepEqual(kinds(framing.receive(v2)), ["record"]);
  });

  it("does not listen to another community, nor to what is no notification", () => {
    assert.deepEqual(kinds(new SnmpTrapFraming({ community: ok("public") }, {}).receive(inform)),
      ["garbage"]);
    const get = Buffer.from(inform);
    get[get.indexOf(0xa6)] = 0xa0;
    assert.deepEqual(kinds(trusted().receive(get)), ["garbage"]);
    const lost = new SnmpTrapFraming(
      { community: fail("not-found", "no env:SNMP") }, {}).open();
    assert.ok(lost[0]?.kind === "condition" && lost[0].condition.type === "lost");
  });

  it("reads without trust what is only tried, and answers nothing but informs", () => {
    const joined = Buffer.concat([v1, Buffer.from("\r\n"), v2]);
    const framed = new SnmpTrapFraming({}, {}).receive(joined);
    assert.deepEqual(kinds(framed), ["record", "skipped", "skipped", "record"]);
    const found = readNotification(v2);
    assert.ok(typeof found !== "string");
    assert.equal(writeResponse(found), undefined);
  });

  it("survives anything and tells of every byte once", () => {
    const damaged = fc.tuple(fc.constantFrom(v1, v2, inform), fc.nat(90), fc.nat(255))
      .map(([vector, at, octet]) => {
        const copy = Buffer.from(vector);
        copy[at] = octet;
        return copy;
      });
    fc.assert(fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), (bytes) => {
      assert.equal(told(trusted().receive(bytes)), bytes.length);
    }), { numRuns: 2_000 });
  });
});
