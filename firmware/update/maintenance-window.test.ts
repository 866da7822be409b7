import assert from "node:assert/strict";
import { isInWindow } from "./maintenance-window.js";

describe("maintenance window", () => {
  const at = (time: string): number => Date.parse(`2026-11-30T${time}:00Z`);

  it("is a time of day in the unit's zone", () => {
    assert.equal(isInWindow("02:00-04:00", at("02:30"), "UTC"), true);
    assert.equal(isInWindow("02:00-04:00", at("04:00"), "UTC"), false);
    assert.equal(isInWindow("02:00-04:00", at("02:30"), "America/New_York"), false);
    assert.equal(isInWindow("02:00-04:00", at("01:30"), "Europe/Paris"), true);
  });

  it("may pass midnight", () => {
    for (const [time, within] of [["23:00", true], ["04:59", true], ["05:00", false],
      ["12:00", false], ["22:29", false], ["22:30", true]] as const) {
      assert.equal(isInWindow("22:30-05:00", at(time), "UTC"), within, time);
    }
  });

  it("is never where none is set, or where it has no length", () => {
    assert.equal(isInWindow(undefined, at("00:00"), "UTC"), false);
    assert.equal(isInWindow("03:00-03:00", at("03:00"), "UTC"), false);
  });
});
