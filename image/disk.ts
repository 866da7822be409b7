/** The disk: what stands where. All identifiers are fixed, so that two builds are the same. */

import { createHash } from "node:crypto";

export type PartitionName = "esp" | "root-a" | "root-b";

export interface Partition {
  readonly name: PartitionName;
  readonly startBytes: number;
  readonly sizeBytes: number;
}

const mib = 1 << 20;
const sectorBytes = 512;
export const slotBytes = 512 * mib;
export const espBytes = 192 * mib;
/** What a unit must have at least; the rest of it becomes the data partition at first start. */
export const diskBytes = 2048 * mib;

/** Types of the Discoverable Partitions Specification; the roots are the machine's. */
const rootType = process.arch === "arm64" ? "B921B045-1DF0-41C3-AF44-4C6F280D3FAE"
  : "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";
const types: Readonly<Record<PartitionName, string>> = {
  esp: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B", "root-a": rootType, "root-b": rootType };

export const partitions: readonly Partition[] = [
  { name: "esp", startBytes: mib, sizeBytes: espBytes },
  { name: "root-a", startBytes: mib + espBytes, sizeBytes: slotBytes },
  { name: "root-b", startBytes: mib + espBytes + slotBytes, sizeBytes: slotBytes },
];

/** A UUID of version 8 (RFC 9562 5.8): the same for the same words. */
export function fixedUuid(words: string): string {
  const bytes = createHash("sha256").update(`jackfield ${words}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6] ?? 0) & 0x0f | 0x80;
  bytes[8] = (bytes[8] ?? 0) & 0x3f | 0x80;
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5")
    .toUpperCase();
}

/** Script of sfdisk(8). `medium` keeps a disk and an installer stick apart. */
export function sfdiskScript(medium: string): string {
  const rows = partitions.map(({ name, startBytes, sizeBytes }) =>
    `start=${startBytes / sectorBytes}, size=${sizeBytes / sectorBytes}, type=${types[name]}, `
      + `uuid=${fixedUuid(`${medium} ${name}`)}, name="jackfield-${name}"`);
  return [`label: gpt`, `label-id: ${fixedUuid(medium)}`, `unit: sectors`, "", ...rows, ""]
    .join("\n");
}
