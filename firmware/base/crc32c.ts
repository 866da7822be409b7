/** CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), which LevelDB's files carry. */

const polynomial = 0x82f6_3b78;
/** Bytes taken in one step: row `n` holds what a byte is worth with `n` bytes behind it. */
const stride = 8;
const rowLength = 256;
const table = new Uint32Array(stride * rowLength);
for (let byte = 0; byte < rowLength; byte += 1) {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) {
    value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  }
  table[byte] = value;
}
for (let at = rowLength; at < table.length; at += 1) {
  const before = table[at - rowLength] ?? 0;
  table[at] = (table[before & 0xff] ?? 0) ^ (before >>> 8);
}

export function crc32c(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let value = 0xffff_ffff | 0;
  let at = 0;
  for (; at + stride <= bytes.length; at += stride) {
    const low = value ^ view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    value = (table[1792 + (low & 0xff)] ?? 0) ^ (table[1536 + ((low >>> 8) & 0xff)] ?? 0)
      ^ (table[1280 + ((low >>> 16) & 0xff)] ?? 0) ^ (table[1024 + (low >>> 24)] ?? 0)
      ^ (table[768 + (high & 0xff)] ?? 0) ^ (table[512 + ((high >>> 8) & 0xff)] ?? 0)
      ^ (table[256 + ((high >>> 16) & 0xff)] ?? 0) ^ (table[high >>> 24] ?? 0);
  }
  for (; at < bytes.length; at += 1) {
    value = (table[(value ^ (bytes[at] ?? 0)) & 0xff] ?? 0) ^ (value >>> 8);
  }
  return ~value >>> 0;
}

/** LevelDB's log_format.md and table_format.md store the checksum rotated and shifted. */
const maskDelta = 0xa282_ead8;

export function maskedCrc32c(bytes: Uint8Array): number {
  const value = crc32c(bytes);
  return (((value >>> 15) | (value << 17)) + maskDelta) >>> 0;
}
