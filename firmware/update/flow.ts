/** Which links speak all the time, so that their silence after an update is a fault. Pure. */

const minuteMs = 60_000;
const minutes = 10;
/** Of the last ten. Somebody who speaks so often is not silent for as long as a trial lasts. */
const spokenMin = 8;

/** By link, how many calls' events and records it has told since the program was started. */
export type Said = Readonly<Record<string, number>>;

export class Flow {
  #minute = -Infinity;
  /** Of each of the last minutes; the newest is the one that runs. */
  readonly #before: Said[] = [];

  note(said: Said, nowMs: number): void {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute === this.#minute) return;
    this.#minute = minute;
    this.#before.push(said);
    if (this.#before.length > minutes + 1) this.#before.shift();
  }

  /** Links that have told something in nearly every minute. */
  steady(): string[] {
    const newest = this.#before.at(-1) ?? {};
    return Object.keys(newest).filter((link) => this.#before.slice(1).filter((said, index) =>
      (said[link] ?? 0) > (this.#before[index]?.[link] ?? 0)).length >= spokenMin);
  }
}
