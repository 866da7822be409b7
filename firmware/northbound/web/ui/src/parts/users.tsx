import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AccessService, Role, type User } from
  "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Answer, type Fault, request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { session } from "../state/session.js";
import { msOf, recent } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Confirm, Dialog, FaultNote, Field, say, sayFault, Skeleton, Table } from
  "./basics.js";
import { useAnswer, useCell } from "./hooks.js";
import { PasswordField } from "./password-field.js";

const roles = [Role.VIEWER, Role.OPERATOR, Role.ADMIN] as const;

export function RoleSelect(props: {
  readonly value: Role; readonly onChange: (role: Role) => void; readonly id?: string;
  readonly label?: string; readonly hints?: boolean;
}): JSX.Element {
  return (
    <select value={String(props.value)} {...(props.id === undefined ? {} : { id: props.id })}
      {...(props.label === undefined ? {} : { "aria-label": props.label })}
      onChange={(event) => {
        props.onChange(roles[event.currentTarget.selectedIndex] ?? Role.VIEWER);
      }}>
      {roles.map((role) => (
        <option key={role} value={String(role)}>{textOr(`access.role.${role}`, "")}
          {props.hints === true ? ` – ${textOr(`access.role.${role}.hint`, "")}` : ""}</option>))}
    </select>
  );
}

type Asking = { readonly what: "add" }
  | { readonly what: "delete" | "reset"; readonly name: string };

export function Users(): JSX.Element {
  const list = useAnswer(AccessService.method.listUsers, {}, []);
  const [asking, setAsking] = useState<Asking | undefined>(undefined);
  const close = (): void => { setAsking(undefined); };
  const finish = (answer: Answer<unknown>, text: string): void => {
    if (answer.ok) say("good", text); else sayFault(answer.fault);
    list.reload();
  };
  const remove = async (name: string): Promise<void> => {
    close();
    finish(await request(AccessService.method.deleteUser, { name }),
      t("access.user.deleted", { name }));
  };
  const update = async (name: string, change: { role?: Role; disabled?: boolean }) => {
    finish(await request(AccessService.method.updateUser, { name, ...change }),
      t("access.user.changed", { name }));
  };
  if (list.value === undefined) {
    return list.fault === undefined ? <Skeleton /> : <FaultNote fault={list.fault} />;
  }
  return (
    <>
      <Table label={t("access.users")} head={[t("common.name"), t("common.role"),
        t("common.state"), t("access.user.lastSeen"), ""]}>
        {list.value.users.map((user) => (
          <UserRow key={user.name} user={user} onAsk={setAsking}
            onUpdate={(change) => { void update(user.name, change); }} />
        ))}
      </Table>
      <p><Button kind="primary" icon="account" onClick={() => { setAsking({ what: "add" }); }}>
        {t("access.user.add")}</Button></p>
      {asking?.what === "add" ? <AddUser onClose={() => { close(); list.reload(); }} /> : null}
      {asking?.what === "reset" ? <ResetPassword name={asking.name} onClose={close} /> : null}
      {asking?.what === "delete" ? (
        <Confirm title={t("access.user.delete")} action={t("access.user.delete")}
          text={t("access.user.delete.ask", { name: asking.name })} onCancel={close}
          onConfirm={() => { void remove(asking.name); }} />
      ) : null}
    </>
  );
}

function UserRow(props: {
  readonly user: User; readonly onAsk: (asking: Asking) => void;
  readonly onUpdate: (change: { role?: Role; disabled?: boolean }) => void;
}): JSX.Element {
  const { user } = props;
  const now = useCell(session);
  const self = now.name === "in" && now.who.name === user.name;
  return (
    <tr>
      <th scope="row">{user.name}</th>
      <td>{self ? textOr(`access.role.${user.role}`, "")
        : <RoleSelect value={user.role} label={`${t("common.role")} ${user.name}`}
          onChange={(role) => { props.onUpdate({ role }); }} />}</td>
      <td><span class="row">{user.disabled
        ? <Badge tone="quiet">{t("access.user.disabled")}</Badge>
        : <Badge tone="good">{t("access.user.enabled")}</Badge>}
        {user.mustChangePassword
          ? <Badge tone="warn">{t("access.user.mustChange")}</Badge> : null}</span></td>
      <td>{user.signedInAt === undefined ? t("access.user.never")
        : recent(msOf(user.signedInAt), nowMs())}</td>
      <td>{self ? null : <span class="row end">
        <Button small onClick={() => { props.onUpdate({ disabled: !user.disabled }); }}>
          {t(user.disabled ? "access.user.enable" : "access.user.disable")}</Button>
        <Button small onClick={() => { props.onAsk({ what: "reset", name: user.name }); }}>
          {t("access.user.reset")}</Button>
        <Button small kind="danger"
          onClick={() => { props.onAsk({ what: "delete", name: user.name }); }}>
          {t("access.user.delete")}</Button></span>}</td>
    </tr>
  );
}

function AddUser(props: { readonly onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [role, setRole] = useState<Role>(Role.VIEWER);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const answer = await request(AccessService.method.createUser,
      { name: name.trim().toLowerCase(), password, role });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    say("good", t("access.user.created", { name: answer.value.user?.name ?? name }));
    props.onClose();
  };
  return (
    <Dialog title={t("access.user.add")} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <Field label={t("access.user.name")} hint={t("access.user.name.hint")}>{(ids) => (
          <input {...ids} autoComplete="off" autoCapitalize="none" spellcheck={false} required
            maxLength={64} value={name}
            onInput={(event) => { setName(event.currentTarget.value); }} />
        )}</Field>
        <PasswordField label={t("access.user.password")} hint={t("access.password.hint")}
          value={password} onInput={setPassword} complete="new-password" />
        <Field label={t("common.role")}>{(ids) => (
          <RoleSelect id={ids.id} value={role} onChange={setRole} hints />
        )}</Field>
        <div class="row end">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy}>{t("access.user.add")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function ResetPassword(props: {
  readonly name: string; readonly onClose: () => void;
}): JSX.Element {
  const [password, setPassword] = useState("");
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    setBusy(true);
    const answer = await request(AccessService.method.setPassword,
      { name: props.name, newPassword: password });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    say("good", t("access.user.changed", { name: props.name }));
    props.onClose();
  };
  return (
    <Dialog title={t("access.user.reset.title", { name: props.name })} onClose={props.onClose}>
      <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <PasswordField label={t("account.new")} hint={t("access.password.hint")}
          value={password} onInput={setPassword} complete="new-password" />
        <div class="row end">
          <Button onClick={props.onClose}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy}>{t("account.save")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
