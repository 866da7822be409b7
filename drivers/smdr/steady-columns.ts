/**
 * Where the time stands in the lines of a PBX that prints fields at columns which nobody has
 * written down. Known when two lines have said so; two that are moved alike show another column.
 *
 * Of a PBX that pads its fields to columns, a line in which the time stands elsewhere is damaged: a
 * piece of another stands before it, or its own beginning is missing. It is sound where one field
 * was wider than its columns: that leaves one blank behind it, and moves the rest alike. A PBX that
 * has never printed more than one blank between fields may pad nothing: its time stands anywhere.
 */

interface Known {
  /** The latest last. */
  readonly columns: readonly number[];
  /** Of the last line in which it stood in none of those. */
  readonly other: number | undefined;
  /** A line had blanks at its beginning, or more than one between two fields. */
  readonly pads: boolean;
  /** Where fields before the time began, the time's own included. */
  readonly starts: ReadonlySet<number>;
}

const columnsMax = 4;
const unknown: Known = { columns: [], other: undefined, pads: false, starts: new Set() };
const padding = /^ | {2}/;

export class SteadyColumns {
  readonly #known = new Map<string, Known>();
  readonly #isFixed: boolean;

  /** `isFixed`: no field before the time has more than one width. */
  constructor(isFixed: boolean) {
    this.#isFixed = isFixed;
  }

  /** Whether other lines have shown this column, or nothing is known yet. */
  agrees(name: string, column: number): boolean {
    const { columns } = this.#known.get(name) ?? unknown;
    return columns.length === 0 || columns.includes(column);
  }

  /** Whether a line may stand so; `before` is what stands in it before `column`. */
  allows(name: string, column: number, before: string): boolean {
    const known = this.#known.get(name) ?? unknown;
    return this.agrees(name, column)
      || (!this.#isFixed && (!known.pads || isWidened(known, column, before)));
  }

  /** The same, of a whole line, from which it learns. */
  meets(name: string, column: number, before: string): boolean {
    const known = this.#known.get(name) ?? unknown;
    const isKnown = known.columns.includes(column);
    const again = known.other === column;
    const allowed = again || this.allows(name, column, before);
    const pads = known.pads || (allowed && padding.test(before));
    // Lines that were not padded have shown no column that the first padded one must keep.
    const isNew = !isKnown && (again || (pads && !known.pads && known.columns.length > 0));
    const fields = startsOf(before);
    // As most lines are: nothing new is learnt.
    if (isKnown && pads === known.pads && fields.every((start) => known.starts.has(start))) {
      return true;
    }
    const isUsual = isKnown || isNew || known.columns.length === 0;
    this.#known.set(name, {
      columns: isNew ? [...known.columns, column].slice(-columnsMax) : known.columns,
      other: isKnown ? known.other : column, pads,
      starts: isUsual ? new Set([...known.starts, ...fields]) : known.starts,
    });
    return allowed;
  }
}

function startsOf(before: string): readonly number[] {
  return [...before.matchAll(/\S+/g)].map(({ index }) => index);
}

/** Whether one field left a single blank behind it, and all behind that moved alike. */
function isWidened({ columns, starts }: Known, column: number, before: string): boolean {
  const fields = startsOf(before);
  return columns.some((usual) => {
    const moved = column - usual;
    if (moved <= 0) return false;
    const last = fields.findLastIndex((start) => !starts.has(start - moved));
    const wide = fields[last];
    const next = fields[last + 1];
    return wide !== undefined && next !== undefined && next - moved > wide
      && before[next - 2] !== " ";
  });
}
