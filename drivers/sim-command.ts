/** `ctictl sim`: a simulated PBX of each driver, for those who build on the gateway. */

import { readFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { messageOf, type Fault as Failure, type Result } from "../firmware/base/result.js";
import type { World } from "../firmware/base/world.js";
import { simulateCsta } from "./csta-simulation.js";
import { framedKinds, simulateFramed, type FramedKind } from "./framed-simulation.js";
import { simulateFrontDesk, simulateHotelPbx } from "./hotel-simulation.js";
import { playScript, readFault, readScript, type Fault, type ScriptStep } from "./script.js";
import { simulateCallerId, simulateEspa, simulateTap, type CallerIdSimulationPlan,
  type EspaSimulationPlan } from "./paging-simulation.js";
import type { Place, Where } from "./simulated-line.js";
import { simulateAmi, simulateSmdr, type Simulation } from "./simulation.js";

export interface SimSurroundings {
  readonly world: World;
  readonly language: "en" | "fr";
  say(text: string): void;
  /** Resolves on Ctrl-C. */
  interrupted(): Promise<void>;
}

interface SimOptions {
  readonly listen?: Place;
  readonly connect?: Place;
  readonly serial?: string;
  readonly seed: number;
  readonly rate: number;
  readonly script?: string;
  readonly fault: readonly { readonly atMs: number; readonly fault: Fault }[];
  readonly user: string;
  readonly secret: string;
  readonly format: "panasonic-kx" | "avaya-ip-office";
  readonly framing: FramedKind | "lines";
  readonly role: EspaSimulationPlan["role"];
  readonly box: CallerIdSimulationPlan["box"];
  readonly pbx?: string;
}

type Starter = (plan: { readonly world: World; readonly seed: number; readonly line: Where },
  options: SimOptions) => Promise<Result<Simulation>>;

/** Each driver's far end on a line; those of AMI and CSTA listen on TCP only. */
const onLines: Readonly<Record<string, Starter>> = {
  "caller-id": (plan, { box }) => simulateCallerId({ ...plan, box }),
  "espa": (plan, { role }) => simulateEspa({ ...plan, role }),
  "fias": simulateFrontDesk,
  "mitel-pms": simulateHotelPbx,
  "smdr": (plan, { format, framing }) => framing === "lines" ? simulateSmdr({ ...plan, format })
    : simulateFramed({ ...plan, framing }),
  "tap": simulateTap,
};
const cstaDrivers = ["csta12", "csta3", "csta-xml"];
const simulated = ["asterisk-ami", ...cstaDrivers, ...Object.keys(onLines)].sort();

const examples = `
Examples:
  ctictl sim asterisk-ami --listen 127.0.0.1:5038 --rate 20
  ctictl sim smdr --serial /tmp/pbx --format panasonic-kx --seed 7
  ctictl sim asterisk-ami --listen 127.0.0.1:5038 --fault restart@60 --fault garbage:500@90
  ctictl sim smdr --listen 127.0.0.1:2300 --script calls.yaml
  ctictl sim fias --listen 127.0.0.1:5010 --rate 6
  ctictl sim mitel-pms --serial /tmp/hotel-pbx
  ctictl sim smdr --framing avaya-rsp --connect 127.0.0.1:9000
  ctictl sim smdr --framing nec-polled --serial /tmp/nec
  ctictl sim espa --role panel --serial /tmp/nurse-call --rate 4
  ctictl sim tap --listen 127.0.0.1:1300
  ctictl sim csta3 --pbx panasonic --listen 127.0.0.1:33333 --rate 20
  ctictl sim csta-xml --listen 127.0.0.1:4721

A script is a list of steps, each a call or a fault:
  - atMs: 1000
    call: { from: "0123456789", to: "1001", trunk: trunk-a, ringMs: 3000, talkMs: 20000 }
  - { atMs: 9000, fault: { kind: drop } }
Faults: drop, restart, hang:MS, delay:MS, garbage:BYTES, long-line:BYTES, miss:COUNT (a call's end
is not told, an answer lost), truncate, clock:MS (call records). The same seed makes the same
calls. On a paging line a call is a page: to the pager "to", with the text "name".
`;

function place(text: string): Place {
  const [, address, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (address === undefined || Number(port) > 65_535) {
    throw new InvalidArgumentError("must be ADDRESS:PORT, such as 127.0.0.1:5038");
  }
  return { address, port: Number(port) };
}

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError("must be a whole number");
  return Number(text);
}

function timedFault(text: string, before: SimOptions["fault"]): SimOptions["fault"] {
  const [, what = "", seconds] = /^([a-z-]+(?::\d+)?)@(\d{1,6})$/.exec(text) ?? [];
  const fault = readFault(what);
  if (seconds === undefined || !fault.ok) {
    throw new InvalidArgumentError("must be FAULT@SECONDS, such as drop@30 or garbage:500@60");
  }
  return [...before, { atMs: Number(seconds) * 1_000, fault: fault.value }];
}

export function simCommand(surroundings: SimSurroundings): Command {
  const french = surroundings.language === "fr";
  const about = (en: string, fr: string): string => french ? fr : en;
  const faults: SimOptions["fault"] = [];
  return new Command("sim")
    .description(about("Run a simulated PBX until Ctrl-C.", "Simuler un PBX jusqu'à Ctrl-C."))
    .argument("<driver>", simulated.join(", "))
    .addOption(new Option("--listen <address:port>",
      about("listen on TCP", "écouter en TCP")).argParser(place))
    .addOption(new Option("--connect <address:port>", about("connect to a gateway that listens",
      "se connecter à une passerelle qui écoute")).argParser(place))
    .option("--serial <file>", about("a serial line at this path",
      "une ligne série à cet endroit"))
    .addOption(new Option("--seed <n>", about("the same seed makes the same calls",
      "la même graine fait les mêmes appels")).argParser(whole).default(1))
    .addOption(new Option("--rate <n>", about("random calls a minute, 0: none",
      "appels aléatoires par minute, 0 : aucun")).argParser(whole).default(10))
    .option("--script <file>", about("calls and faults to play", "appels et pannes à jouer"))
    .addOption(new Option("--fault <fault@seconds>", about("a fault at a time; may be repeated",
      "une panne à un moment ; répétable")).argParser(timedFault).default(faults))
    .option("--user <name>", about("the user that may sign in",
      "l'utilisateur admis"), "jackfield")
    .option("--secret <text>", about("its secret", "son secret"), "simulated")
    .addOption(new Option("--format <name>", about("record format (smdr)", "format (smdr)"))
      .choices(["panasonic-kx", "avaya-ip-office"]).default("panasonic-kx"))
    .addOption(new Option("--framing <name>", about("what its records are wrapped in (smdr)",
      "ce qui enveloppe ses tickets (smdr)")).choices(["lines", ...framedKinds]).default("lines"))
    .addOption(new Option("--role <name>", about("what stands there (espa)", "ce qu'il est (espa)"))
      .choices(["panel", "paging-system"]).default("panel"))
    .addOption(new Option("--box <name>", about("what stands there (caller-id)",
      "ce qu'il est (caller-id)")).choices(["modem", "whozz", "mdmf"]).default("modem"))
    .option("--pbx <name>", about("what stands there (csta), as the driver's option",
      "ce qu'il est (csta), comme l'option du pilote"))
    .addHelpText("after", examples)
    .action(async (driver: string, options: SimOptions, command: Command) => {
      const steps = await stepsOf(options);
      if (!steps.ok) command.error(`ctictl: ${explain(steps.fault)}`, { exitCode: 8 });
      const started = await start(driver, options, surroundings.world);
      if (!started.ok) command.error(`ctictl: ${explain(started.fault)}`, { exitCode: 7 });
      await run(started.value, steps.value, options.rate, surroundings);
    });
}

function explain({ message, fields = [] }: Failure): string {
  return [message, ...fields.map((field) => `  ${field.path}: ${field.message}`)].join("\n");
}

async function stepsOf(options: SimOptions): Promise<Result<readonly ScriptStep[]>> {
  const given = options.fault.map(({ atMs, fault }) => ({ atMs, fault }));
  if (options.script === undefined) return { ok: true, value: given };
  const text = await readFile(options.script, "utf8").catch(messageOf);
  const script = readScript(text);
  return script.ok ? { ok: true, value: [...script.value, ...given] } : script;
}

function start(driver: string, options: SimOptions, world: World): Promise<Result<Simulation>> {
  const refuse = (message: string): Promise<Result<Simulation>> =>
    Promise.resolve({ ok: false, fault: { code: "argument-invalid", message } });
  if (driver === "asterisk-ami") {
    return simulateAmi({ world, seed: options.seed, user: options.user, secret: options.secret,
      ...(options.listen ?? { address: "127.0.0.1", port: 5038 }) });
  }
  if (cstaDrivers.includes(driver)) {
    const { seed, user, secret, pbx } = options;
    return simulateCsta({ world, seed, driver, user, secret,
      ...(pbx === undefined ? {} : { pbx }),
      ...(options.listen ?? { address: "127.0.0.1", port: 33_333 }) });
  }
  const starter = onLines[driver];
  if (starter === undefined) {
    return refuse(`no simulated PBX speaks ${driver}: ${simulated.join(", ")}`);
  }
  const { serial, connect, listen, seed } = options;
  const line = serial !== undefined ? { file: serial }
    : connect !== undefined ? { connect } : listen;
  return line === undefined
    ? refuse("give --listen ADDRESS:PORT, --connect ADDRESS:PORT or --serial FILE")
    : starter({ world, seed, line }, options);
}

async function run(
  simulation: Simulation, steps: readonly ScriptStep[], rate: number,
  { world, say, interrupted }: SimSurroundings,
): Promise<void> {
  say(simulation.description);
  const stopScript = playScript(world, simulation, steps);
  simulation.traffic(rate);
  await interrupted();
  stopScript();
  await simulation.stop();
}
