/** `ctictl terminal`: typing on a PBX's maintenance port, and what was typed before. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { FlowControlSchema, OpenTerminalResponseSchema, ParitySchema,
  ReadTranscriptResponseSchema, ServeTerminalResponseSchema, TerminalEndingSchema,
  TerminalsService, TranscriptDirection, TranscriptDirectionSchema, type ServeTerminalResponse,
  type Terminal, type TranscriptPart }
  from "../../../proto/gen/cti/gateway/v1/terminals_pb.js";
import { ask, type Command, type Input, type OptionDeclaration } from "../command.js";
import { exitCodes } from "../exit-codes.js";
import { Failure, usageFailure } from "../failure.js";
import { Keyboard } from "../keyboard.js";
import type { Session } from "../session.js";
import { bytesText, enumChoices, enumWord, parseDurationMs, timeText } from "../wording.js";

const methods = TerminalsService.method;
const lingerMsDefault = 2_000;

/** A link's id, a device file, or an address of `port list`. */
function lineOf(name: string, input: Input) {
  const isPort = name.startsWith("/") || name.startsWith("usb");
  if (!isPort) {
    for (const flag of ["speed", "bits", "parity", "stop", "flow"]) {
      if (input.has(flag)) throw usageFailure(`--${flag}: a link has its own settings`);
    }
    return { link: name };
  }
  return { port: { address: name, baudRate: Number(input.count("speed")),
    dataBits: Number(input.count("bits")), stopBits: Number(input.count("stop")),
    parity: input.word("parity", ParitySchema),
    flowControl: input.word("flow", FlowControlSchema) } };
}

function endingText(terminal: Terminal, session: Session): string {
  return session.say([`\r\nThe terminal ${terminal.id} has ended: `
    + `${enumWord(TerminalEndingSchema, terminal.ending)}.`, `\r\nLe terminal ${terminal.id} est `
    + `terminé : ${enumWord(TerminalEndingSchema, terminal.ending)}.`]);
}

/** Of every line, and of a port of its own. */
const lineOptions: readonly OptionDeclaration[] = [
  { flags: "--reason <text>", required: true, about: ["why, for the audit log",
    "pourquoi, pour le journal d'audit"] },
  { flags: "--minutes <n>", about: ["until it ends, 120 at most (default: 15)",
    "jusqu'à la fin, 120 au plus (défaut : 15)"] },
  { flags: "--speed <baud>", about: ["of a port (default: 9600)", "d'un port (défaut : 9600)"] },
  { flags: "--bits <n>", about: ["data bits of a port (default: 8)",
    "bits de données d'un port (défaut : 8)"] },
  { flags: "--parity <parity>", choices: enumChoices(ParitySchema),
    about: ["of a port (default: none)", "d'un port (défaut : none)"] },
  { flags: "--stop <n>", about: ["stop bits of a port (default: 1)",
    "bits d'arrêt d'un port (défaut : 1)"] },
  { flags: "--flow <control>", choices: enumChoices(FlowControlSchema),
    about: ["flow control of a port (default: none)",
      "contrôle de flux d'un port (défaut : none)"] },
];

const open: Command = {
  words: "terminal open", args: ["<line>"],
  methods: [methods.openTerminal, methods.typeTerminal, methods.signalTerminal,
    methods.extendTerminal, methods.closeTerminal],
  about: ["Type on a link's line or a serial port; everything is recorded. Ctrl-] for the menu.",
    "Taper sur la ligne d'un lien ou un port série ; tout est enregistré. Ctrl-] : menu."],
  options: [
    ...lineOptions,
    { flags: "--linger <duration>", about: ["listen so long after piped input has ended (2s)",
      "écouter tant après la fin d'une entrée redirigée (2s)"] },
  ],
  run: async (session, input) => {
    const request = { ...lineOf(input.arg("line"), input), reason: input.text("reason"),
      minutes: Number(input.count("minutes")) };
    const linger = input.text("linger");
    let keyboard: Keyboard | undefined;
    let ended: Terminal | undefined;
    try {
      for await (const response of session.stream(methods.openTerminal, request)) {
        const { event } = response;
        if (session.format !== "table") {
          await session.data(OpenTerminalResponseSchema, response, true);
        } else if (event.case === "received") await session.environment.out(event.value);
        else if (event.case === "notice") {
          session.note(`\r\n[${timeText(event.value.endsAt, session.environment)}] `
            + `${event.value.text}\r`);
        } else if (event.case === "waiting") session.note(waitingText(event.value, session));
        if (event.case === "opened") {
          keyboard = new Keyboard(session, event.value.id,
            linger === "" ? lingerMsDefault : parseDurationMs(linger));
          greet(event.value, session);
          keyboard.begin();
        } else if (event.case === "ended") ended = event.value;
      }
    } finally {
      keyboard?.end();
    }
    if (keyboard?.failure !== undefined) throw keyboard.failure;
    if (ended !== undefined && session.format === "table") {
      session.note(endingText(ended, session));
    }
  },
};

function waitingText({ id, endsAt }: Terminal, session: Session): string {
  const until = timeText(endsAt, session.environment);
  return session.say([`terminal ${id} waits until ${until} for a second person: ctictl terminal `
    + `approve ${id}`, `le terminal ${id} attend jusqu'à ${until} une deuxième personne : ctictl `
    + `terminal approve ${id}`]);
}

function greet(terminal: Terminal, session: Session): void {
  if (session.format !== "table") return;
  const until = timeText(terminal.endsAt, session.environment);
  session.note([`${terminal.line}: terminal ${terminal.id} until ${until}; everything is recorded. `
    + "Ctrl-] for the menu.\r", `${terminal.line} : terminal ${terminal.id} jusqu'à ${until} ; `
    + "tout est enregistré. Ctrl-] : menu.\r"]);
}

/** What a PBX wrote cannot steer the terminal of who reads it later. */
function partText({ direction, data, characters }: TranscriptPart): string {
  if (direction === TranscriptDirection.SECRET) return "*".repeat(Math.min(characters, 64));
  return Buffer.from(data).toString("latin1").replace(/[^\x20-\x7e\xa0-\xff]/g, (one) =>
    one === "\r" ? "\\r" : one === "\n" ? "\\n"
      : `\\x${one.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

const serve: Command = {
  words: "terminal serve", args: ["<line>"], methods: [methods.serveTerminal],
  about: ["Offer a line to the PBX vendor's program (RFC 2217) for a while; Ctrl-C ends it.",
    "Offrir une ligne au logiciel du constructeur (RFC 2217) un moment ; Ctrl-C y met fin."],
  options: [
    ...lineOptions,
    { flags: "--listen <port>", about: ["TCP port (default: any free one)",
      "port TCP (défaut : un port libre)"] },
    { flags: "--on <address>", about: ["the unit's address to listen at (default: all)",
      "l'adresse de l'unité où écouter (défaut : toutes)"] },
    { flags: "--certificate <names>", about: ["client certificates that may connect, by TLS: a,b",
      "certificats clients admis, par TLS : a,b"] },
    { flags: "--plain-from <addresses>", about: ["instead: addresses that may connect without TLS "
      + "and certificate; everybody on the way can read and type", "à la place : adresses admises "
      + "sans TLS ni certificat ; quiconque est sur le chemin peut lire et taper"] },
  ],
  run: async (session, input) => {
    const list = (name: string): string[] =>
      input.text(name).split(",").filter((one) => one !== "");
    const request = { ...lineOf(input.arg("line"), input), reason: input.text("reason"),
      minutes: Number(input.count("minutes")), listenPort: Number(input.count("listen")),
      listenAddress: input.text("on"), certificates: list("certificate"),
      plainFrom: list("plain-from") };
    for await (const response of session.stream(methods.serveTerminal, request)) {
      if (session.format === "table") await showServed(response, session);
      else await session.data(ServeTerminalResponseSchema, response, true);
    }
  },
};

async function showServed({ event }: ServeTerminalResponse, session: Session): Promise<void> {
  if (event.case === "listening") {
    const { address, port, endsAt } = event.value;
    await session.text(session.say([`listening on ${address} port ${port} until `,
      `écoute sur ${address} port ${port} jusqu'à `]) + timeText(endsAt, session.environment));
  } else if (event.case === "waiting") await session.text(waitingText(event.value, session));
  else if (event.case === "opened") {
    const { id, actor, source } = event.value;
    await session.text(session.say([`${actor}, ${source}: terminal ${id}`,
      `${actor}, ${source} : terminal ${id}`]));
  } else if (event.case === "ended") await session.text(endingText(event.value, session).trim());
  else if (event.case === "refused") {
    await session.text(session.say(["refused: ", "refusé : "]) + event.value);
  }
}

const show: Command = {
  words: "terminal show", args: ["<id>"], methods: [methods.readTranscript],
  about: ["Show what was typed and received in a terminal.",
    "Montrer ce qui fut tapé et reçu dans un terminal."],
  run: async (session, input) => {
    let damaged = false;
    for await (const response of session.stream(methods.readTranscript,
      { id: input.arg("id") })) {
      if (response.intact === false) damaged = true;
      if (session.format !== "table") {
        await session.data(ReadTranscriptResponseSchema, response, true);
        continue;
      }
      if (response.terminal !== undefined) await showHead(response.terminal, session);
      for (const part of response.parts) {
        const { seconds = 0n } = part.at ?? {};
        await session.text(`${session.environment.localTime(Number(seconds) * 1_000).slice(11)}  ${
          enumWord(TranscriptDirectionSchema, part.direction).padEnd(8)}  ${partText(part)}`);
      }
    }
    if (damaged) {
      throw new Failure(session.say(["the transcript is not as it was written",
        "la transcription n'est plus telle qu'elle fut écrite"]), { exitCode: exitCodes.failed });
    }
  },
};

async function showHead(terminal: Terminal, session: Session): Promise<void> {
  const { environment } = session;
  await session.pairs([
    [["Line", "Ligne"], terminal.line],
    [["Who", "Qui"], `${terminal.actor}, ${terminal.source}`],
    [["Why", "Pourquoi"], terminal.reason],
    [["Approved by", "Accordé par"], terminal.approvedBy],
    [["From", "De"], timeText(terminal.openedAt, environment)],
    [["To", "À"], timeText(terminal.endedAt, environment)],
    [["Ending", "Fin"], enumWord(TerminalEndingSchema, terminal.ending)],
    [["Typed", "Tapé"], bytesText(terminal.typedBytes)],
    [["Received", "Reçu"], bytesText(terminal.receivedBytes)],
    [["Not kept", "Non gardé"], bytesText(terminal.unkeptBytes)]]);
  await session.text("");
}

function lengthText({ openedAt, endedAt }: Terminal): string {
  if (openedAt === undefined || endedAt === undefined) return "";
  const seconds = Math.round((timestampMs(endedAt) - timestampMs(openedAt)) / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export const terminalCommands: readonly Command[] = [
  open,
  ask({ words: "terminal list", method: methods.listTerminals,
    options: [{ flags: "--open", about: ["only those that are open",
      "seulement ceux qui sont ouverts"] }, { flags: "--limit <n>",
      about: ["how many at most (default: 100)", "combien au plus (défaut : 100)"] }],
    request: (input) => ({ openOnly: input.flag("open"), pageSize: Number(input.count("limit")) }),
    about: ["List terminals, open and past, the newest first.",
      "Lister les terminaux, ouverts et passés, le plus récent d'abord."],
    show: ({ terminals }, session) => session.table([[">Id", ">Id"], ["Line", "Ligne"],
      ["Who", "Qui"], ["From", "De"], [">Length", ">Durée"], ["Ending", "Fin"],
      [">Typed", ">Tapé"], [">Received", ">Reçu"], ["Why", "Pourquoi"]],
    terminals.map((terminal) => [terminal.id, terminal.link || terminal.port, terminal.actor,
      timeText(terminal.openedAt, session.environment), lengthText(terminal),
      terminal.waiting ? session.say(["waiting for approval", "attend un accord"])
        : enumWord(TerminalEndingSchema, terminal.ending), bytesText(terminal.typedBytes),
      bytesText(terminal.receivedBytes), terminal.reason])) }),
  serve, show,
  ask({ words: "terminal approve", args: ["<id>"], method: methods.approveTerminal,
    request: (input) => ({ id: input.arg("id") }),
    about: ["Approve a terminal that somebody else has asked for.",
      "Accorder un terminal demandé par quelqu'un d'autre."] }),
  ask({ words: "terminal close", args: ["<id>"], method: methods.closeTerminal,
    request: (input) => ({ id: input.arg("id") }),
    about: ["End a terminal, also somebody else's.",
      "Terminer un terminal, même celui d'un autre."] }),
];
