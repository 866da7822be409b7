/** Update and fall-back of the built image: bundles signed, refused, kept, taken back. */

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import { failureOf, type TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { startMirror } from "./mirror.js";
import { bootMsMax, imageFolder, Machine, run, smdrConfig, whyNoMachine } from "./machine.js";

const { uploadUpdate, installUpdate, fetchUpdate, getUpdateStatus, listAlarms } =
  SystemService.method;
const pieceBytes = 1 << 20;
const answerMsMax = 240_000;
const installMsMax = 900_000;

/** A bundle that holds next to nothing: it has to be refused before anybody looks inside. */
async function smallBundle(
  folder: string, name: string, version: string, keys: string, compatible = "jackfield-amd64",
): Promise<Buffer> {
  await mkdir(`${folder}/${name}`);
  await writeFile(`${folder}/${name}/root.img`, randomBytes(65_536));
  await writeFile(`${folder}/${name}/manifest.raucm`, `[update]\ncompatible=${compatible}\n`
    + `version=${version}\n[bundle]\nformat=verity\n[image.rootfs]\nfilename=root.img\n`);
  await run("rauc", "bundle", `--cert=${keys}/update.crt`, `--key=${keys}/update.key`,
    `${folder}/${name}`, `${folder}/${name}.raucb`);
  return readFile(`${folder}/${name}.raucb`);
}

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

  async function upload(bundle: Buffer): Promise<void> {
    for (let offset = 0; offset < bundle.length; offset += pieceBytes) {
      await client.unary(uploadUpdate, { offset: BigInt(offset),
        data: bundle.subarray(offset, offset + pieceBytes) });
    }
  }

  async function refusal(bundle: Buffer): Promise<string> {
    await upload(bundle);
    return (await failureOf(client.unary(installUpdate, {}))).details;
  }

  it("runs slot A with Secure Boot, which is not on trial", async () => {
    const { slot, secureBoot, stage } = await client.unary(getUpdateStatus, {});
    assert.deepEqual([slot, secureBoot, stage], ["a", true, UpdateStage.IDLE]);
  });

  it("refuses another key, a changed byte, an older version, another product", async () => {
    const own = "build/image-keys";
    const foreign = `${folder}/foreign`;
    await run("image/keys.sh", foreign);
    assert.match(await refusal(await smallBundle(folder ?? "", "wrong-key", "9.0.0", foreign)),
      /signature|certificate|verif/i);
    const changed = await smallBundle(folder ?? "", "changed", "9.0.0", own);
    const at = changed.indexOf("jackfield-amd64", changed.length - 8_192);
    assert.ok(at > 0, "the manifest stands in the signature");
    changed[at] = 0x4a;
    assert.match(await refusal(changed), /signature|verif|digest/i);
    assert.match(await refusal(await smallBundle(folder ?? "", "older", "0.0.1", own)),
      /0\.0\.1 is not newer/);
    assert.match(await refusal(await smallBundle(folder ?? "", "other", "9.0.0", own, "toaster")),
      /for toaster/);
  });

  it("installs a newer version into slot B, tries it, and keeps it", async () => {
    await upload(await readFile(`${imageFolder}/b/update.raucb`));
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

  it("fetches what has changed from a mirror, and falls back from a version that does not start, "
    + "and tells", async () => {
    const mirror = await startMirror(folder ?? "", `${imageFolder}/c/update.raucb`);
    await client.unary(fetchUpdate, { url: mirror.url, authorityPem: mirror.authorityPem });
    await until("it has come", async () => {
      const { stage, reasons } = await client.unary(getUpdateStatus, {});
      assert.deepEqual(reasons, []);
      return stage === UpdateStage.INSTALLING;
    }, installMsMax);
    mirror.close();
    process.stdout.write(`      ${mirror.sentBytes()} of ${mirror.bundleBytes} bytes fetched\n`);
    assert.ok(mirror.sentBytes() < mirror.bundleBytes / 10);
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
