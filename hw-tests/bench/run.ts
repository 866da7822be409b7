/**
 * All benches, or those named, one after the other: node build/hw-tests/bench/run.js
 * [ami] [switching] [store] [latency] [cost] [csta] [csta-events]
 * [csta-devices] [csta-mutations] [formats] [image] [lines] [backlog] [memory].
 * Seconds of the memory run: STEADY=600; damaged PDUs: MUTATIONS=10000000.
 * Exit code 1: a target was missed, 2: a bench failed.
 */

import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { benchAmiCodec } from "./ami-codec.js";
import { benchBacklog } from "./backlog.js";
import { benchCost } from "./cost.js";
import { benchCstaCodec } from "./csta-codec.js";
import { benchCstaDevices } from "./csta-devices.js";
import { benchCstaEvents } from "./csta-events.js";
import { benchCstaMutations } from "./csta-mutations.js";
import { loadNow, table, thousands, type Report, type Target } from "./figures.js";
import { benchFormats } from "./formats.js";
import { benchImage } from "./image.js";
import { benchLatency } from "./latency.js";
import { benchMemory } from "./memory.js";
import { benchSerialLines } from "./serial-lines.js";
import { benchStore } from "./store.js";
import { benchSwitching } from "./switching.js";

const amiRatioMin = 5;
const storeRatioMin = 0.8;
const steadySecondsDefault = 60;
const mutationsDefault = 1_000_000;

async function ami(): Promise<Report> {
  const before = loadNow();
  const bench = await benchAmiCodec();
  const sizes = [...new Set(bench.rows.map((row) => row.chunkBytes))];
  const own = bench.rows.filter((row) => row.parser.startsWith("ours"));
  const others = bench.rows.filter((row) => !row.parser.startsWith("ours"));
  const ratios = sizes.map((size) =>
    Math.min(...others.filter((row) => row.chunkBytes === size).map((row) => row.ratio)));
  const compared = Object.entries(bench.fieldsCompared).map(([name, count]) =>
    `${name} ${thousands(count)}`);
  return {
    title: `AMI decoding: ${bench.messages} recorded messages, ${thousands(bench.bytes)} bytes, `
      + `medians of ${bench.rounds} rounds (load before ${before}, after ${loadNow()})`,
    table: [...table(["parser", "chunk", "messages/s", "ours is faster"], [...own, ...others]
      .toSorted((a, b) => b.chunkBytes - a.chunkBytes).map((row) => [row.parser,
        String(row.chunkBytes), thousands(row.messagesPerSecond), `${row.ratio.toFixed(1)} x`])),
    `fields equal to ours: ${compared.join(", ")}`],
    targets: [{ name: "AMI decoding against the fastest package", wanted: `>= ${amiRatioMin} x`,
      measured: sizes.map((size, n) => `${ratios[n]?.toFixed(1) ?? "?"} x in chunks of ${size}`)
        .join(", "),
      met: ratios.every((ratio) => ratio >= amiRatioMin) }],
    limit: "the parser: the search for line ends, and the strings of the values",
  };
}

async function store(): Promise<Report> {
  const before = loadNow();
  const rows = await benchStore();
  // Of the same bytes: what the store writes, its journal and envelopes included.
  const worst = rows.reduce((least, row) => row.ratioAllBytes < least.ratioAllBytes ? row : least);
  return {
    title: "Durable commits a second, and bare LevelDB with synced batches (load before "
      + `${before}, after ${loadNow()})`,
    table: table(["writers", "value", "store", "bare", "store/bare", "bare, all bytes",
      "store/bare", "load"], rows.map((row) => [String(row.concurrency), `${row.valueBytes} B`,
      thousands(row.store), thousands(row.bare), row.ratio.toFixed(2),
      thousands(row.bareAllBytes), row.ratioAllBytes.toFixed(2), row.load.toFixed(2)])),
    targets: [{ name: "durable commits against bare LevelDB",
      wanted: `>= ${storeRatioMin * 100} %`, met: worst.ratioAllBytes >= storeRatioMin,
      measured: `${(worst.ratioAllBytes * 100).toFixed(0)} % at worst (${worst.concurrency} `
        + "writers)" }],
    limit: "the disk's flush; with many writers the processor (journal, checksums)",
  };
}

const benches: Readonly<Record<string, () => Promise<Report>>> = {
  ami, store, switching: () => benchSwitching(), latency: () => benchLatency(),
  cost: () => benchCost(), csta: () => Promise.resolve(benchCstaCodec()),
  "csta-events": () => benchCstaEvents(), "csta-devices": () => benchCstaDevices(),
  "csta-mutations": () => Promise.resolve(benchCstaMutations(
    Number(process.env["MUTATIONS"] || mutationsDefault))),
  formats: () => benchFormats(),
  image: () => benchImage(),
  lines: () => benchSerialLines(), backlog: () => benchBacklog(),
  memory: () => benchMemory({ seconds: Number(process.env["STEADY"] || steadySecondsDefault) }),
};

function say(line = ""): void {
  process.stdout.write(`${line}\n`);
}

const names = process.argv.slice(2);
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  say(`No such bench: ${unknown.join(", ")}. There are ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}
setFlagsFromString("--expose-gc");
globalThis.gc = runInNewContext("gc") as NodeJS.GCFunction;
const targets: Target[] = [];
let failed = false;
for (const [name, bench] of Object.entries(benches)) {
  if (names.length > 0 && !names.includes(name)) continue;
  try {
    const report = await bench();
    say(`\n${report.title}\n${report.table.join("\n")}\nlimit: ${report.limit}`);
    targets.push(...report.targets);
  } catch (error) {
    failed = true;
    say(`\n${name} failed: ${error instanceof Error ? error.stack ?? "" : String(error)}`);
  }
}
say(`\n${table(["target", "wanted", "measured", ""], targets.map((each) =>
  [each.name, each.wanted, each.measured, each.met ? "met" : "MISSED"])).join("\n")}`);
process.exit(failed ? 2 : targets.every((each) => each.met) ? 0 : 1);
