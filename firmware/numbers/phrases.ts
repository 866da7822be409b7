/** What each rule of the chain says about a number, English and French. `{x}` is filled in. */

export const phrases = {
  "decoration-removed": {
    en: "Spaces, punctuation and address parts were removed.",
    fr: "Espaces, ponctuation et éléments d'adresse ont été retirés." },
  "decoration-none": { en: "There is nothing to remove.", fr: "Il n'y a rien à retirer." },
  "decoration-letters": {
    en: "It holds letters, so it is a name and not a number.",
    fr: "Il contient des lettres : c'est un nom, pas un numéro." },
  "service-code": {
    en: "It begins with {code}, so it is a feature code, never changed.",
    fr: "Il commence par {code} : c'est un code de service, jamais modifié." },
  "service-listed": {
    en: "It is a service number of this link, never changed.",
    fr: "C'est un numéro de service de ce lien, jamais modifié." },
  "service-emergency": {
    en: "It is an emergency number of {country}, never changed.",
    fr: "C'est un numéro d'urgence ({country}), jamais modifié." },
  "service-not": {
    en: "It is no service number.", fr: "Ce n'est pas un numéro de service." },
  "internal-short": {
    en: "It has {digits} digits; up to {max} digits are devices of the PBX.",
    fr: "Il a {digits} chiffres ; jusqu'à {max} chiffres, c'est un poste du PBX." },
  "internal-long": {
    en: "It has more than {max} digits, so it is no device of the PBX.",
    fr: "Il a plus de {max} chiffres : ce n'est pas un poste du PBX." },
  "internal-not-digits": {
    en: "It does not consist of digits only, so it is no device of the PBX.",
    fr: "Il ne contient pas que des chiffres : ce n'est pas un poste du PBX." },
  "prefix-none": {
    en: "The link has no external prefix.", fr: "Le lien n'a pas de préfixe extérieur." },
  "prefix-removed": {
    en: "The external prefix {prefix} was removed: this link shows it before every number.",
    fr: "Le préfixe extérieur {prefix} a été retiré : ce lien le montre devant chaque numéro." },
  "prefix-deduced": {
    en: "The external prefix {prefix} was removed: the number makes sense only without it.",
    fr: "Le préfixe extérieur {prefix} a été retiré : le numéro n'a de sens que sans lui." },
  "prefix-absent": {
    en: "It does not begin with the external prefix {prefix}.",
    fr: "Il ne commence pas par le préfixe extérieur {prefix}." },
  "prefix-kept": {
    en: "It begins with {prefix}, but that belongs to the number itself.",
    fr: "Il commence par {prefix}, mais cela fait partie du numéro lui-même." },
  "rule-other-use": {
    en: "The rule is for the other direction.", fr: "La règle vaut pour l'autre sens." },
  "rule-no-match": {
    en: "It does not match {pattern}.", fr: "Il ne correspond pas à {pattern}." },
  "rule-replaced": {
    en: "It matches {pattern} and was rewritten.",
    fr: "Il correspond à {pattern} et a été réécrit." },
  "rule-decided": {
    en: "It matches {pattern}: the rule says that it is {kind}.",
    fr: "Il correspond à {pattern} : la règle dit qu'il est {kind}." },
  "rule-unusable": {
    en: "It matches {pattern}, but the replacement gives no number; nothing was changed.",
    fr: "Il correspond à {pattern}, mais le remplacement ne donne aucun numéro : inchangé." },
  "area-none": { en: "The link has no area code.", fr: "Le lien n'a pas d'indicatif local." },
  "area-added": {
    en: "It is a local number: the area code {area} was put before it.",
    fr: "C'est un numéro local : l'indicatif {area} a été ajouté." },
  "area-not": {
    en: "It is no local number of the area {area}.",
    fr: "Ce n'est pas un numéro local de la zone {area}." },
  "e164-valid": {
    en: "It is a valid number of the public network ({country}).",
    fr: "C'est un numéro valide du réseau public ({country})." },
  "e164-possible": {
    en: "Its length fits ({country}), although the range is not known to be assigned.",
    fr: "Sa longueur convient ({country}), mais cette tranche n'est pas connue comme attribuée." },
  "e164-not": {
    en: "It is no complete number of the public network.",
    fr: "Ce n'est pas un numéro complet du réseau public." },
  "e164-no-country": {
    en: "The link has no country, so only numbers with + can be told.",
    fr: "Le lien n'a pas de pays : seuls les numéros avec + sont reconnus." },
  "direct-none": {
    en: "The link has no direct dial numbers.", fr: "Le lien n'a pas de numéros directs (SDA)." },
  "direct-own": {
    en: "It is the direct dial number of device {device}.",
    fr: "C'est le numéro direct (SDA) du poste {device}." },
  "direct-shown": {
    en: "Device {device} is reached from outside as {e164}.",
    fr: "Le poste {device} est joint de l'extérieur au {e164}." },
  "direct-not": {
    en: "It is not in the range of direct dial numbers.",
    fr: "Il n'est pas dans la tranche des numéros directs (SDA)." },
  "display-national": {
    en: "Shown as written in its own country.",
    fr: "Affiché comme on l'écrit dans le pays." },
  "display-international": {
    en: "Shown in the international form.", fr: "Affiché sous forme internationale." },
  "display-as-is": { en: "Shown as it is.", fr: "Affiché tel quel." },
  "dial-as-is": { en: "Sent to the PBX as it is.", fr: "Envoyé au PBX tel quel." },
  "dial-national": {
    en: "Sent in the national form, behind the external prefix \"{prefix}\".",
    fr: "Envoyé sous forme nationale, après le préfixe extérieur « {prefix} »." },
  "dial-international": {
    en: "Sent with the international prefix {idd}, behind the external prefix \"{prefix}\".",
    fr: "Envoyé avec le préfixe international {idd}, après le préfixe extérieur « {prefix} »." },
  "dial-unchecked": {
    en: "Not a number that we can check: sent behind the external prefix \"{prefix}\".",
    fr: "Numéro non vérifiable : envoyé après le préfixe extérieur « {prefix} »." },
  "dial-impossible": {
    en: "It cannot be dialled: {reason}", fr: "Impossible à composer : {reason}" },
} as const satisfies Record<string, { readonly en: string; readonly fr: string }>;

export type Phrase = keyof typeof phrases;
export type PhraseValues = Readonly<Record<string, string>>;

export function say(phrase: Phrase, values: PhraseValues, language: "en" | "fr"): string {
  return phrases[phrase][language].replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? "");
}
