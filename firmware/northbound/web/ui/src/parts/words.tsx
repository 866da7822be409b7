/** How the gateway's values look everywhere on the page. */

import type { JSX } from "preact";
import { type Link, LinkState } from "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { ConnectionState, Direction, type NumberForms } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { Severity } from "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { clockLength, longLength, msOf, partyNumber } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import type { TextKey } from "../text/en.js";
import { Badge, type Tone } from "./basics.js";
import { useNow } from "./hooks.js";
import { Icon, type IconName } from "./icons.js";

const linkStates: Readonly<Record<LinkState, readonly [Tone, TextKey]>> = {
  [LinkState.UNSPECIFIED]: ["quiet", "link.state.unknown"],
  [LinkState.DISABLED]: ["quiet", "link.state.disabled"],
  [LinkState.OPENING]: ["info", "link.state.opening"],
  [LinkState.UP]: ["good", "link.state.up"],
  [LinkState.DEGRADED]: ["warn", "link.state.degraded"],
  [LinkState.DOWN]: ["bad", "link.state.down"],
};

export function LinkBadge(props: { readonly state: LinkState }): JSX.Element {
  const [tone, key] = linkStates[props.state];
  return <Badge tone={tone}>{t(key)}</Badge>;
}

/** When a link that is down will be tried again. */
export function Retry(props: { readonly link: Link }): JSX.Element | null {
  const now = useNow();
  const at = msOf(props.link.retryAt);
  if (props.link.state !== LinkState.DOWN || at === undefined) return null;
  const left = (at - now) / 1_000;
  return (
    <span class="muted">
      {left <= 0 ? t("link.retryNow") : t("link.retry", { time: longLength(left) })}
      {props.link.attempt > 0 ? ` · ${t("link.attempt", { count: props.link.attempt })}` : ""}
    </span>
  );
}

const connectionStates: Readonly<Record<ConnectionState, readonly [Tone, TextKey, IconName]>> = {
  [ConnectionState.UNSPECIFIED]: ["quiet", "connection.unknown", "question"],
  [ConnectionState.NULL]: ["quiet", "connection.null", "close"],
  [ConnectionState.INITIATED]: ["info", "connection.initiated", "more"],
  [ConnectionState.ALERTING]: ["warn", "connection.alerting", "bell"],
  [ConnectionState.CONNECTED]: ["good", "connection.connected", "calls"],
  [ConnectionState.HOLD]: ["quiet", "connection.hold", "pause"],
  [ConnectionState.QUEUED]: ["info", "connection.queued", "more"],
  [ConnectionState.FAIL]: ["bad", "connection.fail", "cross"],
};

export function ConnectionBadge(props: { readonly state: ConnectionState }): JSX.Element {
  const [tone, key, icon] = connectionStates[props.state];
  return <Badge tone={tone} icon={icon}>{t(key)}</Badge>;
}

const directions: Readonly<Record<Direction, readonly [IconName, TextKey]>> = {
  [Direction.UNSPECIFIED]: ["question", "direction.unknown"],
  [Direction.INCOMING]: ["incoming", "direction.incoming"],
  [Direction.OUTGOING]: ["outgoing", "direction.outgoing"],
  [Direction.INTERNAL]: ["internal", "direction.internal"],
  [Direction.TANDEM]: ["internal", "direction.tandem"],
};

export function DirectionMark(props: {
  readonly direction: Direction; readonly words?: boolean;
}): JSX.Element {
  const [icon, key] = directions[props.direction];
  return (
    <span class={`direction direction-${props.direction}`}>
      <Icon name={icon} />
      <span class={props.words === false ? "hidden" : ""}>{t(key)}</span>
    </span>
  );
}

/** Name and number of a party; says so when the number is not known. */
export function Party(props: { readonly forms: NumberForms | undefined }): JSX.Element {
  const number = partyNumber(props.forms);
  const name = props.forms?.name ?? "";
  if (name === "") {
    return <span class={number === undefined ? "muted" : "number"}>
      {number ?? t("common.withheld")}</span>;
  }
  return (
    <span class="party"><span class="party-name">{name}</span>
      {number === undefined || number === name ? null
        : <span class="number muted">{number}</span>}</span>
  );
}

/** The time since a moment, ticking. */
export function Ticking(props: { readonly sinceMs: number | undefined }): JSX.Element {
  const now = useNow();
  return <span class="number">
    {props.sinceMs === undefined ? "–" : clockLength((now - props.sinceMs) / 1_000)}</span>;
}

const severities: Readonly<Record<Severity, readonly [Tone, TextKey]>> = {
  [Severity.UNSPECIFIED]: ["quiet", "severity.0"], [Severity.WARNING]: ["warn", "severity.1"],
  [Severity.MAJOR]: ["bad", "severity.2"], [Severity.CRITICAL]: ["bad", "severity.3"],
};

export function SeverityBadge(props: { readonly severity: Severity }): JSX.Element {
  const [tone, key] = severities[props.severity];
  return <Badge tone={tone} {...(tone === "bad" ? { icon: "warning" as const } : {})}>
    {t(key)}</Badge>;
}

export function categoryWord(category: string): string {
  return textOr(`device.category.${category}`, category);
}
