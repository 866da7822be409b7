import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { ConfigurationService, type Revision } from
  "../../../../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { request } from "../api/client.js";
import { requestId } from "../clock.js";
import { diffLines } from "../state/diff.js";
import { dateTime, msOf } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Confirm, Dialog, Empty, FaultNote, say, sayFault, Skeleton, Table } from
  "./basics.js";
import { useAnswer } from "./hooks.js";

interface Props {
  /** Rises when a revision was made elsewhere on the page. */
  readonly turn: number;
  readonly onOpen: (document: string) => void;
  readonly onChange: () => void;
}

/** All revisions, their differences, and the way back to each. */
export function History(props: Props): JSX.Element {
  const list = useAnswer(ConfigurationService.method.listRevisions, {}, [props.turn]);
  const [diff, setDiff] = useState<bigint | undefined>(undefined);
  const [back, setBack] = useState<bigint | undefined>(undefined);
  const open = async (revision: bigint): Promise<void> => {
    const answer = await request(ConfigurationService.method.getConfiguration, { revision });
    if (!answer.ok) { sayFault(answer.fault); return; }
    props.onOpen(answer.value.document);
    scrollTo({ top: 0 });
  };
  const goBack = async (revision: bigint): Promise<void> => {
    setBack(undefined);
    const answer = await request(ConfigurationService.method.revertConfiguration,
      { revision, requestId: requestId() });
    if (!answer.ok) { sayFault(answer.fault); return; }
    say("good", t("config.reverted", { number: String(answer.value.revision?.number ?? "") }));
    props.onChange();
  };
  if (list.fault !== undefined) return <FaultNote fault={list.fault} retry={list.reload} />;
  if (list.value === undefined) return <Skeleton />;
  return (
    <>
      <Table label={t("config.history")} head={[t("config.revision"), t("config.applied.at"),
        t("config.actor"), t("config.outcome"), ""]}>
        {list.value.revisions.map((revision) => (
          <RevisionRow key={String(revision.number)} revision={revision} onDiff={setDiff}
            onBack={setBack} onOpen={(number) => { void open(number); }} />
        ))}
      </Table>
      {diff === undefined ? null
        : <Difference to={diff} onClose={() => { setDiff(undefined); }} />}
      {back === undefined ? null : (
        <Confirm title={t("config.goBack")} text={t("config.goBack.ask", { number: String(back) })}
          action={t("config.goBack")} onCancel={() => { setBack(undefined); }}
          onConfirm={() => { void goBack(back); }} />
      )}
    </>
  );
}

function RevisionRow(props: {
  readonly revision: Revision; readonly onDiff: (number: bigint) => void;
  readonly onBack: (number: bigint) => void; readonly onOpen: (number: bigint) => void;
}): JSX.Element {
  const { number, actor, comment, current, outcome, appliedAt } = props.revision;
  return (
    <tr>
      <th scope="row" class="number">{String(number)}</th>
      <td>{dateTime(msOf(appliedAt))}</td>
      <td>{actor}</td>
      <td>{current ? <Badge tone="good">{t("config.current")}</Badge> : null}{" "}
        {textOr(`config.outcome.${outcome}`, outcome)}
        {comment === "" ? null : <p class="muted">{comment}</p>}</td>
      <td><span class="row end">
        {number > 1n ? <Button small onClick={() => { props.onDiff(number); }}>
          {t("config.diff")}</Button> : null}
        <Button small onClick={() => { props.onOpen(number); }}>{t("config.load")}</Button>
        {current ? null : <Button small onClick={() => { props.onBack(number); }}>
          {t("config.goBack")}</Button>}
      </span></td>
    </tr>
  );
}

const marks = { added: "ins", removed: "del", same: "span", place: "span" } as const;

/** What a revision changed against the one before it. */
function Difference(props: { readonly to: bigint; readonly onClose: () => void }): JSX.Element {
  const { to } = props;
  const from = to - 1n;
  const found = useAnswer(ConfigurationService.method.diffRevisions, { from, to }, [to]);
  return (
    <Dialog wide title={t("config.diff.title", { from: String(from), to: String(to) })}
      onClose={props.onClose}>
      {found.fault === undefined ? null : <FaultNote fault={found.fault} />}
      {found.value === undefined ? found.loading ? <Skeleton /> : null
        : found.value.diff === "" ? <Empty icon="check" title={t("config.diff.none")} />
        : <pre class="diff" tabIndex={0}>{diffLines(found.value.diff).map((line, index) => {
          const Mark = marks[line.kind];
          return <Mark key={index} class={`diff-${line.kind}`}>{`${line.text}\n`}</Mark>;
        })}</pre>}
    </Dialog>
  );
}
