/** Keys: byte order is key order, and the keyspace's name stands before every key on disk. */

const separator = 0x00;
const u64Bytes = 8;
const namePattern = /^[a-z][a-z-]{0,62}$/;

/** `gte` and `lt` on disk keys. */
export interface DiskRange {
  readonly gte: Uint8Array;
  readonly lt: Uint8Array;
}

export function isSpaceName(name: string): boolean {
  return namePattern.test(name);
}

/** Keyspace name, a zero byte, key. No name contains a zero byte, so no two spaces overlap. */
export function diskKey(space: string, key: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(space.length + 1 + key.length);
  bytes.write(space, 0, "latin1");
  bytes[space.length] = separator;
  bytes.set(key, space.length + 1);
  return bytes;
}

/** The whole of a keyspace. */
export function spaceRange(space: string): DiskRange {
  const at = (end: string): Uint8Array => Buffer.from(space + end, "latin1");
  return { gte: at("\u0000"), lt: at("\u0001") };
}

/** Takes a disk key apart; undefined when it never was one. */
export function splitDiskKey(
  bytes: Uint8Array,
): { readonly space: string; readonly key: Uint8Array } | undefined {
  const at = bytes.indexOf(separator);
  if (at <= 0) return undefined;
  const space = Buffer.from(bytes.buffer, bytes.byteOffset, at).toString("latin1");
  return isSpaceName(space) ? { space, key: bytes.subarray(at + 1) } : undefined;
}

/** The first key behind every key that begins with `prefix`. */
export function prefixEnd(prefix: Uint8Array): Uint8Array {
  for (let end = prefix.length; end > 0; end -= 1) {
    const last = prefix[end - 1] ?? 0xff;
    if (last === 0xff) continue;
    const bytes = Uint8Array.from(prefix.subarray(0, end));
    bytes[end - 1] = last + 1;
    return bytes;
  }
  return Uint8Array.of(0xff);
}

export function u64Key(number: bigint): Uint8Array {
  const bytes = Buffer.allocUnsafe(u64Bytes);
  viewOf(bytes).setBigUint64(0, number);
  return bytes;
}

export function readU64(bytes: Uint8Array, offset = 0): bigint {
  return viewOf(bytes).getBigUint64(offset);
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A copy that shares no memory: `slice` of a Buffer would be a view. */
export function copyOf(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

export function textKey(text: string): Uint8Array {
  return Buffer.from(text, "utf8");
}

export function readText(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex");
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
