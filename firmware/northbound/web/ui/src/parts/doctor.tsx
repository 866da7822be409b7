import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PortsService } from "../../../../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { request, run } from "../api/client.js";
import { nowMs } from "../clock.js";
import { begun, type Examination, failed, secondsListened, stepped } from
  "../state/examination.js";
import { bytes, clockLength, longLength } from "../text/format.js";
import { t } from "../text/language.js";
import { Button, FaultNote, Field } from "./basics.js";
import { Fact } from "./fact.js";
import { useNow } from "./hooks.js";
import { Icon } from "./icons.js";
import { VerdictHead, VerdictView } from "./verdict.js";

/** Seconds; an hour for a PBX where nobody can make a call. */
const limits = [60, 180, 600, 3_600] as const;

type Listening = Extract<Examination, { readonly name: "listening" }>;

/** Listens at the port as soon as it is shown, and until it is left. */
export function Doctor(props: { readonly port: string }): JSX.Element {
  const { port } = props;
  const [secondsMax, setSecondsMax] = useState<number>(180);
  const [state, setState] = useState<Examination>(() => begun(nowMs()));
  const on = state.name === "listening";
  /** The port is free at once; the verdict, from what was heard so far, comes by the stream. */
  const stop = async (): Promise<void> => {
    const answer = await request(PortsService.method.stopDiagnosis, { port });
    if (!answer.ok) setState((before) => failed(before, answer.fault));
  };
  useEffect(() => {
    if (!on) return undefined;
    const stream = run(PortsService.method.diagnosePort, { port, secondsMax }, {
      message(response) { setState((before) => stepped(before, response)); },
      fault(fault) { setState((before) => failed(before, fault)); },
    });
    const letGo = keepScreenOn();
    return () => { stream.close(); letGo(); };
  }, [on]);
  return (
    <>
      <div class="doctor-state" role="status"><State state={state} /></div>
      {state.name === "failed" ? <FaultNote fault={state.fault} /> : null}
      {state.name === "done" ? <VerdictView verdict={state.verdict} /> : null}
      {state.name === "listening" ? (
        <Progress state={state} secondsMax={secondsMax} onStop={() => { void stop(); }} />
      ) : (
        <Again secondsMax={secondsMax} onLimit={setSecondsMax}
          onAgain={() => { setState(begun(nowMs())); }} />
      )}
    </>
  );
}

/** A phone that goes to sleep would break the stream off. Older browsers cannot. */
function keepScreenOn(): () => void {
  if (!("wakeLock" in navigator)) return () => undefined;
  const lock = navigator.wakeLock.request("screen").catch(() => undefined);
  return () => { void lock.then((held) => held?.release()); };
}

/** What a screen reader hears: the step, the wish for a call, the verdict; no running clock. */
function State(props: { readonly state: Examination }): JSX.Element | null {
  const { state } = props;
  switch (state.name) {
    case "listening": {
      const { progress } = state;
      return progress?.callWanted === true ? (
        <div class="doctor-call tone-warn"><Icon name="calls" />
          <div><p class="doctor-big">{t("doctor.call")}</p><p>{progress.text}</p></div></div>
      ) : <p class="doctor-text">{progress?.text ?? t("doctor.opening")}</p>;
    }
    case "done": return <VerdictHead verdict={state.verdict} />;
    case "failed": return null;
  }
}

function Progress(props: {
  readonly state: Listening; readonly secondsMax: number; readonly onStop: () => void;
}): JSX.Element {
  const { state: { sinceMs, progress }, secondsMax } = props;
  const seconds = secondsListened(sinceMs, useNow(), secondsMax);
  return (
    <section class="card" aria-label={t("ports.ask")}>
      <div class="row doctor-time">
        <progress aria-label={t("doctor.elapsed")} max={secondsMax} value={seconds} />
        <Button icon="pause" onClick={props.onStop}>{t("doctor.stop")}</Button>
      </div>
      <dl class="facts">
        <Fact label={t("doctor.elapsed")}>{t("doctor.elapsed.of", {
          time: clockLength(seconds), limit: clockLength(secondsMax) })}</Fact>
        <Fact label={t("doctor.speed")}>{progress === undefined ? "–"
          : t("doctor.baud", { baud: progress.baudRate })}</Fact>
        <Fact label={t("doctor.bytes")}>{bytes(progress?.bytesSeen ?? 0n)}</Fact>
      </dl>
    </section>
  );
}

function Again(props: {
  readonly secondsMax: number; readonly onLimit: (seconds: number) => void;
  readonly onAgain: () => void;
}): JSX.Element {
  return (
    <div class="port-other">
      <Field label={t("doctor.limit")}>{(ids) => (
        <select {...ids} value={String(props.secondsMax)} onChange={(event) => {
          props.onLimit(limits[event.currentTarget.selectedIndex] ?? props.secondsMax);
        }}>{limits.map((seconds) => (
          <option key={seconds} value={String(seconds)}>{longLength(seconds)}</option>))}</select>
      )}</Field>
      <Button icon="refresh" onClick={props.onAgain}>{t("doctor.again")}</Button>
    </div>
  );
}
