import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type GetUpdateStatusResponse, SystemService, UpdateStage } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { type Fault, request } from "../api/client.js";
import { fieldMs } from "../state/period.js";
import { may } from "../state/session.js";
import { softwareActs } from "../state/software.js";
import { bytes, dateTime, msOf, timestampOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Button, Card, Confirm, FaultNote, Field, Note, say } from "./basics.js";
import { Fact } from "./fact.js";
import { useAnswer } from "./hooks.js";

const { getUpdateStatus, uploadUpdate, installUpdate, fetchUpdate, cancelUpdate } =
  SystemService.method;
const lookPeriodMs = 3_000;
const pieceBytes = 512 * 1024;

/** The appliance's own software; nothing where the gateway does not run on an appliance. */
export function Software(): JSX.Element | null {
  const first = useAnswer(getUpdateStatus, {}, []);
  return first.value === undefined ? null : <OnAppliance first={first.value} />;
}

function OnAppliance(props: { readonly first: GetUpdateStatusResponse }): JSX.Element {
  const status = useAnswer(getUpdateStatus, {}, [], lookPeriodMs);
  const now = status.value ?? props.first;
  const { install, fromStick, cancel } = softwareActs(now);
  return (
    <Card title={t("update.title")}>
      <State now={now} />
      {may(Role.ADMIN) ? <>
        {fromStick === undefined ? null
          : <FromStick version={fromStick} changed={status.reload} />}
        {install ? <Install changed={status.reload} /> : null}
        {cancel ? <Cancel changed={status.reload} /> : null}
      </> : null}
    </Card>
  );
}

function State(props: { readonly now: GetUpdateStatusResponse }): JSX.Element {
  const { now } = props;
  const time = now.notBefore === undefined ? "" : dateTime(msOf(now.notBefore));
  const stage = textOr(`update.stage.${UpdateStage[now.stage]}`, UpdateStage[now.stage], {
    bytes: bytes(now.uploadedBytes), version: now.version, percent: now.percent, time });
  return (
    <>
      <dl class="facts">
        <Fact label={t("update.version")}>{now.runningVersion}</Fact>
        <Fact label={t("update.slot")}>{now.slot}</Fact>
        <Fact label={t("update.secure")}>
          {t(now.secureBoot ? "update.secure.yes" : "update.secure.no")}</Fact>
        <Fact label={t("update.stage")}>{stage}</Fact>
        {now.failedVersion === "" ? null
          : <Fact label={t("update.failed")}>{now.failedVersion}</Fact>}
      </dl>
      {now.reasons.length === 0 ? null : <Note tone="warn">{now.reasons.join("; ")}</Note>}
    </>
  );
}

function Cancel(props: { readonly changed: () => void }): JSX.Element {
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  return (
    <>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <Button onClick={() => {
        void request(cancelUpdate, {}).then((answer) => {
          setFault(answer.ok ? undefined : answer.fault);
          props.changed();
        });
      }}>{t("update.cancel")}</Button>
    </>
  );
}

/** What waits on a stick for a yes. */
function FromStick(props: {
  readonly version: string; readonly changed: () => void;
}): JSX.Element {
  const { version, changed } = props;
  const [asked, setAsked] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const install = async (): Promise<void> => {
    setAsked(false);
    const answer = await request(installUpdate, { offered: true });
    setFault(answer.ok ? undefined : answer.fault);
    if (answer.ok) say("good", t("update.begun", { version: answer.value.version }));
    changed();
  };
  return (
    <>
      <Note tone="quiet">{t("update.stick", { version })}</Note>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <p class="row end"><Button onClick={() => { setAsked(true); }}>
        {t("update.stick.install", { version })}</Button></p>
      {asked ? <Confirm title={t("update.stick.install", { version })}
        text={t("update.stick.ask")} action={t("update.stick.install", { version })}
        onCancel={() => { setAsked(false); }} onConfirm={() => { void install(); }} /> : null}
    </>
  );
}

/** Pieces in order; gives what went wrong. */
async function upload(file: File, sent: (bytes: number) => void): Promise<Fault | undefined> {
  for (let offset = 0; offset < file.size; offset += pieceBytes) {
    const data = new Uint8Array(await file.slice(offset, offset + pieceBytes).arrayBuffer());
    const answer = await request(uploadUpdate, { offset: BigInt(offset), data });
    if (!answer.ok) return answer.fault;
    sent(offset + data.length);
  }
  return undefined;
}

function Install(props: { readonly changed: () => void }): JSX.Element {
  const [file, setFile] = useState<File | undefined>(undefined);
  const [url, setUrl] = useState("");
  const [notBeforeMs, setNotBeforeMs] = useState<number | undefined>(undefined);
  const [sentBytes, setSentBytes] = useState(0);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const when = notBeforeMs === undefined ? {} : { notBefore: timestampOf(notBeforeMs) };
  const install = async (): Promise<Fault | undefined> => {
    if (file === undefined) {
      const begun = await request(fetchUpdate, { url, ...when });
      return begun.ok ? undefined : begun.fault;
    }
    const cut = await upload(file, setSentBytes);
    if (cut !== undefined) return cut;
    const answer = await request(installUpdate, when);
    if (answer.ok) say("good", t("update.begun", { version: answer.value.version }));
    return answer.ok ? undefined : answer.fault;
  };
  const start = (): void => {
    if (busy || (file === undefined && url === "")) return;
    setBusy(true);
    setFault(undefined);
    void install().then((failed) => {
      setBusy(false);
      setFault(failed);
      props.changed();
    });
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); start(); }}>
      <p class="hint">{t("update.lead")}</p>
      <Field label={t("update.file")}>{(ids) => (
        <input {...ids} type="file" accept=".raucb"
          onChange={(event) => { setFile(event.currentTarget.files?.[0]); }} />)}</Field>
      <Field label={t("update.address")} hint={t("update.address.hint")}>{(ids) => (
        <input {...ids} type="url" value={url} disabled={file !== undefined}
          onInput={(event) => { setUrl(event.currentTarget.value.trim()); }} />)}</Field>
      <Field label={t("update.notBefore")} hint={t("update.notBefore.hint")}>{(ids) => (
        <input {...ids} type="datetime-local"
          onInput={(event) => { setNotBeforeMs(fieldMs(event.currentTarget.value)); }} />)}</Field>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <p class="row end">
        {busy && file !== undefined ? <span class="muted" aria-live="polite">
          {t("update.sent", { sent: bytes(BigInt(sentBytes)), total: bytes(BigInt(file.size)) })}
        </span> : null}
        <Button kind="primary" submit busy={busy} disabled={file === undefined && url === ""}>
          {t("update.start")}</Button>
      </p>
    </form>
  );
}
