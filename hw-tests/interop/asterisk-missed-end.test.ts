/** A real Asterisk whose events do not all arrive: its list of channels heals a trunk's end. */

import assert from "node:assert/strict";
import { CallsService } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { need } from "../requirement.js";
import { whyNoAsterisk, type AsteriskVersion } from "./asterisk.js";
import { recordOf, startAsteriskOffice, type AsteriskOffice } from "./asterisk-office.js";
import { startDeafLine, type DeafLine } from "./deaf-line.js";
import { incoming } from "./scenarios.js";

/** The driver looks once a minute, and again after five seconds; and what a slow machine adds. */
const healedMsMax = 75_000;

function suite(version: AsteriskVersion): void {
  describe(`a missed end on Asterisk ${version} (interop)`, function () {
    let office: AsteriskOffice;
    let line: DeafLine | undefined;

    before(async function () {
      need(this, "asterisk", whyNoAsterisk());
      this.timeout(600_000);
      office = await startAsteriskOffice(version, false, async (port) => {
        line = await startDeafLine(port);
        return line.port;
      });
    });
    after(async () => {
      await office?.stop();
      await line?.stop();
    });

    it("of a trunk that has another call is healed, and marked in its record", async () => {
      const { phone, watched, under } = office;
      await phone("trunk").dial("5550600");
      const waiting = await watched.connection(EventType.QUEUED, "support");
      watched.clear();
      await incoming(office);
      const { call } = await watched.connection(EventType.ORIGINATED, "trunk");
      line?.deafTo((message) => /^Event: Hangup\r/.test(message)
        && message.includes("Channel: PJSIP/trunk-"));
      await phone(1001).hangUp();
      await watched.connection(EventType.CONNECTION_CLEARED, "1001");
      await office.settled();
      assert.equal(line?.swallowed.length, 1);
      assert.deepEqual(watched.events.filter(({ type }) => type === EventType.CALL_CLEARED), []);
      await watched.until("the call is healed", () => watched.events.some((event) =>
        event.type === EventType.CALL_CLEARED && event.connection?.call === call), healedMsMax);
      const healed = watched.events.filter((event) => event.healed);
      assert.deepEqual(healed.map(({ type, connection }) =>
        [EventType[type], connection?.call, connection?.device]),
      [["CONNECTION_CLEARED", call, "trunk"], ["CALL_CLEARED", call, ""]]);
      assert.deepEqual((await recordOf(office))?.marks, ["healed"]);
      const { calls } = await under.client.unary(CallsService.method.snapshotCalls, {});
      assert.deepEqual(calls.map((each) => each.call), [waiting.call]);
      line?.deafTo(() => false);
      await office.clean();
    });
  });
}

suite(22);
suite(16);
