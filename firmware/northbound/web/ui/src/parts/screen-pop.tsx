/**
 * The screen-pop: who calls, whom, over what, what there was before, and the buttons. It never
 * takes the focus; a separate live region announces it once.
 */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { RecordsService } from "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { type Call, ConnectionState } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { nowMs } from "../clock.js";
import { links, picture, pops } from "../state/feed.js";
import type { Pop } from "../state/pops.js";
import { address } from "../state/route.js";
import { msOf, partyNumber, partyTitle, recent, secondsOf, clockLength } from
  "../text/format.js";
import { plural, t } from "../text/language.js";
import { Badge, Button } from "./basics.js";
import { CallControls } from "./call-controls.js";
import { useAnswer, useCell } from "./hooks.js";
import { Icon } from "./icons.js";
import { DirectionMark, Ticking } from "./words.js";

const shownMax = 3;
const previousMax = 4;

export function ScreenPops(): JSX.Element {
  const all = useCell(pops);
  const newest = all.find((pop) => pop.endedAtMs === undefined);
  const hidden = all.length - Math.min(all.length, shownMax);
  return (
    <>
      <div class="hidden" role="status" aria-live="polite">
        {newest === undefined || newest.answeredBy !== undefined ? "" : t("pop.announce", {
          caller: partyTitle(newest.caller) ?? t("common.withheld"), device: newest.device,
        })}
      </div>
      {all.length === 0 ? null : (
        <section class="pops" aria-label={t("pop.region")}>
          {all.slice(0, shownMax).map((pop) => <PopCard key={pop.key} pop={pop} />)}
          {all.length < 2 ? null : (
            <div class="pops-foot">
              <span>{hidden > 0 ? plural("pop.more", hidden) : ""}</span>
              <Button small onClick={() => { pops.set([]); }}>{t("pop.dismissAll")}</Button>
            </div>
          )}
        </section>
      )}
    </>
  );
}

function PopCard(props: { readonly pop: Pop }): JSX.Element {
  const { pop } = props;
  const call = useCell(picture).calls.get(pop.key);
  const number = partyNumber(pop.caller);
  const title = partyTitle(pop.caller) ?? t("common.withheld");
  const peer = useCell(links)?.find((link) => link.id === pop.link);
  const state = pop.endedAtMs !== undefined ? "ended"
    : pop.answeredBy !== undefined ? "answered" : "alerting";
  return (
    <article class={`pop pop-${state}`} aria-label={`${t("pop.incoming")}: ${title}`}>
      <header class="pop-head">
        <PopState pop={pop} />
        <button type="button" class="icon-button" aria-label={t("pop.dismiss")}
          onClick={() => { pops.set(pops.get().filter((one) => one.key !== pop.key)); }}>
          <Icon name="close" />
        </button>
      </header>
      <p class="pop-caller">{title}</p>
      {number === undefined || number === title ? null : <p class="pop-number number">{number}</p>}
      <p class="pop-facts">
        {t("pop.for")} <strong>{partyTitle(pop.called) ?? pop.device}</strong>
        {partyNumber(pop.called) === pop.device ? "" : ` · ${pop.device}`}
        {" · "}{t("pop.via", { link: peer?.peerProduct || pop.link })}
        {" · "}<Ticking sinceMs={pop.atMs} />
      </p>
      {call === undefined ? null : <PopControls call={call} pop={pop} />}
      {number === undefined ? <p class="pop-previous muted">{t("pop.previous.hidden")}</p>
        : <Previous number={pop.caller?.e164 || number} />}
    </article>
  );
}

function PopState(props: { readonly pop: Pop }): JSX.Element {
  const { pop } = props;
  if (pop.endedAtMs !== undefined) return <Badge tone="quiet">{t("pop.ended")}</Badge>;
  if (pop.answeredBy !== undefined) {
    return <Badge tone="good" icon="calls">
      {t("pop.answered", { device: pop.answeredBy })}</Badge>;
  }
  return <Badge tone="warn" icon="bell">{t("pop.incoming")}</Badge>;
}

function PopControls(props: { readonly call: Call; readonly pop: Pop }): JSX.Element | null {
  const { call, pop } = props;
  const device = pop.answeredBy ?? pop.device;
  const connection = call.connections.find((one) => one.id?.device === device)
    ?? call.connections.find((one) => !one.external && one.state === ConnectionState.ALERTING);
  if (connection === undefined) return null;
  return <CallControls call={call} connection={connection}
    only={["answerCall", "holdCall", "retrieveCall", "deflectCall", "singleStepTransferCall",
      "clearConnection"]} />;
}

/** What there was with this number before. */
function Previous(props: { readonly number: string }): JSX.Element {
  const { number } = props;
  const [open, setOpen] = useState(true);
  const records = useAnswer(RecordsService.method.listRecords,
    { query: { number }, pageSize: previousMax }, [number]);
  const found = records.value?.records ?? [];
  if (!records.loading && found.length === 0) {
    return <p class="pop-previous muted">{t("pop.previous.none")}</p>;
  }
  return (
    <details class="pop-previous" open={open}
      onToggle={(event) => { setOpen(event.currentTarget.open); }}>
      <summary>{t("pop.previous")}</summary>
      <ul>{found.map((record) => (
        <li key={record.id}>
          <a href={address("records", record.id)}>
            <DirectionMark direction={record.direction} words={false} />
            <span>{recent(msOf(record.startedAt), nowMs())}</span>
            <span class="muted">{record.answeredBy === "" ? t("records.missed")
              : `${record.answeredBy} · ${clockLength(secondsOf(record.duration) ?? 0)}`}</span>
          </a>
        </li>
      ))}</ul>
    </details>
  );
}
