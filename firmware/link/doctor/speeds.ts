/** Which speed to try next, from what the wrong one showed. Pure. */

/** In the order in which PBX printers are found to speak. */
export const usualSpeeds: readonly number[] =
  [9_600, 1_200, 2_400, 4_800, 19_200, 38_400, 115_200, 57_600, 300, 600];

/**
 * What a sender that is so many times slower leaves of an octet: its start bit fills the lowest
 * bits, and each of its bits fills several of ours. The strictest first: 0x80 fits them all.
 */
const slower: readonly { readonly times: number; fits(octet: number): boolean }[] = [
  { times: 16, fits: (octet) => octet === 0x00 },
  { times: 8, fits: (octet) => octet === 0x80 },
  { times: 4, fits: (octet) => octet === 0x80 || octet === 0xf8 },
  { times: 2, fits: (octet) => (octet & 0x81) === 0x80 && pair(octet, 1) && pair(octet, 3)
    && pair(octet, 5) },
];
const shareMin = 0.85;

function pair(octet: number, bit: number): boolean {
  return ((octet >> bit) & 1) === ((octet >> (bit + 1)) & 1);
}

/** How many times slower than the receiver the sender is; 1: it is not, as far as can be told. */
export function timesSlower(octets: Uint8Array): number {
  return slower.find(({ fits }) => octets.reduce((sum, octet) =>
    sum + (fits(octet) ? 1 : 0), 0) >= shareMin * octets.length)?.times ?? 1;
}

/** All usual speeds but the one just heard, the likeliest first. */
export function nextSpeeds(heard: number, octets: Uint8Array): readonly number[] {
  const others = usualSpeeds.filter((speed) => speed !== heard);
  const times = timesSlower(octets);
  const likely = times === 1 ? [heard * 2, heard * 4, heard * 6, heard * 12]
    : [heard / times, heard / times / 2, heard / times * 2];
  const rank = (speed: number): number => {
    const place = likely.indexOf(speed);
    return place < 0 ? likely.length + others.indexOf(speed) : place;
  };
  return others.toSorted((a, b) => rank(a) - rank(b));
}
