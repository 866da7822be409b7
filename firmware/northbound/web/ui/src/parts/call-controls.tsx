/** The buttons for one connection of a call, and the dialog of those that need a number. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import type { Call, Connection } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { send } from "../api/controls.js";
import { type ControlName, controlsFor, inputs } from "../state/controls.js";
import { links, picture } from "../state/feed.js";
import { callsOf } from "../state/picture.js";
import { may, myDevice } from "../state/session.js";
import { t } from "../text/language.js";
import { Button, Dialog, faultAdvice, faultMessage, FaultNote, Field, say } from "./basics.js";
import { DialPreview } from "./dial-preview.js";
import type { Fault } from "../api/client.js";
import { useCell } from "./hooks.js";
import type { IconName } from "./icons.js";

const looks: Readonly<Partial<Record<ControlName,
  { readonly icon: IconName; readonly kind?: "answer" | "danger" }>>> = {
  answerCall: { icon: "calls", kind: "answer" },
  directedPickupCall: { icon: "calls" },
  clearConnection: { icon: "close", kind: "danger" },
  clearCall: { icon: "close", kind: "danger" },
  holdCall: { icon: "pause" },
  retrieveCall: { icon: "calls" },
  singleStepTransferCall: { icon: "right" },
  deflectCall: { icon: "right" },
};

/** Shown only on demand, so that the frequent controls stand out. */
const rare: ReadonlySet<ControlName> = new Set(["consultationCall", "singleStepConference",
  "generateDigits", "parkCall", "clearCall", "reconnectCall", "alternateCall"]);

function useControls(call: Call, connection: Connection): readonly ControlName[] {
  const known = useCell(links);
  const mine = useCell(myDevice);
  const calls = callsOf(useCell(picture));
  if (!may(Role.OPERATOR)) return [];
  const capabilities = known?.find((link) => link.id === call.link)?.capabilities;
  const device = mine?.link === call.link ? mine.device : undefined;
  return controlsFor(connection, call, calls, capabilities, device);
}

export function CallControls(props: {
  readonly call: Call; readonly connection: Connection;
  /** Only these, in their order; without it all that apply. */
  readonly only?: readonly ControlName[];
}): JSX.Element | null {
  const { call, connection } = props;
  const offered = useControls(call, connection);
  const [busy, setBusy] = useState<ControlName | undefined>(undefined);
  const [asking, setAsking] = useState<ControlName | undefined>(undefined);
  const shown = props.only === undefined ? offered
    : props.only.filter((name) => offered.includes(name));
  if (shown.length === 0 && asking === undefined) return null;
  const run = async (name: ControlName): Promise<void> => {
    setBusy(name);
    const fault = await sendNow(name, call, connection, "");
    setBusy(undefined);
    if (fault !== undefined) {
      say("bad", t("action.failed", { action: t(`action.${name}`), message: faultMessage(fault) }),
        faultAdvice(fault));
    }
  };
  const button = (name: ControlName): JSX.Element => (
    <Button key={name} small busy={busy === name} disabled={busy !== undefined} {...looks[name]}
      onClick={() => { if (inputs[name] === undefined) void run(name); else setAsking(name); }}>
      {t(`action.${name}`)}
    </Button>
  );
  const rest = shown.filter((name) => rare.has(name));
  return (
    <div class="row controls">
      {shown.filter((name) => !rare.has(name)).map(button)}
      {rest.length === 0 ? null : (
        <details class="more-controls">
          <summary class="button small">{t("common.moreActions")}</summary>
          <div class="row controls">{rest.map(button)}</div>
        </details>
      )}
      {asking === undefined ? null : (
        <InputDialog name={asking} call={call} connection={connection}
          onClose={() => { setAsking(undefined); }} />
      )}
    </div>
  );
}

async function sendNow(
  name: ControlName, call: Call, connection: Connection, input: string,
): Promise<Fault | undefined> {
  const answer = await send(name, {
    call, connection, calls: callsOf(picture.get()), myDevice: myDevice.get()?.device ?? "",
  }, input);
  if (!answer.ok) return answer.fault;
  say("good", t("action.sent", { action: t(`action.${name}`) }));
  return undefined;
}

const inputLabels = {
  number: "action.to", digits: "action.digits", park: "action.parkTo",
} as const;

function InputDialog(props: {
  readonly name: ControlName; readonly call: Call; readonly connection: Connection;
  readonly onClose: () => void;
}): JSX.Element {
  const kind = inputs[props.name] ?? "number";
  const [value, setValue] = useState("");
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const submit = async (): Promise<void> => {
    if (busy || (value.trim() === "" && kind !== "park")) return;
    setBusy(true);
    const failed = await sendNow(props.name, props.call, props.connection, value.trim());
    setBusy(false);
    setFault(failed);
    if (failed === undefined) props.onClose();
  };
  return (
    <Dialog title={t(`action.${props.name}`)} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <Field label={t(inputLabels[kind])}>{(ids) => (
          <input {...ids} type="text" inputMode="tel" autoComplete="off" value={value}
            onInput={(event) => { setValue(event.currentTarget.value); }} />
        )}</Field>
        {kind === "number" ? <DialPreview link={props.call.link} number={value} /> : null}
        <div class="row end">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy}>{t(`action.${props.name}`)}</Button>
        </div>
      </form>
    </Dialog>
  );
}
