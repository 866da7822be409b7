/** `ctictl number ...`. */

import { NumberKindSchema, type NumberForms } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { NumbersService, NumberUse } from "../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { ask, type Command } from "../command.js";
import { readDocument } from "../document.js";
import { enumWord } from "../wording.js";

const methods = NumbersService.method;

function formsText(forms: NumberForms | undefined): string {
  if (forms === undefined) return "";
  const kind = enumWord(NumberKindSchema, forms.kind);
  return [forms.display, forms.e164 === forms.display ? "" : forms.e164, kind]
    .filter((part) => part !== "").join(" ");
}

export const numberCommands: readonly Command[] = [
  ask({ words: "number explain", args: ["<link>", "<number>"], method: methods.explainNumber,
    options: [{ flags: "--dial",
      about: ["as a number to dial, instead of one that the PBX shows",
        "comme numéro à composer, et non montré par le PBX"] }],
    about: ["Show every rule that a number goes through.",
      "Montrer chaque règle par laquelle passe un numéro."],
    request: (input) => ({ link: input.arg("link"), number: input.arg("number"),
      use: input.flag("dial") ? NumberUse.DIAL : NumberUse.FROM_PBX }),
    async show(response, session) {
      await session.table([["Rule", "Règle"], ["", ""], ["Before", "Avant"], ["After", "Après"],
        ["What it did", "Effet"]], response.steps.map((step) => [step.rule,
        step.matched ? "*" : "", step.before, step.after === step.before ? "" : step.after,
        step.explanation]));
      await session.text("\n");
      await session.pairs([
        [["Kind", "Genre"], enumWord(NumberKindSchema, response.forms?.kind ?? 0)],
        [["E.164", "E.164"], response.forms?.e164 ?? ""],
        [["Shown as", "Affiché"], response.forms?.display ?? ""],
        [["Sent to the PBX", "Envoyé au PBX"], response.dialled]]);
    } }),
  ask({ words: "number test", args: ["<link>", "<file>"], method: methods.testRules,
    options: [{ flags: "--calls <count>", about: ["try the last so many calls (1000)",
      "essayer les derniers appels, tant (1000)"] }],
    about: ["Show what changed rules (a `numbers:` section) would do to the last calls.",
      "Montrer l'effet de règles modifiées (section `numbers:`) sur les derniers appels."],
    request: async (input, session) => ({ link: input.arg("link"),
      rulesYaml: await readDocument(session, input.arg("file")),
      callsMax: Number(input.count("calls")) }),
    async show(response, session) {
      await session.table([[">Calls", ">Appels"], ["Number", "Numéro"], ["Now", "Actuel"],
        ["With the new rules", "Avec les nouvelles règles"]], response.differences.map((row) =>
        [String(row.calls), row.before?.raw ?? "", formsText(row.before), formsText(row.after)]));
      const { callsTried, numbersTried, differencesTotal } = response;
      session.note([
        `${differencesTotal} of ${numbersTried} numbers differ, in ${callsTried} calls`,
        `${differencesTotal} numéros sur ${numbersTried} changent, en ${callsTried} appels`]);
    } }),
];
