/**
 * A record layout of one's own while somebody makes it: what stands where on the lines that a PBX
 * printed, and what those lines look like by it. Pure.
 */

import { proposedIn, ticketStates, toldIn } from "./labels.js";

/** The driver whose record layouts can be tried. */
export const triedDriver = "smdr";

export const kinds = ["columns", "tokens", "csv", "labels"] as const;
export type Kind = (typeof kinds)[number];
export const clocks = ["end", "start"] as const;
export const dateOrders = ["dmy", "mdy", "ymd"] as const;
export const contents = ["date", "time", "dateTime", "duration", "seconds", "minutes", "ringTime",
  "device", "trunk", "number", "callingNumber", "calledNumber", "direction", "answered",
  "accountCode", "cost", "reference", "sequence", "text", "blank"] as const;
export type Content = (typeof contents)[number];
/** What a printed text of these two may mean. */
export const meanings = {
  direction: ["incoming", "outgoing", "internal", "tandem", "unknown"],
  answered: ["answered", "unanswered"],
} as const;

export interface LayoutField {
  readonly name: string;
  readonly is: Content;
  /** Columns from 1, both inclusive; of other kinds they do not count. */
  readonly from: number;
  readonly to: number;
  /** Of labels: with what its line begins. */
  readonly label: string;
  readonly optional: boolean;
  readonly means: Readonly<Record<string, string>>;
}

export interface OwnLayout {
  readonly kind: Kind;
  readonly separator: string;
  readonly clock: (typeof clocks)[number];
  readonly dateOrder: (typeof dateOrders)[number];
  /** Beginnings of lines that are no records, one a line. */
  readonly skip: string;
  /** Empty: the gateway's default. */
  readonly timeZone: string;
  readonly fields: readonly LayoutField[];
}

export const noLayout: OwnLayout = { kind: "columns", separator: ";", clock: "end",
  dateOrder: "dmy", skip: "", timeZone: "", fields: [] };

/** More than a person looks at. */
export const shownLinesMax = 30;
const lineCharsMax = 512;
const textsMax = 8;

/** The newest lines of what was received; a point stands for what cannot be shown. */
export function linesOf(bytes: Uint8Array): readonly string[] {
  return new TextDecoder("latin1").decode(bytes).split(/[\r\n]+/)
    .map((line) => line.replace(/[^\x20-\x7e\xa0-\xff]/g, ".").trimEnd().slice(0, lineCharsMax))
    .filter((line) => line.replace(/\./g, "").trim() !== "").slice(-shownLinesMax);
}

function skipsOf({ skip }: OwnLayout): readonly string[] {
  return skip.split("\n").filter((text) => text.trim() !== "");
}

/** Whether the layout says that such a line is no record. */
export function isSkipped(layout: OwnLayout, line: string): boolean {
  return skipsOf(layout).some((text) => line.trimStart().startsWith(text.trim()));
}

/** As it stands under `options:` of the link. */
export function optionsOf(layout: OwnLayout): Readonly<Record<string, unknown>> {
  const { kind, separator, clock, dateOrder, timeZone } = layout;
  const dated = layout.fields.some(({ is }) => is === "date" || is === "dateTime");
  const skip = skipsOf(layout);
  return {
    format: "custom", ...(timeZone === "" ? {} : { timeZone }),
    layout: {
      kind, ...(kind === "csv" ? { separator } : {}), clock, ...(dated ? { dateOrder } : {}),
      ...(skip.length === 0 ? {} : { skip }),
      fields: layout.fields.map(({ name, is, from, to, label, optional, means }) => ({
        name, is, ...(kind === "columns" ? { from, to } : {}),
        ...(kind === "labels" ? { label } : {}), ...(optional ? { optional } : {}),
        ...(is === "direction" || is === "answered" ? { means } : {}) })),
    },
  };
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function oneOf<T extends string>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The layout in a link's options; undefined where they have none. */
export function layoutIn(options: unknown): OwnLayout | undefined {
  const layout = member(options, "layout");
  const fields = member(layout, "fields");
  if (!Array.isArray(fields)) return undefined;
  const skip = member(layout, "skip");
  return {
    kind: oneOf(kinds, member(layout, "kind"), noLayout.kind),
    separator: text(member(layout, "separator")) || ",",
    clock: oneOf(clocks, member(layout, "clock"), noLayout.clock),
    dateOrder: oneOf(dateOrders, member(layout, "dateOrder"), noLayout.dateOrder),
    skip: Array.isArray(skip) ? skip.map(text).join("\n") : "",
    timeZone: text(member(options, "timeZone")),
    fields: fields.map((each: unknown): LayoutField => ({
      name: text(member(each, "name")), is: oneOf(contents, member(each, "is"), "text"),
      from: Number(member(each, "from") ?? 1), to: Number(member(each, "to") ?? 1),
      label: text(member(each, "label")), optional: member(each, "optional") === true,
      means: Object.fromEntries(Object.entries(member(each, "means") ?? {})
        .map(([key, meaning]) => [key, text(meaning)])) })),
  };
}

export interface Piece {
  readonly text: string;
  /** Its first column, from 1. */
  readonly from: number;
  /** The field that stands there, by its place in the layout. */
  readonly field: number | undefined;
}

/** A line in pieces by the layout, as it is drawn. */
export function piecesOf(layout: OwnLayout, line: string): readonly Piece[] {
  const spans = spansIn(layout, line).sort((a, b) => a.from - b.from);
  const pieces: Piece[] = [];
  let next = 1;
  const push = (to: number, field: number | undefined): void => {
    if (to >= next) pieces.push({ text: line.slice(next - 1, to), from: next, field });
    next = Math.max(next, to + 1);
  };
  for (const { from, to, field } of spans) {
    push(Math.min(from - 1, line.length), undefined);
    push(Math.min(to, line.length), field);
  }
  push(line.length, undefined);
  return pieces;
}

interface Span { readonly from: number; readonly to: number; readonly field: number }

function spansIn({ kind, separator, fields }: OwnLayout, line: string): Span[] {
  if (kind === "columns") return fields.map(({ from, to }, field) => ({ from, to, field }));
  if (kind === "labels") {
    const found = toldIn(fields.map(({ label }) => label), line);
    return found === undefined ? []
      : [{ from: found.from, to: found.from + found.text.length - 1, field: found.index }];
  }
  const parts = kind === "tokens" ? [...line.matchAll(/\S+/g)].map((found) =>
    [found.index, found[0].length] as const) : placesIn(line, separator);
  return parts.slice(0, fields.length).map(([index, length], field) =>
    ({ from: index + 1, to: index + length, field }));
}

function placesIn(line: string, separator: string): (readonly [number, number])[] {
  let index = 0;
  return line.split(separator === "" ? "," : separator).map((place) => {
    const found = [index, place.length] as const;
    index += place.length + Math.max(1, separator.length);
    return found;
  });
}

/** The different texts that stand at a field, blank ones among them; the first of many. */
export function textsAt(
  layout: OwnLayout, field: number, lines: readonly string[],
): readonly string[] {
  const labels = layout.fields.map(({ label }) => label);
  // Of a ticket only the line with the label can be blank there.
  const own = layout.kind !== "labels" ? lines
    : lines.filter((line) => toldIn(labels, line)?.index === field);
  const found = own.map((line) =>
    piecesOf(layout, line).find((piece) => piece.field === field)?.text.trim() ?? "");
  return [...new Set(found)].slice(0, textsMax);
}

/** What a printed text could be, for a first proposal. */
export function guess(printed: string, layout: OwnLayout): Content {
  const has = (...wanted: Content[]): boolean =>
    layout.fields.some(({ is }) => wanted.includes(is));
  const sample = printed.trim();
  const isDate = /^\d{1,4}[-/.]\d{1,2}[-/.]\d{2,4}$/.test(sample)
    || /^(0?[1-9]|[12]\d|3[01])[-/.](0?[1-9]|[12]\d|3[01])$/.test(sample);
  if (isDate && !has("date", "dateTime")) return "date";
  if (/^\d{1,2}:\d\d(:\d\d)?([AP]M?)?$/i.test(sample) && !has("time", "dateTime")) return "time";
  if (/^\d{1,7}[.,]\d\d$/.test(sample)) return "cost";
  if (/^\d{1,3}[:'.h]\d\d([:'m]\d\d)?s?$/.test(sample)) {
    return has("duration", "seconds", "minutes") ? "ringTime" : "duration";
  }
  if (/^[\d*#+]{6,}$/.test(sample) && !has("number", "calledNumber", "callingNumber")) {
    return has("direction") ? "number" : "calledNumber";
  }
  if (/^\D{1,3}$/.test(sample) && sample !== "" && !has("direction")) return "direction";
  if (/^\d{2,5}$/.test(sample)) return has("device") ? "accountCode" : "device";
  if (/^[A-Z]{1,4}\d{1,4}$/i.test(sample) && !has("trunk")) return "trunk";
  return "text";
}

/** A name that no other field has. */
export function freeName(fields: readonly LayoutField[], wanted: string): string {
  const taken = fields.map(({ name }) => name);
  let name = wanted;
  for (let count = 2; taken.includes(name); count += 1) name = `${wanted}${count}`;
  return name;
}

/** With one more field behind the others. */
export function withField(
  layout: OwnLayout, is: Content, from: number, to: number, label = "",
): OwnLayout {
  return { ...layout, fields: [...layout.fields,
    { name: freeName(layout.fields, is), is, from, to, label, optional: false, means: {} }] };
}

/** With a field for the next labelled line that has none yet; the gateway says what is missing. */
export function withNextLabel(layout: OwnLayout, lines: readonly string[]): OwnLayout {
  const labels = layout.fields.map(({ label }) => label);
  const last = lines.findIndex((line) => toldIn(labels.slice(-1), line) !== undefined);
  const next = [...lines.slice(last + 1), ...lines.slice(0, last + 1)].find((line) =>
    !isSkipped(layout, line) && toldIn(labels, line) === undefined
      && proposedIn(line) !== undefined);
  const { label = "", text: printed = "" } = next === undefined ? {} : proposedIn(next) ?? {};
  return withField(layout, printed === "" ? "text" : guess(printed, layout), 1, 1, label);
}

/** With this field as the one whose line begins a record. */
export function beginningWith(layout: OwnLayout, index: number): OwnLayout {
  const { fields } = layout;
  return { ...layout, fields: [...fields.slice(index, index + 1), ...fields.slice(0, index),
    ...fields.slice(index + 1)] };
}

/** With the fields in the order of their columns. */
export function inOrder(layout: OwnLayout): OwnLayout {
  return layout.kind !== "columns" ? layout
    : { ...layout, fields: layout.fields.toSorted((a, b) => a.from - b.from) };
}

export type LineState = "read" | "rejected" | "other";

/** What became of each line: read as a record, rejected, or neither (skipped, not shown). */
export function lineStates(
  layout: OwnLayout, lines: readonly string[], read: readonly string[],
  rejected: readonly string[],
): readonly LineState[] {
  if (layout.kind === "labels") {
    return ticketStates(layout.fields.map(({ label }) => label), lines, read, rejected);
  }
  const bare = (line: string): string => line.replace(/\s+/g, "");
  const [good, bad] = [new Set(read.map(bare)), new Set(rejected.map(bare))];
  return lines.map((line) => good.has(bare(line)) ? "read"
    : bad.has(bare(line)) ? "rejected" : "other");
}

/** Two lines that count columns, as many as are needed. */
export function ruler(columns: number): readonly [tens: string, ones: string] {
  const numbers = Array.from({ length: columns }, (_, index) => index + 1);
  return [numbers.map((column) => column % 10 === 0 ? String(column / 10 % 10) : " ").join(""),
    numbers.map((column) => column % 10 === 0 ? "0" : String(column % 10)).join("")];
}
