/** How devices are set, from the PBX to the picture and back. */

import assert from "node:assert/strict";
import { deviceId } from "../../firmware/model/identifiers.js";
import { forwardingTypes, type ServiceRequest, type ServiceResponse }
  from "../../firmware/model/services.js";
import { actor, Bench, id } from "../csta-bench.js";
import { phase12Dialects } from "./dialects.js";
import { csta12, cstaXml, phase12Codec, xmlCodec } from "./driver.js";

const device = deviceId("1001");
const encodings: Readonly<Record<string, () => Bench>> = {
  "phase III": () => new Bench(),
  "phase II": () => new Bench({ codec: () => phase12Codec("2", phase12Dialects.generic),
    discovery: "none" }, { phase: "2", devices: ["1001-1004"] }, csta12),
  "XML": () => new Bench({ association: "session", codec: () => xmlCodec("generic") }, {}, cstaXml),
};

describe("CSTA device features", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  const ask = async (request: ServiceRequest): Promise<ServiceResponse> => {
    const asked = bench.switch.request(id, request, actor, 5_000);
    await bench.world.advance(1_000);
    const answer = await asked;
    assert.ok(answer.ok, answer.ok ? "" : answer.fault.message);
    return answer.value;
  };

  for (const [name, make] of Object.entries(encodings)) {
    const types = name === "phase II" ? forwardingTypes.slice(0, 3) : forwardingTypes;

    it(`${name}: every type of forwarding is set, told and read`, async () => {
      bench = await make().start();
      for (const [index, forwardingType] of types.entries()) {
        await ask({ service: "setForwarding", device, on: true, forwardingType,
          forwardTo: `0${index}` });
      }
      const whole = types.map((forwardingType, index) =>
        ({ on: true, forwardingType, forwardTo: deviceId(`0${index}`) }));
      assert.deepEqual((await ask({ service: "getForwarding", device })).forwardings, whole);
      const view = () => bench.switch.devices(id).find((each) => each.device === device);
      assert.deepEqual(view()?.forwardings, whole);
      await ask({ service: "setForwarding", device, on: false, forwardingType: "busy" });
      assert.deepEqual((await ask({ service: "getForwarding", device })).forwardings,
        whole.filter(({ forwardingType }) => forwardingType !== "busy"));
      assert.deepEqual(view()?.forwardings?.at(-1), { on: false, forwardingType: "busy" });
    });

    it(`${name}: do not disturb is read`, async () => {
      bench = await make().start();
      assert.equal((await ask({ service: "getDoNotDisturb", device })).on, false);
      await ask({ service: "setDoNotDisturb", device, on: true });
      assert.equal((await ask({ service: "getDoNotDisturb", device })).on, true);
    });

    it(`${name}: the message lamp is set, told and read`, async () => {
      bench = await make().start();
      const lit = async (): Promise<boolean | undefined> =>
        (await ask({ service: "getMessageWaitingIndicator", device })).on;
      assert.equal(await lit(), false);
      await ask({ service: "setMessageWaitingIndicator", device, on: true });
      assert.equal(await lit(), true);
      assert.equal(bench.switch.devices(id).find((each) =>
        each.device === device)?.messageWaiting, true);
      assert.deepEqual(bench.types(), ["messageWaiting"]);
    });
  }

  for (const [name, make] of Object.entries({
    "phase III": (options: object) => new Bench({}, options),
    "XML": (options: object) => new Bench({ association: "session",
      codec: () => xmlCodec("generic") }, options, cstaXml),
  })) {
    it(`${name}: displays, buttons and lamps`, async () => {
      bench = await make({ physicalDevices: true }).start();
      await ask({ service: "setDisplay", device, text: "Back at 2 <pm>" });
      assert.deepEqual((await ask({ service: "getDisplay", device })).displays,
        ["Back at 2 <pm>"]);
      await ask({ service: "pressButton", device, button: "3" });
      const { buttons } = await ask({ service: "getButtonInformation", device });
      assert.deepEqual(buttons?.[2],
        { button: "3", label: "Line 3", function: "line", associatedNumber: "1001" });
      const { lamps } = await ask({ service: "getLampMode", device });
      assert.deepEqual(lamps?.map(({ lamp, lampMode, button }) => [lamp, lampMode, button]),
        [["1", "off", "1"], ["2", "off", "2"], ["3", "steady", "3"], ["4", "off", "4"]]);
      const told = bench.events.map(({ link: _, receivedAtMs: __, ...event }) => event);
      assert.deepEqual(told, [
        { cause: "normal", type: "displayUpdated", device, text: "Back at 2 <pm>" },
        { cause: "normal", type: "buttonPress", device, button: "3", label: "Line 3" },
        { cause: "normal", type: "lampMode", device, lamp: "3", lampMode: "steady" }]);
    });

    it(`${name}: what telephones show is not told unless it is wanted`, async () => {
      bench = await make({}).start();
      await ask({ service: "pressButton", device, button: "3" });
      assert.deepEqual(bench.types(), []);
      const proofs = bench.link.probe(10_000);
      await bench.world.advance(2_000);
      const proven = await proofs;
      assert.ok(proven.ok);
      assert.deepEqual(proven.value.filter(({ proven: how, subject }) => how === "no"
        && ["displayUpdated", "buttonPress", "lampMode"].includes(subject)).length, 3);
    });
  }

  it("does not tell what a PBX without filters tells all the same", async () => {
    bench = new Bench();
    bench.peer.unsupported.add("requestedMonitorFilter");
    await bench.start();
    await ask({ service: "pressButton", device, button: "3" });
    assert.deepEqual(bench.types(), []);
  });
});
