import assert from "node:assert/strict";
import { recordId } from "./call-history.js";
import { idFrom, isRecordId } from "./record-keyspaces.js";

describe("ids of call records", () => {
  it("made by the switching function are taken by the record book, in order of time", () => {
    const early = recordId(Date.parse("2026-11-23T08:00:00Z"), "pbx", "1795403824.2");
    const late = recordId(Date.parse("2026-11-23T08:00:01Z"), "pbx", "1");
    assert.ok(isRecordId(early) && isRecordId(late));
    assert.ok(early < late);
    assert.ok(early >= idFrom(Date.parse("2026-11-23T08:00:00Z")));
    assert.ok(early < idFrom(Date.parse("2026-11-23T08:00:00.001Z")));
  });
});
