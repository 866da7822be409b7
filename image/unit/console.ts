/** The unit's console on the screen and on the first serial port: a menu, never a prompt. */

import { execFile } from "node:child_process";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { createInterface } from "node:readline";
import type { ConsoleAnswer, ConsoleFacts, ConsoleWish } from "../../firmware/update/unit-board.js";
import { Menu, menuText, stateText, type Action, type Unit } from "./console-menu.js";
import { keepForGood, networkServices, settingsNow } from "./network-files.js";

const factsFile = "/run/jackfield-gateway/console.json";
const answerFile = "/run/jackfield-gateway/answer.json";
/** Of jackfield-console@.service: `RuntimeDirectory=`. */
const wishFile = "/run/jackfield-console/wish.json";
const lookEveryMs = 3_000;

/** Undefined: not there, as while the gateway starts. */
function json<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch {
    return undefined;
  }
}

function facts(): ConsoleFacts | undefined {
  return json(factsFile);
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
    case "network":
      keepForGood({ ...settingsNow(), ...action.change });
      systemctl("restart", ...networkServices);
      if ("proxy" in action.change) systemctl("try-restart", "jackfield.service");
      break;
    case "ask": ask(action.wish);
  }
}

/** The gateway looks for it, and answers by its mark. */
function ask(name: ConsoleWish["name"]): void {
  const { language } = menu;
  asked = { mark: `${process.pid}-${process.hrtime.bigint()}`, name, language };
  writeFileSync(`${wishFile}.part`, JSON.stringify(asked), { mode: 0o644 });
  renameSync(`${wishFile}.part`, wishFile);
}

function answer(): string | undefined {
  const read = json<ConsoleAnswer>(answerFile);
  return asked !== undefined && read?.mark === asked.mark ? read.text : undefined;
}

let asked: ConsoleWish | undefined;
const menu = new Menu(facts()?.language ?? "en");
let shown = "";

function show(): void {
  shown = stateText(state(), menu.language);
  process.stdout.write(`\n${shown}\n\n${menuText(menu.language)}`);
}

function look(): void {
  const text = answer();
  if (text !== undefined) {
    asked = undefined;
    process.stdout.write(`\n${text}\n\n${menuText(menu.language)}`);
  }
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
