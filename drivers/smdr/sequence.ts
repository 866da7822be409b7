/** The PBX numbers its records: a jump tells how many never came. */

import type { CallLine } from "./formats/format.js";

/** A larger jump is a restart of the count, as is any step back. */
export const jumpMax = 1_000;

export class Sequence {
  #last: number | undefined;

  /** Records missing between the last number and this one; `modulus`: the count begins again. */
  missingBefore({ number, modulus }: NonNullable<CallLine["sequence"]>): number {
    const last = this.#last;
    this.#last = number;
    if (last === undefined) return 0;
    const step = (number - last + modulus) % modulus;
    return step > 1 && step <= Math.min(jumpMax, modulus / 2) ? step - 1 : 0;
  }
}
