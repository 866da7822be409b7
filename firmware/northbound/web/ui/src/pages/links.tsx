import type { JSX } from "preact";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { Empty, Skeleton } from "../parts/basics.js";
import { useCell } from "../parts/hooks.js";
import { LinkCard } from "../parts/link-card.js";
import { Icon } from "../parts/icons.js";
import { links } from "../state/feed.js";
import { address } from "../state/route.js";
import { may } from "../state/session.js";
import { t } from "../text/language.js";

export function LinksPage(): JSX.Element {
  const known = useCell(links);
  return (
    <>
      <header class="page-head"><h1>{t("nav.links")}</h1>
        {may(Role.ADMIN) ? <a class="button end" href={address("configuration")}>
          <Icon name="add" />{t("config.form.add.links")}</a> : null}</header>
      {known === undefined ? <Skeleton rows={4} />
        : known.length === 0 ? <Empty icon="links" title={t("overview.noLinks")}
          advice={t("overview.noLinks.advice")} />
        : <ul class="link-cards">{known.map((link) => (
          <li key={link.id}><LinkCard link={link} /></li>))}</ul>}
    </>
  );
}
