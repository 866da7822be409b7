/** In what the PBXs that speak CSTA differ before the first service: one row each. */

/** How frames are cut out of the stream (a header, or none: BER tells its own end). */
export type Framing = "none" | "len16" | "hipath3" | "tpkt";

export interface Dialect {
  readonly product: string;
  /** BER only; XML has one header. */
  readonly framing: Framing;
  /** What opens the conversation: ACSE (X.227), an application session (ECMA-354), nothing. */
  readonly association: "acse" | "session" | "none";
  /** The client says `B` and the PBX `P` before anything else. */
  readonly greeting: boolean;
  /** Bits of cSTAVersion, or namespaces. */
  readonly versions: readonly string[];
  /** How the PBX tells what devices it has. */
  readonly discovery: "switching-function-devices" | "panasonic" | "none";
  /** Monitors are asked not to tell what nobody here has a use for. */
  readonly filters: boolean;
  /** Requests for monitors under way at once, at the beginning. */
  readonly monitorsAtOnce: number;
}

const base = {
  framing: "len16", association: "acse", greeting: false, versions: ["3", "4"],
  discovery: "switching-function-devices", filters: true, monitorsAtOnce: 8,
} as const;

/** Phase III in ASN.1 (ECMA-285). */
export const phase3Dialects = {
  panasonic: { ...base, product: "Panasonic KX-TDE/NCP/NS", versions: ["4"],
    // Recorded clients give it an empty filter.
    discovery: "panasonic", filters: false, monitorsAtOnce: 4 },
  hipath: { ...base, product: "HiPath 3000", framing: "hipath3", versions: ["3"],
    monitorsAtOnce: 1 },
  openscape: { ...base, product: "OpenScape Business/4000", framing: "hipath3", versions: ["3"],
    monitorsAtOnce: 4 },
  generic: { ...base, product: "CSTA III" },
} as const satisfies Record<string, Dialect>;

/** Every event of these phases has its use. */
const base12 = { ...base, discovery: "none", filters: false } as const;

/**
 * Phases I and II in ASN.1 (ECMA-180, ECMA-218).
 * Assumed: OmniPCX frames have a length of two octets after the greeting.
 */
export const phase12Dialects = {
  "omnipcx-office": { ...base12, product: "OmniPCX Office", greeting: true, versions: ["1"],
    monitorsAtOnce: 4 },
  "omnipcx-enterprise": { ...base12, product: "OmniPCX Enterprise", greeting: true,
    versions: ["1"] },
  md110: { ...base12, product: "MD110/MX-ONE", framing: "none", association: "none",
    versions: ["0"] },
  generic: { ...base12, product: "CSTA I/II", versions: ["0", "1"] },
} as const satisfies Record<string, Dialect>;

const namespaceOf = (edition: string): string =>
  `http://www.ecma-international.org/standards/ecma-323/csta/${edition}`;

/** XML (ECMA-323). */
export const xmlDialects = {
  "avaya-dmcc": { ...base, product: "Avaya AES (DMCC)", association: "session",
    versions: [namespaceOf("ed3/priv5"), namespaceOf("ed3/priv4")], discovery: "none" },
  generic: { ...base, product: "CSTA XML", association: "session",
    versions: [namespaceOf("ed4"), namespaceOf("ed3")] },
  "no-session": { ...base, product: "CSTA XML", association: "none",
    versions: [namespaceOf("ed4")] },
} as const satisfies Record<string, Dialect>;
