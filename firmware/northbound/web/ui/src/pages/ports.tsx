import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Port, PortKind, PortsService }
  from "../../../../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { Badge, Button, Card, Empty, FaultNote, Field, Note, Skeleton } from "../parts/basics.js";
import { CopyButton } from "../parts/copy-button.js";
import { Doctor } from "../parts/doctor.js";
import { Fact } from "../parts/fact.js";
import { useAnswer } from "../parts/hooks.js";
import { useLinkTitle } from "../parts/link-card.js";
import { TerminalPanel } from "../parts/terminal.js";
import { TerminalRequests } from "../parts/terminal-requests.js";
import { stableAddress, typedAddress } from "../state/examination.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { t } from "../text/language.js";

/** The unit's serial ports, asked for again on demand only: adapters rarely move. */
export function PortsPage(): JSX.Element {
  const list = useAnswer(PortsService.method.listPorts, {}, []);
  const ports = list.value?.ports;
  return (
    <>
      <header class="page-head"><h1>{t("nav.ports")}</h1>
        <span class="end"><Button icon="refresh" busy={list.loading} onClick={list.reload}>
          {t("ports.refresh")}</Button></span></header>
      <p class="hint">{t("ports.lead")}</p>
      {may(Role.OPERATOR) ? <TerminalRequests />
        : <Note tone="warn">{t("ports.viewer")}</Note>}
      {list.fault === undefined ? null : <FaultNote fault={list.fault} />}
      {ports === undefined ? <Skeleton rows={4} />
        : ports.length === 0 ? <Empty icon="ports" title={t("ports.none")}
          advice={t("ports.none.advice")} />
        : <ul class="link-cards">{ports.map((port) => (
          <li key={port.socketAddress || port.path}><PortCard port={port} /></li>))}</ul>}
      {may(Role.OPERATOR) ? <Card title={t("ports.other")}><OtherPort /></Card> : null}
    </>
  );
}

function PortCard(props: { readonly port: Port }): JSX.Element {
  const { port } = props;
  const link = useLinkTitle(port.link);
  return (
    <Card title={port.adapter} class="port" aside={port.link === ""
      ? <Badge tone="good">{t("ports.free")}</Badge>
      : <Badge tone="info" icon="links">
        <a href={address("links", port.link)}>{t("ports.used", { link })}</a></Badge>}>
      <dl class="facts">
        <Fact label={t("ports.file")}>{stableAddress(port) === port.path
          ? <Copied text={port.path} /> : <code>{port.path}</code>}</Fact>
        {port.adapterAddress === "" ? null
          : <Fact label={t("ports.address")}><Copied text={port.adapterAddress} /></Fact>}
        {port.socketAddress === "" ? null
          : <Fact label={t("ports.socket")}><Copied text={port.socketAddress} /></Fact>}
      </dl>
      {port.link !== "" ? <p class="hint">{t("ports.used.hint")}</p>
        : port.kind === PortKind.HID || port.kind === PortKind.VENDOR
          ? <p class="hint">{t(port.kind === PortKind.HID ? "ports.hid" : "ports.vendor")}</p>
        : <div class="row">{may(Role.OPERATOR) ? <a class="button primary"
          href={address("ports", stableAddress(port))}>{t("ports.ask")}
          <span class="hidden"> {port.path}</span></a> : null}
        {may(Role.ADMIN) ? <a class="button" href={address("terminal", stableAddress(port))}>
          {t("nav.terminal")}<span class="hidden"> {port.path}</span></a> : null}</div>}
    </Card>
  );
}

function Copied(props: { readonly text: string }): JSX.Element {
  return <span class="row"><code>{props.text}</code>
    <CopyButton small text={props.text} what={props.text} /></span>;
}

function OtherPort(): JSX.Element {
  const [typed, setTyped] = useState("");
  const port = typedAddress(typed);
  return (
    <form class="port-other" onSubmit={(event) => {
      event.preventDefault();
      if (port !== "") location.hash = address("ports", port);
    }}>
      <Field label={t("ports.other.label")} hint={t("ports.other.hint")}>{(ids) => (
        <input {...ids} required maxLength={200} autoComplete="off" autoCapitalize="none"
          spellcheck={false} value={typed}
          onInput={(event) => { setTyped(event.currentTarget.value); }} />
      )}</Field>
      <Button kind="primary" submit>{t("ports.ask")}</Button>
      {may(Role.ADMIN) ? <Button disabled={port === ""} onClick={() => {
        location.hash = address("terminal", port);
      }}>{t("nav.terminal")}</Button> : null}
    </form>
  );
}

/** A terminal on one port. */
export function PortTerminalPage(props: { readonly port: string }): JSX.Element {
  return (
    <>
      <p class="crumb"><a href={address("ports")}>{t("nav.ports")}</a></p>
      <header class="page-head"><h1>{t("nav.terminal")}</h1><code>{props.port}</code></header>
      {may(Role.ADMIN) ? <>
        <p class="hint">{t("terminal.lead.port")}</p>
        <TerminalPanel port={props.port} />
      </> : <Note tone="warn">{t("terminal.admin")}</Note>}
    </>
  );
}

/** What speaks at one port. Coming here begins to listen. */
export function PortPage(props: { readonly port: string }): JSX.Element {
  return (
    <>
      <p class="crumb"><a href={address("ports")}>{t("nav.ports")}</a></p>
      <header class="page-head"><h1>{t("ports.ask")}</h1><code>{props.port}</code></header>
      {may(Role.OPERATOR) ? <Doctor port={props.port} />
        : <Note tone="warn">{t("ports.viewer")}</Note>}
    </>
  );
}
