import assert from "node:assert/strict";
import fc from "fast-check";
import { eventCharactersMax, EventStreamReader } from "./event-stream.js";

const stream = "retry: 1000\n\nid: 7\ndata: {\"a\":1}\n\n:\n\ndata: one\ndata: two\n\n"
  + "event: fault\ndata: {}\n\nevent: end\ndata: {}\n\n";
const events = [{ type: "message", data: "{\"a\":1}" }, { type: "message", data: "one\ntwo" },
  { type: "fault", data: "{}" }, { type: "end", data: "{}" }];

describe("page event stream", () => {
  it("finds the same events wherever the text is cut", () => {
    const cut = fc.integer({ min: 0, max: stream.length });
    fc.assert(fc.property(fc.array(cut, { maxLength: 12 }), (cuts) => {
      const reader = new EventStreamReader();
      const edges = [0, ...cuts.sort((a, b) => a - b), stream.length];
      const found = edges.slice(1).flatMap((end, index) =>
        reader.push(stream.slice(edges[index], end)));
      assert.deepEqual(found, events);
    }));
  });

  it("keeps back an event that is not complete", () => {
    const reader = new EventStreamReader();
    assert.deepEqual(reader.push("data: half\n"), []);
    assert.deepEqual(reader.push("\n"), [{ type: "message", data: "half" }]);
  });

  it("refuses an event without end", () => {
    const reader = new EventStreamReader();
    assert.deepEqual(reader.push("x".repeat(eventCharactersMax)), []);
    assert.throws(() => reader.push("x"), RangeError);
  });
});
