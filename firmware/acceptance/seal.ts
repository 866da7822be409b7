/**
 * Signs reports and their pages with the key of the unit's authority. FORM.md states the form;
 * `cli/report-verifier.ts` reads it without this code.
 */

import { createHash } from "node:crypto";
import { canonicalJson } from "./canonical-json.js";
import { reportForm, subjectName, type Report } from "./report.js";

/** What is signed begins with one of these: the key signs certificates too, never these texts. */
const reportLabel = `${reportForm}\n`;
const pageLabel = "jackfield-acceptance-page/1\n";

/** The unit's authority; `northbound/access` has one. */
export interface Signer {
  /** Its certificate, DER. */
  readonly certificate: Uint8Array;
  /** ECDSA on P-256 with SHA-256, IEEE P1363: 64 bytes. */
  sign(message: Uint8Array): Uint8Array;
}

export function sha256(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** A hash for each part of a report, so that a verifier can say which one was changed. */
function digestsOf(report: Report): readonly (readonly [string, string])[] {
  const { subjects, ...head } = report;
  return [["report", sha256(canonicalJson(head))],
    ...subjects.map((subject) => [subjectName(subject), sha256(canonicalJson(subject))] as const)];
}

/** The file of a report: one line of canonical JSON and a line feed. */
export function sealedReport(report: Report, signer: Signer): string {
  const digests = digestsOf(report);
  const value = signer.sign(Buffer.from(reportLabel + canonicalJson(digests)));
  return `${canonicalJson({ digests, report, signature: {
    algorithm: "ecdsa-p256-sha256", authority: Buffer.from(signer.certificate).toString("base64"),
    value: Buffer.from(value).toString("base64") } })}\n`;
}

/** A page and its signature, which covers every byte before it. */
export function sealedPage(html: string, signer: Signer): string {
  const value = signer.sign(Buffer.from(pageLabel + html));
  return `${html}<!-- jackfield-signature ${Buffer.from(value).toString("base64")} -->\n`;
}
