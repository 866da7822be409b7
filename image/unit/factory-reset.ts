/**
 * Takes the data partition away: its first part, which holds the keys of a sealed one, is
 * overwritten, then its entry in the partition table is deleted. Done again after an interruption.
 */

import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, realpathSync, rmSync,
  writeSync } from "node:fs";
import path from "node:path";

const wish = "/efi/factory-reset";
/** A LUKS2 header with its key slots has 16 MiB. */
const overwrittenBytes = 32 << 20;
const pieceBytes = 1 << 20;

/** As the kernel names it; udev may not have got there yet. */
const partition = readdirSync("/sys/class/block").find((name) =>
  /^PARTNAME=jackfield-data$/m.test(readFileSync(`/sys/class/block/${name}/uevent`, "utf8")));

if (partition !== undefined) {
  const file = openSync(`/dev/${partition}`, "r+");
  const zeros = Buffer.alloc(pieceBytes);
  for (let at = 0; at < overwrittenBytes; at += pieceBytes) {
    writeSync(file, zeros, 0, pieceBytes, at);
  }
  fsyncSync(file);
  closeSync(file);
  const place = realpathSync(`/sys/class/block/${partition}`);
  const number = readFileSync(`${place}/partition`, "utf8").trim();
  const { status } = spawnSync("/usr/sbin/sfdisk", ["--force", "--no-reread", "--no-tell-kernel",
    "--delete", `/dev/${path.basename(path.dirname(place))}`, number], { stdio: "inherit" });
  if (status !== 0) throw new Error(`sfdisk: ${status}`);
  process.stdout.write(`factory reset: ${partition} is gone\n`);
}
rmSync(wish);
