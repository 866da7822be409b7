/** Resolves secret references: `env:NAME`, `file:/path`, `store:name`. Values are never logged. */

import type { Log } from "../base/world.js";
import { done, fail, ok, type Result } from "../base/result.js";
import type { LinkConfig } from "./schema.js";

export interface SecretFiles {
  /** At most `bytesMax` bytes of text. */
  read(path: string, bytesMax: number): Result<string>;
  /** Permission bits, `0o600`. */
  mode(path: string): Result<number>;
}

export interface KeptSecret {
  readonly name: string;
  readonly setAtMs: number;
}

/** Secrets of the store, encrypted there. */
export interface StoredSecrets {
  /** Faults: `argument-invalid`, `precondition` (too many), those of the store. */
  set(name: string, secret: string): Promise<Result<void>>;
  /** By name, without the secrets. */
  list(): Promise<readonly KeptSecret[]>;
  /** Fault `not-found`. */
  remove(name: string): Promise<Result<void>>;
  /** Faults: `not-found`, `store-damaged` (changed, or sealed with another key). */
  resolve(name: string): Promise<Result<string>>;
}

export interface SecretsParts {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly files: SecretFiles;
  readonly stored: StoredSecrets;
  readonly log: Log;
}

export interface Secrets {
  /** For drivers and for the checks; at once, because a driver asks in the middle of a login. */
  readonly secret: (reference: string) => Result<string>;
  set(name: string, value: string): Promise<Result<void>>;
  list(): Promise<readonly KeptSecret[]>;
  remove(name: string): Promise<Result<void>>;
}

/** Ids of the links whose configuration names the kept secret. */
export function linksNaming(links: readonly LinkConfig[], name: string): readonly string[] {
  return links.filter(({ options }) => holds(options, `store:${name}`)).map(({ id }) => id);
}

function holds(value: unknown, text: string): boolean {
  return value === text || (typeof value === "object" && value !== null
    && Object.values(value).some((member) => holds(member, text)));
}

export const secretCharsMax = 4_096;
const warnedMax = 1_000;
/** Readable by group or others. */
const openMode = 0o044;

export async function createSecrets(parts: SecretsParts): Promise<Secrets> {
  const stored = new Map<string, string>();
  const warned = new Set<string>();
  for (const { name } of await parts.stored.list()) {
    const value = await parts.stored.resolve(name);
    if (value.ok) stored.set(name, value.value);
    else parts.log.event("secret.unreadable", { name, reason: value.fault.message }, "error");
  }
  const fromFile = (path: string): Result<string> => {
    const mode = parts.files.mode(path);
    if (mode.ok && (mode.value & openMode) !== 0 && !warned.has(path) && warned.size < warnedMax) {
      warned.add(path);
      parts.log.event("secret.file-readable-by-others",
        { path, mode: mode.value.toString(8), advice: `chmod 600 ${path}` }, "warn");
    }
    const text = parts.files.read(path, secretCharsMax);
    if (!text.ok) return text;
    // Editors end a file with a line feed, which no secret has.
    const secret = text.value.replace(/\r?\n$/, "");
    return secret === "" ? fail("not-found",
      { en: `the file ${path} is empty`, fr: `le fichier ${path} est vide` }) : ok(secret);
  };
  return {
    secret(reference) {
      const [, kind, name = ""] = /^(env|file|store):(.+)$/s.exec(reference) ?? [];
      if (kind === "file") return fromFile(name);
      if (kind === undefined) {
        return fail("argument-invalid", {
          en: "a secret reference must be env:NAME, file:/path or store:name",
          fr: "la référence d'un secret est env:NOM, file:/chemin ou store:nom" });
      }
      const value = kind === "env" ? parts.environment[name] : stored.get(name);
      if (value !== undefined && value !== "") return ok(value);
      return fail("not-found", kind === "env"
        ? { en: `the environment has no variable ${name}`,
          fr: `l'environnement n'a pas de variable ${name}` }
        : { en: `the store has no secret named ${name}`,
          fr: `le stockage n'a pas de secret nommé ${name}` });
    },
    async set(name, value) {
      const written = await parts.stored.set(name, value);
      if (written.ok) stored.set(name, value);
      return written;
    },
    list: () => parts.stored.list(),
    async remove(name) {
      const removed = await parts.stored.remove(name);
      if (!removed.ok) return removed;
      stored.delete(name);
      return done;
    },
  };
}
