/** Unified diff of two texts, by the greedy shortest-edit search of E. W. Myers (1986). */

/** Edits searched for; texts further apart are shown as one replacement. */
export const editsMax = 1_000;
const contextLines = 3;

interface Line {
  readonly mark: " " | "-" | "+";
  readonly text: string;
}

/** Empty when the texts are equal. */
export function unifiedDiff(
  before: string, after: string, names: { readonly before: string; readonly after: string },
): string {
  const lines = compare(split(before), split(after));
  const hunks = hunksOf(lines);
  if (hunks.length === 0) return "";
  return [`--- ${names.before}`, `+++ ${names.after}`, ...hunks, ""].join("\n");
}

function split(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Equal beginnings and ends are set aside, so that the search sees the changed middle only. */
function compare(a: readonly string[], b: readonly string[]): Line[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head
    && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  const keep = (text: string): Line => ({ mark: " ", text });
  const left = a.slice(head, a.length - tail);
  const right = b.slice(head, b.length - tail);
  return [...a.slice(0, head).map(keep), ...shortestEdits(left, right),
    ...a.slice(a.length - tail).map(keep)];
}

/** Furthest place reached on each diagonal, from `-editsMax - 1` to `editsMax + 1`. */
type Furthest = Int32Array;

function shortestEdits(a: readonly string[], b: readonly string[]): Line[] {
  const max = Math.min(a.length + b.length, editsMax);
  const furthest: Furthest = new Int32Array(2 * max + 3);
  const trace: Furthest[] = [];
  for (let edits = 0; edits <= max; edits += 1) {
    trace.push(furthest.slice());
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = firstStep(furthest, max, diagonal, edits).x;
      let y = x - diagonal;
      while (x < a.length && y < b.length && a[x] === b[y]) { x += 1; y += 1; }
      furthest[diagonal + max + 1] = x;
      if (x >= a.length && y >= b.length) return walkBack(a, b, trace, max);
    }
  }
  return [...a.map((text): Line => ({ mark: "-", text })),
    ...b.map((text): Line => ({ mark: "+", text }))];
}

/** The one edit that leads onto a diagonal: a line inserted, or a line deleted. */
function firstStep(
  furthest: Furthest, max: number, diagonal: number, edits: number,
): { readonly x: number; readonly inserted: boolean } {
  const above = furthest[diagonal + max + 2] ?? 0;
  const left = furthest[diagonal + max] ?? 0;
  const inserted = diagonal === -edits || (diagonal !== edits && left < above);
  return { x: inserted ? above : left + 1, inserted };
}

function walkBack(
  a: readonly string[], b: readonly string[], trace: readonly Furthest[], max: number,
): Line[] {
  const lines: Line[] = [];
  let x = a.length;
  let y = b.length;
  for (let edits = trace.length - 1; edits > 0; edits -= 1) {
    const { x: start, inserted } = firstStep(trace[edits] ?? new Int32Array(), max, x - y, edits);
    while (x > start) {
      x -= 1;
      y -= 1;
      lines.push({ mark: " ", text: a[x] ?? "" });
    }
    if (inserted) {
      y -= 1;
      lines.push({ mark: "+", text: b[y] ?? "" });
    } else {
      x -= 1;
      lines.push({ mark: "-", text: a[x] ?? "" });
    }
  }
  while (x > 0) {
    x -= 1;
    lines.push({ mark: " ", text: a[x] ?? "" });
  }
  return lines.reverse();
}

function hunksOf(lines: readonly Line[]): string[] {
  const near = new Set<number>();
  for (const [index, { mark }] of lines.entries()) {
    if (mark === " ") continue;
    for (let at = index - contextLines; at <= index + contextLines; at += 1) near.add(at);
  }
  const output: string[] = [];
  let hunk: Line[] = [];
  let beforeLine = 1;
  let afterLine = 1;
  let start = { before: 1, after: 1 };
  const flush = (): void => {
    if (hunk.length === 0) return;
    const count = (mark: "-" | "+"): number => hunk.filter((line) => line.mark !== mark).length;
    output.push(`@@ -${span(start.before, count("+"))} +${span(start.after, count("-"))} @@`,
      ...hunk.map(({ mark, text }) => `${mark}${text}`));
    hunk = [];
  };
  for (const [index, line] of lines.entries()) {
    if (near.has(index)) {
      if (hunk.length === 0) start = { before: beforeLine, after: afterLine };
      hunk.push(line);
    } else {
      flush();
    }
    if (line.mark !== "+") beforeLine += 1;
    if (line.mark !== "-") afterLine += 1;
  }
  flush();
  return output;
}

/** An empty range names the line before it, as diff does. */
function span(first: number, count: number): string {
  if (count === 0) return `${first - 1},0`;
  return count === 1 ? String(first) : `${first},${count}`;
}
