/** `ctictl report ...`. */

import { X509Certificate } from "node:crypto";
import { join } from "node:path";
import { ReportsService, ReportVerdict, ReportVerdictSchema, RunAcceptanceResponseSchema,
  TestOutcomeSchema, type Report, type ReportChange, type ReportSummary }
  from "../../../proto/gen/cti/gateway/v1/reports_pb.js";
import { ask, type Command, type Input, type OptionDeclaration } from "../command.js";
import { exitCodes, type ExitCode } from "../exit-codes.js";
import { Failure, usageFailure } from "../failure.js";
import type { Bilingual } from "../language.js";
import { verifyReport, type ReportFinding, type ReportVerdict as Verified }
  from "../report-verifier.js";
import type { Session } from "../session.js";
import { readSaved } from "../settings.js";
import { enumWord, timeText } from "../wording.js";

const methods = ReportsService.method;
const fileMode = 0o600;

const verdictWords: Readonly<Partial<Record<ReportVerdict, Bilingual>>> = {
  [ReportVerdict.PASSED]: ["passed", "réussi"],
  [ReportVerdict.FAILED]: ["failed", "échoué"],
  [ReportVerdict.INCOMPLETE]: ["incomplete", "incomplet"],
};

function verdictText(verdict: ReportVerdict, session: Session): string {
  const words = verdictWords[verdict];
  return words === undefined ? enumWord(ReportVerdictSchema, verdict) : session.say(words);
}

function countsText({ passed, failed, notRun }: ReportSummary, session: Session): string {
  return session.say([`${passed} passed, ${failed} failed, ${notRun} not run`,
    `${passed} réussis, ${failed} échoués, ${notRun} non faits`]);
}

async function showChanges(changes: readonly ReportChange[], session: Session): Promise<void> {
  await session.table([["What", "Objet"], ["Setting or test", "Réglage ou essai"],
    ["Before", "Avant"], ["Now", "Maintenant"]],
  changes.map(({ subject, item, before, after }) => [subject, item, before, after]));
}

async function showReport(report: Report, session: Session): Promise<void> {
  const { summary, tests, changes, authorityFingerprint } = report;
  if (summary !== undefined) {
    await session.pairs([
      [["Report", "Rapport"], String(summary.number)],
      [["Verdict", "Verdict"], `${verdictText(summary.verdict, session)} `
        + `(${countsText(summary, session)})`],
      [["Tested", "Essais"], timeText(summary.startedAt, session.environment)],
      [["Site", "Site"], summary.site], [["Installer", "Installateur"], summary.installer],
      [["Authority", "Autorité"], authorityFingerprint]]);
  }
  await session.text("\n");
  await session.table([["What", "Objet"], ["Test", "Essai"], ["Outcome", "Résultat"],
    ["What was found", "Constat"]], tests.map(({ subject, title, outcome, text }) =>
    [subject, title, enumWord(TestOutcomeSchema, outcome), text]));
  if (changes.length === 0) return;
  await session.text(session.say([`\nDifferences from report ${summary?.previous ?? 0n}`,
    `\nDifférences avec le rapport ${summary?.previous ?? 0n}`]));
  await showChanges(changes, session);
}

/** Both forms, exactly as they were signed. */
async function writeReport(report: Report, folder: string, session: Session): Promise<void> {
  for (const [name, content] of [["REPORT.json", report.documentJson],
    ["REPORT.html", report.pageHtml]] as const) {
    const path = join(folder, name);
    await session.environment.writeFile(path, content, fileMode);
    session.note(path);
  }
}

const out: OptionDeclaration = { flags: "--out <folder>", about: [
  "write REPORT.html and REPORT.json there (report run: here if absent)",
  "y écrire REPORT.html et REPORT.json (report run : ici par défaut)"] };

const run: Command = {
  words: "report run", methods: [methods.runAcceptance],
  about: ["Test links, destinations and the unit, ask for a test call, and sign what was found. "
    + "Ends with 1 unless everything passed.",
  "Essayer liens, destinations et passerelle, demander un appel d'essai, signer le constat. "
    + "Se termine par 1 sauf si tout a réussi."],
  options: [out,
    { flags: "--links <ids>", about: ["only these, with commas between", "ceux-ci seulement, "
      + "séparés par des virgules"] },
    { flags: "--wait <seconds>", about: ["for a test call (120); 0: none",
      "attente d'un appel d'essai (120) ; 0 : aucun"] },
    { flags: "--site <text>", about: ["the site", "le site"] },
    { flags: "--installer <name>", about: ["who installed", "qui a installé"] },
    { flags: "--remarks <text>", about: ["what else is to stand in it",
      "ce qui doit encore y figurer"] }],
  async run(session, input) {
    const links = input.text("links").split(",").filter((id) => id !== "");
    let report: Report | undefined;
    for await (const response of session.stream(methods.runAcceptance, { links,
      ...input.has("wait") && { testCallSeconds: Number(input.count("wait")) },
      site: input.text("site"), installer: input.text("installer"),
      remarks: input.text("remarks") })) {
      const { step } = response;
      if (step.case === "report") report = step.value;
      if (session.format !== "table") {
        await session.data(RunAcceptanceResponseSchema, response, true);
      } else if (step.case === "progress") session.note(step.value.text);
    }
    if (report === undefined) return;
    if (session.format === "table") await showReport(report, session);
    await writeReport(report, input.text("out") || ".", session);
    const verdict = report.summary?.verdict ?? ReportVerdict.UNSPECIFIED;
    if (verdict !== ReportVerdict.PASSED) {
      const words = verdictText(verdict, session);
      throw new Failure(session.say([`the verdict is: ${words}`, `le verdict est : ${words}`]),
        { exitCode: exitCodes.failed });
    }
  },
};

const endings: Readonly<Record<ReportFinding, ExitCode>> = { "good": exitCodes.ok,
  "changed": exitCodes.failed, "other-unit": exitCodes.refused, "unknown-unit": exitCodes.refused,
  "no-report": exitCodes.invalid };

function findingText({ finding, places, fingerprint, unit, number }: Verified,
  session: Session): string {
  const colons = (fingerprint.toUpperCase().match(/../g) ?? []).join(":");
  switch (finding) {
    case "good": return session.say([`GOOD: report ${number}, as the unit ${unit} signed it`,
      `BON : rapport ${number}, tel que la passerelle ${unit} l'a signé`]);
    case "changed": {
      const where = places.map((each) => session.say(each)).join("; ");
      return session.say([`CHANGED since it was signed: ${where}`,
        `MODIFIÉ depuis sa signature : ${where}`]);
    }
    case "other-unit": return session.say([
      `SIGNED BY ANOTHER UNIT: whole, but the authority that signed it is ${colons}`,
      `SIGNÉ PAR UNE AUTRE PASSERELLE : intact, mais l'autorité qui a signé est ${colons}`]);
    case "unknown-unit": return session.say([
      `WHOLE, BUT BY WHOM? The authority that signed it is ${colons}. Compare it with what the `
        + "unit itself shows (ctictl login), and verify with --fingerprint or --authority.",
      `INTACT, MAIS DE QUI ? L'autorité qui a signé est ${colons}. Comparez-la à ce que montre `
        + "la passerelle elle-même (ctictl login), et vérifiez avec --fingerprint ou "
        + "--authority."]);
    case "no-report": return session.say(["this is no acceptance report",
      "ce n'est pas un rapport de réception"]);
  }
}

/** What the caller names, else the authorities of all gateways to which somebody signed in here. */
async function trustedBy(session: Session, input: Input): Promise<readonly string[]> {
  const { environment } = session;
  const plain = (text: string): string => text.replace(/[^0-9a-f]/gi, "").toLowerCase();
  const named = input.text("fingerprint");
  const file = input.text("authority");
  if (named === "" && file === "") {
    const { gateways } = await readSaved(environment);
    return Object.values(gateways).map(({ fingerprint = "" }) => plain(fingerprint))
      .filter((one) => one !== "");
  }
  const trusted = named === "" ? [] : [plain(named)];
  if (file !== "") {
    const pem = await environment.readFile(file);
    try {
      trusted.push(plain(new X509Certificate(pem ?? "").fingerprint256));
    } catch {
      throw usageFailure(session.say([`${file} is no certificate (PEM)`,
        `${file} n'est pas un certificat (PEM)`]));
    }
  }
  return trusted;
}

const verify: Command = {
  words: "report verify", args: ["<file>"], methods: [],
  about: ["Verify REPORT.html or REPORT.json; needs no gateway. Ends with 0 when good, 1 when "
    + "changed, 7 when signed by another unit.",
  "Vérifier REPORT.html ou REPORT.json ; sans passerelle. Se termine par 0 si bon, 1 si modifié, "
    + "7 si signé par une autre passerelle."],
  options: [
    { flags: "--authority <pem>", about: ["certificate of the unit's authority",
      "certificat de l'autorité de la passerelle"] },
    { flags: "--fingerprint <sha256>", about: ["or its fingerprint; if absent, those of the "
      + "gateways signed in to", "ou son empreinte ; à défaut, celles des passerelles connues"] }],
  async run(session, input) {
    const path = input.arg("file");
    const bytes = await session.environment.readFile(path);
    if (bytes === undefined) {
      throw usageFailure(session.say([`the file ${path} cannot be read`,
        `le fichier ${path} est illisible`]));
    }
    const verified = verifyReport(bytes, await trustedBy(session, input));
    const text = findingText(verified, session);
    if (session.format !== "table") {
      const { places, ...rest } = verified;
      await session.plain({ ...rest, places: places.map((each) => session.say(each)) });
    } else if (verified.finding === "good") await session.text(text);
    const exitCode = endings[verified.finding];
    if (exitCode !== exitCodes.ok) throw new Failure(text, { exitCode });
  },
};

export const reportCommands: readonly Command[] = [
  run,
  ask({ words: "report list", method: methods.listReports, request: () => ({}),
    about: ["List the reports that the unit keeps.", "Lister les rapports gardés."],
    show: ({ reports }, session) => session.table([[">Number", ">Numéro"], ["Tested", "Essais"],
      ["Verdict", "Verdict"], ["Tests", "Essais faits"], ["Site", "Site"],
      ["Installer", "Installateur"]], reports.map((summary) =>
      [String(summary.number), timeText(summary.startedAt, session.environment),
        verdictText(summary.verdict, session), countsText(summary, session), summary.site,
        summary.installer])) }),
  ask({ words: "report show", args: ["[number]"], method: methods.getReport, options: [out],
    about: ["Show a report, the newest if none is named; --out writes its files.",
      "Montrer un rapport, le dernier si aucun n'est nommé ; --out écrit ses fichiers."],
    request: (input) => ({ number: input.number("number") }),
    show: async ({ report }, session, input) => {
      if (report === undefined) return;
      await showReport(report, session);
      if (input.has("out")) await writeReport(report, input.text("out"), session);
    } }),
  ask({ words: "report diff", args: ["<from>", "[to]"], method: methods.diffReports,
    about: ["Show what differs between two reports; the second is the newest if absent.",
      "Montrer ce qui diffère entre deux rapports ; à défaut, le second est le dernier."],
    request: (input) => ({ from: input.number("from"), to: input.number("to") }),
    show: ({ changes }, session) => showChanges(changes, session) }),
  verify,
];
