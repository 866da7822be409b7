/** Driver and PBX of each framing, against each other and against losses. */

import assert from "node:assert/strict";
import fc from "fast-check";
import { done, fail, inLanguage, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import { driver } from "./driver.js";
import { connectivityMs, createNecPolledPeer, createNecTcpPeer, createRspPeer,
  type FramedPeer, type FramedPeerPlan } from "./framed-peers.js";
import { cmLine, necText } from "./framed-records.js";
import { packetQuietMs, silenceMs } from "./framings/avaya-rsp.js";
import { answerMs, triesMax } from "./framings/nec.js";
import type { SmdrOptions } from "./options.js";

interface Kind {
  readonly name: string;
  readonly options: object;
  readonly peer: (plan: FramedPeerPlan) => FramedPeer;
  readonly record: (n: number) => Buffer;
}

const kinds: readonly Kind[] = [
  { name: "nec-polled", options: { format: "nec-neax", framing: "nec-polled" },
    peer: createNecPolledPeer, record: necText },
  { name: "nec-tcp", options: { format: "nec-neax", framing: "nec-tcp" },
    peer: createNecTcpPeer, record: necText },
  { name: "avaya-rsp", options: { format: "avaya-cm", framing: "avaya-rsp" },
    peer: createRspPeer, record: cmLine },
];

class Bench {
  readonly world = new SimulatedWorld(9);
  readonly told: string[] = [];
  readonly records: CompletedCall[] = [];
  readonly peer: FramedPeer;
  readonly options: SmdrOptions;
  heardBytes = 0;
  accountedBytes = 0;
  garbageBytes = 0;
  /** The gateway's answers do not leave it. */
  mute = false;
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;
  #session: Session | undefined;

  constructor(kind: Kind, more: object = {}) {
    const parsed = driver.options.parse({ ...kind.options, ...more });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    this.options = parsed.value;
    this.peer = kind.peer({ world: this.world, send: (bytes) => { this.hear(bytes); } });
  }

  hear(bytes: Uint8Array): void {
    if (this.#receive === undefined) return;
    this.heardBytes += bytes.length;
    this.#receive(bytes, this.world.clock.monotonicMs());
  }

  open(): void {
    this.#session = driver.open({
      link: linkId("pbx"), options: this.options, world: this.world,
      transport: {
        kind: "tcp", description: "bench", onClosed: () => undefined, close: () => undefined,
        onReceive: (handler) => { this.#receive = handler; },
        send: (bytes): Result<void> => {
          if (this.mute) return fail("queue-full", "mute");
          const copy = Uint8Array.from(bytes);
          this.world.clock.after(1, "bench.wire", () => { this.peer.receive(copy); });
          return done;
        },
      },
      secret: () => fail("not-found", "none"), emit: () => undefined, identify: () => undefined,
      record: (call) => { this.records.push(call); },
      report: (condition) => { this.told.push("reason" in condition
        ? `${condition.type} ${inLanguage(condition.reason, "en")}` : condition.type); },
      garbage: (bytes) => {
        this.garbageBytes += bytes.length;
        this.accountedBytes += bytes.length;
      },
      accounted: (bytes) => { this.accountedBytes += bytes; },
      missed: () => undefined,
      requestResync: () => undefined,
    });
    this.peer.connected();
  }

  close(): void {
    this.peer.close();
    this.#receive = undefined;
    this.#session?.close();
    assert.equal(this.accountedBytes, this.heardBytes, "every byte is told of once");
  }

  get numbers(): readonly (string | undefined)[] {
    return this.records.map(({ calledNumber }) => calledNumber);
  }
}

function expected(kind: Kind, count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) => kind.record === necText
    ? `9555${String(n).padStart(7, "0")}` : `0145${String(n).padStart(6, "0")}`);
}

for (const kind of kinds) {
  describe(`smdr session, ${kind.name}`, () => {
    const print = (bench: Bench, from: number, to: number): void => {
      for (let n = from; n < to; n += 1) bench.peer.print(kind.record(n));
    };

    it("takes every record once, in order, and acknowledges it", async () => {
      const bench = new Bench(kind);
      print(bench, 0, 3);
      bench.open();
      await bench.world.advance(10_000);
      print(bench, 3, 25);
      await bench.world.advance(30_000);
      assert.deepEqual(bench.numbers, expected(kind, 25));
      assert.equal(bench.peer.waiting, 0);
      assert.equal(bench.peer.acknowledged.length, 25);
      assert.deepEqual([...new Set(bench.told)], ["ready"]);
      assert.equal(bench.garbageBytes, 0);
      bench.close();
    });

    it("knows a repetition after a lost answer, also over a new connection", async () => {
      const bench = new Bench(kind);
      bench.open();
      await bench.world.advance(5_000);
      bench.mute = true;
      print(bench, 0, 3);
      bench.peer.connected();
      await bench.world.advance(500);
      bench.close();
      bench.mute = false;
      bench.open();
      await bench.world.advance(60_000);
      assert.deepEqual(bench.numbers, expected(kind, 3));
      assert.equal(bench.peer.waiting, 0);
      bench.close();
    });

    it("loses and doubles nothing, whatever is lost or damaged on the way", async () => {
      const step = fc.oneof(
        fc.integer({ min: 1, max: 4 }).map((count) => ({ do: "print", count } as const)),
        fc.integer({ min: 1, max: 2 }).map((count) => ({ do: "lose", count } as const)),
        fc.constant({ do: "reopen", count: 0 } as const),
        ...(kind.name === "avaya-rsp" ? []
          : [fc.integer({ min: 1, max: 2 }).map((count) => ({ do: "damage", count } as const))]));
      await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const bench = new Bench(kind);
        bench.open();
        let printed = 0;
        for (const { do: what, count } of steps) {
          if (what === "print") {
            print(bench, printed, printed + count);
            printed += count;
          } else if (what === "reopen") {
            bench.close();
            bench.open();
          } else {
            bench.peer[what](count);
          }
          await bench.world.advance(what === "reopen" ? 400 : 1_500);
        }
        // As the link does with a line that is lost.
        for (let round = 0; round < 40 && (round === 0 || bench.peer.waiting > 0); round += 1) {
          bench.close();
          bench.open();
          await bench.world.advance(60_000);
        }
        assert.equal(bench.peer.waiting, 0);
        assert.deepEqual(bench.numbers, expected(kind, printed));
        bench.close();
      }), { numRuns: 60 });
    });
  });
}

describe("smdr session, acknowledgements", () => {
  const [polled, , rsp] = kinds;

  it("asks again for a damaged block, and says so when that does not help", async () => {
    assert(polled !== undefined);
    const bench = new Bench(polled);
    bench.open();
    await bench.world.advance(answerMs);
    bench.peer.damage(1);
    bench.peer.print(necText(0));
    await bench.world.advance(5_000);
    assert.deepEqual(bench.numbers, expected(polled, 1));
    assert.ok(bench.garbageBytes > 60);
    bench.peer.damage(triesMax);
    bench.peer.print(necText(1));
    await bench.world.advance(20_000);
    assert.deepEqual(bench.told,
      ["ready", `impaired a block came damaged ${triesMax} times`, "ready"]);
    assert.deepEqual(bench.numbers, expected(polled, 2));
    bench.close();
  });

  it("gives the line up when the PBX answers no poll", async () => {
    assert(polled !== undefined);
    const bench = new Bench(polled, { nec: { address: "1!" } });
    bench.open();
    await bench.world.advance(answerMs * triesMax + 10);
    assert.deepEqual(bench.told, [`lost the PBX answers none of ${triesMax} polls`]);
    bench.close();
  });

  it("answers signs of life, and misses them", async () => {
    assert(rsp !== undefined);
    const bench = new Bench(rsp);
    bench.open();
    await bench.world.advance(connectivityMs * 20);
    assert.deepEqual(bench.told, ["ready"]);
    bench.peer.close();
    await bench.world.advance(silenceMs);
    assert.deepEqual(bench.told,
      ["ready", "lost the PBX has given no sign of life for 5 minutes"]);
    bench.close();
  });

  it("acknowledges a packet only when all of it has come", async () => {
    assert(rsp !== undefined);
    const bench = new Bench(rsp);
    bench.open();
    await bench.world.advance(10);
    const line = cmLine(0);
    bench.hear(Buffer.concat([Buffer.from("8004010181", "hex"), line, cmLine(1).subarray(0, 20)]));
    await bench.world.advance(10 * packetQuietMs);
    assert.deepEqual(bench.records, []);
    bench.hear(cmLine(1).subarray(20));
    await bench.world.advance(packetQuietMs);
    assert.deepEqual(bench.numbers, expected(rsp, 2));
    bench.close();
  });
});
