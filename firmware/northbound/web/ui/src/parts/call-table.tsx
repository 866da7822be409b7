import type { JSX } from "preact";
import { type Call, type Connection, type ConnectionState, Direction, type NumberForms } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { callState } from "../state/picture.js";
import { msOf, partyNumber } from "../text/format.js";
import { t } from "../text/language.js";
import { Badge } from "./basics.js";
import { CallControls } from "./call-controls.js";
import { useLinkTitle } from "./link-card.js";
import { ConnectionBadge, DirectionMark, Party, Ticking } from "./words.js";

/** The calls, each with its parties and one state; for a first look. */
export function CallBrief(props: { readonly calls: readonly Call[] }): JSX.Element {
  return (
    <ul class="calls brief">
      {props.calls.map((call) => (
        <li key={`${call.link} ${call.call}`} class={call.stale ? "call stale" : "call"}>
          <CallLine call={call} state={callState(call)} />
        </li>
      ))}
    </ul>
  );
}

function CallLine(props: {
  readonly call: Call; readonly state?: ConnectionState;
}): JSX.Element {
  const { call, state } = props;
  const link = useLinkTitle(call.link);
  return (
    <div class="call-line">
      <DirectionMark direction={call.direction} />
      <div class="call-parties">
        <Party forms={call.calling} />
        <span class="arrow" aria-label={t("calls.to")} role="img">→</span>
        <Party forms={call.called} />
      </div>
      <span class="call-time">
        {state === undefined ? null : <ConnectionBadge state={state} />}
        <Ticking sinceMs={msOf(call.startedAt)} />
      </span>
      {state !== undefined && !call.stale ? null : (
        <span class="muted call-link">{link}
          {call.networkInterface === "" ? "" : ` · ${call.networkInterface}`}
          {call.stale ? <Badge tone="warn">{t("calls.stale")}</Badge> : null}</span>
      )}
    </div>
  );
}

/** The calls with every connection and, on demand, the controls of each. */
export function CallTable(props: { readonly calls: readonly Call[] }): JSX.Element {
  return (
    <ul class="calls">
      {props.calls.map((call) => (
        <li key={`${call.link} ${call.call}`}
          class={call.stale ? "call stale" : "call"}>
          <CallLine call={call} />
          <ul class="connections" aria-label={t("calls.connections")}>
            {call.connections.map((connection) => (
              <ConnectionRow key={connection.id?.device ?? ""} call={call}
                connection={connection} />
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

/** The party outside, whom the PBX often names in the call and not at the trunk's connection. */
function outsideParty(call: Call): NumberForms | undefined {
  return call.direction === Direction.INCOMING ? call.calling
    : call.direction === Direction.OUTGOING ? call.called : undefined;
}

function ConnectionRow(props: {
  readonly call: Call; readonly connection: Connection;
}): JSX.Element {
  const { call, connection } = props;
  const device = connection.id?.device ?? "";
  const party = connection.external && partyNumber(connection.party) === undefined
    ? outsideParty(call) ?? connection.party : connection.party;
  const name = party?.name ?? "";
  const title = connection.external ? partyNumber(party) ?? device : device;
  return (
    <li class="connection">
      <span class="connection-who"><strong class="number">{title}</strong>
        {name === "" ? null : <span>{name}</span>}
        {connection.external ? <span class="muted">{t("calls.external")}</span> : null}</span>
      <ConnectionBadge state={connection.state} />
      <div role="group" aria-label={t("calls.actionsOf", { device: title })}>
        <CallControls call={call} connection={connection} />
      </div>
    </li>
  );
}
