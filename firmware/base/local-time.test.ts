import assert from "node:assert/strict";
import fc from "fast-check";
import { ClockDrift, driftMsMax } from "../../drivers/smdr/clock-drift.js";
import { isLocalTime, momentOf, shownAt } from "./local-time.js";

const paris = "Europe/Paris";
const utc = (text: string): number => Date.parse(text);
const local = (month: number, day: number, hour: number, minute: number, year?: number):
Parameters<typeof momentOf>[0] =>
  ({ month, day, hour, minute, second: 0, ...(year === undefined ? {} : { year }) });

describe("local time", () => {
  it("converts summer and winter, and back, in any zone", () => {
    assert.equal(momentOf(local(11, 22, 9, 15, 2026), paris, 0, undefined),
      utc("2026-11-22T08:15:00Z"));
    assert.equal(momentOf(local(7, 1, 9, 15, 2026), paris, 0, undefined),
      utc("2026-07-01T07:15:00Z"));
    fc.assert(fc.property(
      fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1_000),
      fc.constantFrom(paris, "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"),
      (atMs, zone) => {
        assert.equal(momentOf(shownAt(atMs, zone), zone, atMs, undefined), atMs);
      }));
  });

  it("gives a time without a date to the day nearest to its arrival", () => {
    const at = (hour: number, minute: number, arrived: string): number =>
      momentOf({ hour, minute, second: 0 }, paris, utc(arrived), undefined);
    assert.equal(at(9, 15, "2026-11-22T08:16:00Z"), utc("2026-11-22T08:15:00Z"));
    assert.equal(at(23, 58, "2026-12-31T23:01:00Z"), utc("2026-12-31T22:58:00Z"));
    assert.equal(at(0, 1, "2026-12-31T22:59:00Z"), utc("2026-12-31T23:01:00Z"));
  });

  it("decides the doubled hour by arrival", () => {
    const shown = local(10, 25, 2, 30, 2026);
    const [summer, winter] = [utc("2026-10-25T00:30:00Z"), utc("2026-10-25T01:30:00Z")];
    assert.equal(momentOf(shown, paris, summer + 20_000, undefined), summer);
    assert.equal(momentOf(shown, paris, winter + 20_000, undefined), winter);
  });

  it("decides the doubled hour by order when lines come long after", () => {
    const later = utc("2026-10-25T09:00:00Z");
    let previous: number | undefined;
    const printed = [[2, 10], [2, 50], [2, 5], [2, 55], [3, 5]].map(([hour = 0, minute = 0]) => {
      previous = momentOf(local(10, 25, hour, minute, 2026), paris, later, previous);
      return new Date(previous).toISOString().slice(11, 16);
    });
    assert.deepEqual(printed, ["00:10", "00:50", "01:05", "01:55", "02:05"]);
  });

  it("takes an hour that spring skips as a clock not yet put forward", () => {
    assert.equal(momentOf(local(3, 29, 2, 30, 2026), paris, 0, undefined),
      utc("2026-03-29T01:30:00Z"));
  });

  it("chooses the year nearest to now where none is printed, over New Year too", () => {
    const newYear = utc("2027-01-01T00:01:00Z");
    assert.equal(momentOf(local(12, 31, 23, 59), paris, newYear, undefined),
      utc("2026-12-31T22:59:00Z"));
    const oldYear = utc("2026-12-31T22:50:00Z");
    assert.equal(momentOf(local(1, 1, 0, 5), paris, oldYear, undefined),
      utc("2026-12-31T23:05:00Z"));
    const spring = utc("2029-02-20T12:00:00Z");
    assert.equal(momentOf(local(2, 29, 12, 0), "UTC", spring, undefined),
      utc("2028-02-29T12:00:00Z"));
  });

  it("refuses dates that no calendar has", () => {
    assert.ok(isLocalTime(local(2, 29, 0, 0, 2028)));
    for (const wrong of [local(2, 29, 0, 0, 2027), local(13, 1, 0, 0), local(4, 31, 0, 0),
      local(1, 1, 24, 0), local(1, 1, 0, 60), local(0, 1, 0, 0), local(1, 0, 0, 0)]) {
      assert.ok(!isLocalTime(wrong), JSON.stringify(wrong));
    }
  });
});

describe("clock drift", () => {
  it("is excessive only when three lines in a row, none of a burst, agree", () => {
    const drift = new ClockDrift();
    assert.equal(drift.add(1_000_000, 0), 1_000_000);
    drift.add(1_010_000, 10_000);
    assert.equal(drift.excessMs, undefined);
    drift.add(1_020_000, 20_000);
    assert.equal(drift.excessMs, 1_000_000);
    drift.add(30_000, 30_000);
    assert.equal(drift.excessMs, undefined);
  });

  it("does not take a buffer being emptied for a slow clock", () => {
    const drift = new ClockDrift();
    for (let n = 0; n < 100; n += 1) drift.add(n * 60_000 - 10 * driftMsMax, 1_000 + n);
    assert.equal(drift.excessMs, undefined);
  });

  it("sees a clock that is behind", () => {
    const drift = new ClockDrift();
    for (let n = 1; n < 4; n += 1) drift.add(n * 60_000 - driftMsMax - 1_000, n * 60_000);
    assert.equal(drift.excessMs, -driftMsMax - 1_000);
  });
});
