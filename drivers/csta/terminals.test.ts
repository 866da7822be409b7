/** Registration beside a telephone of an Avaya AES (DMCC). */

import assert from "node:assert/strict";
import { deviceId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest } from "../../firmware/model/services.js";
import { actor, Bench, id } from "../csta-bench.js";
import { cstaXml, xmlCodec } from "./driver.js";
import { timers } from "./timers.js";

const device = deviceId("1001");
const aes = (plan: object = {}, options: object = {}): Bench =>
  new Bench({ association: "session", discovery: "none", terminalPassword: "s3cret",
    codec: () => xmlCodec("avaya-dmcc"), ...plan }, { pbx: "avaya-dmcc", switchName: "CM1",
    devices: ["1001-1003"], terminals: ["1001-1002"], terminalSecret: "env:CODE", ...options },
  cstaXml);

describe("CSTA terminals at an AES", () => {
  let bench: Bench;
  afterEach(async () => { await bench.end(); });

  const ask = async (request: ServiceRequest): Promise<string> => {
    const asked = bench.switch.request(id, request, actor, 5_000);
    await bench.world.advance(1_000);
    const answer = await asked;
    return answer.ok ? answer.value.displays?.join() ?? "ok" : answer.fault.code;
  };

  it("are registered with their password; then displays and buttons are told, once", async () => {
    bench = await aes().start();
    assert.equal(bench.state, "up");
    assert.deepEqual([...bench.peer.terminals].sort(), ["1001", "1002"]);
    const { loginInfo } = bench.peer.asked.RegisterTerminal ?? {};
    assert.deepEqual(loginInfo, { forceLogin: false, sharedControl: true, password: "s3cret",
      mediaMode: "NONE", dependencyMode: "DEPENDENT" });
    assert.equal(await ask({ service: "setDisplay", device, text: "Hello" }), "ok");
    assert.equal(await ask({ service: "getDisplay", device }), "Hello");
    assert.equal(await ask({ service: "pressButton", device, button: "2" }), "ok");
    assert.deepEqual(bench.types(), ["displayUpdated", "buttonPress", "lampMode"]);
    assert.equal(await ask({ service: "setDisplay", device: deviceId("1003"), text: "Hi" }),
      "wrong-connection-state");
    // Calls are told by the monitors for calls.
    bench.peer.pbx.call({ from: "1001", to: "1002", ringMs: 100 });
    await bench.world.advance(2_000);
    bench.assertSamePicture();
  });

  it("say why they are not, and are tried again", async () => {
    bench = await aes({ terminalPassword: "other" }).start();
    assert.equal(bench.state, "degraded");
    assert.match(JSON.stringify(bench.link.status.state),
      /2 terminals are not registered.*wrong password/);
    assert.equal(bench.peer.monitored, 3);
    const before = bench.peer.heard.filter((name) => name === "RegisterTerminal").length;
    await bench.world.advance(timers.monitorAgain.ms + 1_000);
    assert.equal(bench.peer.heard.filter((name) => name === "RegisterTerminal").length,
      before + 2);
  });

  it("are registered again when the AES ends one, and after a break", async () => {
    bench = await aes().start();
    bench.peer.unregister("1001");
    await bench.world.advance(100);
    assert.match(JSON.stringify(bench.link.status.state), /ended the registration/);
    await bench.world.advance(timers.terminalAgain.ms + 1_000);
    assert.deepEqual([...bench.peer.terminals].sort(), ["1001", "1002"]);
    assert.equal(bench.state, "up");
    bench.peer.restart();
    await bench.world.advance(60_000);
    assert.equal(bench.state, "up");
    assert.deepEqual([...bench.peer.terminals].sort(), ["1001", "1002"]);
    assert.equal(await ask({ service: "getDisplay", device }), "");
  });

  it("stay registered with a session that goes on", async () => {
    bench = await aes({ keepSeconds: 60 }).start();
    const before = bench.peer.heard.filter((name) => name === "RegisterTerminal").length;
    bench.line?.cut("cable pulled");
    await bench.world.advance(20_000);
    assert.equal(bench.state, "up");
    assert.equal(bench.peer.heard.filter((name) => name === "RegisterTerminal").length, before);
    assert.equal(await ask({ service: "setDisplay", device, text: "Back" }), "ok");
    assert.deepEqual(bench.types(), ["displayUpdated"]);
  });
});
