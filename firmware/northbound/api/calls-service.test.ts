import assert from "node:assert/strict";
import { create, type DescMessage } from "@bufbuild/protobuf";
import { Registry } from "prom-client";
import { ok } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { deviceId } from "../../model/identifiers.js";
import { ButtonPressRequestSchema, GetButtonInformationRequestSchema, GetDisplayRequestSchema,
  GetDoNotDisturbRequestSchema, GetForwardingRequestSchema, GetLampModeRequestSchema,
  GetMessageWaitingIndicatorRequestSchema, SetDisplayRequestSchema }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ForwardingType, LampMode } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
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

  it("shows a telephone, and presses its buttons", async () => {
    const [link] = gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.answer = { on: true, displays: ["Anna"], lamps: [{ lamp: "7", lampMode: "wink" }],
      buttons: [{ button: "7", label: "Line", associatedNumber: deviceId("201") }] };
    const of = { link: "pbx-1", device: "100" };
    const ask = <D extends DescMessage>(schema: D, more: object = {}) =>
      create(schema, { ...of, ...more } as never);
    assert.deepEqual(await handlers.getMessageWaitingIndicator(
      ask(GetMessageWaitingIndicatorRequestSchema), context), ok({ on: true }));
    assert.deepEqual(await handlers.getDisplay(ask(GetDisplayRequestSchema), context),
      ok({ texts: ["Anna"] }));
    assert.deepEqual(await handlers.getButtonInformation(
      ask(GetButtonInformationRequestSchema), context), ok({ buttons: [
      { button: "7", label: "Line", function: "", number: "201" }] }));
    assert.deepEqual(await handlers.getLampMode(ask(GetLampModeRequestSchema), context),
      ok({ lamps: [{ lamp: "7", mode: LampMode.WINK, button: "" }] }));
    await handlers.buttonPress(ask(ButtonPressRequestSchema, { button: "7" }), context);
    await handlers.setDisplay(ask(SetDisplayRequestSchema, { text: "Lunch" }), context);
    assert.deepEqual(link.requests.slice(-2), [
      { service: "pressButton", device: "100", button: "7" },
      { service: "setDisplay", device: "100", text: "Lunch" }]);
    const long = await handlers.setDisplay(
      ask(SetDisplayRequestSchema, { text: "x".repeat(241) }), context);
    assert.ok(!long.ok && long.fault.code === "argument-invalid");
  });

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
