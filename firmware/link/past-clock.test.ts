import assert from "node:assert/strict";
import { PastClock, timersMax } from "./past-clock.js";

describe("the clock of bytes that are read again", () => {
  it("runs what falls due in order, at its time, and never goes back", () => {
    const clock = new PastClock(1_000);
    const ran: string[] = [];
    const at = (name: string, delayMs: number) => clock.after(delayMs, name, () => {
      ran.push(`${name} ${clock.monotonicMs()} ${clock.wall().getTime()}`);
    });
    at("late", 500);
    at("early", 100);
    at("cancelled", 200).cancel();
    clock.moveTo(1_499);
    assert.deepEqual(ran, ["early 1100 1100"]);
    clock.moveTo(1_200);
    assert.equal(clock.monotonicMs(), 1_499);
    clock.moveTo(1_500);
    assert.deepEqual(ran, ["early 1100 1100", "late 1500 1500"]);
  });

  it("does not count the time that nobody was there", () => {
    const clock = new PastClock(0);
    let ran = 0;
    clock.after(2_000, "silence", () => { ran += 1; });
    clock.moveTo(500);
    clock.skipTo(60_000);
    clock.moveTo(61_499);
    assert.equal(ran, 0);
    clock.moveTo(61_500);
    assert.equal(ran, 1);
  });

  it("is not held up by whoever asks again and again", () => {
    const clock = new PastClock(0);
    let polls = 0;
    const poll = (): void => {
      polls += 1;
      clock.after(1_000, "poll", poll);
    };
    poll();
    clock.moveTo(86_400_000);
    assert.equal(polls, timersMax + 1);
    assert.equal(clock.monotonicMs(), 86_400_000);
  });
});
