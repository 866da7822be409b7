import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AccessService, Role, type Token } from
  "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Fault, request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { dateTime, msOf, recent, timestampOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Button, Confirm, Dialog, Empty, FaultNote, Field, Note, say, sayFault, Skeleton, Table }
  from "./basics.js";
import { CopyButton } from "./copy-button.js";
import { useAnswer } from "./hooks.js";
import { RoleSelect } from "./users.js";

const dayMs = 86_400_000;

export function Tokens(): JSX.Element {
  const list = useAnswer(AccessService.method.listTokens, {}, []);
  const [adding, setAdding] = useState(false);
  const [ending, setEnding] = useState<Token | undefined>(undefined);
  const revoke = async (token: Token): Promise<void> => {
    setEnding(undefined);
    const answer = await request(AccessService.method.revokeToken, { id: token.id });
    if (answer.ok) say("good", t("access.revoked", { name: token.name }));
    else sayFault(answer.fault);
    list.reload();
  };
  if (list.value === undefined) {
    return list.fault === undefined ? <Skeleton /> : <FaultNote fault={list.fault} />;
  }
  const { tokens } = list.value;
  return (
    <>
      {tokens.length === 0 ? <Empty icon="access" title={t("access.token.none")} /> : (
        <Table label={t("access.tokens")} head={[t("common.name"), t("common.role"),
          t("access.token.by"), t("access.token.expires"), t("access.token.used"), ""]}>
          {tokens.map((token) => (
            <tr key={token.id}>
              <th scope="row">{token.name}</th>
              <td>{textOr(`access.role.${token.role}`, "")}</td>
              <td>{token.createdBy}</td>
              <td>{token.expiresAt === undefined ? "–" : dateTime(msOf(token.expiresAt))}</td>
              <td>{token.usedAt === undefined ? t("access.user.never")
                : recent(msOf(token.usedAt), nowMs())}</td>
              <td><Button small kind="danger" onClick={() => { setEnding(token); }}>
                {t("access.token.revoke")}</Button></td>
            </tr>
          ))}
        </Table>
      )}
      <p><Button kind="primary" onClick={() => { setAdding(true); }}>
        {t("access.token.add")}</Button></p>
      {adding ? <AddToken onClose={() => { setAdding(false); list.reload(); }} /> : null}
      {ending === undefined ? null : (
        <Confirm title={t("access.token.revoke")} action={t("access.token.revoke")}
          text={t("access.token.revoke.ask", { name: ending.name })}
          onCancel={() => { setEnding(undefined); }}
          onConfirm={() => { void revoke(ending); }} />
      )}
    </>
  );
}

function AddToken(props: { readonly onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [role, setRole] = useState<Role>(Role.VIEWER);
  const [days, setDays] = useState("365");
  const [secret, setSecret] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const answer = await request(AccessService.method.createToken, { name: name.trim(), role,
      ...(days === "" ? {} : { expiresAt: timestampOf(nowMs() + Number(days) * dayMs) }) });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (answer.ok) setSecret(answer.value.secret);
  };
  return (
    <Dialog title={t("access.token.add")} onClose={props.onClose}>
      {secret === "" ? (
        <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          {fault === undefined ? null : <FaultNote fault={fault} />}
          <Field label={t("access.token.name")}>{(ids) => (
            <input {...ids} required maxLength={80} value={name} autoComplete="off"
              onInput={(event) => { setName(event.currentTarget.value); }} />
          )}</Field>
          <Field label={t("common.role")}>{(ids) => (
            <RoleSelect id={ids.id} value={role} onChange={setRole} hints />
          )}</Field>
          <Field label={t("access.token.days")}>{(ids) => (
            <input {...ids} type="number" min={1} max={3_650} value={days}
              onInput={(event) => { setDays(event.currentTarget.value); }} />
          )}</Field>
          <div class="row end">
            <Button onClick={props.onClose}>{t("common.cancel")}</Button>
            <Button kind="primary" submit busy={busy}>{t("access.token.add")}</Button>
          </div>
        </form>
      ) : <Secret secret={secret} onClose={props.onClose} />}
    </Dialog>
  );
}

function Secret(props: { readonly secret: string; readonly onClose: () => void }): JSX.Element {
  return (
    <>
      <Note tone="warn">{t("access.token.secret")}</Note>
      <pre class="secret" tabIndex={0}>{props.secret}</pre>
      <div class="row end">
        <CopyButton text={props.secret} />
        <Button kind="primary" onClick={props.onClose}>{t("common.close")}</Button>
      </div>
    </>
  );
}
