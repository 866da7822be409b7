import assert from "node:assert/strict";
import fc from "fast-check";
import { integerContents, writeBer, writeBerAll } from "../ber.js";
import { cstaFramer, framingNames, type CstaFrame, type CstaFraming } from "./framing.js";
import { openPduBytesMax, pduBytesMax } from "./pdu-bounds.js";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(/[ |]/g, ""), "hex");
const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

/** Frames by their octets, `garbage` joined, so that cuts do not show. */
function read(framing: CstaFraming, chunks: readonly Uint8Array[]): readonly string[] {
  const decoder = cstaFramer(framing).decoder();
  const found: string[] = [];
  let noise = "";
  const tell = (): void => {
    if (noise !== "") found.push(`garbage ${noise}`);
    noise = "";
  };
  for (const chunk of chunks) {
    for (const each of decoder.push(chunk)) {
      if (each.kind === "garbage") {
        assert.notEqual(each.reason, "");
        noise += text(each.bytes);
        continue;
      }
      tell();
      const { message } = each;
      found.push(message.kind === "pdu" ? text(message.pdu)
        : message.kind === "handshake" ? message.step : message.kind);
    }
  }
  tell();
  return found;
}

const octetsOf = (bytes: Uint8Array): readonly Uint8Array[] =>
  [...bytes].map((octet) => Uint8Array.of(octet));

const systemStatus = "A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02";
const answer = "A2 0B 02 01 01 30 06 02 02 00 D3 05 00";
const plain = (pdu: string): string => text(hex(pdu));

/** The start of both recorded sessions (frames of Panasonic and of HiPath), and the others. */
const frames: Readonly<Record<string, string>> = {
  none: `${systemStatus} ${answer}`,
  len16: `00 0E | ${systemStatus} 00 0D | ${answer}`,
  hipath3: `26 80 0E | ${systemStatus} 26 80 0D | ${answer}`,
  tpkt: `03 00 00 12 | ${systemStatus} 03 00 00 14 02 F0 80 | ${answer}`,
};

/** PDUs of every size, each of them sound. */
const pdus = fc.tuple(fc.constantFrom(1, 2, 3), fc.nat(40_000),
  fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 5 })).map(([tag, id, parts]) =>
  writeBerAll([writeBer({ tag: 2 }, integerContents(id)),
    ...parts.map((part) => writeBer({ tag: 4 }, part))], { class: "context", tag }));

/** Cut where the numbers say. */
function cut(bytes: Uint8Array, places: readonly number[]): readonly Uint8Array[] {
  const at = places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b);
  return [0, ...at].map((from, index) => bytes.subarray(from, at[index] ?? bytes.length));
}

describe("frames of CSTA in ASN.1", () => {
  for (const name of framingNames) {
    it(`${name}: two frames in one read, and octet by octet`, () => {
      const bytes = hex(frames[name] ?? "");
      const wanted = [plain(systemStatus), plain(answer)];
      assert.deepEqual(read({ name }, [bytes]), wanted);
      assert.deepEqual(read({ name }, octetsOf(bytes)), wanted);
      if (name === "tpkt") return;
      const framer = cstaFramer({ name });
      const written = [systemStatus, answer].map((pdu) =>
        framer.encode({ kind: "pdu", pdu: hex(pdu) }) ?? hex(""));
      assert.equal(text(Buffer.concat(written)), text(bytes));
    });

    it(`${name}: what it wrote, however cut, with garbage before it`, () => {
      const framer = cstaFramer({ name });
      // No garbage that may itself begin a frame: that costs what lies in the frame it announces.
      const noise = fc.uint8Array({ min: 0x70, max: 0x7f, maxLength: 8 });
      fc.assert(fc.property(fc.array(fc.tuple(noise, pdus), { maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 8 }), (list, places) => {
          const bytes = Buffer.concat(list.flatMap(([before, pdu]) =>
            [before, framer.encode({ kind: "pdu", pdu }) ?? hex("")]));
          const wanted = list.flatMap(([before, pdu]) =>
            [...before.length > 0 ? [`garbage ${text(before)}`] : [], text(pdu)]);
          assert.deepEqual(read({ name }, cut(bytes, places)), wanted);
        }));
    });

    it(`${name}: the same from anything however cut, and good frames after it`, () => {
      const framer = cstaFramer({ name, handshake: true });
      const good = framer.encode({ kind: "pdu", pdu: hex(systemStatus) }) ?? hex("");
      fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), fc.array(fc.nat(), { maxLength: 8 }),
        (bytes, places) => {
          const framing = { name, handshake: true };
          const whole = read(framing, [bytes]);
          assert.deepEqual(read(framing, cut(bytes, places)), whole);
          // However much the garbage announces, there is an end to it.
          const after = Buffer.concat([bytes, ...Array.from(
            { length: Math.ceil(2 * (pduBytesMax + 7) / good.length) }, () => good)]);
          assert.equal(read(framing, [after]).at(-1), plain(systemStatus));
        }), { numRuns: 15 });
    });

    it(`${name}: the longest PDU, and none that is longer`, () => {
      const framer = cstaFramer({ name });
      const longest = name === "tpkt" ? pduBytesMax - 4 : pduBytesMax;
      const pdu = writeBerAll([hex("020101"),
        writeBer({ tag: 4 }, Buffer.alloc(longest - 4 - 3 - 4))], { class: "context", tag: 1 });
      assert.equal(pdu.length, longest);
      const frame = framer.encode({ kind: "pdu", pdu });
      assert.ok(frame !== undefined);
      assert.deepEqual(read({ name }, [frame]), [text(pdu)]);
      assert.equal(framer.encode({ kind: "pdu", pdu: Buffer.alloc(longest + 1) }), undefined);
      assert.equal(framer.encode({ kind: "pdu", pdu: hex("") }), undefined);
    });
  }

  it("nothing in a frame shows life; a PDU of nothing has no frame of its own", () => {
    const life: CstaFrame = { kind: "keep-alive" };
    for (const [name, frame] of [["len16", "00 00"], ["hipath3", "26 80 00"],
      ["tpkt", "03 00 00 04"]] as const) {
      assert.deepEqual(read({ name }, octetsOf(hex(frame))), ["keep-alive"], name);
      assert.equal(text(cstaFramer({ name }).encode(life) ?? hex("")), plain(frame));
    }
    assert.equal(cstaFramer({ name: "none" }).encode(life), undefined);
    // A zero before a length is no frame of nothing where the beginning is lost.
    assert.deepEqual(read({ name: "len16" }, [hex(`7F 00 00 0E ${systemStatus}`)]),
      ["garbage 7f00", plain(systemStatus)]);
  });

  it("the association is gone: three octets of Panasonic", () => {
    assert.deepEqual(read({ name: "len16" }, octetsOf(hex("00 03 80 01 00"))), ["800100"]);
    assert.deepEqual(read({ name: "none" }, octetsOf(hex("80 01 00"))), ["800100"]);
    // Any other three octets of that kind are none, and are passed over as soon as they show.
    assert.deepEqual(read({ name: "len16" }, [hex("00 03 80 01 01")]), ["garbage 000380"]);
  });

  it("a handshake before the first frame, a text after the last", () => {
    const framing = { name: "len16", handshake: true } as const;
    const framer = cstaFramer(framing);
    const said = (step: "begin" | "answer" | "end"): string =>
      Buffer.from(framer.encode({ kind: "handshake", step }) ?? "").toString();
    assert.deepEqual([said("begin"), said("answer"), said("end")], ["B", "P", "EXIT"]);
    const client = Buffer.concat([Buffer.from("B"), hex(frames["len16"] ?? ""),
      Buffer.from("EXIT")]);
    const wanted = ["begin", plain(systemStatus), plain(answer), "end"];
    assert.deepEqual(read(framing, [client]), wanted);
    assert.deepEqual(read(framing, octetsOf(client)), wanted);
    // Panasonic's old ports take clients without it, too.
    assert.deepEqual(read(framing, [hex(frames["len16"] ?? "")]), wanted.slice(1, 3));
    assert.deepEqual(read(framing, [Buffer.from("P")]), ["answer"]);
    // Later the same octet is the beginning of a length; without the option it always is.
    assert.deepEqual(read(framing, [Buffer.concat([client.subarray(0, 17), Buffer.from("Bx")])]),
      ["begin", plain(systemStatus)]);
    assert.equal(cstaFramer({ name: "len16" }).encode({ kind: "handshake", step: "begin" }),
      undefined);
  });

  it("indefinite lengths, up to a bound", () => {
    const open = "A1 80 02 01 01 02 01 34 30 80 0A 01 02 00 00 00 00";
    assert.deepEqual(read({ name: "none" }, octetsOf(hex(open + open))),
      [plain(open), plain(open)]);
    assert.deepEqual(read({ name: "len16" }, [hex(`00 11 ${open}`)]), [plain(open)]);
    const endless = Buffer.concat([hex("A1 80 02 01 01"),
      ...Array.from({ length: openPduBytesMax / 2 }, () => hex("04 00")), hex(systemStatus)]);
    assert.equal(read({ name: "none" }, [endless]).at(-1), plain(systemStatus));
  });

  it("parts of HiPath are put together, up to a bound", () => {
    const parts = "26 00 05 A1 0C 02 01 01 26 80 09 02 02 00 D3 30 03 0A 01 02";
    assert.deepEqual(read({ name: "hipath3" }, octetsOf(hex(parts))), [plain(systemStatus)]);
    const long = writeBerAll([hex("020101"), writeBer({ tag: 4 }, Buffer.alloc(2_000))],
      { class: "context", tag: 1 });
    const frame = cstaFramer({ name: "hipath3" }).encode({ kind: "pdu", pdu: long }) ?? hex("");
    assert.deepEqual([text(frame.subarray(0, 3)), text(frame.subarray(1_003, 1_006)),
      text(frame.subarray(2_006, 2_009))], ["2603e8", "2603e8", "26800b"]);
    assert.deepEqual(read({ name: "hipath3" }, [frame]), [text(long)]);
    const crumbs = Buffer.concat([hex("26 00 02 A1 70"),
      ...Array.from({ length: 200 }, () => hex("26 00 01 02")), hex(`26 80 0E ${systemStatus}`)]);
    assert.equal(read({ name: "hipath3" }, [crumbs]).at(-1), plain(systemStatus));
  });

  it("what cannot be a PDU is not waited for", () => {
    for (const bad of [
      "A1 82 FF FF 04", "A1 85 01 01 01 01 01", "A1 84 FF FF FF FF", "A1 00", "60 02 04 00",
      "A1 05 02 01 01 04 7F", "A1 05 02 01 01 04 80", "A1 05 02 01 01 1F FF", "A4 03 01 01 00",
      // Devices in their roles: no releases, no abort.
      "63 02 87 00", "64 02 87 00", "62 05 80 03 35 35 36",
    ]) {
      const bytes = hex(`${bad} ${systemStatus}`);
      assert.equal(read({ name: "none" }, [bytes]).at(-1), plain(systemStatus), bad);
    }
    // Elements in elements, more than there ever are.
    let deep = hex("04 00");
    for (let depth = 0; depth < 40; depth += 1) deep = Buffer.from(writeBerAll([deep]));
    const pdu = writeBerAll([hex("020101"), deep], { class: "context", tag: 1 });
    assert.equal(read({ name: "none" }, [pdu]).every((each) => each.startsWith("garbage")), true);
  });
});
