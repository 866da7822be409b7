#!/usr/bin/env -S MALLOC_ARENA_MAX=2 MALLOC_TRIM_THRESHOLD_=131072 node --max-semi-space-size=2 --v8-pool-size=1 --no-allocation-site-pretenuring --no-incremental-marking-task
/** The gateway's program: arguments, the real world, signals. All else is in gateway.ts. */

import { closeSync, createReadStream, existsSync, openSync, writeSync }
  from "node:fs";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { driverRegistry } from "../drivers/index.js";
import { makeFolder } from "./base/folder.js";
import type { LogLevel, World } from "./base/world.js";
import { messageOf, type Fault } from "./base/result.js";
import { faults } from "./base/faults.js";
import { version } from "./base/version.js";
import { nodeWorld } from "./base/world-node.js";
import { lowerBackgroundThreads } from "./supervisor/background-threads.js";
import { keepHeapBudget } from "./supervisor/heap-budget.js";
import { tellServiceManager } from "./supervisor/service-manager.js";
import { raucAppliance } from "./update/rauc-appliance.js";
import { restore } from "./store/restore.js";
import { firstAdminFile, startGateway, type Gateway } from "./gateway.js";

/** sysexits.h: one code for each kind of thing that a person has to do next. */
const exitUsage = 64;
const exitDamaged = 65;
const exitUnavailable = 69;
const exitDefect = 70;
const exitData = 74;
const exitConfiguration = 78;
const stopMsMax = 10_000;

const help = `jackfield ${version} - CTI gateway

  jackfield [--config FILE] [--data FOLDER]    run the gateway
  jackfield --office [--data FOLDER]           run it with a simulated office
  jackfield restore FILE [--data FOLDER]       make a data folder from a backup

  --config FILE     the configuration; without it the one last applied is used
  --data FOLDER     where everything is kept (default: data/gateway, data/office)
  --log FILE        JSON log; "-" is standard error (default: FOLDER/gateway.log)
  --log-level L     debug, info, warn or error (default: info)
  --web-port N      with --office: port of the page (default: 8443; 0 takes any free one)
  --grpc-port N     with --office: port of the gRPC API (default: 9443; 0 takes any free one)
  --version, --help

Exit codes: 0 stopped on request, 64 usage, 65 damaged data, 69 port in use or given up,
70 defect, 74 data folder, 78 configuration.
Documentation: README.md; command line: ctictl --help
`;

interface Arguments {
  readonly command: "run" | "restore";
  readonly file: string | undefined;
  readonly config: string | undefined;
  readonly data: string;
  readonly office: boolean;
  readonly log: string;
  readonly logLevel: LogLevel;
  readonly webPort: number | undefined;
  readonly grpcPort: number | undefined;
}

let linesLost = 0;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function stop(code: number, text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

function readPort(name: string, text: string | undefined, office: boolean): number | undefined {
  if (text === undefined) return undefined;
  if (!office) {
    stop(exitUsage, `jackfield: ${name} goes with --office; otherwise ports stand in the `
      + "configuration, under web and grpc");
  }
  const port = /^\d{1,5}$/.test(text) ? Number(text) : NaN;
  if (!(port <= 65_535)) stop(exitUsage, `jackfield: ${name} ${text}: give 0 to 65535`);
  return port;
}

function readArguments(): Arguments {
  let parsed;
  try {
    parsed = parseArgs({
      allowPositionals: true,
      options: {
        config: { type: "string" }, data: { type: "string" }, office: { type: "boolean" },
        log: { type: "string" }, "log-level": { type: "string" },
        "web-port": { type: "string" }, "grpc-port": { type: "string" },
        version: { type: "boolean" }, help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    return stop(exitUsage, `jackfield: ${messageOf(error)}\n\n${help}`);
  }
  const { values, positionals } = parsed;
  if (values.help === true) { say(help); process.exit(0); }
  if (values.version === true) { say(version); process.exit(0); }
  const [command, file, ...rest] = positionals;
  if (command !== undefined && (command !== "restore" || file === undefined || rest.length > 0)) {
    stop(exitUsage, `jackfield: unexpected "${positionals.join(" ")}"\n\n${help}`);
  }
  const level = values["log-level"] ?? "info";
  if (!["debug", "info", "warn", "error"].includes(level)) {
    stop(exitUsage, `jackfield: --log-level ${level}: use debug, info, warn or error`);
  }
  const office = values.office === true;
  const data = path.resolve(values.data ?? (office ? "data/office" : "data/gateway"));
  const webPort = readPort("--web-port", values["web-port"], office);
  const grpcPort = readPort("--grpc-port", values["grpc-port"], office);
  return { command: command === undefined ? "run" : "restore", file, config: values.config, data,
    webPort, grpcPort, office, log: values.log ?? path.join(data, "gateway.log"),
    logLevel: level as LogLevel };
}

interface LogFile {
  write(line: string): void;
  close(): void;
}

async function openLog(given: Arguments): Promise<LogFile> {
  if (given.log === "-") {
    return { write: (line) => { process.stderr.write(line); }, close: () => undefined };
  }
  try {
    await makeFolder(path.dirname(given.log));
    const file = openSync(given.log, "a", 0o600);
    return { write: (line) => { writeLine(file, line); }, close: () => { closeSync(file); } };
  } catch (error) {
    return stop(exitData, `jackfield: the log ${given.log} cannot be written: `
      + `${messageOf(error)}\nGive a folder you may write with --data or --log.`);
  }
}

/** A full disk must not stop the gateway: the line is lost, the alarm table tells why. */
function writeLine(file: number, line: string): void {
  try {
    writeSync(file, line);
  } catch {
    linesLost += 1;
    return;
  }
  if (linesLost === 0) return;
  const lost = linesLost;
  linesLost = 0;
  world.log.event("log.lines-lost", { lost }, "warn");
}

function explain(fault: Fault): string {
  const fields = (fault.fields ?? []).map(({ path: where, message }) => `  ${where}: ${message}`);
  return [`jackfield: ${fault.message}`, ...fields, faults[fault.code].advice.en].join("\n");
}

function exitCodeOf({ code }: Fault): number {
  switch (code) {
    case "config-invalid": return exitConfiguration;
    case "store-damaged": return exitDamaged;
    case "store-full":
    case "store-unavailable": return exitData;
    case "internal": return exitDefect;
    default: return exitUnavailable;
  }
}

async function restoreBackup(given: Arguments): Promise<void> {
  const file = given.file ?? "";
  const restored = await restore(path.join(given.data, "store"), createReadStream(file));
  if (!restored.ok) stop(exitCodeOf(restored.fault), explain(restored.fault));
  say(`Restored ${file} into ${given.data}.`);
}

/** Where to look and how to sign in. */
function welcome({ document, webPort, grpcPort, firstAdmin }: Gateway, given: Arguments): string {
  const reach = (address: string): string =>
    ["0.0.0.0", "::"].includes(address) ? hostname() : address;
  const admin = path.join(given.data, firstAdminFile);
  const signIn = firstAdmin === undefined
    ? `Sign in:    with your password${existsSync(admin) ? ` (the first one is in ${admin})` : ""}`
    : `Sign in:    user ${firstAdmin.name}, password ${firstAdmin.password}\n`
      + `            (also in ${admin}; change it on the page, then delete the file)`;
  return `
Jackfield ${version} is running.

Page:       https://${reach(document.web.address)}:${webPort}/
            (the certificate is the unit's own: the browser asks once)
gRPC:       ${reach(document.grpc.address)}:${grpcPort}
${signIn}
Log:        ${given.log}
Stop:       Ctrl-C
`;
}

/** Loaded for the simulated office only. */
const simulated = () => import("../drivers/office.js");

async function run(given: Arguments): Promise<void> {
  const configText = given.config === undefined ? undefined
    : await readFile(given.config, "utf8").catch((error: unknown) =>
      stop(exitConfiguration, `jackfield: ${given.config ?? ""} cannot be read: `
        + `${messageOf(error)}\nGive --config a file that you may read.`));
  const office = given.office ? await (await simulated()).startOffice(world, given.data, {
    ...(given.webPort === undefined ? {} : { webPort: given.webPort }),
    ...(given.grpcPort === undefined ? {} : { grpcPort: given.grpcPort }),
  }) : undefined;
  if (office !== undefined && !office.ok) {
    stop(exitCodeOf(office.fault), explain(office.fault));
  }
  const gateway = await startGateway({
    world, version, drivers: driverRegistry, dataFolder: given.data,
    pageFolder: fileURLToPath(new URL("../ui", import.meta.url)),
    environment: { ...process.env, ...office?.value.environment },
    appliance: raucAppliance(given.data),
    configText: office?.value.configText ?? configText,
    fatal: (reason) => { stop(exitUnavailable, `jackfield: ${reason}`); },
  });
  if (!gateway.ok) {
    await office?.value.stop();
    stop(exitCodeOf(gateway.fault), explain(gateway.fault));
  }
  lowerBackgroundThreads();
  keepHeapBudget(world);
  say(welcome(gateway.value, given));
  const told = await tellServiceManager(process.env, world);
  if (!told.ok) {
    world.log.event("supervisor.manager-not-told", { reason: told.fault.message }, "error");
  }
  let stopping = false;
  const end = (signal: NodeJS.Signals): void => {
    if (stopping) stop(exitUnavailable, "jackfield: stopped at once");
    stopping = true;
    say(`\n${signal}: stopping (once more stops at once)`);
    void gateway.value.stop(stopMsMax).then(() => office?.value.stop()).then(() => {
      say("Stopped.");
      process.exit(0);
    });
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
}

/** Of the whole process; set before anything uses it. */
let world: World;

async function main(): Promise<void> {
  const given = readArguments();
  const log = await openLog(given);
  world = nodeWorld((line) => { log.write(line); }, given.logLevel);
  process.on("uncaughtException", (error) => {
    world.log.event("gateway.defect", { error: error.stack ?? String(error) }, "error");
    stop(exitDefect, `jackfield: a defect stopped the gateway: ${error.message}\n`
      + `Send ${given.log} to support.`);
  });
  if (given.command === "restore") await restoreBackup(given);
  else await run(given);
}

void main();
