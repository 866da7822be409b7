import assert from "node:assert/strict";
import { done, fail, ok, type Result } from "./base/result.js";
import { linkSchema, type LinkConfig } from "./config/schema.js";
import type { Driver } from "./link/driver.js";
import { Bench, BenchDriver } from "./link/link-bench.js";
import { LinkSet } from "./link-set.js";
import type { RawSegment } from "./link/raw.js";
import { createAlarms } from "./supervisor/alarm-board.js";
import { SimulatedEventLog, SimulatedRecordBook, simulatedNumbers }
  from "./switching/switch-simulated.js";
import { createSwitch } from "./switching/switching-function.js";

/** Refuses options with "bad" when the link is made; keeps what it was asked to parse. */
function choosyDriver(parsed: unknown[]): Driver {
  return Object.assign(new BenchDriver(), { options: {
    jsonSchema: { properties: { timeZone: {} } },
    parse: (value: unknown): Result<unknown> => {
      parsed.push(value);
      return JSON.stringify(value).includes("bad") ? fail("config-invalid", "bad") : ok(value);
    } } });
}

function config(id: string, more: Record<string, unknown> = {}): LinkConfig {
  return linkSchema.parse({ id, driver: "bench",
    transport: { kind: "tcp", host: "192.0.2.1", port: 1 }, ...more });
}

/** What the store holds of each link's datagrams. */
let kept: readonly RawSegment[] = [];
let unparsedBytes = 0;

async function running(...configs: readonly LinkConfig[]) {
  const bench = new Bench();
  const parsed: unknown[] = [];
  const { world } = bench;
  const alarms = createAlarms(world);
  const zone = { name: "UTC" };
  const set: LinkSet = new LinkSet({ world, alarms,
    drivers: new Map<string, Driver>([["bench", choosyDriver(parsed)],
      ["bytes", Object.assign(bench.driver, { name: "bytes", keepsRawBytes: true })]]),
    raw: { keep: () => Promise.resolve(ok(0n)), keepWhole: () => Promise.resolve(ok(0n)),
      place: () => Promise.resolve(ok(undefined)),
      async *read() { yield* []; },
      newest: () => Promise.resolve(kept) },
    ledger: { record: () => undefined, garbage: () => undefined, accounted: () => undefined,
      reopened: () => Promise.resolve(unparsedBytes) },
    paging: { received: () => Promise.resolve(done), told: () => Promise.resolve() },
    secret: () => ok("hush"), timeZone: () => zone.name, openerOf: () => bench.opener,
    switchOf: () => source,
    hotel: { uses: () => false, received: () => Promise.resolve(ok(undefined)),
      linkUp: () => undefined, linkForgotten: () => undefined },
      routeing: { told: () => undefined, linkUp: () => undefined, linkDown: () => undefined,
        linkRemoved: () => undefined },
      privateData: { told: () => undefined } });
  const source = createSwitch({ world, log: new SimulatedEventLog(),
    records: new SimulatedRecordBook(), numbers: simulatedNumbers, alarms,
    findLink: (id) => set.get(id) });
  await set.start();
  const apply = async (...next: readonly LinkConfig[]): Promise<Result<void>> => {
    const applied = await set.configure(next);
    await world.settle();
    return applied;
  };
  assert.ok((await apply(...configs)).ok);
  return { bench, parsed, set, apply, zone };
}

describe("link set", () => {
  it("leaves everything running when one new link cannot be made", async () => {
    const { bench, set, apply } = await running(config("a"), config("b"), config("c"));
    const before = set.list();
    const refused = await apply(config("a", { title: "A" }), config("b", { enabled: false }),
      config("d", { options: { word: "bad" } }));
    assert.equal(refused.ok ? "" : refused.fault.code, "config-invalid");
    assert.deepEqual(set.list(), before);
    assert.deepEqual(before.map(({ status }) => [status.state.name, status.title]),
      [["opening", ""], ["opening", ""], ["opening", ""]]);
    assert.deepEqual([bench.lines.length, bench.releases], [3, 0]);
    assert.ok((await apply(config("a"), config("b"), config("c"))).ok);
    assert.deepEqual([set.list(), bench.lines.length], [before, 3]);
  });

  it("touches only the links that need a new session", async () => {
    const { bench, set, apply } = await running(config("a"), config("b"), config("c"));
    const told: string[] = [];
    set.watch((id, removed) => { told.push(`${id}${removed ? " removed" : ""}`); });
    const [a] = set.list();
    assert.ok((await apply(config("a", { title: "A", numbers: { country: "FR" }, rawMegabytes: 5 }),
      config("b", { options: { other: 1 } }), config("d"))).ok);
    assert.equal(set.get("a"), a);
    assert.equal(a?.status.title, "A");
    assert.deepEqual(set.list().map(({ status }) => status.id), ["a", "b", "d"]);
    assert.deepEqual([bench.lines.length, bench.releases], [5, 2]);
    assert.ok(told.includes("a") && told.includes("c removed"));
  });

  it("reads what is kept again for each new session of a changed link", async () => {
    const segment = (position: bigint, text: string): RawSegment =>
      ({ position, atMs: 0, bytes: Buffer.from(text), whole: true });
    kept = [segment(2n, "seen"), segment(3n, "event a"), segment(4n, "event b")];
    unparsedBytes = 14;
    const udp = (port: number): LinkConfig =>
      config("a", { driver: "bytes", transport: { kind: "udp", port } });
    const { bench, apply } = await running();
    bench.driver.accountsBytes = true;
    bench.kind = "udp";
    assert.ok((await apply(udp(9))).ok);
    assert.equal(bench.driver.senders.length, 3);
    unparsedBytes = 0;
    assert.ok((await apply(udp(9))).ok);
    assert.equal(bench.driver.senders.length, 3);
    assert.ok((await apply(udp(10))).ok);
    assert.equal(bench.driver.senders.length, 6);
    assert.deepEqual(bench.world.logged.filter(({ name }) => name === "link.read-again")
      .map(({ fields }) => fields["counted"]), [4, 18]);
    kept = [];
  });

  it("gives links the unit's time zone, and a new session when it moves", async () => {
    const { parsed, apply, bench, zone } = await running(config("a"),
      config("b", { timeZone: "Asia/Tokyo" }));
    assert.deepEqual(parsed, [{ timeZone: "UTC" }, { timeZone: "Asia/Tokyo" }]);
    zone.name = "Europe/Paris";
    assert.ok((await apply(config("a"), config("b", { timeZone: "Asia/Tokyo" }))).ok);
    assert.deepEqual(parsed.slice(2), [{ timeZone: "Europe/Paris" }]);
    assert.equal(bench.lines.length, 3);
  });
});
