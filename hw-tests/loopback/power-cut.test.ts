/**
 * Every power cut during a feed: all that the process wrote and flushed is recorded, and the disk
 * is built again as each step of it left it.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import { StoredRawKeeper } from "../../firmware/switching/raw-keeper.js";
import { need } from "../requirement.js";
import { Disk, stepsOf, tracedCalls, type Step } from "./disk-trace.js";
import { fedSegment, link } from "./record-child.js";

const child = join(import.meta.dirname, "record-child.js");
const world = nodeWorld(() => undefined, "error");

/** What a start finds: each segment by its position. */
async function segmentsIn(folder: string): Promise<ReadonlyMap<bigint, Buffer>> {
  const store = openStore({ folder, world, epoch: 1, bounds: { reserveBytes: 0 } });
  const keeper = new StoredRawKeeper({ store, world, retention: () => ({ ageMsMax: 1e12 }) });
  for (const component of [store, keeper]) {
    const started = await component.start();
    assert(started.ok, started.ok ? "" : started.fault.message);
  }
  const found = new Map<bigint, Buffer>();
  for await (const { position, bytes } of keeper.read(link, 0n, 1e9)) {
    found.set(position, Buffer.from(bytes));
  }
  await keeper.stop();
  await store.stop(5_000);
  return found;
}

describe("a power cut at any step of a feed", function () {
  this.timeout(300_000);
  let folder = "";
  let steps: readonly Step[] = [];

  before(function () {
    const found = spawnSync("strace", ["-V"]).status === 0;
    need(this, "strace", found ? undefined : "apt-get install strace");
    folder = mkdtempSync(join(tmpdir(), "power-cut-"));
    const log = join(folder, "strace.log");
    const data = join(folder, "data");
    const run = spawnSync("strace", ["-f", "-qq", "-xx", "-s", "4194304", "-e", "signal=none",
      "-e", `trace=${tracedCalls}`, "-o", log, process.execPath, child, "feed", data],
    { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    steps = stepsOf(readFileSync(log, "utf8"), data);
  });

  after(() => { rmSync(folder, { recursive: true, force: true }); });

  it("has seen the log change over to a new one, tables written and old files removed", () => {
    const of = (kind: Step["kind"], name: RegExp): number => steps.filter((step) =>
      step.kind === kind && "path" in step && name.test(step.path)).length;
    assert(of("made", /\d+\.log$/) >= 2);
    assert(of("made", /\d+\.ldb$/) >= 1);
    assert(of("removed", /\d+\.log$/) >= 1);
    assert(of("flushed", /\d+\.log$/) >= 20);
    assert(of("renamed", /dbtmp$/) >= 1);
    assert(steps.filter(({ kind }) => kind === "told").length >= 40);
  });

  for (const left of ["flushed", "all"] as const) {
    it(`loses nothing acknowledged where ${left === "all" ? "all that was written is left"
      : "only what was flushed is left"}`, async () => {
      const disk = new Disk();
      const acknowledged = new Map<bigint, number>();
      let cuts = 0;
      for (const [index, step] of steps.entries()) {
        disk.take(step);
        if (step.kind === "told") {
          const [, position = "", number = ""] = /^kept (\d+) (\d+)$/m.exec(step.text) ?? [];
          acknowledged.set(BigInt(position), Number(number));
        }
        // Text for people, which no start reads.
        if ("path" in step && /(^|\/)LOG(\.old)?$/.test(step.path)) continue;
        const isNext = steps[index + 1]?.kind === step.kind;
        // One write after the other leaves no more flushed than the first; of a long row of them
        // the first and the last are tried.
        const isInside = isNext && (left === "flushed" || steps[index - 1]?.kind === step.kind);
        if (step.kind === "written" && isInside) continue;
        const at = join(folder, `cut-${left}`);
        disk.write(at, left);
        const found = await segmentsIn(at);
        rmSync(at, { recursive: true });
        cuts += 1;
        for (const [position, number] of acknowledged) {
          assert(found.get(position)?.equals(fedSegment(number)) === true,
            `segment ${position} is missing after step ${index} of ${steps.length}`);
        }
        for (const [position, bytes] of found) {
          assert(bytes.equals(fedSegment(bytes.readUInt32BE(0))), `segment ${position} is wrong`);
        }
      }
      assert(cuts > 100, `only ${cuts} cuts`);
      assert(acknowledged.size > 40);
    });
  }
});
