/**
 * The screen-pop: who calls, whom, over what, what there was before, and the buttons. It never
 * takes the focus and never lies over the page's own buttons; a live region announces it once.
 */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { RecordsService } from "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { type Call, ConnectionState } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { nowMs } from "../clock.js";
import { picture, pops } from "../state/feed.js";
import { type Pop, popInFull } from "../state/pops.js";
import { address } from "../state/route.js";
import { msOf, partyNumber, partyTitle, recent, secondsOf, clockLength } from
  "../text/format.js";
import { plural, t } from "../text/language.js";
import { Badge, Button } from "./basics.js";
import { CallControls } from "./call-controls.js";
import { useAnswer, useCell } from "./hooks.js";
import { Icon } from "./icons.js";
import { useLinkTitle } from "./link-card.js";
import { DirectionMark, Ticking } from "./words.js";

const rowsMax = 3;
const previousMax = 3;

function dismiss(key: string): void {
  pops.set(pops.get().filter((one) => one.key !== key));
}

/** One call in full, the others in a line each; they have a place of their own on the page. */
export function ScreenPops(): JSX.Element {
  const all = useCell(pops);
  const [chosen, choose] = useState<string | undefined>(undefined);
  const shown = useRef<string | undefined>(undefined);
  shown.current = popInFull(all, chosen ?? shown.current);
  useEffect(() => { choose(undefined); }, [chosen]);
  const full = all.find((pop) => pop.key === shown.current);
  const others = all.filter((pop) => pop !== full);
  const newest = all.find((pop) => pop.endedAtMs === undefined && pop.answeredBy === undefined);
  return (
    <>
      <div class="hidden" role="status" aria-live="polite">
        {newest === undefined ? "" : t("pop.announce",
          { caller: callerTitle(newest), device: newest.device })}
      </div>
      {all.length === 0 ? null : (
        <section class="pops" aria-label={t("pop.region")}>
          {full === undefined ? null : <PopCard key={full.key} pop={full} />}
          {others.length === 0 ? null : <ul class="pop-rows">
            {others.slice(0, rowsMax).map((pop) => <PopRow key={pop.key} pop={pop}
              onChoose={() => { choose(pop.key); }} />)}</ul>}
          {all.length < 2 ? null : (
            <div class="pops-foot">
              <span>{others.length === 0 ? "" : plural("pop.more", others.length)}</span>
              <Button small onClick={() => { pops.set([]); }}>{t("pop.dismissAll")}</Button>
            </div>
          )}
        </section>
      )}
    </>
  );
}

function callerTitle(pop: Pop): string {
  return partyTitle(pop.caller) ?? t("common.withheld");
}

function popState(pop: Pop): "ended" | "answered" | "alerting" {
  return pop.endedAtMs !== undefined ? "ended"
    : pop.answeredBy !== undefined ? "answered" : "alerting";
}

function Dismiss(props: { readonly pop: Pop }): JSX.Element {
  return (
    <button type="button" class="icon-button" onClick={() => { dismiss(props.pop.key); }}
      aria-label={t("pop.dismiss")}><Icon name="close" /></button>
  );
}

const rowIcons = { alerting: "bell", answered: "calls", ended: "check" } as const;

function PopRow(props: { readonly pop: Pop; readonly onChoose: () => void }): JSX.Element {
  const { pop } = props;
  const state = popState(pop);
  const words = state === "ended" ? t("pop.ended")
    : pop.answeredBy === undefined ? `${t("pop.for")} ${pop.device}`
      : t("pop.answered", { device: pop.answeredBy });
  const line = <>
    <Icon name={rowIcons[state]} />
    <span class="pop-row-who"><strong>{callerTitle(pop)}</strong>
      <span class="muted">{words}</span></span>
  </>;
  return (
    <li class={`pop-row pop-${state}`}>
      {state === "alerting"
        ? <button type="button" class="pop-row-line" onClick={props.onChoose}>{line}</button>
        : <span class="pop-row-line">{line}</span>}
      <Dismiss pop={pop} />
    </li>
  );
}

function PopCard(props: { readonly pop: Pop }): JSX.Element {
  const { pop } = props;
  const call = useCell(picture).calls.get(pop.key);
  const number = partyNumber(pop.caller);
  const title = callerTitle(pop);
  const link = useLinkTitle(pop.link);
  return (
    <article class={`pop pop-${popState(pop)}`} aria-label={`${t("pop.incoming")}: ${title}`}>
      <header class="pop-head"><PopState pop={pop} /><Dismiss pop={pop} /></header>
      <p class="pop-caller">{title}</p>
      {number === undefined || number === title ? null : <p class="pop-number number">{number}</p>}
      <p class="pop-facts">
        {t("pop.for")} <strong>{partyTitle(pop.called) ?? pop.device}</strong>
        {partyNumber(pop.called) === pop.device ? "" : ` · ${pop.device}`}
        {" · "}<Ticking sinceMs={pop.atMs} />
      </p>
      <p class="pop-facts pop-link">{link}</p>
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
