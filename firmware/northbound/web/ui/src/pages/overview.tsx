import type { JSX } from "preact";
import { type HourCount, RecordsService } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { nowMs } from "../clock.js";
import { Badge, Card, Empty, FaultNote, Skeleton } from "../parts/basics.js";
import { CallChart } from "../parts/call-chart.js";
import { CallBrief } from "../parts/call-table.js";
import { Dialler } from "../parts/dialler.js";
import { useAnswer, useCell } from "../parts/hooks.js";
import { LinkCard } from "../parts/link-card.js";
import { Icon, type IconName } from "../parts/icons.js";
import { PopScopeSelect } from "../parts/pop-scope.js";
import { SeverityBadge } from "../parts/words.js";
import { alarms, links, picture, recordsTurn } from "../state/feed.js";
import { midnight } from "../state/period.js";
import { callsOf } from "../state/picture.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { count, percent, timestampOf } from "../text/format.js";
import { plural, t } from "../text/language.js";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";

const liveShownMax = 6;

export function OverviewPage(): JSX.Element {
  const turn = useCell(recordsTurn);
  const from = midnight(nowMs());
  const today = useAnswer(RecordsService.method.countRecords,
    { query: { from: timestampOf(from) } }, [from, turn]);
  return (
    <>
      <header class="page-head"><h1>{t("overview.title")}</h1><PopScopeSelect /></header>
      <Links />
      <div class="columns">
        <div class="stack">
          {today.fault === undefined ? <Figures hours={today.value?.hours} />
            : <FaultNote fault={today.fault} retry={today.reload} />}
          <LiveCalls />
          <Card title={t("overview.perHour")}>
            {today.value === undefined ? <Skeleton rows={4} />
              : <CallChart hours={today.value.hours} fromMs={from} untilMs={from + 86_400_000} />}
          </Card>
        </div>
        <div class="stack">
          {may(Role.OPERATOR) ? <Dialler /> : null}
          <Alarms />
        </div>
      </div>
    </>
  );
}

function Links(): JSX.Element {
  const known = useCell(links);
  return (
    <section aria-label={t("overview.links")}>
      {known === undefined ? <Skeleton rows={2} />
        : known.length === 0 ? <Empty icon="links" title={t("overview.noLinks")}
          advice={t("overview.noLinks.advice")} />
        : <ul class="link-cards">{known.map((link) => (
          <li key={link.id}><LinkCard link={link} /></li>))}</ul>}
    </section>
  );
}

function Figure(props: {
  readonly icon: IconName; readonly label: string; readonly value: number | undefined;
  readonly tone?: string;
}): JSX.Element {
  return (
    <div class={`figure ${props.tone ?? ""}`}>
      <dt><Icon name={props.icon} />{props.label}</dt>
      <dd>{props.value === undefined ? "…" : count(props.value)}</dd>
    </div>
  );
}

function Figures(props: { readonly hours: readonly HourCount[] | undefined }): JSX.Element {
  const { hours } = props;
  const sum = (pick: (hour: HourCount) => number): number | undefined =>
    hours?.reduce((total, hour) => total + pick(hour), 0);
  const incoming = sum((hour) => hour.incoming);
  const missed = sum((hour) => hour.missed);
  return (
    <Card title={t("overview.today")} aside={incoming === undefined || incoming === 0 ? undefined
      : <span class="muted">{t("overview.answerRate",
        { rate: percent((incoming - (missed ?? 0)) / incoming) })}</span>}>
      <dl class="figures">
        <Figure icon="calls" label={t("overview.calls")}
          value={sum((hour) => hour.incoming + hour.outgoing + hour.internal)} />
        <Figure icon="incoming" label={t("overview.incoming")} value={incoming} />
        <Figure icon="outgoing" label={t("overview.outgoing")}
          value={sum((hour) => hour.outgoing)} />
        <Figure icon="internal" label={t("overview.internal")}
          value={sum((hour) => hour.internal)} />
        <Figure icon="bell" label={t("overview.missed")} value={missed}
          tone={missed === undefined || missed === 0 ? "" : "figure-warn"} />
      </dl>
    </Card>
  );
}

function LiveCalls(): JSX.Element {
  const now = useCell(picture);
  const calls = callsOf(now);
  return (
    <Card title={t("overview.live")} aside={<span class="row">
      <Badge tone={calls.length === 0 ? "quiet" : "info"} icon="calls">
        {plural("common.calls", calls.length)}</Badge>
      <a href={address("calls")}>{t("overview.allCalls")}</a></span>}>
      {now.number === undefined ? <Skeleton />
        : calls.length === 0 ? <Empty icon="calls" title={t("overview.noCalls")}
          advice={t("overview.noCalls.advice")} />
        : <CallBrief calls={calls.slice(-liveShownMax).reverse()} />}
    </Card>
  );
}

function Alarms(): JSX.Element {
  const standing = useCell(alarms)?.filter((alarm) => alarm.clearedAt === undefined);
  return (
    <Card title={t("overview.alarms")}
      aside={<a href={address("alarms")}>{t("overview.allAlarms")}</a>}>
      {standing === undefined ? <Skeleton rows={2} />
        : standing.length === 0 ? <Empty icon="check" title={t("overview.noAlarms")} />
        : <ul class="alarm-list">{standing.map((alarm) => (
          <li key={alarm.id}><SeverityBadge severity={alarm.severity} />
            <span>{alarm.text}</span></li>))}</ul>}
    </Card>
  );
}
