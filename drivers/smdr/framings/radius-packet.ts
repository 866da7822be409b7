/**
 * RADIUS accounting packets (RFC 2866; attributes also of RFC 2865, 2869 and Cisco's vendor
 * specific ones): read, verified, answered.
 */

import { createHash, timingSafeEqual } from "node:crypto";

export interface RadiusPacket {
  readonly code: number;
  readonly identifier: number;
  readonly authenticator: Uint8Array;
  readonly attributes: readonly RadiusAttribute[];
  readonly octets: number;
}

export interface RadiusAttribute {
  readonly type: number;
  readonly value: Uint8Array;
}

/** RFC 2865 clause 3. */
export const packetOctetsMin = 20;
export const packetOctetsMax = 4_096;
export const accountingRequest = 4;
export const accountingResponse = 5;

export const attributeTypes = {
  userName: 1, nasIpAddress: 4, nasPort: 5, vendorSpecific: 26, calledStationId: 30,
  callingStationId: 31, nasIdentifier: 32, proxyState: 33, statusType: 40, delayTime: 41,
  sessionId: 44, sessionTime: 46, terminateCause: 49, eventTimestamp: 55, nasPortId: 87,
} as const;

export const cisco = 9;

/** The packet at the beginning of `bytes`; a string is why there is none. */
export function readRadius(bytes: Uint8Array): RadiusPacket | string {
  if (bytes.length < packetOctetsMin) return "shorter than a RADIUS packet";
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const octets = view.readUInt16BE(2);
  if (octets < packetOctetsMin || octets > packetOctetsMax) return "a length no RADIUS packet has";
  if (octets > bytes.length) return "a RADIUS packet cut short";
  const attributes: RadiusAttribute[] = [];
  for (let at = packetOctetsMin; at < octets;) {
    const length = view[at + 1] ?? 0;
    if (length < 2 || at + length > octets) return "a RADIUS attribute with a wrong length";
    attributes.push({ type: view[at] ?? 0, value: bytes.subarray(at + 2, at + length) });
    at += length;
  }
  return { code: view[0] ?? 0, identifier: view[1] ?? 0,
    authenticator: bytes.subarray(4, packetOctetsMin), attributes, octets };
}

/** RFC 2866 clause 3: the request's octets with zeros for the authenticator, and the secret. */
export function isAuthentic(packet: Uint8Array, secret: string): boolean {
  const sum = createHash("md5").update(packet.subarray(0, 4)).update(Buffer.alloc(16))
    .update(packet.subarray(packetOctetsMin)).update(secret).digest();
  return timingSafeEqual(sum, packet.subarray(4, packetOctetsMin));
}

/** Accounting-Response: Proxy-State goes back as it came (RFC 2866 clause 5.1 and 4.2). */
export function writeResponse(request: RadiusPacket, secret: string): Uint8Array {
  const states = request.attributes.filter(({ type }) => type === attributeTypes.proxyState);
  const attributes = Buffer.concat(states.map(writeAttribute));
  const head = Buffer.alloc(4);
  head[0] = accountingResponse;
  head[1] = request.identifier;
  head.writeUInt16BE(packetOctetsMin + attributes.length, 2);
  const sum = createHash("md5").update(head).update(request.authenticator).update(attributes)
    .update(secret).digest();
  return Buffer.concat([head, sum, attributes]);
}

/** Accounting-Request, as a network access server sends it. */
export function writeRequest(
  identifier: number, attributes: readonly RadiusAttribute[], secret: string,
): Uint8Array {
  const body = Buffer.concat(attributes.map(writeAttribute));
  const packet = Buffer.concat([Buffer.of(accountingRequest, identifier, 0, 0), Buffer.alloc(16),
    body]);
  packet.writeUInt16BE(packet.length, 2);
  createHash("md5").update(packet).update(secret).digest().copy(packet, 4);
  return packet;
}

function writeAttribute({ type, value }: RadiusAttribute): Uint8Array {
  return Buffer.concat([Buffer.of(type, value.length + 2), value]);
}

/** Cisco's `name=value` pairs; what of another vendor, or shaped otherwise, is left out. */
export function ciscoPairs({ attributes }: RadiusPacket): readonly (readonly [string, string])[] {
  const pairs: (readonly [string, string])[] = [];
  for (const { type, value } of attributes) {
    if (type !== attributeTypes.vendorSpecific || value.length < 6) continue;
    const view = Buffer.from(value);
    if (view.readUInt32BE(0) !== cisco) continue;
    for (let at = 4; at + 2 <= view.length;) {
      const length = view[at + 1] ?? 0;
      if (length < 2 || at + length > view.length) break;
      const text = view.toString("utf8", at + 2, at + length);
      const name = ciscoNames[view[at] ?? 0];
      const equals = text.indexOf("=");
      // Some say the name again before the value, as all did in a pair of type 1.
      if (equals > 0 && (name === undefined || text.startsWith(`${name}=`))) {
        pairs.push([text.slice(0, equals), text.slice(equals + 1)]);
      } else if (name !== undefined) {
        pairs.push([name, text]);
      }
      at += length;
    }
  }
  return pairs;
}

/** Vendor types of Cisco's voice attributes, which hold a value each. */
const ciscoNames: Readonly<Record<number, string>> = {
  23: "h323-remote-address", 24: "h323-conf-id", 25: "h323-setup-time", 26: "h323-call-origin",
  27: "h323-call-type", 28: "h323-connect-time", 29: "h323-disconnect-time",
  30: "h323-disconnect-cause", 31: "h323-voice-quality", 33: "h323-gw-id",
};
