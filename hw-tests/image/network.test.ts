/**
 * Network settings by API on the built image: kept over a restart once confirmed, else taken back
 * after five minutes, also those by which nobody reaches the unit any more.
 */

import assert from "node:assert/strict";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, whyNoMachine } from "./machine.js";

const { confirmNetwork, getNetwork, setNetwork } = SystemService.method;
const answerMsMax = 240_000;
/** An emulated processor signs in within it; a connection that leads nowhere hangs. */
const reachMsMax = 30_000;
/** The probation, and the unit's way back on an emulated processor. */
const backMsMax = 600_000;
/** Of QEMU's user network, whose forwards lead to this address. */
const good = { address: "10.0.2.15/24", gateway: "10.0.2.2", dns: "10.0.2.3", hostName: "lyon",
  proxy: "http://10.0.2.2:3128" };

describe("network settings of the image", function () {
  this.timeout(3_600_000);
  let machine: Machine;
  let client: TestClient;
  let folder: string | undefined;
  let admin: readonly [name: string, password: string];

  /** Signs in anew: who is signed in already has a connection by the settings of before. */
  async function reached(): Promise<boolean> {
    const tried = machine.signIn(...admin).then((made) => {
      client = made;
      return true;
    }, () => false);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => { resolve(false); }, reachMsMax);
    });
    try {
      return await Promise.race([tried, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  async function restart(): Promise<void> {
    machine.type("7\n");
    await machine.seen(/Type yes|Tapez oui/, answerMsMax);
    machine.type("yes\n");
    await machine.seen(/jackfield: slot a\r?\n/);
  }

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw` });
    admin = await machine.firstAdmin();
    await until("the unit is reached", reached, answerMsMax);
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("has its address by DHCP where nothing was set, and refuses what is wrong", async () => {
    const { settings, addresses, confirmBy } = await client.unary(getNetwork, {});
    assert.deepEqual([settings?.address, settings?.hostName, confirmBy], ["", "", undefined]);
    assert.ok(addresses.includes("10.0.2.15"), addresses.join(" "));
    await assert.rejects(client.unary(setNetwork, { settings: { ...good, gateway: "10.0.3.2" } }),
      /settings\.gateway/);
    await assert.rejects(client.unary(confirmNetwork, {}, { language: "en" }),
      /no network settings wait/);
  });

  it("takes name, proxy and address, on probation over the gateway's restart", async () => {
    const { confirmBy } = await client.unary(setNetwork, { settings: good });
    assert.ok(confirmBy !== undefined && timestampMs(confirmBy) > 0);
    await machine.seen(/network: on-probation/, answerMsMax);
    await machine.seen(/Stopped jackfield\.service/, answerMsMax);
    await until("the unit is reached", reached, answerMsMax);
    const on = await client.unary(getNetwork, {});
    assert.deepEqual([on.settings?.hostName, on.previous?.hostName, on.confirmBy],
      [good.hostName, "", confirmBy]);
    await client.unary(confirmNetwork, {});
    const { settings, previous } = await client.unary(getNetwork, {});
    assert.deepEqual([settings?.address, settings?.proxy, previous],
      [good.address, good.proxy, undefined]);
  });

  it("has them after a restart", async () => {
    await restart();
    await machine.firstAdmin();
    await until("the unit is reached", reached, answerMsMax);
    const { settings, addresses, takenBackAt } = await client.unary(getNetwork, {});
    assert.deepEqual([settings?.address, settings?.hostName, takenBackAt],
      [good.address, good.hostName, undefined]);
    assert.ok(addresses.includes("10.0.2.15"), addresses.join(" "));
  });

  for (const [title, wrong] of [
    ["an address at which nobody reaches it", { ...good, address: "10.0.2.77/24" }],
    ["a VLAN that is not there, with the same address", { ...good, vlan: 12 }],
  ] as const) {
    it(`takes ${title} back by itself, and tells`, async () => {
      const { confirmBy } = await client.unary(setNetwork, { settings: wrong });
      assert.ok(confirmBy !== undefined);
      await machine.seen(/network: on-probation/, answerMsMax);
      await until("the unit is not reached", async () => !await reached(), answerMsMax);
      const beganMs = performance.now();
      await machine.seen(/nobody has confirmed the others/, backMsMax);
      await until("the unit is reached", reached, backMsMax);
      process.stdout.write(`      reached again after ${
        Math.round((performance.now() - beganMs) / 1_000)} s\n`);
      const { settings, addresses, previous, takenBackAt } = await client.unary(getNetwork, {});
      assert.deepEqual([settings?.address, settings?.vlan, previous],
        [good.address, 0, undefined]);
      assert.ok(addresses.includes("10.0.2.15") && !addresses.includes("10.0.2.77"));
      assert.ok(takenBackAt !== undefined);
    });
  }

  it("ends a probation by a restart, as a power cut would", async () => {
    await client.unary(setNetwork, { settings: { ...good, address: "10.0.2.77/24" } });
    await machine.seen(/network: on-probation/, answerMsMax);
    await restart();
    await machine.seen(/nobody has confirmed the others/, backMsMax);
    await until("the unit is reached", reached, backMsMax);
    const { settings, takenBackAt } = await client.unary(getNetwork, {});
    assert.equal(settings?.address, good.address);
    assert.ok(takenBackAt !== undefined);
  });
});
