/** What a report says of the unit itself and of the destinations of its records. */

import { inEachLanguage, type Text } from "../base/result.js";
import type { DestinationStatus } from "../delivery/runner.js";
import { alarmText } from "../supervisor/alarms.js";
import { diskLowBelow } from "../supervisor/host-health.js";
import type { AcceptanceParts } from "./parts.js";
import type { ReportTest, Subject } from "./report.js";
import { localText } from "./words.js";

const dayMs = 86_400_000;
/** The unit renews its own certificate before this; another one needs somebody. */
export const certificateDaysMin = 30;
const gigabyte = 1_000_000_000;

export function checkedUnit(parts: AcceptanceParts): Subject {
  const { unit } = parts.document();
  return { kind: "unit", name: unit.name, title: unit.name,
    facts: [
      { key: "version", kind: "setting", name: { en: "Version", fr: "Version" },
        value: parts.version },
      { key: "zone", kind: "setting", name: { en: "Time zone", fr: "Fuseau horaire" },
        value: unit.timeZone },
      { key: "clock", kind: "reading", name: { en: "Its clock", fr: "Son horloge" },
        value: localText(parts.world.clock.wall().getTime(), unit.timeZone) }],
    tests: [diskTest(parts), certificateTest(parts), alarmsTest(parts)] };
}

function diskTest(parts: AcceptanceParts): ReportTest {
  const title: Text = { en: "The disk has room", fr: "Le disque a de la place" };
  const host = parts.host();
  if (host === undefined || host.diskTotalBytes === 0) {
    return { key: "disk", title, outcome: "not-run", evidence: [],
      text: { en: "the disk has not been read yet", fr: "le disque n'a pas encore été lu" } };
  }
  const { diskFreeBytes, diskTotalBytes } = host;
  const free = `${(diskFreeBytes / gigabyte).toFixed(1)} / `
    + `${(diskTotalBytes / gigabyte).toFixed(1)}`;
  return { key: "disk", title, evidence: [],
    outcome: diskFreeBytes >= diskTotalBytes * diskLowBelow ? "passed" : "failed",
    text: { en: `${free} GB free`, fr: `${free} Go libres` } };
}

function certificateTest(parts: AcceptanceParts): ReportTest {
  const nowMs = parts.world.clock.wall().getTime();
  const { timeZone } = parts.document().unit;
  const all = parts.certificates();
  const first = all.reduce((least, { expiresAtMs }) => Math.min(least, expiresAtMs), Infinity);
  const known = all.length > 0;
  const days = Math.floor((first - nowMs) / dayMs);
  return { key: "certificates", title: { en: "The certificates are valid for a while",
    fr: "Les certificats restent valables" },
  outcome: !known ? "not-run" : days >= certificateDaysMin ? "passed" : "failed",
  text: known ? { en: `the first ends in ${days} days`, fr: `le premier expire dans ${days} jours` }
    : { en: "there are none yet", fr: "il n'y en a pas encore" },
  evidence: all.map(({ subject, expiresAtMs }) => ({ source: "", name: subject,
    value: localText(expiresAtMs, timeZone) })) };
}

/** Those of links and destinations stand with them. */
function alarmsTest(parts: AcceptanceParts): ReportTest {
  const elsewhere = new Set([...parts.document().links, ...parts.document().destinations]
    .map(({ id }) => id));
  const own = parts.alarms.list(false).filter(({ subject }) => !elsewhere.has(subject));
  return { key: "alarms",
    title: { en: "No alarm of the unit stands", fr: "Aucune alarme de la passerelle" },
    outcome: own.length === 0 ? "passed" : "failed",
    text: own.length === 0 ? { en: "none", fr: "aucune" }
      : { en: `${own.length} standing`, fr: `${own.length} en cours` },
    evidence: own.map((alarm) => ({ source: `alarm ${alarm.id}`, name: alarm.code,
      value: alarmText(alarm) })) };
}

export function checkedDestination(
  { destination, description, state, reason, feeds }: DestinationStatus, timeZone: string,
): Subject {
  const waiting = feeds.reduce((sum, feed) => sum + feed.waiting, 0);
  const since = feeds.map(({ waitingSinceMs }) => waitingSinceMs).filter((ms) => ms !== undefined);
  const oldest = since.length === 0 ? "" : localText(Math.min(...since), timeZone);
  return { kind: "destination", name: destination.id, title: "",
    facts: [
      { key: "to", kind: "setting", name: { en: "To", fr: "Vers" }, value: description },
      { key: "what", kind: "setting", name: { en: "What", fr: "Quoi" }, value: destination.what },
      { key: "links", kind: "setting", name: { en: "From the links", fr: "Des liens" },
        value: destination.links.join(", ") }],
    tests: [
      { key: "state", title: { en: "The destination takes data",
        fr: "La destination prend les données" }, evidence: [],
      outcome: state === "up" ? "passed" : "failed",
      text: state === "up" ? { en: "up", fr: "établie" } : inEachLanguage((words, language) =>
        words(reason) || (language === "en" ? "it has not been reached yet"
          : "elle n'a pas encore été jointe")) },
      { key: "backlog", title: { en: "Nothing waits to be delivered",
        fr: "Rien n'attend d'être livré" }, evidence: [],
      outcome: waiting === 0 ? "passed" : "failed",
      text: waiting === 0 ? { en: "nothing", fr: "rien" } : { en: `${waiting} since ${oldest}`,
        fr: `${waiting} depuis ${oldest}` } }] };
}
