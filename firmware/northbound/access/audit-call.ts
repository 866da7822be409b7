/**
 * What of a request goes into the audit log: enough to see what was asked, no secret ever, and
 * telephone numbers masked, because an entry of the chain cannot be erased later.
 */

import { createHash } from "node:crypto";
import { ScalarType, toJson } from "@bufbuild/protobuf";
import type { DescField, DescMessage, DescMethod, Message } from "@bufbuild/protobuf";
import { maskNumbers } from "../../base/mask.js";
import { messageOf } from "../../base/result.js";
import type { Audit } from "./audit.js";
import type { Json } from "./audit-chain.js";
import { audited } from "./method-roles.js";
import type { Identity } from "./roles.js";

/** Longer texts are told by their length and hash. */
export const textShownMax = 256;

const secretName = new RegExp("(^|_)(password|passwd|secret|token|bearer|passphrase|credential"
  + "|credentials|pin|key|pem|value|auth_code|user_data)$");
/** Where to go on in a list: no secret. */
const harmlessNames = new Set(["page_token"]);
const numberName = /(^|_)(number|numbers|device|devices|party|to|agent|called|calling)$/;
/** Whole documents, where a person may have pasted a secret; private data, which may be one. */
const documentName = /^(document|elements|.*_yaml|.*_json)$/;
/** What a pager shows may be about a patient. */
const textName = /^text$/;
/** Digits sent into a call may be a card number or a PIN. */
const digitsName = /(^|_)digits$/;

function told(text: string): Json {
  return { characters: text.length,
    sha256: createHash("sha256").update(text, "utf8").digest("hex") };
}

function shownText(name: string, text: string): Json {
  if (textName.test(name)) return `${text.length} characters`;
  if (digitsName.test(name)) return `${text.length} digits`;
  if (documentName.test(name) || text.length > textShownMax) return told(text);
  return numberName.test(name) ? maskNumbers(text) : text;
}

function shown(field: DescField, value: Json): Json {
  if (secretName.test(field.name) && !harmlessNames.has(field.name)) return "(secret)";
  if (isList(value)) return value.map((one) => shownOne(field, one));
  return shownOne(field, value);
}

function shownOne(field: DescField, value: Json): Json {
  if (isRecord(value)) {
    if (field.message !== undefined) return shownMessage(field.message, value);
    return Object.fromEntries(Object.entries(value).map(([key, one]) =>
      [key, secretName.test(key) ? "(secret)"
        : typeof one === "string" ? shownText(key, one) : one]));
  }
  if (typeof value !== "string") return value;
  if (field.scalar === ScalarType.BYTES) return `${Buffer.from(value, "base64").length} bytes`;
  return field.scalar === ScalarType.STRING ? shownText(field.name, value) : value;
}

function shownMessage(desc: DescMessage, json: { readonly [key: string]: Json }):
  { readonly [key: string]: Json } {
  const details: Record<string, Json> = {};
  for (const field of desc.fields) {
    const value = json[field.name];
    if (value !== undefined) details[field.name] = shown(field, value);
  }
  return details;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isRecord(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields of a request that are set, by their names in the .proto file. Never throws. */
export function auditDetails(
  desc: DescMessage, message: Message,
): { readonly [key: string]: Json } {
  try {
    // toJson's type is wider than Json by optional properties, which it never leaves undefined.
    const json = toJson(desc, message, { useProtoFieldName: true }) as Json;
    if (!isRecord(json)) return {};
    const details = shownMessage(desc, json);
    // People type their password into the field for the name.
    if (desc.name !== "SignInRequest") return details;
    return Object.fromEntries(Object.entries(details).filter(([name]) => name !== "name"));
  } catch (error) {
    return { unreadable: messageOf(error) };
  }
}

/** What a request is about: "pbx-1 6001", a masked number, "ann", a certificate's serial. */
export function auditSubject(
  desc: DescMessage, message: Message, isUser: (name: string) => boolean,
): string {
  const fields = message as unknown as Readonly<Record<string, unknown>>;
  const query = fields["query"] as Readonly<Record<string, unknown>> | undefined;
  const text = (name: string): string => {
    const value = fields[name] ?? query?.[name];
    return typeof value === "string" ? value : "";
  };
  if (desc.name === "SignInRequest") return isUser(text("name")) ? text("name") : "unknown name";
  const first = ["id", "serial", "name"].map(text).find((value) => value !== "");
  if (first !== undefined) return first;
  return [text("link"), text("port"),
    ...["device", "number"].map((name) => maskNumbers(text(name)))]
    .filter((value) => value !== "").join(" ");
}

/** Tokens and certificates may bear a user's name: the log must not mix them up. */
export function auditActor(identity: Identity | undefined): string {
  if (identity === undefined) return "nobody";
  return identity.method === "password" ? identity.name : `${identity.method}:${identity.name}`;
}

export interface AuditedCall {
  readonly method: DescMethod;
  readonly request: Message;
  /** For SignIn: who signed in, if it succeeded. */
  readonly identity: Identity | undefined;
  readonly source: string;
  /** "ok" or the fault's code. */
  readonly outcome: string;
  /** What the entry says when it stands for more than this one call. */
  readonly stands?: { readonly subject: string;
    readonly details: { readonly [key: string]: Json } };
}

/** Writes the entry of a call, if its row in the method table asks for one. Never waits. */
export function auditCall(
  audit: Pick<Audit, "record">, isUser: (name: string) => boolean, call: AuditedCall,
): void {
  const { method, request } = call;
  if (!audited(`${method.parent.typeName}/${method.name}`, request)) return;
  void audit.record({ actor: auditActor(call.identity), source: call.source, action: method.name,
    outcome: call.outcome, ...(call.stands ?? {
      subject: auditSubject(method.input, request, isUser),
      details: auditDetails(method.input, request) }) });
}
