/** `ctictl port list` and `ctictl link doctor`. */

import { DiagnosePortResponseSchema, FindingSchema, PortKind, PortKindSchema, PortsService,
  type Candidate, type ModemLines, type Port, type Verdict }
  from "../../../proto/gen/cti/gateway/v1/ports_pb.js";
import { ask, type Command } from "../command.js";
import { usageFailure } from "../failure.js";
import type { Session } from "../session.js";
import { bytesText, enumWord, modemLinesText } from "../wording.js";

const methods = PortsService.method;

const portTitles = [["Port", "Port"], ["Kind", "Type"], ["Adapter", "Adaptateur"],
  ["Address (any socket)", "Adresse (toute prise)"],
  ["Socket (any adapter)", "Prise (tout adaptateur)"], ["Link", "Lien"]] as const;

/** No serial ports: the doctor cannot listen there. */
const claimed = new Set([PortKind.HID, PortKind.VENDOR]);

/** The port named, else the only one that no link uses. */
async function chosen(session: Session, named: string): Promise<string> {
  if (named !== "") return named;
  const { ports } = await session.unary(methods.listPorts, {});
  const free = ports.filter(({ link, kind }) => link === "" && !claimed.has(kind));
  const [only] = free;
  if (only !== undefined && free.length === 1) return addressOf(only);
  const list = free.map(addressOf).join(", ");
  throw usageFailure(session.say(free.length === 0
    ? ["no serial port is free: plug the adapter in, or disable the link that uses it "
      + "(ctictl port list)", "aucun port série n'est libre : branchez l'adaptateur, ou désactivez "
      + "le lien qui l'occupe (ctictl port list)"]
    : [`several ports are free, name one: ${list}`,
      `plusieurs ports sont libres, nommez-en un : ${list}`]));
}

function addressOf(port: Port): string {
  return port.serialNumber === "" ? port.path : port.adapterAddress;
}

export function linesText(lines: ModemLines | undefined, session: Session): string {
  if (lines === undefined) {
    return session.say(["this port cannot tell", "ce port ne sait pas le dire"]);
  }
  return modemLinesText(lines, session);
}

async function showCandidates(candidates: readonly Candidate[], session: Session): Promise<void> {
  await session.text("\n");
  await session.table([["Format", "Format"], [">Score", ">Note"], [">Records", ">Tickets"]],
    candidates.map(({ title, score, records }) =>
      [title, `${Math.round(score * 100)} %`, String(records)]));
  for (const { text, fields } of candidates[0]?.samples.slice(-2) ?? []) {
    await session.text(`\n${text}\n  ${Object.entries(fields)
      .map(([name, value]) => `${name}=${value.replaceAll("\n", "|")}`).join("  ")}`);
  }
}

async function showVerdict(verdict: Verdict, session: Session): Promise<void> {
  await session.text(`\n${verdict.headline}\n`);
  await session.pairs([
    [["Finding", "Constat"], enumWord(FindingSchema, verdict.finding)],
    [["Settings", "Réglages"], verdict.settings],
    [["Modem lines", "Signaux modem"], linesText(verdict.lines, session)],
    [["Received", "Reçu"], bytesText(verdict.bytesSeen)]]);
  if (verdict.damage !== "") await session.text(`\n${verdict.damage}`);
  if (verdict.candidates.length > 0) await showCandidates(verdict.candidates, session);
  else if (verdict.received.length > 0) {
    const shown = Buffer.from(verdict.received.slice(-600)).toString("latin1");
    await session.text(`\n${shown.replace(/[^\x20-\x7e\r\n]/g, ".").replace(/[\r\n]+/g, "\n")}`);
  }
  for (const [index, advice] of verdict.advice.entries()) {
    await session.text(`${index === 0 ? "\n" : ""}${index + 1}. ${advice}`);
  }
  for (const { title, picture } of verdict.wirings) {
    await session.text(`\n${title}\n${picture}`);
  }
  if (verdict.profileYaml !== "") await session.text(`\n${verdict.profileYaml}`);
}

/**
 * An interruption asks for the verdict, which ends the stream; the signal breaks it off where the
 * gateway does not answer. A second Ctrl-C ends this program, as always.
 */
function stopping(session: Session, port: string): AbortSignal {
  const broken = new AbortController();
  session.environment.interrupted.addEventListener("abort", () => {
    session.unary(methods.stopDiagnosis, { port }, broken.signal)
      .catch(() => { broken.abort(); });
  }, { once: true });
  return broken.signal;
}

const doctor: Command = {
  words: "link doctor", args: ["[port]"],
  methods: [methods.diagnosePort, methods.listPorts, methods.stopDiagnosis],
  about: ["Listen on a serial port and say what speaks there; sends nothing. Ctrl-C ends it with "
    + "what was heard so far.",
  "Écouter un port série et dire ce qui y parle ; n'envoie rien. Ctrl-C conclut avec ce qui a été "
    + "entendu."],
  options: [{ flags: "--seconds <n>", about: ["how long at most (default: 180)",
    "combien de temps au plus (défaut : 180)"] }],
  run: async (session, input) => {
    const port = await chosen(session, input.arg("port"));
    if (session.format === "table") session.note(port);
    const request = { port, secondsMax: Number(input.count("seconds")) };
    for await (const response of session.stream(methods.diagnosePort, request,
      stopping(session, port))) {
      const { step } = response;
      if (session.format !== "table") {
        await session.data(DiagnosePortResponseSchema, response, true);
      } else if (step.case === "progress") {
        session.note(`${String(step.value.bytesSeen).padStart(6)}  ${step.value.text}`);
      } else if (step.case === "verdict") {
        await showVerdict(step.value, session);
      }
    }
  },
};

export const portCommands: readonly Command[] = [
  ask({ words: "port list", method: methods.listPorts, request: () => ({}),
    about: ["List the serial ports and USB devices of the unit.",
      "Lister les ports série et les périphériques USB de l'unité."],
    show: (response, session) => session.table(portTitles, response.ports.map((port) =>
      [port.path, enumWord(PortKindSchema, port.kind), port.adapter, port.adapterAddress,
        port.socketAddress, port.link])) }),
  doctor,
];
