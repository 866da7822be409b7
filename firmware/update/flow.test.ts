import assert from "node:assert/strict";
import { Flow } from "./flow.js";

describe("the flow of links", () => {
  it("is steady where nearly every minute has brought something, not where it came at once", () => {
    const flow = new Flow();
    for (let minute = 0; minute <= 10; minute += 1) {
      flow.note({ busy: minute * 3, nearly: Math.min(minute, 8), seldom: Math.min(minute, 7),
        burst: minute < 5 ? 0 : 500, silent: 0 }, minute * 60_000);
    }
    assert.deepEqual(flow.steady(), ["busy", "nearly"]);
  });

  it("forgets what was, and knows nothing at first", () => {
    const flow = new Flow();
    assert.deepEqual(flow.steady(), []);
    for (let minute = 0; minute <= 30; minute += 1) {
      for (const seconds of [1, 30]) {
        flow.note({ pbx: Math.min(minute, 20) }, minute * 60_000 + seconds * 1_000);
      }
      if (minute === 15) assert.deepEqual(flow.steady(), ["pbx"]);
    }
    assert.deepEqual(flow.steady(), []);
  });
});
