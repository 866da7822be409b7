/** The configuration in two views, form and text, and what can be done with it. */

import type { FunctionComponent, JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApplyMode, type ConfigurationProblem, ConfigurationService, type PlanStep,
  type Revision } from "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { type Fault, request } from "../api/client.js";
import { requestId } from "../clock.js";
import { lineSpan } from "../state/diff.js";
import { plural, t, textOr } from "../text/language.js";
import { Badge, Button, Card, FaultNote, Field, Note, Skeleton } from "./basics.js";
import type { ConfigurationFormProps } from "./configuration-form.js";
import { DocumentEditor, Problems } from "./document-editor.js";
import { useAnswer } from "./hooks.js";

interface Verdict {
  readonly errors: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationProblem[];
  readonly plan: readonly PlanStep[];
  readonly title: string;
}

const { method } = ConfigurationService;
const modes = { dryRun: ApplyMode.DRY_RUN, apply: ApplyMode.APPLY, try: ApplyMode.TRY } as const;
type ModeName = keyof typeof modes;
type ViewName = "form" | "text";

function applied(mode: ModeName, revision: Revision | undefined): string {
  const number = String(revision?.number ?? "");
  return mode === "dryRun" ? t("config.dryRun.done")
    : t(mode === "apply" ? "config.applied" : "config.tried", { number });
}

export function Workbench(props: {
  readonly document: string; readonly revision: Revision | undefined;
  readonly draft: string | undefined; readonly onDraft: (draft: string | undefined) => void;
  readonly onApplied: () => void;
}): JSX.Element {
  const document = props.draft ?? props.document;
  const [view, setView] = useState<ViewName>("form");
  const [verdict, setVerdict] = useState<Verdict | undefined>(undefined);
  const place = useRef<HTMLDivElement>(null);
  const go = useGoTo(place, document, view, setView);
  const change = (text: string, path: string): void => {
    props.onDraft(text);
    // What was said about the old value is no longer true of the new one.
    if (verdict !== undefined) {
      setVerdict({ ...verdict, title: "", plan: [],
        errors: verdict.errors.filter((one) => !one.path.startsWith(path)) });
    }
  };
  return (
    <Card title={t("config.editor")} aside={<ViewSwitch view={view} onView={setView} />}>
      <div ref={place}>{view === "form"
        ? <LazyForm text={document} errors={verdict?.errors ?? []} onText={change}
          onTextView={() => { setView("text"); }} />
        : <DocumentEditor value={document} onInput={props.onDraft} label={t("config.editor")}
          errors={verdict?.errors ?? []} warnings={verdict?.warnings ?? []} />}</div>
      <Actions {...props} document={document} onVerdict={setVerdict} />
      <div aria-live="polite">
        {verdict === undefined ? null : <VerdictView verdict={verdict} onGo={go} />}
      </div>
    </Card>
  );
}

function ViewSwitch(props: {
  readonly view: ViewName; readonly onView: (view: ViewName) => void;
}): JSX.Element {
  return (
    <div class="language" role="group" aria-label={t("config.view")}>
      {(["form", "text"] as const).map((name) => (
        <button key={name} type="button" aria-pressed={props.view === name}
          onClick={() => { props.onView(name); }}>{t(`config.view.${name}`)}</button>
      ))}
    </div>
  );
}

/** Leads to a problem: to its field in the form or, where it has none, to its line in the text. */
function useGoTo(
  place: { readonly current: HTMLElement | null }, document: string, view: ViewName,
  setView: (view: ViewName) => void,
): (problem: ConfigurationProblem) => void {
  const [target, setTarget] = useState<ConfigurationProblem | undefined>(undefined);
  useEffect(() => {
    if (target === undefined) return;
    const box = view === "text" ? place.current?.querySelector("textarea") : undefined;
    const field = view === "form" ? place.current?.querySelector<HTMLElement>(
      `[data-path="${CSS.escape(target.path)}"]`) : undefined;
    if (box === undefined && (field === undefined || field === null)) {
      setView("text");
      return;
    }
    setTarget(undefined);
    field?.focus();
    if (box === undefined || box === null) return;
    const { start, end } = lineSpan(document, target.line);
    box.focus();
    box.setSelectionRange(start, end);
    const height = box.scrollHeight / document.split("\n").length;
    box.scrollTop = Math.max(0, (target.line - 5) * height);
  }, [target, view]);
  return setTarget;
}

type FormProps = Pick<ConfigurationFormProps, "text" | "errors" | "onText" | "onTextView">;

/** The form brings a YAML library, which only this page needs. */
function LazyForm(props: FormProps): JSX.Element {
  const schema = useAnswer(method.getSchema, {}, []);
  const secrets = useAnswer(method.listSecrets, {}, []);
  const [Form, setForm] = useState<FunctionComponent<ConfigurationFormProps> | undefined>();
  useEffect(() => {
    void import("./configuration-form.js").then(({ ConfigurationForm }) => {
      setForm(() => ConfigurationForm);
    });
  }, []);
  if (schema.fault !== undefined) return <FaultNote fault={schema.fault} retry={schema.reload} />;
  if (Form === undefined || schema.value === undefined) return <Skeleton rows={10} />;
  return <Form {...props} jsonSchema={schema.value.jsonSchema}
    secrets={(secrets.value?.secrets ?? []).map(({ name }) => `store:${name}`)} />;
}

function Actions(props: {
  readonly document: string; readonly revision: Revision | undefined;
  readonly draft: string | undefined; readonly onDraft: (draft: string | undefined) => void;
  readonly onVerdict: (verdict: Verdict | undefined) => void; readonly onApplied: () => void;
}): JSX.Element {
  const { document, onVerdict } = props;
  const [busy, setBusy] = useState<ModeName | "validate" | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [minutes, setMinutes] = useState(10);
  const [comment, setComment] = useState("");
  const validate = async (): Promise<boolean> => {
    setBusy("validate");
    const answer = await request(method.validateConfiguration, { document });
    setBusy(undefined);
    setFault(answer.ok ? undefined : answer.fault);
    const valid = answer.ok && answer.value.errors.length === 0;
    onVerdict(answer.ok ? { ...answer.value, title: valid ? t("config.valid") : "" } : undefined);
    return valid;
  };
  const apply = async (mode: ModeName): Promise<void> => {
    if (!await validate()) return;
    setBusy(mode);
    const answer = await request(method.applyConfiguration, {
      document, mode: modes[mode], comment, requestId: requestId(),
      expectedRevision: props.revision?.number ?? 0n,
      ...(mode === "try" ? { confirmWithin: { seconds: BigInt(Math.round(minutes * 60)) } } : {}),
    });
    setBusy(undefined);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    onVerdict({ errors: [], warnings: answer.value.warnings, plan: answer.value.plan,
      title: applied(mode, answer.value.revision) });
    if (mode === "dryRun") return;
    props.onDraft(undefined);
    setComment("");
    props.onApplied();
  };
  return (
    <>
      <div class="search-form">
        <Field label={t("config.comment")} class="wide">{(ids) => (
          <input {...ids} value={comment} maxLength={200}
            onInput={(event) => { setComment(event.currentTarget.value); }} />
        )}</Field>
        <Field label={t("config.try.minutes")}>{(ids) => (
          <input {...ids} type="number" min={1} max={1_440} value={String(minutes)}
            onInput={(event) => { setMinutes(Number(event.currentTarget.value) || 1); }} />
        )}</Field>
      </div>
      <div class="row actions">
        <Button busy={busy === "validate"} icon="check" onClick={() => { void validate(); }}>
          {t("config.validate")}</Button>
        <Button busy={busy === "dryRun"} onClick={() => { void apply("dryRun"); }}>
          {t("config.dryRun")}</Button>
        <Button kind="primary" busy={busy === "try"} onClick={() => { void apply("try"); }}>
          {t("config.try")}</Button>
        <Button busy={busy === "apply"} onClick={() => { void apply("apply"); }}>
          {t("config.apply")}</Button>
        {props.draft === undefined ? null
          : <Button kind="plain" onClick={() => {
            onVerdict(undefined);
            props.onDraft(undefined);
          }}>{t("config.reset")}</Button>}
      </div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
    </>
  );
}

function VerdictView(props: {
  readonly verdict: Verdict; readonly onGo: (problem: ConfigurationProblem) => void;
}): JSX.Element {
  const { errors, warnings, plan, title } = props.verdict;
  return (
    <>
      {title === "" ? null : <Note tone="good">{title}</Note>}
      <Problems tone="bad" title={plural("config.errors", errors.length)} problems={errors}
        onGo={props.onGo} />
      <Problems tone="warn" title={plural("config.warnings", warnings.length)}
        problems={warnings} onGo={props.onGo} />
      {errors.length > 0 || title === "" ? null : <Plan plan={plan} />}
    </>
  );
}

function Plan(props: { readonly plan: readonly PlanStep[] }): JSX.Element {
  return (
    <section class="plan" aria-label={t("config.plan")}>
      <h3>{t("config.plan")}</h3>
      {props.plan.length === 0 ? <p class="muted">{t("config.plan.none")}</p> : (
        <ul>{props.plan.map((step, index) => (
          <li key={index}>
            <Badge tone={step.action === "start" || step.action === "reload" ? "info" : "warn"}
              icon="refresh">{textOr(`config.plan.${step.action}`, step.action)}</Badge>
            <strong>{step.component}</strong>
            <span class="muted">{step.reason}
              {step.callsAffected === 0 ? ""
                : ` · ${plural("config.plan.affected", step.callsAffected)}`}</span>
          </li>
        ))}</ul>
      )}
    </section>
  );
}
