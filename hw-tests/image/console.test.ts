/** The menu on the serial console: languages, no prompt, factory reset. */

import assert from "node:assert/strict";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { imageFolder, Machine, smdrConfig, whyNoMachine } from "./machine.js";

const answerMsMax = 180_000;
const recoveryKey = /Recovery key: +([0-9a-f]{5}-){7}[0-9a-f]{5}/;

describe("console of the image", function () {
  this.timeout(2_400_000);
  let machine: Machine;
  let folder: string | undefined;
  let first: readonly [string, string];
  let key: string;

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw`,
      tpm: `${folder}/tpm` });
    first = await machine.firstAdmin();
    [key] = await machine.seen(recoveryKey);
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

  it("resets to the factory's settings: another password and key, no link is left", async () => {
    const before = await machine.signIn(...first);
    await before.unary(ConfigurationService.method.applyConfiguration,
      { document: smdrConfig, mode: ApplyMode.APPLY });
    machine.type("9\n");
    await machine.seen(/Type yes|Tapez oui/, answerMsMax);
    machine.type("yes\n");
    await machine.seen(/factory reset: \w+ is gone/);
    await machine.seen(/jackfield: slot a\r?\n/);
    const second = await machine.firstAdmin();
    assert.equal(second[0], first[0]);
    assert.notEqual(second[1], first[1]);
    assert.notEqual((await machine.seen(recoveryKey))[0], key);
    await assert.rejects(machine.signIn(...first));
    const after = await machine.signIn(...second);
    const { links } = await after.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links, []);
  });
});
