/** Which encoding a CSTA server speaks. */

import type { CstaConfig } from "./config/schema.js";
import { acseVariants, type AcseVariant } from "./wire/csta/acse.js";
import { cstaBerCodec } from "./wire/csta/ber-codec.js";
import type { Functions } from "./wire/csta/functionality.js";
import type { CstaCodec } from "./wire/csta/message.js";
import { phase1, phase2 } from "./wire/csta/phase1-2.js";
import { phase3 } from "./wire/csta/phase3.js";
import { cstaXmlCodec } from "./wire/csta/xml-codec.js";

/** Applications expect the words of the make whose framing they speak. */
const phase3Variants: Readonly<Record<CstaConfig["framing"], AcseVariant>> = {
  len16: acseVariants.panasonic, hipath3: acseVariants.hipath, none: acseVariants.plain,
};

/** Makes a fresh codec for each connection; phases I and II tell of `offers` in the association. */
export function cstaCodecs(
  { protocol, framing }: Pick<CstaConfig, "protocol" | "framing">,
): (offers?: Functions) => CstaCodec {
  const frames = { name: framing, handshake: framing === "len16" };
  switch (protocol) {
    case "xml": return () => cstaXmlCodec();
    case "asn1-phase2":
      return (offers) => cstaBerCodec({ phase: phase2, framing: frames,
        acse: acseVariants.phase2, ...(offers === undefined ? {} : { offers }) });
    case "asn1-phase1":
      return (offers) => cstaBerCodec({ phase: phase1, framing: frames,
        acse: acseVariants.phase1, ...(offers === undefined ? {} : { offers }) });
    case "asn1-phase3":
      return () => cstaBerCodec({ phase: phase3, framing: frames, acse: phase3Variants[framing] });
  }
}
