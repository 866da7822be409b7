/**
 * Regular expressions that a person writes into the configuration, made harmless. A backtracking
 * matcher can try at most as many ways as the pattern has of matching one text, so that number
 * is computed from the pattern's structure, and a pattern with too many ways is refused before
 * it ever runs. Texts are bounded too, therefore no pattern can hold the event loop.
 */

import { fail, messageOf, ok, type Result } from "../base/result.js";

/** Longest number text that any rule is tried on. E.164 allows 15 digits (E.164 §6.2.1). */
export const numberCharsMax = 64;
/** Longest pattern; the longest seen in a real dial plan has about a hundred characters. */
export const patternCharsMax = 200;
/** Ways of matching one text; each costs at most `numberCharsMax` steps of the matcher. */
export const waysMax = 20_000;
const depthMax = 20;

export interface RulePattern {
  readonly expression: RegExp;
  readonly groups: number;
  readonly groupNames: readonly string[];
}

/** Compiles a pattern that must match the whole number. */
export function compilePattern(source: string): Result<RulePattern> {
  if (source.length > patternCharsMax) {
    return fail("argument-invalid",
      `the pattern has ${source.length} characters; ${patternCharsMax} is the most`);
  }
  let expression: RegExp;
  try {
    expression = new RegExp(`^(?:${source})$`, "u");
  } catch (error) {
    const reason = messageOf(error).replace(/^Invalid regular expression: /, "");
    return fail("argument-invalid", `not a regular expression: ${reason}`);
  }
  const counter = new WayCounter(source);
  const ways = counter.count();
  if (!ways.ok) return ways;
  if (ways.value > waysMax) {
    return fail("argument-invalid",
      `the pattern can match one number in too many ways (more than ${waysMax}), which would `
      + "stall the gateway: avoid a repetition inside a repetition, such as (\\d+)+, and several "
      + "repetitions in a row");
  }
  return ok({ expression, groups: counter.groups, groupNames: counter.groupNames });
}

/** Says what is wrong with a replacement, or nothing. */
export function replacementProblem(pattern: RulePattern, replacement: string): string | undefined {
  if (replacement.length > patternCharsMax) {
    return `the replacement has more than ${patternCharsMax} characters`;
  }
  for (const found of replacement.matchAll(/\$(?:(\d{1,2})|<([^>]*)>)/g)) {
    const [whole, digits, name] = found;
    if (digits !== undefined && (Number(digits) === 0 || Number(digits) > pattern.groups)) {
      return `the replacement uses group ${whole}, but the pattern has ${pattern.groups} group(s)`;
    }
    if (name !== undefined && !pattern.groupNames.includes(name)) {
      return `the replacement uses group ${whole}, which the pattern does not name`;
    }
  }
  return undefined;
}

/** Reads a pattern that `RegExp` has accepted, and multiplies the ways of its parts. */
class WayCounter {
  readonly #source: string;
  #at = 0;
  #refused: string | undefined;
  groups = 0;
  readonly groupNames: string[] = [];

  constructor(source: string) {
    this.#source = source;
  }

  count(): Result<number> {
    const ways = this.#alternatives(0);
    return this.#refused === undefined ? ok(ways) : fail("argument-invalid", this.#refused);
  }

  #alternatives(depth: number): number {
    if (depth > depthMax) return this.#refuse(`groups are nested more than ${depthMax} deep`);
    let ways = this.#sequence(depth);
    while (this.#source[this.#at] === "|") {
      this.#at += 1;
      ways += this.#sequence(depth);
    }
    return ways;
  }

  #sequence(depth: number): number {
    let ways = 1;
    for (;;) {
      const next = this.#source[this.#at];
      if (next === undefined || next === "|" || next === ")" || this.#refused !== undefined) {
        return ways;
      }
      const atom = this.#atom(next, depth);
      ways = Math.min(ways * repeated(atom, this.#quantifier()), Number.MAX_SAFE_INTEGER);
    }
  }

  #atom(next: string, depth: number): number {
    if (next === "(") return this.#group(depth);
    if (next === "[") return this.#characterClass();
    if (next === "\\") return this.#escape();
    this.#at += 1;
    return 1;
  }

  #group(depth: number): number {
    this.#at += 1;
    if (this.#source.startsWith("?", this.#at)) {
      const name = /^\?<([A-Za-z_]\w*)>/.exec(this.#source.slice(this.#at));
      if (name !== null) {
        this.groups += 1;
        this.groupNames.push(name[1] ?? "");
        this.#at += name[0].length;
      } else if (this.#source.startsWith("?:", this.#at)) {
        this.#at += 2;
      } else {
        return this.#refuse("only plain, (?:...) and (?<name>...) groups are allowed");
      }
    } else {
      this.groups += 1;
    }
    const ways = this.#alternatives(depth + 1);
    this.#at += 1;
    return ways;
  }

  #characterClass(): number {
    this.#at += 1;
    while (this.#at < this.#source.length && this.#source[this.#at] !== "]") {
      this.#at += this.#source[this.#at] === "\\" ? 2 : 1;
    }
    this.#at += 1;
    return 1;
  }

  #escape(): number {
    const escaped = this.#source[this.#at + 1] ?? "";
    if (/[1-9k]/.test(escaped)) return this.#refuse("references back to a group are not allowed");
    if (/[pPuxc]/.test(escaped)) return this.#refuse(`the escape \\${escaped} is not allowed`);
    this.#at += 2;
    return 1;
  }

  #quantifier(): readonly [least: number, most: number] {
    const rest = this.#source.slice(this.#at);
    const found = /^(?:[*+?]|\{(\d+)(,?)(\d*)\})\??/.exec(rest);
    if (found === null) return [1, 1];
    this.#at += found[0].length;
    if (found[0].startsWith("*")) return [0, Infinity];
    if (found[0].startsWith("+")) return [1, Infinity];
    if (found[0].startsWith("?")) return [0, 1];
    const least = Number(found[1]);
    if (found[2] === "") return [least, least];
    return [least, found[3] === "" ? Infinity : Number(found[3])];
  }

  #refuse(reason: string): number {
    this.#refused ??= reason;
    this.#at = this.#source.length;
    return 1;
  }
}

/** The ways of `least` to `most` repetitions of something that itself has `ways` ways. */
function repeated(ways: number, [least, most]: readonly [number, number]): number {
  const last = Math.min(most, Math.max(least, numberCharsMax));
  if (ways === 1) return last - least + 1;
  let total = 0;
  for (let count = least; count <= last && total <= waysMax; count += 1) {
    total += ways ** count;
  }
  return total;
}
