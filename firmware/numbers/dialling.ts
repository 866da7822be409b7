/** The last step outwards: from a reading to the digits that the PBX is sent. */

import type { Reading } from "./chain.js";
import type { CompiledPlan } from "./number-plan.js";
import type { Phrase, PhraseValues } from "./phrases.js";
import { dialledFrom } from "./public-number.js";

export type Dialled =
  | { readonly ok: true; readonly text: string; readonly phrase: Phrase;
      readonly values: PhraseValues }
  | { readonly ok: false; readonly reason: { readonly en: string; readonly fr: string } };

/** Longest string of digits that is sent without knowing what it is. */
const uncheckedDigitsMax = 32;

export function dialOf(reading: Reading, plan: CompiledPlan): Dialled {
  const { text, kind, number } = reading;
  const prefix = plan.externalPrefix;
  if (text === "") return refused("it is empty", "il est vide");
  if (kind === "internal" || kind === "service") return sent(text, "dial-as-is");
  if (number !== undefined && plan.country !== undefined) {
    const digits = dialledFrom(number, plan.country);
    if (digits !== undefined) {
      const abroad = number.callingCode !== plan.country.callingCode;
      return sent(`${prefix}${digits}`, abroad ? "dial-international" : "dial-national",
        { prefix, idd: plan.country.internationalPrefix });
    }
  }
  if (text.startsWith("+")) {
    return plan.country === undefined
      ? refused("a number with + needs the country of the link (numbers.country)",
        "un numéro avec + demande le pays du lien (numbers.country)")
      : refused("it is no complete international number",
        "ce n'est pas un numéro international complet");
  }
  if (/^[\d*#]+$/.test(text)) {
    return text.length <= uncheckedDigitsMax
      ? sent(`${prefix}${text}`, "dial-unchecked", { prefix })
      : refused(`it has more than ${uncheckedDigitsMax} digits`,
        `il a plus de ${uncheckedDigitsMax} chiffres`);
  }
  // A SIP device may have a name instead of a number; only the PBX knows.
  if (/^[A-Za-z][A-Za-z0-9._-]{0,63}$/.test(text)) return sent(text, "dial-as-is");
  return refused("it is neither a number nor the name of a device",
    "ce n'est ni un numéro ni le nom d'un poste");
}

function sent(text: string, phrase: Phrase, values: PhraseValues = {}): Dialled {
  return { ok: true, text, phrase, values };
}

function refused(en: string, fr: string): Dialled {
  return { ok: false, reason: { en, fr } };
}
