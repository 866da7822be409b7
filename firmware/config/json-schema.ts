/** The JSON Schema of the whole document: ours, with each driver's options where it is chosen. */

import * as z from "zod";
import { inLanguage } from "../base/result.js";
import type { DriverSheet } from "./references.js";
import { documentSchema, linkSchema } from "./schema.js";

export type JsonSchema = Readonly<Record<string, unknown>>;

/** Draft 2020-12, of the document as a person writes it (defaults may be left out). */
export function documentJsonSchema(drivers: readonly DriverSheet[]): JsonSchema {
  const document: Record<string, unknown> = z.toJSONSchema(documentSchema, { io: "input" });
  const { $schema: _schema, ...link }: Record<string, unknown> =
    z.toJSONSchema(linkSchema, { io: "input" });
  const properties = section(document, "properties");
  const linkProperties = section(link, "properties");
  const names = drivers.map(({ name }) => name);
  return {
    ...document,
    title: "Configuration of the gateway",
    properties: {
      ...properties,
      links: {
        ...section(properties, "links"),
        items: {
          ...link,
          properties: {
            ...linkProperties,
            driver: { ...section(linkProperties, "driver"),
              ...(names.length > 0 && { enum: names }) },
          },
          allOf: drivers.map(driverBranch),
        },
      },
    },
  };
}

/** A link with this driver has its options and one of its transports. */
function driverBranch(driver: DriverSheet): JsonSchema {
  const { $schema: _schema, ...options } = driver.options.jsonSchema;
  const kinds = driver.transports.flatMap((kind) => kind === "tcp" ? ["tcp", "tcp-listen"]
    : kind === "file" ? ["file", "folder"] : [kind]);
  return {
    if: { properties: { driver: { const: driver.name } }, required: ["driver"] },
    then: { properties: {
      options: { ...options, title: inLanguage(driver.title, "en") },
      transport: { properties: { kind: { enum: kinds } } },
    } },
  };
}

function section(value: Readonly<Record<string, unknown>>, key: string): Record<string, unknown> {
  const found = value[key];
  return typeof found === "object" && found !== null ? { ...found } : {};
}
