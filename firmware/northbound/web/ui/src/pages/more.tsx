import type { JSX } from "preact";
import { Icon } from "../parts/icons.js";
import { barPages, visiblePlaces } from "../parts/places.js";
import { address } from "../state/route.js";
import { t } from "../text/language.js";

/** The rest of the navigation, for narrow screens. */
export function MorePage(): JSX.Element {
  return (
    <>
      <header class="page-head"><h1>{t("nav.more")}</h1></header>
      <ul class="tiles">
        {visiblePlaces().filter(({ page }) => !barPages.includes(page)).map(({ page, icon }) => (
          <li key={page}><a class="tile" href={address(page)}>
            <Icon name={icon} /><span>{t(`nav.${page}`)}</span><Icon name="right" /></a></li>
        ))}
      </ul>
    </>
  );
}
