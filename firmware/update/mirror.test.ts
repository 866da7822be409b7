import assert from "node:assert/strict";
import { SimulatedWorld } from "../base/world-simulated.js";
import { SimulatedAppliance } from "./appliance-simulated.js";
import { blockBytes, writeBlockIndex } from "./block-index.js";
import { attemptsMax, MirrorFetch, retryMs } from "./mirror.js";
import { SimulatedMirror } from "./mirror-simulated.js";

const url = "https://mirror.example/jackfield.raucb";
const headBytes = 96;
const random = new SimulatedWorld().random;
const blocks = Array.from({ length: 60 }, () => Buffer.from(random.bytes(blockBytes)));
const bundle = Buffer.concat([random.bytes(headBytes), ...blocks, random.bytes(500)]);

class Bench {
  readonly world = new SimulatedWorld();
  readonly unit = new SimulatedAppliance();
  readonly mirror = new SimulatedMirror();
  readonly fetch: MirrorFetch;

  constructor(bundleBytesMax = 1 << 20) {
    this.mirror.files.set(url, bundle);
    this.fetch = new MirrorFetch({ world: this.world, source: this.mirror, appliance: this.unit,
      url, bundleBytesMax });
  }

  /** Waits as often as it may have to be tried. */
  async run(): ReturnType<MirrorFetch["run"]> {
    const running = this.fetch.run();
    for (let n = 0; n < attemptsMax; n += 1) await this.world.advance(retryMs);
    return running;
  }
}

describe("a bundle from a mirror", () => {
  it("comes whole where there is no index", async () => {
    const bench = new Bench();
    assert.deepEqual(await bench.run(),
      { ok: true, value: { mirrorBytes: bundle.length, ownBytes: 0 } });
    assert.ok(bench.unit.content.equals(bundle));
  });

  it("goes on where it was interrupted", async () => {
    const bench = new Bench();
    bench.mirror.cuts.push(100_000, 50_000);
    bench.mirror.failures.push(0, 503);
    assert.ok((await bench.run()).ok);
    assert.ok(bench.unit.content.equals(bundle));
    assert.deepEqual(bench.mirror.asked.slice(-2), [`${url} 100000-`, `${url} 150000-`]);
  });

  it("takes from the root that runs what is there already", async () => {
    const bench = new Bench();
    bench.mirror.files.set(`${url}.blocks`, writeBlockIndex(bundle, headBytes));
    // The running root: other blocks in front, and one in the middle that has changed.
    bench.unit.root = Buffer.concat([random.bytes(3 * blockBytes), ...blocks.slice(0, 30),
      random.bytes(blockBytes), ...blocks.slice(31)]);
    bench.mirror.cuts.push(2_000_000, 0);
    const fetched = await bench.run();
    assert.ok(fetched.ok && bench.unit.content.equals(bundle));
    assert.deepEqual(fetched.value,
      { mirrorBytes: headBytes + blockBytes + 500, ownBytes: 59 * blockBytes });
  });

  it("asks for the index again when the mirror does not answer at first", async () => {
    const bench = new Bench();
    bench.mirror.files.set(`${url}.blocks`, writeBlockIndex(bundle, headBytes));
    bench.unit.root = Buffer.concat(blocks);
    bench.mirror.failures.push(0, 503);
    bench.mirror.cuts.push(0);
    const fetched = await bench.run();
    assert.deepEqual(fetched, { ok: true,
      value: { mirrorBytes: headBytes + 500, ownBytes: 60 * blockBytes } });
    assert.deepEqual(bench.mirror.asked.slice(0, 4).map((asked) => asked.split(" ")[0]),
      Array.from({ length: 4 }, () => `${url}.blocks`));
    assert.ok(bench.unit.content.equals(bundle));
  });

  it("ends with a refusal where the root that runs ends too early", async () => {
    const bench = new Bench();
    bench.mirror.files.set(`${url}.blocks`, writeBlockIndex(bundle, headBytes));
    bench.unit.root = Buffer.concat(blocks);
    const read = bench.unit.readRoot.bind(bench.unit);
    let looks = 0;
    bench.unit.readRoot = (offset, bytes) => read(looks++ === 0 ? offset : 1 << 30, bytes);
    const fetched = await bench.run();
    assert.equal(fetched.ok ? undefined : fetched.fault.code, "update-refused");
  });

  it("comes whole where the index is damaged", async () => {
    const bench = new Bench();
    bench.mirror.files.set(`${url}.blocks`, Buffer.from("no index\n"));
    assert.ok((await bench.run()).ok);
    assert.ok(bench.unit.content.equals(bundle));
  });

  it("is given up where the mirror says no, gives too much, or is silent for long", async () => {
    const absent = new Bench();
    absent.mirror.failures.push(404);
    const no = await absent.run();
    assert.ok(!no.ok && /answers 404/.test(no.fault.message));

    const large = await new Bench(1_000).run();
    assert.ok(!large.ok && /more than 1000 bytes/.test(large.fault.message));

    const silent = new Bench();
    silent.mirror.failures.push(...Array.from({ length: attemptsMax }, () => 0));
    const nothing = await silent.run();
    assert.ok(!nothing.ok && nothing.fault.code === "link-down");

    const whole = new Bench();
    whole.mirror.knowsRanges = false;
    whole.mirror.cuts.push(25_000);
    const again = await whole.run();
    assert.ok(!again.ok && /answers 200/.test(again.fault.message));
  });

  it("stops when it is told to", async () => {
    const bench = new Bench();
    bench.mirror.failures.push(0);
    const running = bench.fetch.run();
    await bench.world.advance(1);
    bench.fetch.cancel();
    await bench.world.advance(retryMs);
    const ended = await running;
    assert.ok(!ended.ok && ended.fault.code === "precondition");
    assert.equal(bench.unit.bytes, 0);
  });
});
