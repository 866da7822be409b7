/**
 * A device by one of its numbers: the CHOICE that is ExtendedDeviceID in phases I and II, and lies
 * within DeviceID in phase III. Every event has several.
 */

import { contextHead, Refused, type Asn1Type } from "./asn1.js";
import type { BackwardBuffer, BerReader } from "./ber-octets.js";
import type { CstaDevice, DeviceNumberKind } from "./message.js";

/** Kinds of `explicitPublic` and `explicitPrivate`, by their tags. */
const publicKinds = ["unknown", "international", "national", "networkspecific", "subscriber",
  "abbreviated"] as const;
const privateKinds = ["unknown", "level3Regional", "level2Regional", "level1Regional",
  "pTNSpecific", "localNumber", "abbreviated"] as const;

const heads = { dialingNumber: contextHead(0, false), deviceNumber: contextHead(1, false),
  implicitPublic: contextHead(2, false), explicitPublic: contextHead(3, true),
  implicitPrivate: contextHead(4, false), explicitPrivate: contextHead(5, true),
  other: contextHead(6, false) } as const;

/** Identifier octets of a kind: of the number, and of what lies around it. */
interface Place {
  readonly head: number;
  readonly around?: number;
}

function placesIn(plan: "explicitPublic" | "explicitPrivate", kinds: readonly string[]):
readonly (readonly [string, Place])[] {
  return kinds.map((kind, tag) =>
    [`${plan}:${kind}`, { head: contextHead(tag, false), around: heads[plan] }]);
}

const places: ReadonlyMap<string, Place> = new Map<string, Place>([
  ...(["dialingNumber", "deviceNumber", "implicitPublic", "implicitPrivate", "other"] as const)
    .map((kind) => [kind, { head: heads[kind] }] as const),
  ...placesIn("explicitPublic", publicKinds), ...placesIn("explicitPrivate", privateKinds),
]);
const dialingPlace: Place = { head: heads.dialingNumber };

const decimal = /^-?\d{1,15}$/;

function putNumber(into: BackwardBuffer, { kind, text }: CstaDevice): Refused | undefined {
  switch (kind) {
    case "dynamic": return new Refused("a dynamic identifier outside a connection");
    case "other": return into.putHex(text) ? undefined : new Refused("not hexadecimal");
    case "deviceNumber":
      if (!decimal.test(text)) return new Refused("no device number");
      into.putInteger(Number(text));
      return undefined;
    default:
      into.putLatin1(text);
      return undefined;
  }
}

function readPlanned(
  from: BerReader, plan: "explicitPublic" | "explicitPrivate", kinds: readonly string[],
): CstaDevice | Refused {
  const wrong = from.enterFirst();
  if (wrong !== undefined) return new Refused(wrong);
  const kind = kinds[from.head - contextHead(0, false)];
  return kind === undefined ? new Refused("a number of a kind that is not known")
    : { kind: `${plan}:${kind}` as DeviceNumberKind, text: from.latin1() };
}

export const deviceNumber: Asn1Type<CstaDevice> = {
  head: undefined, heads: Object.values(heads),
  write: (into, device) => {
    const place = device.kind === "dialingNumber" ? dialingPlace : places.get(device.kind);
    const before = into.length;
    const refused = putNumber(into, device);
    if (refused !== undefined) return refused;
    if (place === undefined) return new Refused(`no number is ${device.kind}`);
    into.putHead(place.head, before);
    if (place.around !== undefined) into.putHead(place.around, before);
    return undefined;
  },
  read: (from) => {
    switch (from.head) {
      case heads.deviceNumber: {
        const number = from.integer();
        return number === undefined ? new Refused("not an integer of use")
          : { kind: "deviceNumber", text: String(number) };
      }
      case heads.implicitPublic: return { kind: "implicitPublic", text: from.latin1() };
      case heads.explicitPublic: return readPlanned(from, "explicitPublic", publicKinds);
      case heads.implicitPrivate: return { kind: "implicitPrivate", text: from.latin1() };
      case heads.explicitPrivate: return readPlanned(from, "explicitPrivate", privateKinds);
      case heads.other: return { kind: "other", text: from.hex() };
      default: return { kind: "dialingNumber", text: from.latin1() };
    }
  },
};

/** A number that is one of the switching function's own: dialled, or its index of a device. */
export const ownNumber: Asn1Type<CstaDevice> =
  { ...deviceNumber, heads: [heads.dialingNumber, heads.deviceNumber] };
