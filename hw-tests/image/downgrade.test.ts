/** An older version at the built image: refused, and installed by whoever means it. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";
import { refusal, upload } from "./bundles.js";
import { imageFolder, Machine, smdrConfig, whyNoMachine } from "./machine.js";

const { installUpdate, getUpdateStatus } = SystemService.method;
const keptMsMax = 400_000;
const installMsMax = 900_000;

describe("a downgrade of the image in a virtual machine", function () {
  this.timeout(2_400_000);
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

  it("happens on purpose only, and keeps the links", async () => {
    machine = await Machine.start({ folder: folder ?? "", disk: `${imageFolder}/b/disk.raw` });
    const admin = await machine.firstAdmin();
    let client = await machine.signIn(...admin);
    await client.unary(ConfigurationService.method.applyConfiguration,
      { document: smdrConfig, mode: ApplyMode.APPLY });
    const older = await readFile(`${imageFolder}/a/update.raucb`);
    assert.match(await refusal(client, older), /not newer than .*; ask for a downgrade/);
    await upload(client, older);
    await client.unary(installUpdate, { allowDowngrade: true });
    await machine.seen(/jackfield: slot b\r?\n/, installMsMax);
    await machine.firstAdmin();
    client = await machine.signIn(...admin);
    await until("it is on trial, then kept", async () => {
      const { stage, slot, runningVersion } = await client.unary(getUpdateStatus, {});
      assert.deepEqual([slot, runningVersion], ["b", "0.1.0"]);
      return stage === UpdateStage.IDLE;
    }, keptMsMax);
    const { links } = await client.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id }) => id), ["pbx"]);
  });
});
