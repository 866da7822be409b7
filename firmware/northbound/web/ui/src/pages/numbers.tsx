import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { ConfigurationService } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { type ExplainNumberResponse, NumbersService, NumberUse, type TestRulesResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import type { NumberForms } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { type Fault, request } from "../api/client.js";
import { Badge, Button, Card, Empty, FaultNote, Field, Note, Table } from "../parts/basics.js";
import { Fact } from "../parts/fact.js";
import { useCell } from "../parts/hooks.js";
import { linkTitle } from "../parts/link-card.js";
import { links } from "../state/feed.js";
import { may } from "../state/session.js";
import { count } from "../text/format.js";
import { t, textOr } from "../text/language.js";

export function NumbersPage(): JSX.Element {
  const known = useCell(links) ?? [];
  const [chosen, setChosen] = useState("");
  const link = (known.find((one) => one.id === chosen) ?? known[0])?.id ?? "";
  return (
    <>
      <header class="page-head"><h1>{t("numbers.title")}</h1></header>
      <Field label={t("common.link")} class="narrow">{(ids) => (
        <select {...ids} value={link}
          onChange={(event) => { setChosen(event.currentTarget.value); }}>
          {known.map((one) => <option key={one.id} value={one.id}>{linkTitle(one)}</option>)}
        </select>
      )}</Field>
      <Card title={t("numbers.explain")}><Explainer link={link} /></Card>
      {may(Role.OPERATOR)
        ? <Card title={t("numbers.test")}><RuleTrial link={link} /></Card> : null}
    </>
  );
}

const uses = [[NumberUse.DIAL, "numbers.use.dial"],
  [NumberUse.FROM_PBX, "numbers.use.fromPbx"]] as const;

function Explainer(props: { readonly link: string }): JSX.Element {
  const [number, setNumber] = useState("");
  const [use, setUse] = useState<NumberUse>(NumberUse.DIAL);
  const [answer, setAnswer] = useState<ExplainNumberResponse | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => { setAnswer(undefined); setFault(undefined); }, [props.link]);
  const explain = async (): Promise<void> => {
    if (number.trim() === "") return;
    setBusy(true);
    const got = await request(NumbersService.method.explainNumber,
      { link: props.link, number: number.trim(), use });
    setBusy(false);
    setAnswer(got.ok ? got.value : undefined);
    setFault(got.ok ? undefined : got.fault);
  };
  return (
    <>
      <p class="hint">{t("numbers.explain.lead")}</p>
      <form class="search-form" onSubmit={(event) => { event.preventDefault(); void explain(); }}>
        <Field label={t("common.number")}>{(ids) => (
          <input {...ids} type="text" inputMode="tel" autoComplete="off" value={number}
            onInput={(event) => { setNumber(event.currentTarget.value); }} />
        )}</Field>
        <Field label={t("numbers.use")}>{(ids) => (
          <select {...ids} value={String(use)} onChange={(event) => {
            setUse(uses[event.currentTarget.selectedIndex]?.[0] ?? NumberUse.DIAL);
          }}>{uses.map(([value, key]) => (
            <option key={value} value={String(value)}>{t(key)}</option>))}</select>
        )}</Field>
        <Button kind="primary" submit busy={busy}>{t("numbers.explain.submit")}</Button>
      </form>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <div aria-live="polite">{answer === undefined ? null : <Explanation answer={answer} />}</div>
    </>
  );
}

function Explanation(props: { readonly answer: ExplainNumberResponse }): JSX.Element {
  const { answer } = props;
  const { forms } = answer;
  return (
    <>
      <dl class="facts result">
        {answer.dialled === "" ? null
          : <Fact label={t("numbers.dialled")}>
            <strong class="number">{answer.dialled}</strong></Fact>}
        <Fact label={t("numbers.display")}>{forms?.display || "–"}</Fact>
        <Fact label={t("numbers.e164")}>{forms?.e164 || "–"}</Fact>
        <Fact label={t("numbers.kind")}>
          {textOr(`numbers.kind.${forms?.kind ?? 0}`, "")}</Fact>
      </dl>
      <h3>{t("numbers.steps")}</h3>
      <ol class="rules">
        {answer.steps.map((step, index) => (
          <li key={index} class={step.matched ? "rule" : "rule rule-off"}>
            <span class="row"><strong>{step.rule}</strong>
              {step.matched ? <Badge tone="good">{t("numbers.matched")}</Badge>
                : <Badge tone="quiet" icon="more">{t("numbers.notMatched")}</Badge>}
              {step.before === step.after ? null : (
                <span class="number"><code>{step.before}</code> → <code>{step.after}</code></span>
              )}</span>
            <p class="muted">{step.explanation}</p>
          </li>
        ))}
      </ol>
    </>
  );
}

function RuleTrial(props: { readonly link: string }): JSX.Element {
  const [rules, setRules] = useState("");
  const [answer, setAnswer] = useState<TestRulesResponse | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  useEffect(() => { setRules(""); setAnswer(undefined); setFault(undefined); }, [props.link]);
  const fill = async (): Promise<void> => {
    const [got, edit] = await Promise.all([
      request(ConfigurationService.method.getConfiguration, {}),
      import("../state/document-edit.js")]);
    if (got.ok) setRules(edit.numbersText(got.value.document, props.link));
    setFault(got.ok ? undefined : got.fault);
  };
  const run = async (): Promise<void> => {
    setBusy(true);
    const got = await request(NumbersService.method.testRules,
      { link: props.link, rulesYaml: rules });
    setBusy(false);
    setAnswer(got.ok ? got.value : undefined);
    setFault(got.ok ? undefined : got.fault);
  };
  return (
    <>
      <p class="hint">{t("numbers.test.lead")}</p>
      <form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        <Field label={t("numbers.test.rules")}>{(ids) => (
          <textarea {...ids} class="code" rows={8} spellcheck={false} value={rules}
            placeholder={"country: FR\nexternalPrefix: \"0\"\nrules: []"}
            onInput={(event) => { setRules(event.currentTarget.value); }} />
        )}</Field>
        <div class="row">
          <Button kind="primary" submit busy={busy}>{t("numbers.test.submit")}</Button>
          {may(Role.ADMIN) ? <Button onClick={() => { void fill(); }}>
            {t("numbers.test.present")}</Button> : null}
        </div>
      </form>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <div aria-live="polite">{answer === undefined ? null : <TrialResult answer={answer} />}</div>
    </>
  );
}

function formsText(forms: NumberForms | undefined): JSX.Element {
  return <>
    <span class="number">{forms?.display || forms?.raw || "–"}</span>
    {forms === undefined || forms.e164 === "" ? null
      : <span class="muted number"> {forms.e164}</span>}
    <span class="muted"> {textOr(`numbers.kind.${forms?.kind ?? 0}`, "")}</span>
  </>;
}

function TrialResult(props: { readonly answer: TestRulesResponse }): JSX.Element {
  const { answer } = props;
  return (
    <>
      <Note tone={answer.differencesTotal === 0 ? "good" : "warn"}>
        {t("numbers.test.tried", { calls: count(answer.callsTried),
          numbers: count(answer.numbersTried), count: count(answer.differencesTotal) })}
      </Note>
      {answer.differences.length === 0 ? <Empty icon="check" title={t("numbers.test.same")} />
        : <Table label={t("numbers.test")} head={[t("numbers.raw"), t("numbers.test.before"),
          t("numbers.test.after"), t("numbers.test.calls")]}>
          {answer.differences.map((row, index) => (
            <tr key={index}>
              <th scope="row" class="number">{row.before?.raw ?? row.after?.raw ?? "–"}</th>
              <td>{formsText(row.before)}</td><td>{formsText(row.after)}</td>
              <td class="number">{count(row.calls)}</td>
            </tr>
          ))}
        </Table>}
    </>
  );
}
