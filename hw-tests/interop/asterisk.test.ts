/** Every scenario on a real Asterisk 22 and 16, over TCP and TLS, and across a restart. */

import assert from "node:assert/strict";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinksService, Proven } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { freepbxScenarios } from "./freepbx-scenarios.js";
import { need } from "../requirement.js";
import { whyNoAsterisk, type AsteriskVersion } from "./asterisk.js";
import {
  recordOf, startAsteriskOffice, trunkCaller, type AsteriskOffice,
} from "./asterisk-office.js";
import { inTableOrder, isCall } from "./table-order.js";
import { incoming, internal, scenarios, type Scenario } from "./scenarios.js";

async function play(office: AsteriskOffice, scenario: Scenario): Promise<void> {
  await office.settled();
  office.watched.clear();
  await scenario.run(office);
  await office.watched.quiet(scenario.expected.filter((row) =>
    typeof row === "string" && row.startsWith("callCleared")).length);
  // What should not come would come before this.
  await office.settled();
  const seen = office.watched.lines(scenario.also);
  assert.deepEqual(inTableOrder(seen.filter(isCall), scenario.expected.filter(isCall)),
    scenario.expected.filter(isCall).flat());
  // Agents' states come from the queue, on their own time.
  const isAgent = (row: string | readonly string[]): boolean => !isCall(row);
  assert.deepEqual(seen.filter(isAgent), scenario.expected.filter(isAgent));
}

function suite(version: AsteriskVersion, tls: boolean): void {
  describe(`Asterisk ${version} over ${tls ? "TLS" : "TCP"} (interop)`, function () {
    let office: AsteriskOffice;

    before(async function () {
      need(this, "asterisk", whyNoAsterisk());
      this.timeout(600_000);
      office = await startAsteriskOffice(version, tls);
    });
    after(async () => { await office?.stop(); });
    afterEach(async () => { await office?.clean(); });

    for (const scenario of [...scenarios, ...freepbxScenarios]) {
      it(scenario.name, async () => { await play(office, scenario); });
    }

    it("keeps a record of a call, with its legs and causes", async () => {
      office.watched.clear();
      await incoming(office);
      await office.phone("trunk").hangUp();
      await office.watched.quiet();
      const record = await recordOf(office);
      assert.equal(record?.calling?.raw, trunkCaller);
      assert.equal(record.calling.e164, "+33612345678");
      assert.equal(record.answeredBy, "1001");
      assert.equal(record.networkInterface, "trunk");
      assert.deepEqual(record.legs.map(({ device }) => device).sort(), ["1001", "trunk"]);
      assert.equal(record.endCause, "normalClearing");
      assert.deepEqual(record.marks, []);
    });

    it("says what the PBX is and what the probe proved", async () => {
      const { link } = await office.under.client.unary(LinksService.method.getLink,
        { id: office.link });
      assert.equal(link?.peerProduct, "Asterisk");
      assert.match(link.peerVersion, new RegExp(`^${version}\\.`));
      const proven = link.capabilities?.rows.filter((row) => row.proven === Proven.YES)
        .map(({ subject }) => subject) ?? [];
      for (const service of ["makeCall", "clearConnection", "deflectCall", "parkCall",
        "consultationCall", "setAgentState", "snapshot"]) {
        assert.ok(proven.includes(service), `${service} is not proven`);
      }
    });

    it("heals the picture when the PBX restarts in mid-call", async () => {
      office.watched.clear();
      await internal(office);
      await office.asterisk.kill();
      await office.asterisk.restart();
      await office.linkUp(60_000);
      await office.watched.until("resync", () => office.watched.others.includes("resync"));
      await office.watched.quiet();
      const cleared = office.watched.events.filter(({ type }) =>
        type === EventType.CONNECTION_CLEARED);
      assert.deepEqual(cleared.map(({ connection }) => connection?.device).sort(),
        ["1001", "1002"]);
      assert.ok(cleared.every(({ healed }) => healed));
      const { calls } = await office.under.client.unary(CallsService.method.snapshotCalls, {});
      assert.deepEqual(calls, []);
      const record = await recordOf(office);
      assert.deepEqual(record?.marks, ["gap", "pbx-restart"]);
      for (const name of [1001, 1002] as const) await office.phone(name).hangUp();
    });

    it("works as before after the restart", async () => {
      const scenario = scenarios.find(({ name }) => name.startsWith("hold"));
      assert.ok(scenario !== undefined);
      await play(office, scenario);
    });
  });
}

suite(22, false);
suite(22, true);
suite(16, false);
suite(16, true);
