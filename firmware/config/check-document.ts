/** Checks a document: text, version, shape, references. Reports everything at once. */

import { fail, ok, type Result } from "../base/result.js";
import { compilePlan } from "../numbers/number-plan.js";
import type { Checked, Problem } from "./configuration.js";
import { pathText, readSource, type DocumentSource, type Path } from "./document-source.js";
import { checkCsta, type PlacedCsta } from "./csta-checks.js";
import { cstaSchema } from "./csta-schema.js";
import { checkDestinations, checkHotel, checkListeners, checkPaging, checkReferences, isTimeZone,
  zoneFinding, type Findings, type PlacedDestination, type PlacedLink, type ReferenceParts }
  from "./references.js";
import { destinationSchema, documentSchema, hotelSchema, linkSchema, numbersSchema,
  type NumbersConfig } from "./schema.js";
import { schemaUpgrades, upgradeDocument, type SchemaUpgrade } from "./schema-upgrades.js";
import { checkShape, valueAt, type Finding } from "./shape.js";

export interface CheckParts extends ReferenceParts {
  readonly upgrades?: readonly SchemaUpgrade[];
}

/** More problems than a person can use; the rest appears when these are solved. */
export const problemsMax = 200;

export function checkDocument(text: string, parts: CheckParts): Checked {
  const source = readSource(text);
  if (source.problems.length > 0) {
    return { errors: source.problems, warnings: [], document: undefined };
  }
  if (typeof source.value !== "object" || source.value === null) {
    return refused("the document is empty; expected at least `version: 1`", 0);
  }
  const upgraded = upgradeDocument(source.value, parts.upgrades ?? schemaUpgrades);
  if (!upgraded.ok) return refused(upgraded.fault.message, source.lineOf(["version"]), "version");
  const { value, steps } = upgraded.value;
  const shape = checkShape(documentSchema, value);
  const findings: Findings = { errors: [...shape.findings], warnings: [] };
  for (const step of steps) {
    findings.warnings.push({ path: ["version"],
      message: `the document was read as an older version: ${step}` });
  }
  checkRest(value, parts, findings);
  const errors = problems(findings.errors, source);
  return {
    errors, warnings: problems(findings.warnings, source),
    document: errors.length === 0 ? shape.value : undefined,
  };
}

function refused(message: string, line: number, path = ""): Checked {
  return { errors: [{ path, message, line }], warnings: [], document: undefined };
}

/** The values of all keys called `driver`, whatever else is wrong with the document. */
export function driversNamed(text: string): readonly string[] {
  return [...text.matchAll(/\bdriver["']?\s*:\s*["']?([\w-]+)/g)].map(([, name]) => name ?? "");
}

/** Section by section and link by link, so that a mistake in one place hides none in another. */
function checkRest(value: unknown, parts: CheckParts, findings: Findings): void {
  const raw = valueAt(value, ["links"]);
  const links: PlacedLink[] = (Array.isArray(raw) ? raw : []).flatMap((entry: unknown, index) => {
    const link = linkSchema.safeParse(entry);
    return link.success ? [{ index, link: link.data }] : [];
  });
  const { grpc, web, unit, tls } = documentSchema.shape;
  const servers = { grpc: grpc.safeParse(valueAt(value, ["grpc"])).data,
    web: web.safeParse(valueAt(value, ["web"])).data };
  const listed = valueAt(value, ["destinations"]);
  const destinations: PlacedDestination[] = (Array.isArray(listed) ? listed : [])
    .flatMap((entry: unknown, index) => {
      const destination = destinationSchema.safeParse(entry);
      return destination.success ? [{ index, destination: destination.data }] : [];
    });
  checkReferences(links, parts, findings);
  checkDestinations(destinations, links, parts, findings);
  const paging = documentSchema.shape.paging.safeParse(valueAt(value, ["paging"])).data;
  if (paging !== undefined) checkPaging(paging, links, parts, findings);
  const hotel = hotelSchema.safeParse(valueAt(value, ["hotel"])).data;
  if (hotel !== undefined) checkHotel(hotel, links, parts, findings);
  const csta = placedCsta(value);
  checkCsta(csta, links, findings);
  checkListeners(servers, csta, links, destinations, findings);
  const zone = unit.safeParse(valueAt(value, ["unit"])).data?.timeZone;
  if (zone !== undefined && !isTimeZone(zone)) {
    findings.errors.push(zoneFinding(["unit", "timeZone"], zone));
  }
  const files = tls.safeParse(valueAt(value, ["tls"])).data;
  if (files !== undefined && (files.certificate === undefined) !== (files.key === undefined)) {
    findings.errors.push({ path: ["tls", files.key === undefined ? "key" : "certificate"],
      message: "is missing; expected certificate and key together, or neither" });
  }
  if (Array.isArray(raw) ? raw.length === 0 : raw === undefined) {
    findings.warnings.push({ path: ["links"], message: "is empty: the gateway sees no calls" });
  }
}

function placedCsta(value: unknown): readonly PlacedCsta[] {
  const listed = valueAt(value, ["csta"]);
  return (Array.isArray(listed) ? listed : []).flatMap((entry: unknown, index) => {
    const server = cstaSchema.safeParse(entry);
    return server.success ? [{ index, server: server.data }] : [];
  });
}

function problems(findings: readonly Finding[], source: DocumentSource): Problem[] {
  return findings.slice(0, problemsMax)
    .map(({ path, message }) => ({ path: pathText(path), message, line: source.lineOf(path) }))
    .sort((a, b) => a.line - b.line);
}

/** A link's `numbers:` section alone, as the rule test takes it. */
export function checkNumbersText(text: string): Result<NumbersConfig> {
  const source = readSource(text);
  const refuse = (found: readonly { path: Path; message: string }[]): Result<NumbersConfig> =>
    fail("config-invalid", "the number rules are not usable", { fields: found.map((finding) => ({
      path: pathText(finding.path),
      message: `line ${source.lineOf(finding.path)}: ${finding.message}` })) });
  if (source.problems.length > 0) {
    return fail("config-invalid", "the number rules are not usable", {
      fields: source.problems.map(({ path, message, line }) =>
        ({ path, message: `line ${line}: ${message}` })) });
  }
  const whole = valueAt(source.value, ["numbers"]);
  const shape = checkShape(numbersSchema, whole ?? source.value ?? {});
  if (shape.value === undefined) return refuse(shape.findings);
  const plan = compilePlan(shape.value);
  return plan.ok ? ok(shape.value) : plan;
}
