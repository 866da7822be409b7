/** Vectors: the tables of RFC 2217 and RFC 855; pyserial's client is in hw-tests/loopback. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { comPortCodes, decodeComPort, encodeComPort, type ComPortMessage, type ComPortName }
  from "./rfc2217.js";
import { options, subnegotiationMax, telnet, type TelnetMessage } from "./telnet.js";
import type { Decoded } from "../base/codec.js";

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(" ", ""), "hex"));
}

/** Pieces of data that stand together, however the bytes were cut. */
function joined(found: readonly Decoded<TelnetMessage>[]): readonly Decoded<TelnetMessage>[] {
  const out: Decoded<TelnetMessage>[] = [];
  for (const one of found) {
    const last = out.at(-1);
    if (one.kind === "message" && one.message.kind === "data"
      && last?.kind === "message" && last.message.kind === "data") {
      out[out.length - 1] = { kind: "message", message: { kind: "data",
        bytes: Uint8Array.from([...last.message.bytes, ...one.message.bytes]) } };
    } else out.push(one);
  }
  return out;
}

function decoded(chunks: readonly Uint8Array[]): readonly Decoded<TelnetMessage>[] {
  const decoder = telnet.decoder();
  return joined(chunks.flatMap((chunk) => [...decoder.push(chunk)]));
}

const octets = fc.uint8Array({ maxLength: 40 });
const messages: fc.Arbitrary<TelnetMessage> = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 40 })
    .map((bytes) => ({ kind: "data" as const, bytes })),
  fc.record({ kind: fc.constant("option" as const), option: fc.integer({ min: 0, max: 255 }),
    verb: fc.constantFrom("will", "wont", "do", "dont") }, { noNullPrototype: true }),
  fc.record({ kind: fc.constant("subnegotiation" as const), bytes: octets,
    option: fc.integer({ min: 0, max: 254 }) }, { noNullPrototype: true }));

describe("telnet", () => {
  it("reads options, subnegotiations and data with its doubled octet", () => {
    assert.deepEqual(decoded([hex("41 fffd2c ff ff 42 fffa2c 01 00002580 fff0 fff1")]), [
      { kind: "message", message: { kind: "data", bytes: hex("41") } },
      { kind: "message", message: { kind: "option", verb: "do", option: options.comPort } },
      { kind: "message", message: { kind: "data", bytes: hex("ff42") } },
      { kind: "message",
        message: { kind: "subnegotiation", option: 44, bytes: hex("0100002580") } },
      { kind: "message", message: { kind: "command", code: 0xf1 } }]);
  });

  it("decodes what it encodes, however it is cut", () => {
    const some = fc.array(messages, { maxLength: 12 });
    fc.assert(fc.property(some, fc.array(fc.nat(9)), (all, cuts) => {
      const bytes = Buffer.concat(all.map((message) => telnet.encode(message)));
      const chunks: Uint8Array[] = [];
      let at = 0;
      for (const cut of cuts) {
        chunks.push(bytes.subarray(at, at + cut));
        at += cut;
      }
      chunks.push(bytes.subarray(at));
      assert.deepEqual(decoded(chunks),
        joined(all.map((message) => ({ kind: "message", message }))));
    }));
  });

  it("never throws, whatever comes, and finds the next message after it", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      const decoder = telnet.decoder();
      [...decoder.push(noise)];
      // Two of these end whatever was begun.
      [...decoder.push(hex("fff0 fff0 41"))];
      const [first] = decoder.push(hex("fffb00"));
      assert.deepEqual(first, { kind: "message",
        message: { kind: "option", verb: "will", option: 0 } });
    }));
  });

  it("keeps no more of a subnegotiation than its bound, and says so", () => {
    const long = Buffer.concat([hex("fffa2c"), Buffer.alloc(100_000, 0x41), hex("fff0 42")]);
    const [garbage, data] = decoded([long]);
    assert.ok(garbage?.kind === "garbage" && garbage.bytes.length <= subnegotiationMax);
    assert.deepEqual(data, { kind: "message", message: { kind: "data", bytes: hex("42") } });
  });
});

describe("COM port option", () => {
  const vectors: readonly (readonly [string, ComPortMessage])[] = [
    ["01 0001c200", { name: "setBaudRate", from: "client", value: 115_200, text: "" }],
    ["65 00002580", { name: "setBaudRate", from: "server", value: 9_600, text: "" }],
    ["02 07", { name: "setDataSize", from: "client", value: 7, text: "" }],
    ["67 03", { name: "setParity", from: "server", value: 3, text: "" }],
    ["04 02", { name: "setStopSize", from: "client", value: 2, text: "" }],
    ["05 08", { name: "setControl", from: "client", value: 8, text: "" }],
    ["6b b0", { name: "notifyModemState", from: "server", value: 0xb0, text: "" }],
    ["08", { name: "flowControlSuspend", from: "client", value: 0, text: "" }],
    ["09", { name: "flowControlResume", from: "client", value: 0, text: "" }],
    ["0b ff", { name: "setModemStateMask", from: "client", value: 255, text: "" }],
    ["70 03", { name: "purgeData", from: "server", value: 3, text: "" }],
    ["00", { name: "signature", from: "client", value: 0, text: "" }],
    ["64 414243", { name: "signature", from: "server", value: 0, text: "ABC" }]];

  for (const [bytes, message] of vectors) {
    it(`${bytes} is ${message.name} of the ${message.from}`, () => {
      assert.deepEqual(decodeComPort(hex(bytes)), { ok: true, value: message });
      assert.deepEqual(Uint8Array.from(encodeComPort(message)), Uint8Array.from(hex(bytes)));
    });
  }

  it("refuses what is cut off or unknown, and never throws", () => {
    for (const bytes of ["", "01 0000", "02", "0d 01", "c8 01"]) {
      assert.equal(decodeComPort(hex(bytes)).ok, false, bytes);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => { decodeComPort(bytes); }));
  });

  it("decodes what it encodes", () => {
    fc.assert(fc.property(fc.constantFrom(...Object.keys(comPortCodes) as ComPortName[]),
      fc.constantFrom("client" as const, "server" as const), fc.nat(255), (name, from, number) => {
        const value = ["signature", "flowControlSuspend", "flowControlResume"].includes(name) ? 0
          : number;
        const message = { name, from, value, text: name === "signature" ? "x" : "" };
        assert.deepEqual(decodeComPort(encodeComPort(message)), { ok: true, value: message });
      }));
  });
});
