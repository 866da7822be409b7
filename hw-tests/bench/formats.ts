/**
 * Record formats: records decoded a second, and how often the link doctor is right the first time
 * over every format (its first layout), eight line settings and three kinds of noise.
 */

import { smdrCodec } from "../../drivers/smdr/codec.js";
import { formatNames, formatOf } from "../../drivers/smdr/formats/index.js";
import { plainRecords } from "../../drivers/smdr/formats/samples/index.js";
import { diagnose, settings } from "../doctor-rig.js";
import { loadNow, median, table, thousands, type Report } from "./figures.js";

const rightMin = 0.99;
const recordsPerRound = 2_000;
const rounds = 7;

/** What may stand between two records, by the number of the call; the same in every run. */
const noises: Readonly<Record<string, (call: number) => Buffer>> = {
  "page headers": (call) => Buffer.from(call % 4 === 1 ? "\f\r\n--------\r\n~" : ""),
  "bits of lines": (call) => Buffer.from(call % 3 === 1 ? "01 22/11 :4\r\n" : ""),
  "line noise": (call) => Buffer.from(call % 2 === 0 ? [] :
    Array.from({ length: 6 }, (_, n) => (call * 37 + n * 91) % 256)),
};

function rateOf(name: string): number {
  const [texts = []] = plainRecords(name);
  const bytes = Buffer.concat(Array.from({ length: recordsPerRound }, (_, n) =>
    texts[n % texts.length] ?? Buffer.alloc(0)));
  return median(Array.from({ length: rounds }, () => {
    const started = performance.now();
    const decoder = smdrCodec(formatOf(name), {}).decoder();
    const found = [...decoder.push(bytes), ...decoder.flush()];
    const records = found.filter((each) => each.kind === "message").length;
    return records * 1_000 / (performance.now() - started);
  }));
}

export async function benchFormats(): Promise<Report> {
  const before = loadNow();
  let [right, wrong, all] = [0, 0, 0];
  const rows: string[][] = [];
  for (const name of formatNames) {
    const [texts = []] = plainRecords(name);
    let [own, tried] = [0, 0];
    for (const noise of Object.values(noises)) {
      for (const setting of settings) {
        const verdict = await diagnose(texts, setting, noise);
        const sure = verdict.kind === "recognised";
        const same = verdict.candidates[0]?.options["format"] === name
          && verdict.settings?.startsWith(`${setting.baudRate} ${setting.dataBits}`) === true;
        tried += 1;
        own += sure && same ? 1 : 0;
        wrong += sure && !same ? 1 : 0;
      }
    }
    [right, all] = [right + own, all + tried];
    rows.push([name, thousands(rateOf(name)), `${own} of ${tried}`]);
  }
  return {
    title: `Record formats (load before ${before}, after ${loadNow()})`,
    table: [...table(["format", "records/s", "right first time"], rows),
      `noise: ${Object.keys(noises).join(", ")}; a line simulated bit by bit, not a real port`],
    targets: [
      { name: "formats and settings right first time", wanted: `>= ${rightMin * 100} %`,
        measured: `${(right / all * 100).toFixed(1)} % of ${all}`, met: right / all >= rightMin },
      { name: "never sure and wrong", wanted: "0", measured: String(wrong), met: wrong === 0 }],
    limit: "the processor: regular expressions of the fields",
  };
}
