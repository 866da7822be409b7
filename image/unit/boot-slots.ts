/**
 * What RAUC asks about slots (its "custom" boot loader backend), and, called without a word, what
 * is done when an image has been written: its kernel image goes to the boot partition, with a count
 * of attempts. A slot that is being written has no kernel image, so that half of it never starts.
 */

import { createHash } from "node:crypto";
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, renameSync, rmSync,
  writeFileSync } from "node:fs";
import { compareVersions } from "../../firmware/update/update-rules.js";
import { attempts, entriesOf, imageVersion, isBootable, otherSlot, primarySlot, type Slot }
  from "./boot-entries.js";
import { rollbackIndex } from "./rollback-floor.js";

const folder = "/efi/EFI/Linux";
const part = `${folder}/new.part`;

function runningSlot(): Slot {
  return readFileSync("/run/jackfield/slot", "utf8").trim() === "b" ? "b" : "a";
}

function flush(path: string): void {
  const file = openSync(path, "r");
  fsyncSync(file);
  closeSync(file);
}

function digest(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function remove(slot: Slot): void {
  if (slot === runningSlot()) throw new Error(`slot ${slot} runs`);
  for (const { file } of entriesOf(readdirSync(folder), slot)) rmSync(`${folder}/${file}`);
  flush(folder);
}

/** An older version stands behind what runs, unless what runs has no attempts left. */
function stepBack(running: Slot, version: string): void {
  const runs = /^IMAGE_VERSION="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1];
  if (compareVersions(version, runs ?? "") >= 0) return;
  for (const { file } of entriesOf(readdirSync(folder), running)) {
    renameSync(`${folder}/${file}`, `${folder}/jackfield-${running}+0.efi`);
  }
}

function activate(bundle: string): void {
  const running = runningSlot();
  const image = readFileSync(`${bundle}/uki.efi`);
  const version = imageVersion(image);
  if (version === "") throw new Error("the bundle's kernel image has no version");
  writeFileSync(part, image);
  flush(part);
  if (digest(readFileSync(part)) !== digest(image)) throw new Error(`${part} reads back otherwise`);
  const floor = Number(readFileSync("/run/jackfield/floor", "utf8"));
  const index = rollbackIndex(image.toString("latin1"));
  if (index < floor) throw new Error(`rollback index ${index} is below ${floor}, the unit's`);
  remove(otherSlot(running));
  const entry = `${folder}/jackfield-${otherSlot(running)}+${attempts}.efi`;
  renameSync(part, entry);
  // FAT has size and place of a file beside its name: they follow the name.
  flush(entry);
  stepBack(running, version);
  flush(folder);
}

function slotOf(word: string | undefined): Slot {
  if (word !== "a" && word !== "b") throw new Error(`no slot ${word}`);
  return word;
}

function answer(text: string): void {
  process.stdout.write(`${text}\n`);
}

const [question, slot, state] = process.argv.slice(2);
switch (question) {
  case undefined:
  case "": activate(process.env["RAUC_BUNDLE_MOUNT_POINT"] ?? ""); break;
  case "get-primary": answer(primarySlot(readdirSync(folder), runningSlot())); break;
  case "get-state":
    answer(isBootable(entriesOf(readdirSync(folder), slotOf(slot))) ? "good" : "bad");
    break;
  // Good is what the health gate says of the slot that runs; RAUC only takes away.
  case "set-state": if (state === "bad") remove(slotOf(slot)); break;
  // It becomes so when its kernel image is there.
  case "set-primary": break;
  default: throw new Error(`no question ${question}`);
}
