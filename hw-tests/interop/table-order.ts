/** Comparing what was seen with a scenario's table. */

/** `seen` with the lines of each unordered group sorted as the table has them. */
export function inTableOrder(
  seen: readonly string[], expected: readonly (string | readonly string[])[],
): string[] {
  const ordered: string[] = [];
  let at = 0;
  for (const row of expected) {
    const group = typeof row === "string" ? [row] : row;
    const part = seen.slice(at, at + group.length);
    const isSame = part.length === group.length && [...part].sort().join("\n")
      === [...group].sort().join("\n");
    ordered.push(...(isSame ? group : part));
    at += group.length;
  }
  return [...ordered, ...seen.slice(at)];
}

/** Agents' states come from the queue, on their own time. */
export function isCall(row: string | readonly string[]): boolean {
  return typeof row !== "string" || !row.startsWith("agent");
}
