import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../base/codec.js";
import {
  amiBanner, amiCodec, amiDecoder, amiMessage, messageBytesMax, type AmiField, type AmiMessage,
} from "./ami.js";

function decodeAll(bytes: Uint8Array, cuts: readonly number[], bytesMax?: number) {
  const decoder = amiDecoder(bytesMax);
  const out: Decoded<AmiMessage>[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    if (cut <= at) continue;
    out.push(...decoder.push(bytes.subarray(at, cut)));
    at = cut;
  }
  return out;
}

function shown(decoded: readonly Decoded<AmiMessage>[]) {
  return decoded.map((item) => item.kind === "message"
    ? { kind: item.message.kind, name: item.message.name, fields: item.message.fields }
    : { garbage: Buffer.from(item.bytes).toString("latin1"), reason: item.reason });
}

const text = (value: string) => Buffer.from(value, "utf8");

describe("AMI codec", () => {
  it("reads banner, response and event, in order, with repeated and odd keys", () => {
    const bytes = text("Asterisk Call Manager/5.0.4\r\n"
      + "Response: Success\r\nActionID: t1\r\nMessage: Authentication accepted\r\n\r\n"
      + "Event: OriginateResponse\r\nContext: \r\nExten:\r\nUri: sip:a:b\r\n"
      + "ChanVariable(SIP/x:5060-1): A=b: c\r\nChanVariable: X=1\r\nChanVariable: Y=2\r\n\r\n");
    assert.deepEqual(shown(decodeAll(bytes, [])), [
      { kind: "banner", name: "5.0.4", fields: [] },
      { kind: "response", name: "Success", fields: [["Response", "Success"], ["ActionID", "t1"],
        ["Message", "Authentication accepted"]] },
      { kind: "event", name: "OriginateResponse", fields: [["Event", "OriginateResponse"],
        ["Context", ""], ["Exten", ""], ["Uri", "sip:a:b"],
        ["ChanVariable(SIP/x:5060-1)", "A=b: c"], ["ChanVariable", "X=1"],
        ["ChanVariable", "Y=2"]] },
    ]);
    const last = decodeAll(bytes, []).at(-1);
    assert(last?.kind === "message");
    assert.deepEqual(last.message.all("ChanVariable"), ["X=1", "Y=2"]);
    assert.equal(last.message.get("ChanVariable"), "X=1");
    assert.equal(last.message.get("Exten"), "");
    assert.equal(last.message.get("exten"), undefined);
  });

  it("hands the banner on before anything follows it", () => {
    assert.deepEqual(shown(decodeAll(text("Asterisk Call Manager/9.0.0\r\n"), [3, 12])),
      [{ kind: "banner", name: "9.0.0", fields: [] }]);
  });

  it("tolerates bare line feeds, extra empty lines and lines without a key", () => {
    const bytes = text("\r\n\nEvent: A\nK: 1\n\nEvent: B\r\nplain output\r\n\r\n\r\n\r\n"
      + "Event: C\n\r\n");
    assert.deepEqual(shown(decodeAll(bytes, [])), [
      { kind: "event", name: "A", fields: [["Event", "A"], ["K", "1"]] },
      { kind: "event", name: "B", fields: [["Event", "B"], ["", "plain output"]] },
      { kind: "event", name: "C", fields: [["Event", "C"]] },
    ]);
  });

  it("reads UTF-8 across any cut, and Latin-1 where it is not UTF-8", () => {
    const bytes = text("Event: X\r\nName: Zoë Müller 東京 📞\r\n\r\n");
    for (let cut = 1; cut < bytes.length; cut += 1) {
      const [first] = decodeAll(bytes, [cut]);
      assert(first?.kind === "message");
      assert.equal(first.message.get("Name"), "Zoë Müller 東京 📞");
    }
    const [old] = decodeAll(Buffer.from("Event: X\r\nName: M\xfcller\r\n\r\n", "latin1"), []);
    assert(old?.kind === "message");
    assert.equal(old.message.get("Name"), "Müller");
  });

  it("reports garbage and finds the next message that was there", () => {
    const bytes = text("\0\x01junk\r\nmore\r\n\r\nGET / HTTP/1.1\r\nEvent: Good\r\nK: v\r\n\r\n");
    assert.deepEqual(shown(decodeAll(bytes, [])).map((item) => "kind" in item
      ? item.name : item.garbage), ["\0\x01junk\r\nmore\r\n\r\n", "GET / HTTP/1.1\r\n", "Good"]);
  });

  it("reports a 10 MB line as garbage in bounded pieces and goes on after the empty line", () => {
    const decoder = amiDecoder();
    const chunk = Buffer.alloc(65_536, 0x78);
    let garbage = 0;
    let largest = 0;
    const count = (items: Iterable<Decoded<AmiMessage>>) => {
      const names: string[] = [];
      for (const item of items) {
        if (item.kind === "message") names.push(item.message.name);
        else {
          garbage += item.bytes.length;
          largest = Math.max(largest, item.bytes.length);
        }
      }
      return names;
    };
    assert.deepEqual(count(decoder.push(text("Event: Long\r\nK: "))), []);
    for (let n = 0; n < 160; n += 1) assert.deepEqual(count(decoder.push(chunk)), []);
    assert.deepEqual(count(decoder.push(text("\r\n\r\nEvent: After\r\n\r\n"))), ["After"]);
    assert.equal(garbage, 16 + 160 * 65_536 + 4);
    assert(largest <= messageBytesMax + 4);
  });

  it("takes a message of exactly the bound and refuses one byte more, however it is cut", () => {
    for (const extra of [0, 1]) {
      const body = `Event: ${"x".repeat(93 + extra)}`;
      const bytes = text(`${body}\r\n\r\nEvent: Next\r\n\r\n`);
      const expected = shown(decodeAll(bytes, [], 100));
      assert.equal(expected.length, extra === 0 ? 2 : 3);
      for (let cut = 1; cut < bytes.length; cut += 1) {
        assert.deepEqual(shown(decodeAll(bytes, [cut], 100)), expected);
      }
      assert.deepEqual(shown(decodeAll(bytes, [...bytes.keys()], 100)), expected);
    }
  });

  it("gives the same result however the bytes were cut, and never throws", () => {
    const line = fc.oneof(fc.constantFrom("Event: A", "Response: Success", "K: v", "K:", "", "\r",
      "Asterisk Call Manager/5.0", "Key(a:b): c", "é: ü"), fc.string({ maxLength: 60 }));
    const stream = fc.array(fc.tuple(line, fc.constantFrom("\r\n", "\n", "\r\n\r\n", "\n\n")),
      { maxLength: 30 }).map((lines) => text(lines.map(([a, b]) => a + b).join("")));
    fc.assert(fc.property(stream, fc.array(fc.nat(900)), (bytes, cuts) => {
      const sorted = cuts.toSorted((a, b) => a - b);
      for (const bytesMax of [undefined, 40]) {
        assert.deepEqual(shown(decodeAll(bytes, sorted, bytesMax)),
          shown(decodeAll(bytes, [], bytesMax)));
      }
    }), { numRuns: 500 });
  });

  it("reads a message of a shape that is known as it read the first of that shape", () => {
    const key = fc.constantFrom("Channel", "Exten", "ChanVariable", "K", "K2", "Key(a:b)", "");
    const value = fc.oneof(fc.string({ maxLength: 30 }), fc.constantFrom("", " ", "a: b", "ü",
      "tab\there", "cr\rhere", "lf\nhere", "\0", "\x7f", "\x80", "x".repeat(5_000)));
    const name = fc.constantFrom("Shape1", "Shape2", "Shape3");
    const message = fc.tuple(name, fc.array(fc.tuple(key, value), { maxLength: 6 }),
      fc.constantFrom(": ", ":", ":  "), fc.constantFrom("\r\n", "\n"));
    const stream = fc.array(message, { minLength: 1, maxLength: 6 });
    fc.assert(fc.property(stream, fc.array(fc.nat(8_000), { maxLength: 6 }), (messages, cuts) => {
      for (const [event, fields, colon, end] of messages) {
        const lines = [`Event: ${event}`, ...fields.map(([k, v]) => `${k}${colon}${v}`)];
        const bytes = text(lines.join(end) + end + end);
        // Read line by line, whatever was learnt: the first line is too long to be looked up.
        const long = text([`Event: ${event}${"y".repeat(80)}`, ...lines.slice(1)].join(end)
          + end + end);
        const byLine = shown(decodeAll(long, [])).map((item) => "fields" in item
          ? { ...item, name: item.name?.slice(0, -80),
            fields: [["Event", event], ...(item.fields ?? []).slice(1)] } : item);
        const sorted = cuts.toSorted((a, b) => a - b);
        for (const at of [[], sorted, []]) assert.deepEqual(shown(decodeAll(bytes, at)), byLine);
      }
    }), { numRuns: 300 });
  });

  it("decodes what it encodes, and takes line ends out of what it sends", () => {
    const word = fc.string({ minLength: 1, maxLength: 12 })
      .filter((value) => !/[\r\n\0:( ]/.test(value));
    const value = fc.string({ maxLength: 40 }).filter((each) => !/[\r\n\0]/.test(each));
    fc.assert(fc.property(value, fc.array(fc.tuple(word, value)), (name, fields) => {
      const all: AmiField[] = [["Event", name], ...fields];
      const [item] = decodeAll(amiCodec.encode(amiMessage(all)), []);
      assert(item?.kind === "message");
      assert.deepEqual(item.message.fields, all);
    }));
    const injected = amiMessage([["Action", "Originate"],
      ["Exten", "1\r\nAction: Command\n\r\n2"]]);
    assert.equal(Buffer.from(amiCodec.encode(injected)).toString(),
      "Action: Originate\r\nExten: 1Action: Command2\r\n\r\n");
    assert.equal(Buffer.from(amiCodec.encode(amiBanner("5.0.4"))).toString(),
      "Asterisk Call Manager/5.0.4\r\n");
  });
});
