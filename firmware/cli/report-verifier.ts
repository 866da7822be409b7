/**
 * Verifies an acceptance report without the gateway, and without its code: an implementation of
 * its own of the form (firmware/acceptance/FORM.md), for REPORT.json and REPORT.html.
 */

import { createHash, verify, X509Certificate, type KeyObject } from "node:crypto";
import type { Bilingual } from "./language.js";

/**
 * `changed`: not as it was signed. `other-unit`: whole, but by none of the authorities given.
 * `unknown-unit`: whole, and nobody has said whose it should be. `no-report`: something else.
 */
export type ReportFinding = "good" | "changed" | "other-unit" | "unknown-unit" | "no-report";

export interface ReportVerdict {
  readonly finding: ReportFinding;
  /** What of it was changed. */
  readonly places: readonly Bilingual[];
  /** Of the authority that signed, lower-case hexadecimal; empty when that is not known. */
  readonly fingerprint: string;
  readonly unit: string;
  readonly number: number;
  readonly verdict: string;
}

const reportLabel = "jackfield-acceptance-report/1\n";
const pageLabel = "jackfield-acceptance-page/1\n";
const mark = "<!-- jackfield-signature ";
const markEnd = " -->\n";
/** 64 bytes in base64. */
const signatureChars = 88;
const dataOpens = "<pre id=\"signed-data\">";

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`)
    .join(",")}}`;
}

function digest(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}

/** Base64 has several spellings of some bytes; only the plain one counts. */
function fromBase64(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, "base64");
  return bytes.length > 0 && bytes.toString("base64") === text ? bytes : undefined;
}

function keyOf(certificate: Buffer): KeyObject | undefined {
  try {
    return new X509Certificate(certificate).publicKey;
  } catch {
    return undefined;
  }
}

function fits(key: KeyObject, message: string, signature: Buffer): boolean {
  return verify("sha256", Buffer.from(message), { key, dsaEncoding: "ieee-p1363" }, signature);
}

interface Read {
  readonly report: Fields;
  readonly key: KeyObject | undefined;
  readonly fingerprint: string;
  readonly places: readonly Bilingual[];
}

/** The signed data, without the line feed. */
function readData(text: string): Read | undefined {
  let file: Fields;
  try {
    file = fieldsOf(JSON.parse(text));
  } catch {
    return undefined;
  }
  const report = fieldsOf(file["report"]);
  const signature = fieldsOf(file["signature"]);
  const places: Bilingual[] = [];
  if (canonical(file) !== text) places.push(["how the data is written", "l'écriture des données"]);
  const authority = fromBase64(textOf(signature["authority"]));
  const key = authority && keyOf(authority);
  const fingerprint = authority === undefined ? "" : digest(authority);
  if (key === undefined || fingerprint !== fieldsOf(report["unit"])["authority"]) {
    places.push(["the certificate", "le certificat"]);
  }
  places.push(...changedParts(report, listOf(file["digests"])));
  const value = fromBase64(textOf(signature["value"]));
  if (key === undefined || value === undefined || signature["algorithm"] !== "ecdsa-p256-sha256"
    || !fits(key, reportLabel + canonical(file["digests"]), value)) {
    places.push(["the signature, or the list of what is signed",
      "la signature, ou la liste de ce qui est signé"]);
  }
  return { report, key, fingerprint, places };
}

/** The parts whose hash is not the one in the list. */
function changedParts(report: Fields, digests: readonly unknown[]): readonly Bilingual[] {
  const { subjects, ...head } = report;
  const parts = listOf(subjects).map((subject): readonly [string, unknown] => {
    const { kind, name } = fieldsOf(subject);
    return [kind === "unit" ? "unit" : `${textOf(kind)} ${textOf(name)}`, subject];
  });
  const found = [["report", head] as const, ...parts].map(([name, part]) =>
    [name, digest(canonical(part))] as const);
  const changed = found.filter(([name, hash], index) => {
    const [listed, expected] = listOf(digests[index]);
    return listed !== name || expected !== hash;
  }).map(([name]): Bilingual => name === "report" ? ["the head of the report",
    "l'en-tête du rapport"] : [name, name]);
  return found.length === digests.length ? changed
    : [...changed, ["a part is missing or too many", "une partie manque ou est de trop"]];
}

function unescaped(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", "\"")
    .replaceAll("&amp;", "&");
}

/** The page without its signature, and that; undefined where it does not end with one. */
function splitPage(text: string): { readonly page: string; readonly value: Buffer } | undefined {
  const at = text.length - markEnd.length - signatureChars - mark.length;
  const value = fromBase64(text.slice(at + mark.length, -markEnd.length));
  if (at < 0 || value === undefined || text.slice(at, at + mark.length) !== mark
    || !text.endsWith(markEnd)) return undefined;
  return { page: text.slice(0, at), value };
}

function readPage(text: string): Read | undefined {
  const begin = text.lastIndexOf(dataOpens);
  const end = text.indexOf("</pre>", begin);
  const data = begin < 0 || end < 0 ? undefined
    : readData(unescaped(text.slice(begin + dataOpens.length, end)));
  if (data === undefined) return undefined;
  const split = splitPage(text);
  if (split !== undefined && data.key !== undefined
    && fits(data.key, pageLabel + split.page, split.value)) return data;
  return { ...data, places: [...data.places, data.places.length === 0
    ? ["the page around the signed data; the data itself is whole",
      "la page autour des données signées ; les données elles-mêmes sont intactes"]
    : ["the page", "la page"]] };
}

/** Whether it begins like one of ours: what is damaged is told from what is something else. */
function looksLikeReport(text: string): boolean {
  return text.includes("jackfield-acceptance") || text.includes("jackfield-signature");
}

/** `trusted`: fingerprints, lower-case hexadecimal without colons. */
export function verifyReport(bytes: Uint8Array, trusted: readonly string[]): ReportVerdict {
  const text = Buffer.from(bytes).toString("utf8");
  const isPage = !text.startsWith("{");
  const read = isPage ? readPage(text) : readData(text.replace(/\n$/, ""));
  if (read === undefined) {
    return { fingerprint: "", unit: "", number: 0, verdict: "", places: [["the data cannot be read",
      "les données sont illisibles"]], finding: looksLikeReport(text) ? "changed" : "no-report" };
  }
  const { report, fingerprint } = read;
  const places = [...read.places];
  if (!Buffer.from(text).equals(bytes)) places.push(["a character", "un caractère"]);
  if (!isPage && !text.endsWith("\n")) places.push(["the end of the line", "la fin de ligne"]);
  return {
    finding: places.length > 0 ? looksLikeReport(text) ? "changed" : "no-report"
      : trusted.includes(fingerprint) ? "good"
      : trusted.length > 0 ? "other-unit" : "unknown-unit",
    places, fingerprint, unit: textOf(fieldsOf(report["unit"])["name"]),
    number: Number(report["number"] ?? 0), verdict: textOf(report["verdict"]) };
}
