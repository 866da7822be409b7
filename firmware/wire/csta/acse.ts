/**
 * Association control as CSTA uses it (ITU-T X.227 / ISO 8650): AARQ, AARE, RLRQ, RLRE and ABRT,
 * with CSTA's own user information in them. What peers differ in is an `AcseVariant`.
 */

import {
  berInteger, berObjectIdentifier, integerContents, objectIdentifierContents, readBerAll, tags,
  writeBer, writeBerAll, type BerElement,
} from "../ber.js";
import { functionality, saidFunctions, type Functions, type SaidFunctions }
  from "./functionality.js";
import type { AssociationRefusal, AssociationRequest, CstaMessage } from "./message.js";
import { associationGone } from "./pdu-bounds.js";
import { writeInteger } from "./rose.js";

/** Names of application contexts; peers use them across the phases, and a server echoes. */
export const contextNames = { phase1: "1.3.12.0.180.1", phase2: "1.3.12.0.218",
  phase3: "1.3.12.0.285" } as const;
const contextInformation = "1.3.12.0.285.200";

/** What a peer of one make writes. Whatever is written is read from every peer. */
export interface AcseVariant {
  readonly contextName: string;
  /** Whether the protocol's version (1) is written. */
  readonly protocolVersion: boolean;
  /** `new`: ECMA-285's choice; `old`: the bare sequence of phases I and II. */
  readonly userInformation: "new" | "old";
  /** The direct reference of the user information. */
  readonly reference?: string;
  /** Written with an accepted association: 0 is null, 1 no-reason-given. */
  readonly acceptedDiagnostic: number;
  /** Written with an abort that has no reason of its own; undefined: none. */
  readonly abortDiagnostic?: number;
}

const plain: AcseVariant = { contextName: contextNames.phase2, protocolVersion: false,
  userInformation: "new", acceptedDiagnostic: 0 };

export const acseVariants = {
  plain,
  hipath: { ...plain, abortDiagnostic: 1 },
  panasonic: { ...plain, protocolVersion: true, reference: contextInformation,
    acceptedDiagnostic: 1 },
  phase1: { ...plain, contextName: contextNames.phase1, userInformation: "old" },
  phase2: { ...plain, userInformation: "old" },
} as const satisfies Record<string, AcseVariant>;

/** Application tags of the APDUs. */
const apdus = { aarq: 0, aare: 1, rlrq: 2, rlre: 3, abrt: 4 } as const;

/** Context tags in AARQ and AARE; both have the same user information. */
const fields = { version: 0, contextName: 1, result: 2, diagnostic: 3, aareRequirements: 8,
  aareValue: 10, aarqRequirements: 10, aarqValue: 12, userInformation: 30 } as const;

/** ABRT-diagnostic. */
const abortReasons = ["", "no-reason-given", "protocol-error",
  "authentication-mechanism-name-not-recognized", "authentication-mechanism-name-required",
  "authentication-failure", "authentication-required"] as const;
/** Of ABRT where the provider itself aborts and says no more. */
const byProvider = "provider";
/** Of Panasonic's octets that end an association. */
const goneReason = "association gone";

interface Refusal {
  readonly reason: AssociationRefusal;
  /** 1: rejected for good, 2: for now. */
  readonly result: number;
  /** 1: by the user of the service, CSTA; 2: by its provider. */
  readonly source: 1 | 2;
  readonly diagnostic: number;
}

/** The first row of a reason is written. */
const refusals: readonly Refusal[] = [
  { reason: "authentication-failed", result: 1, source: 1, diagnostic: 13 },
  { reason: "authentication-required", result: 1, source: 1, diagnostic: 14 },
  { reason: "context-not-supported", result: 1, source: 1, diagnostic: 2 },
  { reason: "version-not-supported", result: 1, source: 2, diagnostic: 2 },
  { reason: "resources-busy", result: 2, source: 1, diagnostic: 1 },
  { reason: "other", result: 1, source: 1, diagnostic: 1 },
  { reason: "authentication-failed", result: 1, source: 1, diagnostic: 11 },
  { reason: "authentication-required", result: 1, source: 1, diagnostic: 12 },
];

/** Messages of an association. */
export type AcseMessage = Extract<CstaMessage, { readonly kind: "associate" | "associated"
  | "association-refused" | "release" | "released" | "abort" }>;

/** How the other end asked, for the answer to be alike. */
export interface AssociationForm {
  readonly contextName: string;
  readonly protocolVersion: boolean;
  readonly userInformation: "new" | "old";
  readonly reference?: string;
}

const context = (tag: number, contents: Uint8Array): Uint8Array =>
  writeBer({ class: "context", tag }, contents);
const wrap = (tag: number, ...parts: Uint8Array[]): Uint8Array =>
  writeBerAll(parts, { class: "context", tag });
const identifier = (oid: string): Uint8Array =>
  writeBer({ tag: tags.objectIdentifier }, objectIdentifierContents(oid));
const octets = (text: string): Uint8Array =>
  writeBer({ tag: tags.octetString }, Buffer.from(text, "latin1"));
const apdu = (tag: number, ...parts: Uint8Array[]): Uint8Array =>
  writeBerAll(parts, { class: "application", tag });

const bitStringTag = 3;
const externalTag = 8;
/** One bit, the first, seven unused: version 1; the functional unit of authentication is alike. */
const protocolVersion1 = Buffer.of(0x07, 0x80);
const authenticationUnit = Buffer.of(0x06, 0x80);
/** Versions are written in two octets at least: observed from Panasonic and HiPath. */
const versionOctetsMin = 2;
const versionBitMax = 63;

function versionBits(versions: readonly string[]): Uint8Array {
  const bits = versions.map(Number).filter((bit) => Number.isInteger(bit) && bit >= 0
    && bit <= versionBitMax);
  const contents = Buffer.alloc(1 + Math.max(versionOctetsMin,
    ...bits.map((bit) => (bit >> 3) + 1)));
  for (const bit of bits) {
    const at = 1 + (bit >> 3);
    contents[at] = (contents[at] ?? 0) | 0x80 >> (bit & 7);
  }
  return writeBer({ tag: bitStringTag }, contents);
}

function versionsOf(contents: Uint8Array): readonly string[] {
  const found: string[] = [];
  for (let bit = 0; bit <= versionBitMax; bit += 1) {
    const octet = contents[1 + (bit >> 3)] ?? 0;
    if ((octet & 0x80 >> (bit & 7)) !== 0) found.push(String(bit));
  }
  return found;
}

function writeUserInformation(
  versions: readonly string[], form: AssociationForm, functions: Uint8Array,
): Uint8Array {
  const bits = versionBits(versions);
  const none = writeBerAll([]);
  const information = form.userInformation === "new" ? wrap(0, bits)
    : writeBerAll([bits, none, functions]);
  const reference = form.reference === undefined ? [] : [identifier(form.reference)];
  return wrap(fields.userInformation,
    writeBerAll([...reference, wrap(0, information)], { tag: externalTag }));
}

/** What lies before the fields that AARQ and AARE do not share. */
function writeHead(form: AssociationForm): readonly Uint8Array[] {
  return [...form.protocolVersion ? [context(fields.version, protocolVersion1)] : [],
    wrap(fields.contextName, identifier(form.contextName))];
}

function writeAarq(
  { user, password, versions }: AssociationRequest, variant: AcseVariant, functions: Functions,
): Uint8Array {
  // Name and password: an EXTERNAL of which only the single ASN.1 type is written.
  const credentials = user === undefined && password === undefined ? []
    : [context(fields.aarqRequirements, authenticationUnit),
      wrap(fields.aarqValue, wrap(2, wrap(0, wrap(0, octets(user ?? ""),
        ...password === undefined ? [] : [octets(password)]))))];
  return apdu(apdus.aarq, ...writeHead(variant), ...credentials,
    writeUserInformation(versions, variant, functionality(functions, "computing")));
}

function writeAare(
  form: AssociationForm, result: number, source: number, diagnostic: number,
  ...rest: readonly Uint8Array[]
): Uint8Array {
  return apdu(apdus.aare, ...writeHead(form), wrap(fields.result, writeInteger(result)),
    wrap(fields.diagnostic, wrap(source, writeInteger(diagnostic))), ...rest);
}

/** HiPath says in two texts what it is. */
function writeProduct(product: string): readonly Uint8Array[] {
  const [name = "", ...rest] = product.split(" ");
  return [context(fields.aareRequirements, authenticationUnit),
    wrap(fields.aareValue, wrap(2, wrap(0, wrap(1, octets(name), octets(rest.join(" "))))))];
}

function writeAbrt(reason: string | undefined, variant: AcseVariant): Uint8Array {
  if (reason === goneReason) return associationGone;
  const named = abortReasons.findIndex((name) => name !== "" && name === reason);
  const diagnostic = named < 0 ? variant.abortDiagnostic : named;
  return apdu(apdus.abrt, context(0, integerContents(reason === byProvider ? 1 : 0)),
    ...diagnostic === undefined || reason === byProvider ? []
      : [context(1, integerContents(diagnostic))]);
}

/** Of a release and of its answer. */
const releaseReasons: Readonly<Record<string, number>> & { readonly normal: number } =
  { normal: 0, urgentOrNotFinished: 1, userDefined: 30 };
const releaseNormal = context(0, integerContents(releaseReasons.normal));

/**
 * The APDU of a message. An answer to an AARQ is alike in form to `asked`; `functions` are what
 * this end offers, told in the old form only, whatever the message has of them.
 */
export function encodeAcse(
  message: AcseMessage, variant: AcseVariant, functions: Functions, asked?: AssociationForm,
): Uint8Array {
  const form = asked ?? variant;
  switch (message.kind) {
    case "associate": return writeAarq(message, variant, functions);
    case "associated": return writeAare(form, 0, 1, variant.acceptedDiagnostic,
      ...message.product === undefined ? [] : writeProduct(message.product),
      ...message.version === undefined ? [] : [writeUserInformation([message.version], form,
        functionality(functions, "switching"))]);
    case "association-refused": {
      const row = refusals.find(({ reason }) => reason === message.reason);
      return writeAare(form, row?.result ?? 1, row?.source ?? 1, row?.diagnostic ?? 1);
    }
    case "release": return apdu(apdus.rlrq, releaseNormal);
    case "released": return apdu(apdus.rlre, releaseNormal);
    case "abort": return writeAbrt(message.reason, variant);
  }
}

/** The parts of a constructed element by class and tag; the first of each counts. */
function part(
  parts: readonly BerElement[], tag: number, kind: BerElement["class"] = "context",
): BerElement | undefined {
  return parts.find((each) => each.class === kind && each.tag === tag);
}

function partsOf(element: BerElement | undefined): readonly BerElement[] {
  if (element?.constructed !== true) return [];
  const parts = readBerAll(element.contents);
  return typeof parts === "string" ? [] : parts;
}

/** Through elements that have one part of interest, given by context tags. */
function inside(
  element: BerElement | undefined, ...path: readonly number[]
): readonly BerElement[] {
  let at = element;
  for (const tag of path) at = part(partsOf(at), tag);
  return partsOf(at);
}

function texts(parts: readonly BerElement[]): readonly string[] {
  return parts.filter((each) => each.class === "universal" && each.tag === tags.octetString)
    .map(({ contents }) => Buffer.from(contents).toString("latin1"));
}

interface UserInformation {
  readonly versions: readonly string[];
  readonly form: "new" | "old";
  readonly reference: string | undefined;
  /** Of the old form: what the other end offers. */
  readonly functions: SaidFunctions | undefined;
}

function readUserInformation(parts: readonly BerElement[]): UserInformation | undefined {
  const external = part(partsOf(part(parts, fields.userInformation)), externalTag, "universal");
  const within = partsOf(external);
  const reference = part(within, tags.objectIdentifier, "universal");
  // A single ASN.1 type, or its octets.
  const information = partsOf(part(within, 0))[0] ?? octetAligned(part(within, 1));
  const bits = part(partsOf(information), bitStringTag, "universal");
  if (information === undefined || bits === undefined) return undefined;
  const form = information.class === "context" ? "new" : "old";
  // Required functions first, then those that are offered.
  const offered = partsOf(information).filter((each) => each.class === "universal"
    && each.tag === tags.sequence)[1];
  return { versions: versionsOf(bits.contents), form,
    functions: form === "old" ? saidFunctions(partsOf(offered)) : undefined,
    reference: reference === undefined ? undefined : berObjectIdentifier(reference.contents) };
}

function octetAligned(element: BerElement | undefined): BerElement | undefined {
  const parts = element === undefined ? "" : readBerAll(element.contents);
  return typeof parts === "string" ? undefined : parts[0];
}

/** Both forms that credentials have been described in: name and password, or one text. */
function readCredentials(parts: readonly BerElement[]): Partial<AssociationRequest> {
  const value = part(parts, fields.aarqValue);
  const [text] = partsOf(value);
  if (text?.class === "context" && text.tag === 0 && !text.constructed) {
    return { password: Buffer.from(text.contents).toString("latin1") };
  }
  const [user, password] = texts(inside(value, 2, 0, 0));
  return { ...user === undefined || user === "" ? {} : { user },
    ...password === undefined ? {} : { password } };
}

function integerIn(parts: readonly BerElement[]): number | undefined {
  const found = part(parts, tags.integer, "universal");
  return found === undefined ? undefined : berInteger(found.contents);
}

function readAare(parts: readonly BerElement[]): AcseMessage | string {
  const result = integerIn(inside(part(parts, fields.result)));
  if (result === undefined) return "an answer to an association without result";
  if (result === 0) {
    const { versions = [], functions } = readUserInformation(parts) ?? {};
    const [version] = versions.slice(-1);
    const product = texts(inside(part(parts, fields.aareValue), 2, 0, 1))
      .filter((text) => text !== "").join(" ");
    return { kind: "associated", ...version === undefined ? {} : { version },
      ...product === "" ? {} : { product }, ...functions === undefined ? {} : { functions } };
  }
  const source = partsOf(part(parts, fields.diagnostic))[0];
  const diagnostic = integerIn(partsOf(source));
  const row = refusals.find((each) => each.source === source?.tag
    && each.diagnostic === diagnostic && (each.diagnostic !== 1 || each.result === result));
  return { kind: "association-refused", reason: row?.reason ?? "other" };
}

function integerAt(parts: readonly BerElement[], tag: number): number | undefined {
  const found = part(parts, tag);
  return found === undefined ? undefined : berInteger(found.contents);
}

/** A device in its role, out of its context, looks alike; reasons are few. */
function releaseOf(
  parts: readonly BerElement[], kind: "release" | "released",
): { readonly message: AcseMessage } | string {
  const reason = integerAt(parts, 0) ?? releaseReasons.normal;
  return Object.values(releaseReasons).includes(reason) ? { message: { kind } }
    : "a release for no known reason";
}

function readAbrt(parts: readonly BerElement[]): { readonly message: AcseMessage } | string {
  const [source, diagnostic] = [integerAt(parts, 0), integerAt(parts, 1)];
  if (source !== 0 && source !== 1) return "an abort from nobody";
  const reason = abortReasons[diagnostic ?? 0] ?? (source === 1 ? byProvider : "");
  const said = reason === "" && source === 1 ? byProvider : reason;
  return { message: { kind: "abort", ...said === "" ? {} : { reason: said } } };
}

/** A message, with its form where it is an AARQ. A string says why there is none. */
export function decodeAcse(element: BerElement):
{ readonly message: AcseMessage; readonly asked?: AssociationForm } | string {
  if (element.class === "context" && element.tag === 0) {
    return { message: { kind: "abort", reason: goneReason } };
  }
  if (element.class !== "application") return "no association control";
  const parts = readBerAll(element.contents);
  if (typeof parts === "string") return parts;
  switch (element.tag) {
    case apdus.aarq: return readAarq(parts);
    case apdus.aare: {
      const message = readAare(parts);
      return typeof message === "string" ? message : { message };
    }
    case apdus.rlrq: return releaseOf(parts, "release");
    case apdus.rlre: return releaseOf(parts, "released");
    case apdus.abrt: return readAbrt(parts);
    default: return "no association control";
  }
}

function readAarq(parts: readonly BerElement[]):
{ readonly message: AcseMessage; readonly asked: AssociationForm } | string {
  const name = part(inside(part(parts, fields.contextName)), tags.objectIdentifier, "universal");
  const contextName = name === undefined ? undefined : berObjectIdentifier(name.contents);
  if (contextName === undefined) return "an association without application context";
  const information = readUserInformation(parts);
  const reference = information?.reference;
  return {
    message: { kind: "associate", ...readCredentials(parts),
      versions: information?.versions ?? [] },
    asked: { contextName, protocolVersion: part(parts, fields.version) !== undefined,
      userInformation: information?.form ?? "new",
      ...reference === undefined ? {} : { reference } },
  };
}
