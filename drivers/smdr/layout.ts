/**
 * A record layout is data: which columns, tokens or comma-separated places hold which field, and
 * what the field may look like. Reading and printing are generic; a new PBX is a new table.
 */

export type Fields = Readonly<Record<string, string>>;

export interface ColumnField {
  readonly name: string;
  /** Columns from 1, both inclusive. */
  readonly from: number;
  readonly to: number;
  /** Over the whole field, blanks at both ends removed. */
  readonly pattern: RegExp;
  /** What stands there reaches the last column. */
  readonly right?: true;
}

export interface ColumnLayout {
  readonly kind: "columns";
  readonly name: string;
  /** In the order of columns; between them only blanks may stand. */
  readonly fields: readonly ColumnField[];
}

export interface TokenField {
  readonly name: string;
  /** Over the whole token. */
  readonly pattern: RegExp;
  /** The token may be missing. */
  readonly optional?: true;
  /** Only for the last field: all that is left, blanks within included. */
  readonly rest?: true;
}

/** Blanks part the fields: for makes whose columns differ by release. */
export interface TokenLayout {
  readonly kind: "tokens";
  readonly name: string;
  readonly fields: readonly TokenField[];
}

export interface CsvField {
  readonly name: string;
  readonly pattern: RegExp;
}

export interface CsvLayout {
  readonly kind: "csv";
  readonly name: string;
  readonly fields: readonly CsvField[];
  /** Older software releases of the PBX print fewer places. */
  readonly fieldsMin: number;
  /** Between places; absent: a comma. */
  readonly separator?: string;
}

/** A line that begins with words, which say what stands behind them: a ticket's. */
export interface LabelLayout {
  readonly kind: "label";
  readonly name: string;
  readonly label: string;
  readonly fields: readonly [CsvField];
}

/** What stands on one line. */
export type LineLayout = ColumnLayout | TokenLayout | CsvLayout | LabelLayout;

/**
 * Places parted by a separator under a heading line that names them: the PBX's administrator
 * chooses them, and the heading comes before the records.
 */
export interface HeadedLayout {
  readonly kind: "headed";
  readonly name: string;
  /** What a heading begins with; the names follow, parted as the places are. */
  readonly heading: string;
  /** The places of a heading's name, as the heading writes it in small letters. */
  readonly place: (title: string) => CsvField;
  /** Names of fields without which a line of names is no heading. */
  readonly needed: readonly string[];
}

/** The layout of the lines behind `line`; undefined where `line` is no heading. */
export function layoutUnder(layout: HeadedLayout, line: string): CsvLayout | undefined {
  if (!line.startsWith(layout.heading)) return undefined;
  const titles = splitCsv(line.slice(layout.heading.length), ",") ?? [];
  const fields = titles.slice(0, placesMax).map((title) => layout.place(title.trim()));
  const names = fields.map(({ name }) => name);
  if (layout.needed.some((name) => !names.includes(name))) return undefined;
  if (new Set(names).size < names.length) return undefined;
  return { kind: "csv", name: layout.name, fields, fieldsMin: fields.length };
}

/** More places than any heading names. */
const placesMax = 64;

/**
 * A record over several lines. The fields of all lines are put together; a field that comes again
 * is added behind a line feed. The record ends with a line of `ends`, after `linesMax` lines, when
 * a line comes that does not belong to it, or when nothing more comes.
 */
export interface BlockLayout {
  readonly kind: "block";
  readonly name: string;
  readonly first: LineLayout;
  /** Lines that may follow, in any order. */
  readonly more: readonly LineLayout[];
  /** Names of layouts in `more` that end the record. */
  readonly ends?: readonly string[];
  readonly linesMax: number;
}

export type Layout = LineLayout | BlockLayout | HeadedLayout;

/** The fields of a line, blank ones left out; undefined when the line has another layout. */
export function readLayout(layout: LineLayout, line: string): Fields | undefined {
  switch (layout.kind) {
    case "columns": return readColumns(layout, line);
    case "tokens": return readTokens(layout, line);
    case "csv": return readCsv(layout, line);
    case "label": return readLabel(layout, line);
  }
}

/** Between a label and what it tells. */
const behindLabel = /^[\s:=.]+/;

function readLabel({ label, fields: [{ name, pattern }] }: LabelLayout, line: string,
): Fields | undefined {
  const text = line.trim();
  if (!text.startsWith(label)) return undefined;
  const behind = text.slice(label.length);
  const told = behind.replace(behindLabel, "");
  if (behind !== "" && told === behind) return undefined;
  if (!pattern.test(told)) return undefined;
  return told === "" ? {} : { [name]: told };
}

function readColumns(layout: ColumnLayout, line: string): Fields | undefined {
  const fields: Record<string, string> = {};
  let next = 0;
  for (const { name, from, to, pattern, right } of layout.fields) {
    if (line.slice(next, from - 1).trim() !== "") return undefined;
    const text = line.slice(from - 1, to).trim();
    if (!pattern.test(text)) return undefined;
    if (right === true && text !== "" && (line[to - 1] ?? " ") === " ") return undefined;
    if (text !== "") fields[name] = text;
    next = to;
  }
  return line.slice(next).trim() === "" ? fields : undefined;
}

/** More tokens than any record has. */
const tokensMax = 64;

function readTokens({ fields }: TokenLayout, line: string): Fields | undefined {
  const tokens = [...line.matchAll(/\S+/g)].slice(0, tokensMax + 1);
  if (tokens.length > tokensMax) return undefined;
  const found: Record<string, string> = {};
  // Each field is tried once at each token, however many fields may be left out.
  const failed = new Set<number>();
  const fit = (at: number, token: number): boolean => {
    const field = fields[at];
    if (field === undefined) return token === tokens.length;
    const place = at * (tokensMax + 1) + token;
    if (failed.has(place)) return false;
    const text = field.rest === true ? line.slice(tokens[token]?.index ?? line.length).trim()
      : tokens[token]?.[0];
    if (text !== undefined && text !== "" && field.pattern.test(text)
      && fit(at + 1, field.rest === true ? tokens.length : token + 1)) {
      found[field.name] = text;
      return true;
    }
    if (field.optional === true && fit(at + 1, token)) return true;
    failed.add(place);
    return false;
  };
  return fit(0, 0) ? found : undefined;
}

function readCsv(layout: CsvLayout, line: string): Fields | undefined {
  const separator = layout.separator ?? ",";
  const places = splitCsv(line, separator);
  if (places === undefined || places.length < layout.fieldsMin) return undefined;
  const fields: Record<string, string> = {};
  for (const [index, { name, pattern }] of layout.fields.entries()) {
    const text = (places[index] ?? "").trim();
    if (!pattern.test(text)) return undefined;
    if (text !== "") fields[name] = text;
  }
  const rest = places.slice(layout.fields.length).join(separator);
  if (rest.replaceAll(separator, "").trim() !== "") fields["more"] = rest;
  return fields;
}

/**
 * A place in double quotes may hold the separator, and quotes doubled (RFC 4180); undefined where a
 * quote does not end.
 */
export function splitCsv(line: string, separator: string): readonly string[] | undefined {
  const places: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === "\"") {
      const found = /"((?:[^"]|"")*)"/y;
      found.lastIndex = at;
      const quoted = found.exec(line)?.[1];
      if (quoted === undefined) return undefined;
      at = found.lastIndex;
      if (at < line.length && !line.startsWith(separator, at)) return undefined;
      places.push(quoted.replaceAll("\"\"", "\""));
    } else {
      const next = line.indexOf(separator, at);
      const end = next < 0 ? line.length : next;
      places.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return places;
    at += separator.length;
  }
}

/** Lines that read back as `fields`; of a block, each line's fields in the order of its tables. */
export function printLayout(layout: Layout, fields: Fields): readonly string[] {
  if (layout.kind === "headed") {
    const names = Object.keys(fields);
    const under: CsvLayout = { kind: "csv", name: layout.name, fieldsMin: names.length,
      fields: names.map((name) => ({ name, pattern: /^/ })) };
    return [`${layout.heading}${names.join(", ")}`, printLine(under, fields)];
  }
  if (layout.kind !== "block") return [printLine(layout, fields)];
  const lines = [printLine(layout.first, fields)];
  for (const each of layout.more) {
    const parts = each.fields.map(({ name }) =>
      [name, fields[name]?.split("\n") ?? []] as const);
    const count = Math.max(...parts.map(([, values]) => values.length));
    for (let line = 0; line < count; line += 1) {
      lines.push(printLine(each, Object.fromEntries(parts.map(([name, values]) =>
        [name, values[line] ?? ""]))));
    }
  }
  return lines;
}

function printLine(layout: LineLayout, fields: Fields): string {
  switch (layout.kind) {
    case "columns": {
      let line = "";
      for (const { name, from, to, right } of layout.fields) {
        const text = (fields[name] ?? "").slice(0, to - from + 1);
        line = line.padEnd(from - 1) + (right === true ? text.padStart(to - from + 1) : text);
        line = line.padEnd(to);
      }
      return line;
    }
    case "tokens":
      return layout.fields.map(({ name }) => fields[name] ?? "").filter((text) => text !== "")
        .join(" ");
    case "csv": {
      const separator = layout.separator ?? ",";
      const places = layout.fields.map(({ name }) => {
        const text = fields[name] ?? "";
        return text.includes(separator) || text.includes("\"")
          ? `"${text.replaceAll("\"", "\"\"")}"` : text;
      });
      const more = fields["more"];
      return (more === undefined ? places : [...places, more]).join(separator);
    }
    case "label": return `${layout.label}: ${fields[layout.fields[0].name] ?? ""}`;
  }
}
