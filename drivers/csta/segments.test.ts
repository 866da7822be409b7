import assert from "node:assert/strict";
import { ok } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { collectionsMax, entriesMax, Segments } from "./segments.js";
import { timers } from "./timers.js";

describe("CSTA answers in parts", () => {
  const world = new SimulatedWorld();
  let segments: Segments<number>;
  beforeEach(() => { segments = new Segments(world.clock); });
  afterEach(() => { segments.close(); });
  const part = (serviceCrossRefID: string, snapshotData: readonly number[], lastSegment = false) =>
    { segments.part({ serviceCrossRefID, snapshotData, lastSegment }); };

  it("are one, before and after the answer, mixed with others", async () => {
    part("a", [1]);
    part("b", [10]);
    const a = segments.collect("a");
    part("a", [2, 3]);
    part("b", [], true);
    part("a", [4], true);
    assert.deepEqual(await a, ok([1, 2, 3, 4]));
    assert.deepEqual(await segments.collect("b"), ok([10]));
    assert.equal(segments.size, 0);
  });

  it("are given up when one does not come, and when the line is lost", async () => {
    const late = segments.collect("a");
    await world.advance(timers.segment.ms - 1);
    part("a", [1]);
    await world.advance(timers.segment.ms);
    const answer = await late;
    assert.equal(!answer.ok && answer.fault.code, "deadline-passed");
    const lost = segments.collect("b");
    segments.close();
    const word = await lost;
    assert.equal(!word.ok && word.fault.code, "link-down");
  });

  it("are bounded, also where nobody asked", async () => {
    const long = segments.collect("long");
    part("long", Array.from({ length: entriesMax }, () => 1));
    part("long", [2]);
    const answer = await long;
    assert.equal(!answer.ok && answer.fault.code, "queue-full");
    for (let id = 0; id <= collectionsMax; id += 1) part(String(id), [id]);
    assert.equal(segments.size, collectionsMax);
    await world.advance(timers.segment.ms);
    assert.equal(segments.size, 0);
  });
});
