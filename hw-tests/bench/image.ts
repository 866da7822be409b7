/**
 * The appliance in its virtual machine: sizes, time from power on to ready beside a plain Debian in
 * the same machine, memory, and an update by which only what has changed is fetched.
 */

import { stat } from "node:fs/promises";
import { SystemService, UpdateStage } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { removeFolder, temporaryFolder, until } from "../loopback/gateway-process.js";
import type { TestClient } from "../loopback/server-rig.js";
import { imageFolder, Machine, run, whyNoMachine } from "../image/machine.js";
import { startMirror } from "../image/mirror.js";
import { loadNow, table, type Report } from "./figures.js";

const updateMsMax = 1_800_000;
const { getHealth, getUpdateStatus, fetchUpdate } = SystemService.method;
const limit = "the emulated processor, where there is no KVM";

async function megabytes(file: string): Promise<string> {
  return `${((await stat(file)).size / 1e6).toFixed(1)} MB`;
}

function seconds(sinceMs: number): number {
  return (performance.now() - sinceMs) / 1_000;
}

async function plainBoot(): Promise<number> {
  const disk = `${imageFolder}/plain-debian.raw`;
  await run("hw-tests/bench/plain-debian.sh", disk);
  const folder = await temporaryFolder("image");
  const beganMs = performance.now();
  const machine = await Machine.start({ folder, disk });
  try {
    await machine.seen(/ login: /);
    return seconds(beganMs);
  } finally {
    await machine.powerOff();
    await removeFolder(folder);
  }
}

interface Updated {
  readonly fetchedBytes: number;
  readonly bundleBytes: number;
  readonly fetchSeconds: number;
  readonly allSeconds: number;
}

async function update(machine: Machine, client: TestClient, folder: string): Promise<Updated> {
  const mirror = await startMirror(folder, `${imageFolder}/b/update.raucb`);
  const beganMs = performance.now();
  await client.unary(fetchUpdate, { url: mirror.url, authorityPem: mirror.authorityPem });
  await until("it has come", async () => {
    const { stage } = await client.unary(getUpdateStatus, {});
    return stage === UpdateStage.INSTALLING;
  }, updateMsMax);
  const fetchSeconds = seconds(beganMs);
  mirror.close();
  await machine.seen(/jackfield: slot b\r?\n/, updateMsMax);
  await machine.seen(/Finished jackfield-confirm.service/, updateMsMax);
  return { fetchedBytes: mirror.sentBytes(), bundleBytes: mirror.bundleBytes, fetchSeconds,
    allSeconds: seconds(beganMs) };
}

export async function benchImage(): Promise<Report> {
  const missing = whyNoMachine();
  if (missing !== undefined) {
    return { title: "The appliance image: not measured", table: [missing], targets: [], limit };
  }
  const before = loadNow();
  const plainSeconds = await plainBoot();
  const folder = await temporaryFolder("image");
  const beganMs = performance.now();
  const machine = await Machine.start({ folder, disk: `${imageFolder}/a/disk.raw` });
  try {
    const first = await machine.firstAdmin();
    const readySeconds = seconds(beganMs);
    const client = await machine.signIn(...first);
    const { host } = await client.unary(getHealth, {});
    const updated = await update(machine, client, folder);
    const at = `${imageFolder}/a`;
    return { title: `The appliance image, test build (load before ${before}, after ${loadNow()})`,
      table: table(["what", "measured"], [
        ["root (squashfs and verity)", await megabytes(`${at}/root.img`)],
        ["kernel image", await megabytes(`${at}/uki.efi`)],
        ["update bundle", await megabytes(`${at}/update.raucb`)],
        ["memory in use after the start", `${Number(host?.memoryUsedBytes ?? 0n) / 1e6} MB of `
          + `${Number(host?.memoryTotalBytes ?? 0n) / 1e6}`],
        ["of that the gateway", `${Number(host?.residentBytes ?? 0n) / 1e6} MB`],
        ["power on to ready, first start (data partition made)", `${readySeconds.toFixed(0)} s`],
        ["plain Debian to its login", `${plainSeconds.toFixed(0)} s`],
        ["ratio", (readySeconds / plainSeconds).toFixed(2)],
        ["update fetched", `${(updated.fetchedBytes / 1e6).toFixed(1)} of `
          + `${(updated.bundleBytes / 1e6).toFixed(1)} MB in ${updated.fetchSeconds.toFixed(0)} s`],
        ["asked for to kept, restart and half a minute of trial in it",
          `${updated.allSeconds.toFixed(0)} s`]]),
      targets: [], limit };
  } finally {
    await machine.powerOff();
    await removeFolder(folder);
  }
}
