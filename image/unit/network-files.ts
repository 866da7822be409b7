/** Where the unit's network settings lie, and what has to hear of a change. */

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readState, type NetworkState } from "../../firmware/update/network-probation.js";
import { readSettings, type NetworkSettings } from "../../firmware/update/network-settings.js";
import { filesOf } from "./networkd-text.js";

const folder = "/var/lib/jackfield-network";
export const networkServices = ["systemd-networkd.service", "jackfield-time.service"];

/** Empty: not there yet. */
function read(name: string): string {
  try {
    return readFileSync(`${folder}/${name}`, "utf8");
  } catch {
    return "";
  }
}

export function settingsNow(): NetworkSettings {
  return readSettings(read("settings.json"));
}

export function stateNow(): NetworkState {
  return readState(read("answer.json"), read("probation.json"));
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

/** The answer last: it is given when the probation is on the disk, or gone from it. */
export function keepState({ probation, ...rest }: NetworkState): void {
  if (probation === undefined) rmSync(`${folder}/probation.json`, { force: true });
  else put("probation.json", JSON.stringify(probation));
  put("answer.json", JSON.stringify(rest));
}

/** Of somebody at the unit itself: in force for good, whatever was on probation. */
export function keepForGood(settings: NetworkSettings): void {
  const { answer } = stateNow();
  keepSettings(settings);
  keepState({ answer });
}
