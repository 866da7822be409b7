import assert from "node:assert/strict";
import fc from "fast-check";
import type { Decoded } from "../base/codec.js";
import {
  layoutFlaw, readReport, reportCodec, type CallerReport, type ReportLayout,
} from "./caller-id-reports.js";

const layout: ReportLayout = { octets: 16, digits: { offset: 2, octets: 12 },
  state: { offset: 1, mask: 0x0f, ring: 1, offHook: 2, onHook: 0 } };
const withCaller: ReportLayout = { ...layout, state: { ...layout.state, caller: 4 } };

function reportOf(text: string): Uint8Array {
  return Buffer.from(text.replaceAll(" ", "").padEnd(32, "0"), "hex");
}

describe("reports of HID caller-ID boxes", () => {
  it("are read where the layout says", () => {
    for (const [hex, wanted] of [
      ["07 01 30313435", { state: "ring", number: "0145" }],
      ["07 f1", { state: "ring" }],
      ["07 01 ffff", { state: "ring" }],
      ["07 01 303130 20 3939", { state: "ring", number: "010" }],
      ["07 01 50", { state: "ring", absence: "private" }],
      ["07 01 4f", { state: "ring", absence: "outOfArea" }],
      ["07 01 303132333435363738392a23", { state: "ring", number: "0123456789*#" }],
      ["07 02 30", { state: "offHook" }],
      ["07 00 30", { state: "onHook" }],
      ["07 03", "no state has the value 3"],
      ["07 01 301b31", "the digits are none"],
    ] as const) {
      assert.deepEqual(readReport(layout, reportOf(hex)), wanted, hex);
    }
  });

  it("of the caller are read only in their own report, where there is one", () => {
    assert.deepEqual(readReport(withCaller, reportOf("07 01 3939")), { state: "ring" });
    assert.deepEqual(readReport(withCaller, reportOf("07 04 3939")),
      { state: "caller", number: "99" });
  });

  it("cannot be described by a layout that contradicts itself", () => {
    assert.equal(layoutFlaw(layout), undefined);
    for (const wrong of [{ ...layout, octets: 8 }, { ...layout, digits: { offset: 0, octets: 4 } },
      { ...layout, state: { ...layout.state, offset: 16 } },
      { ...layout, state: { ...layout.state, offHook: 1 } },
      { ...layout, state: { ...layout.state, ring: 0x11 } }]) {
      assert.notEqual(layoutFlaw(wrong), undefined, JSON.stringify(wrong));
    }
  });

  const plain = { noNullPrototype: true } as const;
  const number = fc.stringMatching(/^[0-9*#+]{1,12}$/);
  const report: fc.Arbitrary<CallerReport> = fc.oneof(
    fc.record({ state: fc.constant("caller" as const), number }, plain),
    fc.record({ state: fc.constantFrom("ring" as const, "offHook" as const, "onHook" as const) },
      plain));

  it("are the same however they are cut, and survive being written and read", () => {
    fc.assert(fc.property(fc.array(report, { maxLength: 20 }), fc.integer({ min: 1, max: 40 }),
      (reports, step) => {
        const codec = reportCodec(withCaller);
        const bytes = Buffer.concat(reports.map((each) => codec.encode(each)));
        const decoder = codec.decoder();
        const found: Decoded<CallerReport>[] = [];
        for (let at = 0; at < bytes.length; at += step) {
          found.push(...decoder.push(bytes.subarray(at, at + step)));
        }
        assert.equal(decoder.pending, false);
        assert.deepEqual(found, reports.map((message) => ({ kind: "message", message })));
      }));
  });

  it("never throw on garbage, tell of every octet, and are found again after a silence", () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), (noise) => {
      const codec = reportCodec(layout);
      const decoder = codec.decoder();
      const before = [...decoder.push(noise), ...decoder.flush()];
      const told = before.reduce((sum, each) =>
        sum + (each.kind === "garbage" ? each.bytes.length : layout.octets), 0);
      assert.equal(told, noise.length);
      const good = { state: "ring", number: "0145678901" } as const;
      assert.deepEqual([...decoder.push(codec.encode(good))], [{ kind: "message", message: good }]);
    }));
  });
});
