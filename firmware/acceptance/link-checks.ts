/** What a report says of one link, and the tests of it; a test that cannot apply is not there. */

import { faultText, inEachLanguage, type Result, type Text } from "../base/result.js";
import { sleep } from "../base/world.js";
import type { LinkConfig } from "../config/schema.js";
import { openBytes } from "../delivery/ledger-keyspace.js";
import type { DayBalance } from "../delivery/delivery.js";
import { dayOf } from "../delivery/days.js";
import type { Proof } from "../link/driver.js";
import type { LineStatus } from "../link/link.js";
import type { LinkId } from "../model/identifiers.js";
import { alarmText } from "../supervisor/alarms.js";
import { newestRecords, type Arrived } from "./newest-records.js";
import type { AcceptanceParts, TestedLink, TestedPort } from "./parts.js";
import type { Evidence, Fact, Outcome, ReportTest, Subject } from "./report.js";
import type { SeenCall } from "./test-call.js";
import { bytesText, localText, recordText } from "./words.js";

export const probeMs = 10_000;
const recordsShown = 3;
const rawShownBytes = 600;
const provenShown = 60;
const lookEveryMs = 250;
const looksMax = 20;
/** Above this part of the day's bytes unreadable, the line is not as it should be. */
export const rejectedPartMax = 0.01;

/** Records are printed to the minute; more than two is a clock to set. */
export const clockMsMax = 120_000;
/** Above this part of the bytes damaged, speed, parity or cable are not right. */
export const damagedPartMax = 0.001;

/** What became of the test call; `asked`: how long was waited, 0 for not at all. */
export interface CallOutcome {
  readonly askedMs: number;
  readonly seen: SeenCall | undefined;
}

interface Looked {
  readonly link: TestedLink;
  readonly config: LinkConfig | undefined;
  readonly port: TestedPort | undefined;
  readonly keepsRaw: boolean;
  readonly accounts: boolean;
  readonly records: readonly Arrived[];
  readonly raw: { readonly position: bigint; readonly text: string } | undefined;
  readonly today: DayBalance | undefined;
  readonly probed: Result<readonly Proof[]> | undefined;
  readonly zone: string;
}

/** Whether the link can tell of a call at all. */
export function tellsOfCalls(parts: AcceptanceParts, { status }: TestedLink): boolean {
  return keeping(parts, status.driver).keepsRawBytes || status.declared.events.length > 0;
}

export function isOpen({ status }: TestedLink): boolean {
  return status.state.name === "up" || status.state.name === "degraded";
}

function keeping(parts: AcceptanceParts, driver: string): {
  readonly keepsRawBytes: boolean; readonly accountsBytes: boolean;
} {
  return parts.drivers.get(driver)
    ?? { keepsRawBytes: false, accountsBytes: false };
}

export async function checkedLink(
  parts: AcceptanceParts, link: TestedLink, call: CallOutcome,
): Promise<Subject> {
  const { status } = link;
  const { keepsRawBytes, accountsBytes } = keeping(parts, status.driver);
  const document = parts.document();
  const segments = keepsRawBytes ? await parts.raw.newest(status.id, rawShownBytes) : [];
  const first = segments[0];
  const looked: Looked = {
    link, zone: document.unit.timeZone, keepsRaw: keepsRawBytes, accounts: accountsBytes,
    config: document.links.find(({ id }) => id === status.id),
    port: (await parts.ports()).find((port) => port.link === status.id),
    records: await newestRecords(parts, status.id, recordsShown),
    raw: first === undefined ? undefined : { position: first.position,
      text: bytesText(Buffer.concat(segments.map(({ bytes }) => bytes))) },
    today: keepsRawBytes ? await settledDay(parts, status.id) : undefined,
    probed: isOpen(link) ? await link.probe(probeMs) : undefined,
  };
  return { kind: "link", name: status.id, title: status.title, facts: factsOf(looked),
    tests: [stateTest(looked), ...probeTests(looked), receivedTest(looked),
      ...damageTests(looked),
      ...ledgerTests(looked), clockTest(parts, looked), ...alarmTests(parts, looked),
      ...tellsOfCalls(parts, link) ? [callTest(looked, call)] : []] };
}

/** Bytes that have just come may still be with the driver: looks again until they are not. */
async function settledDay(
  { world, delivery }: AcceptanceParts, link: LinkId,
): Promise<DayBalance | undefined> {
  const day = dayOf(world.clock.wall().getTime());
  for (let looks = 1; ; looks += 1) {
    const [today] = await delivery.balance(link, day, day);
    if (today === undefined || openBytes(today) === 0 || looks >= looksMax) return today;
    await sleep(world.clock, lookEveryMs, "acceptance.ledger");
  }
}

function fact(
  kind: Fact["kind"], key: string, en: string, fr: string, value: Text | undefined,
): readonly Fact[] {
  return value === undefined || value === "" ? [] : [{ kind, key, name: { en, fr }, value }];
}

/** Settings on one line: secrets are references there, never themselves. */
function settingsText(settings: object): string {
  return Object.entries(settings).map(([key, value]) =>
    `${key} ${typeof value === "string" ? value : JSON.stringify(value)}`).join(", ");
}

function factsOf({ link: { status }, config, port, zone }: Looked): readonly Fact[] {
  const { counters, peer, transport, line } = status;
  const last = counters.lastReceivedAtMs;
  return [
    ...fact("setting", "driver", "Driver", "Pilote",
      inEachLanguage((words) => `${words(status.driverTitle)} (${status.driver})`)),
    ...fact("setting", "configured", "Connection, as configured", "Raccordement configuré",
      config && settingsText(config.transport)),
    ...fact("reading", "opened", "Connection, as opened", "Raccordement ouvert", transport),
    ...fact("setting", "options", "Options", "Options", config && settingsText(config.options)),
    ...fact("setting", "clock-zone", "Time zone of the PBX", "Fuseau horaire du PBX",
      config?.timeZone ?? zone),
    ...fact("setting", "adapter", "Adapter", "Adaptateur", port?.adapter),
    ...fact("setting", "adapter-address", "Adapter's address, in any socket",
      "Adresse de l'adaptateur, sur toute prise", port?.adapterAddress),
    ...fact("setting", "socket", "Socket", "Prise", port?.socketAddress),
    ...fact("reading", "device", "Device file", "Fichier du port", port?.path),
    ...fact("setting", "modem-lines", "Modem lines", "Signaux modem", line && modemText(line)),
    ...fact("setting", "damage-counted", "Damaged octets", "Octets abîmés", line?.errorsCounted
      === false ? cannotTell : undefined),
    ...fact("setting", "peer", "The PBX says it is", "Le PBX dit être",
      peer && [peer.product, peer.version ?? ""].join(" ").trim()),
    ...fact("reading", "since", "In this state since", "Dans cet état depuis",
      localText(status.sinceMs, zone)),
    ...fact("reading", "bytes", "Bytes received, sent", "Octets reçus, émis",
      `${counters.bytesIn}, ${counters.bytesOut}`),
    ...fact("reading", "records", "Records and events", "Tickets et événements",
      `${counters.records}, ${counters.events}`),
    ...fact("reading", "missed", "Records that never came, by the PBX's numbers",
      "Tickets jamais venus, selon la numérotation du PBX",
      counters.recordsMissed === 0 ? undefined : String(counters.recordsMissed)),
    ...fact("reading", "last", "Last byte at", "Dernier octet à",
      last === undefined ? undefined : localText(last, zone)),
  ];
}

const cannotTell: Text = { en: "this port cannot tell", fr: "ce port ne sait pas le dire" };

function modemText({ lines }: LineStatus): Text {
  if (lines === undefined) return cannotTell;
  return inEachLanguage((_words, language) =>
    (["cts", "dsr", "dcd", "ri"] as const).flatMap((name) => {
      const up = language === "en" ? ["up", "down"] : ["actif", "inactif"];
      return lines[name] === undefined ? []
        : [`${name.toUpperCase()} ${up[lines[name] ? 0 : 1] ?? ""}`];
    }).join(", "));
}

/** Only of a port that tells damaged octets from good ones. */
function damageTests({ link: { status: { line, counters } } }: Looked): readonly ReportTest[] {
  if (line?.errorsCounted !== true) return [];
  const { damagedOctets, breaks, bytesIn } = counters;
  const made = (outcome: Outcome, text: Text): ReportTest =>
    test("damage", "The octets come undamaged", "Les octets arrivent intacts", outcome, text);
  return [bytesIn === 0
    ? made("not-run", { en: "nothing has come", fr: "rien n'est venu" })
    : made(damagedOctets <= bytesIn * damagedPartMax ? "passed" : "failed", {
      en: `${damagedOctets} of ${bytesIn} damaged (framing, parity); breaks: ${breaks}`,
      fr: `${damagedOctets} sur ${bytesIn} abîmés (trame, parité) ; ruptures : ${breaks}` })];
}

function test(
  key: string, en: string, fr: string, outcome: Outcome, text: Text,
  evidence: readonly Evidence[] = [],
): ReportTest {
  return { key, title: { en, fr }, outcome, text, evidence };
}

function stateTest({ link: { status } }: Looked): ReportTest {
  const { state, transport } = status;
  const made = (outcome: Outcome, text: Text): ReportTest =>
    test("state", "The link is up", "Le lien est établi", outcome, text);
  switch (state.name) {
    case "up": return made("passed", { en: `up: ${transport}`, fr: `établi : ${transport}` });
    case "disabled":
      return made("not-run", { en: "the link is disabled", fr: "le lien est désactivé" });
    case "opening":
      return made("failed", { en: "it is still being opened", fr: "encore en ouverture" });
    case "degraded": case "down": return made("failed", state.reason);
  }
}

function probeTests({ probed }: Looked): readonly ReportTest[] {
  if (probed === undefined) return [];
  const made = (outcome: Outcome, text: Text, evidence: readonly Evidence[] = []): ReportTest =>
    test("probe", "The PBX shows what it can do", "Le PBX montre ce qu'il sait faire", outcome,
      text, evidence);
  if (!probed.ok) {
    return probed.fault.code === "service-not-supported" ? []
      : [made("failed", faultText(probed.fault))];
  }
  const tried = probed.value.filter(({ proven }) => proven !== "not-tried");
  // A printer's port cannot be asked anything.
  if (tried.length === 0) return [];
  const yes = tried.filter(({ proven }) => proven === "yes").length;
  return [made("passed", { en: `${yes} proven, ${tried.length - yes} not available`,
    fr: `${yes} prouvés, ${tried.length - yes} indisponibles` },
  tried.slice(0, provenShown).map(({ subject, proven, evidence }) => ({ source: "", value: evidence,
    name: proven === "yes" ? subject : { en: `${subject}: no`, fr: `${subject} : non` } })))];
}

function recordEvidence({ records, zone }: Looked): readonly Evidence[] {
  return records.map(({ atMs, record }) => ({ source: `record ${record.id}`,
    name: localText(atMs, zone), value: recordText(record, zone) }));
}

function receivedTest(looked: Looked): ReportTest {
  const { link: { status: { counters } }, raw, zone } = looked;
  const evidence = [...raw === undefined ? [] : [{ value: raw.text,
    source: `raw ${looked.link.status.id} ${raw.position}`,
    name: { en: "last lines", fr: "dernières lignes" } }], ...recordEvidence(looked)];
  const made = (outcome: Outcome, text: Text): ReportTest =>
    test("received", "Bytes come from the other end", "Des octets arrivent de l'autre bout",
      outcome, text, evidence);
  if (!isOpen(looked.link)) {
    return made("not-run", { en: "the link is not up", fr: "le lien n'est pas établi" });
  }
  if (counters.bytesIn === 0) {
    return made("failed", { en: "nothing has come since the gateway started",
      fr: "rien n'est venu depuis le démarrage de la passerelle" });
  }
  const at = localText(counters.lastReceivedAtMs ?? 0, zone);
  return made("passed", { en: `${counters.bytesIn} bytes, the last at ${at}`,
    fr: `${counters.bytesIn} octets, le dernier à ${at}` });
}

function ledgerTests({ keepsRaw, accounts, today, link }: Looked): readonly ReportTest[] {
  if (!keepsRaw) return [];
  const readable = (outcome: Outcome, text: Text, evidence: readonly Evidence[] = []) =>
    test("readable", "What came today could be read", "Ce qui est venu aujourd'hui se lit",
      outcome, text, evidence);
  const balance = (outcome: Outcome, text: Text) =>
    test("ledger", "Today's ledger balances", "Le grand livre du jour est équilibré", outcome,
      text, today === undefined ? [] : [{ source: `ledger ${link.status.id} ${today.day}`,
        name: { en: "bytes in, records, skipped, rejected, adrift",
          fr: "octets entrés, en tickets, sautés, rejetés, perdus" },
        value: [today.bytesIn, today.recordBytes, today.skippedBytes, today.garbageBytes,
          today.adriftBytes].join(", ") }]);
  if (today === undefined || today.bytesIn === 0) {
    const none: Text = { en: "nothing has come today", fr: "rien n'est venu aujourd'hui" };
    return [readable("not-run", none), ...accounts ? [balance("not-run", none)] : []];
  }
  const { bytesIn, garbageBytes, reasons, adriftBytes, records } = today;
  const open = openBytes(today);
  return [
    readable(garbageBytes <= bytesIn * rejectedPartMax ? "passed" : "failed", {
      en: `records: ${records}; bytes rejected: ${garbageBytes} of ${bytesIn}`,
      fr: `tickets : ${records} ; octets rejetés : ${garbageBytes} sur ${bytesIn}` },
    Object.entries(reasons).map(([reason, count]) =>
      ({ source: "", name: reason, value: String(count) }))),
    ...accounts ? [balance(open + adriftBytes === 0 ? "passed" : "failed", {
      en: open + adriftBytes === 0 ? "every byte is accounted for"
        : `of ${open + adriftBytes} bytes nobody can say what became of them`,
      fr: open + adriftBytes === 0 ? "chaque octet est justifié"
        : `on ne sait pas ce que sont devenus ${open + adriftBytes} octets` })] : []];
}

function clockTest(parts: AcceptanceParts, { link, records }: Looked): ReportTest {
  const made = (outcome: Outcome, text: Text): ReportTest =>
    test("clock", "The PBX's clock is right", "L'horloge du PBX est juste", outcome, text);
  const alarm = parts.alarms.list(false).find(({ code, subject }) =>
    code === "clock-drift" && subject === link.status.id);
  if (alarm !== undefined) return made("failed", alarmText(alarm));
  const printed = records.find(({ record }) => (record.pbxTime ?? "") !== "");
  if (printed === undefined) {
    return made("not-run", { en: "no record with a time of the PBX has come",
      fr: "aucun ticket portant l'heure du PBX n'est venu" });
  }
  const { pbxTime = "", pbxClockOffsetMs: offset } = printed.record;
  if (offset === undefined) {
    return made("passed", { en: `no drift alarm; the newest record says ${pbxTime}`,
      fr: `aucune alarme de dérive ; le dernier ticket dit ${pbxTime}` });
  }
  const seconds = Math.round(Math.abs(offset) / 1_000);
  return made(Math.abs(offset) <= clockMsMax ? "passed" : "failed", {
    en: `the newest record says ${pbxTime}: ${seconds} s ${offset < 0
      ? "behind our clock, or printed so late" : "ahead of our clock"}`,
    fr: `le dernier ticket dit ${pbxTime} : ${seconds} s ${offset < 0
      ? "de retard sur notre horloge, ou imprimé si tard" : "d'avance sur notre horloge"}` });
}

function alarmTests(parts: AcceptanceParts, { link }: Looked): readonly ReportTest[] {
  const own = parts.alarms.list(false).filter(({ subject, code }) =>
    subject === link.status.id && code !== "clock-drift");
  return [test("alarms", "No alarm of this link stands", "Aucune alarme de ce lien",
    own.length === 0 ? "passed" : "failed", own.length === 0 ? { en: "none", fr: "aucune" }
      : { en: `${own.length} standing`, fr: `${own.length} en cours` },
    own.map((alarm) => ({ source: `alarm ${alarm.id}`, name: alarm.code,
      value: alarmText(alarm) })))];
}

function callTest({ link, zone }: Looked, { askedMs, seen }: CallOutcome): ReportTest {
  const made = (outcome: Outcome, text: Text, evidence: readonly Evidence[] = []): ReportTest =>
    test("test-call", "A test call is seen", "Un appel d'essai est vu", outcome, text, evidence);
  if (askedMs === 0) {
    return made("not-run", { en: "no test call was asked for",
      fr: "aucun appel d'essai n'a été demandé" });
  }
  if (seen !== undefined) {
    const at = localText(seen.atMs, zone);
    return made("passed", { en: `seen at ${at}`, fr: `vu à ${at}` }, [
      { source: seen.source, name: { en: "understood", fr: "compris" }, value: seen.understood },
      { source: "", name: { en: "received", fr: "reçu" }, value: seen.received }]);
  }
  if (!isOpen(link)) {
    return made("not-run", { en: "the link is not up", fr: "le lien n'est pas établi" });
  }
  const seconds = Math.round(askedMs / 1_000);
  return made("failed", { en: `no call was seen within ${seconds} s`,
    fr: `aucun appel vu en ${seconds} s` });
}
