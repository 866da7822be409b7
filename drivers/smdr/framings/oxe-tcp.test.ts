import assert from "node:assert/strict";
import fc from "fast-check";
import { inFrench } from "../../../firmware/base/french.js";
import { SimulatedWorld } from "../../../firmware/base/world-simulated.js";
import { createOxePeer } from "../framed-peers.js";
import type { Framed } from "../framing.js";
import { bodyBytesMax, kinds, messageOf, OxeTcp, ticketBytes, words } from "./oxe-tcp.js";

function ticket(kind: number, text: string): Buffer {
  const body = Buffer.alloc(ticketBytes);
  body.set([1, 0, kind, 0]);
  body.write(text, 4, "latin1");
  return messageOf(body);
}

const hex = (...octets: readonly string[]): string => octets.join("");
const replies = (framed: readonly Framed[]): readonly string[] => framed.flatMap((each) =>
  each.kind === "reply" ? [Buffer.from(each.bytes).toString("hex")] : []);
const texts = (framed: readonly Framed[]): readonly string[] => framed.flatMap((each) =>
  each.kind === "text" ? [Buffer.from(each.bytes).toString("latin1")] : []);
const reasons = (framed: readonly Framed[]): readonly unknown[] => framed.flatMap((each) =>
  each.kind === "condition" ? ["reason" in each.condition ? each.condition.reason : "ready"] : []);
const told = (framed: readonly Framed[]): number => framed.reduce((sum, each) =>
  sum + (each.kind === "skipped" ? each.bytes
    : each.kind === "text" || each.kind === "garbage" ? each.bytes.length : 0), 0);

describe("OmniPCX Enterprise over IP", () => {
  it("speaks octet by octet as the public client does", () => {
    const framing = new OxeTcp();
    assert.deepEqual(replies(framing.open()), ["000153"]);
    assert.deepEqual(framing.receive(Buffer.from("0001", "hex")).map(({ kind }) => kind), ["wait"]);
    const main = framing.receive(Buffer.from("50", "hex"));
    assert.deepEqual([reasons(main), replies(main)], [["ready"], ["00020000"]]);
    // `03 04` is what that client waits for before a ticket: its length.
    assert.equal(ticket(kinds.call, "x").subarray(0, 6).toString("hex"), hex("0304", "01000200"));
    const asked = framing.receive(Buffer.from(hex("0008", Buffer.from("TEST_REQ").toString("hex")),
      "hex"));
    assert.deepEqual(replies(asked), [hex("0008", Buffer.from("TEST_RSP").toString("hex"))]);
  });

  it("gives each call's ticket without its padding, passes over the others, however cut", () => {
    const piece = fc.oneof(
      fc.stringMatching(/^ED5\.2[ -~]{0,200}[!-~]$/).map((text) =>
        ({ texts: [text], tests: 0, bytes: ticket(kinds.call, text) })),
      fc.constantFrom(kinds.none, kinds.change, kinds.quality).map((kind) =>
        ({ texts: [], tests: 0, bytes: ticket(kind, "NODE=1;\n") })),
      fc.constant({ texts: [], tests: 1, bytes: messageOf(words.test) }));
    fc.assert(fc.property(fc.array(piece, { maxLength: 8 }),
      fc.array(fc.nat({ max: 6_000 }), { maxLength: 8 }), (pieces, cuts) => {
        const stream = Buffer.concat([messageOf(words.main), ...pieces.map(({ bytes }) => bytes)]);
        const framing = new OxeTcp();
        const framed = [...framing.open()];
        let from = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), stream.length]) {
          framed.push(...framing.receive(stream.subarray(from, cut)));
          from = Math.max(from, Math.min(cut, stream.length));
        }
        framed.push(...framing.end());
        assert.deepEqual(texts(framed), pieces.flatMap((each) => each.texts));
        assert.equal(replies(framed).length, 2 + pieces.reduce((sum, { tests }) => sum + tests, 0));
        assert.equal(told(framed), stream.length);
        assert.deepEqual(reasons(framed), ["ready"]);
      }));
  });

  it("is lost at a standby, in silence and out of step, and tells of each byte", () => {
    const lost = (stream: Uint8Array): string => {
      const framing = new OxeTcp();
      framing.open();
      const framed = [...framing.receive(stream), ...framing.receive(Buffer.of(9)),
        ...framing.end()];
      assert.equal(told(framed), stream.length + 1);
      for (const each of framed) {
        if (each.kind === "garbage") assert.ok(inFrench(each.reason) !== undefined, each.reason);
      }
      return JSON.stringify(reasons(framed));
    };
    assert.match(lost(messageOf("S")), /on standby/);
    const main = messageOf(words.main);
    assert.match(lost(Buffer.concat([main, Buffer.of(0x10, 0x01)])), /no message/, "too long");
    assert.equal(bodyBytesMax, 0x1000);
    assert.match(lost(Buffer.concat([main, messageOf("HTTP/1.1 400 Bad Request")])), /no message/);
    const silent = new OxeTcp();
    silent.open();
    assert.match(JSON.stringify(silent.elapsed()), /does not say its role/);
    const begun = new OxeTcp();
    begun.receive(main);
    assert.match(JSON.stringify(begun.elapsed()), /nothing heard for 95 s/);
    const cut = new OxeTcp();
    cut.receive(Buffer.concat([main, ticket(kinds.call, "ED5.2 x").subarray(0, 100)]));
    assert.deepEqual(cut.end().map((each) =>
      each.kind === "garbage" ? each.bytes.length : 0), [100]);
  });

  it("is understood by the peer, which keeps tickets while nobody listens and asks", async () => {
    const world = new SimulatedWorld(2);
    const sent: Buffer[] = [];
    const peer = createOxePeer({ world, send: (bytes) => { sent.push(Buffer.from(bytes)); } });
    peer.print(Buffer.from("ED5.2 first"));
    assert.equal(peer.waiting, 1);
    const framing = new OxeTcp();
    const heard: Framed[] = [];
    const talk = (framed: readonly Framed[]): void => {
      heard.push(...framed);
      for (const each of framed) if (each.kind === "reply") peer.receive(each.bytes);
      for (const bytes of sent.splice(0)) talk(framing.receive(bytes));
    };
    peer.connected();
    talk(framing.open());
    peer.print(Buffer.from("ED5.2 second"));
    talk([]);
    assert.deepEqual(texts(heard), ["ED5.2 first", "ED5.2 second"]);
    const before = replies(heard).length;
    await world.advance(61_000);
    talk([]);
    assert.equal(replies(heard).length - before, 2);
    peer.close();
  });
});
