import assert from "node:assert/strict";
import { growthPercent, growthPercentMin, heapBudget } from "./heap-budget.js";

describe("heap-budget", () => {
  it("lets a small heap grow to the budget, within bounds", () => {
    for (const live of [20e6, 28e6, 33e6]) {
      const limit = live * (1 + growthPercent(live) / 100);
      assert(Math.abs(limit - heapBudget) < live / 100, `${live}: ${limit}`);
    }
    assert.equal(growthPercent(1e6), 150);
  });

  it("lets a heap above the budget grow by the least share", () => {
    assert.equal(growthPercent(heapBudget), growthPercentMin);
    assert.equal(growthPercent(10 * heapBudget), growthPercentMin);
  });
});
