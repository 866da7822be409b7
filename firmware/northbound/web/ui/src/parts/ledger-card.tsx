import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { DeliveryService, type DeliveredDay, type LedgerDay } from
  "../../../../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import type { Link } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { nowMs } from "../clock.js";
import { balanceOf, lastDays } from "../state/ledger.js";
import { bytes, count } from "../text/format.js";
import { t } from "../text/language.js";
import { Badge, Card, Empty, FaultNote, Field, Note, Skeleton, Table } from "./basics.js";
import { useAnswer } from "./hooks.js";
import { linkTitle } from "./link-card.js";

const spans = [7, 30, 90] as const;

/** What became of the bytes of one link, day by day, the newest first. */
export function LedgerCard(
  props: { readonly links: readonly Link[]; readonly turn: number },
): JSX.Element {
  const [chosen, setChosen] = useState("");
  const [span, setSpan] = useState<(typeof spans)[number]>(7);
  // Links that print records are what the ledger is about; they come first.
  const sorted = props.links.toSorted((a, b) =>
    Number((b.counters?.records ?? 0n) > 0n) - Number((a.counters?.records ?? 0n) > 0n));
  const link = props.links.some(({ id }) => id === chosen) ? chosen : sorted[0]?.id ?? "";
  return (
    <Card title={t("ledger.title")} class="ledger">
      <p class="hint">{t("ledger.lead")}</p>
      <div class="search-form">
        <Field label={t("common.link")}>{(ids) => (
          <select {...ids} value={link}
            onChange={(event) => { setChosen(event.currentTarget.value); }}>
            {sorted.map((each) => (
              <option key={each.id} value={each.id}>{linkTitle(each)}</option>))}
          </select>)}</Field>
        <Field label={t("ledger.days")}>{(ids) => (
          <select {...ids} value={String(span)} onChange={(event) => {
            setSpan(spans[event.currentTarget.selectedIndex] ?? 7);
          }}>{spans.map((days) => (
            <option key={days} value={String(days)}>{t(`ledger.days.${days}`)}</option>))}
          </select>)}</Field>
      </div>
      {link === "" ? <Empty icon="delivery" title={t("ledger.none")} />
        : <Days key={`${link} ${span}`} link={link} span={span} turn={props.turn} />}
    </Card>
  );
}

/** Asked again at each `turn`. */
function Days(
  props: { readonly link: string; readonly span: number; readonly turn: number },
): JSX.Element {
  const { from, to } = lastDays(nowMs(), props.span);
  const ledger = useAnswer(DeliveryService.method.getLedger,
    { link: props.link, fromDay: from, toDay: to }, [props.turn]);
  if (ledger.fault !== undefined) {
    return <FaultNote fault={ledger.fault} retry={ledger.reload} />;
  }
  if (ledger.value === undefined) return <Skeleton rows={4} />;
  const { days, balances } = ledger.value;
  if (days.length === 0) return <Empty icon="delivery" title={t("ledger.none")} />;
  return (
    <>
      {balances ? null : <Note tone="info">{t("ledger.unaccounted")}</Note>}
      <Table label={t("ledger.title")} head={[t("ledger.day"), t("ledger.balance"), t("ledger.in"),
        t("ledger.records"), t("ledger.read"), t("ledger.skipped"), t("ledger.rejected"),
        t("ledger.delivered")]}>
        {days.toReversed().map((day) => <DayRow key={day.day} day={day} told={balances} />)}
      </Table>
    </>
  );
}

function DayRow(props: { readonly day: LedgerDay; readonly told: boolean }): JSX.Element {
  const { day, told } = props;
  const reasons = Object.entries(day.garbageReasons).sort(([, a], [, b]) => Number(b - a));
  return (
    <tr>
      <th scope="row">{day.day}</th>
      <td><BalanceMark day={day} told={told} /></td>
      <td>{bytes(day.bytesIn)}</td>
      <td>{count(day.records)}</td>
      <td>{bytes(day.recordBytes)}</td>
      <td>{bytes(day.skippedBytes)}</td>
      <td>{bytes(day.garbageBytes)}{reasons.length === 0 ? null : <details>
        <summary>{t("link.counter.rejected.reasons")}</summary>
        <ul>{reasons.map(([reason, size]) => <li key={reason}>{reason}: {bytes(size)}</li>)}</ul>
      </details>}</td>
      <td>{day.delivered.length === 0 ? "–" : <ul>{day.delivered.map((row) => (
        <li key={row.destination}>{deliveredText(row)}</li>))}</ul>}</td>
    </tr>
  );
}

function BalanceMark(props: { readonly day: LedgerDay; readonly told: boolean }): JSX.Element {
  const balance = balanceOf(props.day, props.told);
  switch (balance.is) {
    case "good": return <Badge tone="good">{t("ledger.balance.good")}</Badge>;
    case "unknown": return <Badge tone="quiet">{t("ledger.balance.unknown")}</Badge>;
    case "open": return <Badge tone="info">
      {t("ledger.balance.open", { bytes: bytes(balance.bytes) })}</Badge>;
    case "off": return <Badge tone="bad">
      {t("ledger.balance.off", { bytes: bytes(balance.bytes) })}</Badge>;
  }
}

function deliveredText(row: DeliveredDay): string {
  const { destination } = row;
  if (row.lost > 0n) {
    return t("ledger.delivered.lost",
      { destination, bytes: bytes(row.bytes), lost: bytes(row.lost) });
  }
  return row.again > 0n ? t("ledger.delivered.again",
    { destination, bytes: bytes(row.bytes), count: count(row.again) })
    : t("ledger.delivered.to", { destination, bytes: bytes(row.bytes) });
}
