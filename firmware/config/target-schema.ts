/** Destinations that are servers of other protocols; part of the shape in `schema.ts`. */

import * as z from "zod";
import { formWords as words } from "../base/form-words.js";

const port = z.int().min(1).max(65_535);
const host = z.string().min(1).meta(words("Host", "Name or address of the receiver.",
  "Hôte", "Nom ou adresse du destinataire."));
const way = words("Kind", "How the receiver gets it.",
  "Type", "Comment le destinataire le reçoit.");
const minutesMax = 1_440;

/** Letters that no file system, shell or accounting program stumbles over. */
const nameOfFiles = /^[A-Za-z0-9._{}-]{1,120}$/;
const placeholders = ["link", "place", "time"] as const;

export const toSftp = z.strictObject({
  kind: z.literal("sftp").meta(way), host,
  port: port.default(22).meta(words("Port", "22, the registered port of SSH.",
    "Port", "22, le port réservé à SSH.")),
  user: z.string().min(1).meta(words("User", "Signs in at the server.",
    "Utilisateur", "S'identifie auprès du serveur.")),
  secret: z.string().optional().meta(words("Password", "Reference of the password.",
    "Mot de passe", "Référence du mot de passe.")),
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
