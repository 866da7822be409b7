/**
 * A record layout is data: which columns, or which comma-separated places, hold which field, and
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
}

export interface ColumnLayout {
  readonly kind: "columns";
  readonly name: string;
  /** In the order of columns; between them only blanks may stand. */
  readonly fields: readonly ColumnField[];
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
}

export type Layout = ColumnLayout | CsvLayout;

/** The fields of a line, blank ones left out; undefined when the line has another layout. */
export function readLayout(layout: Layout, line: string): Fields | undefined {
  return layout.kind === "columns" ? readColumns(layout, line) : readCsv(layout, line);
}

function readColumns(layout: ColumnLayout, line: string): Fields | undefined {
  const fields: Record<string, string> = {};
  let next = 0;
  for (const { name, from, to, pattern } of layout.fields) {
    if (line.slice(next, from - 1).trim() !== "") return undefined;
    const text = line.slice(from - 1, to).trim();
    if (!pattern.test(text)) return undefined;
    if (text !== "") fields[name] = text;
    next = to;
  }
  return line.slice(next).trim() === "" ? fields : undefined;
}

function readCsv(layout: CsvLayout, line: string): Fields | undefined {
  const places = splitCsv(line);
  if (places === undefined || places.length < layout.fieldsMin) return undefined;
  const fields: Record<string, string> = {};
  for (const [index, { name, pattern }] of layout.fields.entries()) {
    const text = (places[index] ?? "").trim();
    if (!pattern.test(text)) return undefined;
    if (text !== "") fields[name] = text;
  }
  const rest = places.slice(layout.fields.length).join(",");
  if (rest.replaceAll(",", "").trim() !== "") fields["more"] = rest;
  return fields;
}

/** Commas part places; a place in double quotes may hold commas, and quotes doubled (RFC 4180). */
function splitCsv(line: string): readonly string[] | undefined {
  const places: string[] = [];
  let at = 0;
  for (;;) {
    if (line[at] === "\"") {
      const found = /"((?:[^"]|"")*)"(?=,|$)/y;
      found.lastIndex = at;
      const quoted = found.exec(line)?.[1];
      if (quoted === undefined) return undefined;
      places.push(quoted.replaceAll("\"\"", "\""));
      at = found.lastIndex;
    } else {
      const comma = line.indexOf(",", at);
      const end = comma < 0 ? line.length : comma;
      places.push(line.slice(at, end));
      at = end;
    }
    if (at >= line.length) return places;
    at += 1;
  }
}

/** A line that `readLayout` reads back as `fields`. */
export function printLayout(layout: Layout, fields: Fields): string {
  if (layout.kind === "columns") {
    let line = "";
    for (const { name, from, to } of layout.fields) {
      line = line.padEnd(from - 1) + (fields[name] ?? "").slice(0, to - from + 1);
      line = line.padEnd(to);
    }
    return line;
  }
  const places = layout.fields.map(({ name }) => {
    const text = fields[name] ?? "";
    return /[",]/.test(text) ? `"${text.replaceAll("\"", "\"\"")}"` : text;
  });
  const more = fields["more"];
  return (more === undefined ? places : [...places, more]).join(",");
}
