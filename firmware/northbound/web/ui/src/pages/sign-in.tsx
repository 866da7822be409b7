import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { AccessService } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { type Fault, request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { Button, FaultNote, Field, Note } from "../parts/basics.js";
import { useNow } from "../parts/hooks.js";
import { Mark } from "../parts/icons.js";
import { LanguageSwitch } from "../parts/language-switch.js";
import { PasswordField } from "../parts/password-field.js";
import { askWhoIAm } from "../state/session.js";
import { longLength } from "../text/format.js";
import { t } from "../text/language.js";

interface Refusal { readonly fault: Fault; readonly untilMs: number }

export function SignInPage(props: { readonly ended: boolean }): JSX.Element {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | undefined>(undefined);
  const first = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${t("signin.title")} – Jackfield`;
    first.current?.focus();
  }, []);
  const submit = async (): Promise<void> => {
    if (busy || name === "" || password === "") return;
    setBusy(true);
    const answer = await request(AccessService.method.signIn, { name: name.trim(), password });
    setBusy(false);
    if (!answer.ok) {
      setRefusal({ fault: answer.fault, untilMs: nowMs() + (answer.fault.retryAfterMs ?? 0) });
      return;
    }
    setPassword("");
    await askWhoIAm();
  };
  return (
    <div class="signin">
      <header class="signin-hero">
        <Mark /><p class="signin-brand">Jackfield</p>
        <p class="signin-line">{t("product.line")}</p>
        <p class="signin-lead">{t("signin.lead")}</p>
      </header>
      <main class="signin-form">
        <LanguageSwitch />
        <h1>{t("signin.title")}</h1>
        {props.ended && refusal === undefined
          ? <Note tone="info">{t("signin.ended")}</Note> : null}
        {refusal === undefined ? null : <RefusalNote refusal={refusal} />}
        <form onSubmit={(event) => { event.preventDefault(); void submit(); }}>
          <Field label={t("signin.name")}>{(ids) => (
            <input {...ids} ref={first} name="username" autoComplete="username"
              autoCapitalize="none" spellcheck={false} required value={name}
              onInput={(event) => { setName(event.currentTarget.value); }} />
          )}</Field>
          <PasswordField label={t("signin.password")} value={password} onInput={setPassword}
            complete="current-password" />
          <Button kind="primary" submit busy={busy}>{t("signin.submit")}</Button>
        </form>
        <p class="hint">{t("signin.first")}</p>
      </main>
    </div>
  );
}

function RefusalNote(props: { readonly refusal: Refusal }): JSX.Element {
  const { fault, untilMs } = props.refusal;
  const left = Math.ceil((untilMs - useNow()) / 1_000);
  if (fault.reason === "too-many-attempts" && left > 0) {
    return <Note tone="bad" role="alert">{t("signin.wait", { time: longLength(left) })}</Note>;
  }
  if (fault.reason === "unauthenticated") {
    return <Note tone="bad" role="alert">{t("signin.refused")}</Note>;
  }
  return <FaultNote fault={fault} />;
}
