/** `ctictl system ...`. */

import { networkCommands } from "./network.js";
import { updateCommands } from "./update.js";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { AlarmSchema, AuditEntrySchema, CaptureFramesResponseSchema, ScrubResponseSchema,
  SeveritySchema, SystemService, type Alarm, type CaptureFramesResponse, type GetHealthResponse,
  type ScrubResponse } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { verifyAuditLines } from "../audit-verifier.js";
import { ask, askPages, follow, type Command, type OptionDeclaration } from "../command.js";
import { readDocument } from "../document.js";
import { download, Progress } from "../download.js";
import { exitCodes } from "../exit-codes.js";
import { Failure } from "../failure.js";
import type { Session } from "../session.js";
import { watching } from "../watch.js";
import { bytesText, enumWord, timeText } from "../wording.js";

const methods = SystemService.method;

function percent(part: bigint, whole: bigint): string {
  return whole === 0n ? "" : ` (${Math.round(Number(part) / Number(whole) * 100)} %)`;
}

async function showHealth(response: GetHealthResponse, session: Session): Promise<void> {
  await session.table([["Component", "Élément"], ["Status", "État"], [">Restarts", ">Relances"],
    ["Reason", "Raison"]], response.components.map((row) =>
    [row.component, row.status, String(row.restarts), row.reason]));
  const host = response.host;
  await session.text("\n");
  await session.pairs([
    [["CPU", "Processeur"], host === undefined ? "" : `${Math.round(host.cpuLoad * 100)} %`],
    [["Memory", "Mémoire"], host === undefined ? "" : `${bytesText(host.memoryUsedBytes)} / `
      + bytesText(host.memoryTotalBytes) + percent(host.memoryUsedBytes, host.memoryTotalBytes)],
    [["Gateway's memory", "Mémoire de la passerelle"],
      host === undefined ? "" : bytesText(host.residentBytes)],
    [["Disk free", "Disque libre"], host === undefined ? "" : bytesText(host.diskFreeBytes)
      + percent(host.diskFreeBytes, host.diskTotalBytes)],
    [["Temperature", "Température"], host?.temperatureCelsius === undefined ? ""
      : `${host.temperatureCelsius} °C`],
    [["Store", "Stockage"], bytesText(response.storeBytes)],
    [["Journal position", "Position du journal"], String(response.journalPosition)],
    [["Last event", "Dernier événement"], String(response.eventNumber)],
    [["Watchers", "Abonnés"], String(response.watchers)],
  ]);
}

function alarmRow(alarm: Alarm, session: Session): readonly string[] {
  const cleared = timeText(alarm.clearedAt, session.environment);
  return [enumWord(SeveritySchema, alarm.severity), timeText(alarm.raisedAt, session.environment),
    cleared, alarm.id, String(alarm.count), alarm.acknowledgedBy, alarm.text, alarm.advice];
}

const alarms: Command = {
  words: "system alarms", methods: [methods.listAlarms, methods.watchAlarms],
  about: ["List the alarms.", "Lister les alarmes."],
  options: [
    { flags: "--all", about: ["also recent ones that have gone", "aussi les récentes disparues"] },
    { flags: "--watch", about: ["then every change", "puis chaque changement"] }],
  async run(session, input) {
    if (input.flag("watch")) {
      await watching(session, () => session.stream(methods.watchAlarms, {}), async ({ alarm }) => {
        if (alarm === undefined) return "more";
        if (session.format !== "table") await session.data(AlarmSchema, alarm, true);
        else await session.text(alarmRow(alarm, session).filter((cell) => cell !== "").join("  "));
        return "more";
      });
      return;
    }
    const response = await session.unary(methods.listAlarms, { includeCleared: input.flag("all") });
    if (session.format !== "table") {
      for (const alarm of response.alarms) await session.data(AlarmSchema, alarm, true);
      return;
    }
    await session.table([["Severity", "Gravité"], ["Since", "Depuis"], ["Cleared", "Disparue"],
      ["Alarm", "Alarme"], [">Count", ">Nombre"], ["Seen by", "Vue par"], ["Text", "Texte"],
      ["Advice", "Conseil"]], response.alarms.map((alarm) => alarmRow(alarm, session)));
  },
};

const bytesALine = 16;

/** Offset, hexadecimal and printable characters, as `hexdump -C` shows them. */
export function hexLines(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let offset = 0; offset < bytes.length; offset += bytesALine) {
    const part = bytes.subarray(offset, offset + bytesALine);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
    const text = [...part].map((byte) =>
      (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
    const place = offset.toString(16).padStart(6, "0");
    lines.push(`  ${place}  ${hex.padEnd(bytesALine * 3 - 1)}  ${text}\n`);
  }
  return lines.join("");
}

async function showFrame(frame: CaptureFramesResponse, session: Session): Promise<void> {
  if (session.format !== "table") {
    await session.data(CaptureFramesResponseSchema, frame, true);
    return;
  }
  const milliseconds = frame.at === undefined ? "" : String(timestampMs(frame.at) % 1_000);
  await session.text(`${timeText(frame.at, session.environment)}.${milliseconds.padStart(3, "0")} `
    + `${frame.direction} ${frame.data.length}\n${hexLines(frame.data)}`);
}

async function showScrub(
  messages: AsyncIterable<ScrubResponse>, session: Session,
): Promise<void> {
  const progress = new Progress(session);
  let report: ScrubResponse | undefined;
  for await (const message of messages) {
    report = message;
    progress.show(session.say([`${message.valuesChecked} values checked`,
      `${message.valuesChecked} valeurs vérifiées`]));
  }
  progress.end();
  if (report?.finished !== true) {
    throw new Failure(session.say(["the check did not end", "la vérification n'a pas abouti"]),
      { exitCode: exitCodes.failed });
  }
  if (session.format !== "table") await session.data(ScrubResponseSchema, report);
  else {
    if (report.damages.length > 0) {
      await session.table([["Keyspace", "Espace"], ["Key", "Clé"], ["Problem", "Problème"]],
        report.damages.map((damage) => [damage.space, damage.keyHex, damage.problem]));
    }
    await session.text(session.say([
      `${report.valuesChecked} values and ${report.entriesChecked} journal entries checked, `
      + `${report.damages.length} damaged.`,
      `${report.valuesChecked} valeurs et ${report.entriesChecked} entrées du journal vérifiées, `
      + `${report.damages.length} abîmées.`]));
  }
  if (report.damages.length > 0) {
    throw new Failure(session.say(["the store is damaged", "le stockage est abîmé"]),
      { exitCode: exitCodes.failed });
  }
}

const verifyAudit: Command = {
  words: "system verify-audit", args: ["<file>"], methods: [],
  about: ["Verify an exported audit log; needs no gateway.",
    "Vérifier un journal d'audit exporté ; sans passerelle."],
  async run(session, input) {
    const text = await readDocument(session, input.arg("file"));
    const lines = text.split("\n");
    if (lines.at(-1) === "") lines.pop();
    const verdict = verifyAuditLines(lines);
    const { entries, first, last, head, problems } = verdict;
    if (session.format !== "table") {
      await session.plain({ entries, first: first ?? null, last: last ?? null, head,
        problems: problems.map((problem) => ({ ...problem })) });
    } else {
      for (const { line, message } of problems) await session.text(`${line}: ${message}`);
      await session.text(session.say([
        `${entries} entries (${first ?? "-"} to ${last ?? "-"}), head ${head}`,
        `${entries} entrées (${first ?? "-"} à ${last ?? "-"}), empreinte ${head}`]));
    }
    if (problems.length > 0) {
      const count = problems.length;
      throw new Failure(session.say([`the log is not as it was written: ${count} problems`,
        `le journal n'est pas tel qu'il fut écrit : ${count} problèmes`]),
      { exitCode: exitCodes.failed });
    }
  },
};

const file: OptionDeclaration = { flags: "--file <path>",
  about: ["write to this file", "écrire dans ce fichier"] };

export const systemCommands: readonly Command[] = [
  ask({ words: "system version", method: methods.getVersion, request: () => ({}),
    about: ["Show what runs, since when.", "Montrer ce qui tourne, et depuis quand."],
    show: (response, session) => session.pairs([
      [["Unit", "Unité"], response.unit], [["Version", "Version"], response.version],
      [["Runtime", "Moteur"], response.runtime],
      [["Started", "Démarrée"], timeText(response.startedAt, session.environment)]]) }),
  ask({ words: "system health", method: methods.getHealth, request: () => ({}),
    about: ["Show the health of every component and of the machine.",
      "Montrer la santé de chaque élément et de la machine."], show: showHealth }),
  alarms,
  ask({ words: "system ack", args: ["<alarm>"], method: methods.acknowledgeAlarm,
    about: ["Mark an alarm as seen.", "Marquer une alarme comme vue."],
    request: (input) => ({ id: input.arg("alarm") }) }),
  follow({ words: "system capture", args: ["<link>"], method: methods.captureFrames,
    options: [{ flags: "--follow", about: ["go on with live frames", "continuer en direct"] }],
    about: ["Show the newest frames of a link, with telephone numbers; audited.",
      "Montrer les dernières trames d'un lien, numéros compris ; audité."],
    request: (input) => ({ link: input.arg("link"), follow: input.flag("follow") }),
    async show(frames, session) {
      for await (const frame of frames) await showFrame(frame, session);
    } }),
  follow({ words: "system backup", method: methods.backup, options: [file], request: () => ({}),
    about: ["Save a consistent copy of the store.", "Sauver une copie cohérente du stockage."],
    show: (chunks, session, input) => download(session, input.text("file"), chunks) }),
  follow({ words: "system support", method: methods.supportBundle, options: [file],
    request: () => ({}),
    about: ["Save what support needs to see: health, links, configuration, log; no secrets.",
      "Sauver ce que le support doit voir : état, liens, configuration, journal ; sans secret."],
    show: (chunks, session, input) => download(session, input.text("file"), chunks) }),
  follow({ words: "system scrub", method: methods.scrub, request: () => ({}),
    about: ["Read and check every stored value.", "Relire et vérifier chaque valeur stockée."],
    show: showScrub }),
  askPages({ words: "system audit", method: methods.listAudit, item: AuditEntrySchema,
    limitDefault: 100, pageMax: 1_000,
    options: [{ flags: "--actor <name>", about: ["only this actor", "seulement cet acteur"] }],
    about: ["List who changed or read what, newest first.",
      "Lister qui a modifié ou lu quoi, le plus récent d'abord."],
    request: (input, page) => ({ actor: input.text("actor"), pageSize: page.size,
      pageToken: page.token }),
    page: (response) => ({ items: response.entries, next: response.nextPageToken }),
    show: (entries, session) => session.table([[">Number", ">Numéro"], ["At", "À"],
      ["Who", "Qui"], ["From", "Depuis"], ["Action", "Action"], ["On", "Sur"],
      ["Outcome", "Issue"]], entries.map((entry) => [String(entry.number),
      timeText(entry.at, session.environment), entry.actor, entry.source, entry.action,
      entry.subject, entry.outcome])) }),
  follow({ words: "system audit-export", method: methods.exportAudit,
    options: [file, { flags: "--from-number <number>",
      about: ["from this entry; 0: the first", "depuis cette entrée ; 0 : la première"] }],
    about: ["Export the audit log with its hash chain.",
      "Exporter le journal d'audit avec sa chaîne d'empreintes."],
    request: (input) => ({ fromNumber: input.count("fromNumber") }),
    show: (chunks, session, input) => download(session, input.text("file"), chunks) }),
  verifyAudit,
  ...updateCommands, ...networkCommands,
];
