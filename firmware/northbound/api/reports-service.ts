/** ReportsService: runs acceptance tests, and hands out the signed reports. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import type { SignedReport } from "../../acceptance/acceptance.js";
import { subjectName, summaryOf, type Change, type Outcome, type Summary, type Verdict }
  from "../../acceptance/report.js";
import { BoundedQueue } from "../../base/queue.js";
import { inLanguage, ok, type Language, type Result } from "../../base/result.js";
import { auditActor } from "../access/audit-call.js";
import { ReportsService, ReportVerdict, RunAcceptanceResponseSchema, TestOutcome,
  type ReportChangeSchema, type ReportSchema, type ReportSummarySchema, type RunAcceptanceRequest }
  from "../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

const secondsDefault = 120;
const secondsMost = 1_800;
const linksMax = 64;
const nameCharsMax = 200;
const remarksCharsMax = 2_000;
/** A reader that is slower than the tests misses progress, never the report. */
const progressQueueMax = 200;

const verdicts: Readonly<Record<Verdict, ReportVerdict>> = { passed: ReportVerdict.PASSED,
  failed: ReportVerdict.FAILED, incomplete: ReportVerdict.INCOMPLETE };
const outcomes: Readonly<Record<Outcome, TestOutcome>> = { "passed": TestOutcome.PASSED,
  "failed": TestOutcome.FAILED, "not-run": TestOutcome.NOT_RUN };

type Step = MessageInitShape<typeof RunAcceptanceResponseSchema>;

export function reportsHandlers(gateway: GatewayView): ServiceHandlers<typeof ReportsService> {
  const { acceptance } = gateway;
  return {
    runAcceptance: (request, context) => run(gateway, request, context),
    listReports: async () => ok({ reports: (await acceptance.list()).map(summaryMessage) }),
    getReport: async ({ number }, { language }) => {
      const found = await acceptance.get(Number(number));
      if (!found.ok) return found;
      const report = reportMessage(found.value, language);
      return report.ok ? ok({ report: report.value }) : report;
    },
    diffReports: async ({ from, to }, { language }) => {
      const fields = new Fields();
      if (from === 0n) fields.wrong("from", "is required");
      const checked = fields.result();
      if (!checked.ok) return checked;
      const changes = await acceptance.diff(Number(from), Number(to));
      return changes.ok ? ok({ changes: changeMessages(changes.value, language) }) : changes;
    },
  };
}

async function *run(
  { acceptance }: GatewayView, request: RunAcceptanceRequest, context: CallContext,
): AsyncGenerator<Result<readonly Step[]>> {
  const { links, installer, site, remarks } = request;
  const fields = new Fields();
  if (links.length > linksMax) fields.wrong("links", `expected at most ${linksMax}`);
  fields.optional("installer", installer, nameCharsMax);
  fields.optional("site", site, nameCharsMax);
  fields.optional("remarks", remarks, remarksCharsMax);
  const seconds = request.testCallSeconds ?? secondsDefault;
  if (seconds > secondsMost) fields.wrong("test_call_seconds", `expected at most ${secondsMost}`);
  const checked = fields.result();
  if (!checked.ok) {
    yield checked;
    return;
  }
  const queue = new BoundedQueue<Step>(progressQueueMax);
  // The stream may also be left without the caller's signal: a server that stops reading it.
  const left = new AbortController();
  const leave = (): void => { left.abort(); };
  context.signal.addEventListener("abort", leave, { once: true });
  if (context.signal.aborted) leave();
  const running = acceptance.run({ links, installer, site, remarks, testCallMs: seconds * 1_000,
    runBy: auditActor(context.identity) }, (text, callWanted) => {
    queue.push({ step: { case: "progress", value: {
      text: inLanguage(text, context.language), callWanted } } });
  }, left.signal);
  try {
    void running.finally(() => { queue.close(); });
    for await (const step of queue) yield ok([step]);
    const signed = await running;
    const report = signed.ok ? reportMessage(signed.value, context.language) : signed;
    yield report.ok ? ok([{ step: { case: "report", value: report.value } }]) : report;
  } finally {
    context.signal.removeEventListener("abort", leave);
    leave();
  }
}

function summaryMessage(summary: Summary): MessageInitShape<typeof ReportSummarySchema> {
  const { number, startedAt, endedAt, verdict, site, installer, runBy, previous, counts } = summary;
  return { number: BigInt(number), startedAt: timestamp(Date.parse(startedAt)),
    endedAt: timestamp(Date.parse(endedAt)), verdict: verdicts[verdict], site, installer, runBy,
    passed: counts.passed, failed: counts.failed, notRun: counts["not-run"],
    previous: BigInt(previous) };
}

function changeMessages(
  changes: readonly Change[], language: Language,
): MessageInitShape<typeof ReportChangeSchema>[] {
  return changes.map(({ subject, item, before, after }) => ({ subject,
    item: inLanguage(item, language), before: inLanguage(before, language),
    after: inLanguage(after, language) }));
}

function reportMessage(
  signed: SignedReport, language: Language,
): Result<MessageInitShape<typeof ReportSchema>> {
  const { report, file } = signed;
  const page = signed.page(language);
  if (!page.ok) return page;
  const bytes = report.unit.authority.toUpperCase().match(/../g) ?? [];
  return ok({ summary: summaryMessage(summaryOf(report)), documentJson: file, pageHtml: page.value,
    authorityFingerprint: bytes.join(":"), changes: changeMessages(report.changes, language),
    tests: report.subjects.flatMap((subject) => subject.tests.map((test) => ({
      subject: subjectName(subject), name: test.key, title: inLanguage(test.title, language),
      outcome: outcomes[test.outcome], text: inLanguage(test.text, language) }))) });
}
