/**
 * Gateway to gateway: one gateway's CSTA drivers on another's CSTA servers. What the first sees of
 * its (simulated) Asterisk, the second sees too, in each encoding.
 */

import assert from "node:assert/strict";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest } from "../../firmware/model/services.js";
import type { CallView } from "../../firmware/switching/switch.js";
import { CstaService } from "../../proto/gen/cti/gateway/v1/csta_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "./gateway-process.js";
import { silentWorld } from "./server-rig.js";

const encodings = [
  { id: "xml", server: "protocol: xml", link: "csta-xml", options: "pbx: generic" },
  { id: "phase3", server: "protocol: asn1-phase3, framing: len16", link: "csta3",
    options: "pbx: generic" },
  { id: "phase2", server: "protocol: asn1-phase2, framing: len16", link: "csta12",
    options: "pbx: generic, phase: \"2\"" },
] as const;

/** What is the same on both sides: who, what, why; call names and times are each gateway's own. */
function essence(event: CallEvent): string {
  const connection = "connection" in event ? event.connection.device : "";
  const roles = "callingDevice" in event || "calledDevice" in event
    ? `${("callingDevice" in event ? event.callingDevice?.device : undefined) ?? "?"} to ${
      ("calledDevice" in event ? event.calledDevice?.device : undefined) ?? "?"}` : "";
  return `${event.type} ${connection} ${event.cause} ${roles}`.trim();
}

describe("gateway to gateway by CSTA", function () {
  this.timeout(60_000);
  let pbx: Simulation & { readonly port: number };
  let first: GatewayUnderTest;
  let second: GatewayUnderTest;
  const heard = new Map<string, string[]>();

  async function listen(unit: GatewayUnderTest): Promise<void> {
    const monitor = unit.gateway.switch.monitorStart({}, 10_000);
    assert.ok(monitor.ok);
    for await (const items of monitor.value) {
      for (const item of items) {
        if (item.kind !== "event") continue;
        const { event } = item.entry;
        heard.set(event.link, [...heard.get(event.link) ?? [], essence(event)]);
      }
    }
  }

  before(async () => {
    const simulated = await simulateAmi({ world: silentWorld, seed: 1, address: "127.0.0.1",
      port: 0, user: "jackfield", secret: "cobalt" });
    assert.ok(simulated.ok);
    pbx = simulated.value;
    first = await startGatewayUnderTest({ environment: { AMI: "cobalt" }, config: `links:
  - id: asterisk
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbx.port} }
    options: { user: jackfield, secret: env:AMI, trunks: ["trunk-.*"], answerByNotify: true }
    numbers: { country: FR, areaCode: "1", externalPrefix: "0" }
csta:
${encodings.map(({ id, server }) => `  - { id: ${id}, ${server}, tls: false, port: 0 }`)
    .join("\n")}
` });
    await until("the telephones are known", () => first.gateway.switch.devices().length > 5);
    second = await startGatewayUnderTest({ environment: { CSTA: first.adminPassword },
      config: `links:
${encodings.map(({ id, link, options }) => `  - id: ${id}
    driver: ${link}
    transport: { kind: tcp, host: 127.0.0.1, port: ${first.gateway.cstaPort(id) ?? 0} }
    options: { ${options}, user: admin, secret: env:CSTA, devices: ["1001-1012"] }`).join("\n")}
` });
    await until("all links are up", () => encodings.every(({ id }) =>
      second.gateway.links.get(id)?.status.state.name === "up"));
    void listen(first);
    void listen(second);
  });
  after(async () => {
    await second.stop();
    await first.stop();
    await pbx.stop();
  });

  /**
   * What the second gateway must see: device monitors are not told that a call is cleared, nor of a
   * line before the call has come to their device.
   */
  function expected(id: string): string[] {
    return (heard.get("asterisk") ?? [])
      .filter((each) => !/^callCleared|^originated trunk/.test(each))
      // Phase II has no cause above 34.
      .map((each) => id === "phase2" ? each.replace("normalClearing", "normal") : each);
  }

  for (const call of [
    { from: "1001", to: "1002", ringMs: 300, talkMs: 500 },
    { from: "0140506070", to: "1003", trunk: "trunk-a", ringMs: 300, talkMs: 500 },
    { from: "1004", to: "1005", ringMs: 300, talkMs: 0 },
  ]) {
    it(`shows the same events of a call from ${call.from} to ${call.to}`, async () => {
      heard.clear();
      pbx.call(call);
      await until("the call is over", () => (heard.get("asterisk") ?? []).some((each) =>
        each.startsWith("callCleared")));
      for (const { id } of encodings) {
        await until(`${id} has seen its end`, () =>
          heard.get(id)?.at(-1) === expected(id).at(-1)).catch(() => undefined);
        assert.deepEqual(heard.get(id), expected(id), id);
      }
    });
  }

  it("goes on with its session after a break, and has missed nothing: xml", async () => {
    heard.clear();
    const link = second.gateway.links.get("xml");
    assert.ok(link !== undefined);
    link.disable();
    await until("the first gateway keeps its session", async () => {
      const { sessions } = await first.client.unary(CstaService.method.listCstaSessions, {});
      return sessions.some(({ connected }) => !connected);
    });
    pbx.call({ from: "1008", to: "1009", ringMs: 200, talkMs: 200 });
    await until("the call is over", () => (heard.get("asterisk") ?? []).some((each) =>
      each.startsWith("callCleared")));
    link.enable();
    await until("xml has seen its end", () =>
      heard.get("xml")?.at(-1) === expected("xml").at(-1)).catch(() => undefined);
    assert.deepEqual(heard.get("xml"), expected("xml"));
    await until("the link is up", () => link.status.state.name === "up");
  });

  for (const { id } of encodings) {
    it(`carries a click through both to the Asterisk: ${id}`, async () => {
      const actor = { name: "test", roles: [] };
      const link = linkId(id);
      const calls = (): readonly CallView[] => second.gateway.switch.calls({ link });
      const ask = async (request: ServiceRequest): Promise<void> => {
        const answer = await second.gateway.switch.request(link, request, actor, 10_000);
        assert.ok(answer.ok, answer.ok ? "" : answer.fault.message);
      };
      await ask({ service: "makeCall", callingDevice: deviceId("1006"), calledNumber: "1007" });
      await until("both talk", () => calls().some(({ connections }) => connections.length === 2
        && connections.every(({ state }) => state === "connected")));
      const [call] = calls();
      assert.ok(call !== undefined);
      await ask({ service: "clearConnection",
        connection: { call: call.call, device: deviceId("1006") } });
      await until("no call is left", () => calls().length === 0
        && first.gateway.switch.calls().length === 0);
    });
  }
});
