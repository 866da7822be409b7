/**
 * Call records inside RADIUS accounting requests (RFC 2866), each printed as one line that the
 * format `radius` reads. Requests are answered when they are durable; a repeated one is answered
 * and not counted again.
 *
 * Assumed: a request with Acct-Delay-Time that tells of the same session, status and session time
 * as an earlier one is that one, sent again.
 */

import { faultText, type Result } from "../../../firmware/base/result.js";
import { printedRadius } from "../formats/radius.js";
import type { Framed, Framing } from "../framing.js";
import {
  accountingRequest, attributeTypes, ciscoPairs, isAuthentic, readRadius, writeResponse,
  type RadiusPacket,
} from "./radius-packet.js";
import { eachPacket } from "./packets.js";
import type { FramingMemory } from "./memory.js";
import { Repeats } from "./repeats.js";

export interface RadiusSettings {
  /** Absent where nobody is there to be trusted: bytes that are only tried. */
  readonly secret?: Result<string> | undefined;
}

/** Requests and sessions remembered, so that a repeated one is known. */
export const repeatsMax = 2_000;

export class RadiusFraming implements Framing {
  readonly silenceEndsLine = false;
  readonly #secret: Result<string> | undefined;
  readonly #requests: Repeats;
  readonly #sessions: Repeats;

  constructor({ secret }: RadiusSettings, memory: FramingMemory) {
    this.#secret = secret;
    this.#requests = memory.requests ??= new Repeats(repeatsMax);
    this.#sessions = memory.sessions ??= new Repeats(repeatsMax);
  }

  open(): readonly Framed[] {
    return [{ kind: "condition", condition: this.#secret?.ok === false
      ? { type: "lost", reason: faultText(this.#secret.fault) } : { type: "ready" } }];
  }

  receive(bytes: Uint8Array): readonly Framed[] {
    return eachPacket(bytes, readRadius, (packet, octets) => this.#heard(packet, octets));
  }

  elapsed(): readonly Framed[] {
    return [];
  }

  end(): readonly Framed[] {
    return [];
  }

  #heard(packet: RadiusPacket, bytes: Uint8Array): readonly Framed[] {
    if (packet.code !== accountingRequest) {
      return [{ kind: "garbage", bytes, reason: "a RADIUS packet that is no accounting request" }];
    }
    const secret = this.#secret;
    if (secret !== undefined && (!secret.ok || !isAuthentic(bytes, secret.value))) {
      return [{ kind: "garbage", bytes,
        reason: "a RADIUS request that was not made with our shared secret" }];
    }
    const reply: readonly Framed[] = secret === undefined ? []
      : [{ kind: "reply", bytes: writeResponse(packet, secret.value) }];
    if (this.#isRepeated(packet)) return [{ kind: "skipped", bytes: bytes.length }, ...reply];
    return [{ kind: "record", text: Buffer.from(printedRadius(fieldsOf(packet))), bytes },
      ...reply];
  }

  #isRepeated({ identifier, authenticator, attributes }: RadiusPacket): boolean {
    const value = (type: number): string => {
      const found = attributes.find((each) => each.type === type)?.value;
      return found === undefined ? "" : Buffer.from(found).toString("hex");
    };
    const same = this.#requests.seen(
      `${identifier} ${Buffer.from(authenticator).toString("hex")}`);
    const { delayTime, nasIdentifier, nasIpAddress, sessionId, sessionTime, statusType } =
      attributeTypes;
    const session = [nasIpAddress, nasIdentifier, sessionId, statusType, sessionTime].map(value)
      .join(" ");
    const known = this.#sessions.seen(session);
    return same || (known && value(sessionId) !== "" && Number(`0x${value(delayTime)}`) > 0);
  }
}

/** Attributes by their names in RFC 2866 and 2869, and Cisco's pairs by theirs. */
function fieldsOf(packet: RadiusPacket): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const { type, value } of packet.attributes) {
    const known = attributes[type];
    if (known === undefined || fields.has(known.name)) continue;
    fields.set(known.name, known.print(Buffer.from(value)));
  }
  for (const [name, text] of ciscoPairs(packet)) if (!fields.has(name)) fields.set(name, text);
  return fields;
}

interface Printed {
  readonly name: string;
  print(value: Buffer): string;
}

const text = (name: string): Printed => ({ name, print: (value) => value.toString("utf8") });
const integer = (name: string, words: Readonly<Record<number, string>> = {}): Printed => ({ name,
  print: (value) => {
    const number = value.length === 4 ? value.readUInt32BE(0) : undefined;
    return number === undefined ? value.toString("hex") : words[number] ?? String(number);
  } });
const address = (name: string): Printed => ({ name, print: (value) => value.join(".") });

const attributes: Readonly<Record<number, Printed>> = {
  [attributeTypes.userName]: text("User-Name"),
  [attributeTypes.nasIpAddress]: address("NAS-IP-Address"),
  [attributeTypes.nasPort]: integer("NAS-Port"),
  [attributeTypes.calledStationId]: text("Called-Station-Id"),
  [attributeTypes.callingStationId]: text("Calling-Station-Id"),
  [attributeTypes.nasIdentifier]: text("NAS-Identifier"),
  [attributeTypes.statusType]: integer("Acct-Status-Type",
    { 1: "Start", 2: "Stop", 3: "Interim-Update", 7: "Accounting-On", 8: "Accounting-Off" }),
  [attributeTypes.delayTime]: integer("Acct-Delay-Time"),
  [attributeTypes.sessionId]: text("Acct-Session-Id"),
  [attributeTypes.sessionTime]: integer("Acct-Session-Time"),
  [attributeTypes.terminateCause]: integer("Acct-Terminate-Cause"),
  [attributeTypes.eventTimestamp]: integer("Event-Timestamp"),
  [attributeTypes.nasPortId]: text("NAS-Port-Id"),
};
