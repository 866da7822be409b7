import assert from "node:assert/strict";
import { inspect } from "node:util";
import fc from "fast-check";
import { MemoryLevel } from "memory-level";
import { fail, ok, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { Link } from "../link/link.js";
import { linkId, type LinkId } from "../model/identifiers.js";
import type { Page, PageStatus } from "../model/pages.js";
import type { ServiceRequest, ServiceResponse } from "../model/services.js";
import { openStore } from "../store/leveldb-store.js";
import type { Store } from "../store/store.js";
import { createAlarms } from "../supervisor/alarm-board.js";
import type { PageRecord, PagingRules } from "./page-record.js";
import { attemptsMax, keptMax, Paging, retryMsMax, waitingMax } from "./paging.js";
import { isLike, targetsOf } from "./routes.js";

const ward = linkId("ward");
const pocsag = linkId("pocsag");
const bus = linkId("bus");
const call: Page = { pager: "550", text: "ROOM 12", priority: "alarm" };
const rules: PagingRules = {
  routes: [{ from: ward, match: "5*", to: { link: pocsag } },
    { from: ward, match: "5?0", to: { link: bus, pager: "1" } }],
  alarms: { severities: ["critical"], to: [{ link: bus, pager: "9" }] },
  expireMs: 3_600_000, repeatMs: 10_000,
};

type Answer = Result<PageStatus> | "never";

class Bench {
  readonly world = new SimulatedWorld(5);
  readonly sent: string[] = [];
  readonly told: PageRecord[] = [];
  answer: (link: LinkId, page: Page) => Answer = () => ok("accepted");
  storeRefuses = false;
  links: readonly LinkId[] = [ward, pocsag, bus];
  alarms = createAlarms(this.world);
  store: Store | undefined;
  paging = this.#make();
  readonly #database = new MemoryLevel<Uint8Array, Uint8Array>(
    { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });

  #make(): Paging {
    return new Paging({ world: this.world, alarms: this.alarms, language: () => "en",
      store: new Proxy({} as Store, { get: (_none, name) => {
        if (name === "commit" && this.storeRefuses) {
          return () => Promise.resolve(fail("store-full", "the disk is full"));
        }
        const part: unknown = Reflect.get(this.store ?? {}, name);
        return typeof part === "function" ? part.bind(this.store) as unknown : part;
      } }),
      findLink: (id) => this.links.includes(linkId(id)) ? this.#link(linkId(id)) : undefined });
  }

  #link(id: LinkId): Pick<Link, "request" | "status"> {
    return {
      status: { declared: { services: id === ward ? {} : { sendPage: "native" } },
      } as Link["status"],
      request: (request: ServiceRequest): Promise<Result<ServiceResponse>> => {
        assert.ok(request.service === "sendPage");
        const answer = this.answer(id, request.page);
        if (answer === "never") return new Promise(() => undefined);
        this.sent.push(`${id} ${request.page.pager} ${request.page.text}`);
        return Promise.resolve(answer.ok
          ? ok({ service: "sendPage", pageStatus: answer.value }) : answer);
      },
    };
  }

  /** The store in memory answers in real time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 40; turn += 1) {
      await new Promise((resolve) => { setImmediate(resolve); });
      await this.world.settle();
    }
  }

  async advance(ms: number): Promise<void> {
    await this.settle();
    await this.world.advance(ms);
    await this.settle();
  }

  async start(): Promise<void> {
    this.store = openStore({ database: this.#database, world: this.world, epoch: 1 });
    assert.ok((await this.store.start()).ok);
    this.paging = this.#make();
    assert.ok((await this.paging.start()).ok);
    this.paging.configure(rules);
    this.paging.watch((record) => { this.told.push(record); });
    await this.settle();
  }

  /** As after a kill: nothing is finished, only what is on the disk stays. */
  async kill(): Promise<void> {
    await this.paging.stop();
    await this.store?.stop(1_000);
  }
}

async function started(): Promise<Bench> {
  const bench = new Bench();
  await bench.start();
  return bench;
}

const states = ({ deliveries }: PageRecord): readonly string[] =>
  deliveries.map(({ link, state, attempts, status }) => [link, state, attempts, status].join(" "));

describe("routes of pages", () => {
  it("match as a regular expression of the same meaning does", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "*", "."), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "*", "?", "."), maxLength: 8 });
    fc.assert(fc.property(text, pattern, (subject, wanted) => {
      const expression = wanted.replaceAll(".", "\\.").replaceAll("*", ".*").replaceAll("?", ".");
      assert.equal(isLike(subject, wanted), new RegExp(`^${expression}$`).test(subject));
    }));
  });

  it("are all followed, each target once, and none leads back", () => {
    assert.deepEqual(targetsOf(rules.routes, ward, call),
      [{ link: pocsag, pager: "550" }, { link: bus, pager: "1" }]);
    assert.deepEqual(targetsOf(rules.routes, bus, call), []);
    assert.deepEqual(targetsOf([{ to: { link: ward } }, { to: { link: bus } },
      { to: { link: bus } }], ward, call), [{ link: bus, pager: "550" }]);
  });
});

describe("relay of pages", () => {
  it("keeps a page, tells it, hands it to each target", async () => {
    const bench = await started();
    assert.ok((await bench.paging.received(ward, call)).ok);
    await bench.settle();
    assert.deepEqual(bench.sent.sort(), ["bus 1 ROOM 12", "pocsag 550 ROOM 12"]);
    assert.deepEqual(bench.told.map(states)[0], ["pocsag waiting 0 ", "bus waiting 0 "]);
    const [kept] = await bench.paging.list(undefined, 10);
    assert.ok(kept !== undefined);
    assert.deepEqual(states(kept), ["pocsag delivered 1 accepted", "bus delivered 1 accepted"]);
    await bench.paging.told(bus, "1", "absent");
    assert.deepEqual(states(bench.told.at(-1) ?? kept),
      ["pocsag delivered 1 accepted", "bus delivered 1 absent"]);
    const logged = inspect(bench.world.logged, { depth: 9 });
    assert.ok(!logged.includes("ROOM 12"), "the text of a page is in the log");
    await bench.kill();
  });

  it("answers only when the page is durable, and not at all well when the store refuses",
    async () => {
      const bench = await started();
      bench.storeRefuses = true;
      const refused = await bench.paging.received(ward, call);
      assert.equal(refused.ok ? "" : refused.fault.code, "store-full");
      bench.storeRefuses = false;
      assert.ok((await bench.paging.received(ward, call)).ok, "it was no repetition");
      await bench.kill();
      await bench.start();
      assert.equal((await bench.paging.list(undefined, 10)).length, 1);
      await bench.kill();
    });

  it("drops repetitions within their time, over a restart too, and takes later ones", async () => {
    const bench = await started();
    await Promise.all([bench.paging.received(ward, call), bench.paging.received(ward, call)]);
    await bench.settle();
    await bench.kill();
    await bench.start();
    assert.ok((await bench.paging.received(ward, call)).ok);
    assert.ok((await bench.paging.received(ward, { ...call, text: "ROOM 13" })).ok);
    await bench.advance(rules.repeatMs);
    assert.ok((await bench.paging.received(ward, call)).ok);
    await bench.settle();
    assert.deepEqual(bench.sent.filter((each) => each.startsWith("bus")),
      ["bus 1 ROOM 12", "bus 1 ROOM 13", "bus 1 ROOM 12"]);
    await bench.kill();
  });

  it("loses no page that it has taken when it is killed in the middle", async () => {
    const bench = await started();
    bench.answer = () => "never";
    assert.ok((await bench.paging.received(ward, call)).ok);
    await bench.settle();
    await bench.kill();
    bench.links = [];
    bench.answer = () => ok("accepted");
    await bench.start();
    bench.links = [ward, pocsag, bus];
    await bench.advance(5_000);
    assert.deepEqual(bench.sent.sort(), ["bus 1 ROOM 12", "pocsag 550 ROOM 12"]);
    await bench.kill();
  });

  it("tries again what may work later, gives up what cannot, and raises an alarm", async () => {
    const bench = await started();
    bench.answer = (link) => link === bus ? fail("service-refused", "no such pager")
      : fail("deadline-passed", "no answer");
    await bench.paging.received(ward, call);
    await bench.advance(3_600_000);
    const [record] = await bench.paging.list(undefined, 1);
    assert.ok(record !== undefined);
    assert.deepEqual(states(record), [`pocsag failed ${attemptsMax} `, "bus failed 1 "]);
    assert.deepEqual(bench.alarms.list(false).map(({ id }) => id).sort(),
      ["page-undelivered/bus", "page-undelivered/pocsag"]);
    bench.answer = () => ok("queued");
    await bench.paging.received(ward, call);
    await bench.settle();
    assert.deepEqual(bench.alarms.list(false), []);
    await bench.kill();
  });

  it("waits for a link that is down without counting, until the page is too old", async () => {
    const bench = await started();
    bench.answer = () => fail("link-down", "cable");
    await bench.paging.received(ward, call);
    await bench.advance(rules.expireMs - retryMsMax);
    const [waiting] = await bench.paging.list(undefined, 1);
    assert.deepEqual(waiting?.deliveries.map(({ state, attempts }) => [state, attempts]),
      [["waiting", 0], ["waiting", 0]]);
    await bench.advance(3 * retryMsMax);
    const [failed] = await bench.paging.list(undefined, 1);
    assert.deepEqual(failed?.deliveries.map(({ state, reason }) =>
      [state, inspect(reason).includes("cable")]), [["failed", true], ["failed", true]]);
    await bench.kill();
  });

  it("sends the most urgent first", async () => {
    const bench = await started();
    bench.answer = () => fail("link-down", "cable");
    for (const [text, priority] of
      [["1", "normal"], ["2", "high"], ["3", "alarm"], ["4", "alarm"]] as const) {
      await bench.paging.send("anna", bus, { pager: "7", text, priority });
    }
    await bench.settle();
    bench.sent.length = 0;
    bench.answer = () => ok("accepted");
    await bench.advance(retryMsMax);
    assert.deepEqual(bench.sent, ["bus 7 3", "bus 7 4", "bus 7 2", "bus 7 1"]);
    await bench.kill();
  });

  it("refuses a person's page for what is no paging system", async () => {
    const bench = await started();
    const code = async (link: LinkId): Promise<string> => {
      const sent = await bench.paging.send("anna", link, call);
      return sent.ok ? "" : sent.fault.code;
    };
    assert.equal(await code(linkId("x")), "link-unknown");
    assert.equal(await code(ward), "service-not-supported");
    await bench.kill();
  });

  it("pages alarms once, but not those about pages or the target's own link", async () => {
    const bench = await started();
    bench.alarms.raise("store-full", "store", "no space");
    bench.alarms.raise("store-full", "store", "no space");
    bench.alarms.raise("disk-low", "disk", "only a warning");
    bench.alarms.raise("store-damaged", bus, "its own");
    bench.alarms.clear("store-full", "store");
    await bench.settle();
    assert.deepEqual(bench.sent,
      ["bus 9 The disk is full: records are not being kept (no space)"]);
    await bench.kill();
  });

  it("takes no more than wait within the bound", async () => {
    const bench = await started();
    bench.answer = () => "never";
    const send = (text: string): Promise<Result<unknown>> =>
      bench.paging.send("anna", bus, { pager: "7", text });
    const sent = await Promise.all(
      Array.from({ length: waitingMax + 1 }, (_none, index) => send(String(index))));
    assert.deepEqual(sent.map((each) => each.ok ? "" : each.fault.code).filter(Boolean),
      ["queue-full"]);
    assert.ok(keptMax > waitingMax);
    await bench.kill();
  });
});
