/** Which targets a page that came in is sent on to. Pure. */

import type { LinkId } from "../model/identifiers.js";
import type { Page } from "../model/pages.js";
import type { PageRoute, PageTarget } from "./page-record.js";

/**
 * Whether the whole text is as the pattern says: `*` any characters, `?` exactly one. Takes
 * at most pattern length times text length steps.
 */
export function isLike(text: string, pattern: string): boolean {
  let at = 0;
  let place = 0;
  /** Behind the newest star, and the text that it has swallowed so far. */
  let star: { readonly place: number; at: number } | undefined;
  while (at < text.length) {
    const wanted = pattern[place];
    if (wanted === "*") {
      place += 1;
      star = { place, at };
    } else if (wanted !== undefined && (wanted === "?" || wanted === text[at])) {
      at += 1;
      place += 1;
    } else if (star !== undefined) {
      star.at += 1;
      at = star.at;
      place = star.place;
    } else {
      return false;
    }
  }
  while (pattern[place] === "*") place += 1;
  return place === pattern.length;
}

/** Each target once. A page is never sent back to where it came from under the same address. */
export function targetsOf(
  routes: readonly PageRoute[], from: LinkId, page: Page,
): readonly PageTarget[] {
  const found: PageTarget[] = [];
  for (const route of routes) {
    if (route.from !== undefined && route.from !== from) continue;
    if (route.match !== undefined && !isLike(page.pager, route.match)) continue;
    const { link, pager = page.pager } = route.to;
    const same = (target: PageTarget): boolean => target.link === link && target.pager === pager;
    if (!found.some(same) && !same({ link: from, pager: page.pager })) found.push({ link, pager });
  }
  return found;
}
