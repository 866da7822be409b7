/**
 * Durable commits per second through Store.commit against bare LevelDB synced batches of the same
 * bytes, at the same concurrency, in interleaved rounds. Bare LevelDB is measured twice: with the
 * caller's bytes only, and with all the bytes that the store writes (journal and envelopes).
 */

import { mkdtemp, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Level } from "level";
import { ok } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { readU64, u64Key } from "../../firmware/store/keys.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import { put, type Keyspace } from "../../firmware/store/store.js";

export interface StoreBenchRow {
  readonly concurrency: number;
  /** Bytes of one commit's value. */
  readonly valueBytes: number;
  /** Medians of all rounds, commits per second. */
  readonly store: number;
  readonly bare: number;
  readonly bareAllBytes: number;
  /** store / bare. */
  readonly ratio: number;
  readonly ratioAllBytes: number;
  readonly rounds: number;
  /** One-minute load average when the row was finished. */
  readonly load: number;
}

export interface StoreBenchOptions {
  readonly rounds?: number;
  readonly roundMs?: number;
  readonly concurrencies?: readonly number[];
  readonly valueBytes?: number;
  /** A folder on the disk to measure. */
  readonly under?: string;
}

const bench: Keyspace<bigint, Uint8Array> = {
  name: "bench", version: 1, replicated: false, encodeKey: u64Key,
  decodeKey: (bytes) => readU64(bytes), encode: (value) => value, decode: (bytes) => ok(bytes),
};

/** Values that do not compress to nothing, made once. */
function values(size: number): readonly Uint8Array[] {
  let state = 1;
  return Array.from({ length: 64 }, () => Uint8Array.from({ length: size }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return 32 + ((state >>> 16) % 64);
  }));
}

type Write = (number: bigint, value: Uint8Array) => Promise<void>;

/** `concurrency` writers, each waiting for its own write; gives writes per second. */
async function measure(
  write: Write, concurrency: number, roundMs: number, samples: readonly Uint8Array[],
): Promise<number> {
  const started = performance.now();
  const until = started + roundMs;
  let number = BigInt(Math.floor(started * 1_000)) << 20n;
  let written = 0;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (performance.now() < until) {
      number += 1n;
      await write(number, samples[written % samples.length] ?? new Uint8Array(0));
      written += 1;
    }
  }));
  return written / ((performance.now() - started) / 1_000);
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const low = sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
  return (low + (sorted[middle] ?? 0)) / 2;
}

/** What the store adds: a key in the journal, an entry, two envelopes. */
const journalBytes = 16 + 32 + 16 + 9 + 5 + 8 + 6 + 6;

export async function benchStore(
  options: StoreBenchOptions = {},
): Promise<readonly StoreBenchRow[]> {
  const { rounds = 15, roundMs = 250, concurrencies = [1, 4, 16, 64], valueBytes = 256 } = options;
  const folder = await mkdtemp(join(options.under ?? tmpdir(), "store-bench-"));
  const encodings = { keyEncoding: "view", valueEncoding: "view" } as const;
  const level = new Level<Uint8Array, Uint8Array>(join(folder, "bare"), encodings);
  const store = openStore({ folder: join(folder, "store"), epoch: 1,
    world: nodeWorld(() => undefined, "error") });
  const started = await store.start();
  if (!started.ok) throw new Error(started.fault.message);
  await level.open();
  const samples = values(valueBytes);
  const extra = values(journalBytes + valueBytes)[0] ?? new Uint8Array(0);
  const sync = { ...encodings, sync: true } as const;
  const ways: Readonly<Record<"store" | "bare" | "bareAllBytes", Write>> = {
    store: async (number, value) => {
      const committed = await store.commit([put(bench, number, value)]);
      if (!committed.ok) throw new Error(committed.fault.message);
    },
    bare: (number, value) => level.batch([{ type: "put", key: u64Key(number), value }], sync),
    bareAllBytes: (number, value) => level.batch([{ type: "put", key: u64Key(number), value },
      { type: "put", key: u64Key(number | (1n << 63n)), value: extra }], sync),
  };
  const rows: StoreBenchRow[] = [];
  try {
    for (const concurrency of concurrencies) {
      const found = { store: [] as number[], bare: [] as number[], bareAllBytes: [] as number[] };
      for (let round = 0; round < rounds; round += 1) {
        for (const way of ["store", "bare", "bareAllBytes"] as const) {
          found[way].push(await measure(ways[way], concurrency, roundMs, samples));
        }
      }
      const medians = { store: median(found.store), bare: median(found.bare),
        bareAllBytes: median(found.bareAllBytes) };
      rows.push({ concurrency, valueBytes, ...medians, ratio: medians.store / medians.bare,
        ratioAllBytes: medians.store / medians.bareAllBytes, rounds, load: loadavg()[0] ?? 0 });
    }
  } finally {
    await store.stop(5_000);
    await level.close();
    await rm(folder, { recursive: true, force: true });
  }
  return rows;
}

export function storeTable(rows: readonly StoreBenchRow[]): string {
  const lines = ["durable commits per second (medians; ratio = store / bare LevelDB)",
    "writers  bytes    store     bare  ratio  bare, all bytes  ratio   load"];
  for (const row of rows) {
    lines.push([
      String(row.concurrency).padStart(7), String(row.valueBytes).padStart(6),
      row.store.toFixed(0).padStart(8), row.bare.toFixed(0).padStart(8),
      row.ratio.toFixed(2).padStart(6), row.bareAllBytes.toFixed(0).padStart(16),
      row.ratioAllBytes.toFixed(2).padStart(6), row.load.toFixed(2).padStart(6),
    ].join(" "));
  }
  return lines.join("\n");
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  process.stdout.write(`${storeTable(await benchStore())}\n`);
}
