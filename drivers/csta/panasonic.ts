/**
 * Panasonic's list of devices: asked for by Escape, answered by Escapes of the PBX whose entries
 * are { device number, dialable number, status } (two public clients, see SOURCES.md). The tags
 * around them are not relied upon.
 */

import { readBer, readBerAll, type BerElement } from "../../firmware/wire/ber.js";
import type { CstaDeviceCategory } from "../../firmware/wire/csta/message.js";

/** Private data that asks for the list of one category. */
export const listRequests: readonly string[] = [
  // Extensions, then outside lines.
  "a40ba009a407a105a0030a0105", "a40ba009a407a105a0030a0102",
];

export interface PanasonicEntry {
  /** In decimal, as `CstaDevice` has it. */
  readonly deviceNumber: string;
  readonly number: string;
  readonly category: CstaDeviceCategory;
}

export interface PanasonicPart {
  readonly entries: readonly PanasonicEntry[];
  readonly lastSegment: boolean;
}

/** Elements within elements that are looked into. */
const depthMax = 12;
const entriesMax = 2_000;
/** Upper half of a device number. */
const categories: Readonly<Record<number, CstaDeviceCategory>> = {
  0x0111: "station", 0x0121: "station", 0x0131: "networkInterface", 0x0155: "voiceUnit",
};
const typeFactor = 0x1_0000;

/** Undefined: not a part of a list of devices. */
export function readPanasonicPart(privateData: readonly string[]): PanasonicPart | undefined {
  const entries: PanasonicEntry[] = [];
  let lastSegment: boolean | undefined;
  const look = (element: BerElement, depth: number): void => {
    if (isUniversal(element, 1)) lastSegment ??= element.contents[0] !== 0;
    if (!element.constructed || depth > depthMax || entries.length >= entriesMax) return;
    const parts = readBerAll(element.contents);
    if (typeof parts === "string") return;
    const entry = entryOf(parts);
    if (entry !== undefined) entries.push(entry);
    else for (const part of parts) look(part, depth + 1);
  };
  for (const hex of privateData) {
    const element = readBer(Buffer.from(hex, "hex"));
    if (typeof element !== "string") look(element, 0);
  }
  return entries.length === 0 && lastSegment === undefined ? undefined
    : { entries, lastSegment: lastSegment ?? false };
}

function isUniversal(element: BerElement, tag: number): boolean {
  return element.class === "universal" && element.tag === tag;
}

const sequence = 16;
const ia5String = 22;

function entryOf(parts: readonly BerElement[]): PanasonicEntry | undefined {
  const [device, number] = parts;
  if (device === undefined || number === undefined || !isUniversal(device, sequence)
    || !isUniversal(number, ia5String)) {
    return undefined;
  }
  const identifier = readBer(device.contents);
  if (typeof identifier === "string" || identifier.class !== "context" || identifier.tag !== 1) {
    return undefined;
  }
  const value = identifier.contents.reduce((sum, octet) => sum * 0x100 + octet, 0);
  return { deviceNumber: String(value), number: Buffer.from(number.contents).toString("latin1"),
    category: categories[Math.floor(value / typeFactor)] ?? "other" };
}
