/** What comes and goes on USB sticks: signed settings, a support bundle, a newer version. */

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, run, smdrConfig, whyNoMachine } from "./machine.js";

const answerMsMax = 240_000;
const installMsMax = 900_000;
const stickBytes = 256 << 20;

/** As DHCP in QEMU's network would have given. */
const seed = { version: 1, unit: "4a41434b-4649-454c-8444-000000000001",
  network: { hostName: "lyon-1", fixed: { address: "10.0.2.15/24", gateway: "10.0.2.2",
    dns: "10.0.2.3" } } };

async function makeStick(file: string, label: string, ...content: readonly string[]) {
  await run("truncate", "-s", String(stickBytes), file);
  await run("mkfs.vfat", "-F", "32", "-n", label, file);
  if (content.length > 0) await run("mcopy", "-i", file, ...content, "::");
  return file;
}

describe("USB sticks at the image in a virtual machine", function () {
  this.timeout(3_600_000);
  let folder: string | undefined;
  let machine: Machine;
  let client: TestClient;
  let first: readonly [name: string, password: string];

  before(async function () {
    need(this, "image", whyNoMachine());
    const at = folder = await temporaryFolder("image");
    const settings = `${at}/jackfield.json`;
    await writeFile(settings, JSON.stringify(seed));
    await run("openssl", "dgst", "-sha256", "-sign", "build/image-keys/seed.key", "-out",
      `${settings}.sig`, settings);
    const sticks = [await makeStick(`${at}/seed.raw`, "JFSEED", settings, `${settings}.sig`),
      await makeStick(`${at}/support.raw`, "JFSUPPORT"),
      await makeStick(`${at}/update.raw`, "JFUPDATE", `${imageFolder}/b/update.raucb`)];
    machine = await Machine.start({ folder: at, disk: `${imageFolder}/a/disk.raw`,
      more: ["-device", "qemu-xhci", ...sticks.flatMap((file, n) => ["-drive",
        `if=none,id=stick${n},format=raw,file=${file},cache=unsafe`, "-device",
        `usb-storage,drive=stick${n}`])] });
    first = await machine.firstAdmin();
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("take the network settings that are signed, and the unit answers at that address",
    async () => {
      await until("the seed was taken", () =>
        machine.console.includes("the seed's settings were taken"), answerMsMax);
      client = await machine.signIn(...first);
      await client.unary(ConfigurationService.method.applyConfiguration,
        { document: smdrConfig, mode: ApplyMode.APPLY });
    });

  it("only offer a newer version: nothing is installed without a yes", async () => {
    await machine.seen(/On the stick, ready to be installed: +0\.2\.0/, answerMsMax);
    const status = await client.unary(SystemService.method.getUpdateStatus, {});
    assert.deepEqual([status.offeredVersion, status.stage, status.slot],
      ["0.2.0", UpdateStage.IDLE, "a"]);
  });

  it("tell at the console how the links are", async () => {
    machine.type("10\n");
    await machine.seen(/pbx\r?\n +(passed|FAILED|not run) .*:/, answerMsMax);
  });

  it("get a support bundle, which holds the log and no secret", async () => {
    machine.type("11\n");
    const [, name = ""] = await machine.seen(
      /may be pulled out: (jackfield-support-\S+\.tar\.gz)/, answerMsMax);
    await run("mcopy", "-i", `${folder}/support.raw`, `::${name}`, `${folder}/support.tar.gz`);
    const { stdout: names } = await run("tar", "-tzf", `${folder}/support.tar.gz`);
    assert.match(names, /journal\.txt/);
    const { stdout: journal } = await run("tar", "-xzOf", `${folder}/support.tar.gz`,
      "jackfield-support/journal.txt");
    assert.match(journal, /the seed's settings were taken/);
    const { stdout: all } = await run("tar", "-xzOf", `${folder}/support.tar.gz`);
    assert.ok(!all.includes(first[1]), "the first password is in the support bundle");
  });

  it("install the newer version after a yes at the console", async () => {
    machine.type("13\n");
    await machine.seen(/Type yes/, answerMsMax);
    machine.type("yes\n");
    await machine.seen(/Being installed: 0\.2\.0/, answerMsMax);
    await machine.seen(/jackfield: slot b\r?\n/, installMsMax);
    assert.deepEqual(await machine.firstAdmin(), first);
    client = await machine.signIn(...first);
    const { slot, runningVersion } = await client.unary(
      SystemService.method.getUpdateStatus, {});
    assert.deepEqual([slot, runningVersion], ["b", "0.2.0"]);
    await machine.seen(/Finished jackfield-confirm.service/, answerMsMax);
  });
});
