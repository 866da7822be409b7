import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import { ok } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { deviceId } from "../../model/identifiers.js";
import { GetDoNotDisturbRequestSchema, GetForwardingRequestSchema }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ForwardingType } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { callsHandlers } from "./calls-service.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { serverMetrics } from "./metrics.js";
import { RequestIds } from "./request-ids.js";

const context: CallContext = { identity: undefined, source: "test", deadlineMs: 1_000,
  language: "en", signal: new AbortController().signal, identified: () => undefined };

describe("calls service", () => {
  let gateway: SimulatedGateway;
  let handlers: ReturnType<typeof callsHandlers>;

  beforeEach(async () => {
    const world = new SimulatedWorld();
    gateway = await simulatedGateway({ world });
    handlers = callsHandlers(gateway, new RequestIds(world.clock),
      serverMetrics(new Registry(), "test"));
  });
  afterEach(() => gateway.stop());

  it("asks the PBX how a device is set", async () => {
    const [link] = gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.answer = { on: true, forwardings: [{ on: true, forwardingType: "dndInt",
      forwardTo: deviceId("200") }, { on: false }] };
    const of = { link: "pbx-1", device: "100" };
    assert.deepEqual(await handlers.getForwarding(create(GetForwardingRequestSchema, of), context),
      ok({ forwardings: [{ type: ForwardingType.DO_NOT_DISTURB_INTERNAL, on: true, number: "200" },
        { type: ForwardingType.UNSPECIFIED, on: false, number: "" }] }));
    assert.deepEqual(await handlers.getDoNotDisturb(
      create(GetDoNotDisturbRequestSchema, of), context), ok({ on: true }));
    assert.deepEqual(link.requests, [{ service: "getForwarding", device: "100" },
      { service: "getDoNotDisturb", device: "100" }]);
    const nowhere = await handlers.getForwarding(
      create(GetForwardingRequestSchema, { ...of, link: "pbx-9" }), context);
    assert.ok(!nowhere.ok && nowhere.fault.code === "link-unknown");
    const nobody = await handlers.getForwarding(
      create(GetForwardingRequestSchema, { link: "pbx-1" }), context);
    assert.ok(!nobody.ok && nobody.fault.code === "argument-invalid");
  });
});
