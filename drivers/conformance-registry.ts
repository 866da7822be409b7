/** Which scenarios belong to which driver: one line per driver, as in `index.ts`. */

import type { Conformance } from "./conformance.js";
import { conformances as asteriskAmi } from "./asterisk-ami/conformance.js";
import { conformances as callerId } from "./caller-id/conformance.js";
import { csta12Conformances, csta3Conformances, cstaXmlConformances }
  from "./csta/conformance.js";
import { conformances as espa } from "./espa/conformance.js";
import { conformances as fias } from "./fias/conformance.js";
import { conformances as mitelPms } from "./mitel-pms/conformance.js";
import { conformances as smdr } from "./smdr/conformance.js";
import { conformances as tap } from "./tap/conformance.js";

const registry: Readonly<Record<string, readonly Conformance[]>> = {
  "asterisk-ami": asteriskAmi,
  "caller-id": callerId,
  "csta12": csta12Conformances,
  "csta3": csta3Conformances,
  "csta-xml": cstaXmlConformances,
  "espa": espa,
  "fias": fias,
  "mitel-pms": mitelPms,
  "smdr": smdr,
  "tap": tap,
};

export function conformancesOf(driver: string): readonly Conformance[] {
  return registry[driver] ?? [];
}
