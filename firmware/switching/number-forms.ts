/** The forms of numbers as the link's rules give them, remembered per link within a bound. */

import type { LinkId } from "../model/identifiers.js";
import type { CallEvent } from "../model/events.js";
import type { NumberForms } from "../model/records.js";
import type { NumberResolver } from "./switch.js";

/** The devices of a large site and some thousand callers: some 8 MB, reached within minutes. */
export const numberFormsMax = 16_384;

/** Texts remembered with one call; an endless conference begins anew. */
export const textsPerCallMax = 128;

/** Two generations: when the young one is full it becomes the old one. Cheap, and bounded. */
interface Known {
  young: Map<string, NumberForms>;
  old: Map<string, NumberForms>;
}

export class NumberFormsCache {
  readonly #numbers: NumberResolver;
  readonly #generationMax: number;
  readonly #links = new Map<LinkId, Known>();

  constructor(numbers: NumberResolver, formsMax = numberFormsMax) {
    this.#numbers = numbers;
    this.#generationMax = Math.max(1, Math.floor(formsMax / 2));
  }

  /** Forgotten when the link's number rules may have changed. */
  forget(link: LinkId): void {
    this.#links.delete(link);
  }

  sizeOf(link: LinkId): number {
    const known = this.#links.get(link);
    return known === undefined ? 0 : known.young.size + known.old.size;
  }

  forms(link: LinkId, raw: string): NumberForms {
    let known = this.#links.get(link);
    if (known === undefined) {
      known = { young: new Map(), old: new Map() };
      this.#links.set(link, known);
    }
    const found = known.young.get(raw);
    if (found !== undefined) return found;
    const made = known.old.get(raw) ?? this.#numbers.resolve(link, raw);
    // Taking out the oldest one by one would walk over the holes that the earlier ones left.
    if (known.young.size >= this.#generationMax) {
      known.old = known.young;
      known.young = new Map();
    }
    known.old.delete(raw);
    known.young.set(raw, made);
    return made;
  }

  /** `known` with the forms of every party text of `event`; the same object when nothing is new. */
  cover(
    event: CallEvent, known: Readonly<Record<string, NumberForms>>,
  ): Readonly<Record<string, NumberForms>> {
    let covered: Record<string, NumberForms> | undefined;
    for (const text of partyTexts(event)) {
      if (Object.hasOwn(covered ?? known, text) || text === "__proto__") continue;
      covered ??= Object.keys(known).length >= textsPerCallMax ? {} : { ...known };
      covered[text] = this.forms(event.link, text);
    }
    return covered ?? known;
  }
}

/** Every device text that stands in an event. */
export function partyTexts(event: CallEvent): readonly string[] {
  const texts: string[] = [];
  for (const key in event) {
    const value: unknown = Reflect.get(event, key);
    if (typeof value === "string") {
      if (key === "device" || key === "forwardTo") texts.push(value);
    } else if (typeof value === "object" && value !== null && "device" in value
      && typeof value.device === "string") {
      texts.push(value.device);
    }
  }
  if ("connections" in event) {
    for (const entry of event.connections) {
      texts.push(entry.newConnection.device);
      if (entry.endpoint !== undefined) texts.push(entry.endpoint.device);
    }
  }
  return texts;
}
