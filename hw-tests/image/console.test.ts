/** The menu on the serial console: languages, no prompt, factory reset. */

import assert from "node:assert/strict";
import { removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, whyNoMachine } from "./machine.js";

const answerMsMax = 180_000;

describe("console of the image", function () {
  this.timeout(2_400_000);
  let machine: Machine;
  let folder: string | undefined;
  let first: readonly [string, string];

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw` });
    first = await machine.firstAdmin();
  });

  after(async () => {
    if (folder === undefined) return;
    await machine.powerOff();
    await removeFolder(folder);
  });

  it("speaks French and English", async () => {
    machine.type("3\n");
    await machine.seen(/Redémarrer/, answerMsMax);
    machine.type("3\n");
    await machine.seen(/Restart/, answerMsMax);
  });

  it("has no way to a prompt", async () => {
    machine.type("/bin/sh\n");
    await machine.seen(/There is no such choice|Ce choix n'existe pas/, answerMsMax);
  });

  it("resets to the factory's settings: another first password, nothing left", async () => {
    machine.type("9\n");
    await machine.seen(/Type yes|Tapez oui/, answerMsMax);
    machine.type("yes\n");
    await machine.seen(/factory reset: \w+ is gone/);
    await machine.seen(/jackfield: slot a\r?\n/);
    const second = await machine.firstAdmin();
    assert.equal(second[0], first[0]);
    assert.notEqual(second[1], first[1]);
  });
});
