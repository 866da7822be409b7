/**
 * Identifiers by chance in a VHDX disk (MS-VHDX 2.2 to 2.6, as QEMU writes it), replaced by fixed
 * ones, so that two builds are the same.
 */

import { crc32c } from "../firmware/base/crc32c.js";

/** What is looked at: header, log, region table and metadata stand before the disk's content. */
export const vhdxHeadBytes = 16 << 20;
const headerPlaces = [64 << 10, 128 << 10];
const headerBytes = 4_096;
const regionTablePlace = 192 << 10;
const guidBytes = 16;
const metadataRegion = "8B7CA206-4790-4B9A-B8FE-575F050F886E";
const page83Data = "BECA12AB-B2E6-4523-93EF-C309E000C746";

/** As Microsoft's formats hold it: three numbers, the lowest octet first, then octets. */
function guid(text: string): Buffer {
  const bytes = Buffer.from(text.replaceAll("-", ""), "hex");
  bytes.subarray(0, 4).reverse();
  bytes.subarray(4, 6).reverse();
  bytes.subarray(6, 8).reverse();
  return bytes;
}

/** In a table whose entries of 32 octets begin with a GUID, 16 octets further the entry's place. */
function entry(bytes: Buffer, first: number, count: number, id: string): number {
  const wanted = guid(id);
  for (let at = first; at < first + 32 * count; at += 32) {
    if (bytes.subarray(at, at + guidBytes).equals(wanted)) return at + guidBytes;
  }
  throw new Error(`VHDX: no entry ${id}`);
}

/** HEAD is changed in place: the file's first octets, all of what stands before its content. */
export function settleVhdx(head: Buffer, fixed: (words: string) => string): void {
  const headers = headerPlaces.map((place) => head.subarray(place, place + headerBytes))
    .sort((one, other) => Number(one.readBigUInt64LE(8) - other.readBigUInt64LE(8)));
  for (const [number, header] of headers.entries()) {
    if (header.toString("latin1", 0, 4) !== "head") throw new Error("VHDX: no header");
    if (header.subarray(48, 48 + guidBytes).some((octet) => octet !== 0)) {
      throw new Error("VHDX: its log is not empty");
    }
    // An empty log is not read, but holds what it held.
    const log = Number(header.readBigUInt64LE(72));
    head.fill(0, log, log + header.readUInt32LE(68));
    // The one with the greater number holds.
    header.writeBigUInt64LE(BigInt(number), 8);
    guid(fixed("VHDX file")).copy(header, 16);
    guid(fixed("VHDX data")).copy(header, 32);
    header.writeUInt32LE(0, 4);
    header.writeUInt32LE(crc32c(header), 4);
  }
  const region = entry(head, regionTablePlace + 16, head.readUInt32LE(regionTablePlace + 8),
    metadataRegion);
  const metadata = Number(head.readBigUInt64LE(region));
  const item = entry(head, metadata + 32, head.readUInt16LE(metadata + 10), page83Data);
  guid(fixed("VHDX disk")).copy(head, metadata + head.readUInt32LE(item));
}
