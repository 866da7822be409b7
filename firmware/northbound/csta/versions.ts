/** Which version of the protocol is spoken, of those that an application offers. */

import type { CstaConfig } from "../../config/schema.js";

/** Bits of cSTAVersion (ECMA-285 §8), the newest first: phases III, II and I. */
const bits: Readonly<Record<Exclude<CstaConfig["protocol"], "xml">, readonly string[]>> = {
  "asn1-phase3": ["18", "14", "4", "3", "2"], "asn1-phase2": ["1", "0"], "asn1-phase1": ["0"],
};

const edition = /\/ecma-323\/csta(\/ed([2-6]))?(?=$|\/priv)/;

/**
 * `none` when there is no common one. Undefined when nothing was offered: then there is nothing to
 * choose. Vendors' private parts of a namespace (`.../ed3/priv4`) are not spoken.
 */
export function chosenVersion(
  protocol: CstaConfig["protocol"], offered: readonly string[],
): string | "none" | undefined {
  if (offered.length === 0) return undefined;
  if (protocol !== "xml") return bits[protocol].find((bit) => offered.includes(bit)) ?? "none";
  const known = offered.flatMap((name) => {
    const found = edition.exec(name);
    return found === null ? []
      : [{ name: name.slice(0, found.index + found[0].length), number: Number(found[2] ?? 1) }];
  }).sort((a, b) => b.number - a.number);
  return known[0]?.name ?? "none";
}
