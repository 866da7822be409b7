/** UniversalFailure of phases I and II: implicit tags, and fewer numbers than phase III has. */

import type { CstaErrorCategory } from "../../base/faults.js";
import { choice, enumeratedNumber, implicit, mapped, nullType, type Asn1Type } from "./asn1.js";
import type { CstaError } from "./message.js";
import { errorValues } from "./phase3-errors.js";

interface Category {
  readonly name: CstaErrorCategory;
  readonly tag: number;
  /** The numbers up to this one mean what they mean in phase III. */
  readonly valueMax: number;
}

const categories: readonly Category[] = [
  { name: "operation", tag: 1, valueMax: 19 },
  { name: "stateIncompatibility", tag: 2, valueMax: 9 },
  { name: "systemResourceAvailability", tag: 3, valueMax: 8 },
  { name: "subscribedResourceAvailability", tag: 4, valueMax: 4 },
  { name: "performanceManagement", tag: 5, valueMax: 2 },
  { name: "security", tag: 7, valueMax: 4 },
];
const unspecifiedTag = 6;

/** What phase III says more exactly. */
const nearest: Readonly<Record<string, string>> = {
  invalidMonitorCrossRefID: "invalidCrossRefID", invalidRouteingCrossRefID: "invalidCrossRefID",
  invalidRouteRegistrationCrossRefID: "invalidCrossRefID",
  invalidMonitorObject: "invalidObjectType", invalidMonitorObjectType: "invalidObjectType",
  invalidActiveCallID: "invalidCallID", invalidHeldCallID: "invalidCallID",
  invalidActiveConnectionID: "invalidConnectionID",
  invalidHeldConnectionID: "invalidConnectionID",
  invalidDestinationDeviceID: "invalidDestination",
  invalidConnectionState: "invalidObjectState",
  invalidActiveConnectionState: "invalidObjectState",
  invalidHeldConnectionState: "invalidObjectState", invalidDeviceState: "invalidObjectState",
  serviceNotSupported: "requestIncompatibleWithObject",
};
const genericNumber = 1;

function valuesOf({ name, valueMax }: Category): Asn1Type<string> {
  const numbers = errorValues[name];
  const names = new Map(Object.entries(numbers).filter(([, number]) => number <= valueMax)
    .map(([value, number]) => [number, value]));
  const numberOf = (value: string): number | undefined => {
    const number = Object.hasOwn(numbers, value) ? numbers[value] : undefined;
    return number === undefined || number > valueMax ? undefined : number;
  };
  return mapped(enumeratedNumber,
    (value: string) => numberOf(value) ?? numberOf(nearest[value] ?? "")
      ?? (/^\d{1,9}$/.test(value) ? Number(value) : numbers["generic"] ?? genericNumber),
    (number) => names.get(number) ?? String(number));
}

const unspecified: Asn1Type<string> = mapped(nullType, () => null, () => "generic");

export const universalFailure: Asn1Type<CstaError> = mapped(
  choice<Record<string, string>>({
    ...Object.fromEntries(categories.map((category) =>
      [category.name, implicit(category.tag, valuesOf(category))])),
    unspecified: implicit(unspecifiedTag, unspecified),
  }),
  ({ category, value }: CstaError): Record<string, string> =>
    categories.some(({ name }) => name === category) ? { [category]: value }
      : { unspecified: value },
  (wire) => {
    const [category = "unspecified", value = "generic"] = Object.entries(wire)[0] ?? [];
    return { category: category as CstaErrorCategory, value };
  });
