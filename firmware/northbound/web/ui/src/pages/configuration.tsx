import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { ConfigurationService, type Revision } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { request } from "../api/client.js";
import { nowMs, requestId } from "../clock.js";
import { Badge, Button, Card, FaultNote, say, sayFault, Skeleton } from "../parts/basics.js";
import { History } from "../parts/revision-history.js";
import { useAnswer, useCell, useNow } from "../parts/hooks.js";
import { Secrets } from "../parts/secrets.js";
import { Workbench } from "../parts/workbench.js";
import { draft } from "../state/draft.js";
import { longLength, msOf, recent } from "../text/format.js";
import { t } from "../text/language.js";

export function ConfigurationPage(): JSX.Element {
  const inForce = useAnswer(ConfigurationService.method.getConfiguration, {}, []);
  const [turn, setTurn] = useState(0);
  const changed = useCell(draft);
  const setDraft = (text: string | undefined): void => { draft.set(text); };
  const revision = inForce.value?.revision;
  const renew = (): void => { inForce.reload(); setTurn((count) => count + 1); };
  return (
    <>
      <header class="page-head"><h1>{t("config.title")}</h1>
        {changed === undefined || changed === inForce.value?.document ? null
          : <Badge tone="info" icon="configuration">{t("config.changed")}</Badge>}</header>
      {inForce.fault === undefined ? null
        : <FaultNote fault={inForce.fault} retry={inForce.reload} />}
      {revision === undefined ? null : <>
        <p class="muted">{t("config.inForce", { number: String(revision.number),
          time: recent(msOf(revision.appliedAt), nowMs()), name: revision.actor })}</p>
        <Trial revision={revision} onChange={() => { setDraft(undefined); renew(); }} />
      </>}
      {inForce.value === undefined ? inForce.fault === undefined ? <Skeleton rows={10} /> : null
        : <Workbench document={inForce.value.document} revision={revision} draft={changed}
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
