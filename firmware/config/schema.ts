/**
 * The shape of the configuration document, version 1. Defaults stand here only, each with its
 * reason. Every object is strict: an unknown key is an error. The descriptions are shown in the
 * form, in the JSON Schema and on the reference page.
 */

import { z } from "zod";

const port = z.int().min(1).max(65_535);
const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
  "must be a reference: env:NAME, file:/path or store:name");

const host = z.string().min(1).describe("Name or address of the PBX.");

const tcp = z.strictObject({
  kind: z.literal("tcp"), host, port: port.describe("TCP port of the PBX."),
});
const tcpListen = z.strictObject({
  kind: z.literal("tcp-listen"),
  address: z.string().default("0.0.0.0").describe(
    "Where to listen; all interfaces, because it is not known beforehand whence the PBX connects."),
  port: port.describe("TCP port on which the PBX connects to us."),
});
const tls = z.strictObject({
  kind: z.literal("tls"), host, port: port.describe("TCP port of the PBX."),
  serverName: z.string().optional().describe("Name in the PBX's certificate; the host if absent."),
  authority: z.string().optional().describe(
    "PEM file with the authority to trust; if absent the system's."),
  fingerprint: z.string().regex(/^([0-9A-Fa-f]{2}:?){32}$/).optional().describe(
    "SHA-256 of the PBX's certificate, for a self-signed one."),
});
const serial = z.strictObject({
  kind: z.literal("serial"),
  path: z.string().startsWith("/").describe("Device file; prefer /dev/serial/by-id/..."),
  baudRate: z.int().min(300).max(921_600).default(9600).describe(
    "Speed; 9600 8N1 without flow control is what most PBX printers speak."),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8)
    .describe("Data bits."),
  parity: z.enum(["none", "even", "odd", "mark", "space"]).default("none").describe("Parity."),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).default(1)
    .describe("Stop bits."),
  flowControl: z.enum(["none", "rts-cts", "xon-xoff"]).default("none").describe("Flow control."),
});

export const transportSchema = z.discriminatedUnion("kind", [tcp, tcpListen, tls, serial]);
export type TransportConfig = z.infer<typeof transportSchema>;

export const numberRuleSchema = z.strictObject({
  name: z.string().min(1).describe("Shown by the explainer."),
  use: z.enum(["from-pbx", "dial"]).describe(
    "Whether the rule reads what the PBX says, or changes what is dialled."),
  match: z.string().min(1).describe(
    "A regular expression over the whole number; named or numbered groups."),
  replace: z.string().optional().describe(
    "Replacement, $1 or $<name> for a group. Absent: the rule only decides the kind."),
  kind: z.enum(["internal", "external", "service"]).optional().describe(
    "What such a number is; internal and service end the chain of rules."),
});

export const numbersSchema = z.strictObject({
  country: z.string().regex(/^[A-Z]{2}$/).optional().describe(
    "ISO 3166 country in which the PBX stands. No default: guessing would dial wrong numbers."),
  areaCode: z.string().regex(/^\d*$/).default("").describe(
    "Prepended to numbers too short to be national: area code without trunk prefix."),
  externalPrefix: z.string().regex(/^[\d*#]*$/).default("").describe(
    "What a device dials before an external number."),
  prefixOnIncoming: z.boolean().default(false).describe(
    "The PBX shows the external prefix before callers' numbers too."),
  internalDigitsMax: z.int().min(1).max(9).default(5).describe(
    "Numbers of up to so many digits are devices of the PBX."),
  directDial: z.strictObject({
    prefix: z.string().startsWith("+").describe("What stands before the device: +33 1 23 45 6."),
    digits: z.int().min(1).max(6).describe("Digits of a device that is reached from outside."),
  }).optional().describe("Direct dial numbers: shows devices as E.164 and recognises our own."),
  service: z.array(z.string()).max(200).default([]).describe(
    "Never normalised: emergency and service numbers; X stands for any digit."),
  rules: z.array(numberRuleSchema).max(200).default([]).describe("Rules of one's own, in order."),
});
export type NumbersConfig = z.infer<typeof numbersSchema>;

export const linkSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 of a-z, 0-9 and -").describe(
    "The link's name everywhere; records keep it, so do not reuse it for another PBX."),
  title: z.string().max(80).default("").describe("Shown to people."),
  driver: z.string().describe("The PBX family; `ctictl link drivers` lists them."),
  enabled: z.boolean().default(true).describe("A disabled link is kept but not opened."),
  transport: transportSchema.describe("How the PBX is reached."),
  options: z.record(z.string(), z.unknown()).default({}).describe(
    "Checked by the driver's own schema."),
  numbers: numbersSchema.prefault({}).describe("How this PBX writes and dials numbers."),
  timeZone: z.string().optional().describe(
    "IANA time zone of the PBX's clock; if absent the unit's."),
});
export type LinkConfig = z.infer<typeof linkSchema>;

const listener = (portDefault: number): z.ZodPrefault<z.ZodObject<{
  address: z.ZodDefault<z.ZodString>; port: z.ZodDefault<z.ZodInt>;
}, z.core.$strict>> => z.strictObject({
  address: z.string().default("0.0.0.0").describe(
    "All interfaces: an appliance is there to be reached; TLS and sign-in guard it."),
  port: z.int().min(0).max(65_535).default(portDefault).describe("0 lets the system choose."),
}).prefault({});

export const documentSchema = z.strictObject({
  version: z.literal(1).describe("Version of this document's shape."),
  unit: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/).default("jackfield").describe(
      "The unit's name, also in its certificate."),
    language: z.enum(["fr", "en"]).default("fr").describe(
      "French first: most of the installed base is in France."),
    timeZone: z.string().default("Europe/Paris").describe("IANA time zone of the unit."),
  }).prefault({}).describe("The appliance itself."),
  links: z.array(linkSchema).max(64).default([]).describe("The connections to PBXs."),
  grpc: listener(9443).describe("Management API."),
  web: listener(8443).describe("Web page."),
  tls: z.strictObject({
    certificate: z.string().optional().describe(
      "PEM file; if absent the gateway makes its own authority and certificate."),
    key: z.string().optional().describe("PEM file with the certificate's private key."),
    names: z.array(z.string()).default([]).describe(
      "More names under which the unit is reached."),
    clientAuthority: z.string().optional().describe(
      "PEM file of an authority whose client certificates are accepted besides our own."),
  }).prefault({}).describe("Certificates."),
  retention: z.strictObject({
    eventsDays: z.number().min(0.01).max(3_650).default(7).describe(
      "A week of events lets an application sleep over a long weekend and miss nothing."),
    eventsMax: z.int().min(1_000).max(100_000_000).default(2_000_000).describe(
      "Most events kept; about 2 GB on disk."),
    recordsDays: z.number().min(1).max(3_650).default(365).describe("Days of call records."),
    rawDays: z.number().min(0.01).max(3_650).default(90).describe(
      "Days of raw bytes; they prove what a PBX really printed."),
    auditDays: z.number().min(30).max(3_650).default(730).describe("Days of audit log."),
  }).prefault({}).describe("How long what is kept."),
  access: z.strictObject({
    sessionIdleMinutes: z.number().min(1).max(1_440).default(30).describe(
      "An unused session ends after so many minutes."),
    sessionHours: z.number().min(0.1).max(24).default(12).describe(
      "A session ends after so many hours in any case."),
  }).prefault({}).describe("Sessions."),
});
export type Document = z.infer<typeof documentSchema>;

export { secretReference };
