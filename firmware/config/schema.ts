/**
 * The shape of the configuration document, version 1. Defaults stand here only, each with its
 * reason. Every object is strict: an unknown key is an error. The words are shown in the form, in
 * the JSON Schema and on the reference page.
 */

import * as z from "zod";
import { formWords as words } from "../base/form-words.js";
import { cstaSchema } from "./csta-schema.js";
import { mqttFields, toMail, toSftp } from "./target-schema.js";
import { port, serialShape, tls, transportSchema, withStopBits } from "./transport-schema.js";

const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
  "must be a reference: env:NAME, file:/path or store:name");

export const numberRuleSchema = z.strictObject({
  name: z.string().min(1).meta(words("Name", "Shown by the explainer.",
    "Nom", "Montré par l'explication d'un numéro.")),
  use: z.enum(["from-pbx", "dial"]).meta(words("Use",
    "Whether the rule reads what the PBX says, or changes what is dialled.",
    "Usage", "La règle lit-elle ce que dit le PBX, ou change-t-elle ce qui est composé ?")),
  match: z.string().min(1).meta(words("Match",
    "A regular expression over the whole number; named or numbered groups.",
    "Motif", "Une expression rationnelle sur tout le numéro ; groupes nommés ou numérotés.")),
  replace: z.string().optional().meta(words("Replacement",
    "Replacement, $1 or $<name> for a group. Absent: the rule only decides the kind.",
    "Remplacement",
    "Remplacement, $1 ou $<nom> pour un groupe. Absent : la règle ne décide que la nature.")),
  kind: z.enum(["internal", "external", "service"]).optional().meta(words("Kind of number",
    "What such a number is; internal and service end the chain of rules.",
    "Nature du numéro",
    "Ce qu'est un tel numéro ; interne et service terminent la suite des règles.")),
});

export const numbersSchema = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/).optional().meta(words("Country",
    "ISO 3166 country in which the PBX stands. No default: guessing would dial wrong numbers.",
    "Pays", "Pays ISO 3166 du PBX. Sans valeur par défaut : deviner ferait de faux numéros.")),
  areaCode: z.string().regex(/^\d*$/).default("").meta(words("Area code",
    "Prepended to numbers too short to be national: area code without trunk prefix.",
    "Indicatif régional",
    "Mis devant les numéros trop courts pour être nationaux : indicatif sans préfixe.")),
  externalPrefix: z.string().regex(/^[\d*#]*$/).default("").meta(words("External prefix",
    "What a device dials before an external number.",
    "Préfixe extérieur", "Ce qu'un poste compose avant un numéro extérieur.")),
  prefixOnIncoming: z.boolean().default(false).meta(words("Prefix on incoming calls",
    "The PBX shows the external prefix before callers' numbers too.",
    "Préfixe à l'arrivée",
    "Le PBX montre le préfixe extérieur aussi devant les numéros des appelants.")),
  internalDigitsMax: z.int().min(1).max(9).default(5).meta(words("Internal digits at most",
    "Numbers of up to so many digits are devices of the PBX.",
    "Chiffres internes au plus", "Les numéros d'au plus tant de chiffres sont des postes.")),
  directDial: z.strictObject({
    prefix: z.string().startsWith("+").meta(words("Prefix",
      "What stands before the device: +33 1 23 45 6.",
      "Préfixe", "Ce qui précède le poste : +33 1 23 45 6.")),
    digits: z.int().min(1).max(6).meta(words("Digits",
      "Digits of a device that is reached from outside.",
      "Chiffres", "Chiffres d'un poste joignable de l'extérieur.")),
  }).optional().meta(words("Direct dial",
    "Direct dial numbers: shows devices as E.164 and recognises our own.",
    "Sélection directe",
    "Numéros SDA : montre les postes en E.164 et reconnaît les nôtres.")),
  service: z.array(z.string()).max(200).default([]).meta(words("Service numbers",
    "Never normalised: emergency and service numbers; X stands for any digit.",
    "Numéros de service",
    "Jamais normalisés : numéros d'urgence et de service ; X vaut tout chiffre.")),
  rules: z.array(numberRuleSchema).max(200).default([]).meta(words("Rules",
    "Rules of one's own, in order.", "Règles", "Règles propres, dans l'ordre.")),
});
export type NumbersConfig = z.infer<typeof numbersSchema>;

const rawMegabytes = z.int().min(1).max(10_000_000);

export const linkSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 of a-z, 0-9 and -").meta(words(
    "Name", "The link's name everywhere; records keep it, so do not reuse it for another PBX.",
    "Nom", "Le nom du lien partout ; l'historique le garde, ne pas le donner à un autre PBX.")),
  title: z.string().max(80).default("").meta(words("Title", "Shown to people.",
    "Titre", "Montré aux personnes.")),
  driver: z.string().meta(words("Driver", "The PBX family.",
    "Pilote", "La famille de PBX.")),
  enabled: z.boolean().default(true).meta(words("Enabled",
    "A disabled link is kept but not opened.",
    "Activé", "Un lien désactivé est gardé mais pas ouvert.")),
  transport: transportSchema.meta(words("Connection", "How the PBX is reached.",
    "Raccordement", "Comment le PBX est joint.")),
  options: z.record(z.string(), z.unknown()).default({}).meta(words("Options of the driver",
    "Checked by the driver's own schema.",
    "Options du pilote", "Vérifiées par le schéma du pilote.")),
  numbers: numbersSchema.prefault({}).meta(words("Numbers",
    "How this PBX writes and dials numbers.",
    "Numéros", "Comment ce PBX écrit et compose les numéros.")),
  timeZone: z.string().optional().meta(words("Time zone",
    "IANA time zone of the PBX's clock; if absent the unit's.",
    "Fuseau horaire", "Fuseau IANA de l'horloge du PBX ; à défaut, celui de la passerelle.")),
  rawMegabytes: rawMegabytes.optional().meta(words("Megabytes of raw bytes",
    "Most raw bytes kept of this link; if absent, as the retention says for every link.",
    "Mégaoctets d'octets bruts",
    "Octets bruts gardés de ce lien au plus ; à défaut, ce que la conservation dit pour chacun.")),
  terminalApproval: z.enum(["none", "second-person"]).default("none").meta(words(
    "Approval of terminals",
    "Whether a second person must approve a terminal on this link's line, or on a port of no link.",
    "Accord aux terminaux",
    "Une deuxième personne doit-elle accorder un terminal sur cette ligne, ou un port sans lien ?",
  )),
});
export type LinkConfig = z.infer<typeof linkSchema>;

const listener = (portDefault: number): z.ZodPrefault<z.ZodObject<{
  address: z.ZodDefault<z.ZodString>; port: z.ZodDefault<z.ZodInt>;
}, z.core.$strict>> => z.strictObject({
  address: z.string().default("0.0.0.0").meta(words("Address",
    "All interfaces: an appliance is there to be reached; TLS and sign-in guard it.",
    "Adresse",
    "Toutes les interfaces : une passerelle doit être joignable ; TLS et mot de passe la gardent.",
  )),
  port: z.int().min(0).max(65_535).default(portDefault).meta(words("Port",
    "0 lets the system choose.", "Port", "0 laisse choisir le système.")),
}).prefault({});

const receiverHost = z.string().min(1).meta(words("Host", "Name or address of the receiver.",
  "Hôte", "Nom ou adresse du destinataire."));
const receiverPort = port.meta(words("Port", "Port of the receiver.",
  "Port", "Port du destinataire."));
const way = words("Kind", "How the receiver gets it.",
  "Type", "Comment le destinataire le reçoit.");

const receiverTls = tls.pick({ serverName: true, authority: true, fingerprint: true }).optional()
  .meta(words(
    "TLS", "Encrypt; the receiver's certificate must be trusted by authority or fingerprint.",
    "TLS", "Chiffrer ; le certificat du destinataire est cru par son autorité ou son empreinte."));

const toTcpClient = z.strictObject({
  kind: z.literal("tcp-client").meta(way), host: receiverHost, port: receiverPort,
  tls: receiverTls,
}).meta({ title: "TCP, we connect", fr: { title: "TCP, nous appelons" } });
const toTcpServer = z.strictObject({
  kind: z.literal("tcp-server").meta(way),
  address: z.string().default("0.0.0.0").meta(words("Listening address",
    "Where to listen; all interfaces, because receivers may be anywhere. No sign-in guards it.",
    "Adresse d'écoute",
    "Où écouter ; toutes les interfaces, les destinataires étant n'importe où. Sans mot de passe.",
  )),
  port: port.meta(words("Port", "TCP port on which the receiver connects to us, one at a time.",
    "Port", "Port TCP où le destinataire se connecte à nous, un seul à la fois.")),
}).meta({ title: "TCP, the receiver connects", fr: { title: "TCP, le destinataire appelle" } });
const toFile = z.strictObject({
  kind: z.literal("file").meta(way),
  folder: z.string().startsWith("/").meta(words("Folder",
    "Folder of the files; made when it is not there.",
    "Dossier", "Dossier des fichiers ; créé s'il manque.")),
  rotate: z.enum(["daily", "hourly"]).default("daily").meta(words("A new file",
    "Daily: what most programs that fetch files expect. By UTC.",
    "Nouveau fichier", "Chaque jour : ce qu'attendent la plupart des logiciels. Selon UTC.")),
  keepDays: z.int().min(1).max(3_650).default(90).meta(words("Days kept",
    "Files not written for so long are removed; as long as the raw bytes by default.",
    "Jours gardés",
    "Les fichiers non écrits depuis sont supprimés ; par défaut, comme les octets bruts.")),
}).meta({ title: "Files", fr: { title: "Fichiers" } });
const toHttp = z.strictObject({
  kind: z.literal("http").meta(way),
  url: z.url({ protocol: /^https?$/, error: "an address that begins with http:// or https://" })
    .meta(words("Address", "Where to POST; an answer 2xx means that it was taken.",
      "Adresse", "Où envoyer (POST) ; une réponse 2xx veut dire que c'est pris.")),
  // Checked with the other secrets, where a wrong one is not repeated in the message.
  secret: z.string().optional().meta(words("Key of the signature",
    "Reference of the key of an HMAC-SHA256 of the body; absent: not signed.",
    "Clé de signature",
    "Référence de la clé d'un HMAC-SHA256 du corps ; absente : non signé.")),
  signatureHeader: z.string().regex(/^[A-Za-z0-9-]{1,64}$/, "1 to 64 of A-Z, a-z, 0-9 and -")
    .default("X-Signature-256").meta(words("Header of the signature",
      "Holds sha256= and the HMAC in hexadecimal, as most webhooks do.",
      "En-tête de signature",
      "Contient sha256= et le HMAC en hexadécimal, comme la plupart des webhooks.")),
  authority: z.string().optional().meta(words("Authority",
    "PEM file with the authority to trust; if absent the system's.",
    "Autorité", "Fichier PEM de l'autorité à croire ; à défaut, celles du système.")),
}).meta({ title: "Web server (HTTP)", fr: { title: "Serveur web (HTTP)" } });
const toSyslog = z.strictObject({
  kind: z.literal("syslog").meta(way), host: receiverHost,
  port: port.default(514).meta(words("Port", "514, the registered port of syslog.",
    "Port", "514, le port réservé à syslog.")),
  over: z.enum(["udp", "tcp"]).default("tcp").meta(words("Over",
    "TCP (RFC 6587), because datagrams get lost and nobody is told.",
    "Sur", "TCP (RFC 6587), car des datagrammes se perdent sans que personne le sache.")),
}).meta({ title: "Syslog (RFC 5424)", fr: { title: "Syslog (RFC 5424)" } });
const toMqtt = z.strictObject({ ...mqttFields, tls: receiverTls })
  .meta({ title: "MQTT", fr: { title: "MQTT" } });
const toSerial = withStopBits(serialShape.extend({ kind: z.literal("serial").meta(way) }))
  .meta({ title: "Serial port", fr: { title: "Port série" } });

const name = /^[a-z0-9][a-z0-9-]{0,31}$/;
export const destinationSchema = z.strictObject({
  id: z.string().regex(name, "1 to 32 of a-z, 0-9 and -").meta(words("Name",
    "The destination's name; what it has taken is remembered under it.",
    "Nom", "Le nom de la destination ; ce qu'elle a pris est retenu sous ce nom.")),
  links: z.array(z.string()).max(64).optional().meta(words("Links",
    "Whose data it gets; if absent all links that keep raw bytes.",
    "Liens", "Dont elle reçoit les données ; à défaut, tous les liens à octets bruts.")),
  what: z.enum(["raw", "records-csv", "records-json"]).default("raw").meta(words("What",
    "raw: lines exactly as printed, which billing systems that had the cable before expect.",
    "Quoi", "raw : les lignes telles qu'imprimées, ce qu'attend une taxation jadis sur le câble.")),
  to: z.discriminatedUnion("kind", [toTcpClient, toTcpServer, toFile, toHttp, toSyslog, toSftp,
    toMail, toMqtt, toSerial]).meta(words("To", "Where it goes.", "Vers", "Où cela va.")),
});
export type DestinationConfig = z.infer<typeof destinationSchema>;

const pagingLink = z.string().meta(words("Link", "A link to a paging system.",
  "Lien", "Un lien vers un système d'appel."));
const pagerAddress = z.string().regex(/^[\x21-\x7e]{1,32}$/, "1 to 32 characters without spaces");
const pager = pagerAddress.meta(words("Pager", "Its call address in the paging system.",
  "Récepteur", "Son adresse dans le système d'appel."));
const pageRoute = z.strictObject({
  from: z.string().optional().meta(words("From",
    "The link by which the page came in; if absent any link.",
    "De", "Le lien par lequel l'appel est venu ; à défaut, tout lien.")),
  match: pagerAddress.optional().meta(words("Match",
    "The call address: * stands for any characters, ? for one; if absent any address.",
    "Motif", "L'adresse d'appel : * vaut tous caractères, ? un seul ; à défaut, toute adresse.")),
  to: z.strictObject({ link: pagingLink,
    pager: pagerAddress.optional().meta(words("Pager",
      "The call address there; if absent as it came.",
      "Récepteur", "L'adresse d'appel là-bas ; à défaut, telle que reçue.")),
  }).meta(words("To", "Where it is sent on.", "Vers", "Où il est renvoyé.")),
});
const pagingSchema = z.strictObject({
  routes: z.array(pageRoute).max(100).default([]).meta(words("Routes",
    "Where pages that come in are sent on; all routes that match are followed.",
    "Routes", "Où renvoyer les appels reçus ; toutes les routes qui conviennent sont suivies.")),
  alarms: z.strictObject({
    severities: z.array(z.enum(["warning", "major", "critical"])).max(3)
      .default(["major", "critical"]).meta(words("Severities",
        "Which alarms are paged; warnings are many and can wait.",
        "Gravités", "Quelles alarmes sont envoyées ; les avertissements peuvent attendre.")),
    to: z.array(z.strictObject({ link: pagingLink, pager })).max(16).default([])
      .meta(words("To", "Who is paged.", "Vers", "Qui est appelé.")),
  }).prefault({}).meta(words("Alarms", "Alarms of the unit to pagers.",
    "Alarmes", "Alarmes de la passerelle vers des récepteurs.")),
  expireMinutes: z.number().min(1).max(10_080).default(60).meta(words("Minutes until given up",
    "A page that could not be delivered for so long is given up: an old nurse call misleads.",
    "Minutes avant abandon",
    "Un appel non remis depuis est abandonné : un vieil appel infirmier égare.")),
  repeatSeconds: z.number().min(0).max(600).default(10).meta(words("Seconds of repetition",
    "The same page within this time is a repetition; panels repeat within 6 s.",
    "Secondes de répétition",
    "Le même appel dans ce temps est une répétition ; les centrales répètent en moins de 6 s.")),
});

const linkName = z.string();

export const hotelSchema = z.strictObject({
  frontDesk: linkName.optional().meta(words("Front desk",
    "The link to the front desk's software; absent: ctictl hotel does its work.",
    "Réception", "Le lien vers le logiciel de réception ; absent : ctictl hotel le remplace.")),
  telephones: z.array(linkName).max(16).default([]).meta(words("Telephones",
    "The links to the PBXs that are told of guests and rooms.",
    "Téléphones", "Les liens vers les PBX informés des clients et des chambres.")),
  rooms: z.array(z.strictObject({
    room: z.string().min(1).max(16).meta(words("Room", "Its number at the front desk.",
      "Chambre", "Son numéro à la réception.")),
    extension: z.string().min(1).max(16).optional().meta(words("Extension",
      "Its telephone; absent: the same number.",
      "Poste", "Son téléphone ; absent : le même numéro.")),
    pbx: linkName.optional().meta(words("PBX", "On which of several; absent: all are told.",
      "PBX", "Sur lequel de plusieurs ; absent : tous sont informés.")),
  })).max(5_000).default([]).meta(words("Rooms",
    "Rooms whose telephone has another number than the room; all others need no line here.",
    "Chambres",
    "Chambres dont le téléphone a un autre numéro qu'elles ; les autres n'ont pas à figurer.")),
  charges: z.strictObject({
    links: z.array(linkName).max(64).optional().meta(words("Links",
      "Whose call records are put on the bill; absent: of all links.",
      "Liens", "Dont les tickets vont sur la note ; absent : tous les liens.")),
    pulsePrice: z.int().min(1).max(100_000).optional().meta(words("Price of a pulse",
      "In hundredths of the currency. Absent: the front desk prices calls counted in pulses.",
      "Prix de l'impulsion",
      "En centièmes de la monnaie. Absent : la réception taxe les appels comptés en impulsions.")),
  }).prefault({}).meta(words("Charges", "Calls of rooms, posted at the front desk.",
    "Communications", "Communications des chambres, imputées à la réception.")),
});
export type HotelConfig = z.infer<typeof hotelSchema>;

const days = z.number().max(3_650);

export const documentSchema = z.strictObject({
  version: z.literal(1).meta(words("Version", "Version of this document's shape.",
    "Version", "Version de la forme de ce document.")),
  unit: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/).default("jackfield").meta(words(
      "Name", "The unit's name, also in its certificate.",
      "Nom", "Le nom de la passerelle, aussi dans son certificat.")),
    language: z.enum(["fr", "en"]).default("fr").meta(words("Language",
      "French first: most of the installed base is in France.",
      "Langue", "Le français d'abord : la plupart des installations sont en France.")),
    timeZone: z.string().default("Europe/Paris").meta(words("Time zone",
      "IANA time zone of the unit.", "Fuseau horaire", "Fuseau IANA de la passerelle.")),
    holidays: z.array(z.string().regex(/^(\d{4}-)?\d\d-\d\d$/, "must be 2026-12-25 or 12-25"))
      .max(400).default([]).meta(words("Holidays",
        "Days on which a silent link is no alarm: 2026-04-06, or 12-25 for every year.",
        "Jours fériés",
        "Jours où un lien muet n'est pas une alarme : 2026-04-06, ou 12-25 pour chaque année.")),
    maintenance: z.string().regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$/,
      "must be 22:30-05:00").optional().meta(words("Maintenance window",
      "When a stick's newer version is installed without a question; if absent, never.",
      "Plage de maintenance",
      "Quand la version plus récente d'une clé s'installe sans question ; à défaut, jamais.")),
  }).prefault({}).meta(words("Unit", "The appliance itself.",
    "Passerelle", "L'appareil lui-même.")),
  links: z.array(linkSchema).max(64).default([]).meta(words("Links",
    "The connections to PBXs.", "Liens", "Les raccordements aux PBX.")),
  destinations: z.array(destinationSchema).max(32).default([]).meta(words("Destinations",
    "Other systems that get call-record lines: billing, hotel, call accounting.",
    "Destinations", "Autres systèmes qui reçoivent les tickets : taxation, hôtel, observatoire.")),
  paging: pagingSchema.prefault({}).meta(words("Paging",
    "Pages that come in, and alarms, to paging systems.",
    "Recherche de personnes", "Appels reçus et alarmes vers les systèmes d'appel.")),
  hotel: hotelSchema.optional().meta(words("Hotel",
    "Between a hotel's front desk and its telephones.",
    "Hôtel", "Entre la réception d'un hôtel et ses téléphones.")),
  csta: z.array(cstaSchema).max(16).default([]).meta(words("CSTA servers",
    "Where applications that speak CSTA connect.",
    "Serveurs CSTA", "Où se connectent les applications qui parlent CSTA.")),
  grpc: listener(9443).meta(words("Management API", "Management API.",
    "API de gestion", "API de gestion (gRPC).")),
  web: listener(8443).meta(words("Web page", "Web page.", "Page web", "Page web.")),
  tls: z.strictObject({
    certificate: z.string().optional().meta(words("Certificate",
      "PEM file; if absent the gateway makes its own authority and certificate.",
      "Certificat",
      "Fichier PEM ; à défaut, la passerelle crée sa propre autorité et son certificat.")),
    key: z.string().optional().meta(words("Key", "PEM file with the certificate's private key.",
      "Clé", "Fichier PEM de la clé privée du certificat.")),
    names: z.array(z.string()).default([]).meta(words("More names",
      "More names under which the unit is reached.",
      "Autres noms", "Autres noms sous lesquels la passerelle est jointe.")),
    clientAuthority: z.string().optional().meta(words("Authority of clients",
      "PEM file of an authority whose client certificates are accepted besides our own.",
      "Autorité des clients",
      "Fichier PEM d'une autorité dont les certificats clients sont acceptés avec les nôtres.")),
  }).prefault({}).meta(words("Certificates", "Certificates.", "Certificats", "Certificats.")),
  retention: z.strictObject({
    eventsDays: days.min(0.01).default(7).meta(words("Days of events",
      "A week of events lets an application sleep over a long weekend and miss nothing.",
      "Jours d'événements",
      "Une semaine : une application peut dormir un long week-end sans rien manquer.")),
    eventsMax: z.int().min(1_000).max(100_000_000).default(2_000_000).meta(words("Most events",
      "Most events kept; about 2 GB on disk.",
      "Événements au plus", "Événements gardés au plus ; environ 2 Go sur disque.")),
    recordsDays: days.min(1).default(365).meta(words("Days of call records",
      "Days of call records.", "Jours d'historique", "Jours d'historique des appels.")),
    rawDays: days.min(0.01).default(90).meta(words("Days of raw bytes",
      "Days of raw bytes; they prove what a PBX really printed. What a destination still has to "
        + "take stays longer.",
      "Jours d'octets bruts", "Jours d'octets bruts ; ils prouvent ce qu'un PBX a imprimé. Ce "
        + "qu'une destination doit encore prendre reste plus longtemps.")),
    rawMegabytes: rawMegabytes.default(2_000).meta(words("Megabytes of raw bytes",
      "Most raw bytes of each link that names no number of its own; a busy printer fills two "
        + "gigabytes in some years. All links together take half of the disk at most. When it is "
        + "full, what is delivered goes first; then the PBX is held where the line can, else the "
        + "oldest goes, with an alarm.",
      "Mégaoctets d'octets bruts",
      "Octets bruts au plus par lien qui ne dit rien d'autre ; une imprimante active remplit deux "
        + "gigaoctets en quelques années. Tous les liens prennent au plus la moitié du disque. Une "
        + "fois plein, ce qui est livré part d'abord ; puis le PBX est retenu si la ligne le "
        + "permet, sinon le plus ancien est perdu, avec une alarme.")),
    auditDays: days.min(30).default(730).meta(words("Days of audit log", "Days of audit log.",
      "Jours du journal d'audit", "Jours du journal d'audit.")),
  }).prefault({}).meta(words("Retention", "How long what is kept.",
    "Conservation", "Combien de temps quoi est gardé.")),
  watch: z.strictObject({
    damagedPercent: z.number().min(0.01).max(100).default(1).meta(words("Percent damaged",
      "Of the bytes of a serial line in ten minutes; one in a hundred already spoils a record in "
        + "two.",
      "Pour cent abîmés",
      "Des octets d'une ligne série en dix minutes ; un sur cent gâte déjà un ticket sur deux.")),
    rejectedPercent: z.number().min(0.1).max(100).default(10).meta(words("Percent rejected",
      "Of the lines in an hour; page headers and blank lines do not count.",
      "Pour cent rejetés",
      "Des lignes en une heure ; en-têtes de page et lignes vides ne comptent pas.")),
    backlogHours: z.number().min(0.1).max(8_760).default(24).meta(words("Hours of waiting",
      "What a destination has to take may wait so long; a day, for those that come at night.",
      "Heures d'attente",
      "Ce qu'une destination doit prendre peut attendre tant ; un jour, pour celles de nuit.")),
  }).prefault({}).meta(words("Watch", "From when on reception and delivery are an alarm.",
    "Surveillance", "À partir de quand réception et livraison font une alarme.")),
  access: z.strictObject({
    sessionIdleMinutes: z.number().min(1).max(1_440).default(30).meta(words("Idle minutes",
      "An unused session ends after so many minutes.",
      "Minutes d'inactivité", "Une session inutilisée finit après tant de minutes.")),
    sessionHours: z.number().min(0.1).max(24).default(12).meta(words("Hours of a session",
      "A session ends after so many hours in any case.",
      "Heures d'une session", "Une session finit de toute façon après tant d'heures.")),
  }).prefault({}).meta(words("Sessions", "Sessions.", "Sessions", "Sessions.")),
});
export type Document = z.infer<typeof documentSchema>;

export type { CstaConfig } from "./csta-schema.js";
export { secretReference };
