import type { JSX } from "preact";
import type { Call, Connection, ConnectionState } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { callState } from "../state/picture.js";
import { msOf, partyNumber } from "../text/format.js";
import { t } from "../text/language.js";
import { Badge } from "./basics.js";
import { CallControls } from "./call-controls.js";
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
        <span class="muted call-link">{call.link}
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

function ConnectionRow(props: {
  readonly call: Call; readonly connection: Connection;
}): JSX.Element {
  const { call, connection } = props;
  const device = connection.id?.device ?? "";
  const name = connection.party?.name ?? "";
  const title = connection.external ? partyNumber(connection.party) ?? device : device;
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
