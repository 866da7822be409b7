/** What the doctor says in the end, to a person in a telecom room. Pure. */

import { stringify } from "yaml";
import { inEachLanguage, type Text } from "../../base/result.js";
import type { Recognition } from "../driver.js";
import type { SerialOptions } from "../transports/options.js";
import type { ModemLines } from "../transport.js";
import { settingsText } from "../transports/serial.js";
import type { Framing } from "./legibility.js";
import { nullModemPicture, straightPicture } from "./wiring.js";

/** A recognition, and whose it is. */
export interface Candidate extends Recognition {
  readonly driver: string;
}

const sureFrom = 0.9;
/** Fewer records may be a coincidence. */
const recordsMin = 2;

export function isSure({ score, records }: Candidate): boolean {
  return score >= sureFrom && records >= recordsMin;
}

export type VerdictKind = "recognised" | "likely" | "unknown-format" | "garbled" | "silent"
  | "port-unusable";

export interface Verdict {
  readonly kind: VerdictKind;
  readonly headline: Text;
  /** What to do, in order. */
  readonly advice: readonly Text[];
  /** `9600 8N1`; absent where nothing legible came. */
  readonly settings?: string;
  readonly lines?: ModemLines;
  readonly octetsSeen: number;
  /** How many of the octets came damaged, at which speed; empty where nothing came. */
  readonly damage: Text;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Text pictures of the cables to try. */
  readonly wiring: readonly { readonly title: Text; readonly picture: string }[];
  /** A link for the configuration, YAML. */
  readonly profile?: string;
  /** The newest of what was received. */
  readonly octets: Uint8Array;
}

/** Of so many octets so many came with a framing or parity error, or were breaks. */
export interface Damage {
  readonly octets: number;
  readonly damaged: number;
}

export interface Findings {
  readonly address: string;
  readonly portFault?: Text;
  readonly baudRate?: number;
  readonly framing?: Framing | undefined;
  readonly lines?: ModemLines | undefined;
  readonly octetsSeen?: number;
  /** By speed, in the order of trying; absent where damage cannot be told. */
  readonly damage?: ReadonlyMap<number, Damage> | undefined;
  readonly candidates?: readonly Candidate[];
  readonly octets?: Uint8Array;
}

/** As many bytes as a person reads. */
const octetsShownMax = 4_096;

export function judge(findings: Findings): Verdict {
  const { octetsSeen = 0, candidates = [], lines, framing } = findings;
  const octets = (findings.octets ?? new Uint8Array(0)).slice(-octetsShownMax);
  const base = { octetsSeen, candidates, octets, wiring: [], damage: damageText(findings),
    ...(lines === undefined ? {} : { lines }) };
  if (findings.portFault !== undefined) {
    const fault = findings.portFault;
    return { ...base, kind: "port-unusable", headline: inEachLanguage((words) => words({
      en: `The port cannot be used: ${words(fault)}`,
      fr: `Le port est inutilisable : ${words(fault)}` })), advice: [] };
  }
  if (octetsSeen === 0) return { ...base, ...silent(lines) };
  if (framing === undefined) return { ...base, ...garbled };
  const serial = { kind: "serial" as const, path: findings.address,
    baudRate: findings.baudRate ?? 9_600, ...framing, stopBits: 1 as const,
    flowControl: "none" as const };
  const settings = settingsText(serial);
  const [best] = candidates;
  if (best === undefined) return { ...base, settings, ...unknownFormat };
  return { ...base, settings, profile: profileOf(serial, best), ...isSure(best) ? {
    kind: "recognised", headline: { en: `It is ${best.title}, ${settings}.`,
      fr: `C'est ${best.title}, ${settings}.` },
    advice: [{ en: "Put the link below into the configuration.",
      fr: "Mettez le lien ci-dessous dans la configuration." }],
  } : {
    kind: "likely", headline: {
      en: `It is probably ${best.title}, ${settings}, but too little was seen to be sure.`,
      fr: `C'est sans doute ${best.title}, ${settings}, mais trop peu a été vu pour l'affirmer.` },
    advice: [{ en: "Make two more test calls, one of them incoming, and listen again.",
      fr: "Faites deux autres appels d'essai, dont un entrant, et écoutez de nouveau." }],
  } };
}

/** A wrong speed or parity shows itself as damaged octets. */
function damageText({ octetsSeen = 0, damage, framing, baudRate }: Findings): Text {
  if (octetsSeen === 0) return "";
  if (damage === undefined) {
    return { en: "This port does not tell damaged bytes from good ones.",
      fr: "Ce port ne distingue pas les octets abîmés des bons." };
  }
  const tries = [...damage].filter(([speed]) => framing === undefined || speed === baudRate);
  const list = (of: string): string => tries.map(([speed, { octets, damaged }]) =>
    `${damaged} ${of} ${octets} (${speed} Bd)`).join(", ");
  return { en: `Bytes with framing or parity errors: ${list("of")}.`,
    fr: `Octets avec erreur de trame ou de parité : ${list("sur")}.` };
}

function profileOf(serial: SerialOptions, { driver, options }: Candidate): string {
  return stringify({ links: [{ id: "pbx", driver, transport: serial, options }] });
}

function silent(lines: ModemLines | undefined): Pick<Verdict,
  "kind" | "headline" | "advice" | "wiring"> {
  if (lines === undefined) {
    return { kind: "silent", wiring: bothCables, headline: {
      en: "Nothing came, and this port cannot tell whether a cable is connected.",
      fr: "Rien n'est venu, et ce port ne sait pas dire si un câble est branché." },
    advice: [outputAdvice, cableAdvice] };
  }
  if (!lines.cts && !lines.dsr && !lines.dcd) {
    return { kind: "silent", wiring: bothCables, headline: {
      en: "Nothing came, and no modem line is up: the cable is unplugged, is the wrong kind, or "
        + "has three wires only.",
      fr: "Rien n'est venu, et aucun signal modem n'est actif : câble débranché, du mauvais type, "
        + "ou à trois fils seulement." },
    advice: [cableAdvice, { en: "With a cable of three wires this says nothing: check the PBX's "
      + "output as well.", fr: "Avec un câble à trois fils cela ne dit rien : vérifiez aussi la "
      + "sortie du PBX." }] };
  }
  const up = (["cts", "dsr", "dcd"] as const).filter((name) => lines[name])
    .map((name) => name.toUpperCase()).join(", ");
  return { kind: "silent", wiring: [], headline: {
    en: `The cable is connected (${up} up), but the PBX sends nothing.`,
    fr: `Le câble est branché (${up} actif), mais le PBX n'envoie rien.` },
  advice: [outputAdvice, { en: "Make a test call and hang up: most PBXs print when a call ends.",
    fr: "Faites un appel d'essai et raccrochez : la plupart des PBX impriment à la fin." },
  { en: "If it stays silent, transmit and receive may be crossed: try the other cable.",
    fr: "S'il reste muet, émission et réception sont peut-être croisées : essayez l'autre câble." },
  polledAdvice] };
}

const outputAdvice: Text = {
  en: "Switch the call record output (SMDR, CDR) on in the PBX, on this very port.",
  fr: "Activez la sortie des tickets (SMDR, CDR) dans le PBX, sur ce port précis." };
const polledAdvice: Text = {
  en: "A PBX that speaks only when it is polled (NEC can be set so) stays silent to whoever "
    + "listens: its port settings tell.",
  fr: "Un PBX qui ne parle que s'il est interrogé (NEC peut être réglé ainsi) reste muet pour qui "
    + "écoute : voyez le réglage de son port." };
const cableAdvice: Text = {
  en: "Try a straight cable; if it stays silent, a null-modem cable.",
  fr: "Essayez un câble droit ; s'il reste muet, un câble croisé (null modem)." };
const bothCables: Verdict["wiring"] = [
  { title: { en: "Straight (the PBX is DCE)", fr: "Droit (le PBX est DCE)" },
    picture: straightPicture },
  { title: { en: "Null modem (the PBX is DTE)", fr: "Croisé, null modem (le PBX est DTE)" },
    picture: nullModemPicture }];

const garbled: Pick<Verdict, "kind" | "headline" | "advice"> = {
  kind: "garbled", headline: {
    en: "Bytes come, but they are text at none of the usual speeds.",
    fr: "Des octets arrivent, mais ne font du texte à aucune des vitesses usuelles." },
  advice: [
    { en: "Make more test calls: each shows the doctor more speeds.",
      fr: "Faites d'autres appels d'essai : chacun permet d'essayer d'autres vitesses." },
    { en: "Look the port's speed up in the PBX; it may be an odd one (3840).",
      fr: "Cherchez la vitesse du port dans le PBX ; elle peut être inhabituelle (3840)." },
    { en: "With eight bits and parity, or a binary protocol, a plain port cannot tell more.",
      fr: "Avec huit bits et parité, ou un protocole binaire, un simple port n'en dit pas plus." },
    { en: "A missing ground wire (pin 5) also looks like this.",
      fr: "Un fil de masse manquant (broche 5) donne le même résultat." }] };

const unknownFormat: Pick<Verdict, "kind" | "headline" | "advice"> = {
  kind: "unknown-format", headline: {
    en: "The lines are legible, but no record format that is known here fits them.",
    fr: "Les lignes sont lisibles, mais aucun format de ticket connu ici ne leur convient." },
  advice: [{ en: "Make a test call that is answered, outwards and inwards; other lines may be "
    + "reports or menus.", fr: "Faites un appel décroché, sortant puis entrant ; d'autres lignes "
    + "peuvent être des rapports ou des menus." },
  { en: "Keep the lines shown: a layout of your own can be written from them.",
    fr: "Gardez les lignes montrées : on peut en tirer un format à soi." }] };
