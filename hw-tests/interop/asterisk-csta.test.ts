/**
 * A real Asterisk, a gateway on it by AMI that offers it as a CSTA switching function in four
 * encodings, and a second gateway whose CSTA drivers are its applications: every scenario is
 * played with the services of the second one, which must see what the first one sees.
 */

import assert from "node:assert/strict";
import { eventCauses } from "../../firmware/model/causes.js";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinkState, LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { freePort } from "../loopback/server-process.js";
import { need } from "../requirement.js";
import { whyNoAsterisk } from "./asterisk.js";
import { pause, startAsteriskOffice, type AsteriskOffice } from "./asterisk-office.js";
import { inTableOrder, isCall } from "./table-order.js";
import { scenarios, type Scenario } from "./scenarios.js";
import { WatchedEvents } from "./watched-events.js";

interface Encoding {
  /** The link of the second gateway, and the server of the first. */
  readonly id: string;
  readonly protocol: string;
  readonly driver: string;
  readonly options: string;
  /** Events that this encoding has no word for. */
  readonly without: RegExp;
  /** The highest number of a cause that it has; others are not sent. */
  readonly causeMax: number;
  /** Scenarios that need a service or an event that it has no word for. */
  readonly cannot: RegExp;
}

/** CallCleared goes to monitors of calls only (ECMA-269 §15.1.3): our driver monitors devices. */
const notToDevices = /^callCleared/;
const notInPhases1And2 = /^callCleared|^digitsGenerated/;
const phases1And2CauseMax = 34;
const none = /^$/;
/** No agent that is busy, no generated digits. */
const phase2Cannot = /answered by an agent, pause|digits/;
/** Nor parking, nor a transfer in one step. */
const phase1Cannot = /answered by an agent, pause|digits|^park|^single-step/;
const encodings: readonly Encoding[] = [
  { id: "xml", protocol: "xml", driver: "csta-xml", options: "pbx: generic",
    without: notToDevices, causeMax: Infinity, cannot: none },
  { id: "phase3", protocol: "asn1-phase3", driver: "csta3", options: "pbx: generic",
    without: notToDevices, causeMax: Infinity, cannot: none },
  { id: "phase2", protocol: "asn1-phase2", driver: "csta12", options: "pbx: generic, phase: \"2\"",
    without: notInPhases1And2, causeMax: phases1And2CauseMax,
    cannot: phase2Cannot },
  { id: "phase1", protocol: "asn1-phase1", driver: "csta12", options: "pbx: generic, phase: \"1\"",
    without: notInPhases1And2, causeMax: phases1And2CauseMax,
    cannot: phase1Cannot },
];
const devices = "[\"1001\", \"1002\", \"1003\", trunk, support, \"800\", \"701\"]";

describe("Asterisk 22 by AMI, told on in CSTA to another gateway (interop)", function () {
  let first: AsteriskOffice;
  let second: GatewayUnderTest;
  const offices = new Map<string, AsteriskOffice>();

  before(async function () {
    need(this, "asterisk", whyNoAsterisk());
    this.timeout(600_000);
    const ports = new Map<string, number>();
    for (const { id } of encodings) ports.set(id, await freePort());
    const servers = encodings.map(({ id, protocol }) => `  - { id: ${id}, protocol: ${protocol}, `
      + `address: 127.0.0.1, port: ${ports.get(id)}, tls: false }`);
    first = await startAsteriskOffice(22, false, undefined, `csta:\n${servers.join("\n")}\n`);
    const links = encodings.map(({ id, driver, options }) => `  - id: ${id}
    driver: ${driver}
    transport: { kind: tcp, host: 127.0.0.1, port: ${ports.get(id)} }
    options: { ${options}, user: admin, secret: "env:CSTA_SECRET", devices: ${devices} }
    numbers: { country: FR, externalPrefix: "0" }`);
    second = await startGatewayUnderTest({ config: `links:\n${links.join("\n")}\n`,
      environment: { CSTA_SECRET: first.under.adminPassword } });
    for (const { id } of encodings) {
      await linkUp(second, id);
      const watched = new WatchedEvents(second.client, id, first.watched);
      await watched.until("live", () => watched.others.includes("live"));
      offices.set(id, { ...first, under: second, watched, link: id });
    }
  });
  after(async () => {
    for (const { watched } of offices.values()) watched.stop();
    await second?.stop();
    await first?.stop();
  });
  afterEach(async () => { await first?.clean(); });

  for (const encoding of encodings) {
    describe(encoding.id, () => {
      for (const scenario of scenarios) {
        if (encoding.cannot.test(scenario.name)) continue;
        it(scenario.name, async () => {
          const office = offices.get(encoding.id);
          assert(office !== undefined);
          await play(first, office, scenario, encoding);
        });
      }
    });
  }

  describe("afterwards", () => {
    it("no call is left in any of them", async () => {
      for (const { link, under } of offices.values()) {
        const { calls } = await under.client.unary(CallsService.method.snapshotCalls, { link });
        assert.deepEqual(calls, [], link);
      }
    });
  });
});

type Rows = Scenario["expected"];

/** What the encoding leaves of the table. */
function told(expected: Rows, { without, causeMax }: Encoding): Rows {
  const line = (row: string): string => row.split(" ").map((word) =>
    ((eventCauses as Readonly<Record<string, number>>)[word] ?? 0) > causeMax ? "normal" : word)
    .join(" ")
    // CSTA has no word for the reason of a pause.
    .replace(" lunch", "")
    // In phases I and II Diverted says not who diverted it before.
    .replace(causeMax < Infinity ? /^(diverted .*) by \S+$/ : none, "$1");
  return expected.filter((row) => typeof row !== "string" || !without.test(row))
    .map((row) => typeof row === "string" ? line(row) : row.map(line));
}

async function play(
  first: AsteriskOffice, office: AsteriskOffice, scenario: Scenario, encoding: Encoding,
): Promise<void> {
  await first.settled();
  await pause(quietMs);
  first.watched.clear();
  office.watched.clear();
  await scenario.run(office);
  await first.watched.quiet(scenario.expected.filter((row) =>
    typeof row === "string" && row.startsWith("callCleared")).length);
  await first.settled();
  await pause(quietMs);
  const seen = office.watched.lines(scenario.also);
  const expected = told(scenario.expected, encoding);
  const calls = expected.filter(isCall);
  assert.deepEqual(inTableOrder(seen.filter(isCall), calls), calls.flat());
  assert.deepEqual(seen.filter((row) => !isCall(row)), expected.filter((row) => !isCall(row)));
}

/** The first gateway's news reach the second within this. */
const quietMs = 300;

async function linkUp(under: GatewayUnderTest, id: string, msMax = 30_000): Promise<void> {
  const end = performance.now() + msMax;
  for (;;) {
    const { link } = await under.client.unary(LinksService.method.getLink, { id });
    if (link?.state === LinkState.UP) return;
    if (performance.now() > end) throw new Error(`${id} is not up: ${link?.reason ?? "no link"}`);
    await pause(50);
  }
}
