/** Records for the PBX's end of the framings, each with a number of its own. */

/** A text of NEC's outgoing record, number `n`. */
export function necText(n: number): Buffer {
  return Buffer.from(`0!KA00101200130010 112209151011220916204711      001000${"".padEnd(6)}`
    .padEnd(61) + `9555${String(n).padStart(7, "0")}`);
}

/** A line of Communication Manager's printer layout, number `n`. */
export function cmLine(n: number): Buffer {
  const columns = [[1, "1345 0123 7"], [13, "  9"], [17, "801"],
    [21, `     0145${String(n).padStart(6, "0")}`], [37, " 2101"], [70, "3"],
    [78, "012 0"]] as const;
  const line = columns.reduce((text, [from, part]) => text.padEnd(from - 1) + part, "");
  return Buffer.from(`${line}\r\n\0\0\0`);
}
