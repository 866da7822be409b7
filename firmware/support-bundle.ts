/**
 * What somebody who helps from afar needs to see of a unit, as one file: versions, health, alarms,
 * links, the configuration (which names secrets and holds none), figures, and the newest of the
 * log. No call records, no raw bytes, no keys.
 */

import { gzipSync } from "node:zlib";
import { messageOf, ok, type Result } from "./base/result.js";
import { tarArchive } from "./base/tar.js";
import type { Configuration } from "./config/configuration.js";
import type { LinkStatus } from "./link/link.js";
import type { SystemView } from "./northbound/api/gateway-view.js";
import type { Alarms } from "./supervisor/alarms.js";
import type { UpdateStatus } from "./update/updater.js";

export interface SupportParts {
  readonly nowMs: number;
  readonly system: Pick<SystemView, "version" | "components" | "host" | "metrics">;
  readonly alarms: Pick<Alarms, "list">;
  readonly links: readonly LinkStatus[];
  readonly configuration: Pick<Configuration, "text">;
  /** Undefined: the gateway does not run on an appliance. */
  readonly update: (() => Promise<Result<UpdateStatus>>) | undefined;
  /** The newest lines of the machine's log; undefined where that is somebody else's. */
  readonly journal: (() => Promise<Result<string>>) | undefined;
}

function json(value: unknown): string {
  return `${JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "bigint" ? String(each) : each, 1)}\n`;
}

/** What cannot be read says so in its own place: the rest is worth having. */
async function textOf(make: () => Promise<Result<string>>): Promise<string> {
  try {
    const text = await make();
    return text.ok ? text.value : `${text.fault.code}: ${text.fault.message}\n`;
  } catch (error) {
    return `${messageOf(error)}\n`;
  }
}

export async function supportBundle(parts: SupportParts): Promise<Buffer> {
  const { system, alarms, links, configuration, update, journal } = parts;
  const files: readonly (readonly [name: string, make: () => Promise<Result<string>>])[] = [
    ["version.json", () => Promise.resolve(ok(json(system.version)))],
    ["health.json", () => Promise.resolve(ok(
      json({ components: system.components(), host: system.host() })))],
    ["alarms.json", () => Promise.resolve(ok(json(alarms.list(true))))],
    ["links.json", () => Promise.resolve(ok(json(links)))],
    ["metrics.txt", async () => ok(await system.metrics())],
    ["configuration.yaml", async () => {
      const document = await configuration.text(undefined);
      return document.ok ? ok(document.value.text) : document;
    }],
    ...update === undefined ? [] : [["update.json", async () => {
      const status = await update();
      return status.ok ? ok(json(status.value)) : status;
    }] as const],
    ...journal === undefined ? [] : [["journal.txt", journal] as const],
  ];
  const made = await Promise.all(files.map(async ([name, make]) =>
    ({ name: `jackfield-support/${name}`, content: Buffer.from(await textOf(make)) })));
  return gzipSync(tarArchive(made, parts.nowMs));
}
