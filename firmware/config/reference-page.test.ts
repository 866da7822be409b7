import assert from "node:assert/strict";
import { documentJsonSchema } from "./json-schema.js";
import { renderReferencePage } from "./reference-page.js";
import type { DriverSheet } from "./references.js";

const drivers: readonly DriverSheet[] = [{
  name: "smdr", title: "Call records", transports: ["serial", "tcp"], keepsRawBytes: true,
  capabilities: { services: {} },
  options: { parse: (value) => ({ ok: true, value }), jsonSchema: { type: "object",
    properties: { format: { enum: ["a", "b|c"], description: "Layout." } },
    required: ["format"] } } }];

describe("JSON Schema of the configuration", () => {
  it("has each driver's options and transports where the driver is chosen", () => {
    const schema = documentJsonSchema(drivers);
    assert.equal(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    const text = JSON.stringify(schema);
    assert.match(text, /"driver":\{.*?"enum":\["smdr"\]\}/);
    const items = /"allOf":(\[.*?\}\}\}\}\])/.exec(text);
    assert.deepEqual(JSON.parse(items?.[1] ?? "null"), [{
      if: { properties: { driver: { const: "smdr" } }, required: ["driver"] },
      then: { properties: { options: { type: "object", properties: {
        format: { enum: ["a", "b|c"], description: "Layout." } }, required: ["format"],
      title: "Call records" },
      transport: { properties: { kind: { enum: ["serial", "tcp", "tcp-listen"] } } } } } }]);
    assert.match(text, /"additionalProperties":false/);
  });
});

describe("reference page", () => {
  const page = renderReferencePage(drivers);

  it("has a row for every key, with default and meaning", () => {
    assert.match(page, /^\| `unit\.language` \| `"fr"`, `"en"` \| `"fr"` \| French first/m);
    assert.match(page, /^\| `links\[\]\.id` \| text \| required \| The link's name/m);
    assert.match(page, /^\| `links\[\]\.transport<serial>\.baudRate` \| .* from 300 to 921600 /m);
    assert.match(page, /^\| `options\.format` \| `"a"`, `"b\\\|c"` \| required \| Layout\. \|/m);
  });

  it("leaves no key without a meaning", () => {
    const rows = page.split("\n").filter((line) => line.startsWith("| `"));
    assert(rows.length > 50);
    const silent = rows.filter((row) => /\|\s*\|$/.test(row) && !/kind` /.test(row));
    assert.deepEqual(silent, []);
  });
});
