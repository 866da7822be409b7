/**
 * Power cut during an update. One update runs; at moments by chance the disk is frozen as a cut
 * would leave it, and each of ten such disks is started by itself afterwards. What a disk drops
 * from its own cache is not modelled: everything the guest has written counts as kept.
 */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { ConfigurationService, ApplyMode }
  from "../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { pause, removeFolder, temporaryFolder } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { need } from "../requirement.js";
import { upload } from "./bundles.js";
import { imageFolder, Machine, smdrConfig, thaw, whyNoMachine, type Frozen } from "./machine.js";

const { installUpdate, getUpdateStatus } = SystemService.method;
const cuts = 10;
const updateMsMax = 2_400_000;
/** Between two moments; shorter while RAUC writes root and kernel image. */
const betweenMsMax = 12_000;
const closelyMsMax = 1_500;
const writing = /Marking target slot \S+ as non-bootable/;
const written = /All slots updated/;

const seed = Number(process.env["SEED"] ?? Date.now() % 100_000);

interface Moment {
  readonly frozen: Frozen;
  readonly atMs: number;
  /** The last line that the console had said. */
  readonly after: string;
}

describe("power cut during an update of the image", function () {
  this.timeout(updateMsMax);
  const { random } = new SimulatedWorld(seed);
  let folder: string;
  let machines: Machine[] = [];
  let first: readonly [name: string, password: string];
  let chosen: readonly Moment[] = [];

  before(async function () {
    need(this, "image", whyNoMachine());
    folder = await temporaryFolder("image");
    process.stdout.write(`    SEED=${seed}\n`);
    const machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw` });
    machines.push(machine);
    first = await machine.firstAdmin();
    const client = await machine.signIn(...first);
    await client.unary(ConfigurationService.method.applyConfiguration,
      { document: smdrConfig, mode: ApplyMode.APPLY });
    chosen = choose(await update(machine, client));
    await powerOff();
  });

  afterEach(powerOff);

  after(async () => {
    await powerOff();
    if (folder !== undefined) await removeFolder(folder);
  });

  /** From the first byte handed over until the new version may stay. */
  async function update(on: Machine, client: TestClient): Promise<readonly Moment[]> {
    const moments: Moment[] = [];
    const beganMs = performance.now();
    let ended = false;
    const running = (async () => {
      await upload(client, await readFile(`${imageFolder}/b/update.raucb`));
      await client.unary(installUpdate, {});
      await on.seen(/Finished jackfield-confirm.service/, updateMsMax);
    })().finally(() => { ended = true; });
    while (!ended) {
      const closely = writing.test(on.console) && !written.test(on.console);
      await pause(random.integer(closely ? closelyMsMax : betweenMsMax));
      const after = on.console.trimEnd().split("\n")
        .findLast((line) => !line.includes("Formatting '")) ?? "";
      moments.push({ frozen: await on.freezeDisk(), atMs: performance.now() - beganMs, after });
    }
    await running;
    return moments;
  }

  /** One of each tenth. */
  function choose(moments: readonly Moment[]): readonly Moment[] {
    assert.ok(moments.length >= cuts, `only ${moments.length} moments`);
    return Array.from({ length: cuts }, (_, n) => {
      const from = Math.floor(n * moments.length / cuts);
      const to = Math.floor((n + 1) * moments.length / cuts);
      return moments[from + random.integer(to - from)];
    }).filter((moment) => moment !== undefined);
  }

  async function powerOff(): Promise<void> {
    await Promise.all(machines.map((machine) => machine.powerOff()));
    machines = [];
  }

  async function isSurvived(moment: Moment, at: string): Promise<void> {
    const machine = await Machine.start({ folder: await thaw(moment.frozen, at) });
    machines.push(machine);
    const [, slot] = await machine.seen(/jackfield: slot ([ab])\r?\n/);
    assert.deepEqual(await machine.firstAdmin(), first);
    const client = await machine.signIn(...first);
    const status = await client.unary(getUpdateStatus, {});
    assert.deepEqual([status.slot, status.runningVersion],
      [slot, slot === "a" ? "0.1.0" : "0.2.0"]);
    // Nothing is in the way of another attempt.
    assert.ok([UpdateStage.IDLE, UpdateStage.ON_TRIAL].includes(status.stage));
    const { links } = await client.unary(LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id }) => id), ["pbx"]);
    process.stdout.write(`      cut at ${Math.round(moment.atMs / 1_000)} s, slot ${slot}; `
      + `${moment.after.slice(0, 90)}\n`);
  }

  // Two at a time: a start keeps one processor busy, not two.
  for (let cut = 0; cut < cuts; cut += 2) {
    it(`is survived, moments ${cut + 1} and ${cut + 2}`, async () => {
      const pair = chosen.slice(cut, cut + 2);
      assert.equal(pair.length, 2);
      await Promise.all(pair.map((moment, n) => isSurvived(moment, `${folder}/cut-${cut + n}`)));
    });
  }
});
