/** Update bundles for the tests of the image, and the way of one to a unit. */

import { randomBytes } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { failureOf, type TestClient } from "../loopback/server-rig.js";
import { run } from "./machine.js";

const { uploadUpdate, installUpdate } = SystemService.method;
const ownKeys = "build/image-keys";
const pieceBytes = 1 << 20;

/** A bundle that holds next to nothing: it has to be refused before anybody looks inside. */
export async function smallBundle(
  folder: string, name: string, version: string, { keys = ownKeys, index = 1,
    compatible = "jackfield-amd64" } = {},
): Promise<Buffer> {
  await mkdir(`${folder}/${name}`);
  await writeFile(`${folder}/${name}/root.img`, randomBytes(65_536));
  await writeFile(`${folder}/${name}/manifest.raucm`, `[update]\ncompatible=${compatible}\n`
    + `version=${version}\nbuild=rollback-index-${index}\n[bundle]\nformat=verity\n`
    + "[image.rootfs]\nfilename=root.img\n");
  await run("rauc", "bundle", `--cert=${keys}/update.crt`, `--key=${keys}/update.key`,
    `${folder}/${name}`, `${folder}/${name}.raucb`);
  return readFile(`${folder}/${name}.raucb`);
}

export async function upload(client: TestClient, bundle: Buffer): Promise<void> {
  for (let offset = 0; offset < bundle.length; offset += pieceBytes) {
    await client.unary(uploadUpdate, { offset: BigInt(offset),
      data: bundle.subarray(offset, offset + pieceBytes) });
  }
}

/** Why the unit does not install it, however much somebody wants a downgrade. */
export async function refusal(
  client: TestClient, bundle: Buffer, allowDowngrade = false,
): Promise<string> {
  await upload(client, bundle);
  return (await failureOf(client.unary(installUpdate, { allowDowngrade }))).details;
}
