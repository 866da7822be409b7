/** What may become of a consultation, on a real Asterisk; and a line that is lost in mid-call. */

import assert from "node:assert/strict";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { ConnectionState, EventType, type ConnectionId }
  from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { need } from "../requirement.js";
import { whyNoAsterisk, type AsteriskVersion } from "./asterisk.js";
import { startAsteriskOffice, type AsteriskOffice } from "./asterisk-office.js";
import { incoming, internal } from "./scenarios.js";

interface Consultation {
  readonly heldCall: ConnectionId;
  readonly activeCall: ConnectionId;
}

/** 1001 talks to 1002, which consults 1003 by service. */
async function consulting(office: AsteriskOffice): Promise<Consultation> {
  const { phone, watched, under, link } = office;
  await internal(office);
  const heldCall = await watched.connection(EventType.ESTABLISHED, "1002");
  const made = under.client.unary(CallsService.method.consultationCall,
    { link, existingCall: heldCall, number: "1003" });
  await phone(1003).event("CALL_INCOMING");
  await phone(1003).accept();
  const { connection: activeCall } = await made;
  assert.ok(activeCall !== undefined);
  await watched.connection(EventType.ESTABLISHED, "1003");
  await office.talking(1002, 1003);
  await office.settled();
  watched.clear();
  return { heldCall, activeCall };
}

/** Without the keys that the device presses. */
function linesOf({ watched }: AsteriskOffice): readonly string[] {
  return watched.lines().filter((line) => !line.startsWith("digitsGenerated"));
}

/** The PBX ends the gateway's manager session. */
async function kick({ asterisk }: AsteriskOffice): Promise<void> {
  const shown = await asterisk.cli("manager show connected");
  const line = shown.split("\n").find((each) => each.trim().startsWith(asterisk.user));
  const descriptor = line?.trim().split(/\s+/)[4];
  assert.ok(descriptor !== undefined, shown);
  await asterisk.cli(`manager kick session ${descriptor}`);
}

function services(version: AsteriskVersion): void {
  describe(`consultations on Asterisk ${version} (interop)`, function () {
    let office: AsteriskOffice;

    before(async function () {
      need(this, "asterisk", whyNoAsterisk());
      this.timeout(600_000);
      office = await startAsteriskOffice(version, false);
    });
    after(async function () {
      this.timeout(120_000);
      await office?.stop();
    });
    beforeEach(() => { office.watched.clear(); });
    afterEach(async () => { await office?.clean(); });

    it("become a conference, which its maker may leave", async () => {
      const { under, link, watched, phone } = office;
      const { connection } = await under.client.unary(CallsService.method.conferenceCall,
        { link, ...await consulting(office) });
      assert.equal(connection?.device, "1002");
      assert.deepEqual(linesOf(office).map((line) => line.split(" ")[0]), ["conferenced"]);
      const { calls } = await under.client.unary(CallsService.method.snapshotCalls, {});
      assert.deepEqual(calls.map((call) => call.connections.map((each) =>
        `${each.id?.device ?? ""} ${ConnectionState[each.state]}`).sort()),
      [["1001 CONNECTED", "1002 CONNECTED", "1003 CONNECTED"]]);
      await phone(1002).hangUp();
      await watched.connection(EventType.CONNECTION_CLEARED, "1002");
      await phone(1001).hangUp();
      await watched.quiet();
    });

    it("alternate between their calls, and are transferred", async () => {
      const { under, link, watched, phone } = office;
      const { heldCall, activeCall } = await consulting(office);
      await under.client.unary(CallsService.method.alternateCall, { link, heldCall, activeCall });
      await under.client.unary(CallsService.method.alternateCall,
        { link, heldCall: activeCall, activeCall: heldCall });
      assert.deepEqual(linesOf(office).map((line) => line.split(" ").slice(0, 2).join(" ")),
        ["held 1002", "retrieved 1002", "held 1002", "retrieved 1002"]);
      assert.deepEqual(watched.events.filter(({ type }) => type === EventType.RETRIEVED)
        .map(({ connection }) => connection?.call), [heldCall.call, activeCall.call]);
      await under.client.unary(CallsService.method.transferCall, { link, heldCall, activeCall });
      await watched.until("transferred", () =>
        watched.events.some(({ type }) => type === EventType.TRANSFERRED));
      await phone(1001).hangUp();
      await watched.quiet();
    });

    it("that a phone makes by itself are transferred, each of several times", async () => {
      const { under, link, watched, phone } = office;
      for (let round = 0; round < 3; round += 1) {
        watched.clear();
        await incoming(office);
        const heldCall = await watched.connection(EventType.ESTABLISHED, "1001");
        await phone(1001).hold();
        await watched.connection(EventType.HELD, "1001");
        await phone(1001).dial("1003");
        await phone(1003).event("CALL_INCOMING");
        const activeCall = await watched.connection(EventType.ORIGINATED, "1001");
        await phone(1003).accept();
        await watched.connection(EventType.ESTABLISHED, "1003");
        await office.talking(1001, 1003);
        await office.settled();
        watched.clear();
        const { connection } = await under.client.unary(CallsService.method.transferCall,
          { link, heldCall, activeCall });
        assert.equal(connection?.call, heldCall.call);
        await office.settled();
        assert.deepEqual(linesOf(office).map((line) => line.split(" ")[0]), ["transferred"]);
        await phone("trunk").hangUp();
        await watched.quiet();
        await office.clean();
      }
    });

    it("keep their names and their hold when the line is lost in mid-call", async () => {
      const { under, watched, phone } = office;
      await internal(office);
      const talking = await watched.connection(EventType.ESTABLISHED, "1002");
      await phone(1001).hold();
      await watched.connection(EventType.HELD, "1001");
      const before = await under.client.unary(CallsService.method.snapshotCalls, {});
      watched.clear();
      if (version === 22) await kick(office);
      // Asterisk 16 does not end a kicked session: the line is cut from here.
      else await under.client.unary(LinksService.method.restartLink, { id: office.link });
      await watched.until("resync", () => watched.others.includes("resync"), 30_000);
      await office.linkUp();
      const now = await under.client.unary(CallsService.method.snapshotCalls, {});
      assert.deepEqual(now.calls.map(({ call }) => call), before.calls.map(({ call }) => call));
      assert.deepEqual(now.calls[0]?.connections.map((each) =>
        `${each.id?.device ?? ""} ${ConnectionState[each.state]}`).sort(),
      ["1001 HOLD", "1002 CONNECTED"]);
      watched.clear();
      await phone(1001).resume();
      const back = await watched.connection(EventType.RETRIEVED, "1001");
      assert.equal(back.call, talking.call);
      await phone(1002).hangUp();
      await watched.quiet();
    });
  });
}

services(22);
services(16);
