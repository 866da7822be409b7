/**
 * Secrets that the configuration names as `store:NAME`: encrypted in the store with a key that
 * lives in a file outside it, so that a backup alone gives nothing away.
 */

import { createCipheriv, createDecipheriv } from "node:crypto";
import * as z from "zod";
import { attempt, done, fail, ok } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { KeptSecret, StoredSecrets } from "../../config/secrets.js";
import { put, remove } from "../../store/store.js";
import type { Store } from "../../store/store.js";
import { jsonSpace } from "./json-space.js";

export const secretCharactersMax = 4_096;
export const secretsMax = 200;
const cipher = "aes-256-gcm";
// NIST SP 800-38D §8.2: a random nonce of 96 bits.
const nonceBytes = 12;
const keyBytes = 32;

const sealedShape = z.object({ nonce: z.base64(), text: z.base64(), tag: z.base64(),
  setAtMs: z.number() });
const secretSpace = jsonSpace("secrets", 1, sealedShape);

export interface SecretStoreParts {
  readonly store: Store;
  readonly world: World;
  /** 32 bytes, from a file of the data folder. */
  readonly key: Uint8Array;
}

export function createSecretStore({ store, world, key }: SecretStoreParts): StoredSecrets {
  if (key.length !== keyBytes) throw new RangeError(`The secrets' key must have ${keyBytes} bytes`);
  // Bound to its name: a sealed secret cannot be moved to another name.
  const bound = (name: string): Buffer => Buffer.from(`secrets|${name}|1`, "utf8");

  async function list(): Promise<readonly KeptSecret[]> {
    const found: KeptSecret[] = [];
    for await (const [name, { setAtMs }] of store.range(secretSpace, {})) {
      found.push({ name, setAtMs });
    }
    return found;
  }

  return {
    list,
    async set(name, secret) {
      const refuse = (path: string, message: string): Result<void> =>
        fail("argument-invalid", message, { fields: [{ path, message }] });
      if (!/^[a-z0-9-]{1,64}$/.test(name)) {
        return refuse("name", "A secret's name is 1 to 64 of a-z, 0-9 and -.");
      }
      if (secret === "" || secret.length > secretCharactersMax) {
        return refuse("value", `A secret has 1 to ${secretCharactersMax} characters.`);
      }
      const held = await list();
      if (held.length >= secretsMax && !held.some((one) => one.name === name)) {
        return fail("precondition", `There are ${secretsMax} secrets already.`);
      }
      const nonce = world.random.bytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce).setAAD(bound(name));
      const text = Buffer.concat([sealing.update(secret, "utf8"), sealing.final()]);
      const written = await store.commit([put(secretSpace, name, {
        nonce: Buffer.from(nonce).toString("base64"), text: text.toString("base64"),
        tag: sealing.getAuthTag().toString("base64"),
        setAtMs: world.clock.wall().getTime() })]);
      return written.ok ? done : written;
    },
    async remove(name) {
      const found = await store.get(secretSpace, name);
      if (found.ok && found.value === undefined) {
        return fail("not-found", `There is no secret ${name}.`);
      }
      const written = await store.commit([remove(secretSpace, name)]);
      return written.ok ? done : written;
    },
    async resolve(name) {
      const found = await store.get(secretSpace, name);
      if (!found.ok) return found;
      const sealed = found.value;
      if (sealed === undefined) return fail("not-found", `There is no secret ${name}.`);
      const opened = await attempt("store-damaged", `The secret ${name} cannot be opened`, () => {
        const opening = createDecipheriv(cipher, key, Buffer.from(sealed.nonce, "base64"))
          .setAAD(bound(name)).setAuthTag(Buffer.from(sealed.tag, "base64"));
        return opening.update(Buffer.from(sealed.text, "base64"), undefined, "utf8")
          + opening.final("utf8");
      });
      return opened.ok ? ok(opened.value) : opened;
    },
  };
}
