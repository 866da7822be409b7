/** What reports carry beside their own fields, in the real encodings. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { CstaConfig } from "../../config/csta-schema.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { PrivateData } from "../../model/events.js";
import { acseVariants } from "../../wire/csta/acse.js";
import { cstaBerCodec } from "../../wire/csta/ber-codec.js";
import type { CstaCodec, CstaEvent } from "../../wire/csta/message.js";
import { phase1, phase2 } from "../../wire/csta/phase1-2.js";
import { phase3 } from "../../wire/csta/phase3.js";
import { cstaXmlCodec } from "../../wire/csta/xml-codec.js";
import { SimulatedApplication, simulatedServer } from "./application-simulated.js";

const framing = { name: "len16" } as const;
const codecs: Readonly<Record<CstaConfig["protocol"], () => CstaCodec>> = {
  "xml": () => cstaXmlCodec(),
  "asn1-phase3": () => cstaBerCodec({ phase: phase3, framing, acse: acseVariants.panasonic }),
  "asn1-phase2": () => cstaBerCodec({ phase: phase2, framing, acse: acseVariants.panasonic }),
  "asn1-phase1": () => cstaBerCodec({ phase: phase1, framing, acse: acseVariants.panasonic }),
};

const versionsOf = {
  "xml": ["http://www.ecma-international.org/standards/ecma-323/csta/ed3"],
  "asn1-phase3": ["3"], "asn1-phase2": ["1"], "asn1-phase1": ["0"],
} as const;

/** The tail of an event that the PBX told with `privateData`, as an application reads it. */
async function told(
  protocol: CstaConfig["protocol"], privateData?: PrivateData, occurredAtMs?: number,
): Promise<Pick<CstaEvent, "correlatorData" | "userData" | "extensions">> {
  const world = new SimulatedWorld();
  const server = await simulatedServer(world, codecs[protocol], { protocol });
  const link = linkId("pbx-1");
  const device = deviceId("101");
  server.gateway.switch.reconcile(link, { calls: [], agents: [],
    devices: [{ device, category: "station" }] }, "test");
  await world.settle();
  const app = new SimulatedApplication(world, server);
  const versions = versionsOf[protocol];
  assert.equal((await app.signIn(undefined, undefined, { versions })).kind, "associated");
  await app.ask("MonitorStart",
    { monitorObject: { deviceObject: { kind: "dialingNumber", text: "101" } } });
  server.gateway.switch.apply({ type: "delivered", link, cause: "newCall",
    receivedAtMs: world.clock.monotonicMs(),
    connection: { call: callId("c1"), device }, alertingDevice: { device },
    ...(privateData === undefined ? {} : { privateData }),
    ...(occurredAtMs === undefined ? {} : { occurredAtMs }) });
  await world.settle();
  server.sessions.stop();
  await server.gateway.stop();
  const [report] = app.reports;
  assert.ok(report?.type === "delivered");
  const { correlatorData, userData, extensions } = report;
  return { ...(correlatorData === undefined ? {} : { correlatorData }),
    ...(userData === undefined ? {} : { userData }),
    ...(extensions === undefined ? {} : { extensions }) };
}

const time = "20261123080000Z";

describe("CSTA event tail", () => {
  it("says when, where the encoding can: the PBX's own time before the gateway's", async () => {
    for (const protocol of ["xml", "asn1-phase3"] as const) {
      assert.deepEqual(await told(protocol), { extensions: { time } });
      assert.deepEqual(await told(protocol, undefined, Date.UTC(2024, 0, 31, 10, 15, 9, 700)),
        { extensions: { time: "20240131101509Z" } });
    }
    assert.deepEqual(await told("asn1-phase2"), {});
  });

  it("hands on what was attached to the call, whatever the PBX's encoding", async () => {
    const fields = { correlatorData: "0a0b", userData: "4a61636b" };
    for (const driver of ["csta3", "csta12", "csta-xml"]) {
      for (const protocol of ["xml", "asn1-phase3"] as const) {
        assert.deepEqual(await told(protocol, { driver, fields }),
          { ...fields, extensions: { time } }, `${driver} ${protocol}`);
      }
    }
    assert.deepEqual(await told("asn1-phase2", { driver: "csta3", fields }), {});
  });

  it("leaves out text that is no octets in ASN.1, and what other families call so", async () => {
    const fields = { correlatorData: "order 7", userData: "abc" };
    assert.deepEqual(await told("xml", { driver: "csta-xml", fields }),
      { ...fields, extensions: { time } });
    assert.deepEqual(await told("asn1-phase3", { driver: "csta-xml", fields }),
      { extensions: { time } });
    assert.deepEqual(await told("xml", { driver: "asterisk-ami", fields }),
      { extensions: { time } });
  });

  it("passes private elements on, as they came, in their own encoding only", async () => {
    const ber = { driver: "csta3", fields: { privateData: "a403020105", privateData2: "0500" } };
    assert.deepEqual((await told("asn1-phase3", ber)).extensions,
      { time, privateData: ["a403020105", "0500"] });
    assert.deepEqual((await told("xml", ber)).extensions, { time });
    const xml = { driver: "csta-xml", fields: {
      privateData: "<v:id xmlns:v=\"urn:v\">7</v:id>", privateData2: "<v:b xmlns:v=\"urn:v\"/>" } };
    assert.deepEqual((await told("xml", xml)).extensions, { time, privateData: [
      "<v:id xmlns:v=\"urn:v\">7</v:id>", "<v:b xmlns:v=\"urn:v\"/>"] });
    assert.deepEqual((await told("asn1-phase3", xml)).extensions, { time });
    const old = { driver: "csta12", fields: { privateData: "7d020500" } };
    for (const protocol of ["asn1-phase2", "asn1-phase1"] as const) {
      assert.deepEqual((await told(protocol, old)).extensions, { privateData: ["7d020500"] });
    }
  });
});
