import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ConfigurationService } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { type Fault, request } from "../api/client.js";
import { dateTime, msOf } from "../text/format.js";
import { t } from "../text/language.js";
import { Button, Confirm, Dialog, Empty, FaultNote, Field, say, sayFault, Skeleton, Table } from
  "./basics.js";
import { useAnswer } from "./hooks.js";
import { PasswordField } from "./password-field.js";

const { method } = ConfigurationService;

/** The secrets that links name as store:NAME. They are set and forgotten, never shown. */
export function Secrets(): JSX.Element {
  const list = useAnswer(method.listSecrets, {}, []);
  const [setting, setSetting] = useState<string | undefined>(undefined);
  const [ending, setEnding] = useState<string | undefined>(undefined);
  const forget = async (name: string): Promise<void> => {
    setEnding(undefined);
    const answer = await request(method.deleteSecret, { name });
    if (answer.ok) say("good", t("config.secret.forgotten", { name }));
    else sayFault(answer.fault);
    list.reload();
  };
  if (list.value === undefined) {
    return list.fault === undefined ? <Skeleton /> : <FaultNote fault={list.fault} />;
  }
  const { secrets } = list.value;
  return (
    <>
      <p class="muted">{t("config.secrets.hint")}</p>
      {secrets.length === 0 ? <Empty icon="access" title={t("config.secrets.none")} /> : (
        <Table label={t("config.secrets")} head={[t("common.name"), t("config.secret.set.at"),
          t("config.secret.links"), ""]}>
          {secrets.map(({ name, setAt, links }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{dateTime(msOf(setAt))}</td>
              <td>{links.length === 0 ? "–" : links.join(", ")}</td>
              <td>
                <Button small onClick={() => { setSetting(name); }}>
                  {t("config.secret.replace")}</Button>
                {links.length > 0 ? null
                  : <Button small kind="danger" onClick={() => { setEnding(name); }}>
                    {t("config.secret.forget")}</Button>}
              </td>
            </tr>
          ))}
        </Table>
      )}
      <p><Button onClick={() => { setSetting(""); }}>{t("config.secret.add")}</Button></p>
      {setting === undefined ? null : <SetSecret name={setting}
        onClose={() => { setSetting(undefined); list.reload(); }} />}
      {ending === undefined ? null : (
        <Confirm title={t("config.secret.forget")} action={t("config.secret.forget")}
          text={t("config.secret.forget.ask", { name: ending })}
          onCancel={() => { setEnding(undefined); }}
          onConfirm={() => { void forget(ending); }} />
      )}
    </>
  );
}

/** `name` is empty for a new one. */
function SetSecret(props: {
  readonly name: string; readonly onClose: () => void;
}): JSX.Element {
  const [name, setName] = useState(props.name);
  const [value, setValue] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const answer = await request(method.setSecret, { name, value });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    const { links, restarted } = answer.value;
    const later = links.filter((link) => !restarted.includes(link)).join(", ");
    say("good", t("config.secret.done", { name }),
      later === "" ? "" : t("config.secret.later", { links: later }));
    props.onClose();
  };
  const title = props.name === "" ? t("config.secret.add") : t("config.secret.replace");
  return (
    <Dialog title={title} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <Field label={t("common.name")} hint={t("config.secret.name.hint")}>{(ids) => (
          <input {...ids} required maxLength={64} pattern="[a-z0-9\-]+" value={name}
            readOnly={props.name !== ""} autoComplete="off" autoCapitalize="none"
            spellcheck={false} onInput={(event) => { setName(event.currentTarget.value); }} />
        )}</Field>
        <PasswordField label={t("config.secret")} complete="new-password" value={value}
          onInput={setValue} />
        <div class="row end">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy}>{title}</Button>
        </div>
      </form>
    </Dialog>
  );
}
