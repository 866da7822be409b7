/** The configuration page draws its form from the schema: every key has words for people. */

import assert from "node:assert/strict";
import { documentJsonSchema } from "../firmware/config/json-schema.js";
import { driverRegistry } from "./index.js";

type Words = Readonly<Record<string, unknown>>;

function isRecord(value: unknown): value is Words {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** All properties in a schema; what stands under "then" only narrows what stands elsewhere. */
function properties(schema: unknown, path = "", narrows = false): [string, Words][] {
  if (Array.isArray(schema)) return schema.flatMap((one) => properties(one, path));
  if (!isRecord(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) => {
    if (key === "if") return [];
    if (key !== "properties" || !isRecord(value)) return properties(value, path, key === "then");
    return Object.entries(value).flatMap(([name, member]): [string, Words][] => [
      ...(narrows || !isRecord(member) ? [] : [[`${path}.${name}`, member] as [string, Words]]),
      ...properties(member, `${path}.${name}`, narrows && name === "transport"),
    ]);
  });
}

const drivers = await driverRegistry.all();

describe("words of the configuration's form", () => {
  const found = properties(documentJsonSchema(drivers));

  it("exist for every key, in English and in French", () => {
    const silent = found.filter(([, { title, description, fr }]) => !isRecord(fr)
      || [title, description, fr["title"], fr["description"]].some((word) =>
        typeof word !== "string" || word === "")).map(([path]) => path);
    assert.deepEqual(silent, []);
    assert.ok(found.length > 80, String(found.length));
  });
});
