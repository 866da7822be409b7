import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { eventOf, link, openDurables, recordOf } from "./record-child.js";

const child = join(import.meta.dirname, "record-child.js");

interface Told {
  given: bigint;
  durable: bigint;
  readonly records: bigint[];
  readonly raw: Map<bigint, string>;
}

/** Lets the child tell of so many records, kills it, and adds what it told. */
function loadAndKill(folder: string, records: number, told: Told): Promise<void> {
  return new Promise((resolve, reject) => {
    const running = spawn(process.execPath, [child, "load", folder],
      { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    let left = records;
    running.stdout.setEncoding("utf8");
    running.stdout.on("data", (chunk: string) => {
      text += chunk;
      left -= chunk.split("record ").length - 1;
      if (left <= 0) running.kill("SIGKILL");
    });
    running.on("error", reject);
    running.on("close", () => {
      for (const line of text.slice(0, text.lastIndexOf("\n")).split("\n")) {
        const [what, number = "0", ...rest] = line.split(" ");
        if (what === "given") told.given = BigInt(number);
        if (what === "durable") told.durable = BigInt(number);
        if (what === "record") told.records.push(BigInt(number));
        if (what === "raw") told.raw.set(BigInt(number), rest.join(" "));
      }
      resolve();
    });
  });
}

describe("records, events and raw bytes over kill -9", function () {
  this.timeout(60_000);
  let folder = "";

  before(() => { folder = mkdtempSync(join(tmpdir(), "records-test-")); });
  after(() => { rmSync(folder, { recursive: true, force: true }); });

  it("loses nothing acknowledged and uses no event number twice", async () => {
    const told: Told = { given: 0n, durable: 0n, records: [], raw: new Map() };
    for (const records of [200, 400]) {
      await loadAndKill(folder, records, told);
      const { log, book, keeper, store, stop } = await openDurables(folder);
      assert.ok(log.firstNumber > told.given, "a number would be given out twice");
      assert.equal(log.position(told.durable), "kept");
      assert.equal(log.position(told.given + 1_000n), "lost");
      const last = await log.readAfter(told.durable - 1n, 1);
      assert.deepEqual(last.ok && last.value, [eventOf(told.durable)]);
      for (const number of told.records) {
        const found = await book.get(recordOf(number).id);
        assert.deepEqual(found.ok && found.value, recordOf(number));
      }
      const newest = told.records.at(-1) ?? 0n;
      const byNumber = await book.list({ number: `0612${newest}` }, 10);
      assert.ok(byNumber.ok && byNumber.value.records.some(({ id }) => id === recordOf(newest).id));
      const raw = new Map<bigint, string>();
      for await (const { position, bytes } of keeper.read(link, 0n, 1e9)) {
        raw.set(position, Buffer.from(bytes).toString());
      }
      for (const [position, line] of told.raw) assert.equal(raw.get(position), line);
      const scrubbed = await store.scrub();
      assert.deepEqual(scrubbed.ok && scrubbed.value.damages, []);
      await stop();
    }
    assert.ok(told.records.length > 500, `only ${told.records.length} records`);
    const clean = await openDurables(folder);
    const first = clean.log.firstNumber;
    await clean.stop();
    const again = await openDurables(folder);
    assert.equal(again.log.firstNumber, first, "a clean stop continues the numbers");
    await again.stop();
  });
});
