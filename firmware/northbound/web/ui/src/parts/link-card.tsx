import type { JSX } from "preact";
import { type Link } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { nowMs } from "../clock.js";
import { address } from "../state/route.js";
import { msOf, recent } from "../text/format.js";
import { plural, t } from "../text/language.js";
import { LinkBadge, Retry } from "./words.js";

export function peerTitle(link: Link): string {
  return link.peerProduct === "" ? link.driverTitle
    : `${link.peerProduct} ${link.peerVersion}`.trim();
}

/** A link at a glance: state, reason, retry, what hangs on it. */
export function LinkCard(props: { readonly link: Link }): JSX.Element {
  const { link } = props;
  return (
    <article class={`card link-card link-${link.state}`}>
      <header class="card-head">
        <h2><a href={address("links", link.id)}>{link.id}</a></h2>
        <LinkBadge state={link.state} />
      </header>
      {link.title === "" ? null : <p>{link.title}</p>}
      <p class="link-peer">{peerTitle(link)}</p>
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
