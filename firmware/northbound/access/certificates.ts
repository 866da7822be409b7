/** Client certificates that this gateway has issued: which role each has, and which are revoked. */

import * as z from "zod";
import { fail, ok, done } from "../../base/result.js";
import type { Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import { put, remove } from "../../store/store.js";
import type { Store } from "../../store/store.js";
import { jsonSpace } from "./json-space.js";
import { roles } from "./roles.js";

export const certificatesMax = 10_000;
/** Still listed for so long after its end. */
const keptAfterEndMs = 90 * 86_400_000;

const certificateShape = z.object({
  /** Lower-case hexadecimal without leading zeros. */
  serial: z.string(), name: z.string(), role: z.enum(roles), issuedAtMs: z.number(),
  expiresAtMs: z.number(), revoked: z.boolean(),
  /** SHA-256 of the DER form, lower-case hexadecimal. */
  fingerprint: z.string(),
});
export type ClientCertificate = Readonly<z.infer<typeof certificateShape>>;

const certificateSpace = jsonSpace("certificates", 1, certificateShape);

/** Serial numbers and fingerprints come with and without colons, capitals and leading zeros. */
export function plainSerial(hex: string): string {
  return hex.replaceAll(":", "").toLowerCase().replace(/^0+(?=.)/, "");
}

export function plainFingerprint(hex: string): string {
  return hex.replaceAll(":", "").toLowerCase();
}

export class Certificates {
  readonly #store: Store;
  readonly #world: World;
  readonly #bySerial = new Map<string, ClientCertificate>();

  constructor(store: Store, world: World) {
    this.#store = store;
    this.#world = world;
  }

  async load(): Promise<void> {
    this.#bySerial.clear();
    for await (const [serial, one] of this.#store.range(certificateSpace, {})) {
      this.#bySerial.set(serial, one);
    }
  }

  /** Newest first. */
  list(): readonly ClientCertificate[] {
    return [...this.#bySerial.values()].sort((left, right) =>
      right.issuedAtMs - left.issuedAtMs || (left.serial < right.serial ? -1 : 1));
  }

  /** Undefined unless it is one of ours, byte for byte, not revoked, not over. */
  use(serialHex: string, fingerprint: string): ClientCertificate | undefined {
    const one = this.#bySerial.get(plainSerial(serialHex));
    if (one === undefined || one.revoked) return undefined;
    if (one.fingerprint !== plainFingerprint(fingerprint)) return undefined;
    return one.expiresAtMs > this.#world.clock.wall().getTime() ? one : undefined;
  }

  /** Whether we issued exactly this one, be it revoked or over. */
  issued(serialHex: string, fingerprint: string): boolean {
    return this.#bySerial.get(plainSerial(serialHex))?.fingerprint
      === plainFingerprint(fingerprint);
  }

  get full(): boolean {
    return this.#bySerial.size >= certificatesMax;
  }

  async add(one: ClientCertificate): Promise<Result<void>> {
    if (this.full) return fail("precondition", `${certificatesMax} certificates are the most.`);
    return this.#write(one);
  }

  /** Those that have ended. Forgets the ones that ended long ago. */
  async sweep(): Promise<readonly ClientCertificate[]> {
    const nowMs = this.#world.clock.wall().getTime();
    const over = this.list().filter((one) => one.expiresAtMs <= nowMs);
    const old = over.filter((one) => one.expiresAtMs < nowMs - keptAfterEndMs);
    if (old.length === 0) return over;
    const written = await this.#store.commit(
      old.map((one) => remove(certificateSpace, one.serial)));
    if (written.ok) for (const one of old) this.#bySerial.delete(one.serial);
    return over;
  }

  async revoke(serialHex: string): Promise<Result<ClientCertificate>> {
    const one = this.#bySerial.get(plainSerial(serialHex));
    if (one === undefined) return fail("not-found", `No certificate has the serial ${serialHex}.`);
    const revoked = { ...one, revoked: true };
    const written = await this.#write(revoked);
    return written.ok ? ok(revoked) : written;
  }

  async #write(one: ClientCertificate): Promise<Result<void>> {
    const written = await this.#store.commit([put(certificateSpace, one.serial, one)]);
    if (!written.ok) return written;
    this.#bySerial.set(one.serial, one);
    return done;
  }
}
