/** What this very PBX does: what its encoding has, what it lists, what it answered so far. */

import type { Capabilities, Proof } from "../../firmware/link/driver.js";
import { serviceNames } from "../../firmware/model/services.js";
import type { CstaCodec } from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import { cstaNames } from "./services.js";
import { timers } from "./timers.js";

/** Services that the PBX itself lists; undefined where it lists none. */
async function listed(
  codec: CstaCodec, invocations: Invocations,
): Promise<ReadonlySet<string> | undefined> {
  if (codec.services.has("GetCSTAFeatures")) {
    const features = await invocations.invoke("GetCSTAFeatures", {}, timers.invoke.ms);
    if (features.ok && features.value.services.length > 0) return new Set(features.value.services);
  }
  if (!codec.services.has("GetSwitchingFunctionCapabilities")) return undefined;
  const capabilities = await invocations.invoke("GetSwitchingFunctionCapabilities", {},
    timers.invoke.ms);
  const services = capabilities.ok ? capabilities.value.services : undefined;
  return services === undefined || services.length === 0 ? undefined : new Set(services);
}

/** Phases I and II have no registration: only the PBX's own settings say whether it asks. */
function provenRouteing(
  codec: CstaCodec, { refused, proven }: Invocations, offered: ReadonlySet<string> | undefined,
): Proof {
  const name = codec.services.has("RouteRegister") ? "RouteRegister" : "RouteSelect";
  const isListed = offered?.has(name);
  return { subject: "routeing", evidence: name,
    proven: refused.has(name) || isListed === false ? "no"
      : proven.has(name) || isListed === true ? "yes" : "not-tried" };
}

/** `declared`: what the driver's sheet offers. */
export async function prove(
  codec: CstaCodec, invocations: Invocations, declared: Capabilities["services"],
): Promise<Proof[]> {
  const offered = await listed(codec, invocations);
  const proofs: Proof[] = [];
  for (const subject of serviceNames) {
    const name = cstaNames[subject];
    if (name === undefined || declared[subject] === undefined) continue;
    if (!codec.services.has(name)) {
      proofs.push({ subject, proven: "no", evidence: {
        en: `this phase of CSTA has no ${name}`, fr: `cette phase de CSTA n'a pas ${name}` } });
    } else if (invocations.refused.has(name)) {
      proofs.push({ subject, proven: "no", evidence: {
        en: `the PBX answered ${name} with serviceNotSupported`,
        fr: `le PBX a répondu serviceNotSupported à ${name}` } });
    } else if (invocations.proven.has(name)) {
      proofs.push({ subject, proven: "yes", evidence: {
        en: `the PBX has done ${name}`, fr: `le PBX a exécuté ${name}` } });
    } else {
      proofs.push({ subject, proven: offered === undefined ? "not-tried"
        : offered.has(name) ? "yes" : "no",
      evidence: offered === undefined
        ? { en: `${name} was not asked for yet`, fr: `${name} n'a pas encore été demandé` }
        : offered.has(name) ? { en: `the PBX lists ${name}`, fr: `le PBX liste ${name}` }
        : { en: `the PBX does not list ${name}`, fr: `le PBX ne liste pas ${name}` } });
    }
  }
  proofs.push(provenRouteing(codec, invocations, offered));
  proofs.push({ subject: "snapshot",
    proven: invocations.refused.has("SnapshotDevice") ? "no"
      : invocations.proven.has("SnapshotDevice") ? "yes" : "not-tried",
    evidence: "SnapshotDevice" });
  return proofs;
}
