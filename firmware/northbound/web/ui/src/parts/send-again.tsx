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

const bounds = ["times", "numbers"] as const;

/** A range of time, or of numbers, that a destination gets once more. */
export function SendAgain(props: {
  readonly destination: Destination; readonly onClose: (begun: boolean) => void;
}): JSX.Element {
  const { destination } = props;
  const known = useCell(links) ?? [];
  const [link, setLink] = useState(destination.feeds[0]?.link ?? "");
  const [by, setBy] = useState<(typeof bounds)[number]>("times");
  const [period, setPeriod] = useState(() => periodOf("today", nowMs()));
  const [numbers, setNumbers] = useState({ from: "", to: "" });
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [fromNumber, toNumber] = [numberOf(numbers.from), numberOf(numbers.to)];
  const wrong = by === "times" ? period.untilMs <= period.fromMs : toNumber < fromNumber;
  const send = (): void => {
    if (wrong || busy) return;
    setBusy(true);
    void request(DeliveryService.method.redeliver, { destination: destination.id, link,
      ...by === "numbers" ? { fromNumber, toNumber }
        : { from: timestampOf(period.fromMs), until: timestampOf(period.untilMs) },
    }).then((answer) => {
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
        <Field label={t("delivery.again.by")}>{(ids) => (
          <select {...ids} value={by}
            onChange={(event) => { setBy(bounds[event.currentTarget.selectedIndex] ?? "times"); }}>
            {bounds.map((one) => (
              <option key={one} value={one}>{t(`delivery.again.by.${one}`)}</option>))}
          </select>)}</Field>
        {by === "times"
          ? <Times period={period} wrong={wrong} onChange={setPeriod} />
          : <Numbers numbers={numbers} wrong={wrong && numbers.to !== ""} onChange={setNumbers}
            hint={t(destination.content === "raw" ? "delivery.again.positions"
              : "delivery.again.numbers")} />}
        {fault === undefined ? null : <FaultNote fault={fault} />}
        <p class="row end">
          <Button onClick={() => { props.onClose(false); }}>{t("common.cancel")}</Button>
          <Button kind="primary" submit busy={busy} disabled={wrong}>{t("delivery.again")}</Button>
        </p>
      </form>
    </Dialog>
  );
}

function numberOf(digits: string): bigint {
  return /^\d{1,18}$/.test(digits) ? BigInt(digits) : 0n;
}

type Period = ReturnType<typeof periodOf>;

function Times(props: {
  readonly period: Period; readonly wrong: boolean; readonly onChange: (next: Period) => void;
}): JSX.Element {
  const { period, wrong, onChange } = props;
  const field = (value: number, put: (ms: number) => void): JSX.IntrinsicElements["input"] => ({
    type: "datetime-local", required: true, value: fieldOf(value),
    onInput: (event) => {
      const ms = fieldMs(event.currentTarget.value);
      if (ms !== undefined) put(ms);
    } });
  return (
    <>
      <Field label={t("delivery.again.from")}>{(ids) => (
        <input {...ids} {...field(period.fromMs,
          (fromMs) => { onChange({ ...period, fromMs }); })} />)}</Field>
      <Field label={t("delivery.again.until")}
        error={wrong ? t("delivery.again.wrong") : undefined}>{(ids) => (
        <input {...ids} {...field(period.untilMs,
          (untilMs) => { onChange({ ...period, untilMs }); })} />)}</Field>
    </>
  );
}

interface Range { readonly from: string; readonly to: string }

function Numbers(props: {
  readonly numbers: Range; readonly wrong: boolean; readonly hint: string;
  readonly onChange: (next: Range) => void;
}): JSX.Element {
  const { numbers, wrong, hint, onChange } = props;
  const digits = { inputMode: "numeric", pattern: "[1-9][0-9]{0,17}", required: true,
    autoComplete: "off" } as const;
  return (
    <>
      <Field label={t("delivery.again.first")} hint={hint}>{(ids) => (
        <input {...ids} {...digits} value={numbers.from}
          onInput={(event) => { onChange({ ...numbers, from: event.currentTarget.value }); }} />
      )}</Field>
      <Field label={t("delivery.again.last")}
        error={wrong ? t("delivery.again.wrong.number") : undefined}>{(ids) => (
        <input {...ids} {...digits} value={numbers.to}
          onInput={(event) => { onChange({ ...numbers, to: event.currentTarget.value }); }} />
      )}</Field>
    </>
  );
}
