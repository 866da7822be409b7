/**
 * Whether octets, received as eight bits without parity, are text, and how the sender frames it:
 * with seven data bits the eighth bit received is the sender's parity bit. Pure.
 */

import type { SerialOptions } from "../transports/options.js";

export type Framing = Pick<SerialOptions, "dataBits" | "parity">;

/** Fewer octets prove nothing. */
export const octetsMin = 24;
const shareMin = 0.94;
/** Call records are mostly this: noise that happens to be printable is not. */
const usual = new Set(Buffer.from("0123456789 ,:/.\""));
const usualMin = 0.35;
/** Letters with accents are rare in records, octets at a wrong speed mostly have the high bit. */
const highMax = 0.1;
const distinctMin = 5;

/** A parity that always fits is no accident, while eight bits fit whatever comes: they are last. */
const framings: readonly Framing[] = [
  { dataBits: 7, parity: "even" }, { dataBits: 7, parity: "odd" },
  // Seven bits and two stop bits look the same.
  { dataBits: 7, parity: "mark" },
  // Seven bits and space parity look the same, and so do eight bits and mark parity.
  { dataBits: 8, parity: "none" },
];

function fits(octet: number, { dataBits, parity }: Framing): boolean {
  if (dataBits === 8) return true;
  return parity === "mark" ? octet >= 0x80 : ones(octet) % 2 === (parity === "even" ? 0 : 1);
}

function ones(octet: number): number {
  let count = 0;
  for (let left = octet; left > 0; left >>= 1) count += left & 1;
  return count;
}

/** Blanks, line ends, what frames and separates texts (SOH to ACK, NAK, RS, US), and padding. */
const controls = new Set([0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x09, 0x0a, 0x0c, 0x0d,
  0x11, 0x13, 0x15, 0x1e, 0x1f]);

function isText(octet: number, eightBits: boolean): boolean {
  return (octet >= 0x20 && octet < 0x7f) || controls.has(octet) || (eightBits && octet >= 0xa0);
}

/** Who asks with ENQ says nothing more until he is answered: so many of them are legible. */
const enquiriesMin = 3;
const enquiry = 0x05;
/** EOT, ACK, NAK: what an enquiry is answered with. */
const answers = new Set([0x04, 0x06, 0x15]);
/** Eight bits first: where seven with even parity look the same, they are the simpler. */
const enquiryFramings: readonly Framing[] = [{ dataBits: 8, parity: "none" },
  { dataBits: 7, parity: "even" }, { dataBits: 7, parity: "odd" }];

/**
 * How often ENQ comes in what is nothing but enquiries, each perhaps with one letter that says whom
 * it asks, and answers; undefined where there is more, or nothing.
 */
function enquiriesIn(octets: Uint8Array, framing: Framing): number | undefined {
  if (octets.length === 0 || !octets.every((octet) => fits(octet, framing))) return undefined;
  const letters = framing.dataBits === 8 ? octets : octets.map((octet) => octet & 0x7f);
  const isSign = (letter: number | undefined): boolean =>
    letter === undefined || letter === enquiry || answers.has(letter);
  const only = letters.every((letter, place) =>
    isSign(letter) || (letter > 0x20 && letter < 0x7f && isSign(letters[place + 1])));
  return only ? letters.reduce((sum, letter) => sum + (letter === enquiry ? 1 : 0), 0) : undefined;
}

function seeEnquiries(octets: Uint8Array, atLeast: number): Framing | undefined {
  return enquiryFramings.find((framing) => (enquiriesIn(octets, framing) ?? 0) >= atLeast);
}

/** Too little to judge, but nothing that a line of enquiries could not hold. */
export function maybeEnquiries(octets: Uint8Array): boolean {
  return seeEnquiries(octets, 1) !== undefined;
}

/** Whether eight bits and seven with even parity have shown the same so far. */
export function isEitherWay(octets: Uint8Array): boolean {
  return octets.every((octet) => octet < 0x80 && ones(octet) % 2 === 0);
}

/** Share of the octets that are text in this framing, 0 to 1. */
export function shareOf(octets: Uint8Array, framing: Framing): number {
  const eightBits = framing.dataBits === 8;
  const high = octets.reduce((sum, octet) => sum + (octet >= 0x80 ? 1 : 0), 0);
  if (eightBits && high >= highMax * octets.length) return 0;
  const good = octets.reduce((sum, octet) =>
    sum + (fits(octet, framing) && isText(eightBits ? octet : octet & 0x7f, eightBits) ? 1 : 0), 0);
  return good / Math.max(1, octets.length);
}

/** A parity bit is low for about half of all letters; a space parity bit is low for all. */
const damagedShares = { least: 0.2, most: 0.8 };

/**
 * With eight data bits a parity bit stands where 8N1 expects the stop bit: the letters whose parity
 * bit is low come with a framing error, and no others. So it is told on ports that look for the
 * next start bit after it; others lose the rhythm. `damaged` has one value an octet.
 */
export function seeParity(
  octets: Uint8Array, damaged: Uint8Array,
): "even" | "odd" | "space" | undefined {
  if (see(octets)?.dataBits !== 8) return undefined;
  const low = damaged.reduce((sum, bad) => sum + bad, 0) / octets.length;
  if (low >= shareMin) return "space";
  if (low < damagedShares.least || low > damagedShares.most) return undefined;
  const even = octets.reduce((sum, octet, place) =>
    sum + (ones(octet) % 2 === 1 - (damaged[place] ?? 0) ? 1 : 0), 0) / octets.length;
  return even >= shareMin ? "even" : 1 - even >= shareMin ? "odd" : undefined;
}

/** The framing in which the octets are text; undefined when in none, or too few to tell. */
export function see(octets: Uint8Array): Framing | undefined {
  const asking = seeEnquiries(octets, enquiriesMin);
  if (asking !== undefined || octets.length < octetsMin) return asking;
  let best: Framing | undefined;
  let bestShare = shareMin;
  for (const framing of framings) {
    const text = framing.dataBits === 8 ? octets : octets.map((octet) => octet & 0x7f);
    const plain = text.reduce((sum, letter) => sum + (usual.has(letter) ? 1 : 0), 0);
    if (plain < usualMin * text.length || new Set(text).size < distinctMin) continue;
    const share = shareOf(octets, framing);
    if (share < bestShare || (share === bestShare && best !== undefined)) continue;
    best = framing;
    bestShare = share;
  }
  return best;
}
