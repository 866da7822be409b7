#!/usr/bin/env node
/** `ctictl` with the simulators: the second composition root. */

import { simCommand } from "../drivers/sim-command.js";
import { version } from "./base/version.js";
import { nodeWorld } from "./base/world-node.js";
import { nodeEnvironment } from "./cli/environment.js";
import { languageFrom } from "./cli/language.js";
import { runProgram } from "./cli/program.js";

const environment = nodeEnvironment();
const world = nodeWorld((line) => { environment.err(line); }, "warn");

process.exitCode = await runProgram({ environment, version, extraCommands: [simCommand({
  world, language: languageFrom(undefined, environment.variables),
  say: (text) => { void environment.out(`${text}\n`); },
  interrupted: () => new Promise((resolve) => {
    if (environment.interrupted.aborted) resolve();
    else environment.interrupted.addEventListener("abort", () => { resolve(); });
    // Something has to keep the process alive until then, whatever the simulation does.
    const waiting = world.clock.after(2_147_483_647, "sim.wait", () => undefined);
    environment.interrupted.addEventListener("abort", () => { waiting.cancel(); });
  }),
})] }, process.argv.slice(2));
