/** Bytes that are whole packets, one behind the other, as datagrams bring them. */

import type { Framed } from "../framing.js";

const cr = 0x0d;
const lf = 0x0a;

/**
 * Each packet at the front of `bytes`, by `read`, which gives it with its length or says why there
 * is none. Line ends between packets are of those who put several datagrams together.
 */
export function eachPacket<P extends { readonly octets: number }>(
  bytes: Uint8Array, read: (rest: Uint8Array) => P | string,
  heard: (packet: P, bytes: Uint8Array) => readonly Framed[],
): readonly Framed[] {
  const framed: Framed[] = [];
  for (let at = 0; at < bytes.length;) {
    const octet = bytes[at];
    if (octet === cr || octet === lf) {
      framed.push({ kind: "skipped", bytes: 1 });
      at += 1;
      continue;
    }
    const rest = Uint8Array.from(bytes.subarray(at));
    const packet = read(rest);
    if (typeof packet === "string") {
      framed.push({ kind: "garbage", bytes: rest, reason: packet });
      break;
    }
    framed.push(...heard(packet, rest.subarray(0, packet.octets)));
    at += packet.octets;
  }
  return framed;
}
