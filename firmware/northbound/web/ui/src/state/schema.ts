/** What the form needs to know of the configuration's JSON Schema; pure. */

export type Schema = Readonly<Record<string, unknown>>;
export type Path = readonly (string | number)[];

export type FieldKind = "text" | "number" | "yes-no" | "choice" | "texts" | "list" | "section";

export interface Choice { readonly value: unknown; readonly title: string }

function record(value: unknown): Schema {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function schemas(value: unknown): readonly Schema[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function memberValue(value: unknown, key: string | number): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key) : undefined;
}

export function members(schema: Schema): readonly (readonly [string, Schema])[] {
  return Object.entries(record(schema["properties"])).map(([key, one]) => [key, record(one)]);
}

export function member(schema: Schema, key: string): Schema {
  return record(record(schema["properties"])[key]);
}

export function itemSchema(schema: Schema): Schema {
  return record(schema["items"]);
}

export function isRequired(schema: Schema, key: string): boolean {
  return Array.isArray(schema["required"]) && schema["required"].includes(key);
}

/** "links[0].transport.port", as the gateway writes it. */
export function pathText(path: Path): string {
  return path.reduce<string>((text, part) => typeof part === "number" ? `${text}[${part}]`
    : text === "" ? part : `${text}.${part}`, "");
}

/** The shape of a section whose shape depends on what stands in it: a link's on its driver, a
 * connection's on its kind. */
export function resolved(schema: Schema, value: unknown): Schema {
  return variant(branched(schema, value), value);
}

function driverBranches(schema: Schema): readonly (readonly [string, Schema])[] {
  return schemas(schema["allOf"]).map((branch) => [
    String(member(record(branch["if"]), "driver")["const"]), record(branch["then"])]);
}

function branched(schema: Schema, value: unknown): Schema {
  const driver = memberValue(value, "driver");
  const branches = driverBranches(schema);
  const found = branches.find(([name]) => name === driver)?.[1];
  const titles = Object.fromEntries(branches.map(([name, then]) =>
    [name, member(then, "options")["title"]]));
  const own = Object.fromEntries(members(schema).map(([key, one]) => {
    const added = found === undefined ? {} : member(found, key);
    const { title: _title, ...rest } = added;
    return [key, { ...one, ...rest, ...(key === "driver" && branches.length > 0 && { titles }) }];
  }));
  return schema["properties"] === undefined ? schema : { ...schema, properties: own };
}

function variant(schema: Schema, value: unknown): Schema {
  const allowed = member(schema, "kind")["enum"];
  const kinds = schemas(schema["oneOf"])
    .map((one) => [String(member(one, "kind")["const"]), one] as const)
    .filter(([kind]) => !Array.isArray(allowed) || allowed.includes(kind));
  const chosen = kinds.find(([kind]) => kind === memberValue(value, "kind"))?.[1] ?? kinds[0]?.[1];
  if (chosen === undefined) return schema;
  const { const: _const, ...kind } = member(chosen, "kind");
  const titles = Object.fromEntries(kinds.map(([name, one]) => [name, one["title"]]));
  const titlesFr = Object.fromEntries(kinds.map(([name, one]) =>
    [name, record(one["fr"])["title"]]));
  const { oneOf: _oneOf, ...outside } = schema;
  return { ...outside, type: "object", required: chosen["required"],
    properties: { ...record(chosen["properties"]),
      kind: { ...kind, enum: kinds.map(([name]) => name), titles,
        fr: { ...record(kind["fr"]), titles: titlesFr } } } };
}

export function choicesOf(schema: Schema, language: string): readonly Choice[] | undefined {
  const titles = record((language === "fr" ? record(schema["fr"])["titles"] : undefined)
    ?? schema["titles"]);
  const values = Array.isArray(schema["enum"]) ? [...schema["enum"] as unknown[]]
    : schemas(schema["anyOf"]).map((one) => one["const"]).filter((one) => one !== undefined);
  return values.length === 0 ? undefined : values.map((value) => {
    const title = titles[String(value)];
    return { value, title: typeof title === "string" ? title : String(value) };
  });
}

export function kindOf(schema: Schema): FieldKind {
  if (choicesOf(schema, "en") !== undefined) return "choice";
  if (schema["oneOf"] !== undefined || schema["type"] === "object") return "section";
  if (schema["type"] === "array") {
    return itemSchema(schema)["type"] === "object" ? "list" : "texts";
  }
  if (schema["type"] === "boolean") return "yes-no";
  return schema["type"] === "integer" || schema["type"] === "number" ? "number" : "text";
}

export interface Words { readonly title: string; readonly description: string }

export function wordsOf(schema: Schema, key: string, language: string): Words {
  const own = language === "fr" ? record(schema["fr"]) : {};
  return { title: String(own["title"] ?? schema["title"] ?? key),
    description: String(own["description"] ?? schema["description"] ?? "") };
}

export type Breach =
  | { readonly must: "number" | "whole"; readonly min: number; readonly max: number }
  | { readonly must: "form" | "choice" };

/** Why a value cannot be right, as far as its own schema says; the gateway checks the rest. */
export function breach(schema: Schema, value: unknown): Breach | undefined {
  if (value === undefined || value === null) return undefined;
  switch (kindOf(schema)) {
    case "number": {
      const min = Number(schema["minimum"] ?? -Infinity);
      const max = Number(schema["maximum"] ?? Infinity);
      const whole = schema["type"] === "integer";
      const right = typeof value === "number" && value >= min && value <= max
        && (!whole || Number.isInteger(value));
      return right ? undefined : { must: whole ? "whole" : "number", min, max };
    }
    case "choice":
      return choicesOf(schema, "en")?.some((choice) => choice.value === value) === true
        ? undefined : { must: "choice" };
    case "text": return typeof value === "string" && isOfForm(schema, value)
      ? undefined : { must: "form" };
    case "texts": return Array.isArray(value) && value.every((one) => typeof one === "string")
      ? undefined : { must: "form" };
    case "yes-no": return typeof value === "boolean" ? undefined : { must: "choice" };
    case "list": case "section": return undefined;
  }
}

function isOfForm(schema: Schema, value: string): boolean {
  const pattern = schema["pattern"];
  return value.length >= Number(schema["minLength"] ?? 0)
    && value.length <= Number(schema["maxLength"] ?? Infinity)
    && (typeof pattern !== "string" || new RegExp(pattern).test(value));
}

/** What a person typed, as the document should hold it; undefined: nothing, the default counts. */
export function typed(schema: Schema, text: string): unknown {
  if (text.trim() === "") return undefined;
  if (kindOf(schema) === "texts") {
    return text.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  }
  if (kindOf(schema) !== "number") return text;
  const number = Number(text.trim().replace(",", "."));
  return Number.isFinite(number) ? number : text;
}

/** What a new entry of a list begins with, so that its form can be drawn. */
export function newItem(list: Schema, key: string, taken: readonly unknown[]): unknown {
  const item = itemSchema(list);
  if (key !== "links") return { name: `${taken.length + 1}` };
  const ids = taken.map((link) => memberValue(link, "id"));
  let number = taken.length + 1;
  while (ids.includes(`link-${number}`)) number += 1;
  const driver = choicesOf(member(item, "driver"), "en")?.[0]?.value ?? "";
  const link = { id: `link-${number}`, driver };
  return { ...link, transport: { kind: firstKind(item, link) } };
}

export function firstKind(item: Schema, link: unknown): unknown {
  const transport = resolved(member(resolved(item, link), "transport"), {});
  return choicesOf(member(transport, "kind"), "en")?.[0]?.value;
}
