import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Alarm, SystemService } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { Badge, Button, Card, Empty, FaultNote, sayFault, Skeleton } from "../parts/basics.js";
import { useAnswer, useCell } from "../parts/hooks.js";
import { SeverityBadge } from "../parts/words.js";
import { alarms, readAlarms } from "../state/feed.js";
import { may } from "../state/session.js";
import { msOf, recent } from "../text/format.js";
import { plural, t } from "../text/language.js";

export function AlarmsPage(): JSX.Element {
  const now = useCell(alarms);
  const standing = now?.filter((alarm) => alarm.clearedAt === undefined);
  const all = useAnswer(SystemService.method.listAlarms, { includeCleared: true }, [now]);
  const gone = all.value?.alarms.filter((alarm) => alarm.clearedAt !== undefined);
  return (
    <>
      <header class="page-head"><h1>{t("alarms.title")}</h1></header>
      <Card title={t("alarms.standing")}>
        {standing === undefined ? <Skeleton />
          : standing.length === 0 ? <Empty icon="check" title={t("alarms.none")}
            advice={t("alarms.none.advice")} />
          : <AlarmList alarms={standing} />}
      </Card>
      <Card title={t("alarms.history")}>
        {all.fault === undefined ? null : <FaultNote fault={all.fault} retry={all.reload} />}
        {gone === undefined ? <Skeleton />
          : gone.length === 0 ? <Empty icon="records" title={t("alarms.none.history")} />
          : <AlarmList alarms={gone} />}
      </Card>
    </>
  );
}

function AlarmList(props: { readonly alarms: readonly Alarm[] }): JSX.Element {
  return (
    <ul class="alarms">
      {props.alarms.map((alarm) => (
        <li key={`${alarm.id} ${msOf(alarm.raisedAt) ?? 0}`} class="alarm">
          <SeverityBadge severity={alarm.severity} />
          <div class="alarm-body">
            <p class="note-title">{alarm.text}</p>
            {alarm.advice === "" ? null : <p>{alarm.advice}</p>}
            <p class="muted">
              <code>{alarm.id}</code>
              {" · "}{t("alarms.raised", { time: recent(msOf(alarm.raisedAt), nowMs()) })}
              {alarm.clearedAt === undefined ? null : <>{" · "}
                {t("alarms.cleared", { time: recent(msOf(alarm.clearedAt), nowMs()) })}</>}
              {alarm.count > 1 ? ` · ${plural("alarms.times", alarm.count)}` : ""}
            </p>
          </div>
          <Acknowledge alarm={alarm} />
        </li>
      ))}
    </ul>
  );
}

function Acknowledge(props: { readonly alarm: Alarm }): JSX.Element | null {
  const { alarm } = props;
  const [busy, setBusy] = useState(false);
  if (alarm.acknowledgedBy !== "") {
    return <Badge tone="quiet" icon="check">
      {t("alarms.acknowledged", { name: alarm.acknowledgedBy })}</Badge>;
  }
  if (alarm.clearedAt !== undefined || !may(Role.OPERATOR)) return null;
  const acknowledge = async (): Promise<void> => {
    setBusy(true);
    const answer = await request(SystemService.method.acknowledgeAlarm, { id: alarm.id });
    setBusy(false);
    if (!answer.ok) sayFault(answer.fault);
    readAlarms();
  };
  return <Button small busy={busy} icon="check" onClick={() => { void acknowledge(); }}>
    {t("alarms.acknowledge")}</Button>;
}
