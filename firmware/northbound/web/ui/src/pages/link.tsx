import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Capabilities, type Capability, type Link, type LinkCounters, LinksService, LinkState,
  Proven } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { nowMs, requestId } from "../clock.js";
import { request } from "../api/client.js";
import { Badge, Button, Card, Confirm, Empty, say, sayFault, Skeleton, Table, type Tone } from
  "../parts/basics.js";
import { DeviceTable } from "../parts/device-table.js";
import { FrameView } from "../parts/frame-view.js";
import { Fact } from "../parts/fact.js";
import { useCell } from "../parts/hooks.js";
import { linkTitle, peerTitle } from "../parts/link-card.js";
import { TerminalPanel } from "../parts/terminal.js";
import { Lines } from "../parts/verdict.js";
import { RawView } from "../parts/raw-view.js";
import { LinkBadge, Retry } from "../parts/words.js";
import { controlNames } from "../state/controls.js";
import { links } from "../state/feed.js";
import { triedDriver } from "../state/layout.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { bytes, count, msOf, recent } from "../text/format.js";
import { plural, t, textOr } from "../text/language.js";
import type { TextKey } from "../text/en.js";

export function LinkPage(props: { readonly id: string }): JSX.Element {
  const known = useCell(links);
  const link = known?.find((one) => one.id === props.id);
  if (known === undefined) return <><h1>{props.id}</h1><Skeleton rows={6} /></>;
  if (link === undefined) {
    return <><h1>{props.id}</h1><Empty icon="question" title={t("link.unknown")} />
      <p class="center"><a href={address("links")}>{t("nav.links")}</a></p></>;
  }
  return (
    <>
      <p class="crumb"><a href={address("links")}>{t("nav.links")}</a></p>
      <header class="page-head"><h1>{linkTitle(link)}</h1>
        {link.title === "" ? null : <code class="muted">{link.id}</code>}
        <LinkBadge state={link.state} />
        <Retry link={link} /></header>
      {link.reason === "" ? null : <p class="link-reason">{link.reason}</p>}
      {may(Role.OPERATOR) ? <LinkActions link={link} /> : null}
      <div class="columns even">
        <Card title={t("link.facts")}><Facts link={link} /></Card>
        <Card title={t("link.counters")}><Counters link={link} /></Card>
      </div>
      <Card title={t("link.capabilities")}>
        {link.capabilities === undefined ? <Skeleton />
          : <CapabilityTable capabilities={link.capabilities} />}
      </Card>
      <Card title={t("device.title")}>
        {link.devices === 0 ? null : <p>{t("device.share", { devices: count(link.devices),
          monitored: count(link.devices - link.devicesNotMonitored) })}</p>}
        <DeviceTable link={link.id}
          learned={`${link.devices} ${link.devicesNotMonitored}`} /></Card>
      {may(Role.ADMIN) && isPrinting(link) ? <Card title={t("nav.terminal")}>
        <p class="hint">{t("terminal.lead.link")}</p><TerminalPanel link={link.id} /></Card> : null}
      {may(Role.ADMIN) && keepsBytes(link) ? <Card title={t("link.raw")}>
        <RawView link={link.id} /></Card> : null}
      {may(Role.ADMIN) ? <Card title={t("link.frames")}><FrameView link={link.id} /></Card> : null}
    </>
  );
}

/** It only listens: what it hears is kept as it came. */
function keepsBytes({ capabilities }: Link): boolean {
  return capabilities !== undefined && !capabilities.rows.some(({ kind }) => kind !== "event");
}

/** Typing breaks no conversation. */
function isPrinting(link: Link): boolean {
  return (link.state === LinkState.UP || link.state === LinkState.DEGRADED) && keepsBytes(link);
}

type LinkAction = "restart" | "enable" | "disable" | "probe" | "resync";

async function perform(action: LinkAction, id: string): Promise<void> {
  const service = LinksService.method;
  if (action === "probe") {
    const answer = await request(service.probeLink, { id });
    if (!answer.ok) { sayFault(answer.fault); return; }
    const proven = answer.value.capabilities?.rows.filter((row) => row.proven === Proven.YES);
    say("good", t("link.probe.done", { count: count(proven?.length ?? 0) }));
    return;
  }
  if (action === "resync") {
    const answer = await request(service.resyncLink, { id });
    if (!answer.ok) sayFault(answer.fault);
    else say("good", plural("link.resync.done", answer.value.healed));
    return;
  }
  const methods = { restart: service.restartLink, enable: service.enableLink,
    disable: service.disableLink } as const;
  const answer = await request(methods[action], { id, requestId: requestId() });
  if (!answer.ok) sayFault(answer.fault);
  else say("good", t(`link.${action}.done`));
}

function LinkActions(props: { readonly link: Link }): JSX.Element {
  const { id, state, driver, capabilities } = props.link;
  const [busy, setBusy] = useState<LinkAction | undefined>(undefined);
  const [asking, setAsking] = useState<"restart" | "disable" | undefined>(undefined);
  const run = (action: LinkAction): void => {
    setAsking(undefined);
    setBusy(action);
    void perform(action, id).then(() => { setBusy(undefined); });
  };
  const probeable = capabilities?.rows.some((row) => row.kind !== "event") ?? false;
  const usable = state === LinkState.UP || state === LinkState.DEGRADED;
  const button = (action: LinkAction, ask = false): JSX.Element => (
    <Button busy={busy === action} disabled={busy !== undefined}
      onClick={() => {
        if (ask && (action === "restart" || action === "disable")) setAsking(action);
        else run(action);
      }}>{t(`link.${action}`)}</Button>
  );
  return (
    <div class="row actions">
      {state === LinkState.DISABLED ? button("enable")
        : <>{button("restart", true)}{button("disable", true)}</>}
      {usable && probeable ? button("probe") : null}
      {usable && capabilities?.snapshot === true ? button("resync") : null}
      {driver === triedDriver && may(Role.ADMIN) ? <a class="button"
        href={address("layout", id)}>{t("layout.open")}</a> : null}
      {asking === undefined ? null : (
        <Confirm title={t(`link.${asking}`)} text={t(`link.${asking}.ask`)}
          action={t(`link.${asking}`)} onCancel={() => { setAsking(undefined); }}
          onConfirm={() => { run(asking); }} />
      )}
    </div>
  );
}

function Facts(props: { readonly link: Link }): JSX.Element {
  const { link } = props;
  const { capabilities } = link;
  return (
    <dl class="facts">
      <Fact label={t("link.peer")}>{link.peerProduct === "" ? t("link.peerUnknown")
        : peerTitle(link)}</Fact>
      {link.title === "" ? null : <Fact label={t("link.title")}>{link.title}</Fact>}
      <Fact label={t("link.driver")}>{link.driverTitle} <code>{link.driver}</code></Fact>
      <Fact label={t("link.transport")}>{link.transport}</Fact>
      <Fact label={t("common.state")}>
        {t("common.since", { time: recent(msOf(link.since), nowMs()) })}</Fact>
      <Fact label={t("link.devices")}>{count(link.devices)}</Fact>
      {link.monitorLicences === undefined ? null : <Fact label={t("link.licences")}>
        {t(link.monitorLicences.learned ? "link.licences.learned" : "link.licences.configured",
          { used: count(link.monitorLicences.used),
            count: count(link.monitorLicences.count) })}</Fact>}
      <Fact label={t("link.calls")}>{count(link.calls)}</Fact>
      {capabilities === undefined ? null : <>
        <Fact label={t("link.snapshot")}>
          {t(capabilities.snapshot ? "common.yes" : "common.no")}</Fact>
        <Fact label={t("link.callIdentity")}>{capabilities.callIdentity === ""
          ? t("common.unknown")
          : textOr(`link.identity.${capabilities.callIdentity}`, capabilities.callIdentity)}</Fact>
        <Fact label={t("link.monitorsMax")}>{count(capabilities.monitorsMax)}</Fact>
        <Fact label={t("link.inFlightMax")}>{count(capabilities.requestsInFlightMax)}</Fact>
      </>}
    </dl>
  );
}

function Counters(props: { readonly link: Link }): JSX.Element {
  const { counters } = props.link;
  if (counters === undefined) return <Skeleton />;
  return (
    <dl class="facts">
      <Fact label={t("link.counter.events")}>{count(counters.events)}</Fact>
      <Fact label={t("link.counter.records")}>{count(counters.records)}</Fact>
      <Fact label={t("link.counter.bytesIn")}>{bytes(counters.bytesIn)}</Fact>
      <Fact label={t("link.counter.bytesOut")}>{bytes(counters.bytesOut)}</Fact>
      <Fact label={t("link.counter.garbageBytes")}>{bytes(counters.garbageBytes)}</Fact>
      <Fact label={t("link.counter.requests")}>{count(counters.requests)}</Fact>
      <Fact label={t("link.counter.requestsFailed")}>{count(counters.requestsFailed)}</Fact>
      <Fact label={t("link.counter.resyncs")}>{count(counters.resyncs)}</Fact>
      <Fact label={t("link.counter.opens")}>{count(counters.opens)}</Fact>
      <Fact label={t("link.counter.lastReceived")}>
        {recent(msOf(counters.lastReceivedAt), nowMs())}</Fact>
      <Reception link={props.link} counters={counters} />
    </dl>
  );
}

function Reception(props: {
  readonly link: Link; readonly counters: LinkCounters;
}): JSX.Element {
  const { link: { line, unkeptBytes, holding }, counters } = props;
  const unknown = t("doctor.lines.unknown");
  const reasons = Object.entries(counters.rejectedReasons)
    .sort(([, a], [, b]) => Number(b - a));
  return (
    <>
      {counters.lastRecordAt === undefined ? null : <Fact label={t("link.counter.lastRecord")}>
        {recent(msOf(counters.lastRecordAt), nowMs())}</Fact>}
      <Fact label={t("link.counter.rejected")}>{count(counters.rejected)}
        {reasons.length === 0 ? null : <details>
          <summary>{t("link.counter.rejected.reasons")}</summary>
          <ul>{reasons.map(([reason, times]) =>
            <li key={reason}>{reason}: {count(times)}</li>)}</ul>
        </details>}</Fact>
      <Fact label={t("link.counter.missed")}>{count(counters.recordsMissed)}</Fact>
      {line === undefined ? null : <>
        <Fact label={t("link.counter.damaged")}>
          {line.errorsCounted ? count(counters.damagedBytes) : unknown}</Fact>
        <Fact label={t("link.counter.breaks")}>
          {line.errorsCounted ? count(counters.breaks) : unknown}</Fact>
        <Fact label={t("doctor.lines")}>
          {line.signalsKnown ? <Lines lines={line} /> : unknown}</Fact>
      </>}
      {unkeptBytes === 0n ? null : <Fact label={t("link.counter.unkept")}>
        {bytes(unkeptBytes)}{holding ? ` (${t("link.holding")})` : ""}</Fact>}
    </>
  );
}

const findings: Readonly<Record<Proven, readonly [Tone, TextKey]>> = {
  [Proven.UNSPECIFIED]: ["quiet", "link.proven.unknown"],
  [Proven.YES]: ["good", "link.proven.yes"],
  [Proven.NO]: ["bad", "link.proven.no"],
  [Proven.NOT_TRIED]: ["quiet", "link.proven.notTried"],
};

function CapabilityTable(props: { readonly capabilities: Capabilities }): JSX.Element {
  const { rows } = props.capabilities;
  const services = rows.filter((row) => row.kind !== "event");
  const events = rows.filter((row) => row.kind === "event");
  return (
    <>
      {services.length === 0 ? <p>{t("calls.noServices")}</p> : (
        <Table label={t("link.capabilities")} head={[t("link.capability"),
          t("link.capability.how"), t("link.capability.proven"), t("link.capability.evidence")]}>
          {services.map((row) => <CapabilityRow key={row.subject} row={row} />)}
        </Table>
      )}
      {events.length === 0 ? null : <>
        <h3>{t("link.events")}</h3>
        <p class="row">{events.map((row) => <code key={row.subject}>{row.subject}</code>)}</p>
      </>}
    </>
  );
}

/** The page's own words for a service, where it has a button for it. */
function serviceWord(subject: string): string {
  const name = controlNames.find((one) => one === subject);
  return name !== undefined ? t(`action.${name}`) : subject === "makeCall" ? t("dial.submit")
    : subject === "setAgentState" ? t("agent.title")
      : subject === "snapshot" || subject === "routeing" || subject === "privateData"
        ? t(`link.${subject}`) : "";
}

function CapabilityRow(props: { readonly row: Capability }): JSX.Element {
  const { row } = props;
  const [tone, key] = findings[row.proven];
  return (
    <tr>
      <th scope="row"><code>{row.subject}</code> <span class="muted">{serviceWord(row.subject)}
      </span></th>
      <td>{row.how === "" ? "–" : textOr(`link.how.${row.how}`, row.how)}</td>
      <td><Badge tone={tone}>{t(key)}</Badge></td>
      <td class="muted">{row.evidence}</td>
    </tr>
  );
}
