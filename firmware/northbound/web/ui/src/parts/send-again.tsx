import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { DeliveryService, type Destination } from
  "../../../../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { type Fault, request } from "../api/client.js";
import { nowMs } from "../clock.js";
import { links } from "../state/feed.js";
import { fieldMs, fieldOf, periodOf } from "../state/period.js";
import { timestampOf } from "../text/format.js";
import { t } from "../text/language.js";
import { Button, Dialog, FaultNote, Field, say } from "./basics.js";
import { useCell } from "./hooks.js";
import { linkTitle } from "./link-card.js";

/** A range of time that a destination gets once more. */
export function SendAgain(props: {
  readonly destination: Destination; readonly onClose: (begun: boolean) => void;
}): JSX.Element {
  const { destination } = props;
  const known = useCell(links) ?? [];
  const [link, setLink] = useState(destination.feeds[0]?.link ?? "");
  const [period, setPeriod] = useState(() => periodOf("today", nowMs()));
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const wrong = period.untilMs <= period.fromMs;
  const send = (): void => {
    if (wrong || busy) return;
    setBusy(true);
    void request(DeliveryService.method.redeliver, { destination: destination.id, link,
      from: timestampOf(period.fromMs), until: timestampOf(period.untilMs) }).then((answer) => {
      setBusy(false);
      setFault(answer.ok ? undefined : answer.fault);
      if (!answer.ok) return;
      say("good", t("delivery.again.begun"));
      props.onClose(true);
    });
  };
  return (
    <Dialog title={t("delivery.again.of", { destination: destination.id })}
      onClose={() => { props.onClose(false); }}>
      <form onSubmit={(event) => { event.preventDefault(); send(); }}>
        <p class="hint">{t("delivery.again.lead")}</p>
        <Field label={t("common.link")}>{(ids) => (
          <select {...ids} value={link}
            onChange={(event) => { setLink(event.currentTarget.value); }}>
            {destination.feeds.map((feed) => {
              const named = known.find(({ id }) => id === feed.link);
              return <option key={feed.link} value={feed.link}>
                {named === undefined ? feed.link : linkTitle(named)}</option>;
            })}
          </select>)}</Field>
        <Field label={t("delivery.again.from")}>{(ids) => (
          <input {...ids} type="datetime-local" required value={fieldOf(period.fromMs)}
            onInput={(event) => {
              const fromMs = fieldMs(event.currentTarget.value);
              if (fromMs !== undefined) setPeriod({ ...period, fromMs });
            }} />)}</Field>
        <Field label={t("delivery.again.until")}
          error={wrong ? t("delivery.again.wrong") : undefined}>{(ids) => (
          <input {...ids} type="datetime-local" required value={fieldOf(period.untilMs)}
            onInput={(event) => {
              const untilMs = fieldMs(event.currentTarget.value);
              if (untilMs !== undefined) setPeriod({ ...period, untilMs });
            }} />)}</Field>
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <p class="row end">
          <Button onClick={() => { props.onClose(false); }}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy} disabled={wrong}>{t("delivery.again")}</Button>
        </p>
      </form>
    </Dialog>
  );
}
