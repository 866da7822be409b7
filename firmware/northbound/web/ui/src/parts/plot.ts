/** The chart itself, loaded only when one is shown. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { type Bar, layers, stacked } from "../state/series.js";
import { locale } from "../text/language.js";

const heightPx = 200;

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function options(widthPx: number, days: boolean): uPlot.Options {
  const stepSeconds = days ? 86_400 : 3_600;
  const label = new Intl.DateTimeFormat(locale(), days ? { day: "numeric", month: "short" }
    : { hour: "2-digit", minute: "2-digit" });
  const columns = uPlot.paths.bars?.({ size: [0.7, 40], radius: 0.15 });
  const axis = {
    stroke: colour("--text-soft"), font: "12px system-ui, sans-serif",
    grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false },
  };
  return {
    width: widthPx, height: heightPx, legend: { show: false },
    cursor: { show: false }, padding: [12, 8, 0, 0],
    // Half a step of room at both ends, so that the first and last bars are whole.
    scales: { x: { range: (_plot, low, high) => [low - stepSeconds / 2, high + stepSeconds / 2] },
      y: { range: (_plot, _low, high) => [0, Math.max(4, Math.ceil(high * 1.1))] } },
    axes: [
      { ...axis, grid: { show: false }, space: 56, size: 28,
        values: (_plot, ticks) => ticks.map((tick) => label.format(tick * 1_000)) },
      { ...axis, size: 36, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] },
    ],
    // The highest edge is drawn first; each lower layer covers its foot.
    series: [{}, ...[...layers].reverse().map((layer) => ({
      label: layer, fill: colour(`--chart-${layer}`), stroke: colour(`--chart-${layer}`), width: 0,
      points: { show: false }, ...(columns === undefined ? {} : { paths: columns }),
    }))],
  };
}

/** Draws into the box until the answer is called; follows its width and the colour scheme. */
export function plot(box: HTMLElement, bars: readonly Bar[], days: boolean): () => void {
  const [times = [], ...edges] = stacked(bars);
  const data: uPlot.AlignedData = [times, ...edges.reverse()];
  let drawn = new uPlot(options(box.clientWidth, days), data, box);
  const redraw = (): void => {
    drawn.destroy();
    drawn = new uPlot(options(box.clientWidth, days), data, box);
  };
  const resized = new ResizeObserver(() => {
    const width = box.clientWidth;
    if (width !== drawn.width) drawn.setSize({ width, height: heightPx });
  });
  resized.observe(box);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", redraw);
  return () => {
    resized.disconnect();
    scheme.removeEventListener("change", redraw);
    drawn.destroy();
  };
}
