import type { JSX } from "preact";
import { Card } from "../parts/basics.js";
import { Certificates } from "../parts/certificates.js";
import { Tokens } from "../parts/tokens.js";
import { Users } from "../parts/users.js";
import { t } from "../text/language.js";

export function AccessPage(): JSX.Element {
  return (
    <>
      <header class="page-head"><h1>{t("access.title")}</h1></header>
      <Card title={t("access.users")}><Users /></Card>
      <Card title={t("access.tokens")}><Tokens /></Card>
      <Card title={t("access.certificates")}><Certificates /></Card>
    </>
  );
}
