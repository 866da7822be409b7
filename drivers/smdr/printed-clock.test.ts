import assert from "node:assert/strict";
import { dateMsMax, PrintedClock } from "./printed-clock.js";

const arrivedMs = Date.UTC(2026, 10, 23, 8);
const at = (ms: number): string => new Date(ms).toISOString();

describe("the printed clock", () => {
  const time = { hour: 9, minute: 0, second: 0 };

  it("dates times by the date line before them, for a day and a little more", () => {
    const clock = new PrintedClock("Europe/Paris");
    clock.date({ phase: "date", month: 11, day: 20 }, 0);
    assert.equal(at(clock.momentMs(time, arrivedMs, dateMsMax)), "2026-11-20T08:00:00.000Z");
    assert.equal(at(clock.momentMs(time, arrivedMs, dateMsMax + 1)), "2026-11-23T08:00:00.000Z");
  });

  it("keeps the order of printing in the hour that comes twice", () => {
    const clock = new PrintedClock("Europe/Paris");
    const back = Date.UTC(2026, 9, 25, 1);
    const shown = (minute: number): string => at(clock.momentMs(
      { month: 10, day: 25, hour: 2, minute, second: 0 }, back, 0));
    assert.equal(shown(58), "2026-10-25T00:58:00.000Z");
    assert.equal(shown(5), "2026-10-25T01:05:00.000Z");
    assert.equal(shown(50), "2026-10-25T01:50:00.000Z");
  });

  it("takes a moment that needs no zone, and the arrival where none is printed", () => {
    const clock = new PrintedClock("Europe/Paris");
    assert.equal(clock.momentMs({ utcMs: 5 }, arrivedMs, 0), 5);
    assert.equal(clock.momentMs({ atArrival: true }, arrivedMs, 0), arrivedMs);
  });
});
