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
  }
});
