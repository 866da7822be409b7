/**
 * A report as one page to print: no scripts, nothing from elsewhere, every text escaped. It holds
 * the signed file, so that the page alone is enough to verify it.
 */

import { inLanguage, type Language, type Text } from "../base/result.js";
import { subjectName, type Change, type Report, type ReportTest, type Subject } from "./report.js";
import { localText, outcomeWords, verdictWords } from "./words.js";

/** What the verifier looks for; the file stands between, escaped. */
const dataOpens = "<pre id=\"signed-data\">";
const dataCloses = "</pre>";

const css = `@page{size:A4;margin:16mm}
*{box-sizing:border-box}
body{font:14px/1.45 "Liberation Sans",Arial,sans-serif;color:#1a1a1a;background:#fff;
max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.6rem;margin:0}h2{font-size:1.15rem;margin:1.8rem 0 .4rem;
border-bottom:2px solid #1a1a1a;padding-bottom:.2rem;break-after:avoid}
.sub{color:#555;margin:.2rem 0 1rem}
.verdict{border:2px solid;padding:.6rem .9rem;font-weight:bold;margin:1rem 0}
.passed{color:#11632e}.failed{color:#a01515}.incomplete,.not-run{color:#7a4b00}
table{border-collapse:collapse;width:100%;margin:.5rem 0}
th,td{border:1px solid #bbb;padding:.25rem .5rem;text-align:left;vertical-align:top;
overflow-wrap:anywhere}
th{background:#f1f1f1;font-weight:600}tr{break-inside:avoid}
.facts th{width:32%}.tests{table-layout:fixed}.tests th:first-child{width:30%}
.tests th:nth-child(2){width:6.5rem}.outcome{font-weight:bold}
.evidence{margin:.2rem 0 0;font-size:.86rem;color:#333}.evidence b{font-weight:600}
.evidence pre,.hash{font:12px/1.35 "Liberation Mono",monospace;white-space:pre-wrap;margin:.1rem 0;
overflow-wrap:anywhere}
.source{color:#666}.signs{display:flex;gap:2rem;margin-top:2.5rem;break-inside:avoid}
.signs div{flex:1;border-top:1px solid #1a1a1a;padding-top:.3rem}
details{margin-top:1.5rem;font-size:.8rem}details pre{white-space:pre-wrap;overflow-wrap:anywhere}
@media print{body{margin:0;padding:0;max-width:none}details{display:none}}
@media (max-width:34rem){.signs{display:block}.signs div{margin-top:3rem}}`;

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")
    .replaceAll("\"", "&quot;");
}

class Page {
  readonly #report: Report;
  readonly #language: Language;

  constructor(report: Report, language: Language) {
    this.#report = report;
    this.#language = language;
  }

  whole(file: string): string {
    const { number, unit, verdict, subjects } = this.#report;
    const title = this.#say(`Acceptance report ${number}`, `Rapport de réception ${number}`);
    return `<!DOCTYPE html>
<html lang="${this.#language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none';style-src 'unsafe-inline'">
<title>${title} · ${escaped(unit.name)}</title><style>${css}</style></head><body>
<h1>${title}</h1><p class="sub">${escaped(unit.name)}, Jackfield ${escaped(unit.version)}</p>
<p class="verdict ${verdict}">${this.#text(verdictWords[verdict])}</p>
${this.#head()}${this.#changes()}${subjects.map((each) => this.#subject(each)).join("")}
${this.#handover()}
<details><summary>${this.#say("Signed data", "Données signées")}</summary>
${dataOpens}${escaped(file.trimEnd())}${dataCloses}</details>
</body></html>
`;
  }

  #say(en: string, fr: string): string {
    return this.#language === "en" ? en : fr;
  }

  #text(text: Text): string {
    return escaped(inLanguage(text, this.#language));
  }

  #table(rows: readonly (readonly [name: string, value: string])[]): string {
    const shown = rows.filter(([, value]) => value !== "");
    return shown.length === 0 ? "" : `<table class="facts">${shown.map(([name, value]) =>
      `<tr><th>${name}</th><td>${value}</td></tr>`).join("")}</table>\n`;
  }

  #head(): string {
    const { site, installer, remarks, runBy, startedAt, endedAt, previous, unit } = this.#report;
    const at = (time: string): string => localText(Date.parse(time), unit.timeZone);
    return this.#table([
      [this.#say("Site", "Site"), escaped(site)],
      [this.#say("Installer", "Installateur"), escaped(installer)],
      [this.#say("Run by", "Lancé par"), escaped(runBy)],
      [this.#say("Tested", "Essais"), escaped(`${at(startedAt)} – ${at(endedAt)} `
        + `(${unit.timeZone})`)],
      [this.#say("Report before", "Rapport précédent"),
        previous.number === 0 ? "" : String(previous.number)],
      [this.#say("Remarks", "Remarques"), escaped(remarks).replaceAll("\n", "<br>")]]);
  }

  #changes(): string {
    const { previous, changes } = this.#report;
    if (previous.number === 0) return "";
    const title = this.#say(`Differences from report ${previous.number}`,
      `Différences avec le rapport ${previous.number}`);
    const row = ({ subject, item, before, after }: Change): string =>
      `<tr><td>${escaped(this.#named(subject))}</td><td>${this.#text(item)}</td>`
      + `<td>${this.#text(before)}</td><td>${this.#text(after)}</td></tr>`;
    const heads = [this.#say("What", "Objet"), this.#say("Setting or test", "Réglage ou essai"),
      this.#say("Before", "Avant"), this.#say("Now", "Maintenant")];
    return `<h2>${title}</h2>\n${changes.length === 0
      ? `<p>${this.#say("None in settings and outcomes.", "Aucune : mêmes réglages et résultats.")}`
        + "</p>\n"
      : `<table><tr>${heads.map((each) => `<th>${each}</th>`).join("")}</tr>`
        + `${changes.map(row).join("")}</table>\n`}`;
  }

  #kinds(): Readonly<Record<Subject["kind"], string>> {
    return { unit: this.#say("Unit", "Passerelle"), link: this.#say("Link", "Lien"),
      destination: this.#say("Destination", "Destination") };
  }

  /** The subject of a change, in the page's language. */
  #named(subject: string): string {
    return Object.entries(this.#kinds()).reduce((text, [kind, word]) =>
      text.replace(new RegExp(`^${kind}(?= |$)`), word), subject);
  }

  #subject(subject: Subject): string {
    const kinds = this.#kinds();
    const title = this.#text(subject.title);
    const heads = [this.#say("Test", "Essai"), this.#say("Outcome", "Résultat"),
      this.#say("What was found", "Constat")];
    return `<h2 id="${escaped(subjectName(subject)).replaceAll(" ", "-")}">${kinds[subject.kind]} `
      + `${escaped(subject.name)}${title === "" || title === subject.name ? "" : ` · ${title}`}`
      + `</h2>\n${this.#table(subject.facts.map(({ name, value }) =>
        [this.#text(name), this.#text(value)]))}`
      + `<table class="tests"><tr>${heads.map((each) => `<th>${each}</th>`).join("")}</tr>`
      + `${subject.tests.map((each) => this.#test(each)).join("")}</table>\n`;
  }

  #test({ title, outcome, text, evidence }: ReportTest): string {
    const shown = evidence.map(({ name, value, source }) => {
      const words = this.#text(value);
      const cited = source === "" ? "" : ` <span class="source">[${escaped(source)}]</span>`;
      return `<div class="evidence"><b>${this.#text(name)}</b>${cited}${words.includes("\n")
        ? `<pre>${words}</pre>` : `: ${words}`}</div>`;
    }).join("");
    return `<tr><td>${this.#text(title)}</td><td class="outcome ${outcome}">`
      + `${this.#text(outcomeWords[outcome])}</td><td>${this.#text(text)}${shown}</td></tr>`;
  }

  #handover(): string {
    const sign = this.#say("date, name, signature", "date, nom, signature");
    const fingerprint = (this.#report.unit.authority.toUpperCase().match(/../g) ?? []).join(":");
    return `<div class="signs"><div>${this.#say("Installer", "Installateur")}: ${sign}</div>`
      + `<div>${this.#say("Customer", "Client")}: ${sign}</div></div>
<h2>${this.#say("Proof", "Preuve")}</h2><p>${this.#say(
  "The unit signed this file with the key of its authority. Whoever has the fingerprint of that "
  + "authority from the unit itself (ctictl login shows it) verifies it without the unit:",
  "La passerelle a signé ce fichier avec la clé de son autorité. Qui tient l'empreinte de cette "
  + "autorité de la passerelle elle-même (ctictl login la montre) le vérifie sans elle :")}</p>
<p class="hash">ctictl report verify FILE --fingerprint ${fingerprint}</p>`;
  }
}

/** `file` is the signed file of the report. */
export function reportPage(report: Report, file: string, language: Language): string {
  return new Page(report, language).whole(file);
}
