import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { type CaptureFramesResponse, SystemService } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { type Fault, watch } from "../api/client.js";
import { frameText, hexLines } from "../state/frames.js";
import { count, msOf, time } from "../text/format.js";
import { t, textOr } from "../text/language.js";
import { Badge, Button, Empty, FaultNote, type Tone } from "./basics.js";

/** Frames kept on screen; older ones leave. */
const framesMax = 300;

const tones: Readonly<Record<string, Tone>> = { in: "info", out: "good", garbage: "bad" };

/** How bytes are shown. */
export function HexSwitch(props: {
  readonly label: string; readonly hex: boolean; readonly onChange: (hex: boolean) => void;
}): JSX.Element {
  const button = (hex: boolean): JSX.Element => (
    <button type="button" aria-pressed={props.hex === hex}
      onClick={() => { props.onChange(hex); }}>
      {t(hex ? "link.frames.hex" : "link.frames.text")}</button>
  );
  return <div class="language" role="group" aria-label={props.label}>
    {button(false)}{button(true)}</div>;
}

interface Shown { readonly key: number; readonly frame: CaptureFramesResponse }

/** What passes on the wire of a link, newest first. */
export function FrameView(props: { readonly link: string }): JSX.Element {
  const [on, setOn] = useState(false);
  const [hex, setHex] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [frames, setFrames] = useState<readonly Shown[]>([]);
  useEffect(() => {
    if (!on) return undefined;
    let key = 0;
    setFrames([]);
    setFault(undefined);
    const stream = watch(SystemService.method.captureFrames,
      () => ({ link: props.link, follow: true }), {
        message(frame) {
          key += 1;
          const shown = { key, frame };
          setFrames((before) => [shown, ...before].slice(0, framesMax));
        },
        fault(end) { setFault(end); setOn(false); },
      });
    return () => { stream.close(); };
  }, [on, props.link]);
  return (
    <>
      <p class="hint">{t("link.frames.hint")}</p>
      <div class="row">
        <Button kind={on ? "plain" : "primary"} icon={on ? "pause" : "eye"}
          onClick={() => { setOn(!on); }}>
          {t(on ? "link.frames.stop" : "link.frames.start")}</Button>
        <HexSwitch label={t("link.frames")} hex={hex} onChange={setHex} />
        {frames.length < framesMax ? null
          : <span class="muted">{t("link.frames.kept", { count: count(framesMax) })}</span>}
      </div>
      {fault === undefined ? null : <FaultNote fault={fault} />}
      {on && frames.length === 0 ? <Empty icon="more" title={t("link.frames.empty")} /> : null}
      {frames.length === 0 ? null : (
        <ol class="frames" tabIndex={0} aria-label={t("link.frames")}>
          {frames.map(({ key, frame }) => (
            <li key={key}>
              <span class="frame-head"><span class="number muted">{time(msOf(frame.at))}</span>
                <Badge tone={tones[frame.direction] ?? "quiet"}
                  icon={frame.direction === "out" ? "outgoing" : "incoming"}>
                  {textOr(`link.frames.${frame.direction}`, frame.direction)}</Badge></span>
              <pre>{hex ? hexLines(frame.data) : frameText(frame.data)}</pre>
            </li>
          ))}
        </ol>
      )}
    </>
  );
}
