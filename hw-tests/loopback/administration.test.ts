/** What an administrator does to a running gateway, over the wire: no shell, no restart. */

import assert from "node:assert/strict";
import { request } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { text as textOf } from "node:stream/consumers";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { metricTable } from "../../firmware/supervisor/metric-table.js";
import { AccessService, Role } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ApplyMode, ConfigurationService }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState, type WatchLinksResponse }
  from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { NumbersService, NumberUse } from "../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";

const secret = "amp111-not-in-any-file";
const { method } = ConfigurationService;

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 100; turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  assert.fail(`not within 5 s: ${what}`);
}

async function metricsOf(under: GatewayUnderTest, bearer: string): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${under.webUrl}/metrics`, { ca: under.gateway.authorityPem, agent: false,
      headers: { authorization: `Bearer ${bearer}` } }, (response) => {
      assert.equal(response.statusCode, 200);
      textOf(response).then(resolve, reject);
    }).on("error", reject).end();
  });
}

/**
 * Not every machine can tell its temperature; this gateway has no printing link and no destination
 * (`delivery.test.ts`).
 */
const untold = new RegExp("^jackfield_(host_temperature|destination_|ledger_"
  + "|link_(rejected|last_record|unkept|holding|damaged|breaks|missed))");

describe("administration of a running gateway", function () {
  this.timeout(30_000);
  const log: string[] = [];
  let pbx: Simulation & { readonly port: number };
  let under: GatewayUnderTest;

  before(async () => {
    const simulated = await simulateAmi({ world: nodeWorld(() => undefined, "error"), seed: 1,
      address: "127.0.0.1", port: 0, user: "jackfield", secret });
    assert.ok(simulated.ok);
    pbx = simulated.value;
    under = await startGatewayUnderTest({ log: (line) => { log.push(line); }, config: `links:
  - id: pbx
    title: Reception
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbx.port} }
    options: { user: jackfield, secret: "store:ami" }
    numbers: { country: FR }
` });
  });

  after(async () => {
    await under.stop();
    await pbx.stop();
  });

  const link = async () => {
    const { link: found } = await under.client.unary(LinksService.method.getLink, { id: "pbx" });
    assert.ok(found !== undefined);
    return found;
  };
  const linkUp = (): Promise<void> => until("the link is up", async () =>
    (await link()).state === LinkState.UP);

  const apply = async (change: (text: string) => string): Promise<void> => {
    const { document } = await under.client.unary(method.getConfiguration, {});
    assert.notEqual(change(document), document);
    await under.client.unary(method.applyConfiguration,
      { document: change(document), mode: ApplyMode.APPLY });
  };

  it("sets a secret, with which the waiting link opens at once", async () => {
    await until("the link is down", async () => (await link()).state === LinkState.DOWN);
    const set = await under.client.unary(method.setSecret, { name: "ami", value: secret });
    assert.deepEqual([set.links, set.restarted], [["pbx"], ["pbx"]]);
    await linkUp();
    const again = await under.client.unary(method.setSecret, { name: "ami", value: secret });
    assert.deepEqual([again.links, again.restarted], [["pbx"], []]);
    assert.equal((await link()).state, LinkState.UP);
  });

  it("refuses to forget a secret that a link needs, and forgets others", async () => {
    await under.client.unary(method.setSecret, { name: "other", value: "x" });
    const { secrets } = await under.client.unary(method.listSecrets, {});
    assert.deepEqual(secrets.map(({ name, links }) => [name, links]),
      [["ami", ["pbx"]], ["other", []]]);
    await assert.rejects(under.client.unary(method.deleteSecret, { name: "ami" }),
      /named by the configuration in force: pbx/);
    await under.client.unary(method.deleteSecret, { name: "other" });
    assert.equal((await under.client.unary(method.listSecrets, {})).secrets.length, 1);
  });

  it("shows a new title at once and leaves the session alone", async () => {
    await linkUp();
    const before = await link();
    const watched = under.client.stream(LinksService.method.watchLinks, {});
    const titles: string[] = [];
    watched.on("data", (message: WatchLinksResponse) => {
      titles.push(message.link?.title ?? "");
    });
    watched.on("error", () => undefined);
    await apply((text) => text.replace("title: Reception", "title: Front desk"));
    await until("watchers see the title", () => Promise.resolve(titles.includes("Front desk")));
    watched.cancel();
    const after = await link();
    assert.equal(before.title, "Reception");
    assert.equal(after.title, "Front desk");
    assert.deepEqual([after.counters?.opens, after.since], [before.counters?.opens, before.since]);
  });

  it("refuses a document whose port is taken, and runs on as before", async () => {
    await linkUp();
    const before = await link();
    const taken = createServer();
    await new Promise<void>((resolve) => { taken.listen(0, "127.0.0.1", resolve); });
    const { port } = taken.address() as AddressInfo;
    const { revision } = await under.client.unary(method.getConfiguration, {});
    await assert.rejects(apply((text) => text.replace("web: { address: 127.0.0.1, port: 0 }",
      `web: { address: 127.0.0.1, port: ${port} }`).replace("country: FR", "country: DE")
      .replace("title: Front desk", "title: Back door")), /in force again/);
    await new Promise((resolve) => { taken.close(resolve); });
    const after = await link();
    assert.deepEqual([after.title, after.since, after.counters?.opens],
      [before.title, before.since, before.counters?.opens]);
    assert.equal((await under.client.unary(method.getConfiguration, {})).revision?.number,
      revision?.number);
    const explained = await under.client.unary(NumbersService.method.explainNumber,
      { link: "pbx", number: "0142685300", use: NumberUse.FROM_PBX });
    assert.equal(explained.forms?.e164, "+33142685300");
    const [failed] = (await under.client.unary(method.listRevisions, {})).revisions;
    assert.match(failed?.outcome ?? "", /^failed/);
  });

  it("shows every metric of the table, measured", async () => {
    const watched = under.client.stream(CallsService.method.watchEvents, {});
    watched.on("error", () => undefined);
    watched.on("data", () => undefined);
    under.gateway.alarms.raise("disk-low", "/nowhere", "for the test");
    const { secret: bearer } = await under.client.unary(AccessService.method.createToken,
      { name: "prometheus", role: Role.VIEWER });
    const scrape = (): Promise<string> => metricsOf(under, bearer);
    await until("an event was handed over", async () => {
      pbx.call({ from: "1001", to: "1002", ringMs: 10, talkMs: 10 });
      return /^jackfield_event_latency_seconds_count [1-9]/m.test(await scrape());
    });
    watched.cancel();
    const text = await scrape();
    const value = (name: string): number =>
      Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "m").exec(text)?.[1]);
    for (const [name, { kind }] of Object.entries(metricTable)) {
      if (untold.test(name)) continue;
      assert.ok(value(kind === "histogram" ? `${name}_count` : name) >= 0, name);
    }
    for (const name of ["jackfield_alarms", "jackfield_store_bytes",
      "jackfield_store_journal_position", "jackfield_store_commits_total",
      "jackfield_store_commit_ms_count", "jackfield_store_commit_ms_sum",
      "jackfield_link_events_total", "jackfield_events_total", "jackfield_resident_bytes"]) {
      assert.ok(value(name) > 0, name);
    }
    assert.equal(value("jackfield_alarms"), under.gateway.alarms.list(false).length);
    const helped = [...text.matchAll(/^# HELP (\w+)/gm)].map(([, name]) => name);
    assert.equal(new Set(helped).size, helped.length);
  });

  it("audits secrets without telling them, and never logs them", async () => {
    const { entries } = await under.client.unary(SystemService.method.listAudit, {});
    const set = entries.filter(({ action }) => action === "SetSecret");
    assert.equal(set.length, 3);
    assert.equal(JSON.parse(set[0]?.detailsJson ?? "{}").value, "(secret)");
    assert.ok(!JSON.stringify(entries, (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value).includes(secret));
    assert.ok(log.length > 0 && log.every((line) => !line.includes(secret)));
  });
});
