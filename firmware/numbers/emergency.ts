/**
 * Emergency numbers, which must reach the PBX exactly as typed: never an area code or an external
 * prefix before them. 112 everywhere in Europe (2002/22/EC article 26, ETSI TR 103 170); the
 * others from the national numbering plans.
 */

const national: Readonly<Record<string, readonly string[]>> = {
  FR: ["15", "17", "18", "112", "114", "115", "119", "191", "196"],
  DE: ["110", "112"],
  GB: ["112", "999"],
  US: ["911", "988", "112"],
  CA: ["911", "988", "112"],
  CH: ["112", "117", "118", "144", "145", "1414"],
  AT: ["112", "122", "133", "144"],
  BE: ["100", "101", "112"],
  LU: ["112", "113"],
  ES: ["112", "061", "062", "091"],
  IT: ["112", "113", "115", "118"],
  NL: ["112"],
  PT: ["112"],
  IE: ["112", "999"],
};

/** Also in countries without a row: every mobile network knows 112. */
const everywhere: readonly string[] = ["112"];

export function isEmergency(digits: string, country: string): boolean {
  return (national[country] ?? everywhere).includes(digits);
}
