/** The shape of a CSTA server: where applications connect, in which encoding, with which rights. */

import * as z from "zod";
import { formWords as words } from "../base/form-words.js";
import { isNetwork } from "../link/transports/networks.js";

const application = z.strictObject({
  user: z.string().min(1).max(80).meta(words("User",
    "Who signs in: a user, or an API token by its name.",
    "Utilisateur", "Qui se connecte : un utilisateur, ou le nom d'un jeton d'API.")),
  devices: z.array(z.string().min(1).max(64)).min(1).max(10_000).optional().meta(words("Devices",
    "Devices that it may watch and control: 101, 1*, 10??, pbx-2:1*. Absent: all. Its role still "
      + "limits what it may do.",
    "Postes",
    "Postes qu'elle peut observer et commander : 101, 1*, 10??, pbx-2:1*. Absent : tous. Son rôle "
      + "limite toujours ce qu'elle peut faire.")),
  routeingDevices: z.array(z.string().min(1).max(64)).min(1).max(100).optional().meta(words(
    "Routes calls of",
    "Routeing devices whose calls it routes while it is connected, in phases I and II, where an "
      + "application has no word to ask for it: 900, pbx-2:900.",
    "Achemine les appels de",
    "Postes d'acheminement dont elle route les appels quand elle est connectée, en phases I et II, "
      + "où une application n'a pas de mot pour le demander : 900, pbx-2:900.")),
  privateDataOf: z.string().min(1).max(64).optional().meta(words("Private data of",
    "The link whose PBX its private data (Escape) is for, where several speak its encoding.",
    "Données privées de",
    "Le lien dont le PBX reçoit ses données privées (Escape), si plusieurs parlent son codage.")),
  from: z.array(z.string().refine(isNetwork, "must be an address or a network: 192.0.2.0/24"))
    .min(1).max(64).optional().meta(words("Without password from",
      "Addresses and networks from which it needs no password, for applications that cannot send "
        + "one (Panasonic's protocol has none).",
      "Sans mot de passe depuis",
      "Adresses et réseaux d'où elle se passe de mot de passe, pour les applications qui ne savent "
        + "pas en envoyer (le protocole de Panasonic n'en a pas).")),
});

export const cstaSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 of a-z, 0-9 and -").meta(words(
    "Name", "The server's name in logs and figures.",
    "Nom", "Le nom du serveur dans les journaux et les chiffres.")),
  links: z.array(z.string()).min(1).max(64).optional().meta(words("Links",
    "The PBXs that it shows as one switching function; if absent all.",
    "Liens", "Les PBX qu'il montre comme un seul commutateur ; à défaut tous.")),
  protocol: z.enum(["xml", "asn1-phase3", "asn1-phase2", "asn1-phase1"]).meta(words("Protocol",
    "What the applications speak: ECMA-323 (xml), ECMA-285 (asn1-phase3), ECMA-218 (asn1-phase2), "
      + "ECMA-180 (asn1-phase1).",
    "Protocole",
    "Ce que parlent les applications : ECMA-323 (xml), ECMA-285 (asn1-phase3), ECMA-218 "
      + "(asn1-phase2), ECMA-180 (asn1-phase1).")),
  framing: z.enum(["len16", "hipath3", "none"]).default("len16").meta(words("Framing",
    "What stands before each message in ASN.1: two octets of length (len16: Panasonic and most), "
      + "HiPath's three (hipath3), nothing (none). XML has its own header.",
    "Tramage",
    "Ce qui précède chaque message en ASN.1 : deux octets de longueur (len16 : Panasonic et la "
      + "plupart), les trois de HiPath (hipath3), rien (none). XML a son en-tête propre.")),
  address: z.string().default("0.0.0.0").meta(words("Address",
    "All interfaces: applications are on other machines; sign-in and TLS guard it.",
    "Adresse", "Toutes les interfaces : les applications sont sur d'autres machines ; connexion "
      + "et TLS le gardent.")),
  port: z.int().min(0).max(65_535).meta(words("Port",
    "No default: PBXs differ (Panasonic 33333, Alcatel 2555). 0 lets the system choose.",
    "Port", "Sans valeur par défaut : les PBX diffèrent (Panasonic 33333, Alcatel 2555). 0 laisse "
      + "choisir le système.")),
  tls: z.boolean().default(true).meta(words("TLS",
    "With the unit's certificate, since passwords and calls pass. Off for old applications only.",
    "TLS", "Avec le certificat de la passerelle, car mots de passe et appels y passent. Sans, pour "
      + "de vieilles applications seulement.")),
  applications: z.array(application).max(200).default([]).meta(words("Applications",
    "Who may come in, with which devices. Empty: every user and token, with all devices.",
    "Applications",
    "Qui peut entrer, avec quels postes. Vide : tout utilisateur et jeton, avec tous les postes.",
  )),
  sessionKeepSeconds: z.int().min(0).max(86_400).default(60).meta(words("Seconds kept",
    "How long an application's monitors outlive its lost connection; a switch restarts in less.",
    "Secondes de maintien",
    "Combien de temps les surveillances survivent à la connexion ; un switch redémarre en moins.",
  )),
  requestsPerSecondMax: z.int().min(1).max(10_000).default(200).meta(words("Requests per second",
    "To PBXs, of one application; the rest is refused. More than clicks need, and what PBXs bear. "
      + "What the gateway answers by itself (monitors, snapshots) counts a twentieth.",
    "Requêtes par seconde",
    "Vers les PBX, d'une application ; le reste est refusé. Plus que des clics, et ce qu'un PBX "
      + "supporte. Ce que la passerelle répond seule (surveillances, relevés) compte un vingtième.",
  )),
  monitorsMax: z.int().min(1).max(100_000).default(20_000).meta(words("Monitors at most",
    "Of all applications together; the largest PBX has 10,000 stations.",
    "Surveillances au plus",
    "De toutes les applications ensemble ; le plus grand PBX a 10 000 postes.")),
  queueMax: z.int().min(10).max(100_000).default(5_000).meta(words("Waiting events",
    "Events that wait for a slow or lost application; then it is told that some are lost.",
    "Événements en attente",
    "Événements qui attendent une application lente ou perdue ; au-delà, la perte lui est dite.")),
});
export type CstaConfig = z.infer<typeof cstaSchema>;
