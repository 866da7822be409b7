/**
 * What stands around every value on disk: format, version of the keyspace, CRC-32. The checksum
 * covers the disk key too, so that a good value under a wrong key is found as well: LevelDB
 * itself does not verify on read.
 */

import { crc32 } from "node:zlib";
import { fail, ok, type Result } from "../base/result.js";
import { viewOf } from "./keys.js";

/** One byte format, one byte keyspace version, four bytes CRC-32 (big-endian), then the payload. */
const envelopeFormat = 1;
const crcOffset = 2;
export const envelopeBytes = 6;
export const spaceVersionMax = 255;

export interface Unsealed {
  readonly spaceVersion: number;
  readonly payload: Uint8Array;
}

export function seal(key: Uint8Array, spaceVersion: number, payload: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(envelopeBytes + payload.length);
  bytes[0] = envelopeFormat;
  bytes[1] = spaceVersion;
  bytes.set(payload, envelopeBytes);
  bytes.writeUInt32BE(checksum(key, bytes, payload), crcOffset);
  return bytes;
}

/** Fails with `store-damaged` and what is wrong; the payload is a view into `sealed`. */
export function unseal(key: Uint8Array, sealed: Uint8Array): Result<Unsealed> {
  if (sealed.length < envelopeBytes) {
    return fail("store-damaged", `the value has ${sealed.length} bytes, less than its envelope`);
  }
  const payload = sealed.subarray(envelopeBytes);
  if (viewOf(sealed).getUint32(crcOffset) !== checksum(key, sealed, payload)) {
    return fail("store-damaged", "the checksum does not fit key and value");
  }
  if (sealed[0] !== envelopeFormat) {
    return fail("store-damaged", `the value's envelope has the unknown format ${sealed[0]}`);
  }
  return ok({ spaceVersion: sealed[1] ?? 0, payload });
}

/** Of the key, the first two bytes of `sealed`, and the payload. */
function checksum(key: Uint8Array, sealed: Uint8Array, payload: Uint8Array): number {
  head[0] = sealed[0] ?? 0;
  head[1] = sealed[1] ?? 0;
  return crc32(payload, crc32(head, crc32(key)));
}

const head = Buffer.alloc(crcOffset);
