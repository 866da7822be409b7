import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type AuditEntry, SystemService } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { downloadAddress, type Fault, request } from "../api/client.js";
import { dateTime, msOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Empty, FaultNote, Field, Skeleton, Table } from "./basics.js";
import { Icon } from "./icons.js";

const pageSize = 50;

/** Who changed or read what, newest first. */
export function AuditLog(): JSX.Element {
  const [actor, setActor] = useState("");
  const [entries, setEntries] = useState<readonly AuditEntry[] | undefined>(undefined);
  const [next, setNext] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const load = async (pageToken: string): Promise<void> => {
    const answer = await request(SystemService.method.listAudit,
      { actor: actor.trim(), pageSize, pageToken });
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    setEntries((before) => [...(pageToken === "" ? [] : before ?? []), ...answer.value.entries]);
    setNext(answer.value.nextPageToken);
  };
  useEffect(() => { void load(""); }, []);
  return (
    <>
      <p class="hint">{t("system.audit.lead")}</p>
      <form class="search-form" onSubmit={(event) => { event.preventDefault(); void load(""); }}>
        <Field label={t("system.audit.actor")}>{(ids) => (
          <input {...ids} type="search" autoComplete="off" value={actor}
            onInput={(event) => { setActor(event.currentTarget.value); }} />
        )}</Field>
        <Button icon="search" submit>{t("records.search")}</Button>
        <a class="button" download href={downloadAddress(SystemService.method.exportAudit, {})}>
          <Icon name="download" />{t("system.audit.export")}</a>
      </form>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {entries === undefined ? fault === undefined ? <Skeleton rows={6} /> : null
        : entries.length === 0 ? <Empty icon="records" title={t("system.audit.none")} />
        : <AuditTable entries={entries} />}
      {next === "" ? null
        : <Button onClick={() => { void load(next); }}>{t("common.more")}</Button>}
    </>
  );
}

function AuditTable(props: { readonly entries: readonly AuditEntry[] }): JSX.Element {
  return (
    <Table label={t("system.audit")} head={["N°", t("system.audit.when"), t("system.audit.who"),
      t("system.audit.what"), t("system.audit.on"), t("system.audit.outcome"),
      t("system.audit.from")]}>
      {props.entries.map((entry) => (
        <tr key={String(entry.number)}>
          <td class="number">{String(entry.number)}</td>
          <td class="number">{dateTime(msOf(entry.at))}</td>
          <th scope="row">{entry.actor}</th>
          <td>{entry.action}</td>
          <td>{textOr(`system.audit.subject.${entry.subject}`, entry.subject)}</td>
          <td>{entry.outcome === "ok" ? <Badge tone="good">ok</Badge>
            : <Badge tone="bad">{entry.outcome}</Badge>}</td>
          <td class="muted">{entry.source}</td>
        </tr>
      ))}
    </Table>
  );
}
