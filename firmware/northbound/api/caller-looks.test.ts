import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import { ok } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { RecordsService } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { callerLooksMs, CallerLooks, callerRecordsMax, lookersMax } from "./caller-looks.js";
import { Door } from "./door.js";
import type { PlainInit } from "./encoding.js";
import { type SimulatedGateway, simulatedGateway } from "./gateway-simulated.js";
import { serverMetrics } from "./metrics.js";

const { listRecords } = RecordsService.method;

describe("looks at the records of a caller", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let door: Door;
  const number = "+33145670123";
  const [call, device] = [callId("c1"), deviceId("1001")];

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world });
    door = new Door(gateway, serverMetrics(new Registry(), "web"));
    gateway.switch.apply({ type: "delivered", connection: { call, device }, callingDevice: {
      device: deviceId(number) }, alertingDevice: { device }, ...header() });
  });

  const header = (): Pick<CallEvent, "link" | "cause" | "receivedAtMs"> => ({
    link: linkId("pbx-1"), cause: "newCall", receivedAtMs: world.clock.monotonicMs() });

  async function look(
    token: string, more: PlainInit<typeof listRecords.input> = {}, source = "web 192.0.2.9",
  ): Promise<void> {
    const request = create(listRecords.input,
      { query: { number }, pageSize: callerRecordsMax, ...more });
    await door.unary(listRecords, () => Promise.resolve(ok({})), request, { token, source,
      certificate: undefined, deadlineMs: undefined, language: undefined,
      signal: new AbortController().signal });
  }
  const told = (): (readonly string[])[] => gateway.audit.entries.map(
    ({ actor, action, subject }) => [actor, action, subject]);

  it("tells an hour of screen-pops by one entry at its beginning, for each reader", async () => {
    const [viewer, operator] = [await gateway.token("viewer"), await gateway.token("operator")];
    await look(viewer);
    await look(viewer);
    await look(operator);
    await look(viewer, {}, "web 192.0.2.10");
    await world.advance(callerLooksMs - 1);
    await look(await gateway.token("viewer"));
    assert.deepEqual(told(), [["viewer", "ListRecords", "callers"],
      ["operator", "ListRecords", "callers"], ["viewer", "ListRecords", "callers"]]);
    assert.equal(gateway.audit.entries[0]?.detailsJson, "{\"covers_minutes\":60}");
    await world.advance(1);
    await look(await gateway.token("viewer"));
    assert.equal(told().length, 4);
  });

  it("tells every look that a person chose, with the number masked", async () => {
    const viewer = await gateway.token("viewer");
    await look(viewer);
    await look(viewer, { query: { number: "+33142685300" } });
    await look(viewer, { pageSize: callerRecordsMax + 1 });
    await look(viewer, { pageSize: 0 });
    await look(viewer, { pageToken: "more" });
    await look(viewer, { query: { number, device: "1001" } });
    assert.equal(told().length, 6);
    assert.deepEqual(told()[1], ["viewer", "ListRecords", "+3********00"]);
  });

  it("tells it again as soon as nobody calls from that number any more", async () => {
    const viewer = await gateway.token("viewer");
    await look(viewer);
    gateway.switch.apply({ type: "connectionCleared", connection: { call, device },
      releasingDevice: { device }, ...header() });
    assert.equal(gateway.switch.calls({}).length, 0);
    await look(viewer);
    assert.equal(told().length, 2);
  });

  it("treats looks as ordinary when more readers come than it can remember", () => {
    const looks = new CallerLooks(gateway);
    const request = create(listRecords.input, { query: { number }, pageSize: 1 });
    for (let reader = 0; reader < lookersMax; reader += 1) {
      assert.equal(looks.judge(listRecords, request, `reader ${reader}`), "first");
    }
    assert.equal(looks.judge(listRecords, request, "one more"), "no");
    assert.equal(looks.judge(listRecords, request, "reader 0"), "told");
  });
});
