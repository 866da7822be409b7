/** The unit's console on the screen and on the first serial port: a menu, never a prompt. */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";
import { Menu, menuText, stateText, type Action, type Unit } from "./console-menu.js";
import { filesOf, readSettings, type NetworkSettings } from "./network-settings.js";

const factsFile = "/run/jackfield-gateway/console.json";
const networkFolder = "/var/lib/jackfield-network";
const lookEveryMs = 3_000;

function facts(): ConsoleFacts | undefined {
  try {
    return JSON.parse(readFileSync(factsFile, "utf8")) as ConsoleFacts;
  } catch {
    // Not there while the gateway starts.
    return undefined;
  }
}

function recoveryKey(): string {
  try {
    return readFileSync("/var/lib/jackfield-recovery/key", "utf8");
  } catch {
    // The data is not sealed.
    return "";
  }
}

function state(): Unit {
  const release = readFileSync("/etc/os-release", "utf8");
  return { facts: facts(), recoveryKey: recoveryKey(),
    version: /^IMAGE_VERSION="?([^"\n]+)/m.exec(release)?.[1] ?? "",
    slot: readFileSync("/run/jackfield/slot", "utf8").trim(),
    addresses: Object.values(networkInterfaces()).flatMap((each) => each ?? [])
      .filter(({ internal, address }) => !internal && !address.startsWith("fe80:"))
      .map(({ address }) => address) };
}

function systemctl(...words: readonly string[]): void {
  execFile("/usr/bin/systemctl", ["--no-block", ...words], (error) => {
    if (error !== null) process.stdout.write(`${error.message}\n`);
  });
}

function act(action: Action): void {
  switch (action.name) {
    case "show": break;
    case "restart": systemctl("reboot"); break;
    case "power-off": systemctl("poweroff"); break;
    case "factory-reset":
      writeFileSync("/efi/factory-reset", "");
      systemctl("reboot");
      break;
    case "network": setNetwork(action.change);
  }
}

/** Written in whole before anything reads it: a cut leaves the old file or the new one. */
function put(name: string, text: string): void {
  writeFileSync(`${networkFolder}/${name}.part`, text, { mode: 0o644, flush: true });
  renameSync(`${networkFolder}/${name}.part`, `${networkFolder}/${name}`);
}

function setNetwork(change: Partial<NetworkSettings>): void {
  const settings = { ...settingsNow(), ...change };
  mkdirSync(`${networkFolder}/time`, { recursive: true, mode: 0o755 });
  put("settings.json", JSON.stringify(settings));
  for (const [name, text] of Object.entries(filesOf(settings))) {
    if (text === undefined) rmSync(`${networkFolder}/${name}`, { force: true });
    else put(name, text);
  }
  systemctl("restart", "systemd-networkd.service", "jackfield-time.service");
}

function settingsNow(): NetworkSettings {
  try {
    return readSettings(readFileSync(`${networkFolder}/settings.json`, "utf8"));
  } catch {
    // Nothing was set yet.
    return readSettings("");
  }
}

const menu = new Menu(facts()?.language ?? "en");
let shown = "";

function show(): void {
  shown = stateText(state(), menu.language);
  process.stdout.write(`\n${shown}\n\n${menuText(menu.language)}`);
}

function look(): void {
  if (menu.idle && stateText(state(), menu.language) !== shown) show();
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const { text, action } = menu.take(line);
  process.stdout.write(text);
  if (action === undefined) return;
  act(action);
  if (action.name === "show") show();
});
// The terminal was hung up: systemd starts us again on a new one.
lines.on("close", () => { process.exit(0); });
show();
setInterval(look, lookEveryMs);
