/**
 * The second key of a sealed data partition: made before the partition is, kept inside it, and
 * shown on the console until it was written down. `make` or `keep`.
 */

import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";

const fresh = "/run/recovery/key";
const kept = "/var/lib/jackfield-recovery/key";
/** 160 bits: hopeless to guess, and short enough to type. */
const keyBytes = 20;

switch (process.argv[2]) {
  case "make":
    if (!existsSync(fresh)) {
      const key = randomBytes(keyBytes).toString("hex").replace(/(.{5})(?=.)/g, "$1-");
      writeFileSync(fresh, key, { mode: 0o600 });
    }
    break;
  case "keep":
    writeFileSync(`${kept}.part`, readFileSync(fresh), { mode: 0o600 });
    renameSync(`${kept}.part`, kept);
    break;
  default: throw new Error("make or keep");
}
