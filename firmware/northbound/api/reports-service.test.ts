import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { DiffReportsRequestSchema, GetReportRequestSchema, ListReportsRequestSchema, ReportVerdict,
  RunAcceptanceRequestSchema, TestOutcome, type ReportSchema }
  from "../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { reportsHandlers } from "./reports-service.js";

function good<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

describe("ReportsService", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let handlers: ReturnType<typeof reportsHandlers>;
  let progress: string[];
  const leaving = new AbortController();
  const context = (language: "en" | "fr" = "en"): CallContext => ({ identity: undefined, language,
    source: "grpc 192.0.2.9", deadlineMs: Infinity, signal: leaving.signal,
    identified: () => undefined });

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world, links: ["pbx-1"] });
    handlers = reportsHandlers(gateway);
    progress = [];
  });
  afterEach(() => gateway.access.stop(0));

  async function run(): Promise<MessageInitShape<typeof ReportSchema>> {
    const request = create(RunAcceptanceRequestSchema,
      { links: ["pbx-1"], installer: "Ann", site: "Lyon", testCallSeconds: 5 });
    let report: MessageInitShape<typeof ReportSchema> | undefined;
    const reading = (async () => {
      for await (const each of handlers.runAcceptance(request, context())) {
        for (const { step } of good(each)) {
          if (step?.case === "progress") progress.push(step.value.text ?? "");
          if (step?.case === "report") report = step.value;
        }
      }
    })();
    await world.advance(10_000);
    await reading;
    return report ?? assert.fail("no report");
  }

  it("runs the tests, tells how far it is, and gives the signed report last", async () => {
    const report = await run();
    assert.ok(progress.length > 0);
    assert.equal(report.summary?.number, 1n);
    assert.deepEqual([report.summary.site, report.summary.installer], ["Lyon", "Ann"]);
    assert.notEqual(report.summary.verdict, ReportVerdict.UNSPECIFIED);
    assert.match(report.authorityFingerprint ?? "", /^([0-9A-F]{2}:)+[0-9A-F]{2}$/);
    assert.match(report.pageHtml ?? "", /<html/);
    const outcomes = (report.tests ?? []).map(({ outcome }) => outcome);
    const count = (wanted: TestOutcome): number =>
      outcomes.filter((outcome) => outcome === wanted).length;
    assert.deepEqual([report.summary.passed, report.summary.failed, report.summary.notRun],
      [count(TestOutcome.PASSED), count(TestOutcome.FAILED), count(TestOutcome.NOT_RUN)]);
  });

  it("lists them, gives one in the caller's language, and what changed between two", async () => {
    await run();
    await run();
    const { reports = [] } =
      good(await handlers.listReports(create(ListReportsRequestSchema), context()));
    assert.deepEqual(reports.map(({ number }) => number).toSorted(), [1n, 2n]);
    const get = async (language: "en" | "fr"): Promise<MessageInitShape<typeof ReportSchema>> =>
      good(await handlers.getReport(create(GetReportRequestSchema, { number: 2n }),
        context(language))).report ?? assert.fail();
    const [english, french] = [await get("en"), await get("fr")];
    assert.deepEqual(french.documentJson, english.documentJson);
    assert.notDeepEqual(french.tests?.map(({ title }) => title),
      english.tests?.map(({ title }) => title));
    const { changes = [] } = good(await handlers.diffReports(
      create(DiffReportsRequestSchema, { from: 1n, to: 2n }), context()));
    assert.deepEqual(changes.filter(({ before, after }) => before === after), []);
  });

  it("refuses what it cannot do, with the field", async () => {
    const none =
      await handlers.getReport(create(GetReportRequestSchema, { number: 7n }), context());
    assert.ok(!none.ok && none.fault.code === "not-found");
    const from =
      await handlers.diffReports(create(DiffReportsRequestSchema, { to: 1n }), context());
    assert.deepEqual(!from.ok && from.fault.fields?.map(({ path }) => path), ["from"]);
    const request = create(RunAcceptanceRequestSchema, { testCallSeconds: 1_801,
      site: "x".repeat(201), links: Array.from({ length: 65 }, (_none, n) => `l${n}`) });
    for await (const refused of handlers.runAcceptance(request, context())) {
      assert.deepEqual(!refused.ok && refused.fault.fields?.map(({ path }) => path),
        ["links", "site", "test_call_seconds"]);
    }
  });
});
