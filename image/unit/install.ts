/**
 * The installer stick's program on a console: `install.js DEVICE`, the stick's boot partition.
 * Writes the unit's disk image, which lies there, to the disk that somebody has chosen.
 */

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { open } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { createZstdDecompress } from "node:zlib";
import { InstallMenu, menuText, targets, type Disk } from "./install-menu.js";

/** Of run-install.mount. */
const image = "/run/install/install/disk.raw.zst";
const sectorBytes = 512;
const readBytes = 1 << 20;

function fact(disk: string, name: string): string {
  const file = `/sys/block/${disk}/${name}`;
  return existsSync(file) ? readFileSync(file, "utf8").trim() : "";
}

/** The disk of a partition's device file. */
function diskOf(device: string): string {
  const partition = `/sys/class/block/${path.basename(realpathSync(device))}`;
  return path.basename(path.dirname(realpathSync(partition)));
}

function disks(stick: string): Disk[] {
  return readdirSync("/sys/block").filter((name) => /^(sd|vd|nvme|mmcblk)/.test(name))
    .map((name) => ({ name, model: fact(name, "device/model"), isStick: name === stick,
      bytes: Number(fact(name, "size")) * sectorBytes,
      removable: fact(name, "removable") === "1" }));
}

/** Writes, flushes, and reads back: a disk that keeps nothing must not look installed. */
async function install({ name }: Disk): Promise<void> {
  const disk = await open(`/dev/${name}`, "r+");
  try {
    const written = createHash("sha256");
    let bytes = 0;
    await pipeline(createReadStream(image), createZstdDecompress(), async (pieces) => {
      for await (const piece of pieces as AsyncIterable<Buffer>) {
        written.update(piece);
        for (let at = 0; at < piece.length;) {
          at += (await disk.write(piece, at, piece.length - at, bytes + at)).bytesWritten;
        }
        bytes += piece.length;
      }
    });
    await disk.sync();
    const read = createHash("sha256");
    const buffer = Buffer.alloc(readBytes);
    for (let at = 0; at < bytes;) {
      const { bytesRead } = await disk.read(buffer, 0, Math.min(readBytes, bytes - at), at);
      if (bytesRead === 0) break;
      read.update(buffer.subarray(0, bytesRead));
      at += bytesRead;
    }
    if (read.digest("hex") !== written.digest("hex")) {
      throw new Error(`${name} reads back otherwise`);
    }
  } finally {
    await disk.close();
  }
}

const found = targets(disks(diskOf(process.argv[2] ?? "")));
const menu = new InstallMenu(found);
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { text, install: disk } = menu.take(line);
  process.stdout.write(text);
  if (disk === undefined) return;
  lines.removeAllListeners();
  install(disk).then(() => {
    process.stdout.write("Installed: remove the stick. / Installé : retirez la clé.\n");
    execFileSync("/usr/bin/systemctl", ["--no-block", "reboot"]);
  }, (error: unknown) => {
    process.stdout.write(`${String(error)}\n`);
    process.exit(1);
  });
});
lines.on("close", () => { process.exit(0); });
process.stdout.write(`\n${menuText(found)}`);
