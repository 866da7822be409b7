import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Role } from "../../../../../../proto/gen/cti/gateway/v1/access_pb.js";
import { AgentsCard } from "../parts/agents.js";
import { Badge, Card, Empty, Note, Skeleton } from "../parts/basics.js";
import { CallTable } from "../parts/call-table.js";
import { Dialler } from "../parts/dialler.js";
import { useCell } from "../parts/hooks.js";
import { picture } from "../state/feed.js";
import { callsOf, searchCalls } from "../state/picture.js";
import { may } from "../state/session.js";
import { plural, t } from "../text/language.js";

/** A browser draws so many rows at each event without effort; the newest calls are among them. */
const rowsMax = 100;

export function CallsPage(): JSX.Element {
  const now = useCell(picture);
  const [search, setSearch] = useState("");
  const calls = callsOf(now);
  const shown = searchCalls(calls, search);
  return (
    <>
      <header class="page-head"><h1>{t("calls.title")}</h1>
        <Badge tone={calls.length === 0 ? "quiet" : "info"} icon="calls">
          {plural("common.calls", calls.length)}</Badge></header>
      {may(Role.OPERATOR) ? <Dialler /> : <Note tone="info">{t("calls.noControl")}</Note>}
      <AgentsCard />
      <Card>
        <input class="search" type="search" aria-label={t("calls.filter")}
          placeholder={t("calls.filter")} value={search}
          onInput={(event) => { setSearch(event.currentTarget.value); }} />
        {now.number === undefined ? <Skeleton rows={5} />
          : calls.length === 0 ? <Empty icon="calls" title={t("calls.none")}
            advice={t("calls.none.advice")} />
          : shown.length === 0 ? <Empty icon="search" title={t("calls.noMatch")} />
          : <>
            {shown.length <= rowsMax ? null
              : <p class="hint">{plural("calls.older", shown.length - rowsMax)}</p>}
            <CallTable calls={shown.slice(-rowsMax)} />
          </>}
      </Card>
    </>
  );
}
