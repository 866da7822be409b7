/** The agents of the links that can change an agent's state, and what one can ask of them. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService } from "../../../../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { type Device, LinksService } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentState } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { type Fault, request } from "../api/client.js";
import { requestId } from "../clock.js";
import { type AgentActionName, agentActions, agentsOf, freeStations, groupsOf, requestedStates }
  from "../state/agents.js";
import { offers } from "../state/controls.js";
import { agentsTurn, links } from "../state/feed.js";
import { may } from "../state/session.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Card, Dialog, FaultNote, Field, say, sayFault, type Tone } from
  "./basics.js";
import { useAnswer, useCell } from "./hooks.js";
import { linkTitle } from "./link-card.js";

interface Wish {
  readonly action: AgentActionName;
  readonly link: string;
  readonly device: string;
  readonly group: string;
  readonly reason: string;
}

async function send(wish: Wish): Promise<Fault | undefined> {
  const answer = await request(CallsService.method.setAgentState, {
    link: wish.link, device: wish.device, state: requestedStates[wish.action],
    acdGroup: wish.group, reason: wish.reason, requestId: requestId(),
  });
  if (!answer.ok) return answer.fault;
  say("good", t("action.sent",
    { action: `${wish.device} · ${t(`agent.${wish.action}`)}` }));
  return undefined;
}

const tones: Readonly<Record<AgentState, Tone>> = {
  [AgentState.UNSPECIFIED]: "quiet", [AgentState.NULL]: "quiet", [AgentState.NOT_READY]: "warn",
  [AgentState.READY]: "good", [AgentState.BUSY]: "info", [AgentState.WORKING_AFTER_CALL]: "info",
};

/** The state of the agent at a device, with the reason of a pause; nothing where there is none. */
export function AgentBadge(props: { readonly device: Device }): JSX.Element | null {
  const { agentState, agentReason } = props.device;
  const word = textOr(`device.agent.${agentState}`, "");
  return word === "" ? null : (
    <Badge tone={tones[agentState]} icon="account">
      {word}{agentReason === "" ? "" : ` (${agentReason})`}</Badge>
  );
}

/** The buttons for one agent; a pause asks for its reason, logging on for the queue. */
export function AgentControls(props: {
  readonly device: Device; readonly groups: readonly Device[];
}): JSX.Element | null {
  const { device, groups } = props;
  const capabilities = useCell(links)?.find((link) => link.id === device.link)?.capabilities;
  const [busy, setBusy] = useState<AgentActionName | undefined>(undefined);
  const [asking, setAsking] = useState<"pause" | "logOn" | undefined>(undefined);
  if (!may(Role.OPERATOR) || !offers(capabilities, "setAgentState")) return null;
  const run = async (action: AgentActionName): Promise<void> => {
    if (action === "pause" || action === "logOn") { setAsking(action); return; }
    setBusy(action);
    const fault = await send({ action, link: device.link, device: device.device, group: "",
      reason: "" });
    setBusy(undefined);
    if (fault !== undefined) sayFault(fault);
  };
  return (
    <div class="row controls" role="group"
      aria-label={t("agent.actionsOf", { device: device.device })}>
      {agentActions(device.agentState).map((action) => (
        <Button key={action} small busy={busy === action} disabled={busy !== undefined}
          onClick={() => { void run(action); }}>{t(`agent.${action}`)}</Button>
      ))}
      {asking === undefined ? null : (
        <WishDialog action={asking} link={device.link} stations={[device]} groups={groups}
          onClose={() => { setAsking(undefined); }} />
      )}
    </div>
  );
}

function WishDialog(props: {
  readonly action: "pause" | "logOn"; readonly link: string;
  readonly stations: readonly Device[]; readonly groups: readonly Device[];
  readonly onClose: () => void;
}): JSX.Element {
  const { action, link, stations, groups } = props;
  const [device, setDevice] = useState(stations[0]?.device ?? "");
  const [group, setGroup] = useState(groups[0]?.device ?? "");
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const submit = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const failed = await send({ action, link, device, reason: reason.trim(),
      group: action === "logOn" ? group : "" });
    setBusy(false);
    setFault(failed);
    if (failed === undefined) props.onClose();
  };
  return (
    <Dialog title={t(`agent.${action}.title`)} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <Choice label={t("common.device")} value={device} onChange={setDevice}
          devices={stations} />
        {action === "logOn"
          ? <Choice label={t("agent.group")} value={group} onChange={setGroup} devices={groups} />
          : <Field label={t("agent.reason")} hint={t("agent.reason.hint")}>{(ids) => (
            <input {...ids} type="text" autoComplete="off" value={reason}
              onInput={(event) => { setReason(event.currentTarget.value); }} />
          )}</Field>}
        <div class="row end">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy}>{t(`agent.${action}`)}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Choice(props: {
  readonly label: string; readonly value: string; readonly devices: readonly Device[];
  readonly onChange: (device: string) => void;
}): JSX.Element {
  return (
    <Field label={props.label}>{(ids) => (
      <select {...ids} value={props.value}
        onChange={(event) => { props.onChange(event.currentTarget.value); }}>
        {props.devices.map(({ device, name }) => (
          <option key={device} value={device}>{name === "" ? device : `${device} · ${name}`}
          </option>))}
      </select>
    )}</Field>
  );
}

/** The name of who sits there; empty where the PBX knows only the number. */
function agentName({ device, name, agent }: Device): string {
  return name !== "" ? name : agent === device ? "" : agent;
}

/** All agents in one place; nothing where no link knows agents. */
export function AgentsCard(): JSX.Element | null {
  const able = (useCell(links) ?? []).filter((link) => offers(link.capabilities, "setAgentState"));
  const turn = useCell(agentsTurn);
  const learned = able.map((link) => `${link.id} ${link.devices}`).join(" ");
  const devices = useAnswer(LinksService.method.listDevices, {}, [learned, turn]);
  const [adding, setAdding] = useState<string | undefined>(undefined);
  const all = (devices.value?.devices ?? [])
    .filter((device) => able.some((link) => link.id === device.link));
  const agents = agentsOf(all);
  const open = able.filter((link) => groupsOf(all, link.id).length > 0
    && freeStations(all, link.id).length > 0);
  if (agents.length === 0 && open.length === 0) return null;
  return (
    <Card title={t("agent.title")} aside={!may(Role.OPERATOR) ? undefined
      : <span class="row">{open.map((link) => (
        <Button key={link.id} small icon="account" onClick={() => { setAdding(link.id); }}>
          {open.length === 1 ? t("agent.logOn.title")
            : `${t("agent.logOn.title")} – ${linkTitle(link)}`}</Button>))}</span>}>
      {agents.length === 0 ? <p class="muted">{t("agent.none")}</p> : (
        <ul class="agents">
          {agents.map((device) => (
            <li key={`${device.link} ${device.device}`} class="agent">
              <span class="agent-who"><strong class="number">{device.device}</strong>
                <span>{agentName(device)}</span></span>
              <AgentBadge device={device} />
              <AgentControls device={device} groups={groupsOf(all, device.link)} />
            </li>
          ))}
        </ul>
      )}
      {adding === undefined ? null : (
        <WishDialog action="logOn" link={adding} stations={freeStations(all, adding)}
          groups={groupsOf(all, adding)} onClose={() => { setAdding(undefined); }} />
      )}
    </Card>
  );
}
