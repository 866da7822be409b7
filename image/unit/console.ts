/** The unit's console on the screen and on the first serial port: a menu, never a prompt. */

import { execFile } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";
import { Menu, menuText, networkFile, stateText, type Action, type Unit }
  from "./console-menu.js";

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
    case "dhcp":
    case "static": {
      const text = networkFile(action);
      mkdirSync(networkFolder, { recursive: true, mode: 0o755 });
      if (text === undefined) rmSync(`${networkFolder}/wired.network`, { force: true });
      else writeFileSync(`${networkFolder}/wired.network`, text, { mode: 0o644 });
      systemctl("restart", "systemd-networkd.service");
    }
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
