/** What this very PBX does: what its encoding has, what it lists, what it answered so far. */

import type { Capabilities, Proof } from "../../firmware/link/driver.js";
import { serviceNames } from "../../firmware/model/services.js";
import { eventGroups, type CstaCodec, type CstaDevice, type CstaServiceName }
  from "../../firmware/wire/csta/message.js";
import { logicalGroups, physicalGroups, serviceGroups, servicesIn }
  from "../../firmware/wire/csta/service-groups.js";
import type { Associated } from "./association.js";
import type { Invocations } from "./invocations.js";
import { cstaNames } from "./services.js";
import { timers } from "./timers.js";

const eventNames: ReadonlySet<string> = new Set(Object.values(eventGroups).flat());
/** Those of a device's logical element. */
const logicalEvents = [...eventGroups.callControl, ...eventGroups.callAssociated,
  ...eventGroups.mediaAttachment, ...eventGroups.logicalDevice, ...eventGroups.maintenance];

/** Whether the PBX says that it has it; undefined: it says nothing of that. */
type Said = (name: string) => boolean | undefined;

export interface Probed {
  readonly codec: CstaCodec;
  readonly invocations: Invocations;
  /** What the driver's sheet offers. */
  readonly declared: Pick<Capabilities, "services" | "events">;
  /** Events that this link tells. */
  readonly wanted: Capabilities["events"];
  /** What it said with the association. */
  readonly functions: Associated["functions"];
  /** One of its stations, which is asked where the PBX says nothing of the whole. */
  readonly station: CstaDevice | undefined;
}

/** A list of nothing is none. */
function listed(names: readonly string[] | undefined): Said | undefined {
  if (names === undefined || names.length === 0) return undefined;
  const known: ReadonlySet<string> = new Set(names);
  return (name) => known.has(name);
}

async function ofSwitchingFunction({ codec, invocations }: Probed): Promise<Said | undefined> {
  for (const service of ["GetCSTAFeatures", "GetSwitchingFunctionCapabilities"] as const) {
    if (!codec.services.has(service)) continue;
    const answer = await invocations.invoke(service, {}, timers.invoke.ms);
    if (!answer.ok) continue;
    const [services, events] = [listed(answer.value.services), listed(answer.value.events)];
    if (services === undefined) continue;
    return (name) => (eventNames.has(name) ? events : services)?.(name);
  }
  return undefined;
}

/** What a station has: of its groups of services, and of all events. */
async function ofStation({ codec, invocations, station }: Probed): Promise<Said | undefined> {
  if (station === undefined) return undefined;
  const said: Said[] = [];
  for (const [service, groups, events] of [
    ["GetLogicalDeviceInformation", logicalGroups, logicalEvents],
    ["GetPhysicalDeviceInformation", physicalGroups, eventGroups.physicalDevice],
  ] as const) {
    if (!codec.services.has(service)) continue;
    const answer = await invocations.invoke(service, { device: station }, timers.invoke.ms);
    if (!answer.ok) continue;
    // A station need not route: only a group of which it lists something is told in whole.
    const covered: ReadonlySet<string> = servicesIn(groups.filter((group) =>
      serviceGroups[group].some((name) => answer.value.services?.includes(name))));
    const ofEvents: ReadonlySet<string> = new Set(events);
    const [services, told] = [listed(answer.value.services), listed(answer.value.events)];
    said.push((name) => covered.has(name) ? services?.(name)
      : ofEvents.has(name) ? told?.(name) : undefined);
  }
  return said.length === 0 ? undefined
    : (name) => said.map((each) => each(name)).find((each) => each !== undefined);
}

function atAssociation({ functions }: Probed): Said | undefined {
  return functions && ((name) => functions.has.includes(name) ? true
    : functions.lacks.includes(name) ? false : undefined);
}

/** By the service that stands for it; phases I and II have no Route Register. */
function provenBy(
  subject: Proof["subject"], name: CstaServiceName, { refused, proven }: Invocations, said: Said,
): Proof {
  return { subject, evidence: name,
    proven: refused.has(name) || said(name) === false ? "no"
      : proven.has(name) || said(name) === true ? "yes" : "not-tried" };
}

export async function prove(probed: Probed): Promise<Proof[]> {
  const { codec, invocations, declared, wanted } = probed;
  const said: Said = atAssociation(probed) ?? await ofSwitchingFunction(probed)
    ?? await ofStation(probed) ?? (() => undefined);
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
    } else {
      proofs.push(asListed(subject, name, said) ?? { subject, proven: "not-tried", evidence: {
        en: `${name} was not asked for yet`, fr: `${name} n'a pas encore été demandé` } });
    }
  }
  for (const name of declared.events) {
    if (!wanted.includes(name)) {
      proofs.push({ subject: name, proven: "no", evidence: {
        en: "the link's option `physicalDevices` is off",
        fr: "l'option `physicalDevices` du lien est désactivée" } });
      continue;
    }
    const proof = asListed(name, name, said);
    if (proof !== undefined) proofs.push(proof);
  }
  proofs.push(provenBy("routeing", codec.services.has("RouteRegister") ? "RouteRegister"
    : "RouteSelect", invocations, said),
  provenBy("privateData", "Escape", invocations, said));
  proofs.push({ subject: "snapshot",
    proven: invocations.refused.has("SnapshotDevice") ? "no"
      : invocations.proven.has("SnapshotDevice") ? "yes" : "not-tried",
    evidence: "SnapshotDevice" });
  return proofs;
}

function asListed(subject: Proof["subject"], name: string, said: Said): Proof | undefined {
  switch (said(name)) {
    case undefined: return undefined;
    case true: return { subject, proven: "yes",
      evidence: { en: `the PBX lists ${name}`, fr: `le PBX liste ${name}` } };
    case false: return { subject, proven: "no",
      evidence: { en: `the PBX does not list ${name}`, fr: `le PBX ne liste pas ${name}` } };
  }
}
