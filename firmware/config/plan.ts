/** The third check: what applying a document would start, stop, restart or reload, and why. */

import type { PlanStep } from "./configuration.js";
import { pathText, type Path, type PathSegment } from "./document-source.js";
import type { Document, LinkConfig } from "./schema.js";

/** Keys of a link whose change needs no new connection: the calls go on. */
const reloadable: readonly string[] = ["title", "numbers", "rawMegabytes", "terminalApproval"];

/** Steps in the order in which they are best carried out. Unchanged parts have no step. */
export function planSteps(
  previous: Document | undefined, next: Document, callsOn: (link: string) => number,
): readonly PlanStep[] {
  return [
    ...linkSteps(previous, next, callsOn),
    ...listSteps("destination", "destinations", previous?.destinations ?? [], next.destinations),
    ...listSteps("csta", "csta", previous?.csta ?? [], next.csta),
    ...hotelSteps(previous, next),
    ...serverSteps(previous, next),
    ...sectionStep("unit", "unit", previous?.unit, next.unit),
    ...sectionStep("paging", "paging", previous?.paging, next.paging),
    ...sectionStep("retention", "retention", previous?.retention, next.retention),
    ...sectionStep("access", "access", previous?.access, next.access),
  ];
}

function linkSteps(
  previous: Document | undefined, next: Document, callsOn: (link: string) => number,
): PlanStep[] {
  const before = previous?.links ?? [];
  const steps: PlanStep[] = [];
  for (const link of before) {
    if (next.links.some(({ id }) => id === link.id)) continue;
    steps.push({ component: `link ${link.id}`, action: "stop", reason: "removed from links",
      callsAffected: link.enabled ? callsOn(link.id) : 0 });
  }
  for (const [index, link] of next.links.entries()) {
    const old = before.find(({ id }) => id === link.id);
    const step = linkStep(old, link, ["links", index], previous, next, callsOn);
    if (step !== undefined) steps.push(step);
  }
  return steps;
}

function linkStep(
  old: LinkConfig | undefined, link: LinkConfig, at: Path, previous: Document | undefined,
  next: Document, callsOn: (link: string) => number,
): PlanStep | undefined {
  const component = `link ${link.id}`;
  if (old === undefined) {
    return link.enabled
      ? { component, action: "start", reason: `${pathText(at)} is new`, callsAffected: 0 }
      : { component, action: "reload", reason: `${pathText(at)} is new, disabled`,
        callsAffected: 0 };
  }
  const changes = changedPaths(old, link);
  // A link without a time zone of its own reads the PBX's clock in the unit's zone.
  const zoneMoved = link.timeZone === undefined && old.timeZone === undefined
    && previous?.unit.timeZone !== next.unit.timeZone;
  if (changes.length === 0 && !zoneMoved) return undefined;
  const reason = reasonOf([...changes.map((path) => [...at, ...path]),
    ...(zoneMoved ? [["unit", "timeZone"]] : [])]);
  if (!old.enabled && link.enabled) return { component, action: "start", reason, callsAffected: 0 };
  if (old.enabled && !link.enabled) {
    return { component, action: "stop", reason, callsAffected: callsOn(link.id) };
  }
  const gentle = changes.every(([key]) => reloadable.includes(String(key))) && !zoneMoved;
  return gentle || !link.enabled ? { component, action: "reload", reason, callsAffected: 0 }
    : { component, action: "restart", reason, callsAffected: callsOn(link.id) };
}

function listSteps<T extends { readonly id: string }>(
  title: string, key: string, before: readonly T[], now: readonly T[],
): PlanStep[] {
  const gone = before.filter(({ id }) => !now.some((each) => each.id === id));
  return [
    ...gone.map(({ id }): PlanStep => ({ component: `${title} ${id}`, action: "stop",
      reason: `removed from ${key}`, callsAffected: 0 })),
    ...now.flatMap((item, index): PlanStep[] => {
      const component = `${title} ${item.id}`;
      const old = before.find(({ id }) => id === item.id);
      const at = [key, index];
      if (old === undefined) {
        return [{ component, action: "start", reason: `${pathText(at)} is new`, callsAffected: 0 }];
      }
      const paths = changedPaths(old, item).map((path) => [...at, ...path]);
      return paths.length === 0 ? []
        : [{ component, action: "restart", reason: reasonOf(paths), callsAffected: 0 }];
    }),
  ];
}

function hotelSteps(previous: Document | undefined, next: Document): PlanStep[] {
  const [old, hotel] = [previous?.hotel, next.hotel];
  const step = (action: PlanStep["action"], reason: string): PlanStep[] =>
    [{ component: "hotel", action, reason, callsAffected: 0 }];
  if (hotel === undefined) return old === undefined ? [] : step("stop", "hotel was removed");
  if (old === undefined) return step("start", "hotel is new");
  const paths = changedPaths(old, hotel).map((path) => ["hotel", ...path]);
  return paths.length === 0 ? [] : step("reload", reasonOf(paths));
}

function serverSteps(previous: Document | undefined, next: Document): PlanStep[] {
  return (["grpc", "web"] as const).flatMap((name): PlanStep[] => {
    if (previous === undefined) {
      return [{ component: name, action: "start", reason: `${name} is new`, callsAffected: 0 }];
    }
    const own = changedPaths(previous[name], next[name]).map((path) => [name, ...path]);
    const paths = [...own,
      ...changedPaths(previous.tls, next.tls).map((path) => ["tls", ...path]),
      ...(previous.unit.name === next.unit.name ? [] : [["unit", "name"]]),
    ];
    // The certificate is renewed while the server runs; what the page tells browsers of it is not.
    const told = name === "web"
      && (previous.tls.certificate === undefined) !== (next.tls.certificate === undefined);
    return paths.length === 0 ? [] : [{ component: name,
      action: own.length > 0 || told ? "restart" : "reload", reason: reasonOf(paths),
      callsAffected: 0 }];
  });
}

function sectionStep(component: string, key: string, before: unknown, after: unknown): PlanStep[] {
  if (before === undefined) return [];
  const paths = changedPaths(before, after).map((path) => [key, ...path]);
  return paths.length === 0 ? []
    : [{ component, action: "reload", reason: reasonOf(paths), callsAffected: 0 }];
}

const reasonPathsMax = 8;

function reasonOf(paths: readonly Path[]): string {
  const shown = paths.slice(0, reasonPathsMax).map(pathText).join(", ");
  const more = paths.length - reasonPathsMax;
  return `changed: ${shown}${more > 0 ? ` and ${more} more` : ""}`;
}

/** The places in which two values differ, as deep as both have the same structure. */
export function changedPaths(before: unknown, after: unknown): readonly PathSegment[][] {
  if (Object.is(before, after)) return [];
  if (!isStructure(before) || !isStructure(after)
    || Array.isArray(before) !== Array.isArray(after)) return [[]];
  const list = Array.isArray(before);
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => {
    const segment = list ? Number(key) : key;
    return changedPaths(Reflect.get(before, key), Reflect.get(after, key))
      .map((rest) => [segment, ...rest]);
  });
}

function isStructure(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
