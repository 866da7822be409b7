/**
 * Where the time stands in the lines of a PBX that prints fields at columns which nobody has
 * written down. A line in which it stands elsewhere is damaged: a piece of another stands before
 * it, or its own beginning is missing. Known when two lines have said so; two in a row that are
 * moved alike say that the PBX prints otherwise now.
 */

interface Known {
  readonly column: number;
  /** Two lines have said so. */
  readonly isSure: boolean;
  /** Of the last line, where it stood elsewhere. */
  readonly other?: number;
}

export class SteadyColumns {
  readonly #known = new Map<string, Known>();

  /** Whether it may stand there. */
  agrees(name: string, column: number): boolean {
    const known = this.#known.get(name);
    return known?.isSure !== true || known.column === column;
  }

  /** The same, of a whole line, from which it learns. */
  meets(name: string, column: number): boolean {
    const known = this.#known.get(name);
    const again = known?.column === column || known?.other === column;
    if (known === undefined || again || !known.isSure) {
      this.#known.set(name, { column, isSure: again });
      return true;
    }
    this.#known.set(name, { ...known, other: column });
    return false;
  }
}
