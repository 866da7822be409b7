import assert from "node:assert/strict";
import { smdrOptions } from "./options.js";
import { tryOptions } from "./trial.js";

const layout = { kind: "columns", clock: "start", dateOrder: "ymd", fields: [
  { name: "head", is: "text", from: 1, to: 6 }, { name: "date", is: "date", from: 7, to: 12 },
  { name: "time", is: "time", from: 13, to: 18 },
  { name: "length", is: "duration", from: 19, to: 24 },
  { name: "extension", is: "device", from: 25, to: 28 },
  { name: "dialled", is: "calledNumber", from: 29, to: 38 },
  { name: "rest", is: "text", from: 39, to: 44 }] };
const block = Buffer.from("EEFF012611220915100001100233" + "0145678901" + "FFFFFF", "hex");
const atMs = Date.UTC(2026, 10, 22, 9);

describe("options of framings", () => {
  it("read binary records with a layout of digits, and tell what breaks it", () => {
    const damaged = Buffer.from(block);
    damaged[4] = 0x99;
    const trial = tryOptions({ format: "custom", framing: "isdx", layout },
      Buffer.concat([block, damaged, Buffer.from("noise"), block]), atMs);
    assert.ok(trial.ok, JSON.stringify(trial));
    assert.equal(trial.value.recordsTotal, 2);
    const { call } = trial.value.records[0] ?? {};
    assert.deepEqual([call?.device, call?.calledNumber, call?.durationMs, call?.startedAtMs],
      ["0233", "0145678901", 70_000, Date.UTC(2026, 10, 22, 8, 15, 10)]);
    assert.equal(trial.value.rejectedTotal, 2);
  });

  it("keep a record whose fields nobody has described", () => {
    const trial = tryOptions({ format: "isdx", framing: "isdx" }, block, atMs);
    assert.ok(trial.ok);
    assert.deepEqual(trial.value.records.map(({ phase, call, text }) => ({ phase, call, text })),
      [{ phase: "kept", call: undefined, text: block.toString("hex").toUpperCase() }]);
  });

  it("refuse what does not go together", () => {
    for (const [options, path] of [
      [{ format: "avaya-cm", framing: "avaya-rsp", nec: {} }, "nec"],
      [{ format: "panasonic-kx", framing: "isdx", login: { secret: "env:X" } }, "login"],
      [{ format: "nec-neax", framing: "nec-polled", nec: { address: "0" } }, "nec.address"],
      [{ format: "nec-neax", framing: "nec-polled", nec: { pollSeconds: 0 } }, "nec.pollSeconds"],
      [{ format: "nec-neax", framing: "sdlc" }, "framing"],
    ] as const) {
      const parsed = smdrOptions.parse(options);
      assert.ok(!parsed.ok, path);
      assert.deepEqual(parsed.fault.fields?.map((field) => field.path), [path]);
    }
  });
});
