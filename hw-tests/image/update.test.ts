/** Update and fall-back of the built image: bundles signed, refused, kept, taken back. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { upload } from "./bundles.js";
import { startMirror } from "./mirror.js";
import { bootMsMax, imageFolder, Machine, smdrConfig, whyNoMachine } from "./machine.js";

const { installUpdate, fetchUpdate, getUpdateStatus, listAlarms } =
  SystemService.method;
const answerMsMax = 240_000;
const installMsMax = 900_000;

describe("update of the image in a virtual machine", function () {
  this.timeout(3_600_000);
  let machine: Machine;
  let client: TestClient;
  let folder: string | undefined;
  let signIn: () => Promise<void>;

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw` });
    const [name, password] = await machine.firstAdmin();
    signIn = async () => { client = await machine.signIn(name, password); };
    await signIn();
    await client.unary(ConfigurationService.method.applyConfiguration,
      { document: smdrConfig, mode: ApplyMode.APPLY });
    await until("the link is up", async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links.some(({ state }) => [LinkState.UP, LinkState.DEGRADED].includes(state));
    }, answerMsMax);
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("runs slot A with Secure Boot, which is not on trial", async () => {
    const { slot, secureBoot, stage } = await client.unary(getUpdateStatus, {});
    assert.deepEqual([slot, secureBoot, stage], ["a", true, UpdateStage.IDLE]);
  });

  it("installs a newer version into slot B, tries it, and keeps it", async () => {
    await upload(client, await readFile(`${imageFolder}/b/update.raucb`));
    const { version } = await client.unary(installUpdate, {});
    assert.equal(version, "0.2.0");
    await machine.seen(/jackfield: slot b\r?\n/, installMsMax);
    await machine.firstAdmin();
    await signIn();
    await until("it is on trial, then kept", async () => {
      const { stage, slot, runningVersion } = await client.unary(getUpdateStatus, {});
      assert.deepEqual([slot, runningVersion], ["b", "0.2.0"]);
      return stage === UpdateStage.IDLE;
    }, answerMsMax);
    await machine.seen(/Finished jackfield-confirm.service/);
  });

  it("fetches what has changed from a mirror", async () => {
    const mirror = await startMirror(folder ?? "", `${imageFolder}/c/update.raucb`);
    await client.unary(fetchUpdate, { url: mirror.url, authorityPem: mirror.authorityPem });
    await until("it has come", async () => {
      const { stage, reasons } = await client.unary(getUpdateStatus, {});
      assert.deepEqual(reasons, []);
      return stage === UpdateStage.INSTALLING;
    }, installMsMax);
    mirror.close();
    process.stdout.write(`      ${mirror.sentBytes()} of ${mirror.bundleBytes} bytes fetched\n`);
    // The kernel image, a twelfth of it, comes whole.
    assert.ok(mirror.sentBytes() < mirror.bundleBytes / 5);
  });

  it("falls back from that version, which does not start, and tells", async () => {
    for (let attempt = 0; attempt < 3; attempt += 1) {
      await machine.seen(/jackfield: slot a\r?\n/, installMsMax);
    }
    await machine.seen(/jackfield: slot b\r?\n/, bootMsMax);
    await machine.firstAdmin();
    await signIn();
    const status = await client.unary(getUpdateStatus, {});
    assert.deepEqual([status.slot, status.runningVersion, status.failedVersion, status.stage],
      ["b", "0.2.0", "0.3.0", UpdateStage.IDLE]);
    const { alarms } = await client.unary(listAlarms, {});
    assert.ok(alarms.some(({ id }) => id === "update-taken-back/0.3.0"));
    const { links } = await client.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id }) => id), ["pbx"]);
  });
});
