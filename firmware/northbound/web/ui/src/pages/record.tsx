import type { JSX } from "preact";
import { type CallRecord, type Leg, RecordSource, RecordsService } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { Badge, Card, Empty, FaultNote, Skeleton } from "../parts/basics.js";
import { Fact } from "../parts/fact.js";
import { useAnswer } from "../parts/hooks.js";
import { useLinkTitle } from "../parts/link-card.js";
import { ConnectionBadge, DirectionMark, Party } from "../parts/words.js";
import { AnsweredBy } from "./records.js";
import { address } from "../state/route.js";
import { clockLength, dateTime, msOf, partyNumber, secondsOf, time } from "../text/format.js";
import { t, textOr } from "../text/language.js";

export function RecordPage(props: { readonly id: string }): JSX.Element {
  const found = useAnswer(RecordsService.method.getRecord, { id: props.id }, [props.id]);
  const record = found.value?.record;
  return (
    <>
      <p class="crumb"><a href={address("records")}>{t("records.title")}</a></p>
      <h1>{t("records.detail")}</h1>
      {found.fault === undefined ? null : found.fault.reason === "not-found"
        ? <Empty icon="question" title={t("records.gone")} /> : <FaultNote fault={found.fault} />}
      {record === undefined ? found.loading ? <Skeleton rows={6} /> : null : <>
        <Card><RecordFacts record={record} /></Card>
        <Card title={t("records.legs")}>
          {record.legs.length === 0 ? <Empty icon="records" title={t("records.legs.none")} />
            : <ul class="legs">{record.legs.map((leg, index) => (
              <li key={index}><LegLine leg={leg} startMs={msOf(record.startedAt)} /></li>))}</ul>}
        </Card>
      </>}
    </>
  );
}

function RecordFacts(props: { readonly record: CallRecord }): JSX.Element {
  const { record } = props;
  const link = useLinkTitle(record.link);
  const optional: readonly (readonly [string, string])[] = [
    [t("calls.trunk"), record.networkInterface], [t("records.account"), record.accountCode],
    [t("records.correlatorData"), record.correlatorData],
    [t("records.userData"), record.userData],
    [t("records.cost"), record.cost], [t("records.pbxTime"), record.pbxTime],
    [t("records.pbxReference"), record.pbxReference],
    [t("records.endCause"), causeWord(record.endCause)],
  ];
  const ring = secondsOf(record.ring);
  return (
    <dl class="facts two">
      <Fact label={t("records.direction")}><DirectionMark direction={record.direction} /></Fact>
      <Fact label={t("records.calling")}><Party forms={record.calling} /></Fact>
      <Fact label={t("records.called")}><Party forms={record.called} /></Fact>
      <Fact label={t("records.answeredBy")}><AnsweredBy record={record} /></Fact>
      <Fact label={t("records.started")}>{dateTime(msOf(record.startedAt))}</Fact>
      <Fact label={t("records.ended")}>{dateTime(msOf(record.endedAt))}</Fact>
      <Fact label={t("records.duration")}>{clockLength(secondsOf(record.duration) ?? 0)}</Fact>
      {ring === undefined ? null
        : <Fact label={t("records.ring")}>{clockLength(ring)}</Fact>}
      {optional.filter(([, value]) => value !== "").map(([label, value]) => (
        <Fact key={label} label={label}>{value}</Fact>))}
      <Fact label={t("common.link")}>
        <a href={address("links", record.link)}>{link}</a></Fact>
      <Fact label={t("records.source")}>{record.source === RecordSource.PBX
        ? t("records.source.pbx") : t("records.source.events")}</Fact>
      <Fact label={t("records.id")}><code>{record.id}</code></Fact>
      {record.marks.length === 0 ? null : (
        <Fact label={t("records.marks")}><span class="row">{record.marks.map((mark) => (
          <Badge key={mark} tone="warn">{textOr(`records.mark.${mark}`, mark)}</Badge>))}
        </span></Fact>
      )}
    </dl>
  );
}

/** A cause of ECMA-269 §17.7 as people say it; the standard's own word where it is a rare one. */
function causeWord(cause: string): string {
  return textOr(`cause.${cause}`, cause);
}

/** One party's way through the call, each state with its time from the start. */
function LegLine(props: { readonly leg: Leg; readonly startMs: number | undefined }): JSX.Element {
  const { leg, startMs } = props;
  return (
    <div class="leg">
      <p class="leg-who"><strong class="number">{leg.device}</strong>
        {partyNumber(leg.party) === leg.device ? <span>{leg.party?.name}</span>
          : <Party forms={leg.party} />}</p>
      <ol class="timeline">
        {leg.states.map((step, index) => {
          const at = msOf(step.at);
          return (
            <li key={index}>
              <span class="number">{time(at)}</span>
              <ConnectionBadge state={step.state} />
              <span class="muted">{causeWord(step.cause)}
                {at === undefined || startMs === undefined ? ""
                  : ` · +${clockLength((at - startMs) / 1_000)}`}</span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}
