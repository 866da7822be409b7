/**
 * iSDX and Realitis: records of 44 hexadecimal digits, EEFF first, as the framing `isdx` makes them
 * of binary ones and as buffers print them. No public source says what the other forty digits mean:
 * here they are kept as they came, and `format: custom` reads them with a layout of the site.
 */

import type { ColumnLayout } from "../layout.js";
import type { Format } from "./format.js";

const layouts: readonly ColumnLayout[] = [
  { kind: "columns", name: "hex", fields: [
    { name: "head", from: 1, to: 4, pattern: /^EEFF$/i },
    { name: "digits", from: 5, to: 44, pattern: /^[0-9A-F]{40}$/i },
  ] },
];

export const isdx: Format = {
  name: "isdx",
  title: "iSDX/Realitis (22 octets, fields not described)",
  layouts,
  skips: [],
  begins: /EEFF/gi,
  encoding: "latin1",
  dateOrder: "dmy",
  read: () => ({ phase: "kept" }),
};
