/** All record formats. */

import type { Format } from "./format.js";
import { avayaIpOffice } from "./avaya-ip-office.js";
import { panasonicKx } from "./panasonic-kx.js";

const all = [avayaIpOffice, panasonicKx] as const satisfies readonly Format[];

/** By name, as the option `format` takes it. */
export const formats: ReadonlyMap<string, Format> = new Map(all.map((each) => [each.name, each]));

export const formatNames: readonly string[] = [...formats.keys()].sort();

/** A format that is known to exist; for tables and tests. */
export function formatOf(name: string): Format {
  const format = formats.get(name);
  if (format === undefined) throw new Error(`no record format ${name}`);
  return format;
}
