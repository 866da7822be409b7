/** `ctictl record ...`. */

import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ConnectionStateSchema, DirectionSchema }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { CallRecordSchema, ExportFormatSchema, RecordsService, RecordSourceSchema,
  type CallRecord, type LineState, type TriedRecord, type TryFormatResponse }
  from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { ask, askPages, follow, type Command, type Input,
  type OptionDeclaration } from "../command.js";
import { readDocument } from "../document.js";
import { download } from "../download.js";
import { usageFailure } from "../failure.js";
import type { Session } from "../session.js";
import { durationText, enumChoices, enumWord, partyText, timeText } from "../wording.js";
import { linesText } from "./ports.js";

const methods = RecordsService.method;

const queryOptions: readonly OptionDeclaration[] = [
  { flags: "--from <time>", about: ["begun at or after: 2026-11-23T08:00, 2h, 7d",
    "débutés depuis : 2026-11-23T08:00, 2h, 7d"] },
  { flags: "--until <time>", about: ["begun before", "débutés avant"] },
  { flags: "--link <link>", about: ["only this link", "seulement ce lien"] },
  { flags: "--device <device>", about: ["only this device", "seulement ce poste"] },
  { flags: "--number <number>", about: ["only this number, or its last digits",
    "seulement ce numéro, ou ses derniers chiffres"] },
  { flags: "--direction <direction>", choices: enumChoices(DirectionSchema),
    about: ["only this direction", "seulement ce sens"] },
  { flags: "--missed", about: ["only calls that nobody answered", "seulement les appels manqués"] },
];
const fileOption: OptionDeclaration = { flags: "--file <path>",
  about: ["write to this file", "écrire dans ce fichier"] };

function queryOf(input: Input) {
  const from = input.time("from");
  const until = input.time("until");
  return {
    ...(from !== undefined && { from }), ...(until !== undefined && { until }),
    link: input.text("link"), device: input.text("device"), number: input.text("number"),
    direction: input.word("direction", DirectionSchema), missedOnly: input.flag("missed"),
  };
}

function recordRow(record: CallRecord, session: Session): readonly string[] {
  return [timeText(record.startedAt, session.environment), record.link,
    enumWord(DirectionSchema, record.direction), partyText(record.calling),
    partyText(record.called), record.answeredBy, durationText(record.duration),
    durationText(record.ring), record.endCause, record.marks.join(", "), record.id];
}

async function showRecord(record: CallRecord, session: Session): Promise<void> {
  const { environment } = session;
  await session.pairs([
    [["Record", "Ticket"], record.id], [["Link", "Lien"], record.link],
    [["Call", "Appel"], record.call],
    [["Source", "Source"], enumWord(RecordSourceSchema, record.source)],
    [["Direction", "Sens"], enumWord(DirectionSchema, record.direction)],
    [["Calling", "Appelant"], partyText(record.calling)],
    [["Called", "Appelé"], partyText(record.called)],
    [["Answered by", "Répondu par"], record.answeredBy],
    [["Trunk", "Ligne réseau"], record.networkInterface],
    [["Started", "Début"], timeText(record.startedAt, environment)],
    [["Answered", "Répondu"], timeText(record.answeredAt, environment)],
    [["Ended", "Fin"], timeText(record.endedAt, environment)],
    [["Duration", "Durée"], durationText(record.duration)],
    [["Ringing", "Sonnerie"], durationText(record.ring)],
    [["End cause", "Cause de fin"], record.endCause],
    [["Marks", "Marques"], record.marks.join(", ")],
    [["Account", "Compte"], record.accountCode],
    [["Correlator data", "Données de corrélation"], record.correlatorData],
    [["User data", "Données utilisateur"], record.userData], [["Cost", "Coût"], record.cost],
    [["PBX time", "Heure du PBX"], record.pbxTime],
    [["PBX clock ahead by", "Avance de l'horloge du PBX"],
      record.pbxClockOffsetSeconds === undefined ? "" : `${record.pbxClockOffsetSeconds} s`],
    [["PBX reference", "Référence PBX"], record.pbxReference],
  ]);
  await session.text("\n");
  await session.table([["Device", "Poste"], ["Party", "Correspondant"], ["State", "État"],
    ["Cause", "Cause"], ["At", "À"]], record.legs.flatMap((leg) => leg.states.map((state, index) =>
    [index === 0 ? leg.device : "", index === 0 ? partyText(leg.party) : "",
      enumWord(ConnectionStateSchema, state.state), state.cause,
      timeText(state.at, environment)])));
}

function triedRow(record: TriedRecord, session: Session): readonly string[] {
  return [timeText(record.startedAt, session.environment), record.phase,
    enumWord(DirectionSchema, record.direction), record.device, record.networkInterface,
    record.callingNumber, record.calledNumber, durationText(record.duration),
    Object.entries(record.fields).map(([name, text]) =>
      `${name}=${text.replaceAll("\n", "|")}`).join("  ")];
}

async function showTrial(response: TryFormatResponse, session: Session): Promise<void> {
  await session.table([["Started", "Début"], ["Tells", "Dit"], ["Direction", "Sens"],
    ["Device", "Poste"], ["Trunk", "Ligne réseau"], ["Calling", "Appelant"], ["Called", "Appelé"],
    [">Duration", ">Durée"], ["Fields", "Champs"]],
  response.records.map((record) => triedRow(record, session)));
  if (response.rejected.length > 0) {
    await session.text("\n");
    await session.table([["Rejected line", "Ligne refusée"], ["Why", "Pourquoi"]],
      response.rejected.map(({ text, reason }) => [text, reason]));
  }
  const { recordsTotal, rejectedTotal, bytesRead } = response;
  session.note([`${recordsTotal} records, ${rejectedTotal} rejected lines in ${bytesRead} bytes`,
    `${recordsTotal} tickets, ${rejectedTotal} lignes refusées dans ${bytesRead} octets`]);
}

/** The end of a longer file: as much as the gateway takes. */
const triedBytesMax = 65_536;

const tryOut: Command = ask({ words: "record try", args: ["<file>"], method: methods.tryFormat,
  options: [
    { flags: "--link <link>", about: ["on the newest raw bytes of this link",
      "sur les derniers octets bruts de ce lien"] },
    { flags: "--input <path>", about: ["on the end of this file, 64 KiB",
      "sur la fin de ce fichier, 64 Kio"] },
    { flags: "--driver <driver>", about: ["the driver, where several can be tried",
      "le pilote, si plusieurs s'essaient"] }],
  about: ["Read raw bytes with other driver options (the YAML under `options:`), changing nothing.",
    "Lire des octets bruts avec d'autres options de pilote (le YAML sous `options:`), sans rien "
    + "changer."],
  async request(input, session) {
    if (input.has("link") === input.has("input")) {
      throw usageFailure(session.say(["give either --link or --input",
        "donnez soit --link, soit --input"]));
    }
    const path = input.text("input");
    const bytes = path === "" ? new Uint8Array() : await session.environment.readFile(path);
    if (bytes === undefined) {
      throw usageFailure(session.say([`the file ${path} cannot be read`,
        `le fichier ${path} ne peut pas être lu`]));
    }
    return { optionsYaml: await readDocument(session, input.arg("file")),
      link: input.text("link"), driver: input.text("driver"),
      data: bytes.slice(-triedBytesMax) };
  },
  show: showTrial });

function lineText({ channel, lines, damaged, breaks }: LineState, session: Session): string {
  return [channel, ...(lines === undefined ? [] : [linesText(lines, session)]),
    ...(damaged === 0 ? [] : [session.say([`${damaged} damaged`, `${damaged} abîmés`])]),
    ...(breaks === 0 ? [] : [session.say([`${breaks} breaks`, `${breaks} ruptures`])])].join("; ");
}

export const recordCommands: readonly Command[] = [
  askPages({ words: "record list", options: queryOptions, method: methods.listRecords,
    item: CallRecordSchema, limitDefault: 100, pageMax: 1_000,
    about: ["List call records, newest first.", "Lister les tickets, les plus récents d'abord."],
    request: (input, page) =>
      ({ query: queryOf(input), pageSize: page.size, pageToken: page.token }),
    page: (response) => ({ items: response.records, next: response.nextPageToken }),
    show: (records, session) => session.table([["Started", "Début"], ["Link", "Lien"],
      ["Direction", "Sens"], ["Calling", "Appelant"], ["Called", "Appelé"],
      ["Answered by", "Répondu par"], [">Duration", ">Durée"], [">Ringing", ">Sonnerie"],
      ["End", "Fin"], ["Marks", "Marques"], ["Record", "Ticket"]],
    records.map((record) => recordRow(record, session))) }),
  ask({ words: "record show", args: ["<record>"], method: methods.getRecord,
    about: ["Show a record with all its legs.", "Montrer un ticket et tout son déroulement."],
    request: (input) => ({ id: input.arg("record") }),
    show: async (response, session) => {
      if (response.record !== undefined) await showRecord(response.record, session);
    } }),
  follow({ words: "record export", method: methods.exportRecords,
    options: [...queryOptions, fileOption, { flags: "--format <format>",
      choices: enumChoices(ExportFormatSchema),
      about: ["csv (default) or json", "csv (par défaut) ou json"] }],
    about: ["Export call records.", "Exporter les tickets."],
    request: (input) => ({ query: queryOf(input),
      format: input.word("format", ExportFormatSchema) || 1 }),
    async show(messages, session, input) {
      await download(session, input.text("file"), (async function* () {
        for await (const { data, records } of messages) {
          yield { data, detail: session.say([`${records} records`, `${records} tickets`]) };
        }
      })());
    } }),
  ask({ words: "record count", options: queryOptions, method: methods.countRecords,
    about: ["Count calls by hour; the last 7 days unless --from is given.",
      "Compter les appels par heure ; les 7 derniers jours sauf avec --from."],
    request: (input, { environment }) => ({ query: { from: timestampFromMs(
      environment.nowMs() - 7 * 86_400_000), ...queryOf(input) } }),
    show: (response, session) => session.table([["Hour", "Heure"], [">Incoming", ">Entrants"],
      [">Outgoing", ">Sortants"], [">Internal", ">Internes"], [">Missed", ">Manqués"]],
    response.hours.map((row) => [timeText(row.hour, session.environment).slice(0, 16),
      String(row.incoming), String(row.outgoing), String(row.internal), String(row.missed)])) }),
  follow({ words: "record raw", args: ["<link>"], method: methods.readRaw,
    options: [fileOption,
      { flags: "--from-position <number>", about: ["from this position; 0: the oldest",
        "depuis cette position ; 0 : la plus ancienne"] },
      { flags: "--max-bytes <count>", about: ["at most so many bytes", "au plus tant d'octets"] },
      { flags: "--newest", about: ["the newest of them", "les plus récents"] }],
    about: ["Read a link's raw bytes, exactly as received.",
      "Lire les octets bruts d'un lien, tels que reçus."],
    request: (input) => ({ link: input.arg("link"), fromPosition: input.count("fromPosition"),
      bytesMax: input.count("maxBytes"), newest: input.flag("newest") }),
    async show(messages, session, input) {
      await download(session, input.text("file"), (async function* () {
        let before = "";
        for await (const { data, position, at, line } of messages) {
          const state = line === undefined ? "" : lineText(line, session);
          if (state !== before) {
            const time = timeText(at, session.environment);
            session.note([`position ${position}, ${time}: ${state || "line not known"}`,
              `position ${position}, ${time} : ${state || "ligne inconnue"}`]);
          }
          before = state;
          yield { data, detail: session.say([`position ${position}`, `position ${position}`]) };
        }
      })());
    } }),
  tryOut,
];
