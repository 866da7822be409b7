/** The health of every component below one, as rows: `gateway/links/pbx-1`. */

import type { Component } from "../base/component.js";
import type { Supervisor } from "./supervise.js";

export interface ComponentHealthRow {
  readonly component: string;
  readonly status: "ok" | "degraded" | "failed";
  readonly reason: string;
  readonly restarts: number;
}

/** Deeper trees than this are not walked. */
export const depthMax = 8;

export function healthOf(root: Component): readonly ComponentHealthRow[] {
  const rows: ComponentHealthRow[] = [];
  walk(root, root.name, 0, 0, rows);
  return rows;
}

function walk(
  component: Component, path: string, restarts: number, depth: number, rows: ComponentHealthRow[],
): void {
  const { health } = component;
  rows.push({ component: path, status: health.status,
    reason: health.status === "ok" ? "" : health.reason, restarts });
  if (depth >= depthMax || !isSupervisor(component)) return;
  for (const child of component.children) {
    walk(child, `${path}/${child.name}`, component.restartsOf(child), depth + 1, rows);
  }
}

function isSupervisor(component: Component): component is Supervisor {
  return "children" in component && "restartsOf" in component;
}
