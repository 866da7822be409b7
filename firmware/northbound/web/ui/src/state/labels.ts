/** Lines of a ticket: each a label, and behind it what it tells. Pure. */

/** Between a label and what it tells. */
const between = /^[\s:=.]+/;
/** A label ends at a colon, at points or blanks, or where digits or a sign begin. */
const proposal =
  /^\s*([^\s:=.](?:.*?[^\s:=.])??)(?:[.\s]*[:=]\s*|\.{2,}\s*|\s{2,}|\s(?=[\d<>*#+-]))/;

export interface Told {
  readonly label: string;
  readonly text: string;
  /** Its first column, from 1. */
  readonly from: number;
}

function told(line: string, label: string, behind: number): Told {
  const gap = between.exec(line.slice(behind))?.[0].length ?? 0;
  return { label, text: line.slice(behind + gap).trimEnd(), from: behind + gap + 1 };
}

/** What a line could be, for a first proposal. */
export function proposedIn(line: string): Told | undefined {
  const found = proposal.exec(line);
  return found === null ? undefined
    : told(line, found[1] ?? "", line.indexOf(found[1] ?? "") + (found[1] ?? "").length);
}

/** The same where somebody has shown what is told: its label is all before it. */
export function labelBefore(line: string, from: number): string {
  return line.slice(0, from - 1).trim().replace(/[\s:=.]+$/, "");
}

/** What a line tells by one of the labels, and by which: the longest that it begins with. */
export function toldIn(labels: readonly string[], line: string,
): (Told & { readonly index: number }) | undefined {
  const start = line.length - line.trimStart().length;
  const index = labels.reduce((best, label, place) => {
    const behind = line.slice(start + label.length);
    const fits = label !== "" && line.startsWith(label, start)
      && (behind === "" || between.test(behind));
    return fits && label.length > (labels[best]?.length ?? 0) ? place : best;
  }, -1);
  const label = labels[index];
  return label === undefined ? undefined : { ...told(line, label, start + label.length), index };
}

/** By the number of each line, the ticket that it belongs to; a ticket begins with this label. */
function ticketsOf(first: string, lines: readonly string[]): readonly (readonly number[])[] {
  const tickets: number[][] = [];
  for (const [index, line] of lines.entries()) {
    if (toldIn([first], line) !== undefined) tickets.push([]);
    tickets.at(-1)?.push(index);
  }
  return tickets;
}

function bare(line: string): string {
  return line.replace(/[\s:=.]+/g, "");
}

/**
 * What became of each line of tickets: of one that was read, the lines that a record has; of one
 * that was rejected, those that have a label. `read` and `rejected` as the gateway shows them.
 */
export function ticketStates(labels: readonly string[], lines: readonly string[],
  read: readonly string[], rejected: readonly string[],
): readonly ("read" | "rejected" | "other")[] {
  const records = read.map((text) => text.split(/\r?\n/).map(bare));
  const garbage = rejected.map(bare);
  const states = lines.map((): "read" | "rejected" | "other" => "other");
  for (const ticket of ticketsOf(labels[0] ?? "", lines)) {
    const its = ticket.map((index) => bare(lines[index] ?? ""));
    const record = records.find((each) => each.every((text) => its.includes(text)));
    for (const index of ticket) {
      const line = lines[index] ?? "";
      if (record?.includes(bare(line)) === true) states[index] = "read";
      else if (toldIn(labels, line) !== undefined
        && garbage.some((text) => text.includes(bare(line)))) states[index] = "rejected";
    }
  }
  return states;
}
