/**
 * What the gateway wishes of the network, carried out: settings in force on probation, confirmed,
 * or taken back. With the word `back`, by a timer or at the unit's start: those of before again.
 */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { applied, fulfilWish, readWish, takeBack, type NetworkWish }
  from "../../firmware/update/network-probation.js";
import { keepSettings, keepState, networkServices, settingsNow, stateNow }
  from "./network-files.js";

/** Of jackfield.service. */
const wishFile = "/run/jackfield-gateway/network.json";
const timer = "jackfield-network-back.timer";
/** So that the answer to whoever asked still goes out by the old settings. */
const applyAfterMs = 2_000;

function systemctl(...words: readonly string[]): void {
  execFileSync("/usr/bin/systemctl", words, { stdio: ["ignore", "inherit", "inherit"] });
}

function say(text: string): void {
  process.stdout.write(`network: ${text}\n`);
}

function tellGateway(proxyBefore: string): void {
  if (settingsNow().proxy === proxyBefore) return;
  systemctl("--no-block", "try-restart", "jackfield.service");
}

async function fulfil(wish: NetworkWish): Promise<boolean> {
  const { proxy } = settingsNow();
  const step = fulfilWish(stateNow(), wish, settingsNow(), Date.now());
  if (step === undefined) return false;
  const { state, settings } = step;
  // Before anything is changed: without it a wrong address would stay.
  if (settings !== undefined || state.probation === undefined) {
    systemctl(state.probation === undefined ? "stop" : "restart", timer);
  }
  if (state.probation !== undefined) keepState(state);
  if (settings !== undefined) keepSettings(settings);
  if (state.probation === undefined) keepState(state);
  say(state.answer?.outcome ?? "");
  if (settings === undefined) return true;
  await sleep(applyAfterMs);
  systemctl("try-restart", ...networkServices);
  keepState(applied(state));
  tellGateway(proxy);
  return true;
}

function goBack(): void {
  const { proxy } = settingsNow();
  const step = takeBack(stateNow(), Date.now());
  if (step?.settings === undefined) return;
  keepSettings(step.settings);
  keepState(step.state);
  say("the settings of before are in force again: nobody has confirmed the others");
  // At the unit's start they do not run yet, and are left to start by themselves.
  systemctl("--no-block", "try-restart", ...networkServices);
  tellGateway(proxy);
}

function newest(): NetworkWish | undefined {
  return readWish(readFileSync(wishFile, "utf8"));
}

/** One that came while another was carried out starts nothing: it is looked for. */
async function fulfilAll(): Promise<void> {
  for (let wish = newest(); wish !== undefined && await fulfil(wish); wish = newest());
}

if (process.argv[2] === "back") goBack();
else void fulfilAll();
