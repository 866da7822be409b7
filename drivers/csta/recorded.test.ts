/**
 * Octets that others recorded at real PBXs, or made by the standard's tables and checked with a
 * second decoder, through the whole session: reference of CSTA, sections 1.7, 2.8, 3.2 and 3.3.
 */

import assert from "node:assert/strict";
import { ok } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Condition, Session } from "../../firmware/link/driver.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { MemoryLine } from "../conformance.js";
import { csta3 } from "./driver.js";

const octets = (hex: string): Buffer => Buffer.from(hex.replace(/\s+/g, ""), "hex");
const len16 = (hex: string): Buffer => {
  const pdu = octets(hex);
  return Buffer.concat([Buffer.of(pdu.length >> 8, pdu.length & 0xff), pdu]);
};
const hipath = (hex: string): Buffer => {
  const pdu = octets(hex);
  return Buffer.concat([Buffer.of(0x26, 0x80 | pdu.length >> 8, pdu.length & 0xff), pdu]);
};

/** A PBX that says what the test says, and a driver that is opened on it. */
class Replay {
  readonly world = new SimulatedWorld(5);
  readonly line = new MemoryLine(this.world);
  readonly events: CallEvent[] = [];
  readonly conditions: Condition[] = [];
  readonly garbage: string[] = [];
  readonly session: Session;
  sent: Buffer[] = [];

  constructor(options: unknown) {
    const parsed = csta3.options.parse(options);
    assert.ok(parsed.ok);
    this.line.far.onReceive((bytes) => { this.sent.push(Buffer.from(bytes)); });
    this.session = csta3.open({
      link: linkId("pbx"), options: parsed.value, transport: this.line.near, world: this.world,
      secret: () => ok("77777"), emit: (event) => { this.events.push(event); },
      record: () => undefined, report: (condition) => { this.conditions.push(condition); },
      identify: () => undefined, garbage: (_bytes, reason) => { this.garbage.push(reason); },
      accounted: () => undefined, missed: () => undefined, requestResync: () => undefined,
    });
  }

  async hears(bytes: Uint8Array): Promise<void> {
    this.line.far.send(bytes);
    await this.world.advance(10);
  }

  /** What the driver has sent since the last look. */
  async said(): Promise<string[]> {
    await this.world.advance(10);
    return this.sent.splice(0).map((each) => each.toString("hex"));
  }

  end(): void {
    this.session.close();
    assert.deepEqual(this.garbage, []);
  }
}

describe("recorded CSTA", () => {
  it("Panasonic: login, system status and the question for its devices, octet by octet",
    async () => {
      const replay = new Replay({ pbx: "panasonic" });
      assert.deepEqual(await replay.said(), [len16("60 23 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A "
        + "BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00").toString("hex")]);
      await replay.hears(len16("61 2F 80 02 07 80 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 "
        + "A1 03 02 01 01 BE 14 28 12 06 07 2B 0C 00 82 1D 81 48 A0 07 A0 05 03 03 00 08 00"));
      const [list = ""] = await replay.said();
      // The recorded invoke id is 0202; ours counts from 1.
      assert.equal(list.slice(list.indexOf("020133")),
        "020133300da40ba009a407a105a0030a0105");
      await replay.hears(len16("A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 02"));
      assert.deepEqual(await replay.said(),
        [len16("A2 0B 02 01 01 30 06 02 02 00 D3 05 00").toString("hex")]);
      replay.end();
    });

  it("HiPath: login with a password, and a call from dialling to its end", async () => {
    const replay = new Replay({ pbx: "hipath", user: "AMHOST", secret: "env:SECRET",
      devices: ["100"] });
    assert.deepEqual(await replay.said(), [hipath("60 31 A1 07 06 05 2B 0C 00 81 5A 8A 02 06 80 "
      + "AC 15 A2 13 A0 11 A0 0F 04 06 41 4D 48 4F 53 54 04 05 37 37 37 37 37 "
      + "BE 0B 28 09 A0 07 A0 05 03 03 00 10 00").toString("hex")]);
    await replay.hears(hipath("61 22 A1 07 06 05 2B 0C 00 81 5A A2 03 02 01 00 A3 05 A1 03 02 01 "
      + "00 BE 0B 28 09 A0 07 A0 05 03 03 00 10 00"));
    await replay.hears(hipath("A1 0C 02 01 01 02 02 00 D3 30 03 0A 01 01"));
    const [monitor = "", status] = await replay.said();
    // A filter in the recorded client's order and width; set is what nobody listens to.
    assert.match(monitor, new RegExp("0201473030" + "30058003313030" + "a024" + "80040600018086"
      + "0203588702" + "06c08803" + "05fbe08903" + "0103e68302" + "04308502" + "0100840207000a"
      + "0101$"));
    assert.equal(status, hipath("A2 0B 02 01 01 30 06 02 02 00 D3 05 00").toString("hex"));
    await replay.hears(hipath("A2 0E 02 01 01 30 09 02 01 47 30 04 55 02 00 05"));
    assert.deepEqual(replay.conditions, [{ type: "ready" }]);

    await replay.hears(hipath("A1 39 02 01 14 02 01 15 30 31 55 02 00 05 A0 2B AD 29 6B 0F 30 0D "
      + "80 02 B1 64 A1 07 30 05 80 03 31 30 30 63 07 30 05 80 03 31 30 30 62 07 30 05 80 03 31 30 "
      + "31 4E 01 03 0A 01 16"));
    const delivered = "6B 0F 30 0D 80 02 B1 64 A1 07 30 05 80 03 31 30 31 63 07 30 05 80 03 31 30 "
      + "31 61 07 30 05 80 03 31 30 30 62 07 30 05 80 03 31 30 31 64 02 87 00 4E 01 03 0A 01 16 7E "
      + "12 A0 10 18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30";
    const report = "02 01 15 30 52 55 02 00 05 A0 4C";
    await replay.hears(hipath(`A1 5A 02 01 15 ${report} A4 4A ${delivered}`));
    await replay.hears(hipath(`A1 5A 02 01 16 ${report} A7 4A ${delivered}`));
    await replay.hears(hipath("A1 44 02 01 17 02 01 15 30 3C 55 02 00 05 A0 36 A3 34 6B 0F 30 0D "
      + "80 02 B1 64 A1 07 30 05 80 03 31 30 31 63 07 30 05 80 03 31 30 31 4E 01 00 0A 01 30 7E 12 "
      + "A0 10 18 0E 32 30 32 34 30 31 33 31 31 30 31 35 30 30"));
    const privateData = { driver: "csta3", fields: { localTime: "20240131101500" } };
    const caller = { call: "b164", device: "100" };
    const callee = { call: "b164", device: "101" };
    const roles = { callingDevice: { device: "100" }, calledDevice: { device: "101" } };
    assert.deepEqual(replay.events.map(({ receivedAtMs: _at, link: _link, ...event }) => event), [
      { type: "originated", cause: "newCall", connection: caller, ...roles },
      { type: "delivered", cause: "newCall", connection: callee, privateData, ...roles,
        alertingDevice: { device: "101" } },
      { type: "established", cause: "newCall", connection: callee, privateData, ...roles,
        answeringDevice: { device: "101" } },
      { type: "connectionCleared", cause: "normalClearing", connection: callee, privateData,
        releasingDevice: { device: "101" } },
    ]);
    replay.end();
  });
});
