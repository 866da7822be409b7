/** The configuration changed through the API of a running gateway. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { get } from "node:https";
import { ApplyMode, ConfigurationService }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { simulateAmi } from "../../drivers/simulation.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";
import { detailsOf, failureOf, value } from "./server-rig.js";

const { applyConfiguration, getConfiguration, validateConfiguration, listRevisions, diffRevisions }
  = ConfigurationService.method;

describe("configuration of a running gateway", function () {
  this.timeout(40_000);
  const world = nodeWorld(() => undefined, "error");
  let asterisks: { readonly port: number; stop(): Promise<void> }[];
  let under: GatewayUnderTest;
  let first: string;

  const linkText = (id: string, index: number): string => `  - id: ${id}
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisks[index]?.port ?? 0} }
    options: { user: u, secret: env:TEST_SECRET }
`;

  before(async () => {
    asterisks = await Promise.all([1, 2].map(async (seed) => value(await simulateAmi({ world, seed,
      address: "127.0.0.1", port: 0, user: "u", secret: "s" }))));
    under = await startGatewayUnderTest({ config: `links:\n${linkText("one", 0)}`,
      environment: { TEST_SECRET: "s" } });
    first = (await under.client.unary(getConfiguration, {})).document;
    await up("one");
  });
  after(async () => {
    await under.stop();
    for (const asterisk of asterisks) await asterisk.stop();
  });

  const states = async (): Promise<Map<string, { state: LinkState; opens: bigint }>> => {
    const { links } = await under.client.unary(LinksService.method.listLinks, {});
    return new Map(links.map(({ id, state, counters }) =>
      [id, { state, opens: counters?.opens ?? 0n }]));
  };
  const up = (id: string): Promise<void> => until(`${id} is up`, async () =>
    (await states()).get(id)?.state === LinkState.UP);

  it("tells in a dry run what would happen, and does nothing", async () => {
    const { plan, revision } = await under.client.unary(applyConfiguration,
      { document: first + linkText("two", 1), mode: ApplyMode.DRY_RUN });
    assert.deepEqual(plan.map(({ component, action }) => `${action} ${component}`),
      ["start link two"]);
    assert.equal(revision, undefined);
    assert.deepEqual([...(await states()).keys()], ["one"]);
  });

  it("adds and removes a link and leaves the others alone", async () => {
    await under.client.unary(applyConfiguration,
      { document: first + linkText("two", 1), mode: ApplyMode.APPLY, comment: "second PBX" });
    await up("two");
    assert.equal((await states()).get("one")?.opens, 1n);
    await under.client.unary(applyConfiguration, { document: first, mode: ApplyMode.APPLY });
    assert.deepEqual([...await states()], [["one", { state: LinkState.UP, opens: 1n }]]);
  });

  it("takes a trial back by itself when nobody confirms, and says so", async () => {
    const { revision } = await under.client.unary(applyConfiguration, {
      document: first + linkText("two", 1), mode: ApplyMode.TRY,
      confirmWithin: { seconds: 5n, nanos: 0 } });
    await up("two");
    const during = await under.client.unary(SystemService.method.listAlarms, {});
    assert.ok(during.alarms.some(({ code }) => code === "configuration-trial"));
    await until("the trial is over", async () => !(await states()).has("two"), 8_000);
    await until("the history says so", async () => {
      const { revisions } = await under.client.unary(listRevisions, { pageSize: 10 });
      const tried = revisions.find(({ number }) => number === revision?.number);
      return /not confirmed in time/.test(tried?.outcome ?? "");
    });
    assert.equal((await under.client.unary(getConfiguration, {})).document, first);
    const later = await under.client.unary(SystemService.method.listAlarms, {});
    assert.ok(!later.alarms.some(({ code }) => code === "configuration-trial"));
    assert.equal((await states()).get("one")?.opens, 1n);
  });

  it("refuses a wrong document with all its errors", async () => {
    const wrong = `${first}${linkText("one", 1)}    colour: red\nretention: { rawDays: many }\n`;
    const checked = await under.client.unary(validateConfiguration, { document: wrong });
    const paths = checked.errors.map(({ path }) => path);
    assert.ok(checked.errors.every(({ line }) => line > 0));
    for (const expected of ["links[1].colour", "retention.rawDays"]) {
      assert.ok(paths.includes(expected), `${expected} in ${paths.join(", ")}`);
    }
    const refused = detailsOf(await failureOf(under.client.unary(applyConfiguration,
      { document: wrong, mode: ApplyMode.APPLY })));
    assert.equal(refused.reason, "config-invalid");
    assert.deepEqual([...refused.fields].sort(), [...paths].sort());
    assert.deepEqual([...(await states()).keys()], ["one"]);
  });

  it("goes back when a server cannot move to a port in use", async () => {
    const moved = first.replace(/^web: .*$/m,
      `web: { address: 127.0.0.1, port: ${asterisks[1]?.port ?? 0} }`);
    const refused = await failureOf(under.client.unary(applyConfiguration,
      { document: moved, mode: ApplyMode.APPLY }));
    assert.match(refused.details, /in force again/);
    assert.equal(detailsOf(refused).reason, "address-in-use");
    assert.ok([200, 503].includes(await fetchStatus(under.webUrl)), "the page server answers");
    assert.equal((await states()).get("one")?.opens, 1n);
  });

  it("keeps the history, and shows what differs", async () => {
    const { revisions } = await under.client.unary(listRevisions, { pageSize: 100 });
    const applied = revisions.find(({ comment }) => comment === "second PBX");
    assert.equal(applied?.actor, "admin");
    const { diff } = await under.client.unary(diffRevisions,
      { from: 1n, to: applied?.number ?? 0n });
    assert.match(diff, /^\+ {2}- id: two$/m);
    assert.doesNotMatch(diff, /^-[^-]/m);
    const conflict = detailsOf(await failureOf(under.client.unary(applyConfiguration,
      { document: first, mode: ApplyMode.APPLY, expectedRevision: 1n })));
    assert.equal(conflict.reason, "config-conflict");
  });
});

/** The page answers, whoever signed its certificate. */
async function fetchStatus(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const request = get(url, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume();
      answer.on("end", () => { resolve(answer.statusCode ?? 0); });
    });
    request.on("error", reject);
  });
}
