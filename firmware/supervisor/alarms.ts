/** The one alarm table: every alarm the gateway can raise, what it means and what to do. */

import { inEachLanguage, type Text } from "../base/result.js";

export type AlarmSeverity = "warning" | "major" | "critical";

export interface AlarmClass {
  readonly severity: AlarmSeverity;
  /** `{subject}` and `{detail}` are filled in. */
  readonly text: { readonly en: string; readonly fr: string };
  readonly advice: { readonly en: string; readonly fr: string };
}

function row(
  severity: AlarmSeverity, en: string, adviceEn: string, fr: string, adviceFr: string,
): AlarmClass {
  return { severity, text: { en, fr }, advice: { en: adviceEn, fr: adviceFr } };
}

export const alarmClasses = {
  "link-down": row("major", "Link {subject} is down: {detail}",
    "Check the cable, the PBX port, and user and secret on the PBX.",
    "Le lien {subject} est coupé : {detail}",
    "Vérifiez le câble, le port du PBX, l'utilisateur et le secret."),
  "link-degraded": row("warning", "Link {subject} works only in part: {detail}",
    "See the link's page for what the PBX refuses.",
    "Le lien {subject} ne fonctionne qu'en partie : {detail}",
    "La page du lien montre ce que le PBX refuse."),
  "link-quiet": row("warning", "Link {subject} is silent {detail}",
    "Make a test call. If it does not appear, see whether the PBX still prints.",
    "Le lien {subject} est muet {detail}",
    "Faites un appel d'essai. S'il n'apparaît pas, voyez si le PBX imprime encore."),
  "calls-healed": row("warning", "{subject}: calls whose end was missed were healed: {detail}",
    "Nothing to do; if it repeats, look at the link's stability.",
    "{subject} : des appels dont la fin a été manquée ont été réparés : {detail}",
    "Rien à faire ; si cela se répète, examinez la stabilité du lien."),
  "store-damaged": row("critical", "The store holds damaged data: {detail}",
    "Run `ctictl system scrub` and restore the newest backup.",
    "Le stockage contient des données abîmées : {detail}",
    "Lancez `ctictl system scrub` et restaurez la dernière sauvegarde."),
  "store-full": row("critical", "The disk is full: records are not being kept ({detail})",
    "Free disk space. Reading and live calls go on.",
    "Le disque est plein : rien n'est conservé ({detail})",
    "Libérez de l'espace. La lecture et les appels continuent."),
  "store-unavailable": row("critical", "The store cannot be written: {detail}",
    "Check the data folder's disk and rights.",
    "Le stockage n'est pas inscriptible : {detail}",
    "Vérifiez le disque et les droits du dossier de données."),
  "disk-low": row("warning", "Less than a fifth of the disk is free: {detail}",
    "Shorten the retention times or enlarge the disk.",
    "Moins d'un cinquième du disque est libre : {detail}",
    "Réduisez les durées de conservation ou agrandissez le disque."),
  "component-restarting": row("major", "{subject} failed and was restarted: {detail}",
    "If it repeats, send the log to support.",
    "{subject} a échoué et a été relancé : {detail}",
    "Si cela se répète, envoyez le journal."),
  "update-taken-back": row("major", "Version {subject} was taken back; {detail} runs again",
    "Send a backup of the log to support before trying it again.",
    "La version {subject} a été retirée ; {detail} est de nouveau en service",
    "Envoyez le journal au support avant de la réessayer."),
  "configuration-trial": row("warning", "A configuration is on trial: {detail}",
    "Confirm it, or wait for it to revert.",
    "Une configuration est à l'essai : {detail}",
    "Confirmez-la, ou attendez son retrait."),
  "certificate-expiring": row("warning", "The certificate {subject} ends soon: {detail}",
    "Restart the gateway to renew its own, or install a new one.",
    "Le certificat {subject} expire bientôt : {detail}",
    "Relancez la passerelle pour renouveler le sien, ou installez-en un nouveau."),
  "clock-drift": row("warning", "The clock of {subject} differs from ours: {detail}",
    "Set the PBX's clock, or give it a time server.",
    "L'horloge de {subject} diffère de la nôtre : {detail}",
    "Réglez l'horloge du PBX, ou donnez-lui un serveur de temps."),
  "line-damage": row("warning", "Bytes of {subject} arrive damaged: {detail}",
    "Compare speed and parity with the PBX, then look at cable and ground; `ctictl link doctor`.",
    "Des octets de {subject} arrivent abîmés : {detail}",
    "Comparez vitesse et parité au PBX, puis voyez câble et masse ; `ctictl link doctor`."),
  "records-rejected": row("warning", "Many lines of {subject} are no records: {detail}",
    "Look at the link's frames; another format or a layout of your own may fit.",
    "Beaucoup de lignes de {subject} ne sont pas des tickets : {detail}",
    "Regardez les trames du lien ; un autre format, ou un format à soi, convient peut-être."),
  "records-missing": row("major", "{subject} has numbered records that never came: {detail}",
    "See whether the line was down or held; print them again from the PBX where it can.",
    "{subject} a numéroté des tickets qui ne sont jamais arrivés : {detail}",
    "Voyez si la ligne était coupée ou retenue ; réimprimez-les du PBX s'il le peut."),
  "reception-held": row("major", "What {subject} sends cannot be stored: {detail}",
    "Free disk space, or let the destinations take what waits.",
    "Ce qu'envoie {subject} ne peut être gardé : {detail}",
    "Libérez de l'espace, ou laissez les destinations prendre ce qui attend."),
  "delivery-backlog": row("major", "Much waits for a destination ({subject}): {detail}",
    "See why it takes nothing; at its quota the PBX is held, or the oldest bytes are dropped.",
    "Beaucoup attend une destination ({subject}) : {detail}",
    "Voyez pourquoi elle ne prend rien ; au quota, le PBX est retenu ou le plus ancien perdu."),
  "delivery-lost": row("critical", "Bytes of {subject} were dropped undelivered: {detail}",
    "The ledger says of which days. Raise the quota, or get the destination to take.",
    "Des octets de {subject} ont été perdus sans être livrés : {detail}",
    "Le registre dit de quels jours. Augmentez le quota, ou faites prendre la destination."),
  "delivery-down": row("major", "Destination {subject} takes nothing: {detail}",
    "Check its address and its own log; what waits is kept and sent later.",
    "La destination {subject} ne prend rien : {detail}",
    "Vérifiez son adresse et son journal ; tout est gardé et envoyé plus tard."),
  "hotel-refused": row("major", "{subject} refuses what the hotel tells it: {detail}",
    "Look at the room (`ctictl hotel rooms`) and at the calls (`ctictl hotel postings`).",
    "{subject} refuse ce que l'hôtel lui dit : {detail}",
    "Voyez la chambre (`ctictl hotel rooms`) et les communications (`ctictl hotel postings`)."),
  "hotel-waiting": row("major", "Too much waits for the front desk {subject}: {detail}",
    "Check the link to the front desk; PBXs are refused what does not fit any more.",
    "Trop de messages attendent la réception {subject} : {detail}",
    "Vérifiez le lien vers la réception ; ce qui déborde est refusé aux PBX."),
  "ledger-unbalanced": row("major",
    "Of the bytes of {subject} nobody can say what became of all: {detail}",
    "Compare the records of the day with the raw bytes (`ctictl record raw`).",
    "On ne sait pas ce que sont devenus tous les octets de {subject} : {detail}",
    "Comparez les tickets du jour aux octets bruts (`ctictl record raw`)."),
  "page-undelivered": row("major", "A page by {subject} was not delivered: {detail}",
    "See which (`ctictl page list`), tell the person otherwise, and check the paging system.",
    "Un appel par {subject} n'a pas été remis : {detail}",
    "Voyez lequel (`ctictl page list`), prévenez autrement et vérifiez le système d'appel."),
  "sign-in-attack": row("major", "Many failed sign-ins: {detail}",
    "Look at the audit log for their source.",
    "Nombreux échecs de connexion : {detail}",
    "Cherchez leur origine dans le journal d'audit."),
  "watcher-slow": row("warning", "Watcher {subject} reads too slowly and lost events: {detail}",
    "Let the application read faster or watch fewer devices.",
    "L'abonné {subject} lit trop lentement et a perdu des événements : {detail}",
    "Accélérez l'application ou réduisez sa surveillance."),
} as const satisfies Record<string, AlarmClass>;

export type AlarmCode = keyof typeof alarmClasses;

export interface AlarmView {
  readonly id: string;
  readonly code: AlarmCode;
  readonly subject: string;
  readonly detail: Text;
  readonly raisedAtMs: number;
  readonly clearedAtMs: number | undefined;
  readonly acknowledgedBy: string | undefined;
  readonly count: number;
}

export interface Alarms {
  /** Raises, or counts up and updates the detail of, the alarm `code/subject`. */
  raise(code: AlarmCode, subject: string, detail: Text): void;
  clear(code: AlarmCode, subject: string): void;
  acknowledge(id: string, by: string): AlarmView | undefined;
  list(includeCleared: boolean): readonly AlarmView[];
  /** Called with every change until the returned function is called. */
  watch(handler: (alarm: AlarmView) => void): () => void;
}

/** An alarm as a sentence. */
export function alarmText({ code, subject, detail }: AlarmView): Text {
  return filled(alarmClasses[code].text, subject, detail);
}

export function alarmAdvice({ code, subject, detail }: AlarmView): Text {
  return filled(alarmClasses[code].advice, subject, detail);
}

function filled(template: Text, subject: string, detail: Text): Text {
  return inEachLanguage((words) => words(template).replaceAll("{subject}", () => subject)
    .replaceAll("{detail}", () => words(detail)));
}
