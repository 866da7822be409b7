import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type ComponentHealth, type GetHealthResponse, type HostHealth, type ScrubResponse,
  SystemService } from "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { downloadAddress, type Fault, type Stream, watch } from "../api/client.js";
import { every, nowMs } from "../clock.js";
import { AuditLog } from "../parts/audit-log.js";
import { Badge, Button, Card, FaultNote, Note, Skeleton, Table, type Tone } from
  "../parts/basics.js";
import { Fact } from "../parts/fact.js";
import { useAnswer } from "../parts/hooks.js";
import { Icon } from "../parts/icons.js";
import { Network } from "../parts/network.js";
import { Software } from "../parts/software.js";
import { may } from "../state/session.js";
import { bytes, count, longLength, msOf, percent, recent } from "../text/format.js";
import { plural, t, textOr } from "../text/language.js";

const healthPeriodMs = 5_000;

export function SystemPage(): JSX.Element {
  const version = useAnswer(SystemService.method.getVersion, {}, []);
  const health = useAnswer(SystemService.method.getHealth, {}, []);
  useEffect(() => every(healthPeriodMs, health.reload), []);
  const unit = version.value;
  return (
    <>
      <header class="page-head"><h1>{t("system.title")}</h1></header>
      {version.fault === undefined ? null : <FaultNote fault={version.fault} />}
      {health.fault === undefined ? null : <FaultNote fault={health.fault} />}
      <div class="columns even">
        <Card title={unit === undefined ? t("system.unit") : unit.unit}>
          {unit === undefined ? <Skeleton /> : (
            <dl class="facts">
              <Fact label={t("system.version")}>{unit.version}</Fact>
              <Fact label={t("system.runtime")}>{unit.runtime}</Fact>
              <Fact label={t("system.started")}>{recent(msOf(unit.startedAt), nowMs())}</Fact>
            </dl>
          )}
          {health.value === undefined ? <Skeleton /> : <StoreFacts health={health.value} />}
        </Card>
        <Card title={t("system.host")}>
          {health.value?.host === undefined ? <Skeleton rows={5} />
            : <Host host={health.value.host} />}
        </Card>
      </div>
      <Software />
      {may(Role.ADMIN) ? <Network /> : null}
      <Card title={t("system.components")}>
        {health.value === undefined ? <Skeleton rows={6} />
          : <Components components={health.value.components} />}
      </Card>
      {may(Role.ADMIN) ? <>
        <div class="columns even">
          <Card title={t("system.backup")}>
            <p class="hint">{t("system.backup.lead")}</p>
            <a class="button" download href={downloadAddress(SystemService.method.backup, {})}>
              <Icon name="download" />{t("system.backup.save")}</a>
          </Card>
          <Card title={t("system.support")}>
            <p class="hint">{t("system.support.lead")}</p>
            <a class="button" download
              href={downloadAddress(SystemService.method.supportBundle, {})}>
              <Icon name="download" />{t("system.support.save")}</a>
          </Card>
        </div>
        <Card title={t("system.scrub")}><Scrub /></Card>
        <Card title={t("system.audit")}><AuditLog /></Card>
      </> : null}
    </>
  );
}

function StoreFacts(props: { readonly health: GetHealthResponse }): JSX.Element {
  const { health } = props;
  return (
    <dl class="facts">
      <Fact label={t("system.storeBytes")}>{bytes(health.storeBytes)}</Fact>
      <Fact label={t("system.journal")}>{count(health.journalPosition)}</Fact>
      <Fact label={t("system.event")}>{count(health.eventNumber)}</Fact>
      <Fact label={t("system.watchers")}>{count(health.watchers)}</Fact>
    </dl>
  );
}

/** A share from 0 to 1, as a meter with its words. */
function Gauge(props: {
  readonly label: string; readonly share: number; readonly text: string;
}): JSX.Element {
  const share = Math.min(1, Math.max(0, props.share));
  return (
    <div class="gauge">
      <span>{props.label}</span><span class="number">{props.text}</span>
      <meter aria-label={props.label} min={0} max={1} low={0.7} high={0.9} optimum={0}
        value={share}>{percent(share)}</meter>
    </div>
  );
}

function Host(props: { readonly host: HostHealth }): JSX.Element {
  const { host } = props;
  const share = (used: bigint, all: bigint): number => all === 0n ? 0 : Number(used) / Number(all);
  const diskUsed = host.diskTotalBytes - host.diskFreeBytes;
  return (
    <>
      <Gauge label={t("system.cpu")} share={host.cpuLoad} text={percent(host.cpuLoad)} />
      <Gauge label={t("system.memory")} share={share(host.memoryUsedBytes, host.memoryTotalBytes)}
        text={t("system.of", { used: bytes(host.memoryUsedBytes),
          total: bytes(host.memoryTotalBytes) })} />
      <Gauge label={t("system.disk")} share={share(diskUsed, host.diskTotalBytes)}
        text={t("system.of", { used: bytes(diskUsed), total: bytes(host.diskTotalBytes) })} />
      <dl class="facts">
        <Fact label={t("system.resident")}>{bytes(host.residentBytes)}</Fact>
        {host.temperatureCelsius === undefined ? null
          : <Fact label={t("system.temperature")}>{count(host.temperatureCelsius)} °C</Fact>}
        <Fact label={t("system.uptime")}>{longLength(Number(host.uptimeSeconds))}</Fact>
      </dl>
    </>
  );
}

const tones: Readonly<Record<string, Tone>> = { ok: "good", degraded: "warn", failed: "bad" };

function Components(props: { readonly components: readonly ComponentHealth[] }): JSX.Element {
  return (
    <Table label={t("system.components")} class="tree" head={[t("system.component"),
      t("common.state"), t("system.restarts")]}>
      {props.components.map((one) => {
        const parts = one.component.split("/");
        const depth = Math.min(parts.length - 1, 4);
        return (
          <tr key={one.component}>
            <th scope="row"><span class={`depth depth-${depth}`}>{parts.at(-1)}</span></th>
            <td><Badge tone={tones[one.status] ?? "quiet"}>
              {textOr(`system.status.${one.status}`, one.status)}</Badge>
              {one.reason === "" ? null : <span class="reason"> {one.reason}</span>}</td>
            <td class="number">{count(one.restarts)}</td>
          </tr>
        );
      })}
    </Table>
  );
}

function Scrub(): JSX.Element {
  const [progress, setProgress] = useState<ScrubResponse | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const stream = useRef<Stream | undefined>(undefined);
  useEffect(() => () => { stream.current?.close(); }, []);
  const start = (): void => {
    setBusy(true);
    setFault(undefined);
    setProgress(undefined);
    stream.current = watch(SystemService.method.scrub, () => ({}), {
      message(next) {
        setProgress(next);
        if (next.finished) { setBusy(false); stream.current?.close(); }
      },
      state(state) { if (state === "ended") setBusy(false); },
      fault: setFault,
    });
  };
  return (
    <>
      <p class="hint">{t("system.scrub.lead")}</p>
      <Button busy={busy} onClick={start}>{t("system.scrub.start")}</Button>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <div aria-live="polite">
        {progress === undefined ? null : <>
          <p class="muted">{t("system.scrub.progress", { values: count(progress.valuesChecked),
            entries: count(progress.entriesChecked) })}</p>
          {!progress.finished ? null : progress.damages.length === 0
            ? <Note tone="good">{t("system.scrub.clean")}</Note>
            : <Note tone="bad">{plural("system.scrub.damages", progress.damages.length)}
              <ul>{progress.damages.map((damage) => (
                <li key={`${damage.space} ${damage.keyHex}`}><code>{damage.space}</code>{" "}
                  <code>{damage.keyHex}</code> {damage.problem}</li>))}</ul></Note>}
        </>}
      </div>
    </>
  );
}
