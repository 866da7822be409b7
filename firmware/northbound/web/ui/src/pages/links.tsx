import type { JSX } from "preact";
import { Empty, Skeleton } from "../parts/basics.js";
import { useCell } from "../parts/hooks.js";
import { LinkCard } from "../parts/link-card.js";
import { links } from "../state/feed.js";
import { t } from "../text/language.js";

export function LinksPage(): JSX.Element {
  const known = useCell(links);
  return (
    <>
      <header class="page-head"><h1>{t("nav.links")}</h1></header>
      {known === undefined ? <Skeleton rows={4} />
        : known.length === 0 ? <Empty icon="links" title={t("overview.noLinks")}
          advice={t("overview.noLinks.advice")} />
        : <ul class="link-cards">{known.map((link) => (
          <li key={link.id}><LinkCard link={link} /></li>))}</ul>}
    </>
  );
}
