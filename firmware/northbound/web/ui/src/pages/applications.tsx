import type { JSX } from "preact";
import { type CstaSession, CstaService, type ListCstaSessionsResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/csta_pb.js";
import { nowMs } from "../clock.js";
import { Badge, Button, Card, Empty, FaultNote, Skeleton, Table } from "../parts/basics.js";
import { useAnswer } from "../parts/hooks.js";
import { licencesSaved } from "../state/sharing.js";
import { count, msOf, recent } from "../text/format.js";
import { plural, t, textOr } from "../text/language.js";

/** As often what an application waits for, or has lost, is worth looking at. */
const liveMs = 2_000;

/** Applications that speak CSTA with the gateway. */
export function ApplicationsPage(): JSX.Element {
  const list = useAnswer(CstaService.method.listCstaSessions, {}, [], liveMs);
  return (
    <>
      <header class="page-head"><h1>{t("nav.applications")}</h1>
        <span class="end"><Button icon="refresh" busy={list.loading} onClick={list.reload}>
          {t("applications.refresh")}</Button></span></header>
      <p class="hint">{t("applications.lead")}</p>
      {list.fault === undefined ? null : <FaultNote fault={list.fault} retry={list.reload} />}
      {list.value === undefined ? list.fault === undefined ? <Skeleton rows={4} /> : null
        : list.value.sessions.length === 0 ? <Empty icon="applications"
          title={t("applications.none")} advice={t("applications.none.advice")} />
        : <><Sharing answer={list.value} /><Sessions sessions={list.value.sessions} /></>}
    </>
  );
}

function Sharing(props: { readonly answer: ListCstaSessionsResponse }): JSX.Element {
  const monitors = count(props.answer.monitors);
  const watched = count(props.answer.watched);
  const saved = count(licencesSaved(props.answer));
  return (
    <Card title={t("applications.sharing")}>
      <p class="hint">{t("applications.saved.how", { monitors, watched, saved })}</p>
      <dl class="figures">
        <div class="figure"><dt>{t("applications.saved")}</dt><dd>{saved}</dd></div>
        <div class="figure"><dt>{t("applications.monitors")}</dt><dd>{monitors}</dd></div>
        <div class="figure"><dt>{t("applications.watched")}</dt><dd>{watched}</dd></div>
      </dl>
    </Card>
  );
}

function Sessions(props: { readonly sessions: readonly CstaSession[] }): JSX.Element {
  return (
    <Card title={t("applications.sessions")}>
      <p class="hint">{t("applications.sessions.lead")}</p>
      <Table label={t("applications.sessions")} head={[t("applications.who"),
        t("applications.source"), t("applications.protocol"), t("common.state"),
        t("applications.session.monitors"), t("applications.waiting"), t("applications.lost")]}>
        {props.sessions.map((session, index) => <SessionRow key={index} session={session} />)}
      </Table>
    </Card>
  );
}

function SessionRow(props: { readonly session: CstaSession }): JSX.Element {
  const { session } = props;
  return (
    <tr>
      <th scope="row">{session.user}</th>
      <td><code>{session.source.replace(/^csta /, "")}</code></td>
      <td>{textOr(`applications.protocol.${session.protocol}`, session.protocol)}{" "}
        <code>{session.server}</code></td>
      <td>
        {session.connected ? <Badge tone="good">{t("applications.connected")}</Badge>
          : <Badge tone="warn">{t("applications.kept")}</Badge>}
        <p class="muted">{t("common.since", { time: recent(msOf(session.began), nowMs()) })}
          {session.resumes === 0 ? "" : `, ${plural("applications.resumes", session.resumes)}`}</p>
      </td>
      <td class="number">{count(session.monitors)}</td>
      <td class="number">{count(session.waitingEvents)}</td>
      <td class="number">{session.lostEvents === 0n ? "–"
        : <Badge tone="bad">{count(session.lostEvents)}</Badge>}</td>
    </tr>
  );
}
