import assert from "node:assert/strict";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";
import { beepsOf, signalsOf, toneEvent } from "./front-panel.js";

const facts: ConsoleFacts = { unit: "lyon", version: "0.1.0", language: "en", webPort: 8443,
  fingerprint: "", firstAdmin: "", alarms: 0, stage: "idle", links: [], offered: "" };
const starting = signalsOf(undefined);
const ready = signalsOf(facts);
const alarm = signalsOf({ ...facts, alarms: 1 });

describe("front panel", () => {
  it("blinks until the gateway answers and a new version may stay", () => {
    assert.deepEqual([starting, ready, signalsOf({ ...facts, stage: "on-trial" })],
      [{ status: "blink", fault: "off" }, { status: "on", fault: "off" },
        { status: "blink", fault: "off" }]);
    assert.equal(alarm.fault, "on");
  });

  it("beeps twice when it is ready, once when an alarm comes, and not again", () => {
    assert.deepEqual([beepsOf(undefined, starting), beepsOf(starting, ready),
      beepsOf(ready, ready), beepsOf(ready, alarm), beepsOf(alarm, alarm), beepsOf(alarm, ready)],
    [0, 2, 0, 1, 0, 0]);
  });

  it("asks the kernel for a tone as linux/input.h lays it out", () => {
    assert.equal(toneEvent(1_000).toString("hex"),
      "00000000000000000000000000000000" + "1200" + "0200" + "e8030000");
  });
});
