import type { JSX } from "preact";
import { type Call, type Connection } from
  "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { msOf, partyNumber } from "../text/format.js";
import { t } from "../text/language.js";
import { Badge } from "./basics.js";
import { CallControls } from "./call-controls.js";
import { ConnectionBadge, DirectionMark, Party, Ticking } from "./words.js";

/** The calls as rows that become cards on a narrow screen. */
export function CallTable(props: {
  readonly calls: readonly Call[]; readonly controls?: boolean;
}): JSX.Element {
  return (
    <ul class="calls">
      {props.calls.map((call) => (
        <li key={`${call.link} ${call.call}`}
          class={call.stale ? "call stale" : "call"}>
          <div class="call-line">
            <DirectionMark direction={call.direction} />
            <div class="call-parties">
              <Party forms={call.calling} />
              <span class="arrow" aria-label={t("calls.to")} role="img">→</span>
              <Party forms={call.called} />
            </div>
            <Ticking sinceMs={msOf(call.startedAt)} />
            <span class="muted call-link">{call.link}
              {call.networkInterface === "" ? "" : ` · ${call.networkInterface}`}</span>
          </div>
          {call.stale ? <Badge tone="warn">{t("calls.stale")}</Badge> : null}
          <ul class="connections" aria-label={t("calls.connections")}>
            {call.connections.map((connection) => (
              <ConnectionRow key={connection.id?.device ?? ""} call={call}
                connection={connection} controls={props.controls === true} />
            ))}
          </ul>
        </li>
      ))}
    </ul>
  );
}

function ConnectionRow(props: {
  readonly call: Call; readonly connection: Connection; readonly controls: boolean;
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
      {props.controls ? (
        <div role="group" aria-label={t("calls.actionsOf", { device: title })}>
          <CallControls call={call} connection={connection} />
        </div>
      ) : null}
    </li>
  );
}
