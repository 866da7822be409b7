/** What the built image refuses: a changed root, an unsigned kernel image, another board's data. */

import assert from "node:assert/strict";
import { copyFile, open, writeFile } from "node:fs/promises";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, run, whyNoMachine } from "./machine.js";
import { raiseFloor } from "./tpm.js";

const espBytes = 1 << 20;
const rootBytes = (1 + 192) << 20;
const sectorsPerMegabyte = 2_048;
const refusedMsMax = 300_000;

describe("what the image refuses", function () {
  this.timeout(2_400_000);
  let folder: string | undefined;
  let machine: Machine | undefined;

  before(function () { need(this, "image", whyNoMachine()); });
  beforeEach(async () => { folder = await temporaryFolder("image"); });
  afterEach(async () => {
    await machine?.powerOff();
    if (folder !== undefined) await removeFolder(folder);
  });

  /** A copy of the disk; holes stay holes. */
  async function changedDisk(): Promise<string> {
    const disk = `${folder}/changed.raw`;
    await run("cp", "--sparse=always", `${imageFolder}/a/disk.raw`, disk);
    return disk;
  }

  /** As whoever takes the disk out of a dead board has it: a file. */
  async function dataPartition(): Promise<string> {
    const [disk, data] = [`${folder}/whole.raw`, `${folder}/data.raw`];
    await run("qemu-img", "convert", "-f", "qcow2", "-O", "raw", `${folder}/disk.qcow2`, disk);
    const { stdout } = await run("/usr/sbin/sfdisk", "--json", disk);
    const { partitiontable: { partitions } } = JSON.parse(stdout) as { readonly partitiontable:
      { readonly partitions: readonly { readonly start: number; readonly name: string }[] } };
    const start = partitions.find(({ name }) => name === "jackfield-data")?.start ?? 0;
    await run("dd", `if=${disk}`, `of=${data}`, "bs=1M", `skip=${start / sectorsPerMegabyte}`,
      "conv=sparse", "status=none");
    return data;
  }

  async function opens(data: string, key: string): Promise<boolean> {
    await writeFile(`${folder}/key`, key);
    return run("/usr/sbin/cryptsetup", "open", "--test-passphrase", `--key-file=${folder}/key`,
      data).then(() => true, () => false);
  }

  it("a root of which one byte was changed", async () => {
    const disk = await changedDisk();
    const file = await open(disk, "r+");
    await file.write(Buffer.from([0x4a]), 0, 1, rootBytes + 4_000);
    await file.close();
    machine = await Machine.start({ folder: folder ?? "", disk });
    await machine.seen(/slot a has not the root that was signed/);
    await machine.seen(/no slot has the root that was signed/);
    assert.doesNotMatch(machine.console, /systemd\[1\]/);
  });

  it("a kernel image without our signature", async () => {
    const disk = await changedDisk();
    const unsigned = `${folder}/unsigned.efi`;
    await copyFile(`${imageFolder}/a/uki.efi`, unsigned);
    await run("sbattach", "--remove", unsigned);
    // The firmware takes the keys at the first start; the loader comes to the image at the second.
    await run("mcopy", "-o", "-i", `${disk}@@${espBytes}`, unsigned,
      "::EFI/Linux/jackfield-a.efi");
    machine = await Machine.start({ folder: folder ?? "", disk });
    await machine.seen(/Enrolling secure boot keys/);
    await machine.seen(/Access denied|Security Violation|Error (?:loading|starting)/i,
      refusedMsMax);
    assert.doesNotMatch(machine.console, /jackfield: slot/);
  });

  it("to start below the rollback index that the board's TPM keeps", async () => {
    const tpm = `${folder}/tpm`;
    await raiseFloor(tpm, 7);
    machine = await Machine.start({ folder: folder ?? "", disk: `${imageFolder}/a/disk.raw`,
      tpm });
    await machine.seen(/rollback index 1 is below 7, which this board keeps/);
    await machine.seen(/this release is too old/);
    assert.doesNotMatch(machine.console, /systemd\[1\]/);
  });

  it("its data to another board's TPM, and opens them by its own, or the recovery key",
    async () => {
    const at = folder ?? "";
    machine = await Machine.start({ folder: at, disk: `${imageFolder}/a/disk.raw`,
      tpm: `${at}/own` });
    const first = await machine.firstAdmin();
    const [, key = ""] = await machine.seen(/Recovery key: +((?:[0-9a-f]{5}-){7}[0-9a-f]{5})/);
    const on = machine;
    await until("the floor was raised", () => /: floor 1\r?\n/.test(on.console), refusedMsMax);
    await machine.powerOff();

    machine = await Machine.start({ folder: at, tpm: `${at}/own` });
    assert.deepEqual(await machine.firstAdmin(), first);
    await machine.powerOff();

    machine = await Machine.start({ folder: at, tpm: `${at}/other` });
    await machine.seen(/Failed to start open-data.service/);
    assert.doesNotMatch(machine.console, /First sign-in/);
    await machine.powerOff();

    const data = await dataPartition();
    assert.ok(await opens(data, key));
    assert.ok(!await opens(data, key.replace(/^./, (digit) => digit === "0" ? "1" : "0")));
  });
});
