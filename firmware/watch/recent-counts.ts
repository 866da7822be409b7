/** By how much a link's counters have risen in the last minutes. Pure. */

export interface Counts {
  readonly bytes: number;
  /** Of the bytes; breaks among them. */
  readonly damaged: number;
  readonly records: number;
  readonly rejected: number;
}

const names = ["bytes", "damaged", "records", "rejected"] as const;
const nothing: Counts = { bytes: 0, damaged: 0, records: 0, rejected: 0 };

export class RecentCounts {
  readonly #minutesMax: number;
  /** What came in each minute, the newest last; minutes in which nothing came are undefined. */
  readonly #minutes: (Counts | undefined)[] = [];
  #last: Counts | undefined;

  constructor(minutesMax: number) {
    this.#minutesMax = minutesMax;
  }

  /** Called once a minute, with counters that only rise, and begin again with a new link. */
  add(now: Counts): void {
    const last = this.#last;
    this.#last = now;
    if (last === undefined) return;
    const before = names.some((name) => now[name] < last[name]) ? nothing : last;
    const came = combined((name) => now[name] - before[name]);
    this.#minutes.push(names.some((name) => came[name] > 0) ? came : undefined);
    if (this.#minutes.length > this.#minutesMax) this.#minutes.shift();
  }

  over(minutes: number): Counts {
    return this.#minutes.slice(-minutes).reduce<Counts>((sum, each) => each === undefined ? sum
      : combined((name) => sum[name] + each[name]), nothing);
  }
}

function combined(value: (name: keyof Counts) => number): Counts {
  return { bytes: value("bytes"), damaged: value("damaged"), records: value("records"),
    rejected: value("rejected") };
}
