/** Acceptance reports: the tests run, and their signed pages saved for handing a site over. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ReportsService, ReportVerdict, TestOutcome, type Report, type ReportSummary } from
  "../../../../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { type Fault, request, run, type Stream } from "../api/client.js";
import { Badge, Button, Card, Empty, FaultNote, Field, Skeleton, Table, type Tone } from
  "../parts/basics.js";
import { Fact } from "../parts/fact.js";
import { useAnswer } from "../parts/hooks.js";
import { Icon } from "../parts/icons.js";
import { begun, failed, notRun, stepped, type Acceptance } from "../state/acceptance.js";
import { dateTime, longLength, msOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";

const { getReport, listReports, runAcceptance } = ReportsService.method;
/** Seconds. */
const waits = [120, 300, 900, 0] as const;
const nameCharsMax = 200;
const remarksCharsMax = 2_000;

const verdictTones: Readonly<Record<ReportVerdict, Tone>> = {
  [ReportVerdict.UNSPECIFIED]: "quiet", [ReportVerdict.PASSED]: "good",
  [ReportVerdict.FAILED]: "bad", [ReportVerdict.INCOMPLETE]: "warn" };
const outcomeTones: Readonly<Record<TestOutcome, Tone>> = {
  [TestOutcome.UNSPECIFIED]: "quiet", [TestOutcome.PASSED]: "good",
  [TestOutcome.FAILED]: "bad", [TestOutcome.NOT_RUN]: "warn" };

export function ReportsPage(): JSX.Element {
  const list = useAnswer(listReports, {}, []);
  const [state, setState] = useState<Acceptance>(notRun);
  const [shown, setShown] = useState<Report | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const reports = list.value?.reports;
  const show = (number: bigint): void => {
    void request(getReport, { number }).then((answer) => {
      setFault(answer.ok ? undefined : answer.fault);
      if (answer.ok) setShown(answer.value.report);
    });
  };
  return (
    <>
      <header class="page-head"><h1>{t("nav.reports")}</h1></header>
      <p class="hint">{t("reports.lead")}</p>
      <NewReport state={state} onState={setState} onReport={(report) => {
        setShown(report);
        list.reload();
      }} />
      {shown === undefined ? null : <ReportCard report={shown} />}
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <Card title={t("reports.kept")}>
        {list.fault === undefined ? null : <FaultNote fault={list.fault} retry={list.reload} />}
        {reports === undefined ? list.fault === undefined ? <Skeleton rows={3} /> : null
          : reports.length === 0 ? <Empty icon="reports" title={t("reports.none")} />
          : <Table label={t("reports.kept")} head={[t("reports.number"), t("reports.at"),
            t("reports.site"), t("reports.verdict"), ""]}>{reports.map((summary) => (
              <tr key={String(summary.number)}>
                <td>{String(summary.number)}</td>
                <td>{dateTime(msOf(summary.startedAt))}</td>
                <td>{summary.site || "–"}</td>
                <td><VerdictBadge summary={summary} /></td>
                <td><Button small icon="eye" label={`${t("reports.show")}: ${summary.number}`}
                  onClick={() => { show(summary.number); }}>{t("reports.show")}</Button></td>
              </tr>))}</Table>}
      </Card>
    </>
  );
}

function VerdictBadge(props: { readonly summary: ReportSummary }): JSX.Element {
  const { verdict } = props.summary;
  return <Badge tone={verdictTones[verdict]}>
    {textOr(`reports.verdict.${verdict}`, t("reports.verdict.0"))}</Badge>;
}

/** Leaving the page ends the tests, as closing the stream does. */
function NewReport(props: {
  readonly state: Acceptance;
  readonly onState: (change: (before: Acceptance) => Acceptance) => void;
  readonly onReport: (report: Report) => void;
}): JSX.Element {
  const { state, onState, onReport } = props;
  const [site, setSite] = useState("");
  const [installer, setInstaller] = useState("");
  const [remarks, setRemarks] = useState("");
  const [testCallSeconds, setSeconds] = useState<number>(waits[0]);
  const stream = useRef<Stream | undefined>(undefined);
  useEffect(() => () => { stream.current?.close(); }, []);
  const start = (): void => {
    onState(() => begun);
    stream.current = run(runAcceptance, { site, installer, remarks, testCallSeconds }, {
      message(response) {
        onState((before) => stepped(before, response));
        if (response.step.case === "report") onReport(response.step.value);
      },
      fault(fault) { onState((before) => failed(before, fault)); },
    });
  };
  const text = (label: string, value: string, set: (text: string) => void): JSX.Element => (
    <Field label={label}>{(ids) => <input {...ids} type="text" value={value}
      maxLength={nameCharsMax} onInput={(event) => { set(event.currentTarget.value); }} />}</Field>
  );
  return (
    <Card title={t("reports.new")}>
      <div role="status"><Progress state={state} /></div>
      {state.name === "failed" ? <FaultNote fault={state.fault} /> : null}
      {state.name === "running" ? <Button icon="pause" onClick={() => {
        stream.current?.close();
        onState(() => notRun);
      }}>{t("reports.stop")}</Button> : (
        <form onSubmit={(event) => { event.preventDefault(); start(); }}>
          {text(t("reports.site"), site, setSite)}
          {text(t("reports.installer"), installer, setInstaller)}
          <Field label={t("reports.remarks")}>{(ids) => <textarea {...ids} rows={2} value={remarks}
            maxLength={remarksCharsMax}
            onInput={(event) => { setRemarks(event.currentTarget.value); }} />}</Field>
          <Field label={t("reports.wait")}>{(ids) => (
            <select {...ids} value={String(testCallSeconds)} onChange={(event) => {
              setSeconds(waits[event.currentTarget.selectedIndex] ?? waits[0]);
            }}>{waits.map((seconds) => <option key={seconds} value={String(seconds)}>
              {seconds === 0 ? t("reports.wait.none") : longLength(seconds)}</option>)}</select>
          )}</Field>
          <Button submit kind="primary" icon="reports">{t("reports.run")}</Button>
        </form>
      )}
    </Card>
  );
}

function Progress(props: { readonly state: Acceptance }): JSX.Element | null {
  const { state } = props;
  if (state.name !== "running") return null;
  return state.progress?.callWanted === true ? (
    <div class="doctor-call tone-warn"><Icon name="calls" />
      <div><p class="doctor-big">{t("reports.call")}</p><p>{state.progress.text}</p></div></div>
  ) : <p class="doctor-text">{state.progress?.text ?? t("reports.begun")}</p>;
}

function ReportCard(props: { readonly report: Report }): JSX.Element {
  const { summary, tests, changes, documentJson, pageHtml, authorityFingerprint } = props.report;
  const number = String(summary?.number ?? 0n);
  const previous = summary?.previous ?? 0n;
  return (
    <Card title={t("reports.of", { number })}
      aside={summary === undefined ? null : <VerdictBadge summary={summary} />}>
      {summary === undefined ? null : <p>{t("reports.counts", { passed: summary.passed,
        failed: summary.failed, notRun: summary.notRun })}</p>}
      <div class="row">
        <SaveButton text={pageHtml} type="text/html" name={`REPORT-${number}.html`}
          label={t("reports.page")} />
        <SaveButton text={documentJson} type="application/json" name={`REPORT-${number}.json`}
          label={t("reports.data")} />
      </div>
      <p class="hint">{t("reports.verify")} <code>ctictl report verify</code></p>
      <dl class="facts"><Fact label={t("reports.authority")}>
        <code>{authorityFingerprint}</code></Fact></dl>
      <Table label={t("reports.tests", { number })} head={[t("reports.subject"),
        t("reports.test"), t("reports.outcome"), t("reports.found")]}>
        {tests.map(({ subject, name, title, outcome, text }) => (
          <tr key={`${subject} ${name}`}>
            <td>{subject}</td><td>{title}</td>
            <td><Badge tone={outcomeTones[outcome]}>
              {textOr(`reports.outcome.${outcome}`, t("reports.outcome.0"))}</Badge></td>
            <td>{text}</td>
          </tr>))}
      </Table>
      {previous === 0n ? null : changes.length === 0
        ? <p>{t("reports.changes.none", { number: String(previous) })}</p>
        : <Table label={t("reports.changes", { number: String(previous) })}
          head={[t("reports.subject"), t("reports.item"), t("reports.before"), t("reports.now")]}>
          {changes.map(({ subject, item, before, after }) => (
            <tr key={`${subject} ${item}`}>
              <td>{subject}</td><td>{item}</td><td>{before || "–"}</td><td>{after || "–"}</td>
            </tr>))}
        </Table>}
    </Card>
  );
}

/** Byte for byte as the unit signed it. */
function SaveButton(props: {
  readonly text: string; readonly type: string; readonly name: string; readonly label: string;
}): JSX.Element {
  const { text, type, name, label } = props;
  const [link, setLink] = useState("");
  useEffect(() => {
    const made = URL.createObjectURL(new Blob([text], { type }));
    setLink(made);
    return () => { URL.revokeObjectURL(made); };
  }, [text, type]);
  return <a class="button" href={link} download={name}><Icon name="download" />{label}</a>;
}
