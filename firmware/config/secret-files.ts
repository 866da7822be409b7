/** Secret files on the real disk. */

import { closeSync, openSync, readSync, statSync } from "node:fs";
import { fail, messageOf, ok, type Result } from "../base/result.js";
import type { SecretFiles } from "./secrets.js";

function unreadable(error: unknown): Result<never> {
  return fail("not-found", { en: `the secret file cannot be read: ${messageOf(error)}`,
    fr: `le fichier du secret ne peut être lu : ${messageOf(error)}` });
}

/** Synchronous: a file of some bytes, read once when a link signs in. */
export const secretFiles: SecretFiles = {
  read(path, bytesMax): Result<string> {
    try {
      const file = openSync(path, "r");
      try {
        const bytes = new Uint8Array(bytesMax);
        const count = readSync(file, bytes, 0, bytesMax, 0);
        return ok(new TextDecoder().decode(bytes.subarray(0, count)));
      } finally {
        closeSync(file);
      }
    } catch (error) {
      return unreadable(error);
    }
  },
  mode(path): Result<number> {
    try {
      return ok(statSync(path).mode & 0o777);
    } catch (error) {
      return unreadable(error);
    }
  },
};
