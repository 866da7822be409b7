/** Where the unit's network settings lie, and what has to hear of a change. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { filesOf, readSettings, type NetworkSettings } from "./network-settings.js";

const folder = "/var/lib/jackfield-network";
export const networkServices = ["systemd-networkd.service", "jackfield-time.service"];

export function settingsNow(): NetworkSettings {
  try {
    return readSettings(readFileSync(`${folder}/settings.json`, "utf8"));
  } catch {
    // Nothing was set yet.
    return readSettings("");
  }
}

/** Written in whole before anything reads it: a cut leaves the old file or the new one. */
function put(name: string, text: string): void {
  writeFileSync(`${folder}/${name}.part`, text, { mode: 0o644, flush: true });
  renameSync(`${folder}/${name}.part`, `${folder}/${name}`);
}

export function keepSettings(settings: NetworkSettings): void {
  mkdirSync(`${folder}/time`, { recursive: true, mode: 0o755 });
  put("settings.json", JSON.stringify(settings));
  for (const [name, text] of Object.entries(filesOf(settings))) {
    if (text === undefined) rmSync(`${folder}/${name}`, { force: true });
    else put(name, text);
  }
}
