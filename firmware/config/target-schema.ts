/** Destinations that are servers of other protocols; part of the shape in `schema.ts`. */

import * as z from "zod";
import { formWords as words } from "../base/form-words.js";

const port = z.int().min(1).max(65_535);
const host = z.string().min(1).meta(words("Host", "Name or address of the receiver.",
  "Hôte", "Nom ou adresse du destinataire."));
const way = words("Kind", "How the receiver gets it.",
  "Type", "Comment le destinataire le reçoit.");
const minutesMax = 1_440;
const password = z.string().optional().meta(words("Password", "Reference of the password.",
  "Mot de passe", "Référence du mot de passe."));

/** Letters that no file system, shell or accounting program stumbles over. */
const nameOfFiles = /^[A-Za-z0-9._{}-]{1,120}$/;
const placeholders = ["link", "place", "time"] as const;

export const toSftp = z.strictObject({
  kind: z.literal("sftp").meta(way), host,
  port: port.default(22).meta(words("Port", "22, the registered port of SSH.",
    "Port", "22, le port réservé à SSH.")),
  user: z.string().min(1).meta(words("User", "Signs in at the server.",
    "Utilisateur", "S'identifie auprès du serveur.")),
  secret: password,
  keySecret: z.string().optional().meta(words("Private key",
    "Reference of a private key (PEM or OpenSSH, without passphrase), instead of a password.",
    "Clé privée",
    "Référence d'une clé privée (PEM ou OpenSSH, sans phrase secrète), au lieu du mot de passe.")),
  fingerprint: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}=?$/, "SHA256:... as ssh-keygen "
    + "-lf writes it").optional().meta(words("Fingerprint of the server",
    "SHA256:... of the server's key. While it is absent nothing is sent, and `ctictl delivery "
      + "list` shows what the server offers.",
    "Empreinte du serveur",
    "SHA256:... de la clé du serveur. Tant qu'elle manque rien n'est envoyé, et `ctictl delivery "
      + "list` montre ce que le serveur présente.")),
  folder: z.string().min(1).default(".").meta(words("Folder",
    "Folder on the server, which must exist; the one after sign-in by default.",
    "Dossier", "Dossier du serveur, qui doit exister ; par défaut, celui de l'identification.")),
  name: z.string().regex(nameOfFiles, "1 to 120 of A-Z, a-z, 0-9, . _ - and placeholders")
    .refine((name) => placeholders.every((word) => name.includes(`{${word}}`))
      && /^(?:[^{}]|\{(?:destination|link|place|time|ext)\})*$/.test(name),
    "a name with {link}, {place} and {time}; {destination} and {ext} may stand in it too")
    .default("{destination}.{link}.{place}.{time}.{ext}").meta(words("Name of the files",
      "Sorted by name they are in order. {place} is where the file's first line stands in all "
        + "that the link ever gave, {time} when it came (UTC), {ext} txt, csv or jsonl.",
      "Nom des fichiers",
      "Triés par nom, ils sont dans l'ordre. {place} : rang de la première ligne dans tout ce que "
        + "le lien a donné, {time} : quand elle est venue (UTC), {ext} : txt, csv ou jsonl.")),
  everyMinutes: z.number().min(0).max(minutesMax).default(5).meta(words("Minutes of a file",
    "What comes within so many minutes is one file, or more where it is much (500 records or "
      + "256 KiB each); 0 sends at once.",
    "Minutes par fichier",
    "Ce qui vient en tant de minutes fait un fichier, ou plus si c'est beaucoup (500 tickets ou "
      + "256 Kio chacun) ; 0 envoie aussitôt.")),
}).meta({ title: "SFTP", fr: { title: "SFTP" } });

const mailAddress = z.string().max(254)
  .regex(/^[^\s@<>"(),:;]+@[A-Za-z0-9.-]+$/, "a mail address: name@example.org");

export const toMail = z.strictObject({
  kind: z.literal("mail").meta(way), host,
  port: port.default(587).meta(words("Port", "587 for STARTTLS; 465 is usual for TLS.",
    "Port", "587 avec STARTTLS ; 465 est d'usage avec TLS.")),
  security: z.enum(["starttls", "tls", "none"]).default("starttls").meta(words("Encryption",
    "starttls: nothing is sent to a server that does not offer it. none: without a password only.",
    "Chiffrement", "starttls : rien n'est envoyé à un serveur qui ne l'offre pas. none : seulement "
      + "sans mot de passe.")),
  user: z.string().min(1).optional().meta(words("User", "Signs in at the server, where it asks.",
    "Utilisateur", "S'identifie auprès du serveur, s'il le demande.")),
  secret: password,
  authority: z.string().optional().meta(words("Authority",
    "PEM file with the authority to trust; if absent the system's.",
    "Autorité", "Fichier PEM de l'autorité à croire ; à défaut, celles du système.")),
  from: mailAddress.meta(words("From", "Address of the sender.",
    "De", "Adresse de l'expéditeur.")),
  to: z.array(mailAddress).min(1).max(20).meta(words("To", "Addresses of the receivers.",
    "À", "Adresses des destinataires.")),
  subject: z.string().min(1).max(200).regex(/^[^\p{Cc}]+$/u, "one line")
    .default("{destination} {link} {time}").meta(words("Subject",
      "{destination}, {link}, {place} and {time} (of the first line, UTC) may stand in it.",
      "Objet",
      "Peut contenir {destination}, {link}, {place} et {time} (de la première ligne, UTC).")),
  everyMinutes: z.number().min(0.01).max(minutesMax).default(60).meta(words("Minutes of a mail",
    "What comes within so many minutes is one mail, or more where it is much (500 records or "
      + "256 KiB each); 1440 is one a day, at midnight UTC.",
    "Minutes par courriel",
    "Ce qui vient en tant de minutes fait un courriel, ou plus si c'est beaucoup (500 tickets ou "
      + "256 Kio chacun) ; 1440 : un par jour, à minuit UTC.")),
}).meta({ title: "Mail", fr: { title: "Courriel" } });

export const mqttFields = {
  kind: z.literal("mqtt").meta(way), host,
  port: port.meta(words("Port", "Usually 8883 with TLS, 1883 without.",
    "Port", "D'usage 8883 avec TLS, 1883 sans.")),
  user: z.string().min(1).optional().meta(words("User", "Signs in at the server, where it asks.",
    "Utilisateur", "S'identifie auprès du serveur, s'il le demande.")),
  secret: password,
  topic: z.string().min(1).max(200).regex(/^[^+#\p{Cc}]+$/u, "a topic without + and #")
    .default("jackfield/{link}").meta(words("Topic",
      "{link} and {destination} may stand in it. A message a line, never retained, with its id "
        + "in the user property `id`.",
      "Sujet (topic)",
      "Peut contenir {link} et {destination}. Un message par ligne, jamais retenu, avec son "
        + "identifiant dans la propriété `id`.")),
  qos: z.union([z.literal(1), z.literal(2)]).default(2).meta(words("Quality of service",
    "2: the server takes each message once while it keeps the session; 1 may repeat.",
    "Qualité de service",
    "2 : le serveur prend chaque message une fois tant qu'il garde la session ; 1 peut répéter.")),
  version: z.enum(["5", "3.1.1"]).default("5").meta(words("Version",
    "3.1.1 for a server that does not speak 5: messages then come without ids, and how long a "
      + "session is kept is up to the server.",
    "Version", "3.1.1 pour un serveur qui ne parle pas 5 : les messages viennent alors sans "
      + "identifiant, et la durée de la session dépend du serveur.")),
};
