/** The reference page of the configuration, drawn from the schema: every key, with its default. */

import { documentJsonSchema, type JsonSchema } from "./json-schema.js";
import { inLanguage } from "../base/result.js";
import type { DriverSheet } from "./references.js";

interface Row {
  readonly path: string;
  readonly type: string;
  readonly default: string;
  readonly description: string;
}

const depthMax = 10;

/** Markdown. The same text for the same drivers, so that a stored page can be compared with it. */
export function renderReferencePage(drivers: readonly DriverSheet[]): string {
  const schema = documentJsonSchema([]);
  const parts = ["# Configuration reference", "",
    "One YAML (or JSON) document. An unknown key is an error. Secrets are references:",
    "`env:NAME`, `file:/path` or `store:name`.", "", ...table(rows(schema, "", 0))];
  for (const driver of [...drivers].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    parts.push("", `## Options of the driver \`${driver.name}\``, "",
      `${inLanguage(driver.title, "en")}. Transports: ${driver.transports.join(", ")}.`, "",
      ...table(rows(driver.options.jsonSchema, "options", 0)));
  }
  return `${parts.join("\n")}\n`;
}

function table(list: readonly Row[]): string[] {
  if (list.length === 0) return ["No options."];
  return ["| key | value | default | meaning |", "|---|---|---|---|",
    ...list.map((row) => `| \`${row.path}\` | ${cell(row.type)} | ${cell(row.default)} | `
      + `${cell(row.description)} |`)];
}

function cell(text: string): string {
  return text.replace(/\|/g, "\\|").replace(/\n/g, " ");
}

function rows(schema: unknown, path: string, depth: number): Row[] {
  const shape = record(schema);
  if (depth > depthMax) return [];
  const choices = shape["oneOf"] ?? shape["anyOf"];
  if (Array.isArray(choices)) {
    return choices.flatMap((choice: unknown) => {
      const kind = record(record(record(choice)["properties"])["kind"])["const"];
      return rows(choice, typeof kind === "string" ? `${path}<${kind}>` : path, depth + 1);
    });
  }
  const required = Array.isArray(shape["required"]) ? shape["required"] : [];
  return Object.entries(record(shape["properties"])).flatMap(([key, member]) => {
    const at = path === "" ? key : `${path}.${key}`;
    const own = record(member);
    const here: Row = { path: at, type: typeOf(own),
      default: own["default"] === undefined ? (required.includes(key) ? "required" : "")
        : `\`${JSON.stringify(own["default"])}\``,
      description: wordOf(own["description"]) ?? "" };
    const inside = own["type"] === "array" ? rows(own["items"], `${at}[]`, depth + 1)
      : rows(own, at, depth + 1);
    return [here, ...inside];
  });
}

function wordOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function typeOf(schema: JsonSchema): string {
  if (schema["const"] !== undefined) return `\`${JSON.stringify(schema["const"])}\``;
  if (Array.isArray(schema["enum"])) {
    return schema["enum"].map((value) => `\`${JSON.stringify(value)}\``).join(", ");
  }
  const choices = schema["oneOf"] ?? schema["anyOf"];
  if (Array.isArray(choices)) {
    const kinds = choices.map((choice: unknown) => typeOf(record(choice)));
    return [...new Set(kinds)].join(", ");
  }
  const type = wordOf(schema["type"]) ?? "any";
  const limits = [limit(schema["minimum"], "from"), limit(schema["maximum"], "to")].join("");
  return `${typeWords[type] ?? type}${limits}`;
}

const typeWords: Readonly<Record<string, string>> = {
  string: "text", integer: "whole number", number: "number", boolean: "true or false",
  object: "section", array: "list",
};

function limit(value: unknown, word: string): string {
  return typeof value === "number" && Math.abs(value) < Number.MAX_SAFE_INTEGER
    ? ` ${word} ${value}` : "";
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}
