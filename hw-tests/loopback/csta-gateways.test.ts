/**
 * Gateway to gateway: one gateway's CSTA drivers on another's CSTA servers. What the first sees of
 * its (simulated) Asterisk, the second sees too, in each encoding.
 */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest } from "../../firmware/model/services.js";
import type { CallView } from "../../firmware/switching/switch.js";
import { CstaService } from "../../proto/gen/cti/gateway/v1/csta_pb.js";
import { RecordSource, RecordsService, type CallRecord }
  from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { WatchedEvents } from "../interop/watched-events.js";
import { until } from "./gateway-process.js";
import { silentWorld } from "./server-rig.js";

const encodings = [
  { id: "xml", server: "protocol: xml, tls: true", link: "csta-xml", transport: "tls",
    options: "pbx: generic, callRecords: true" },
  { id: "phase3", server: "protocol: asn1-phase3, framing: hipath3, tls: true", link: "csta3",
    transport: "tls", options: "pbx: generic, framing: hipath3, callRecords: true" },
  { id: "phase2", server: "protocol: asn1-phase2, framing: len16, tls: true", link: "csta12",
    transport: "tls", options: "pbx: generic, phase: \"2\"" },
  { id: "phase1", server: "protocol: asn1-phase1, framing: none, tls: false", link: "csta12",
    transport: "tcp", options: "pbx: generic, phase: \"1\", framing: none" },
] as const;
/** Those that have records of calls. */
const recorders = ["xml", "phase3"] as const;

describe("gateway to gateway by CSTA", function () {
  this.timeout(60_000);
  let pbx: Simulation & { readonly port: number };
  let first: GatewayUnderTest;
  let second: GatewayUnderTest;
  const watched = new Map<string, WatchedEvents>();
  /** Type, device, state, cause and numbers of what a gateway has seen on its link. */
  const heard = (link: string): readonly string[] => watched.get(link)?.lines() ?? [];
  const clear = (): void => { for (const each of watched.values()) each.clear(); };
  const isOver = (): boolean => heard("asterisk").some((each) => each.startsWith("callCleared"));

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
${encodings.map(({ id, server }) => `  - { id: ${id}, ${server}, port: 0 }`)
    .join("\n")}
` });
    await until("the telephones are known", () => first.gateway.switch.devices().length > 5);
    const authority = path.join(first.dataFolder, "authority-of-the-first.pem");
    await writeFile(authority, first.gateway.authorityPem);
    second = await startGatewayUnderTest({ environment: { CSTA: first.adminPassword },
      config: `links:
${encodings.map(({ id, link, options, transport }) => `  - id: ${id}
    driver: ${link}
    transport: { kind: ${transport}, host: 127.0.0.1, port: ${first.gateway.cstaPort(id) ?? 0}${
  transport === "tls" ? `, authority: "${authority}"` : ""} }
    options: { ${options}, user: admin, secret: env:CSTA, devices: ["1001-1012"] }`).join("\n")}
` });
    await until("all links are up", () => encodings.every(({ id }) =>
      second.gateway.links.get(id)?.status.state.name === "up"));
    watched.set("asterisk", new WatchedEvents(first.client, "asterisk"));
    for (const { id } of encodings) watched.set(id, new WatchedEvents(second.client, id));
    await until("all watch", () => [...watched.values()].every(({ others }) =>
      others.includes("live")));
  });
  after(async () => {
    for (const each of watched.values()) each.stop();
    await second.stop();
    await first.stop();
    await pbx.stop();
  });

  /**
   * What the second gateway must see: device monitors are not told that a call is cleared, nor of a
   * line before the call has come to their device.
   */
  function expected(id: string): readonly string[] {
    return heard("asterisk")
      .filter((each) => !/^callCleared|^originated trunk/.test(each))
      // Phases I and II have no cause above 34.
      .map((each) => /^phase[12]$/.test(id) ? each.replace("normalClearing", "normal") : each);
  }

  for (const call of [
    { from: "1001", to: "1002", ringMs: 300, talkMs: 500 },
    { from: "0140506070", to: "1003", trunk: "trunk-a", ringMs: 300, talkMs: 500 },
    { from: "1004", to: "1005", ringMs: 300, talkMs: 0 },
  ]) {
    it(`shows the same events of a call from ${call.from} to ${call.to}`, async () => {
      clear();
      pbx.call(call);
      await until("the call is over", isOver);
      for (const { id } of encodings) {
        await until(`${id} has seen its end`, () =>
          heard(id).at(-1) === expected(id).at(-1)).catch(() => undefined);
        assert.deepEqual(heard(id), expected(id), id);
      }
    });
  }

  it("records each call as the first gateway has recorded it", async () => {
    const list = async (unit: GatewayUnderTest, link: string): Promise<readonly CallRecord[]> =>
      (await unit.client.unary(RecordsService.method.listRecords,
        { query: { link }, pageSize: 1 })).records;
    const told = ({ direction, calling, called, networkInterface, accountCode }: CallRecord) =>
      [direction, calling?.raw, called?.raw, networkInterface, accountCode];
    pbx.call({ from: "0140506071", to: "1010", trunk: "trunk-a", ringMs: 200, talkMs: 1_200 });
    await until("the first has recorded it", async () =>
      (await list(first, "asterisk"))[0]?.calling?.raw === "0140506071");
    const [own] = await list(first, "asterisk");
    assert.ok(own !== undefined);
    for (const id of recorders) {
      await until(`${id} has its record`, async () => {
        const [record] = await list(second, id);
        return record?.calling?.raw === "0140506071" && record.source === RecordSource.PBX;
      });
      const [record] = await list(second, id);
      assert.ok(record !== undefined);
      assert.deepEqual(told(record), told(own), id);
      assert.ok(Math.abs(Number(record.duration?.seconds ?? 0n)
        - Number(own.duration?.seconds ?? 0n)) <= 1, id);
    }
  });

  it("goes on with its session after a break, and has missed nothing: xml", async () => {
    clear();
    const link = second.gateway.links.get("xml");
    assert.ok(link !== undefined);
    link.disable();
    await until("the first gateway keeps its session", async () => {
      const { sessions } = await first.client.unary(CstaService.method.listCstaSessions, {});
      return sessions.some(({ connected }) => !connected);
    });
    pbx.call({ from: "1008", to: "1009", ringMs: 200, talkMs: 200 });
    await until("the call is over", isOver);
    link.enable();
    await until("xml has seen its end", () =>
      heard("xml").at(-1) === expected("xml").at(-1)).catch(() => undefined);
    assert.deepEqual(heard("xml"), expected("xml"));
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
