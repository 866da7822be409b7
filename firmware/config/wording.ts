/** How the checks speak: what was found, what was expected, and what was probably meant. */

const shownCharsMax = 40;

/** `the text "5"`, `the number 5`, `nothing`, `a list`, `a section`. */
export function found(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") {
    return value === "" ? "an empty text" : `the text ${quoted(value)}`;
  }
  if (typeof value === "number" || typeof value === "bigint") return `the number ${value}`;
  if (typeof value === "boolean") return value ? "true" : "false";
  return "a section";
}

export function quoted(text: string): string {
  return JSON.stringify(text.length > shownCharsMax ? `${text.slice(0, shownCharsMax)}...` : text);
}

/** `a, b or c`. */
export function either(choices: readonly string[]): string {
  const last = choices.at(-1) ?? "nothing";
  return choices.length < 2 ? last : `${choices.slice(0, -1).join(", ")} or ${last}`;
}

/** The known word nearest to `word`, if it is near enough to have been meant. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const bound = Math.max(1, Math.min(3, Math.floor(word.length / 3)));
  const plain = (text: string): string => text.toLowerCase().replace(/[-_\s]/g, "");
  let best: { readonly word: string; readonly distance: number } | undefined;
  for (const candidate of known) {
    const distance = plain(candidate) === plain(word) ? 0 : edits(word, candidate, bound);
    if (distance <= bound && (best === undefined || distance < best.distance)) {
      best = { word: candidate, distance };
    }
  }
  return best?.word;
}

/** Edits and swaps of neighbours between two words; anything above `bound` is too far. */
function edits(a: string, b: string, bound: number): number {
  if (Math.abs(a.length - b.length) > bound || a.length > 64 || b.length > 64) return bound + 1;
  let earlier: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const changed = (previous[column - 1] ?? 0) + Number(a[row - 1] !== b[column - 1]);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2]
        && a[row - 2] === b[column - 1] ? (earlier[column - 2] ?? 0) + 1 : Infinity;
      current.push(Math.min(changed, swapped, (previous[column] ?? 0) + 1,
        (current[column - 1] ?? 0) + 1));
    }
    earlier = previous;
    previous = current;
  }
  return previous[b.length] ?? bound + 1;
}
