import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { DeliveryService, DestinationState, type Destination, type Feed } from
  "../../../../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { nowMs } from "../clock.js";
import { Badge, Button, Card, Empty, FaultNote, Skeleton, Table, type Tone } from
  "../parts/basics.js";
import { Fact } from "../parts/fact.js";
import { useAnswer, useCell } from "../parts/hooks.js";
import { LedgerCard } from "../parts/ledger-card.js";
import { useLinkTitle } from "../parts/link-card.js";
import { SendAgain } from "../parts/send-again.js";
import { links } from "../state/feed.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { bytes, count, msOf, recent } from "../text/format.js";
import { t, textOr } from "../text/language.js";

const tones: Readonly<Record<DestinationState, Tone>> = {
  [DestinationState.UNSPECIFIED]: "quiet", [DestinationState.WAITING]: "info",
  [DestinationState.UP]: "good", [DestinationState.DOWN]: "bad" };

export function DeliveryPage(): JSX.Element {
  const [turn, setTurn] = useState(0);
  const list = useAnswer(DeliveryService.method.listDestinations, {}, [turn]);
  const known = useCell(links);
  const destinations = list.value?.destinations;
  return (
    <>
      <header class="page-head"><h1>{t("nav.delivery")}</h1>
        <span class="end"><Button icon="refresh" busy={list.loading}
          onClick={() => { setTurn(turn + 1); }}>
          {t("delivery.refresh")}</Button></span></header>
      <p class="hint">{t("delivery.lead")}</p>
      {list.fault === undefined ? null : <FaultNote fault={list.fault} retry={list.reload} />}
      {destinations === undefined ? list.fault === undefined ? <Skeleton rows={4} /> : null
        : destinations.length === 0 ? <Empty icon="delivery" title={t("delivery.none")}
          advice={t("delivery.none.advice")} />
        : destinations.map((destination) => (
          <DestinationCard key={destination.id} destination={destination}
            changed={list.reload} />))}
      {known === undefined ? <Skeleton rows={4} /> : <LedgerCard links={known} turn={turn} />}
    </>
  );
}

function DestinationCard(props: {
  readonly destination: Destination; readonly changed: () => void;
}): JSX.Element {
  const { destination } = props;
  const [asking, setAsking] = useState(false);
  return (
    <Card title={destination.id} class="destination" aside={
      <Badge tone={tones[destination.state]}>
        {textOr(`delivery.state.${destination.state}`, t("delivery.state.0"))}</Badge>}>
      {destination.reason === "" ? null : <p class="link-reason">{destination.reason}</p>}
      <dl class="facts">
        <Fact label={t("delivery.address")}>{destination.address}{" "}
          <code>{destination.kind}</code></Fact>
        <Fact label={t("delivery.content")}>
          {textOr(`delivery.content.${destination.content}`, destination.content)}</Fact>
        <Fact label={t("common.state")}>
          {t("common.since", { time: recent(msOf(destination.since), nowMs()) })}</Fact>
        {destination.retryAt === undefined ? null : <Fact label={t("delivery.retry")}>
          {recent(msOf(destination.retryAt), nowMs())}</Fact>}
        <Fact label={t("delivery.failures")}>{count(destination.failures)}</Fact>
      </dl>
      <Table label={t("delivery.feeds", { destination: destination.id })}
        head={[t("common.link"), t("delivery.waiting"), t("delivery.taken"),
          t("delivery.lost")]}>
        {destination.feeds.map((feed) => <FeedRow key={feed.link} feed={feed} />)}
      </Table>
      {may(Role.OPERATOR) && destination.feeds.length > 0 ? <p class="row end">
        <Button label={t("delivery.again.of", { destination: destination.id })}
          onClick={() => { setAsking(true); }}>{t("delivery.again")}</Button></p> : null}
      {asking ? <SendAgain destination={destination} onClose={(begun) => {
        setAsking(false);
        if (begun) props.changed();
      }} /> : null}
    </Card>
  );
}

function FeedRow(props: { readonly feed: Feed }): JSX.Element {
  const { feed } = props;
  const title = useLinkTitle(feed.link);
  return (
    <tr>
      <th scope="row"><a href={address("links", feed.link)}>{title}</a>
        {feed.again ? <>{" "}<Badge tone="info">{t("delivery.again.running")}</Badge></> : null}
      </th>
      <td>{waitingText(feed)}</td>
      <td>{bytes(feed.takenBytes)}</td>
      <td>{feed.lostBytes === 0n ? "–"
        : <Badge tone="bad">{bytes(feed.lostBytes)}</Badge>}</td>
    </tr>
  );
}

function waitingText(feed: Feed): string {
  if (feed.waitingSince === undefined) return t("delivery.waiting.none");
  const what = feed.waitingRecords > 0n
    ? t("delivery.waiting.records", { count: count(feed.waitingRecords) })
    : bytes(feed.waitingBytes);
  return t("delivery.waiting.since", { what, time: recent(msOf(feed.waitingSince), nowMs()) });
}
