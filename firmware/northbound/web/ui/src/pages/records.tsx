import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { Direction } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { type CallRecord, ExportFormat, type RecordQuerySchema, RecordsService } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { downloadAddress, type Fault, request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { Badge, Button, Card, Empty, FaultNote, Field, Skeleton } from "../parts/basics.js";
import { CallChart } from "../parts/call-chart.js";
import { useAnswer, useCell } from "../parts/hooks.js";
import { Icon } from "../parts/icons.js";
import { linkTitle, useLinkTitle } from "../parts/link-card.js";
import { DirectionMark, Party } from "../parts/words.js";
import { links } from "../state/feed.js";
import { fieldMs, fieldOf, type PeriodName, periodNames, periodOf } from "../state/period.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { byDay } from "../state/series.js";
import { clockLength, dateTime, msOf, secondsOf, timestampOf } from "../text/format.js";
import { plural, t } from "../text/language.js";

const pageSize = 50;
const directions = [Direction.UNSPECIFIED, Direction.INCOMING, Direction.OUTGOING,
  Direction.INTERNAL, Direction.TANDEM] as const;
const directionKeys = ["common.all", "direction.incoming", "direction.outgoing",
  "direction.internal", "direction.tandem"] as const;

interface Search {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly link: string;
  readonly device: string;
  readonly number: string;
  readonly direction: Direction;
  readonly missedOnly: boolean;
}

function queryOf(search: Search): MessageInitShape<typeof RecordQuerySchema> {
  return {
    from: timestampOf(search.fromMs), until: timestampOf(search.untilMs), link: search.link,
    device: search.device.trim(), number: search.number.trim(), direction: search.direction,
    missedOnly: search.missedOnly,
  };
}

export function RecordsPage(): JSX.Element {
  const [search, setSearch] = useState<Search>(() => ({ ...periodOf("today", nowMs()), link: "",
    device: "", number: "", direction: Direction.UNSPECIFIED, missedOnly: false }));
  const query = queryOf(search);
  const counts = useAnswer(RecordsService.method.countRecords, { query }, [search]);
  const days = byDay(search.fromMs, search.untilMs);
  return (
    <>
      <header class="page-head"><h1>{t("records.title")}</h1>
        {may(Role.OPERATOR) ? (
          <span class="row end">
            <DownloadLink query={query} format={ExportFormat.CSV} label={t("records.csv")} />
            <DownloadLink query={query} format={ExportFormat.JSON} label={t("records.json")} />
          </span>
        ) : null}</header>
      <Card><SearchForm search={search} onSearch={setSearch} /></Card>
      <Card title={t(days ? "records.perDay" : "records.perHour")}>
        {counts.fault === undefined ? null : <FaultNote fault={counts.fault} />}
        {counts.value === undefined ? counts.fault === undefined ? <Skeleton rows={4} /> : null
          : <CallChart hours={counts.value.hours} fromMs={search.fromMs}
            untilMs={search.untilMs} />}
      </Card>
      <Results search={search} />
    </>
  );
}

function DownloadLink(props: {
  readonly query: MessageInitShape<typeof RecordQuerySchema>; readonly format: ExportFormat;
  readonly label: string;
}): JSX.Element {
  return (
    <a class="button" download href={downloadAddress(RecordsService.method.exportRecords,
      { query: props.query, format: props.format })}><Icon name="download" />{props.label}</a>
  );
}

function SearchForm(props: {
  readonly search: Search; readonly onSearch: (search: Search) => void;
}): JSX.Element {
  const [draft, setDraft] = useState(props.search);
  const [period, setPeriod] = useState<PeriodName>("today");
  const known = useCell(links) ?? [];
  const change = (part: Partial<Search>): void => { setDraft({ ...draft, ...part }); };
  const submit = (): void => {
    props.onSearch(period === "custom" ? draft : { ...draft, ...periodOf(period, nowMs()) });
  };
  return (
    <form class="search-form records-search"
      onSubmit={(event) => { event.preventDefault(); submit(); }}>
      <Field label={t("records.range")}>{(ids) => (
        <select {...ids} value={period} onChange={(event) => {
          const chosen = periodNames.find((one) => one === event.currentTarget.value);
          if (chosen === undefined) return;
          setPeriod(chosen);
          if (chosen !== "custom") {
            const next = { ...draft, ...periodOf(chosen, nowMs()) };
            setDraft(next);
            props.onSearch(next);
          }
        }}>{periodNames.map((name) => (
          <option key={name} value={name}>{t(`records.range.${name}`)}</option>))}</select>
      )}</Field>
      {period === "custom" ? <OwnDates draft={draft} change={change} /> : null}
      <Field label={t("common.number")} hint={t("records.number.hint")}>{(ids) => (
        <input {...ids} type="search" inputMode="tel" autoComplete="off" value={draft.number}
          onInput={(event) => { change({ number: event.currentTarget.value }); }} />
      )}</Field>
      <Field label={t("common.device")}>{(ids) => (
        <input {...ids} type="search" autoComplete="off" value={draft.device}
          onInput={(event) => { change({ device: event.currentTarget.value }); }} />
      )}</Field>
      <Field label={t("records.direction")}>{(ids) => (
        <select {...ids} value={String(draft.direction)} onChange={(event) => {
          change({ direction: directions[event.currentTarget.selectedIndex]
            ?? Direction.UNSPECIFIED });
        }}>{directions.map((direction, index) => (
          <option key={direction} value={String(direction)}>
            {t(directionKeys[index] ?? "common.all")}</option>))}</select>
      )}</Field>
      {known.length < 2 ? null : (
        <Field label={t("common.link")}>{(ids) => (
          <select {...ids} value={draft.link}
            onChange={(event) => { change({ link: event.currentTarget.value }); }}>
            <option value="">{t("common.all")}</option>
            {known.map((link) => (
              <option key={link.id} value={link.id}>{linkTitle(link)}</option>))}
          </select>
        )}</Field>
      )}
      <label class="check"><input type="checkbox" checked={draft.missedOnly}
        onChange={(event) => { change({ missedOnly: event.currentTarget.checked }); }} />
        {t("records.missedOnly")}</label>
      <Button kind="primary" icon="search" submit>{t("records.search")}</Button>
    </form>
  );
}

function OwnDates(props: {
  readonly draft: Search; readonly change: (part: Partial<Search>) => void;
}): JSX.Element {
  return (
    <>
      <Field label={t("records.from")}>{(ids) => (
        <input {...ids} type="datetime-local" value={fieldOf(props.draft.fromMs)}
          onChange={(event) => {
            const fromMs = fieldMs(event.currentTarget.value);
            if (fromMs !== undefined) props.change({ fromMs });
          }} />
      )}</Field>
      <Field label={t("records.until")}>{(ids) => (
        <input {...ids} type="datetime-local" value={fieldOf(props.draft.untilMs)}
          onChange={(event) => {
            const untilMs = fieldMs(event.currentTarget.value);
            if (untilMs !== undefined) props.change({ untilMs });
          }} />
      )}</Field>
    </>
  );
}

function Results(props: { readonly search: Search }): JSX.Element {
  const { search } = props;
  const [records, setRecords] = useState<readonly CallRecord[] | undefined>(undefined);
  const [next, setNext] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const load = async (pageToken: string, current: () => boolean): Promise<void> => {
    setBusy(true);
    const answer = await request(RecordsService.method.listRecords,
      { query: queryOf(search), pageSize, pageToken });
    if (!current()) return;
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    setRecords((before) => [...(pageToken === "" ? [] : before ?? []), ...answer.value.records]);
    setNext(answer.value.nextPageToken);
  };
  useEffect(() => {
    let current = true;
    void load("", () => current);
    return () => { current = false; };
  }, [search]);
  return (
    <Card>
      <p class="hidden" role="status">{records === undefined || busy ? ""
        : plural("records.shown", records.length)}</p>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {records === undefined ? fault === undefined ? <Skeleton rows={8} /> : null
        : records.length === 0 ? <Empty icon="search" title={t("records.none")}
          advice={t("records.none.advice")} />
        : <RecordList records={records} />}
      {next === "" ? null : (
        <p class="center"><Button busy={busy} onClick={() => { void load(next, () => true); }}>
          {t("common.more")}</Button></p>
      )}
    </Card>
  );
}

function RecordList(props: { readonly records: readonly CallRecord[] }): JSX.Element {
  return (
    <table class="records cards">
      <thead><tr>
        <th scope="col">{t("records.started")}</th><th scope="col">{t("records.direction")}</th>
        <th scope="col">{t("records.calling")}</th><th scope="col">{t("records.called")}</th>
        <th scope="col">{t("records.answeredBy")}</th><th scope="col">{t("records.duration")}</th>
        <th scope="col">{t("common.link")}</th>
      </tr></thead>
      <tbody>{props.records.map((record) => <RecordRow key={record.id} record={record} />)}</tbody>
    </table>
  );
}

/** Who answered, or that nobody did; only a missed incoming call is a warning. */
export function AnsweredBy(props: { readonly record: CallRecord }): JSX.Element {
  const { record } = props;
  if (record.answeredBy !== "" || record.answeredAt !== undefined) {
    return <>{answeredByText(record)}</>;
  }
  return record.direction === Direction.INCOMING
    ? <Badge tone="bad" icon="bell">{t("records.missed")}</Badge>
    : <Badge tone="quiet">{t("records.notAnswered")}</Badge>;
}

/** A device, or the far side of the trunk. */
function answeredByText(record: CallRecord): string {
  if (record.answeredBy !== "" && record.answeredBy !== record.networkInterface) {
    return record.answeredBy;
  }
  return record.direction === Direction.OUTGOING ? t("calls.external")
    : record.answeredBy === "" ? "–" : record.answeredBy;
}

function RecordRow(props: { readonly record: CallRecord }): JSX.Element {
  const { record } = props;
  const started = dateTime(msOf(record.startedAt));
  const link = useLinkTitle(record.link);
  return (
    <tr>
      <th scope="row"><a href={address("records", record.id)}
        aria-label={t("records.open", { time: started })}>{started}</a></th>
      <td class="record-direction"><DirectionMark direction={record.direction} /></td>
      <td data-label={t("records.calling")}><Party forms={record.calling} /></td>
      <td data-label={t("records.called")}><Party forms={record.called} /></td>
      <td data-label={t("records.answeredBy")} class="record-answer number">
        <AnsweredBy record={record} /></td>
      <td class="record-duration number">
        {clockLength(secondsOf(record.duration) ?? 0)}</td>
      <td class="record-link muted">{link}</td>
    </tr>
  );
}
