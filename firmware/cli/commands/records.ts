/** `ctictl record ...`. */

import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { ConnectionStateSchema, DirectionSchema }
  from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { CallRecordSchema, ExportFormatSchema, RecordsService, RecordSourceSchema,
  type CallRecord } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { ask, askPages, follow, type Command, type Input,
  type OptionDeclaration } from "../command.js";
import { download } from "../download.js";
import type { Session } from "../session.js";
import { durationText, enumChoices, enumWord, partyText, timeText } from "../wording.js";

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
    [["Account", "Compte"], record.accountCode], [["Cost", "Coût"], record.cost],
    [["PBX time", "Heure du PBX"], record.pbxTime],
    [["PBX reference", "Référence PBX"], record.pbxReference],
  ]);
  await session.text("\n");
  await session.table([["Device", "Poste"], ["Party", "Correspondant"], ["State", "État"],
    ["Cause", "Cause"], ["At", "À"]], record.legs.flatMap((leg) => leg.states.map((state, index) =>
    [index === 0 ? leg.device : "", index === 0 ? partyText(leg.party) : "",
      enumWord(ConnectionStateSchema, state.state), state.cause,
      timeText(state.at, environment)])));
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
      { flags: "--max-bytes <count>", about: ["at most so many bytes", "au plus tant d'octets"] }],
    about: ["Read a link's raw bytes, exactly as received.",
      "Lire les octets bruts d'un lien, tels que reçus."],
    request: (input) => ({ link: input.arg("link"), fromPosition: input.count("fromPosition"),
      bytesMax: input.count("maxBytes") }),
    async show(messages, session, input) {
      await download(session, input.text("file"), (async function* () {
        for await (const { data, position } of messages) {
          yield { data, detail: session.say([`position ${position}`, `position ${position}`]) };
        }
      })());
    } }),
];
