import assert from "node:assert/strict";
import { inspect } from "node:util";
import { create, type DescMethodUnary, type MessageInitShape, type MessageShape }
  from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import type { Fault } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { HotelService, RoomCondition } from "../../../proto/gen/cti/gateway/v1/hotel_pb.js";
import type { Role as RoleName } from "../access/roles.js";
import { createApi, type Api } from "./api.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";

describe("hotel service", () => {
  let gateway: SimulatedGateway;
  let api: Api;

  beforeEach(async () => {
    gateway = await simulatedGateway({ world: new SimulatedWorld(), links: ["pbx-1"] });
    api = createApi(gateway, new Registry());
  });

  async function call<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]> | Fault> {
    const one = api.methods.get(`${method.parent.typeName}/${method.name}`);
    assert.ok(one?.kind === "unary");
    const result = await api.door("grpc").unary(one.method, one.handler,
      create(method.input, request), { token: await gateway.token(role), certificate: undefined,
        source: "grpc 192.0.2.9", deadlineMs: undefined, signal: new AbortController().signal,
        language: "en" });
    return result.ok ? create(method.output, result.value) as MessageShape<M["output"]>
      : result.fault;
  }

  async function good<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]>> {
    const answer = await call(role, method, request);
    assert.ok("$typeName" in answer, inspect(answer));
    return answer;
  }

  async function refused<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<Fault> {
    const answer = await call(role, method, request);
    assert.ok("code" in answer && !("$typeName" in answer), "it should have been refused");
    return answer as Fault;
  }

  it("keeps a small hotel: guests in and out, lamp, wake-ups, who has not been told", async () => {
    const { method } = HotelService;
    const room = "205";
    await good("operator", method.checkIn, { room, name: "Muster", firstName: "Erika" });
    await good("operator", method.updateRoom, { room, messageWaiting: true,
      condition: RoomCondition.CLEAN });
    await good("operator", method.setWakeUp, { room, time: "07:30", date: "2026-11-24" });
    const { rooms, waiting } = await good("operator", method.listRooms, { room });
    assert.deepEqual(rooms.map((each) => [each.occupied, each.name, each.messageWaiting,
      each.condition, each.wakeUps.map(({ date, time }) => `${date} ${time}`), each.behind]),
    [[true, "Muster", true, RoomCondition.CLEAN, ["2026-11-24 07:30"], ["pbx-1"]]]);
    assert.equal(waiting, 3);
    await good("operator", method.clearWakeUp, { room });
    await good("operator", method.checkOut, { room });
    const [empty] = (await good("operator", method.listRooms, {})).rooms;
    assert.deepEqual([empty?.occupied, empty?.name, empty?.messageWaiting, empty?.wakeUps.length],
      [false, "", false, 0]);
    await good("operator", method.resyncHotel, { link: "pbx-1" });
    assert.deepEqual((await good("operator", method.listRefusedPostings, {})).postings, []);
    for (const [request, paths] of [[{ room: "", time: "7" }, ["room", "time"]],
      [{ room, time: "25:00", date: "2026-13-01" }, ["time", "date"]]] as const) {
      const fault = await refused("operator", method.setWakeUp, request);
      assert.deepEqual(fault.fields?.map(({ path }) => path), paths);
    }
    assert.equal((await refused("operator", method.settlePosting, { number: 9 })).code,
      "not-found");
    assert.equal((await refused("operator", method.resyncHotel, { link: "pbx-9" })).code,
      "not-found");
    assert.equal((await refused("viewer", method.checkIn, { room })).code, "permission-denied");
  });
});
