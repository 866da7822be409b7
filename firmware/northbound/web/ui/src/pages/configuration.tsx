import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { ApplyMode, type ConfigurationProblem, ConfigurationService, type PlanStep,
  type Revision } from "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { type Fault, request } from "../api/client.js";
import { nowMs, requestId } from "../clock.js";
import { Badge, Button, Card, FaultNote, Field, Note, say, sayFault, Skeleton } from
  "../parts/basics.js";
import { DocumentEditor, Problems } from "../parts/document-editor.js";
import { History } from "../parts/revision-history.js";
import { useAnswer, useNow } from "../parts/hooks.js";
import { Secrets } from "../parts/secrets.js";
import { lineSpan } from "../state/diff.js";
import { longLength, msOf, recent } from "../text/format.js";
import { plural, t, textOr } from "../text/language.js";

export function ConfigurationPage(): JSX.Element {
  const inForce = useAnswer(ConfigurationService.method.getConfiguration, {}, []);
  const [turn, setTurn] = useState(0);
  const [draft, setDraft] = useState<string | undefined>(undefined);
  const revision = inForce.value?.revision;
  const renew = (): void => { inForce.reload(); setTurn((count) => count + 1); };
  return (
    <>
      <header class="page-head"><h1>{t("config.title")}</h1>
        {draft === undefined || draft === inForce.value?.document ? null
          : <Badge tone="info" icon="configuration">{t("config.changed")}</Badge>}</header>
      {inForce.fault === undefined ? null
        : <FaultNote fault={inForce.fault} retry={inForce.reload} />}
      {revision === undefined ? null : <>
        <p class="muted">{t("config.inForce", { number: String(revision.number),
          time: recent(msOf(revision.appliedAt), nowMs()), name: revision.actor })}</p>
        <Trial revision={revision} onChange={() => { setDraft(undefined); renew(); }} />
      </>}
      {inForce.value === undefined ? inForce.fault === undefined ? <Skeleton rows={10} /> : null
        : <Workbench document={inForce.value.document} revision={revision} draft={draft}
          onDraft={setDraft} onApplied={renew} />}
      <Card title={t("config.secrets")}><Secrets /></Card>
      <Card title={t("config.history")}>
        <History turn={turn} onOpen={setDraft} onChange={() => { setDraft(undefined); renew(); }} />
      </Card>
    </>
  );
}

/** A revision on trial: how long it still has, and the two ways out. */
function Trial(props: {
  readonly revision: Revision; readonly onChange: () => void;
}): JSX.Element | null {
  const { revision } = props;
  const now = useNow();
  const [busy, setBusy] = useState(false);
  const until = msOf(revision.trialUntil);
  const left = until === undefined ? 0 : Math.ceil((until - now) / 1_000);
  const over = until !== undefined && left <= 0;
  const { onChange } = props;
  useEffect(() => { if (over) onChange(); }, [over]);
  if (until === undefined || revision.outcome !== "") return null;
  const decide = async (keep: boolean): Promise<void> => {
    setBusy(true);
    const answer = keep
      ? await request(ConfigurationService.method.confirmConfiguration,
        { revision: revision.number })
      : await request(ConfigurationService.method.revertConfiguration,
        { requestId: requestId() });
    setBusy(false);
    if (!answer.ok) sayFault(answer.fault);
    else say("good", t(keep ? "config.confirmed" : "config.reverted",
      { number: String(answer.value.revision?.number ?? "") }));
    onChange();
  };
  const title = t("config.trial", { number: String(revision.number) });
  return (
    <div class="trial" role="group" aria-label={title}>
      <div><p class="note-title">{title}</p>
        <p>{over ? t("config.trial.over")
          : t("config.trial.left", { time: longLength(left) })}</p></div>
      <div class="row">
        <Button busy={busy} onClick={() => { void decide(false); }}>{t("config.revert")}</Button>
        <Button kind="primary" busy={busy} onClick={() => { void decide(true); }}>
          {t("config.confirm")}</Button>
      </div>
    </div>
  );
}

interface Verdict {
  readonly errors: readonly ConfigurationProblem[];
  readonly warnings: readonly ConfigurationProblem[];
  readonly plan: readonly PlanStep[];
  readonly title: string;
}

const modes = { dryRun: ApplyMode.DRY_RUN, apply: ApplyMode.APPLY, try: ApplyMode.TRY } as const;
type ModeName = keyof typeof modes;

function applied(mode: ModeName, revision: Revision | undefined): string {
  const number = String(revision?.number ?? "");
  return mode === "dryRun" ? t("config.dryRun.done")
    : t(mode === "apply" ? "config.applied" : "config.tried", { number });
}

function Workbench(props: {
  readonly document: string; readonly revision: Revision | undefined;
  readonly draft: string | undefined; readonly onDraft: (draft: string | undefined) => void;
  readonly onApplied: () => void;
}): JSX.Element {
  const document = props.draft ?? props.document;
  const area = useRef<HTMLTextAreaElement>(null);
  const [busy, setBusy] = useState<ModeName | "validate" | undefined>(undefined);
  const [verdict, setVerdict] = useState<Verdict | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [minutes, setMinutes] = useState(10);
  const [comment, setComment] = useState("");
  const validate = async (): Promise<Verdict | undefined> => {
    setBusy("validate");
    const answer = await request(ConfigurationService.method.validateConfiguration, { document });
    setBusy(undefined);
    setFault(answer.ok ? undefined : answer.fault);
    const found = !answer.ok ? undefined
      : { ...answer.value, title: answer.value.errors.length === 0 ? t("config.valid") : "" };
    setVerdict(found);
    return found;
  };
  const apply = async (mode: ModeName): Promise<void> => {
    const checked = await validate();
    if (checked === undefined || checked.errors.length > 0) return;
    setBusy(mode);
    const answer = await request(ConfigurationService.method.applyConfiguration, {
      document, mode: modes[mode], comment, requestId: requestId(),
      expectedRevision: props.revision?.number ?? 0n,
      ...(mode === "try" ? { confirmWithin: { seconds: BigInt(Math.round(minutes * 60)) } } : {}),
    });
    setBusy(undefined);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    setVerdict({ errors: [], warnings: answer.value.warnings, plan: answer.value.plan,
      title: applied(mode, answer.value.revision) });
    if (mode === "dryRun") return;
    props.onDraft(undefined);
    setComment("");
    props.onApplied();
  };
  const go = (line: number): void => {
    const box = area.current;
    if (box === null) return;
    const { start, end } = lineSpan(document, line);
    box.focus();
    box.setSelectionRange(start, end);
    const height = box.scrollHeight / document.split("\n").length;
    box.scrollTop = Math.max(0, (line - 5) * height);
  };
  return (
    <Card title={t("config.editor")}>
      <DocumentEditor value={document} onInput={props.onDraft} label={t("config.editor")}
        area={area} errors={verdict?.errors ?? []} warnings={verdict?.warnings ?? []} />
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
          : <Button kind="plain" onClick={() => { props.onDraft(undefined); }}>
            {t("config.reset")}</Button>}
      </div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <div aria-live="polite">
        {verdict === undefined ? null : <VerdictView verdict={verdict} onGo={go} />}
      </div>
    </Card>
  );
}

function VerdictView(props: {
  readonly verdict: Verdict; readonly onGo: (line: number) => void;
}): JSX.Element {
  const { errors, warnings, plan, title } = props.verdict;
  return (
    <>
      {title === "" ? null : <Note tone="good">{title}</Note>}
      <Problems tone="bad" title={plural("config.errors", errors.length)} problems={errors}
        onGo={props.onGo} />
      <Problems tone="warn" title={plural("config.warnings", warnings.length)}
        problems={warnings} onGo={props.onGo} />
      {errors.length > 0 ? null : (
        <section class="plan" aria-label={t("config.plan")}>
          <h3>{t("config.plan")}</h3>
          {plan.length === 0 ? <p class="muted">{t("config.plan.none")}</p> : (
            <ul>{plan.map((step, index) => (
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
      )}
    </>
  );
}
