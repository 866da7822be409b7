import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type Device, LinksService } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { type Fault, request } from "../api/client.js";
import { count } from "../text/format.js";
import { t } from "../text/language.js";
import { groupsOf } from "../state/agents.js";
import { agentsTurn } from "../state/feed.js";
import { AgentBadge, AgentControls } from "./agents.js";
import { Badge, Button, Empty, FaultNote, Skeleton, Table } from "./basics.js";
import { useCell } from "./hooks.js";
import { categoryWord } from "./words.js";

const pageSize = 100;

/** The devices of a link, with the reason and the next step where one is not monitored. */
export function DeviceTable(props: {
  readonly link: string;
  /** Changes when the link has learned or lost devices: the list is read again. */
  readonly learned: string;
}): JSX.Element {
  const [only, setOnly] = useState(false);
  const [devices, setDevices] = useState<readonly Device[] | undefined>(undefined);
  const [next, setNext] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const load = async (pageToken: string, before: readonly Device[]): Promise<void> => {
    const answer = await request(LinksService.method.listDevices,
      { link: props.link, onlyNotMonitored: only, pageSize, pageToken });
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    setDevices([...before, ...answer.value.devices]);
    setNext(answer.value.nextPageToken);
  };
  const turn = useCell(agentsTurn);
  useEffect(() => { void load("", []); }, [props.link, props.learned, only, turn]);
  const named = devices?.some((device) => device.name !== "") ?? false;
  return (
    <>
      <label class="check"><input type="checkbox" checked={only}
        onChange={(event) => { setOnly(event.currentTarget.checked); }} />{t("device.only")}</label>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {devices === undefined ? fault === undefined ? <Skeleton rows={4} /> : null
        : devices.length === 0
          ? <Empty icon="links" title={t(only ? "device.noneUnmonitored" : "device.none")} />
          : <Table label={t("device.title")} class="" head={[t("common.device"),
            ...(named ? [t("common.name")] : []), t("device.category"), t("common.state"),
            t("link.calls")]}>
            {devices.map((device) => <DeviceRow key={device.device} device={device} named={named}
              groups={groupsOf(devices, props.link)} />)}
          </Table>}
      {next === "" ? null : (
        <Button onClick={() => { void load(next, devices ?? []); }}>{t("common.more")}</Button>
      )}
    </>
  );
}

function DeviceRow(props: {
  readonly device: Device; readonly named: boolean; readonly groups: readonly Device[];
}): JSX.Element {
  const { device } = props;
  return (
    <tr>
      <th scope="row" class="number">{device.device}</th>
      {props.named ? <td>{device.name}</td> : null}
      <td>{categoryWord(device.category)}</td>
      <td>
        <span class="row">
          {device.monitored ? <Badge tone="good">{t("device.monitored")}</Badge>
            : <Badge tone="warn">{t("device.notMonitored")}</Badge>}
          {device.inService === false
            ? <Badge tone="bad">{t("device.outOfService")}</Badge> : null}
          <AgentBadge device={device} />
          <AgentControls device={device} groups={props.groups} />
        </span>
        {device.monitored ? null : <p class="reason">{device.notMonitoredReason}
          {device.notMonitoredAdvice === "" ? null
            : <span class="muted"> {device.notMonitoredAdvice}</span>}</p>}
      </td>
      <td class="number">{count(device.calls)}</td>
    </tr>
  );
}
