/** How a PBX is connected: the transports of a link, as the configuration names them. */

import * as z from "zod";
import { formWords as words } from "../base/form-words.js";
import { portAddress, usbAddress } from "../link/ports/ports.js";
import { isNetwork } from "../link/transports/networks.js";

export const port = z.int().min(1).max(65_535);
const kind = words("Kind", "How the PBX is connected.", "Type", "Comment le PBX est raccordé.");
const host = z.string().min(1).meta(words("Host", "Name or address of the PBX.",
  "Hôte", "Nom ou adresse du PBX."));
const pbxPort = port.meta(words("Port", "TCP port of the PBX.", "Port", "Port TCP du PBX."));

const tcp = z.strictObject({ kind: z.literal("tcp").meta(kind), host, port: pbxPort })
  .meta({ title: "TCP", fr: { title: "TCP" } });
const tcpListen = z.strictObject({
  kind: z.literal("tcp-listen").meta(kind),
  address: z.string().default("0.0.0.0").meta(words("Listening address",
    "Where to listen; all interfaces, because it is not known beforehand whence the PBX connects.",
    "Adresse d'écoute",
    "Où écouter ; toutes les interfaces, car on ne sait pas d'avance d'où le PBX se connecte.")),
  port: port.meta(words("Port", "TCP port on which the PBX connects to us.",
    "Port", "Port TCP sur lequel le PBX se connecte à nous.")),
}).meta({ title: "TCP, the PBX connects", fr: { title: "TCP, le PBX se connecte" } });
export const tls = z.strictObject({
  kind: z.literal("tls").meta(kind), host, port: pbxPort,
  serverName: z.string().optional().meta(words("Name in the certificate",
    "Name in the PBX's certificate; the host if absent.",
    "Nom dans le certificat", "Nom dans le certificat du PBX ; à défaut, l'hôte.")),
  authority: z.string().optional().meta(words("Authority",
    "PEM file with the authority to trust; if absent the system's.",
    "Autorité", "Fichier PEM de l'autorité à croire ; à défaut, celles du système.")),
  fingerprint: z.string().regex(/^([0-9A-Fa-f]{2}:?){32}$/).optional().meta(words("Fingerprint",
    "SHA-256 of the PBX's certificate, for a self-signed one.",
    "Empreinte", "SHA-256 du certificat du PBX, s'il est autosigné.")),
}).meta({ title: "TCP with TLS", fr: { title: "TCP avec TLS" } });
export const serialShape = z.strictObject({
  kind: z.literal("serial").meta(kind),
  path: z.string().regex(portAddress,
    "must be /dev/..., usb:VENDOR:PRODUCT:SERIAL or usb-socket:BUS-PORT (ctictl port list)")
    .meta(words("Port", "Device file, or better an address of `ctictl port list`: the adapter in "
      + "any socket (usb:0403:6001:A50285BI), or whatever is in a socket (usb-socket:1-1.2).",
    "Port", "Fichier du port, ou mieux une adresse de `ctictl port list` : l'adaptateur sur toute "
      + "prise (usb:0403:6001:A50285BI), ou ce qui est dans une prise (usb-socket:1-1.2).")),
  baudRate: z.int().min(300).max(921_600).default(9600).meta(words("Speed (baud)",
    "Speed; 9600 8N1 without flow control is what most PBX printers speak.",
    "Vitesse (bauds)",
    "Vitesse ; la plupart des PBX impriment en 9600 8N1 sans contrôle de flux.")),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8)
    .meta(words("Data bits", "Data bits.", "Bits de données", "Bits de données.")),
  parity: z.enum(["none", "even", "odd", "mark", "space"]).default("none")
    .meta(words("Parity", "Parity; mark is a bit that is always 1, space one that is always 0. Not "
      + "every adapter has these two.",
    "Parité", "Parité ; mark est un bit toujours à 1, space un bit toujours à 0. Tous les "
      + "adaptateurs n'ont pas ces deux-là.")),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).default(1)
    .meta(words("Stop bits", "Stop bits; 1.5 with 5 data bits only.",
      "Bits de stop", "Bits de stop ; 1,5 avec 5 bits de données seulement.")),
  flowControl: z.enum(["none", "rts-cts", "dtr-dsr", "xon-xoff"]).default("none")
    .meta(words("Flow control", "Flow control, in both directions.",
      "Contrôle de flux", "Contrôle de flux, dans les deux sens.")),
  hold: z.enum(["none", "dtr-rts"]).default("dtr-rts").meta(words("Without flow control, wait by",
    "How the PBX is asked to wait while the store cannot take more: DTR and RTS go down, which "
    + "most PBXs take for a printer that is not ready. None for one that throws its records away.",
    "Sans contrôle de flux, attente par",
    "Comment prier le PBX d'attendre tant que le stockage ne prend plus : DTR et RTS descendent, "
    + "ce que la plupart des PBX prennent pour une imprimante pas prête. Rien (none) pour un PBX "
    + "qui jetterait alors ses tickets.")),
}).meta({ title: "Serial port", fr: { title: "Port série" } });
/** A UART has half a stop bit with five data bits only (TL16C550C, LCR bit 2). */
export function withStopBits<S extends z.ZodType<{ stopBits: number; dataBits: number }>>(
  shape: S,
): S {
  return shape.refine(({ stopBits, dataBits }) => stopBits !== 1.5 || dataBits === 5,
    { path: ["stopBits"], message: "1 or 2, or 5 data bits" });
}

const serial = withStopBits(serialShape);

const usb = z.strictObject({
  kind: z.literal("usb").meta(kind),
  address: z.string().regex(usbAddress,
    "must be usb:VENDOR:PRODUCT:SERIAL or usb-socket:BUS-PORT, with :INTERFACE where it is not "
      + "the first (ctictl port list)")
    .meta(words("Device", "Address of `ctictl port list`: the device in any socket "
      + "(usb:04d8:000a:B12), or whatever is in a socket (usb-socket:1-1.2), with :INTERFACE "
      + "where it is not the first.",
    "Périphérique", "Adresse de `ctictl port list` : le périphérique sur toute prise "
      + "(usb:04d8:000a:B12), ou ce qui est dans une prise (usb-socket:1-1.2), avec :INTERFACE "
      + "si ce n'est pas la première.")),
}).meta({ title: "USB device (HID or vendor-specific)",
  fr: { title: "Périphérique USB (HID ou propre au fabricant)" } });

const udp = z.strictObject({
  kind: z.literal("udp").meta(kind),
  address: z.string().default("0.0.0.0").meta(words("Listening address",
    "Where to listen; all interfaces, which broadcasts need too.",
    "Adresse d'écoute",
    "Où écouter ; toutes les interfaces, ce que demande aussi la diffusion.")),
  port: port.meta(words("Port", "UDP port on which the PBX sends to us.",
    "Port", "Port UDP sur lequel le PBX nous envoie.")),
  senders: z.array(z.string().refine(isNetwork, "must be an address or a network: 192.0.2.0/24"))
    .min(1).max(256).optional().meta(words("Senders",
      "Addresses and networks that may send; if absent anybody, as nothing else guards the port.",
      "Émetteurs", "Adresses et réseaux qui peuvent envoyer ; à défaut tous, car rien d'autre ne "
        + "garde le port.")),
}).meta({ title: "UDP, the PBX sends", fr: { title: "UDP, le PBX envoie" } });

const absolute = z.string().startsWith("/");
const file = z.strictObject({
  kind: z.literal("file").meta(kind),
  path: absolute.meta(words("File",
    "The file that grows, such as /var/log/asterisk/cdr-csv/Master.csv; it may be rotated.",
    "Fichier", "Le fichier qui grandit, comme /var/log/asterisk/cdr-csv/Master.csv ; la rotation "
      + "est permise.")),
}).meta({ title: "A file that grows", fr: { title: "Un fichier qui grandit" } });
const folder = z.strictObject({
  kind: z.literal("folder").meta(kind),
  folder: absolute.meta(words("Folder",
    "Where files are put, by FTP for instance; each is read once. One link has it for itself.",
    "Dossier", "Où des fichiers sont déposés, par FTP par exemple ; chacun est lu une fois. Un "
      + "seul lien par dossier.")),
  steadySeconds: z.int().min(0).max(3_600).default(10).meta(words("Steady seconds",
    "A file that did not change for so long is complete; longer than a transfer may stall. 0 where "
      + "files come by renaming.",
    "Secondes sans changement", "Un fichier inchangé depuis est complet ; plus qu'un transfert ne "
      + "peut s'arrêter. 0 si les fichiers arrivent par renommage.")),
  afterwards: z.enum(["keep", "delete"]).default("keep").meta(words("Afterwards",
    "keep: into done/, since a question about a bill may come later; delete: away at once.",
    "Ensuite", "keep : dans done/, une question sur une facture pouvant venir plus tard ; "
      + "delete : supprimé aussitôt.")),
  keepDays: z.int().min(1).max(3_650).default(30).meta(words("Days kept",
    "Files in done/ are removed after so long; the raw bytes themselves are kept apart.",
    "Jours gardés", "Les fichiers de done/ sont supprimés ensuite ; les octets bruts sont gardés à "
      + "part.")),
}).meta({ title: "Files put into a folder", fr: { title: "Fichiers déposés dans un dossier" } });

export const transportSchema = z.discriminatedUnion("kind",
  [tcp, tcpListen, tls, serial, usb, udp, file, folder]);
export type TransportConfig = z.infer<typeof transportSchema>;
