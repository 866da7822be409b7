/** A unified diff, line by line, so that added and removed lines can be shown as such. */

export interface DiffLine {
  readonly kind: "added" | "removed" | "same" | "place";
  readonly text: string;
}

export function diffLines(diff: string): readonly DiffLine[] {
  return diff.split("\n").filter((line, index, all) => line !== "" || index < all.length - 1)
    .filter((line) => !line.startsWith("--- ") && !line.startsWith("+++ "))
    .map((line): DiffLine => {
      if (line.startsWith("@@")) return { kind: "place", text: line };
      if (line.startsWith("+")) return { kind: "added", text: line };
      if (line.startsWith("-")) return { kind: "removed", text: line };
      return { kind: "same", text: line };
    });
}

/** Where a line of a document begins and ends; the last line for a number beyond it. */
export function lineSpan(document: string, line: number): { start: number; end: number } {
  const lines = document.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, text) => sum + text.length + 1, 0);
  return { start, end: start + (lines[index] ?? "").length };
}
