/** `ctictl`: the tree of commands, and the one place where a failure ends the program. */

import { Argument, Command as Program, CommanderError, Option } from "commander";
import { openChannel, type Channel, type ChannelSettings } from "./client.js";
import { Input, type Command, type OptionDeclaration } from "./command.js";
import { accessCommands } from "./commands/access.js";
import { callCommands } from "./commands/calls.js";
import { configurationCommands } from "./commands/configuration.js";
import { cstaCommands } from "./commands/csta.js";
import { deliveryCommands } from "./commands/delivery.js";
import { hotelCommands } from "./commands/hotel.js";
import { linkCommands } from "./commands/links.js";
import { numberCommands } from "./commands/numbers.js";
import { pageCommands } from "./commands/pages.js";
import { privateDataCommands } from "./commands/private-data.js";
import { routeCommands } from "./commands/routes.js";
import { portCommands } from "./commands/ports.js";
import { recordCommands } from "./commands/records.js";
import { reportCommands } from "./commands/reports.js";
import { loginCommand, signInCommands } from "./commands/sign-in.js";
import { systemCommands } from "./commands/system.js";
import { terminalCommands } from "./commands/terminals.js";
import { complete, completionScript, shells } from "./completion.js";
import type { Environment } from "./environment.js";
import { exitCodeMeanings, exitCodes, type ExitCode } from "./exit-codes.js";
import { Failure } from "./failure.js";
import { inLanguage, languageFrom, type Bilingual, type Language } from "./language.js";
import { fetchAuthority, type FetchAuthority } from "./pinning.js";
import { Session, type OutputFormat } from "./session.js";
import { defaultAddress } from "./settings.js";
import { parseDurationMs } from "./wording.js";

export interface ProgramParts {
  readonly environment: Environment;
  readonly version: string;
  /** Connects; tests put their own gateway in its place. */
  readonly open?: (settings: ChannelSettings) => Channel;
  readonly fetchAuthority?: FetchAuthority;
  /** Commands that need more than the API, such as `sim`: from the composition root. */
  readonly extraCommands?: readonly Program[];
}

const groups: Readonly<Record<string, Bilingual>> = {
  link: ["Connections to PBXs", "Liens vers les PBX"],
  port: ["Serial ports of the unit", "Ports série de l'unité"],
  terminal: ["Pass-through to a PBX's maintenance port",
    "Accès au port de maintenance d'un PBX"],
  device: ["Devices of the PBXs", "Postes des PBX"],
  call: ["Calls in progress, events and services", "Appels en cours, événements, services"],
  agent: ["Agents", "Agents"],
  record: ["Call records", "Tickets d'appel"],
  delivery: ["Call records to other systems, and the ledger",
    "Tickets vers d'autres systèmes, et le grand livre"],
  csta: ["Applications that speak CSTA", "Applications qui parlent CSTA"],
  route: ["Routeing devices: where their calls go",
    "Postes d'acheminement : où vont leurs appels"],
  private: ["Private data of PBXs that speak CSTA", "Données privées des PBX qui parlent CSTA"],
  page: ["Pagers: calling them, and what became of pages",
    "Récepteurs de poche : les appeler, et ce qu'il en advient"],
  hotel: ["Rooms and guests of a hotel", "Chambres et clients d'un hôtel"],
  report: ["Acceptance reports: a site handed over, signed",
    "Rapports de réception : un site remis, signé"],
  number: ["Number rules", "Règles de numéros"],
  config: ["Configuration", "Configuration"],
  system: ["The appliance: health, alarms, backup, audit",
    "L'appareil : santé, alarmes, sauvegarde, audit"],
  user: ["Users", "Utilisateurs"],
  token: ["API tokens", "Jetons d'API"],
  certificate: ["Client certificates", "Certificats clients"],
};

/** Every command of the API; a test proves that they call every method. */
export function allCommands(fetch: FetchAuthority = fetchAuthority): readonly Command[] {
  return [loginCommand(fetch), ...signInCommands, ...linkCommands, ...portCommands,
    ...terminalCommands, ...callCommands, ...recordCommands, ...deliveryCommands,
    ...cstaCommands, ...routeCommands, ...privateDataCommands, ...pageCommands,
    ...hotelCommands, ...reportCommands, ...numberCommands,
    ...configurationCommands, ...systemCommands, ...accessCommands];
}

/** Builds the tree. `language` is that of the help; `--lang` decides that of the output. */
export function buildProgram(parts: ProgramParts, language: Language): Program {
  const say = (text: Bilingual): string => inLanguage(text, language);
  const program = new Program("ctictl");
  // Set before any subcommand is made: they inherit it.
  program.exitOverride().configureOutput({
    writeOut: (text) => { void parts.environment.out(text); },
    writeErr: (text) => { parts.environment.err(text); },
    getOutHelpWidth: () => parts.environment.columns ?? 100,
    getErrHelpWidth: () => parts.environment.columns ?? 100,
  });
  program.helpOption("-h, --help", say(["show this help", "montrer cette aide"]))
    .helpCommand("help [command]", say(["show a command's help", "montrer l'aide d'une commande"]))
    .configureHelp({ styleTitle: (title) => say([title, helpTitles[title] ?? title]) });
  program.version(parts.version, "-V, --version", say(["show the version", "montrer la version"]));
  program.description(say(["Management of a Jackfield CTI gateway.",
    "Gestion d'une passerelle CTI Jackfield."]))
    .showSuggestionAfterError().addHelpText("after", exitCodeHelp(say));
  for (const option of globalOptions) program.addOption(optionOf(option, say));
  for (const command of allCommands(parts.fetchAuthority)) addCommand(program, command, parts, say);
  addCompletion(program, parts, say);
  for (const extra of parts.extraCommands ?? []) program.addCommand(extra);
  return program;
}

/** The headings that commander writes by itself. */
const helpTitles: Readonly<Record<string, string>> = {
  "Usage:": "Usage :", "Options:": "Options :", "Commands:": "Commandes :",
  "Arguments:": "Arguments :",
};

const globalOptions: readonly OptionDeclaration[] = [
  { flags: "--address <host:port>", about: [`the gateway, ${defaultAddress} if never signed in `
    + "(CTICTL_ADDRESS)", `la passerelle, ${defaultAddress} sans connexion (CTICTL_ADDRESS)`] },
  { flags: "--token <secret>", about: ["API token (CTICTL_TOKEN)", "jeton d'API (CTICTL_TOKEN)"] },
  { flags: "--ca <file>", about: ["authority to trust, PEM (CTICTL_CA)",
    "autorité à approuver, PEM (CTICTL_CA)"] },
  { flags: "--cert <file>", about: ["client certificate, PEM", "certificat client, PEM"] },
  { flags: "--key <file>", about: ["its key, PEM", "sa clé, PEM"] },
  { flags: "--output <format>", choices: ["table", "json", "yaml"],
    about: ["table for people, json or yaml for programs",
      "table pour lire, json ou yaml pour les programmes"] },
  { flags: "--lang <language>", choices: ["en", "fr"],
    about: ["language; from LANG if absent", "langue ; selon LANG si absente"] },
  { flags: "--timeout <duration>", about: ["wait so long for an answer (30s)",
    "attendre une réponse tant de temps (30s)"] },
];

function exitCodeHelp(say: (text: Bilingual) => string): string {
  return `\n${say(["Exit codes:", "Codes de sortie :"])}\n`
    + exitCodeMeanings.map(([code, meaning]) => `  ${code}  ${say(meaning)}\n`).join("");
}

function optionOf(option: OptionDeclaration, say: (text: Bilingual) => string): Option {
  const made = new Option(option.flags, say(option.about));
  if (option.choices !== undefined) made.choices([...option.choices]);
  if (option.required === true) made.makeOptionMandatory();
  return made;
}

function addCommand(
  program: Program, command: Command, parts: ProgramParts, say: (text: Bilingual) => string,
): void {
  const words = command.words.split(" ");
  const verb = words.at(-1) ?? "";
  let parent = words.length > 1 ? groupOf(program, words[0] ?? "", say) : program;
  for (const word of words.slice(1, -1)) {
    parent = parent.commands.find((each) => each.name() === word) ?? parent;
  }
  const added = parent.command(verb).description(say(command.about))
    .aliases([...command.aliases ?? []]);
  for (const argument of command.args ?? []) added.addArgument(new Argument(argument));
  for (const option of command.options ?? []) added.addOption(optionOf(option, say));
  added.action(async () => {
    const session = sessionOf(program, parts);
    const args = Object.fromEntries(added.registeredArguments.map((argument, index) =>
      [argument.name(), added.args[index]]));
    try {
      await command.run(session, new Input(args, added.opts(), session));
    } finally {
      session.close();
    }
  });
}

function groupOf(program: Program, name: string, say: (text: Bilingual) => string): Program {
  return program.commands.find((command) => command.name() === name)
    ?? program.command(name).description(say(groups[name] ?? [name, name]));
}

function addCompletion(
  program: Program, parts: ProgramParts, say: (text: Bilingual) => string,
): void {
  program.command("completion").addArgument(new Argument("<shell>").choices([...shells]))
    .description(say(["Print the completion script of a shell.",
      "Afficher le script de complétion d'un shell."]))
    .action(async (shell: (typeof shells)[number]) => {
      await parts.environment.out(completionScript(shell));
    });
  program.command("__complete", { hidden: true }).argument("[words...]").allowUnknownOption()
    .action(async (words: readonly string[]) => {
      const session = sessionOf(program, parts, completionMs);
      try {
        const found = await complete(program, words, session);
        await parts.environment.out(found.map((line) => `${line}\n`).join(""));
      } finally {
        session.close();
      }
    });
}

/** A person waits for the Tab key. */
const completionMs = 1_500;
const timeoutMsDefault = 30_000;

function sessionOf(program: Program, parts: ProgramParts, timeoutMs?: number): Session {
  const options: Readonly<Record<string, string | undefined>> = program.opts();
  const text = (name: string): string | undefined => options[name];
  return new Session({
    environment: parts.environment,
    language: languageFrom(text("lang"), parts.environment.variables),
    format: formatOf(text("output")),
    timeoutMs: timeoutMs ?? (text("timeout") === undefined ? timeoutMsDefault
      : parseDurationMs(text("timeout") ?? "")),
    connection: { address: text("address"), token: text("token"), ca: text("ca"),
      cert: text("cert"), key: text("key") },
    open: parts.open ?? openChannel,
  });
}

function formatOf(text: string | undefined): OutputFormat {
  return text === "json" || text === "yaml" ? text : "table";
}

/** Runs one command line (without node and script) and says how the program shall end. */
export async function runProgram(
  parts: ProgramParts, argv: readonly string[],
): Promise<ExitCode> {
  const { environment } = parts;
  const wanted = argv[argv.indexOf("--lang") + 1];
  const language = languageFrom(argv.includes("--lang") ? wanted : undefined,
    environment.variables);
  try {
    await buildProgram(parts, language).parseAsync([...argv], { from: "user" });
    return exitCodes.ok;
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    }
    if (environment.interrupted.aborted) return exitCodes.failed;
    report(error, environment, language);
    return error instanceof Failure ? error.exitCode : exitCodes.failed;
  }
}

function report(error: unknown, environment: Environment, language: Language): void {
  const message = error instanceof Error ? error.message : String(error);
  environment.err(`${inLanguage(["error", "erreur"], language)}: ${message}\n`);
  if (!(error instanceof Failure)) return;
  for (const field of error.fields) environment.err(`  ${field.path}: ${field.message}\n`);
  if (error.advice !== undefined && error.advice !== "") environment.err(`${error.advice}\n`);
}
