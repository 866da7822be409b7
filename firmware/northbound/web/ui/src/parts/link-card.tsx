import type { JSX } from "preact";
import { type Link } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { nowMs } from "../clock.js";
import { links } from "../state/feed.js";
import { address } from "../state/route.js";
import { msOf, recent } from "../text/format.js";
import { plural, t } from "../text/language.js";
import { useCell } from "./hooks.js";
import { LinkBadge, Retry } from "./words.js";

export function peerTitle(link: Link): string {
  return link.peerProduct === "" ? link.driverTitle
    : `${link.peerProduct} ${link.peerVersion}`.trim();
}

/** What people call the link; its id where the configuration gives no title. */
export function linkTitle(link: Link): string {
  return link.title === "" ? link.id : link.title;
}

/** The title of a link that is known by its id only. */
export function useLinkTitle(id: string): string {
  const link = useCell(links)?.find((one) => one.id === id);
  return link === undefined ? id : linkTitle(link);
}

/** A link at a glance: state, reason, retry, what hangs on it. */
export function LinkCard(props: { readonly link: Link }): JSX.Element {
  const { link } = props;
  return (
    <article class={`card link-card link-${link.state}`}>
      <header class="card-head">
        <h2><a href={address("links", link.id)}>{linkTitle(link)}</a></h2>
        <LinkBadge state={link.state} />
      </header>
      <p class="link-peer">{peerTitle(link)}
        {link.title === "" ? null : <code class="muted">{link.id}</code>}</p>
      <p class="muted link-transport">{link.transport}</p>
      {link.reason === "" ? null : <p class="link-reason">{link.reason}</p>}
      <Retry link={link} />
      <p class="link-facts">
        <span>{plural("common.devices", link.devices)}</span>
        <span>{plural("common.calls", link.calls)}</span>
        <span class="muted">{t("common.since", { time: recent(msOf(link.since), nowMs()) })}</span>
      </p>
      {link.devicesNotMonitored === 0 ? null
        : <p class="link-warning">{plural("link.notMonitored", link.devicesNotMonitored)}</p>}
    </article>
  );
}
