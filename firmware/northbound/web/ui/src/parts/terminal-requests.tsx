import type { JSX } from "preact";
import { TerminalsService } from
  "../../../../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { msOf, recent } from "../text/format.js";
import { t } from "../text/language.js";
import { Button, Card, sayFault } from "./basics.js";
import { useAnswer } from "./hooks.js";

const methods = TerminalsService.method;
const askedEveryMs = 5_000;

/** Terminals that wait for a second person; nothing while none does. */
export function TerminalRequests(): JSX.Element | null {
  const list = useAnswer(methods.listTerminals, { openOnly: true }, [], askedEveryMs);
  const waiting = list.value?.terminals.filter((terminal) => terminal.waiting) ?? [];
  if (waiting.length === 0) return null;
  const answer = async (method: typeof methods.approveTerminal | typeof methods.closeTerminal,
    id: string): Promise<void> => {
    const said = await request(method, { id });
    if (!said.ok) sayFault(said.fault);
    list.reload();
  };
  return (
    <Card title={t("terminal.requests")}>
      {waiting.map(({ id, actor, link, port, reason, openedAt }) => (
        <div class="row" key={id} role="group" aria-label={t("terminal.request", { id })}>
          <span><strong>{actor}</strong> <code>{link || port}</code> {reason},{" "}
            {recent(msOf(openedAt), nowMs())}</span>
          <Button kind="primary" onClick={() => { void answer(methods.approveTerminal, id); }}>
            {t("terminal.approve")}</Button>
          <Button kind="danger" onClick={() => { void answer(methods.closeTerminal, id); }}>
            {t("terminal.refuse")}</Button>
        </div>))}
    </Card>
  );
}
