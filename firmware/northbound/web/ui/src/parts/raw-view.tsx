import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type LineState, type ReadRawResponse, RecordsService } from
  "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { type Fault, run, type Stream } from "../api/client.js";
import { frameText, hexLines } from "../state/frames.js";
import { count, dateTime, msOf } from "../text/format.js";
import { t } from "../text/language.js";
import { Badge, Button, Empty, FaultNote } from "./basics.js";
import { HexSwitch } from "./frame-view.js";
import { Lines } from "./verdict.js";

const bytesMax = 16_384n;

/** The newest raw bytes of a link with the state of its line, newest first. */
export function RawView(props: { readonly link: string }): JSX.Element {
  const [hex, setHex] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [segments, setSegments] = useState<readonly ReadRawResponse[] | undefined>(undefined);
  const [stream, setStream] = useState<Stream | undefined>(undefined);
  useEffect(() => () => { stream?.close(); }, [stream]);
  const show = (): void => {
    setFault(undefined);
    setSegments([]);
    setStream(run(RecordsService.method.readRaw, { link: props.link, newest: true, bytesMax }, {
      message(segment) { setSegments((before) => [segment, ...before ?? []]); },
      fault: setFault,
    }));
  };
  return (
    <>
      <p class="hint">{t("link.raw.hint")}</p>
      <div class="row">
        <Button icon="eye" onClick={show}>{t("link.raw.show")}</Button>
        <HexSwitch label={t("link.raw")} hex={hex} onChange={setHex} />
      </div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {segments?.length === 0 ? <Empty icon="more" title={t("link.raw.empty")} /> : null}
      {segments === undefined || segments.length === 0 ? null : (
        <ol class="frames" tabIndex={0} aria-label={t("link.raw")}>
          {segments.map(({ position, at, data, line }) => (
            <li key={String(position)} class="raw">
              <span class="row"><span class="number muted">{dateTime(msOf(at))}</span>
                {line === undefined ? <span class="muted">{t("link.raw.line.unknown")}</span>
                  : <Line line={line} />}</span>
              <pre>{hex ? hexLines(data) : frameText(data)}</pre>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}

function Line(props: { readonly line: LineState }): JSX.Element {
  const { channel, lines, damaged, breaks } = props.line;
  return (
    <>
      {channel === "" ? null : <code class="muted">{channel}</code>}
      {lines === undefined ? null : <Lines lines={lines} />}
      {damaged === 0 ? null : <Badge tone="bad" icon="cross">
        {t("link.raw.damaged", { count: count(damaged) })}</Badge>}
      {breaks === 0 ? null : <Badge tone="warn" icon="cross">
        {t("link.raw.breaks", { count: count(breaks) })}</Badge>}
    </>
  );
}
