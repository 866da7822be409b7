/**
 * The names under which applications know calls: four octets in hexadecimal, short enough for all
 * encodings. A call keeps its name while it lives, in every encoding and for every application;
 * an ended call's name is understood until room is needed.
 */

import type { CallId, LinkId } from "../../model/identifiers.js";

export const callNamesMax = 65_536;
const numbers = 2 ** 32;

export interface NamedCall {
  readonly link: LinkId;
  readonly call: CallId;
}

export class CallNames {
  readonly #max: number;
  readonly #byCall = new Map<string, string>();
  readonly #byName = new Map<string, NamedCall>();
  /** Names of calls that are over, oldest first. */
  readonly #ended = new Set<string>();
  #last = 0;

  constructor(max = callNamesMax) {
    this.#max = max;
  }

  get size(): number {
    return this.#byName.size;
  }

  nameOf(link: LinkId, call: CallId): string {
    const key = keyOf(link, call);
    const known = this.#byCall.get(key);
    if (known !== undefined) return known;
    if (this.#byName.size >= this.#max) this.#makeRoom();
    let name: string;
    do {
      this.#last = (this.#last + 1) % numbers;
      name = this.#last.toString(16).padStart(8, "0");
    } while (this.#byName.has(name));
    this.#byCall.set(key, name);
    this.#byName.set(name, { link, call });
    return name;
  }

  /** Undefined: nobody was told of it. */
  knownName(link: LinkId, call: CallId): string | undefined {
    return this.#byCall.get(keyOf(link, call));
  }

  callOf(name: string): NamedCall | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** The call is over, or goes on under another name. */
  ended(link: LinkId, call: CallId): void {
    const name = this.#byCall.get(keyOf(link, call));
    if (name !== undefined) this.#ended.add(name);
  }

  /** The oldest ended call goes, or the oldest of all. */
  #makeRoom(): void {
    const oldest = this.#ended.values().next().value ?? this.#byName.keys().next().value;
    const named = oldest === undefined ? undefined : this.#byName.get(oldest);
    if (oldest === undefined || named === undefined) return;
    this.#ended.delete(oldest);
    this.#byName.delete(oldest);
    this.#byCall.delete(keyOf(named.link, named.call));
  }
}

function keyOf(link: LinkId, call: CallId): string {
  return `${link} ${call}`;
}

