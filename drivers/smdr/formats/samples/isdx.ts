import type { FormatSamples } from "../format-bench.js";
import { isdx } from "../isdx.js";

const record = "EEFF0126112209151000023321010145678901FFFFFF";

// Written for this project: only the length and the head are known.
export const isdxSamples: FormatSamples = { format: isdx, samples: [
  { title: "a record", layout: "hex", lines: [record], says: { phase: "kept" } },
  { title: "another", layout: "hex", lines: ["EEFF0226112209170500004121020611223344FFFFFF"],
    says: { phase: "kept" } },
], rejected: [
  { title: "another head", line: record.replace("EEFF", "EEFE") },
  { title: "a digit too many", line: `${record}0` },
  { title: "a letter that is no digit", line: record.replace("0126", "01G6") },
] };
