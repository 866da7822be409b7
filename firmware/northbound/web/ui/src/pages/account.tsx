import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { AccessService, type Role } from
  "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Fault, request } from "../api/client.js";
import { Button, Card, FaultNote, Field, Note, say } from "../parts/basics.js";
import { DeviceSelect } from "../parts/dialler.js";
import { Fact } from "../parts/fact.js";
import { useCell } from "../parts/hooks.js";
import { PasswordField } from "../parts/password-field.js";
import { PopScopeSelect } from "../parts/pop-scope.js";
import { askWhoIAm, session, signOut } from "../state/session.js";
import { t, textOr } from "../text/language.js";

/** The least length the gateway accepts, counted here too so that nobody types it twice in vain. */
const passwordMin = 12;

function roleWord(role: Role): string {
  return textOr(`access.role.${role}`, "–");
}

export function AccountPage(): JSX.Element {
  const now = useCell(session);
  if (now.name !== "in") return <h1>{t("account.title")}</h1>;
  const must = now.who.mustChangePassword;
  return (
    <>
      <header class="page-head"><h1>{t("account.title")}</h1>
        <span class="end"><Button icon="out" onClick={() => { void signOut(); }}>
          {t("signin.out")}</Button></span></header>
      {must ? <Note tone="warn">{t("account.must")}</Note> : null}
      <div class="columns even">
        <Card title={t("account.password")}><PasswordForm /></Card>
        <Card title={t("account.signedInAs")}>
          <dl class="facts">
            <Fact label={t("common.name")}>{now.who.name}</Fact>
            <Fact label={t("common.role")}>{roleWord(now.who.role)}</Fact>
          </dl>
          {must ? null : <>
            <h3>{t("account.preferences")}</h3>
            <div class="stack">
              <Field label={t("dial.device")}>{(ids) => <DeviceSelect ids={ids} />}</Field>
              <PopScopeSelect />
            </div>
          </>}
        </Card>
      </div>
    </>
  );
}

function PasswordForm(): JSX.Element {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState<"short" | "differ" | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const submit = async (): Promise<void> => {
    const found = next.length < passwordMin ? "short" : next !== again ? "differ" : undefined;
    setWrong(found);
    if (busy || found !== undefined) return;
    setBusy(true);
    const answer = await request(AccessService.method.setPassword,
      { currentPassword: current, newPassword: next });
    setBusy(false);
    setFault(answer.ok ? undefined : answer.fault);
    if (!answer.ok) return;
    setCurrent("");
    setNext("");
    setAgain("");
    say("good", t("account.saved"));
    await askWhoIAm();
  };
  return (
    <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      <PasswordField label={t("account.current")} value={current} onInput={setCurrent}
        complete="current-password" />
      <PasswordField label={t("account.new")} value={next} onInput={setNext}
        complete="new-password" hint={t("access.password.hint")}
        error={wrong === "short" ? t("account.short") : undefined} />
      <PasswordField label={t("account.repeat")} value={again} onInput={setAgain}
        complete="new-password" error={wrong === "differ" ? t("account.differ") : undefined} />
      <Button kind="primary" submit busy={busy}>{t("account.save")}</Button>
    </form>
  );
}
