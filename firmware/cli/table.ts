/** Text for people: aligned tables that fit the terminal. Pure. */

export interface Column {
  readonly title: string;
  readonly align?: "right";
  /** Never shortened below this many characters. */
  readonly least?: number;
}

const gap = "  ";
const leastDefault = 6;

/** What a PBX or a person wrote must not steer the terminal. */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

function lengthOf(text: string): number {
  return [...text].length;
}

/** One line a row, the titles first. With `width` the widest columns are shortened to fit. */
export function layTable(
  columns: readonly Column[], rows: readonly (readonly string[])[], width: number | undefined,
): string {
  const cells = rows.map((row) => columns.map((_, index) => plainText(row[index] ?? "")));
  const widths = columns.map((column, index) =>
    Math.max(lengthOf(column.title), ...cells.map((row) => lengthOf(row[index] ?? ""))));
  if (width !== undefined) shrink(widths, columns, width);
  const line = (row: readonly string[]): string => row.map((text, index) => {
    const fitted = shorten(text, widths[index] ?? 0);
    const space = " ".repeat(Math.max(0, (widths[index] ?? 0) - lengthOf(fitted)));
    return columns[index]?.align === "right" ? space + fitted : fitted + space;
  }).join(gap).trimEnd();
  return [columns.map(({ title }) => title), ...cells].map((row) => `${line(row)}\n`).join("");
}

function shrink(widths: number[], columns: readonly Column[], width: number): void {
  const total = (): number =>
    widths.reduce((sum, value) => sum + value, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    let widest = -1;
    for (const [index, value] of widths.entries()) {
      const least = columns[index]?.least ?? leastDefault;
      if (value > least && (widest < 0 || value > (widths[widest] ?? 0))) widest = index;
    }
    if (widest < 0) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function shorten(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text
    : `${characters.slice(0, Math.max(0, width - 1)).join("")}…`;
}

/** Names and values below one another; empty values are left out. */
export function layPairs(pairs: readonly (readonly [string, string])[]): string {
  const shown = pairs.filter(([, value]) => value !== "");
  const width = Math.max(0, ...shown.map(([name]) => lengthOf(name)));
  return shown.map(([name, value]) =>
    `${name}${" ".repeat(width - lengthOf(name))}${gap}${plainText(value)}\n`).join("");
}
