import assert from "node:assert/strict";
import fc from "fast-check";
import { transition } from "../base/machine.js";
import { inLanguage, type Text } from "../base/result.js";
import {
  linkTable, retryDelayMs, retryMsMax, retryMsMin, shownState,
  type LinkInput, type MachineState,
} from "./link-machine.js";

const states: Record<MachineState["name"], MachineState> = {
  disabled: { name: "disabled" },
  opening: { name: "opening", attempt: 3 },
  up: { name: "up", attempt: 3 },
  degraded: { name: "degraded", attempt: 3, reason: "half" },
  down: { name: "down", attempt: 3, reason: "cut", retryInMs: 4_000 },
};
const inputs: Record<LinkInput["type"], LinkInput> = {
  enable: { type: "enable" }, disable: { type: "disable" }, restart: { type: "restart" },
  retry: { type: "retry" }, ready: { type: "ready" },
  impaired: { type: "impaired", reason: "slow" }, recovered: { type: "recovered" },
  settled: { type: "settled" }, lost: { type: "lost", reason: "gone", jitter: 0.5 },
};

/** `next state: effects`, or `-` for an unexpected input. */
const cells: Record<MachineState["name"], Record<LinkInput["type"], string>> = {
  disabled: {
    enable: "opening 1: open", disable: "disabled: ", restart: "-", retry: "-", ready: "-",
    impaired: "-", recovered: "-", settled: "-", lost: "-",
  },
  opening: {
    enable: "opening 3: ", disable: "disabled: close release",
    restart: "opening 1: close release open", retry: "-",
    ready: "up 3: schedule-settle resync", impaired: "-", recovered: "-", settled: "-",
    lost: "down 3 gone 3000: close schedule-retry",
  },
  up: {
    enable: "up 3: ", disable: "disabled: close release",
    restart: "opening 1: close release open", retry: "-", ready: "-",
    impaired: "degraded 3 slow: ", recovered: "-", settled: "up 0: ",
    lost: "down 3 gone 3000: close schedule-retry",
  },
  degraded: {
    enable: "degraded 3 half: ", disable: "disabled: close release",
    restart: "opening 1: close release open", retry: "-", ready: "-",
    impaired: "degraded 3 slow: ", recovered: "up 3: ", settled: "degraded 0 half: ",
    lost: "down 3 gone 3000: close schedule-retry",
  },
  down: {
    enable: "down 3 cut 4000: ", disable: "disabled: cancel-retry release",
    restart: "opening 1: cancel-retry release open", retry: "opening 4: cancel-retry open",
    ready: "-", impaired: "-", recovered: "-", settled: "-", lost: "-",
  },
};

function shown(state: MachineState): string {
  return Object.values<Text | number>(state).map((each) =>
    typeof each === "number" ? String(each) : inLanguage(each, "en")).join(" ");
}

describe("link table", () => {
  for (const [name, row] of Object.entries(cells)) {
    for (const [type, expected] of Object.entries(row)) {
      it(`${name} × ${type} → ${expected}`, () => {
        const state = states[name as MachineState["name"]];
        const moved = transition(linkTable, state, inputs[type as LinkInput["type"]]);
        const found = moved === undefined ? "-"
          : `${shown(moved.next)}: ${moved.effects.join(" ")}`;
        assert.equal(found, expected);
      });
    }
  }

  it("starts over at the first delay once the link has settled", () => {
    const moved = transition(linkTable, { name: "up", attempt: 0 }, inputs.lost);
    assert.deepEqual(moved?.next,
      { name: "down", attempt: 1, reason: "gone", retryInMs: 750 });
  });

  it("keeps every delay between half the smallest and the bound, growing up to it", () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({
      min: 0, max: 1, maxExcluded: true, noNaN: true,
    }), (attempt, jitter) => {
      const delayMs = retryDelayMs(attempt, jitter);
      assert.ok(delayMs >= retryMsMin / 2 && delayMs <= retryMsMax);
      assert.ok(retryDelayMs(attempt + 1, jitter) >= delayMs);
    }));
    assert.equal(retryDelayMs(7, 0.999_999), retryMsMax);
    assert.equal(retryDelayMs(6, 0), 16_000);
  });

  it("shows no count of attempts where the contract has none", () => {
    assert.deepEqual(Object.values(states).map(shownState), [
      { name: "disabled" }, { name: "opening", attempt: 3 }, { name: "up" },
      { name: "degraded", reason: "half" },
      { name: "down", attempt: 3, reason: "cut", retryInMs: 4_000 },
    ]);
  });
});
