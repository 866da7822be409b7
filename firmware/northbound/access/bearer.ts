/** Opaque secrets that callers bear: 256 random bits, of which only the hash is ever kept. */

import { createHash } from "node:crypto";
import type { World } from "../../base/world.js";

const secretBytes = 32;
const idBytes = 8;

/** API tokens start so; secret scanners can find one that leaked. */
export const tokenPrefix = "jf_";
export const sessionPrefix = "js_";

export function newBearer(world: World, prefix: string): string {
  return prefix + Buffer.from(world.random.bytes(secretBytes)).toString("base64url");
}

/** SHA-256, hexadecimal. A fast hash is enough for what cannot be guessed. */
export function bearerHash(bearer: string): string {
  return createHash("sha256").update(bearer).digest("hex");
}

export function newId(world: World): string {
  return Buffer.from(world.random.bytes(idBytes)).toString("hex");
}
