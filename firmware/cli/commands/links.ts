/** `ctictl link ...` and `ctictl device ...`. */

import { DeviceSchema, LinksService, LinkStateSchema, ProvenSchema, WatchLinksResponseSchema,
  type Capabilities, type Device, type Link, type LinkCounters, type MonitorLicences,
  type SerialLine }
  from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentStateSchema } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { ask, askPages, type Command } from "../command.js";
import type { Bilingual } from "../language.js";
import type { Session } from "../session.js";
import { watching } from "../watch.js";
import { bytesText, enumWord, modemLinesText, timeText } from "../wording.js";

const methods = LinksService.method;

const linkTitles = [["Link", "Lien"], ["Title", "Nom"], ["State", "État"], ["Since", "Depuis"],
  ["PBX", "PBX"],
  ["Driver", "Pilote"], [">Devices", ">Postes"], [">Calls", ">Appels"],
  ["Remark", "Remarque"]] as const;

function linkRow(link: Link, session: Session): readonly string[] {
  return [link.id, link.title, enumWord(LinkStateSchema, link.state),
    timeText(link.since, session.environment),
    `${link.peerProduct} ${link.peerVersion}`.trim(), link.driver, String(link.devices),
    String(link.calls), remark(link, session)];
}

function remark(link: Link, session: Session): string {
  const parts = [link.reason];
  if (link.retryAt !== undefined) {
    const at = timeText(link.retryAt, session.environment);
    parts.push(session.say([`next attempt ${at}`, `nouvel essai ${at}`]));
  }
  if (link.devicesNotMonitored > 0) {
    parts.push(session.say([`${link.devicesNotMonitored} devices not monitored`,
      `${link.devicesNotMonitored} postes non surveillés`]));
  }
  return parts.filter((part) => part !== "").join("; ");
}

async function showLink(link: Link, session: Session): Promise<void> {
  const { environment } = session;
  const counters = link.counters;
  await session.pairs([
    [["Link", "Lien"], link.id],
    [["Title", "Nom"], link.title],
    [["Driver", "Pilote"], `${link.driver} (${link.driverTitle})`],
    [["Transport", "Transport"], link.transport],
    [["State", "État"], enumWord(LinkStateSchema, link.state)],
    [["Remark", "Remarque"], remark(link, session)],
    [["Since", "Depuis"], timeText(link.since, environment)],
    [["PBX", "PBX"], `${link.peerProduct} ${link.peerVersion}`.trim()],
    [["Devices", "Postes"], String(link.devices)],
    ...link.monitorLicences === undefined ? []
      : [[["Monitor licences", "Licences de surveillance"],
        licencesText(link.monitorLicences, session)] as const],
    [["Calls", "Appels"], String(link.calls)],
    [["Received", "Reçu"], bytesText(counters?.bytesIn ?? 0n)],
    [["Sent", "Envoyé"], bytesText(counters?.bytesOut ?? 0n)],
    [["Last received", "Dernière réception"], timeText(counters?.lastReceivedAt, environment)],
    [["Events", "Événements"], String(counters?.events ?? 0n)],
    [["Records", "Tickets"], String(counters?.records ?? 0n)],
    [["Last record", "Dernier ticket"], timeText(counters?.lastRecordAt, environment)],
    [["Records missing", "Tickets manquants"], String(counters?.recordsMissed ?? 0n)],
    [["Garbage", "Illisible"], bytesText(counters?.garbageBytes ?? 0n)],
    [["Lines rejected", "Lignes rejetées"], rejectedText(counters)],
    ...link.line === undefined ? [] : lineRows(link.line, counters, session),
    [["Waiting for the store", "En attente du stockage"], bytesText(link.unkeptBytes)
      + (link.holding ? session.say([" (the PBX is asked to wait)",
        " (le PBX est prié d'attendre)"]) : "")],
    [["Requests", "Demandes"], String(counters?.requests ?? 0n)],
    [["of which failed", "dont en échec"], String(counters?.requestsFailed ?? 0n)],
    [["Resyncs", "Resynchronisations"], String(counters?.resyncs ?? 0n)],
  ]);
  await session.text("\n");
  await showCapabilities(link.capabilities, session);
}

function licencesText({ used, count, learned }: MonitorLicences, session: Session): string {
  return session.say(learned
    ? [`${used} of ${count}, as the PBX gave no more`,
      `${used} sur ${count}, le PBX n'en a pas donné plus`]
    : [`${used} of ${count}, as configured`, `${used} sur ${count}, selon la configuration`]);
}

/** `3: no field fits 2, too long 1`. */
function rejectedText(counters: LinkCounters | undefined): string {
  const reasons = Object.entries(counters?.rejectedReasons ?? {})
    .sort(([, a], [, b]) => Number(b - a)).map(([reason, count]) => `${reason} ${count}`);
  return [String(counters?.rejected ?? 0n), ...reasons.length === 0 ? [] : [reasons.join(", ")]]
    .join(": ");
}

function lineRows(
  line: SerialLine, counters: LinkCounters | undefined, session: Session,
): readonly (readonly [Bilingual, string])[] {
  const unknown = session.say(["this port cannot tell", "ce port ne sait pas le dire"]);
  return [
    [["Framing and parity errors", "Erreurs de trame et de parité"],
      line.errorsCounted ? String(counters?.damagedBytes ?? 0n) : unknown],
    [["Breaks", "Breaks"], line.errorsCounted ? String(counters?.breaks ?? 0n) : unknown],
    [["Modem lines", "Signaux modem"], !line.signalsKnown ? unknown
      : modemLinesText(line, session)],
  ];
}

async function showCapabilities(
  capabilities: Capabilities | undefined, session: Session,
): Promise<void> {
  await session.table([["Capability", "Capacité"], ["Kind", "Genre"], ["How", "Comment"],
    ["Proven", "Prouvé"], ["Evidence", "Preuve"]],
  (capabilities?.rows ?? []).map((row) =>
    [row.subject, row.kind, row.how, enumWord(ProvenSchema, row.proven), row.evidence]));
}

function deviceRow(device: Device): readonly string[] {
  const agent = [enumWord(AgentStateSchema, device.agentState), device.agent, device.agentReason];
  return [device.link, device.device, device.category, device.name,
    agent.filter((part) => part !== "").join(" "), String(device.calls),
    device.monitored ? "" : `${device.notMonitoredReason} ${device.notMonitoredAdvice}`.trim()];
}

const watchLinks: Command = {
  words: "link watch", methods: [methods.watchLinks],
  about: ["Show every change of a link's state, until interrupted.",
    "Montrer chaque changement d'état d'un lien, jusqu'à interruption."],
  run: (session) => watching(session, () => session.stream(methods.watchLinks, {}),
    async (change) => {
      if (session.format !== "table") await session.data(WatchLinksResponseSchema, change, true);
      else if (change.link !== undefined) {
        const state = change.removed ? session.say(["removed", "supprimé"])
          : enumWord(LinkStateSchema, change.link.state);
        await session.text([timeText(change.link.since, session.environment), change.link.id, state,
          remark(change.link, session)].join("  ").trimEnd());
      }
      return "more";
    }),
};

const link = ["<link>"] as const;

export const linkCommands: readonly Command[] = [
  ask({ words: "link list", about: ["List all links.", "Lister tous les liens."],
    method: methods.listLinks, request: () => ({}),
    show: (response, session) =>
      session.table(linkTitles, response.links.map((row) => linkRow(row, session))) }),
  ask({ words: "link show", args: link, method: methods.getLink,
    about: ["Show a link: state, counters, what it can do.",
      "Montrer un lien : état, compteurs, capacités."],
    request: (input) => ({ id: input.arg("link") }),
    show: async (response, session) => {
      if (response.link !== undefined) await showLink(response.link, session);
    } }),
  watchLinks,
  ask({ words: "link restart", args: link, method: methods.restartLink,
    about: ["Close a link and open it again at once.", "Fermer un lien et le rouvrir aussitôt."],
    request: (input, { environment }) =>
      ({ id: input.arg("link"), requestId: environment.randomId() }) }),
  ask({ words: "link enable", args: link, method: methods.enableLink,
    about: ["Open a link that was disabled.", "Ouvrir un lien désactivé."],
    request: (input, { environment }) =>
      ({ id: input.arg("link"), requestId: environment.randomId() }) }),
  ask({ words: "link disable", args: link, method: methods.disableLink,
    about: ["Close a link and keep it closed.", "Fermer un lien et le garder fermé."],
    request: (input, { environment }) =>
      ({ id: input.arg("link"), requestId: environment.randomId() }) }),
  ask({ words: "link probe", args: link, method: methods.probeLink,
    about: ["Try again what this PBX can do.", "Vérifier de nouveau ce que sait faire ce PBX."],
    request: (input) => ({ id: input.arg("link") }),
    show: (response, session) => showCapabilities(response.capabilities, session) }),
  ask({ words: "link resync", args: link, method: methods.resyncLink,
    about: ["Read the PBX's own picture and heal what differs.",
      "Relire l'état du PBX et réparer les différences."],
    request: (input) => ({ id: input.arg("link") }),
    show: (response, session) => session.text(session.say(
      [`${response.healed} calls healed.`, `${response.healed} appels réparés.`])) }),
  ask({ words: "link drivers", method: methods.listDrivers, request: () => ({}),
    about: ["List the drivers of this gateway.", "Lister les pilotes de cette passerelle."],
    show: (response, session) => session.table(
      [["Driver", "Pilote"], ["Title", "Titre"], ["Transports", "Transports"],
        ["Standards", "Normes"]],
      response.drivers.map((driver) => [driver.name, driver.title, driver.transports.join(", "),
        driver.standards.join(", ")])) }),
  askPages({ words: "device list", args: ["[link]"], method: methods.listDevices,
    item: DeviceSchema, limitDefault: 10_000, pageMax: 1_000,
    about: ["List devices, and why some are not monitored.",
      "Lister les postes, et pourquoi certains ne sont pas surveillés."],
    options: [{ flags: "--not-monitored",
      about: ["only devices that cannot be monitored", "seulement les postes non surveillés"] }],
    request: (input, page) => ({ link: input.arg("link"), pageSize: page.size,
      pageToken: page.token, onlyNotMonitored: input.flag("notMonitored") }),
    page: (response) => ({ items: response.devices, next: response.nextPageToken }),
    show: (devices, session) => session.table([["Link", "Lien"], ["Device", "Poste"],
      ["Category", "Genre"], ["Name", "Nom"], ["Agent", "Agent"], [">Calls", ">Appels"],
      ["Not monitored because", "Non surveillé car"]], devices.map(deviceRow)) }),
];
