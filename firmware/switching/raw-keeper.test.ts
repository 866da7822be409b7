import assert from "node:assert/strict";
import { MemoryLevel } from "memory-level";
import type { Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { LineState } from "../link/raw.js";
import { linkId, type LinkId } from "../model/identifiers.js";
import { openStore } from "../store/leveldb-store.js";
import type { Store } from "../store/store.js";
import { StoredRawKeeper } from "./raw-keeper.js";
import { lineSpace } from "./raw-keyspaces.js";

const world = new SimulatedWorld();
const smdr = linkId("smdr");
const other = linkId("smdr-2");

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

interface Opened { readonly keeper: StoredRawKeeper; readonly store: Store }

async function opened(database = new MemoryLevel<Uint8Array, Uint8Array>(
  { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" })): Promise<Opened> {
  const store = openStore({ database, world, epoch: 1 });
  must(await store.start());
  const keeper = new StoredRawKeeper({ store, world, retention: () => ({ ageMsMax: 60_000 }),
    bounds: { segmentBytesMax: 10, pendingBytesMax: 20, linksMax: 2 } });
  must(await keeper.start());
  return { keeper, store };
}

async function closed({ keeper, store }: Opened): Promise<void> {
  await keeper.stop();
  await store.stop(1_000);
}

async function texts(
  keeper: StoredRawKeeper, link: LinkId, from = 0n, bytesMax = 1_000,
): Promise<string[]> {
  const found: string[] = [];
  for await (const { position, bytes } of keeper.read(link, from, bytesMax)) {
    found.push(`${position}:${Buffer.from(bytes).toString("latin1")}`);
  }
  return found;
}

describe("StoredRawKeeper", () => {
  it("keeps a place in one step with the frames before it", async () => {
    const found = await opened();
    const { keeper, store } = found;
    assert.equal(must(await keeper.place(smdr)), undefined);
    must(await keeper.keepWhole(smdr, [Buffer.from("one")], "behind one"));
    must(await keeper.keepWhole(smdr, [Buffer.from("two")]));
    assert.equal(must(await keeper.place(smdr)), "behind one");
    assert.equal(codeOf(await keeper.keepWhole(smdr, [new Uint8Array(11)], "behind")),
      "argument-invalid");
    assert.equal(must(await keeper.place(smdr)), "behind one");
    assert.equal(must(await keeper.place(other)), undefined);
    await store.stop(1_000);
    await keeper.stop();
  });

  it("keeps bytes as they came, in order, each link by itself", async () => {
    const found = await opened();
    const { keeper } = found;
    const bytes = Buffer.of(0x41, 0xff);
    const keeping = Promise.all([keeper.keep(smdr, bytes),
      keeper.keep(smdr, Buffer.from("two"))]);
    bytes[0] = 0;
    const [first, second] = await keeping;
    assert.deepEqual([must(first), must(second)], [1n, 2n]);
    assert.equal(must(await keeper.keep(other, Buffer.from("x"))), 1n);
    assert.deepEqual(await texts(keeper, smdr), ["1:A\u00ff", "2:two"]);
    assert.deepEqual(await texts(keeper, smdr, 2n), ["2:two"]);
    assert.deepEqual(await texts(keeper, smdr, 0n, 4), ["1:A\u00ff"]);
    assert.deepEqual(await texts(keeper, other), ["1:x"]);
    await closed(found);
  });

  it("keeps frames whole, each as a segment of its own", async () => {
    const found = await opened();
    const { keeper } = found;
    must(await keeper.keep(smdr, Buffer.from("stream")));
    const keeping = Promise.all([keeper.keepWhole(smdr, ["one", "two"].map((text) =>
      Buffer.from(text))), keeper.keep(smdr, Buffer.from("after"))]);
    assert.deepEqual((await keeping).map(must), [2n, 4n]);
    const kept: [bigint, string, boolean][] = [];
    for await (const { position, bytes, whole } of keeper.read(smdr, 0n, 1_000)) {
      kept.push([position, Buffer.from(bytes).toString(), whole === true]);
    }
    assert.deepEqual(kept, [[1n, "stream", false], [2n, "one", true], [3n, "two", true],
      [4n, "after", false]]);
    const newest = await keeper.newest(smdr, 8);
    assert.deepEqual(newest.map(({ whole, atMs }) => [whole === true, atMs > 0]),
      [[true, true], [false, true]]);
    await closed(found);
  });

  it("keeps the state of a line where it changes: read, restarted, pruned", async () => {
    const database = new MemoryLevel<Uint8Array, Uint8Array>(
      { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
    const first = await opened(database);
    const up = { channel: "serial /dev/ttyS0 9600 8N1",
      lines: { cts: true, dsr: false, dcd: true, ri: false } };
    const down = { ...up, lines: { cts: false, dsr: false, dcd: false } };
    const said: [string, LineState?][] = [["0"], ["1", up], ["2", up],
      ["3", { ...up, damaged: 2, breaks: 1 }], ["4", up], ["5", down]];
    const entries = async ({ store }: Opened): Promise<bigint[]> => {
      const found: bigint[] = [];
      for await (const [{ position }] of store.range(lineSpace, {})) found.push(position);
      return found;
    };
    const states = async ({ keeper }: Opened, from: bigint): Promise<unknown[]> => {
      const found: unknown[] = [];
      for await (const { line } of keeper.read(smdr, from, 100)) found.push(line);
      return found;
    };
    for (const [text, line] of said) must(await first.keeper.keep(smdr, Buffer.from(text), line));
    must(await first.keeper.keep(other, Buffer.from("x"), up));
    assert.deepEqual(await entries(first), [2n, 4n, 6n, 1n], "only where something was new");
    const all = said.map(([, line]) => line);
    assert.deepEqual(await states(first, 0n), all);
    assert.deepEqual(await states(first, 3n), all.slice(2));
    assert.deepEqual(await states(first, 5n), all.slice(4));
    await closed(first);
    const again = await opened(database);
    must(await again.keeper.keep(smdr, Buffer.from("6"), down));
    assert.deepEqual(await states(again, 6n), [down, down]);
    assert.deepEqual(await entries(again), [2n, 4n, 6n, 1n]);
    must(await again.keeper.keepWhole(smdr, ["7", "8"].map((text) => Buffer.from(text))));
    assert.deepEqual(await states(again, 7n), [down, {}, {}], "not known any more");
    await world.advance(61_000);
    must(await again.keeper.keep(smdr, Buffer.from("9")));
    must(await again.keeper.prune());
    assert.deepEqual(await texts(again.keeper, smdr), ["10:9"]);
    assert.deepEqual(await states(again, 0n), [{}]);
    assert.deepEqual(await entries(again), [8n, 1n]);
    await closed(again);
  });

  it("gives the newest bytes, however they are cut", async () => {
    const found = await opened();
    const { keeper } = found;
    for (const text of ["one", "two", "three"]) must(await keeper.keep(smdr, Buffer.from(text)));
    must(await keeper.keep(other, Buffer.from("x")));
    const newest = async (bytesMax: number): Promise<string[]> =>
      (await keeper.newest(smdr, bytesMax)).map(({ position, bytes }) =>
        `${position}:${Buffer.from(bytes).toString("latin1")}`);
    assert.deepEqual(await newest(100), ["1:one", "2:two", "3:three"]);
    assert.deepEqual(await newest(8), ["2:two", "3:three"]);
    assert.deepEqual(await newest(6), ["2:o", "3:three"]);
    assert.deepEqual(await newest(2), ["3:ee"]);
    assert.deepEqual(await keeper.newest(linkId("smdr-0"), 10), []);
    await closed(found);
  });

  it("goes on with the positions after a restart", async () => {
    const database = new MemoryLevel<Uint8Array, Uint8Array>(
      { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
    const first = await opened(database);
    must(await first.keeper.keep(smdr, Buffer.from("a")));
    await closed(first);
    const again = await opened(database);
    assert.equal(must(await again.keeper.keep(smdr, Buffer.from("b"))), 2n);
    assert.deepEqual(await texts(again.keeper, smdr), ["1:a", "2:b"]);
    await closed(again);
  });

  it("refuses at its bounds", async () => {
    const found = await opened();
    const { keeper } = found;
    assert.equal(codeOf(await keeper.keep(smdr, new Uint8Array(11))), "argument-invalid");
    const results = await Promise.all([10, 10, 1].map((size) =>
      keeper.keep(smdr, new Uint8Array(size))));
    assert.deepEqual(results.map(codeOf), ["ok", "ok", "queue-full"]);
    must(await keeper.keep(other, new Uint8Array(1)));
    assert.equal(codeOf(await keeper.keep(linkId("third"), new Uint8Array(1))), "queue-full");
    await closed(found);
  });

  it("prunes by age but never forgets a link's last position", async () => {
    const found = await opened();
    const { keeper } = found;
    for (const text of ["a", "b"]) must(await keeper.keep(smdr, Buffer.from(text)));
    must(await keeper.keep(other, Buffer.from("x")));
    await world.advance(61_000);
    must(await keeper.keep(other, Buffer.from("y")));
    assert.equal(must(await keeper.prune()), 2);
    assert.deepEqual(await texts(keeper, smdr), ["2:b"]);
    assert.deepEqual(await texts(keeper, other), ["2:y"]);
    await closed(found);
  });
});
