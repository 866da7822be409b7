/** What this very PBX does: what its encoding has, what it lists, what it answered so far. */

import type { Capabilities, Proof } from "../../firmware/link/driver.js";
import { serviceNames } from "../../firmware/model/services.js";
import type { CstaCodec, CstaServiceName } from "../../firmware/wire/csta/message.js";
import type { Invocations } from "./invocations.js";
import { cstaNames } from "./services.js";
import { timers } from "./timers.js";

/** What the PBX lists of itself; undefined where it lists nothing. */
interface Listed {
  readonly services: ReadonlySet<string> | undefined;
  readonly events: ReadonlySet<string> | undefined;
}

/** A list of nothing is none. */
function listOf(names: readonly string[] | undefined): ReadonlySet<string> | undefined {
  return names === undefined || names.length === 0 ? undefined : new Set(names);
}

async function listed(codec: CstaCodec, invocations: Invocations): Promise<Listed> {
  if (codec.services.has("GetCSTAFeatures")) {
    const features = await invocations.invoke("GetCSTAFeatures", {}, timers.invoke.ms);
    if (features.ok && features.value.services.length > 0) {
      return { services: listOf(features.value.services), events: listOf(features.value.events) };
    }
  }
  if (!codec.services.has("GetSwitchingFunctionCapabilities")) {
    return { services: undefined, events: undefined };
  }
  const capabilities = await invocations.invoke("GetSwitchingFunctionCapabilities", {},
    timers.invoke.ms);
  return capabilities.ok ? { services: listOf(capabilities.value.services),
    events: listOf(capabilities.value.events) } : { services: undefined, events: undefined };
}

/** By the service that stands for it; phases I and II have no Route Register. */
function provenBy(
  subject: Proof["subject"], name: CstaServiceName, { refused, proven }: Invocations,
  offered: ReadonlySet<string> | undefined,
): Proof {
  const isListed = offered?.has(name);
  return { subject, evidence: name,
    proven: refused.has(name) || isListed === false ? "no"
      : proven.has(name) || isListed === true ? "yes" : "not-tried" };
}

/** `declared`: what the driver's sheet offers; `wanted`: the events that this link tells. */
export async function prove(
  codec: CstaCodec, invocations: Invocations,
  declared: Pick<Capabilities, "services" | "events">, wanted: Capabilities["events"],
): Promise<Proof[]> {
  const { services, events } = await listed(codec, invocations);
  const proofs: Proof[] = [];
  for (const subject of serviceNames) {
    const name = cstaNames[subject];
    if (name === undefined || declared.services[subject] === undefined) continue;
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
    } else if (services === undefined) {
      proofs.push({ subject, proven: "not-tried", evidence: {
        en: `${name} was not asked for yet`, fr: `${name} n'a pas encore été demandé` } });
    } else proofs.push(asListed(subject, name, services));
  }
  for (const name of declared.events) {
    if (!wanted.includes(name)) {
      proofs.push({ subject: name, proven: "no", evidence: {
        en: "the link's option `physicalDevices` is off",
        fr: "l'option `physicalDevices` du lien est désactivée" } });
    } else if (events !== undefined) proofs.push(asListed(name, name, events));
  }
  proofs.push(provenBy("routeing", codec.services.has("RouteRegister") ? "RouteRegister"
    : "RouteSelect", invocations, services),
  provenBy("privateData", "Escape", invocations, services));
  proofs.push({ subject: "snapshot",
    proven: invocations.refused.has("SnapshotDevice") ? "no"
      : invocations.proven.has("SnapshotDevice") ? "yes" : "not-tried",
    evidence: "SnapshotDevice" });
  return proofs;
}

function asListed(subject: Proof["subject"], name: string, list: ReadonlySet<string>): Proof {
  return list.has(name)
    ? { subject, proven: "yes",
      evidence: { en: `the PBX lists ${name}`, fr: `le PBX liste ${name}` } }
    : { subject, proven: "no",
      evidence: { en: `the PBX does not list ${name}`, fr: `le PBX ne liste pas ${name}` } };
}
