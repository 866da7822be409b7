/** The unit's lamps, as files in the places where the kernel has them. */

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { kernelPanel } from "../../image/unit/front-panel.js";
import { removeFolder, temporaryFolder } from "./gateway-process.js";

describe("front panel by files", () => {
  let folder: string;

  before(async () => {
    folder = await temporaryFolder("panel");
    for (const lamp of ["green:status", "board:red:fault", "input0::capslock"]) {
      await mkdir(`${folder}/${lamp}`);
      for (const name of ["brightness", "trigger"]) {
        await writeFile(`${folder}/${lamp}/${name}`, "");
      }
    }
  });
  after(() => removeFolder(folder));

  const of = async (lamp: string): Promise<readonly string[]> => Promise.all(
    ["trigger", "brightness"].map((name) => readFile(`${folder}/${lamp}/${name}`, "utf8")));

  it("sets the lamps that are meant, and no other", async () => {
    const panel = kernelPanel(folder, undefined, () => assert.fail("there is no buzzer"));
    panel.show({ status: "blink", fault: "off" });
    assert.deepEqual([await of("green:status"), await of("board:red:fault"),
      await of("input0::capslock")], [["timer", ""], ["none", "0"], ["", ""]]);
    panel.show({ status: "on", fault: "on" });
    assert.deepEqual([await of("green:status"), await of("board:red:fault")],
      [["none", "1"], ["none", "1"]]);
    panel.beep(2);
  });

  it("beeps as often as it is told, with silence in between", async () => {
    const sound = `${folder}/sound`;
    await writeFile(sound, "");
    let waiting: () => void = () => assert.fail("nothing waits");
    kernelPanel(folder, sound, (run) => { waiting = run; }).beep(2);
    const tones = [await readFile(sound)];
    for (let n = 0; n < 3; n += 1) {
      waiting();
      tones.push(await readFile(sound));
    }
    assert.deepEqual(tones.map((each) => each.readInt32LE(20)), [1_000, 0, 1_000, 0]);
  });
});
