/**
 * The shape of the configuration document, version 1. Defaults stand here only, each with its
 * reason. Every object is strict: an unknown key is an error.
 */

import { z } from "zod";

const port = z.int().min(1).max(65_535);
const secretReference = z.string().regex(/^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|store:[a-z0-9-]+)$/,
  "must be a reference: env:NAME, file:/path or store:name");

const tcp = z.strictObject({
  kind: z.literal("tcp"), host: z.string().min(1), port,
});
const tcpListen = z.strictObject({
  kind: z.literal("tcp-listen"),
  /** All interfaces: the PBX connects to us, from where is not known beforehand. */
  address: z.string().default("0.0.0.0"), port,
});
const tls = z.strictObject({
  kind: z.literal("tls"), host: z.string().min(1), port,
  /** Defaults to the host. */
  serverName: z.string().optional(),
  /** PEM file with the authority to trust; without it the system's. */
  authority: z.string().optional(),
  /** SHA-256 of the peer's certificate, for a PBX with a self-signed one. */
  fingerprint: z.string().regex(/^([0-9A-Fa-f]{2}:?){32}$/).optional(),
});
const serial = z.strictObject({
  kind: z.literal("serial"), path: z.string().startsWith("/"),
  /** 9600 8N1 without flow control is what most PBX printers speak. */
  baudRate: z.int().min(300).max(921_600).default(9600),
  dataBits: z.union([z.literal(5), z.literal(6), z.literal(7), z.literal(8)]).default(8),
  parity: z.enum(["none", "even", "odd", "mark", "space"]).default("none"),
  stopBits: z.union([z.literal(1), z.literal(1.5), z.literal(2)]).default(1),
  flowControl: z.enum(["none", "rts-cts", "xon-xoff"]).default("none"),
});

export const transportSchema = z.discriminatedUnion("kind", [tcp, tcpListen, tls, serial]);
export type TransportConfig = z.infer<typeof transportSchema>;

export const numberRuleSchema = z.strictObject({
  /** Shown by the explainer. */
  name: z.string().min(1),
  use: z.enum(["from-pbx", "dial"]),
  /** A regular expression over the whole number; named or numbered groups. */
  match: z.string().min(1),
  /** Replacement, `$1` for a group. Absent: only decides the kind. */
  replace: z.string().optional(),
  kind: z.enum(["internal", "external", "service"]).optional(),
});

export const numbersSchema = z.strictObject({
  /** ISO 3166 country in which the PBX stands. No default: guessing would dial wrong numbers. */
  country: z.string().regex(/^[A-Z]{2}$/).optional(),
  /** Prepended to numbers too short to be national: area code without trunk prefix. */
  areaCode: z.string().regex(/^\d*$/).default(""),
  /** What a device dials before an external number. */
  externalPrefix: z.string().regex(/^[\d*#]*$/).default(""),
  /** The PBX shows the external prefix before callers' numbers too. */
  prefixOnIncoming: z.boolean().default(false),
  /** Numbers of up to so many digits are devices of the PBX. */
  internalDigitsMax: z.int().min(1).max(9).default(5),
  /** Public number of device 0, for showing devices as E.164: `+33 1 23 45 6X XX`. */
  directDial: z.strictObject({ prefix: z.string().startsWith("+"), digits: z.int().min(1).max(6) })
    .optional(),
  /** Never normalised: emergency and service numbers. */
  service: z.array(z.string()).default([]),
  rules: z.array(numberRuleSchema).max(200).default([]),
});
export type NumbersConfig = z.infer<typeof numbersSchema>;

export const linkSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, "1 to 32 of a-z, 0-9 and -"),
  title: z.string().max(80).default(""),
  driver: z.string(),
  enabled: z.boolean().default(true),
  transport: transportSchema,
  /** Checked by the driver's own schema. */
  options: z.record(z.string(), z.unknown()).default({}),
  numbers: numbersSchema.prefault({}),
  /** IANA time zone of the PBX's clock; without one, the unit's. */
  timeZone: z.string().optional(),
});
export type LinkConfig = z.infer<typeof linkSchema>;

const listener = (portDefault: number): z.ZodPrefault<z.ZodObject<{
  address: z.ZodDefault<z.ZodString>; port: z.ZodDefault<z.ZodInt>;
}, z.core.$strict>> => z.strictObject({
  /** All interfaces: an appliance is there to be reached; TLS and sign-in guard it. */
  address: z.string().default("0.0.0.0"),
  port: z.int().min(0).max(65_535).default(portDefault),
}).prefault({});

export const documentSchema = z.strictObject({
  version: z.literal(1),
  unit: z.strictObject({
    name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$/).default("jackfield"),
    /** French first: most of the installed base is in France. */
    language: z.enum(["fr", "en"]).default("fr"),
    timeZone: z.string().default("Europe/Paris"),
  }).prefault({}),
  links: z.array(linkSchema).max(64).default([]),
  grpc: listener(9443),
  web: listener(8443),
  tls: z.strictObject({
    /** PEM files; without them the gateway makes its own authority and certificate. */
    certificate: z.string().optional(),
    key: z.string().optional(),
    /** More names under which the unit is reached. */
    names: z.array(z.string()).default([]),
    /** PEM file of an authority whose client certificates are accepted besides our own. */
    clientAuthority: z.string().optional(),
  }).prefault({}),
  retention: z.strictObject({
    /** A week of events lets an application sleep over a long weekend and miss nothing. */
    eventsDays: z.number().min(0.01).max(3_650).default(7),
    eventsMax: z.int().min(1_000).max(100_000_000).default(2_000_000),
    recordsDays: z.number().min(1).max(3_650).default(365),
    rawDays: z.number().min(0.01).max(3_650).default(90),
    auditDays: z.number().min(30).max(3_650).default(730),
  }).prefault({}),
  access: z.strictObject({
    sessionIdleMinutes: z.number().min(1).max(1_440).default(30),
    sessionHours: z.number().min(0.1).max(24).default(12),
  }).prefault({}),
});
export type Document = z.infer<typeof documentSchema>;

export { secretReference };
