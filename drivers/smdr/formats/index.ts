/** All record formats. */

import type { Format } from "./format.js";
import { alcatelOxe } from "./alcatel-oxe.js";
import { alcatelOxo } from "./alcatel-oxo.js";
import { avayaIpOffice } from "./avaya-ip-office.js";
import { mitel } from "./mitel.js";
import { necNeax } from "./nec-neax.js";
import { necSv8100 } from "./nec-sv8100.js";
import { panasonicKx } from "./panasonic-kx.js";
import { siemensHipath } from "./siemens-hipath.js";

const all = [
  alcatelOxe, alcatelOxo, avayaIpOffice, mitel, necNeax, necSv8100, panasonicKx, siemensHipath,
] as const satisfies readonly Format[];

/** By name, as the option `format` takes it. */
export const formats: ReadonlyMap<string, Format> = new Map(all.map((each) => [each.name, each]));

export const formatNames: readonly string[] = [...formats.keys()].sort();

/** A format that is known to exist; for tables and tests. */
export function formatOf(name: string): Format {
  const format = formats.get(name);
  if (format === undefined) throw new Error(`no record format ${name}`);
  return format;
}
