/** The rollback floor in a real TPM 2.0 (swtpm): set, never lowered, kept over a power cut. */

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { codeOf, defineCommand, floorOf, isDefined, raiseCommand, readCommand }
  from "../../image/unit/rollback-floor.js";
import { startTpm, type Tpm } from "../image/tpm.js";
import { need } from "../requirement.js";
import { removeFolder, temporaryFolder } from "./gateway-process.js";

describe("rollback floor in a TPM", function () {
  this.timeout(60_000);
  let folder: string | undefined;
  let tpm: Tpm | undefined;

  before(async function () {
    need(this, "swtpm", existsSync("/usr/bin/swtpm") ? undefined : "apt-get install swtpm");
    folder = await temporaryFolder("tpm");
  });
  after(async () => {
    await tpm?.stop();
    if (folder !== undefined) await removeFolder(folder);
  });

  it("is 0 before it is set, then what was set, and is never lowered", async () => {
    const { ask } = tpm = await startTpm(folder ?? "");
    assert.equal(floorOf(await ask(readCommand())), 0);
    assert.ok(isDefined(await ask(defineCommand())));
    assert.equal(floorOf(await ask(readCommand())), 0);
    assert.equal(codeOf(await ask(raiseCommand(5))), 0);
    assert.equal(floorOf(await ask(readCommand())), 5);
    assert.equal(codeOf(await ask(raiseCommand(2))), 0);
    assert.equal(floorOf(await ask(readCommand())), 5);
    assert.ok(isDefined(await ask(defineCommand())));
  });

  it("is kept over a power cut", async () => {
    await tpm?.stop();
    tpm = await startTpm(folder ?? "");
    assert.equal(floorOf(await tpm.ask(readCommand())), 5);
  });
});
