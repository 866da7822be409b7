/** What lines say by a layout that is only tried. */

import type { JSX } from "preact";
import type { RejectedLine, TriedRecord, TryFormatResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import type { Fault } from "../api/client.js";
import { clockLength, dateTime, msOf, secondsOf } from "../text/format.js";
import { plural, t } from "../text/language.js";
import { Badge, Empty, faultMessage, Note, Table } from "./basics.js";
import { DirectionMark } from "./words.js";

/** The newest that are shown. */
const shownMax = 20;

export function LayoutResult(props: {
  readonly answer: TryFormatResponse | undefined; readonly fault: Fault | undefined;
  readonly empty: boolean;
}): JSX.Element {
  const { answer, fault } = props;
  if (props.empty) return <Empty icon="records" title={t("layout.result.wait")} />;
  return (
    <div aria-live="polite">
      {fault === undefined ? null : <Note tone="warn">
        <p class="note-title">{fault.fields.length === 0 ? faultMessage(fault)
          : t("layout.result.wrong")}</p>
        <ul>{fault.fields.map(({ path, message }) => (
          <li key={`${path} ${message}`}><strong>{placeOf(path)}</strong> {message}
          </li>))}</ul>
      </Note>}
      {answer === undefined || fault !== undefined ? null : <>
        <p class="row">
          <Badge tone={answer.recordsTotal > 0 ? "good" : "quiet"}>
            {plural("layout.result.read", answer.recordsTotal)}</Badge>
          {answer.rejectedTotal === 0 ? null : <Badge tone="bad">
            {plural("layout.result.rejected", answer.rejectedTotal)}</Badge>}
        </p>
        {answer.records.length === 0 ? null : <Records records={answer.records} />}
        {answer.rejected.length === 0 ? null : <Rejected lines={answer.rejected} />}
      </>}
    </div>
  );
}

function placeOf(path: string): string {
  const place = /^layout\.fields\[(\d+)\]/.exec(path)?.[1];
  return place !== undefined ? t("layout.field", { number: Number(place) + 1 })
    : path === "layout.dateOrder" ? t("layout.dateOrder")
      : path === "layout.separator" ? t("layout.separator")
        : path === "timeZone" ? t("layout.timeZone") : t("layout.settings");
}

function Records(props: { readonly records: readonly TriedRecord[] }): JSX.Element {
  return (
    <Table label={t("layout.result")} head={[t("layout.result.start"), t("layout.is.direction"),
      t("layout.is.device"), t("layout.is.trunk"), t("layout.result.parties"),
      t("layout.result.length"), t("layout.is.answered")]}>
      {props.records.slice(-shownMax).map((record, index) => (
        <tr key={index}>
          <td class="number">{dateTime(msOf(record.startedAt))}</td>
          <td><DirectionMark direction={record.direction} /></td>
          <td class="number">{record.device}</td>
          <td class="number">{record.networkInterface}</td>
          <td class="number">{record.callingNumber || "–"} → {record.calledNumber || "–"}</td>
          <td class="number">{clockLength(secondsOf(record.duration) ?? 0)}</td>
          <td>{t(record.answered ? "common.yes" : "common.no")}</td>
        </tr>
      ))}
    </Table>
  );
}

function Rejected(props: { readonly lines: readonly RejectedLine[] }): JSX.Element {
  return (
    <ul class="layout-rejected">{props.lines.slice(-shownMax).map(({ text, reason }, index) => (
      <li key={index}><code>{text}</code><span class="error">{reason}</span></li>
    ))}</ul>
  );
}
