/** Looks secret references up. A secret is never logged, and never part of a message. */

import { done, fail, ok, type Result } from "../base/result.js";
import type { Log } from "../base/world.js";
import { put, remove, type Keyspace, type Store } from "../store/store.js";

/** The disk, as far as secrets need it; `secret-files.ts` has the real one. */
export interface SecretFiles {
  /** At most `bytesMax` bytes of text. */
  read(path: string, bytesMax: number): Result<string>;
  /** Permission bits, `0o600`. */
  mode(path: string): Result<number>;
}

export interface SecretsParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: SecretFiles;
  readonly store: Pick<Store, "range" | "commit">;
  readonly log: Log;
}

export interface Secrets {
  /** Reads the secrets of the store; `store:` references are unknown before. */
  load(): Promise<void>;
  /** `env:NAME`, `file:/path` or `store:name`. For drivers and for the checks. */
  secret(reference: string): Result<string>;
  set(name: string, value: string): Promise<Result<void>>;
  remove(name: string): Promise<Result<void>>;
}

export const secretCharsMax = 4_096;
export const secretsMax = 1_000;
/** Readable by group or others. */
const openMode = 0o044;

export const secretSpace: Keyspace<string, string> = {
  name: "secret", version: 1, replicated: true,
  encodeKey: (name) => new TextEncoder().encode(name),
  decodeKey: (bytes) => new TextDecoder().decode(bytes),
  encode: (value) => new TextEncoder().encode(value),
  decode: (bytes) => ok(new TextDecoder().decode(bytes)),
};

export function createSecrets(parts: SecretsParts): Secrets {
  const stored = new Map<string, string>();
  const warned = new Set<string>();
  const fromFile = (path: string): Result<string> => {
    const mode = parts.files.mode(path);
    if (mode.ok && (mode.value & openMode) !== 0 && !warned.has(path) && warned.size < secretsMax) {
      warned.add(path);
      parts.log.event("secret.file-readable-by-others",
        { path, mode: mode.value.toString(8), advice: `chmod 600 ${path}` }, "warn");
    }
    const text = parts.files.read(path, secretCharsMax);
    if (!text.ok) return text;
    // Editors end a file with a line feed, which no secret has.
    const secret = text.value.replace(/\r?\n$/, "");
    return secret === "" ? fail("not-found", `the file ${path} is empty`) : ok(secret);
  };
  return {
    async load() {
      stored.clear();
      for await (const [name, value] of parts.store.range(secretSpace, { limit: secretsMax })) {
        stored.set(name, value);
      }
    },
    secret(reference) {
      const [, kind, name = ""] = /^(env|file|store):(.+)$/s.exec(reference) ?? [];
      if (kind === "file") return fromFile(name);
      if (kind === undefined) {
        return fail("argument-invalid",
          "a secret reference must be env:NAME, file:/path or store:name");
      }
      const value = kind === "env" ? parts.environment[name] : stored.get(name);
      if (value !== undefined && value !== "") return ok(value);
      return fail("not-found", kind === "env" ? `the environment has no variable ${name}`
        : `the store has no secret named ${name}`);
    },
    async set(name, value) {
      if (!/^[a-z0-9-]{1,64}$/.test(name)) {
        return fail("argument-invalid", "a secret's name is 1 to 64 of a-z, 0-9 and -");
      }
      if (value === "" || value.length > secretCharsMax) {
        return fail("argument-invalid", `a secret has 1 to ${secretCharsMax} characters`);
      }
      if (stored.size >= secretsMax && !stored.has(name)) {
        return fail("store-full", `there are ${secretsMax} secrets already`);
      }
      const committed = await parts.store.commit([put(secretSpace, name, value)]);
      if (!committed.ok) return committed;
      stored.set(name, value);
      return done;
    },
    async remove(name) {
      if (!stored.has(name)) return fail("not-found", `the store has no secret named ${name}`);
      const committed = await parts.store.commit([remove(secretSpace, name)]);
      if (!committed.ok) return committed;
      stored.delete(name);
      return done;
    },
  };
}

