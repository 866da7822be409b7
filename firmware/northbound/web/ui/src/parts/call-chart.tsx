/** Calls per hour or day: stacked bars, a sentence that says what they show, and a table. */

import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { HourCount } from "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { type Bar, bars, byDay, peak, total } from "../state/series.js";
import { count, day, hour } from "../text/format.js";
import { language, t } from "../text/language.js";
import type { TextKey } from "../text/en.js";
import { Empty, Table } from "./basics.js";
import { useCell } from "./hooks.js";

const legend: readonly (readonly [string, TextKey])[] = [
  ["answered", "overview.answered"], ["missed", "overview.missed"],
  ["outgoing", "overview.outgoing"], ["internal", "overview.internal"],
];

export function CallChart(props: {
  readonly hours: readonly HourCount[]; readonly fromMs: number; readonly untilMs: number;
}): JSX.Element {
  const { fromMs, untilMs } = props;
  const place = useRef<HTMLDivElement>(null);
  const spoken = useCell(language);
  const shown = bars(props.hours, fromMs, untilMs);
  const days = byDay(fromMs, untilMs);
  const highest = peak(shown);
  const figures = shown.map((bar) => total(bar)).join(",");
  useEffect(() => {
    const box = place.current;
    if (box === null || highest === undefined) return undefined;
    let gone = false;
    let remove: () => void = () => undefined;
    void import("./plot.js").then(({ plot }) => {
      if (!gone) remove = plot(box, shown, days);
    });
    return () => { gone = true; remove(); };
  }, [figures, fromMs, untilMs, spoken]);
  if (highest === undefined) return <Empty icon="records" title={t("records.chart.none")} />;
  const name = (bar: Bar): string => days ? day(bar.atMs) : `${day(bar.atMs)} ${hour(bar.atMs)}`;
  return (
    <figure class="chart">
      <ul class="legend">{legend.map(([layer, key]) => (
        <li key={layer}><span class={`swatch swatch-${layer}`} />{t(key)}</li>))}</ul>
      <div ref={place} class="plot" role="img" aria-label={t("records.chart", {
        total: count(shown.reduce((sum, bar) => sum + total(bar), 0)),
        peak: count(total(highest)), time: days ? day(highest.atMs) : hour(highest.atMs),
      })} />
      <details>
        <summary>{t("common.table")}</summary>
        <Table label={t("common.table")} class="" head={[t(days ? "records.day" : "records.hour"),
          ...legend.map(([, key]) => t(key))]}>
          {shown.filter((bar) => total(bar) > 0).map((bar) => (
            <tr key={bar.atMs}><th scope="row">{name(bar)}</th>
              <td class="number">{count(bar.answered)}</td>
              <td class="number">{count(bar.missed)}</td>
              <td class="number">{count(bar.outgoing)}</td>
              <td class="number">{count(bar.internal)}</td></tr>
          ))}
        </Table>
      </details>
    </figure>
  );
}
