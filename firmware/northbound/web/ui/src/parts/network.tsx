import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { type GetNetworkResponse, SystemService } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { type Fault, request } from "../api/client.js";
import { draftOf, type NetworkDraft, pageAfter, settingsOf } from "../state/network.js";
import { dateTime, longLength, msOf } from "../text/format.js";
import { t } from "../text/language.js";
import { Button, Card, FaultNote, Field, Note, say } from "./basics.js";
import { Fact } from "./fact.js";
import { useAnswer, useNow } from "./hooks.js";

const { getNetwork, setNetwork, confirmNetwork } = SystemService.method;
const lookPeriodMs = 3_000;

/** The appliance's network; nothing where the gateway does not run on an appliance. */
export function Network(): JSX.Element | null {
  const first = useAnswer(getNetwork, {}, []);
  return first.value === undefined ? null : <OnAppliance first={first.value} />;
}

function OnAppliance(props: { readonly first: GetNetworkResponse }): JSX.Element {
  const status = useAnswer(getNetwork, {}, [], lookPeriodMs);
  const now = status.value ?? props.first;
  const { settings, addresses, takenBackAt } = now;
  return (
    <Card title={t("network.title")}>
      <dl class="facts">
        <Fact label={t("network.now")}>{addresses.join(", ") || t("network.none")}</Fact>
      </dl>
      {takenBackAt === undefined ? null : <Note tone="warn">
        {t("network.takenBack", { time: dateTime(msOf(takenBackAt)) })}</Note>}
      {now.previous === undefined
        ? <Settings key={JSON.stringify(draftOf(settings))} draft={draftOf(settings)}
          changed={status.reload} />
        : <Probation now={now} changed={status.reload} />}
    </Card>
  );
}

function Probation(props: {
  readonly now: GetNetworkResponse; readonly changed: () => void;
}): JSX.Element {
  const { now: { settings, previous, confirmBy }, changed } = props;
  const nowMs = useNow();
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const page = pageAfter(settings, location.port);
  const act = async (
    run: () => Promise<{ readonly ok: true } | { readonly ok: false; readonly fault: Fault }>,
    done: string,
  ): Promise<void> => {
    setBusy(true);
    const answer = await run();
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (answer.ok) say("good", done);
    changed();
  };
  const leftMs = Math.max(0, (msOf(confirmBy) ?? nowMs) - nowMs);
  return (
    <>
      <Note tone="warn"><span role="timer" aria-live="off">
        {t("network.probation", { time: longLength(leftMs / 1_000) })}</span></Note>
      <p>{t(page === undefined ? "network.go.dhcp" : "network.go")}</p>
      {page === undefined ? null : <p><a class="button" href={page}>{page}</a></p>}
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <p class="row end">
        <Button busy={busy} onClick={() => {
          void act(() => request(setNetwork, previous === undefined ? {}
            : { settings: settingsOf(draftOf(previous)) }), t("network.back.done"));
        }}>{t("network.back")}</Button>
        <Button kind="primary" busy={busy} onClick={() => {
          void act(() => request(confirmNetwork, {}), t("network.kept"));
        }}>{t("network.keep")}</Button>
      </p>
    </>
  );
}

function Settings(props: {
  readonly draft: NetworkDraft; readonly changed: () => void;
}): JSX.Element {
  const [draft, setDraft] = useState(props.draft);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const submit = async (): Promise<void> => {
    if (busy) return;
    setBusy(true);
    const answer = await request(setNetwork, { settings: settingsOf(draft) });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    say("good", t(answer.value.confirmBy === undefined ? "network.unchanged" : "network.begun"));
    props.changed();
  };
  const text = (name: Exclude<keyof NetworkDraft, "dhcp">, path: string, label: string,
    hint?: string): JSX.Element => (
    <Field label={label} {...hint === undefined ? {} : { hint }}
      error={fault?.fields.find((field) => field.path.startsWith(`settings.${path}`))?.message}>
      {(ids) => (
        <input {...ids} value={draft[name]} autoComplete="off" autoCapitalize="none"
          spellcheck={false} inputMode={name === "vlan" ? "numeric" : "text"}
          onInput={(event) => { setDraft({ ...draft, [name]: event.currentTarget.value }); }} />
      )}</Field>
  );
  return (
    <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      <p class="hint">{t("network.lead")}</p>
      <label class="check"><input type="checkbox" checked={draft.dhcp}
        onChange={(event) => { setDraft({ ...draft, dhcp: event.currentTarget.checked }); }} />
        {t("network.dhcp")}</label>
      <div class="form-grid">
        {draft.dhcp ? null : <>
          {text("address", "address", t("network.address"), "192.0.2.10/24")}
          {text("gateway", "gateway", t("network.gateway"), "192.0.2.1")}
          {text("dns", "dns", t("network.dns"), "192.0.2.53")}
        </>}
        {text("vlan", "vlan", t("network.vlan"), t("network.vlan.hint"))}
        {text("timeServers", "time_servers", t("network.time"), t("network.time.hint"))}
        {text("hostName", "host_name", t("network.host"), t("network.host.hint"))}
        {text("proxy", "proxy", t("network.proxy"), t("network.proxy.hint"))}
      </div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <p class="row end"><Button kind="primary" submit busy={busy}>{t("network.set")}</Button></p>
    </form>
  );
}
