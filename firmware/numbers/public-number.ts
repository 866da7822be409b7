/**
 * The one place that calls libphonenumber-js. Its `max` metadata is used because validity is
 * what decides between two readings of a number (is `00376312345` Andorra, or a French number
 * behind the PBX's prefix 0?), and the small metadata knows only lengths. It costs 75 kB more.
 * The library throws on some input: nothing above this file sees that.
 */

import { getCountryCallingCode, isSupportedCountry, Metadata, parsePhoneNumberFromString,
  type CountryCode, type PhoneNumber } from "libphonenumber-js/max";

/** A number of the public network. */
export interface PublicNumber {
  /** `+33142685300` (E.164). */
  readonly e164: string;
  /** ISO 3166 country; undefined where a calling code is shared and the number does not tell. */
  readonly country: string | undefined;
  readonly callingCode: string;
  /** It lies in a range that is known to be assigned. */
  readonly valid: boolean;
  /** Its length fits the country, although its range may be newer than our metadata. */
  readonly possible: boolean;
  /** As written in its own country: `01 42 68 53 00`. */
  readonly national: string;
  /** As written abroad: `+33 1 42 68 53 00`. */
  readonly international: string;
  /** Without trunk prefix: `142685300`. */
  readonly significant: string;
}

/** How numbers are dialled in a country. */
export interface Country {
  readonly code: CountryCode;
  readonly callingCode: string;
  /** `0` in most of Europe, `1` in North America, empty in Italy or Spain. */
  readonly trunkPrefix: string;
  /** `00` in most countries, `011` in North America. */
  readonly internationalPrefix: string;
}

/** The rules of a chain ask for the same text one after the other; reading it takes its time. */
let last: { readonly text: string; readonly country: Country | undefined;
  readonly number: PublicNumber | undefined } | undefined;

/** Reads a number as dialled in `country`; without one only the `+` form is understood. */
export function readPublicNumber(
  text: string, country: Country | undefined,
): PublicNumber | undefined {
  if (last?.text !== text || last.country !== country) {
    last = { text, country, number: parse(text, country) };
  }
  return last.number;
}

function parse(text: string, country: Country | undefined): PublicNumber | undefined {
  try {
    const found = parsePhoneNumberFromString(text, {
      extract: false, ...(country && { defaultCountry: country.code }),
    });
    return found === undefined ? undefined : describe(found);
  } catch {
    return undefined;
  }
}

/** Validity and formats cost most of the time, and a chain needs only some of them. */
function describe(found: PhoneNumber): PublicNumber {
  let valid: boolean | undefined;
  let possible: boolean | undefined;
  return {
    e164: found.number, country: found.country, callingCode: found.countryCallingCode,
    significant: found.nationalNumber,
    get valid() { return valid ??= found.isValid(); },
    get possible() { return possible ??= found.isPossible(); },
    get national() { return found.formatNational(); },
    get international() { return found.formatInternational(); },
  };
}

/** Undefined when the library does not know the country. */
export function countryOf(code: string): Country | undefined {
  try {
    if (!isSupportedCountry(code)) return undefined;
    const metadata = new Metadata();
    metadata.selectNumberingPlan(code);
    const plan = metadata.numberingPlan;
    if (plan === undefined) return undefined;
    const exact = plan.IDDPrefix();
    return {
      code, callingCode: getCountryCallingCode(code), trunkPrefix: trunkPrefixOf(plan),
      // Where carriers are chosen by the prefix the metadata has a pattern and a usual value.
      internationalPrefix: /^\d+$/.test(exact) ? exact : (plan.defaultIDDPrefix() ?? ""),
    };
  } catch {
    return undefined;
  }
}

/** The library has this method, but its types do not mention it. */
function trunkPrefixOf(plan: object): string {
  const read: unknown = Reflect.get(plan, "nationalPrefix");
  const prefix: unknown = typeof read === "function" ? Reflect.apply(read, plan, []) : undefined;
  return typeof prefix === "string" ? prefix : "";
}

/** The digits to dial from `country`: national inside it, with its international prefix abroad. */
export function dialledFrom(number: PublicNumber, country: Country): string | undefined {
  if (number.callingCode === country.callingCode) {
    // North America shares one calling code and dials 1 and ten digits everywhere.
    if (country.callingCode === "1") return `1${number.significant}`;
    return number.national.replace(/\D/g, "");
  }
  if (!/^\d+$/.test(country.internationalPrefix)) return undefined;
  return `${country.internationalPrefix}${number.e164.slice(1)}`;
}
