/** Checks of a request: collects every wrong field, each with its path, before saying no. */

import { done, fail, ok, type FieldViolation, type Result } from "../../base/result.js";

/** No identifier or number of any PBX is longer; longer ones are mistakes or attacks. */
export const textLengthMax = 256;

const violationsMax = 100;

export class Fields {
  readonly #violations: FieldViolation[] = [];

  wrong(path: string, message: string): void {
    if (this.#violations.length < violationsMax) this.#violations.push({ path, message });
  }

  /** A text that must be there. */
  required(path: string, value: string, lengthMax = textLengthMax): void {
    if (value === "") this.wrong(path, "is required");
    else this.optional(path, value, lengthMax);
  }

  optional(path: string, value: string, lengthMax = textLengthMax): void {
    if (value.length > lengthMax) {
      this.wrong(path, `expected at most ${lengthMax} characters, found ${value.length}`);
    }
  }

  /** A number of things to answer with; 0 stands for `usual`. */
  count(path: string, value: number, usual: number, most: number): number {
    if (value > most) this.wrong(path, `expected at most ${most}, found ${value}`);
    return value === 0 ? usual : value;
  }

  result(): Result<void> {
    if (this.#violations.length === 0) return done;
    const listed = this.#violations.map(({ path, message }) => `${path} ${message}`).join("; ");
    return fail("argument-invalid", listed, { fields: this.#violations });
  }

  /** `value` when nothing is wrong. */
  with<T>(value: T): Result<T> {
    const result = this.result();
    return result.ok ? ok(value) : result;
  }
}
