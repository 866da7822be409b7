/** `ctictl config ...`. */

import { durationFromMs } from "@bufbuild/protobuf/wkt";
import { ApplyConfigurationResponseSchema, ApplyMode, ConfigurationService, RevisionSchema,
  ValidateConfigurationResponseSchema, type ConfigurationProblem, type PlanStep, type Revision }
  from "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { ask, askPages, type Command, type Input } from "../command.js";
import { readDocument } from "../document.js";
import { exitCodes } from "../exit-codes.js";
import { Failure } from "../failure.js";
import type { Session } from "../session.js";
import { parseDurationMs, timeText } from "../wording.js";

const methods = ConfigurationService.method;

async function showPlan(plan: readonly PlanStep[], session: Session): Promise<void> {
  if (plan.length === 0) {
    await session.text(session.say(["Nothing would change.", "Rien ne changerait."]));
    return;
  }
  await session.table([["Component", "Élément"], ["Action", "Action"], [">Calls", ">Appels"],
    ["Reason", "Raison"]], plan.map((step) =>
    [step.component, step.action, String(step.callsAffected), step.reason]));
}

function problemLines(problems: readonly ConfigurationProblem[], file: string): string {
  return problems.map(({ line, path, message }) => `${file}:${line === 0 ? "" : `${line}:`} `
    + `${path}${path === "" ? "" : ": "}${message}\n`).join("");
}

function revisionRow(revision: Revision, session: Session): readonly string[] {
  const { environment } = session;
  const until = timeText(revision.trialUntil, environment);
  return [String(revision.number), revision.current ? "*" : "",
    timeText(revision.appliedAt, environment), revision.actor,
    until === "" ? revision.outcome : session.say([`on trial until ${until}`,
      `à l'essai jusqu'à ${until}`]), revision.comment];
}

async function showRevision(
  response: { readonly revision?: Revision | undefined }, session: Session,
): Promise<void> {
  const { revision } = response;
  if (revision === undefined) return;
  const until = timeText(revision.trialUntil, session.environment);
  await session.text(until === ""
    ? session.say([`Revision ${revision.number} is in force.`,
      `La révision ${revision.number} est en vigueur.`])
    : session.say([`Revision ${revision.number} is on trial until ${until}: \`ctictl config `
      + "confirm` keeps it.", `La révision ${revision.number} est à l'essai `
      + `jusqu'à ${until} : \`ctictl config confirm\` la garde.`]));
}

/** All errors with their lines; the refusal of `apply` carries only the first ones. */
async function refuseInvalid(session: Session, document: string, file: string): Promise<void> {
  const checked = await session.unary(methods.validateConfiguration, { document });
  if (checked.warnings.length > 0) session.environment.err(problemLines(checked.warnings, file));
  if (checked.errors.length === 0) return;
  session.environment.err(problemLines(checked.errors, file));
  throw new Failure(session.say([`${checked.errors.length} errors in ${file}`,
    `${checked.errors.length} erreurs dans ${file}`]), { exitCode: exitCodes.invalid });
}

function modeOf(input: Input): ApplyMode {
  if (input.flag("dryRun")) return ApplyMode.DRY_RUN;
  return input.has("try") ? ApplyMode.TRY : ApplyMode.APPLY;
}

const validate: Command = {
  words: "config validate", args: ["<file>"], methods: [methods.validateConfiguration],
  about: ["List all errors and warnings of a document.",
    "Lister toutes les erreurs et remarques d'un document."],
  async run(session, input) {
    const file = input.arg("file");
    const document = await readDocument(session, file);
    const checked = await session.unary(methods.validateConfiguration, { document });
    if (session.format !== "table") {
      await session.data(ValidateConfigurationResponseSchema, checked);
    } else {
      await session.text(problemLines([...checked.errors, ...checked.warnings], file));
      await session.text(session.say(
        [`${checked.errors.length} errors, ${checked.warnings.length} warnings.`,
          `${checked.errors.length} erreurs, ${checked.warnings.length} remarques.`]));
    }
    if (checked.errors.length > 0) {
      throw new Failure(session.say(["the document is not valid", "le document n'est pas valide"]),
        { exitCode: exitCodes.invalid });
    }
  },
};

async function applyDocument(session: Session, input: Input, mode: ApplyMode): Promise<void> {
  const file = input.arg("file");
  const document = await readDocument(session, file);
  await refuseInvalid(session, document, file);
  const response = await session.unary(methods.applyConfiguration, {
    document, mode, comment: input.text("comment"),
    expectedRevision: input.count("expectRevision"),
    requestId: session.environment.randomId(),
    ...(mode === ApplyMode.TRY
      && { confirmWithin: durationFromMs(parseDurationMs(input.text("try"))) }),
  });
  if (session.format !== "table") {
    await session.data(ApplyConfigurationResponseSchema, response);
    return;
  }
  await showPlan(response.plan, session);
  await showRevision(response, session);
}

const secretCommands: readonly Command[] = [
  ask({ words: "secret list", method: methods.listSecrets, request: () => ({}),
    about: ["List the secrets that links may name as store:NAME, never what they are.",
      "Lister les secrets que les liens nomment store:NOM, jamais leur valeur."],
    show: (response, session) => session.table([["Name", "Nom"], ["Set", "Défini"],
      ["Links", "Liens"]], response.secrets.map(({ name, setAt, links }) =>
      [name, timeText(setAt, session.environment), links.join(", ")])) }),
  ask({ words: "secret set", args: ["<name>"], method: methods.setSecret,
    about: ["Set a secret, asked for or read from the standard input.",
      "Définir un secret, demandé ou lu sur l'entrée standard."],
    request: async (input, session) => {
      const value = session.environment.interactive
        ? await session.environment.question(session.say(["Secret: ", "Secret : "]), true)
        : (await session.environment.input()).replace(/\r?\n$/, "");
      return { name: input.arg("name"), value: value ?? "" };
    },
    async show({ links, restarted }, session) {
      await session.text(session.say(["Done.", "Fait."]));
      const waiting = links.filter((link) => !restarted.includes(link));
      if (restarted.length > 0) {
        session.note([`Opened again with it: ${restarted.join(", ")}.`,
          `Rouverts avec lui : ${restarted.join(", ")}.`]);
      }
      if (waiting.length > 0) {
        session.note([`Used from the next session on: ${waiting.join(", ")}; `
          + "`ctictl link restart` begins one now.",
        `Pris à la prochaine session : ${waiting.join(", ")} ; `
          + "`ctictl link restart` en ouvre une."]);
      }
    } }),
  ask({ words: "secret delete", args: ["<name>"], method: methods.deleteSecret,
    about: ["Forget a secret that no link names.", "Oublier un secret qu'aucun lien ne nomme."],
    request: (input) => ({ name: input.arg("name") }) }),
];

const applyMethods = [methods.validateConfiguration, methods.applyConfiguration];

export const configurationCommands: readonly Command[] = [
  ask({ words: "config show", args: ["[revision]"], method: methods.getConfiguration,
    about: ["Print the document in force, or an earlier one.",
      "Afficher le document en vigueur, ou un ancien."],
    request: (input) => ({ revision: input.number("revision") }),
    show: (response, session) => session.environment.out(response.document) }),
  validate,
  { words: "config plan", args: ["<file>"], methods: applyMethods,
    about: ["Show what applying a document would restart.",
      "Montrer ce que l'application d'un document relancerait."],
    run: (session, input) => applyDocument(session, input, ApplyMode.DRY_RUN) },
  { words: "config apply", args: ["<file>"], methods: applyMethods,
    about: ["Apply a document, at once or on trial.",
      "Appliquer un document, aussitôt ou à l'essai."],
    options: [
      { flags: "--try <duration>", about: ["go back unless confirmed within: 90s, 10m",
        "revenir en arrière sans confirmation sous : 90s, 10m"] },
      { flags: "--dry-run", about: ["only validate and plan", "seulement valider et planifier"] },
      { flags: "--comment <text>", about: ["kept in the history", "gardé dans l'historique"] },
      { flags: "--expect-revision <number>", about: ["refuse unless this revision is in force",
        "refuser si une autre révision est en vigueur"] }],
    run: (session, input) => applyDocument(session, input, modeOf(input)) },
  ask({ words: "config confirm", args: ["[revision]"], method: methods.confirmConfiguration,
    about: ["Keep the document that is on trial.", "Garder le document à l'essai."],
    request: (input) => ({ revision: input.number("revision") }), show: showRevision }),
  ask({ words: "config revert", args: ["[revision]"], method: methods.revertConfiguration,
    about: ["Go back to a revision, or end a trial.",
      "Revenir à une révision, ou terminer un essai."],
    request: (input, { environment }) =>
      ({ revision: input.number("revision"), requestId: environment.randomId() }),
    show: showRevision }),
  askPages({ words: "config history", method: methods.listRevisions, item: RevisionSchema,
    limitDefault: 50, pageMax: 500,
    about: ["List all revisions, newest first.", "Lister les révisions, les récentes d'abord."],
    request: (_input, page) => ({ pageSize: page.size, pageToken: page.token }),
    page: (response) => ({ items: response.revisions, next: response.nextPageToken }),
    show: (revisions, session) => session.table([[">Revision", ">Révision"], ["", ""],
      ["Applied", "Appliquée"], ["By", "Par"], ["Outcome", "Issue"], ["Comment", "Commentaire"]],
    revisions.map((revision) => revisionRow(revision, session))) }),
  ask({ words: "config diff", args: ["<from>", "[to]"], method: methods.diffRevisions,
    about: ["Show the difference between two revisions.",
      "Montrer la différence entre deux révisions."],
    request: (input) => ({ from: input.number("from"), to: input.number("to") }),
    show: (response, session) => session.environment.out(response.diff) }),
  ...secretCommands,
  ask({ words: "config schema", method: methods.getSchema, request: () => ({}),
    about: ["Print the JSON Schema of the document.", "Afficher le JSON Schema du document."],
    show: (response, session) => session.text(response.jsonSchema) }),
];
