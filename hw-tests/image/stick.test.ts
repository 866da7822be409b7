/** The installer stick: an empty disk becomes a unit's. */

import assert from "node:assert/strict";
import { rename } from "node:fs/promises";
import { removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, run, whyNoMachine } from "./machine.js";

const answerMsMax = 180_000;
const installMsMax = 1_500_000;

describe("installer stick in a virtual machine", function () {
  this.timeout(1_800_000);
  let machine: Machine | undefined;
  let folder: string | undefined;

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
  });

  after(async () => {
    await machine?.powerOff();
    if (folder !== undefined) await removeFolder(folder);
  });

  it("writes a larger, empty disk after a yes, which then starts by itself", async () => {
    const empty = `${folder}/empty.qcow2`;
    await run("qemu-img", "create", "-q", "-f", "qcow2", empty, "4G");
    machine = await Machine.start({ folder: folder ?? "", disk: `${imageFolder}/a/stick.raw`,
      more: ["-drive", `if=none,id=empty,file=${empty},cache=unsafe`,
        "-device", "virtio-blk-pci,drive=empty"] });
    await machine.seen(/1 {2}vdb .* 4\.3 GB/);
    assert.doesNotMatch(machine.console, /First sign-in/);
    machine.type("1\n");
    await machine.seen(/type yes/, answerMsMax);
    machine.type("yes\n");
    await machine.seen(/Installed: remove the stick/, installMsMax);
    await machine.powerOff();
    await rename(empty, `${folder}/disk.qcow2`);
    machine = await Machine.start({ folder: folder ?? "" });
    await machine.seen(/jackfield: slot a\r?\n/);
    await machine.firstAdmin();
  });
});
