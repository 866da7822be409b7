/** The files for virtual machines: made twice, they are the same, and hold the disk. */

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, whyNoMachine } from "./machine.js";

describe("a VHDX disk, as Hyper-V takes it", function () {
  this.timeout(120_000);
  let folder: string | undefined;

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
  });
  after(async () => { if (folder !== undefined) await removeFolder(folder); });

  it("is the same each time it is made, holds the disk, and is whole for QEMU", () => {
    const disk = `${imageFolder}/a/work/esp`;
    const [first = "", second = ""] = ["first", "second"].map((name) => {
      const file = `${folder}/${name}.vhdx`;
      execFileSync("qemu-img", ["convert", "-f", "raw", "-O", "vhdx", "-o", "subformat=dynamic",
        disk, file]);
      execFileSync(process.execPath, ["build/image/tool.js", "vhdx", file]);
      return file;
    });
    assert.ok(readFileSync(first).equals(readFileSync(second)));
    execFileSync("qemu-img", ["compare", "-f", "raw", "-F", "vhdx", disk, first]);
    execFileSync("qemu-img", ["check", "-f", "vhdx", first]);
  });
});
