import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync, closeSync, existsSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, readdirSync,
  readFileSync, rmSync, statSync, unlinkSync, writeFileSync, writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Result } from "../../firmware/base/result.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { verifyBackup } from "../../firmware/store/backup.js";
import { checkEveryMs, openStore } from "../../firmware/store/leveldb-store.js";
import type { StoreBounds } from "../../firmware/store/store-options.js";
import { restore } from "../../firmware/store/restore.js";
import { put, type Damage, type Store } from "../../firmware/store/store.js";
import { need } from "../requirement.js";
import { lines, valueOf, words } from "./store-child.js";

const child = join(import.meta.dirname, "store-child.js");
const world = nodeWorld(() => undefined, "error");
/** The user `nobody`, who owns nothing. */
const nobody = 65_534;

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function faultOf(result: Result<unknown>): string {
  return result.ok ? "ok" : `${result.fault.code}: ${result.fault.message}`;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function* of(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) {
    yield await Promise.resolve(bytes.subarray(at, at + 65_536));
  }
}

async function opened(
  folder: string, bounds: Partial<StoreBounds> = {}, damages: Damage[] = [],
): Promise<Store> {
  const store = openStore({ folder, world, epoch: 1, bounds: { reserveBytes: 0, ...bounds } });
  store.onDamage((damage) => damages.push(damage));
  must(await store.start());
  return store;
}

async function fill(store: Store, count: number, prefix = "k"): Promise<Map<string, string>> {
  const expected = new Map<string, string>();
  await Promise.all(Array.from({ length: count }, async (_, n) => {
    const key = `${prefix}${n}`;
    expected.set(key, valueOf(key));
    must(await store.commit([put(words, key, valueOf(key))]));
  }));
  return expected;
}

function flipBit(path: string, at: number, bit: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ (1 << bit);
  writeFileSync(path, bytes);
}

interface RunOptions {
  readonly killAfterMs?: number;
  readonly uid?: number;
  readonly seed?: number;
}

/** Runs the child to its end or until it is killed; gives what it printed, or what killed it. */
function run(action: string, folder: string, options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, action, folder, String(options.seed)], {
      stdio: ["ignore", "pipe", "inherit"],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    });
    let text = "";
    let timer: NodeJS.Timeout | undefined;
    running.stdout.setEncoding("utf8");
    running.stdout.on("data", (chunk: string) => {
      text += chunk;
      if (options.killAfterMs === undefined) return;
      timer ??= setTimeout(() => running.kill("SIGKILL"), options.killAfterMs);
    });
    running.on("error", reject);
    running.on("close", (code, signal) => {
      clearTimeout(timer);
      if (code === 0 || options.killAfterMs !== undefined) resolve(text);
      else reject(new Error(`${action} ended with ${signal ?? code}, seed ${options.seed}`));
    });
  });
}

describe("store on disk", function () {
  this.timeout(60_000);
  let base = "";

  before(() => { base = mkdtempSync(join(tmpdir(), "store-test-")); });
  after(() => { rmSync(base, { recursive: true, force: true }); });

  it("has every acknowledged write after kill -9 under load, again and again", async () => {
    const folder = join(base, "killed");
    const acknowledged = new Map<string, string>();
    let newest = 0n;
    for (const killAfterMs of [50, 300, 700]) {
      const text = await run("write", folder, { killAfterMs });
      const full = text.slice(0, text.lastIndexOf("\n"));
      for (const line of full.split("\n")) {
        const [space = "", key = "", position = "0"] = line.split(" ");
        acknowledged.set(key, space);
        if (BigInt(position) > newest) newest = BigInt(position);
      }
      const damages: Damage[] = [];
      const store = await opened(folder, {}, damages);
      for (const [key, space] of acknowledged) {
        const found = await store.get(space === "words" ? words : lines, key);
        assert.equal(must(found), valueOf(key), `${space}/${key}`);
      }
      assert.ok(must(await store.size()).headPosition >= newest);
      assert.deepEqual(must(await store.scrub()).damages, []);
      assert.deepEqual(damages, []);
      await store.stop(5_000);
    }
    assert.ok(acknowledged.size > 1_000, `only ${acknowledged.size} writes were acknowledged`);
  });

  it("finds every flipped bit in a table, and serves none of them", async () => {
    const folder = join(base, "table");
    let store = await opened(folder);
    const expected = await fill(store, 3_000);
    await store.stop(5_000);
    // LevelDB writes the log into a table when it opens the folder again.
    store = await opened(folder);
    await store.stop(5_000);
    const table = readdirSync(folder).filter((name) => name.endsWith(".ldb"))
      .map((name) => join(folder, name)).sort((a, b) => statSync(b).size - statSync(a).size)[0];
    assert.ok(table !== undefined);
    const good = readFileSync(table);
    const whole = await opened(folder);
    assert.deepEqual(must(await whole.scrub()).damages, []);
    await whole.stop(5_000);
    for (let round = 0; round < 12; round += 1) {
      const at = Math.floor((good.length - 60) * round / 12) + round;
      flipBit(table, at, round % 8);
      const damages: Damage[] = [];
      const damaged = openStore({ folder, world, epoch: 1, bounds: { reserveBytes: 0 } });
      damaged.onDamage((damage) => damages.push(damage));
      const started = await damaged.start();
      if (started.ok) {
        const report = await damaged.scrub();
        assert.ok(!report.ok || report.value.damages.length > 0, `byte ${at}: not found`);
        for await (const [key, value] of damaged.range(words, {})) {
          assert.equal(value, expected.get(key), `byte ${at}: served`);
        }
        await damaged.stop(5_000);
      } else {
        assert.match(faultOf(started), /^store-damaged: .*restore a backup/);
      }
      // A compaction may have removed the table meanwhile: then there is nothing left to flip.
      if (!existsSync(table)) break;
      writeFileSync(table, good);
    }
  });

  for (const seed of [1, 2]) {
    it(`lives on with flipped bits in many tables, again and again: seed ${seed}`, async () => {
      const [served, written] = (await run("rot", join(base, `rot-${seed}`), { seed }))
        .split(" of ").map(Number);
      assert.ok(served !== undefined && served > 100, `${served} of ${written} are served`);
    });
  }

  it("finds by itself, once a day, what broke while it runs", async () => {
    const folder = join(base, "daily");
    const first = await opened(folder);
    await fill(first, 500);
    await first.stop(5_000);
    const daily = new SimulatedWorld();
    const store = openStore({ folder, world: daily, epoch: 1, bounds: { reserveBytes: 0 } });
    must(await store.start());
    const table = readdirSync(folder).find((name) => name.endsWith(".ldb"));
    assert.ok(table !== undefined);
    const told = new Promise<Damage>((resolve) => { store.onDamage(resolve); });
    flipBit(join(folder, table), 100, 1);
    await daily.advance(checkEveryMs);
    assert.match((await told).problem, new RegExp(`^${table}: the block at 0 has a wrong`));
    assert.ok(must(await store.scrub()).damages.length > 0, "and it is told again when asked for");
    assert.ok(existsSync(join(folder, `${table}.damaged`)));
    must(await store.commit([put(words, "after", "mending")]));
    const again = must(await store.scrub());
    assert.deepEqual(again.damages.filter(({ space }) => space === "files"), []);
    await store.stop(5_000);
    assert.deepEqual(daily.timersPending, []);
  });

  it("leaves the tables alone while another program has them open", async () => {
    const folder = join(base, "shared");
    const first = await opened(folder);
    await fill(first, 500);
    await first.stop(5_000);
    const store = await opened(folder);
    const table = readdirSync(folder).find((name) => name.endsWith(".ldb"));
    assert.ok(table !== undefined);
    flipBit(join(folder, table), 100, 1);
    const rotten = readFileSync(join(folder, table));
    assert.match(await run("open", folder, {}), /^store-unavailable: another program.*stop it/);
    assert.deepEqual(readFileSync(join(folder, table)), rotten);
    assert.ok(must(await store.scrub()).damages.length > 0);
    await store.stop(5_000);
  });

  it("finds a flipped bit in the log at the start, keeps a copy, serves only what is right",
    async () => {
      const folder = join(base, "log");
      const store = await opened(folder);
      const expected = await fill(store, 500);
      await store.stop(5_000);
      const log = readdirSync(folder).find((name) => name.endsWith(".log"));
      assert.ok(log !== undefined);
      const { size } = statSync(join(folder, log));
      flipBit(join(folder, log), size >> 1, 3);
      const damages: Damage[] = [];
      const again = await opened(folder, {}, damages);
      assert.match(damages[0]?.problem ?? "",
        new RegExp(`^${log}: the record at \\d+ has a wrong`));
      assert.ok(damages.some(({ space }) => space !== "files"), "the chain shows what was lost");
      assert.ok(existsSync(join(folder, `${log}.damaged`)));
      assert.equal(again.health.status, "degraded");
      let served = 0;
      for await (const [key, value] of again.range(words, {})) {
        assert.equal(value, expected.get(key));
        served += 1;
      }
      assert.ok(served < expected.size);
      await again.stop(5_000);
    });

  it("restores a backup to an equal store, and refuses bad files and used folders", async () => {
    const store = await opened(join(base, "source"), { journalKeepMax: 300 });
    await fill(store, 2_000);
    must(await store.append([put(lines, "raw", "bytes")]));
    const writing = fill(store, 500, "meanwhile");
    const backup = Buffer.concat(await all(store.backup()));
    await writing;
    const target = join(base, "target");
    const summary = must(await restore(target, of(backup)));
    assert.deepEqual(must(await verifyBackup(of(backup))), summary);
    const copy = await opened(target);
    assert.ok(must(await copy.size()).headPosition >= 2_000n);
    assert.deepEqual(must(await copy.scrub()).damages, []);
    const first = (pairs: (readonly [string, string])[]): (readonly [string, string])[] =>
      pairs.filter(([key]) => key.startsWith("k"));
    assert.deepEqual(first(await all(copy.range(words, {}))),
      first(await all(store.range(words, {}))));
    assert.equal(must(await copy.get(lines, "raw")), "bytes");
    const position = must(await copy.size()).headPosition;
    assert.equal(must(await copy.commit([put(words, "next", "one")])), position + 1n);
    await copy.stop(5_000);
    await store.stop(5_000);
    assert.match(faultOf(await restore(target, of(backup))), /^precondition: .*not empty/);
    const other = join(base, "other");
    const short = backup.subarray(0, backup.length - 1);
    assert.match(faultOf(await restore(other, of(short))), /^store-damaged: .*ends too early/);
    const changed = Buffer.from(backup);
    changed[backup.length >> 1] = (changed[backup.length >> 1] ?? 0) ^ 1;
    assert.match(faultOf(await restore(other, of(changed))), /^store-damaged: .*damaged/);
    assert.deepEqual(readdirSync(base).filter((name) => name.startsWith("other")), []);
    mkdirSync(other);
    must(await restore(other, of(backup)));
  });

  it("says what to do about a locked, wrong or damaged folder", async () => {
    const folder = join(base, "locked");
    const store = await opened(folder);
    await fill(store, 10);
    assert.match(await run("open", folder, {}), /^store-unavailable: another program.*stop it/);
    await store.stop(5_000);
    assert.equal(await run("open", folder, {}), "opened");

    const file = join(base, "file");
    writeFileSync(file, "");
    assert.match(await run("open", file, {}), /^store-unavailable: .*not a directory: name/);
    assert.match(await run("open", join(file, "below"), {}),
      /^store-unavailable: .*not a directory/);

    const manifest = readdirSync(folder).find((name) => name.startsWith("MANIFEST"));
    assert.ok(manifest !== undefined);
    unlinkSync(join(folder, manifest));
    assert.match(await run("open", folder, {}), /^store-damaged: .*restore a backup/);
    unlinkSync(join(folder, "CURRENT"));
    await assertUntouched(folder);
  });

  /** LevelDB would make a new, empty database here and delete the tables. */
  async function assertUntouched(folder: string): Promise<void> {
    const before = readdirSync(folder).sort();
    assert.ok(before.some((name) => name.endsWith(".ldb")));
    assert.match(await run("open", folder, {}), /^store-damaged: .*CURRENT.*restore a backup/);
    assert.deepEqual(readdirSync(folder).sort(), before);
  }

  it("says what to do about a folder without permission", async function () {
    const folder = join(base, "private");
    const store = await opened(folder);
    await store.stop(1_000);
    chmodSync(base, 0o755);
    chmodSync(folder, 0o000);
    const asRoot = process.getuid?.() === 0;
    const text = await run("open", folder, asRoot ? { uid: nobody } : {}).catch(() => "");
    chmodSync(folder, 0o700);
    need(this, "nobody", asRoot && text === "" ? "the user nobody cannot run this build; "
      + "move it to a folder that all may enter" : undefined);
    assert.match(text, /^store-unavailable: no permission .*chown/);
  });

  describe("disk full", () => {
    let mounted = "";

    before(function () {
      mounted = join(base, "small");
      mkdirSync(mounted);
      try {
        execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", mounted],
          { stdio: "pipe" });
      } catch {
        mounted = "";
        need(this, "tmpfs", "a small file system cannot be mounted; run the tests as root");
      }
    });
    after(() => { if (mounted !== "") execFileSync("umount", [mounted]); });

    /** Takes what space there is, except `left` bytes. */
    function takeSpace(path: string, left: number): void {
      const file = openSync(path, "w");
      const block = new Uint8Array(64 * 1024);
      try {
        for (;;) writeSync(file, block);
      } catch {
        ftruncateSync(file, Math.max(0, statSync(path).size - left));
      } finally {
        closeSync(file);
      }
    }

    for (const [name, reserveBytes] of [["before LevelDB meets it", 1024 * 1024],
      ["when LevelDB itself runs out", 0]] as const) {
      it(`tells, goes on reading, recovers: ${name}`, async () => {
        const folder = join(mounted, `data-${reserveBytes}`);
        const ballast = join(mounted, "ballast");
        const store = await opened(folder, { reserveBytes });
        const told: string[] = [];
        store.onWriteFailure((full) => told.push(full ? "full" : "failed"));
        store.onWriteRecovered(() => told.push("recovered"));
        const expected = await fill(store, 200);
        takeSpace(ballast, reserveBytes === 0 ? 200_000 : 900_000);
        let refused: string | undefined;
        for (let n = 0; refused === undefined && n < 20_000; n += 1) {
          const key = `full${n}`;
          const result = await store.commit([put(words, key, valueOf(key))]);
          if (result.ok) expected.set(key, valueOf(key));
          else refused = faultOf(result);
        }
        assert.match(refused ?? "", /^store-full: the disk of the data folder is full/);
        assert.match(faultOf(await store.append([put(lines, "x", "y")])), /^store-full/);
        assert.equal(store.health.status, "degraded");
        for (const [key, value] of expected) assert.equal(must(await store.get(words, key)), value);
        unlinkSync(ballast);
        must(await store.commit([put(words, "after", "free")]));
        expected.set("after", "free");
        assert.deepEqual(told, ["full", "recovered"]);
        assert.equal(store.health.status, "ok");
        await store.stop(5_000);
        const damages: Damage[] = [];
        const again = await opened(folder, {}, damages);
        for (const [key, value] of expected) assert.equal(must(await again.get(words, key)), value);
        assert.deepEqual(must(await again.scrub()).damages, []);
        assert.deepEqual(damages, []);
        await again.stop(5_000);
        rmSync(folder, { recursive: true });
      });
    }
  });
});
