/**
 * Record lines inside SNMP notifications: traps of version 1 (RFC 1157) and 2c (RFC 3416), and
 * informs, which are answered. The text is in one variable, or in any that the format reads.
 *
 * Assumed: two notifications that are the same octet for octet are one, sent twice.
 */

import { createHash } from "node:crypto";
import type { Result } from "../../../firmware/base/result.js";
import { faultText } from "../../../firmware/base/result.js";
import {
  berInteger, berObjectIdentifier, integerContents, readBer, readBerAll, tags, writeBer,
  writeBerAll, type BerElement,
} from "../../../firmware/wire/ber.js";
import type { Framed, Framing } from "../framing.js";
import { eachPacket } from "./packets.js";
import type { FramingMemory } from "./memory.js";
import { Repeats } from "./repeats.js";

export interface SnmpSettings {
  /** Absent where nobody is there to be trusted: bytes that are only tried. */
  readonly community?: Result<string> | undefined;
  /** Of the variable with the record, or what it begins with; absent: any that holds text. */
  readonly variable?: string | undefined;
}

export interface Notification {
  readonly version: 1 | 2;
  readonly community: Uint8Array;
  /** Written into the answer as it came; only informs have one. */
  readonly inform?: { readonly requestId: Uint8Array; readonly variables: Uint8Array };
  readonly variables: readonly { readonly name: string; readonly text: Uint8Array | undefined }[];
  readonly octets: number;
}

/** Notifications remembered: a repeated inform is answered and not counted. */
export const repeatsMax = 1_000;
export const variablesMax = 256;

const versions: Readonly<Record<number, 1 | 2>> = { 0: 1, 1: 2 };
const trapV1 = 4;
const inform = 6;
const trapV2 = 7;
const response = 2;

/** The notification at the beginning of a datagram; a string is why there is none. */
export function readNotification(bytes: Uint8Array): Notification | string {
  const message = readBer(bytes);
  if (typeof message === "string") return `no SNMP message: ${message}`;
  const parts = message.tag === tags.sequence && message.class === "universal"
    ? readBerAll(message.contents) : "not a sequence";
  if (typeof parts === "string") return `no SNMP message: ${parts}`;
  const [first, community, pdu] = parts;
  const version = first?.tag === tags.integer ? versions[berInteger(first.contents) ?? -1]
    : undefined;
  if (version === undefined) return "no SNMP message of version 1 or 2c";
  if (community?.tag !== tags.octetString || pdu?.class !== "context") {
    return "no SNMP message: no community";
  }
  const kinds = version === 1 ? [trapV1] : [inform, trapV2];
  if (!kinds.includes(pdu.tag)) return "an SNMP message that is no notification";
  const fields = readBerAll(pdu.contents);
  if (typeof fields === "string") return `no SNMP notification: ${fields}`;
  const list = fields.at(-1);
  const variables = list?.tag === tags.sequence ? variablesOf(list) : undefined;
  const [requestId] = fields;
  if (list === undefined || variables === undefined || requestId === undefined) {
    return "no SNMP notification: no variables";
  }
  return { version, community: community.contents, variables, octets: message.octets,
    ...(version === 2 && pdu.tag === inform
      ? { inform: { requestId: requestId.contents, variables: list.contents } } : {}) };
}

function variablesOf(list: BerElement): Notification["variables"] | undefined {
  const pairs = readBerAll(list.contents);
  if (typeof pairs === "string" || pairs.length > variablesMax) return undefined;
  const found: Notification["variables"][number][] = [];
  for (const pair of pairs) {
    const parts = readBerAll(pair.contents);
    if (typeof parts === "string") return undefined;
    const [name, value] = parts;
    const id = name?.tag === tags.objectIdentifier ? berObjectIdentifier(name.contents) : undefined;
    if (id === undefined || value === undefined) return undefined;
    const isText = value.class === "universal" && value.tag === tags.octetString;
    found.push({ name: id, text: isText ? value.contents : undefined });
  }
  return found;
}

/** RFC 3416 4.2.7: the same request, no error, the same variables. */
export function writeResponse({ community, inform: asked }: Notification): Uint8Array | undefined {
  if (asked === undefined) return undefined;
  const integer = (contents: Uint8Array): Uint8Array => writeBer({ tag: tags.integer }, contents);
  const none = integer(integerContents(0));
  return writeBerAll([integer(integerContents(1)),
    writeBer({ tag: tags.octetString }, community),
    writeBerAll([integer(asked.requestId), none, none,
      writeBer({ tag: tags.sequence, constructed: true }, asked.variables)],
    { class: "context", tag: response })]);
}

const lf = 0x0a;

export class SnmpTrapFraming implements Framing {
  readonly silenceEndsLine = false;
  readonly #settings: SnmpSettings;
  readonly #repeats: Repeats;

  constructor(settings: SnmpSettings, memory: FramingMemory) {
    this.#settings = settings;
    this.#repeats = memory.requests ??= new Repeats(repeatsMax);
  }

  open(): readonly Framed[] {
    const { community } = this.#settings;
    return [{ kind: "condition", condition: community?.ok === false
      ? { type: "lost", reason: faultText(community.fault) } : { type: "ready" } }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    return eachPacket(bytes, readNotification, (packet, octets) => this.#heard(packet, octets));
  }

  elapsed(): readonly Framed[] {
    return [];
  }

  end(): readonly Framed[] {
    return [];
  }

  #heard(notification: Notification, bytes: Uint8Array): readonly Framed[] {
    const { community } = this.#settings;
    if (community !== undefined && (!community.ok
      || Buffer.compare(Buffer.from(community.value), notification.community) !== 0)) {
      return [{ kind: "garbage", bytes, reason: "an SNMP community that is not ours" }];
    }
    const answer = writeResponse(notification);
    const reply: readonly Framed[] = answer === undefined ? []
      : [{ kind: "reply", bytes: answer }];
    const key = createHash("sha256").update(bytes).digest("base64");
    if (this.#repeats.seen(key)) return [{ kind: "skipped", bytes: bytes.length }, ...reply];
    const { variable } = this.#settings;
    const texts = notification.variables.flatMap(({ name, text }) => text === undefined
      || (variable !== undefined && name !== variable && !name.startsWith(`${variable}.`))
      ? [] : [text]);
    if (texts.length === 0) return [{ kind: "skipped", bytes: bytes.length }, ...reply];
    const text = Buffer.concat(texts.flatMap((each) => [each, Buffer.of(lf)]));
    return [{ kind: "record", text, bytes }, ...reply];
  }
}
