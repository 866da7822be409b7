/**
 * Where a PDU of CSTA in ASN.1 ends: remote operations (X.880) and association control (X.227),
 * both in BER. Nothing is allocated: a decoder asks for every octet of a stream.
 */

/** Octets of one PDU; what a header of two octets can announce. */
export const pduBytesMax = 65_535;
/** Octets of one PDU of indefinite length, whose end must be searched each time. */
export const openPduBytesMax = 4_096;
/** Elements in elements. */
export const pduDepthMax = 32;

/** First octets of PDUs, and the octets that their contents may begin with. */
const starts: ReadonlyMap<number, readonly (readonly number[])[]> = new Map([
  // Invoke, result, error: an invoke id. A reject may have NULL instead.
  [0xa1, [[0x02]]], [0xa2, [[0x02]]], [0xa3, [[0x02]]], [0xa4, [[0x02], [0x05, 0x00]]],
  // AARQ and AARE: the protocol's version or the application context.
  [0x60, [[0x80, 0x02], [0xa1]]], [0x61, [[0x80, 0x02], [0xa1]]],
  // RLRQ, RLRE, ABRT: a reason; devices in their roles begin with the same octets as these.
  [0x62, [[0x80, 0x01], [0xbe]]], [0x63, [[0x80, 0x01], [0xbe]]], [0x64, [[0x80, 0x01]]],
]);
/** The releases may be empty. */
const mayBeEmpty: ReadonlySet<number> = new Set([0x62, 0x63]);

/** Observed from Panasonic by a public client: the association is gone. */
export const associationGone: Uint8Array = Uint8Array.of(0x80, 0x01, 0x00);

const long = 0x80;
const short = -1;
const malformed = -2;

/**
 * How long the PDU is that begins at `at`: its octets, 0 if only its end will tell, undefined if
 * more octets are needed to say, or why none begins here.
 */
export function announcedOctets(bytes: Uint8Array, at: number): number | undefined | string {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if (first === associationGone[0]) return goneOctets(bytes, at);
  const beginnings = starts.get(first);
  if (beginnings === undefined) return "no PDU begins here";
  const octet = bytes[at + 1];
  if (octet === undefined) return undefined;
  const lengthOctets = octet > long ? octet - long : 0;
  if (lengthOctets > 4) return "a length beyond all use";
  const head = 2 + lengthOctets;
  if (bytes.length < at + head) return undefined;
  let length = octet < long ? octet : 0;
  for (let index = 2; index < head; index += 1) length = length * 256 + (bytes[at + index] ?? 0);
  const total = octet === long ? 0 : head + length;
  if (total > pduBytesMax) return `more than ${pduBytesMax} octets`;
  if (total === head && octet !== long) {
    return mayBeEmpty.has(first) ? total : "a PDU without contents";
  }
  const begun = beginnings.filter((octets) => octets.every((each, index) =>
    (bytes[at + head + index] ?? each) === each));
  const [beginning] = begun;
  if (beginning === undefined) return "a PDU that begins with something else";
  return bytes.length < at + head + beginning.length ? undefined : total;
}

function goneOctets(bytes: Uint8Array, at: number): number | undefined | string {
  for (let index = 1; index < associationGone.length; index += 1) {
    const octet = bytes[at + index];
    if (octet === undefined) return undefined;
    if (octet !== associationGone[index]) return "no PDU begins here";
  }
  return associationGone.length;
}

/**
 * The octets of the element at `at`, looked into to the last; undefined: it does not end within
 * `bytes`; a string: its parts do not fill it.
 */
export function soundOctets(bytes: Uint8Array, at: number): number | undefined | string {
  const end = elementEnd(bytes, at, bytes.length, false, 0);
  if (end === short) return undefined;
  return end === malformed ? "an element whose parts do not fill it" : end - at;
}

/** `closed`: what reaches beyond `end` is wrong, and not only unfinished. */
function elementEnd(
  bytes: Uint8Array, from: number, end: number, closed: boolean, depth: number,
): number {
  if (depth > pduDepthMax) return malformed;
  const beyond = closed ? malformed : short;
  let at = from;
  if (at + 2 > end) return beyond;
  const first = bytes[at] ?? 0;
  at += 1;
  if ((first & 0x1f) === 0x1f) {
    // A tag of more octets; those of CSTA have at most two.
    for (let count = 0; ; count += 1) {
      if (at >= end) return beyond;
      if (count > 2) return malformed;
      at += 1;
      if ((bytes[at - 1] ?? 0) < long) break;
    }
    if (at >= end) return beyond;
  }
  const octet = bytes[at] ?? 0;
  at += 1;
  const constructed = (first & 0x20) !== 0;
  if (octet === long) return constructed ? openEnd(bytes, at, end, closed, depth) : malformed;
  let length = octet;
  if (octet > long) {
    const octets = octet - long;
    if (octets > 4) return malformed;
    if (at + octets > end) return beyond;
    length = 0;
    for (const head = at + octets; at < head; at += 1) length = length * 256 + (bytes[at] ?? 0);
  }
  const last = at + length;
  if (last > end) return beyond;
  if (!constructed) return last;
  while (at < last) {
    at = elementEnd(bytes, at, last, true, depth + 1);
    if (at < 0) return at;
  }
  return last;
}

function openEnd(
  bytes: Uint8Array, from: number, end: number, closed: boolean, depth: number,
): number {
  for (let at = from; ;) {
    if (at + 2 > end) return closed ? malformed : short;
    if (bytes[at] === 0 && bytes[at + 1] === 0) return at + 2;
    at = elementEnd(bytes, at, end, closed, depth + 1);
    if (at < 0) return at;
  }
}
