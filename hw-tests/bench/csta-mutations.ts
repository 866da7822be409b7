/** Damaged PDUs of CSTA through the decoders of all encodings: none throws, no memory grows. */

import { mutate, randomFrom, type Count } from "../csta-mutations.js";
import { loadNow, table, thousands, type Report } from "./figures.js";

const heapGrowthMax = 16e6;
const seed = 285;

export function benchCstaMutations(total: number): Report {
  const before = loadNow();
  const heap = (): number => {
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  };
  // What the first hundred thousand leave behind, compiled code and corpora, is the floor.
  let floor = NaN;
  let most = 0;
  let mostWithGarbage = 0;
  const started = process.hrtime.bigint();
  const { counts, throws, thrown } = mutate(total, randomFrom(seed), () => {
    mostWithGarbage = Math.max(mostWithGarbage, process.memoryUsage().heapUsed);
    const now = heap();
    floor = Number.isNaN(floor) ? now : floor;
    most = Math.max(most, now);
  });
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const growth = most - floor;
  const row = ([name, { pdus, read, garbage }]: readonly [string, Count]): readonly string[] =>
    [name, ...[pdus, read, garbage].map(thousands)];
  const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);
  return {
    title: `CSTA decoders: ${thousands(total)} damaged PDUs in ${seconds.toFixed(0)} s, seed ${
      seed}, ${throws} throws; heap after collection ${mb(floor)} to ${mb(most)} MB, before it at `
      + `most ${mb(mostWithGarbage)} MB (load before ${before}, after ${loadNow()})`,
    table: [...table(["decoder", "PDUs", "messages read", "pieces of garbage"],
      Object.entries(counts).map(row)), ...thrown],
    targets: [
      { name: `CSTA decoders and ${thousands(total)} damaged PDUs`, wanted: "no throw",
        measured: `${throws}`, met: throws === 0 },
      { name: "CSTA decoders' memory meanwhile", wanted: `+ <= ${mb(heapGrowthMax)} MB`,
        measured: `+ ${mb(growth)} MB`, met: growth <= heapGrowthMax }],
    limit: "the making of the damage, and XML's parser",
  };
}
