import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { ReportVerdict, RunAcceptanceResponseSchema } from
  "../../../../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { localFault } from "../api/fault.js";
import { begun, failed, notRun, stepped } from "./acceptance.js";

const progress = create(RunAcceptanceResponseSchema, { step: { case: "progress",
  value: { text: "Make a call.", callWanted: true } } });
const report = create(RunAcceptanceResponseSchema, { step: { case: "report",
  value: { summary: { number: 7n, verdict: ReportVerdict.PASSED } } } });

describe("page acceptance", () => {
  it("shows the newest progress, then the report", () => {
    const running = stepped(begun, progress);
    assert.ok(running.name === "running" && running.progress?.callWanted === true);
    const done = stepped(running, report);
    assert.ok(done.name === "done");
    assert.equal(done.report.summary?.number, 7n);
  });

  it("is not changed by anything before its beginning or after its end", () => {
    for (const still of [notRun, stepped(begun, report),
      failed(begun, localFault("unreachable"))]) {
      for (const after of [stepped(still, progress), stepped(still, report),
        failed(still, localFault("unreadable"))]) assert.equal(after, still);
    }
  });

  it("takes no notice of a step that it does not know", () => {
    assert.equal(stepped(begun, create(RunAcceptanceResponseSchema)), begun);
  });
});
