/**
 * The test call: watches links until each has told of a call, or the time is over. What is noted
 * is the first that came, with the bytes of it as they stood on the line.
 */

import { inEachLanguage, type Text } from "../base/result.js";
import { sleep } from "../base/world.js";
import type { LinkId } from "../model/identifiers.js";
import type { Monitor } from "../switching/switch.js";
import { newestRecords, type Arrived } from "./newest-records.js";
import type { AcceptanceParts, TestedLink } from "./parts.js";
import { bytesText, clockText, eventText, recordText } from "./words.js";

/** What of the line is kept to be shown. */
export const tailBytesMax = 512;
const lookEveryMs = 250;
const eventsMax = 1_000;

export interface SeenCall {
  /** Milliseconds since 1970 UTC. */
  readonly atMs: number;
  /** `record <id>` or `event <number>`. */
  readonly source: string;
  readonly understood: Text;
  /** The end of what the line had brought by then, as text. */
  readonly received: string;
}

type Parts = Pick<AcceptanceParts, "world" | "store" | "records" | "switch">;

export class TestCall {
  readonly #parts: Parts;
  readonly #timeZone: string;
  readonly #tell: (text: Text, callWanted: boolean) => void;
  readonly #tails = new Map<LinkId, Buffer>();
  readonly #seen = new Map<LinkId, SeenCall>();

  constructor(
    parts: Parts, timeZone: string, tell: (text: Text, callWanted: boolean) => void,
  ) {
    this.#parts = parts;
    this.#timeZone = timeZone;
    this.#tell = tell;
  }

  /** By link; those that told of no call are absent. */
  async watch(
    links: readonly TestedLink[], limitMs: number, signal: AbortSignal,
  ): Promise<ReadonlyMap<LinkId, SeenCall>> {
    const { world } = this.#parts;
    const ids = links.map(({ status }) => status.id);
    const before = new Map<LinkId, bigint>();
    for (const id of ids) before.set(id, (await this.#newest(id))?.number ?? 0n);
    const unwatch = links.map((link) => link.watchFrames(({ direction, bytes }) => {
      if (direction === "in") this.#received(link.status.id, bytes);
    }));
    const monitor = this.#parts.switch.monitorStart({ name: "acceptance", links: ids }, eventsMax);
    if (monitor.ok) void this.#follow(monitor.value);
    this.#ask(ids, limitMs);
    try {
      const endMs = world.clock.monotonicMs() + limitMs;
      while (this.#seen.size < ids.length && world.clock.monotonicMs() < endMs
        && !signal.aborted) {
        await sleep(world.clock, lookEveryMs, "acceptance.look");
        for (const id of ids) await this.#look(id, before.get(id) ?? 0n);
      }
    } finally {
      for (const stop of unwatch) stop();
      if (monitor.ok) monitor.value.stop();
    }
    return this.#seen;
  }

  #ask(ids: readonly LinkId[], limitMs: number): void {
    const seconds = Math.round(limitMs / 1_000);
    const named = ids.join(", ");
    this.#tell({ en: `Make a test call now, through: ${named}. Waiting ${seconds} s at most.`,
      fr: `Faites maintenant un appel d'essai, par : ${named}. Attente de ${seconds} s au plus.` },
    true);
  }

  #received(link: LinkId, bytes: Uint8Array): void {
    const all = Buffer.concat([this.#tails.get(link) ?? Buffer.alloc(0), bytes]);
    this.#tails.set(link, all.subarray(-tailBytesMax));
  }

  async #newest(link: LinkId): Promise<Arrived | undefined> {
    return (await newestRecords(this.#parts, link, 1))[0];
  }

  async #look(link: LinkId, after: bigint): Promise<void> {
    const newest = await this.#newest(link);
    if (newest === undefined || newest.number <= after) return;
    this.#note(link, { atMs: newest.atMs, source: `record ${newest.record.id}`,
      understood: recordText(newest.record, this.#timeZone) });
  }

  async #follow(monitor: Monitor): Promise<void> {
    for await (const items of monitor) {
      for (const item of items) {
        if (item.kind !== "event") continue;
        const { number, atMs, event, numbers } = item.entry;
        this.#note(event.link, { atMs, source: `event ${number}`,
          understood: eventText(event, numbers.map(({ raw }) => raw)) });
      }
    }
  }

  /** The first counts. */
  #note(link: LinkId, call: Omit<SeenCall, "received">): void {
    if (this.#seen.has(link)) return;
    const received = bytesText(this.#tails.get(link) ?? Buffer.alloc(0));
    this.#seen.set(link, { ...call, received });
    const at = clockText(call.atMs, this.#timeZone);
    this.#tell(inEachLanguage((words, language) => language === "en"
      ? `${link}: a call was seen at ${at}: ${words(call.understood)}`
      : `${link} : un appel vu à ${at} : ${words(call.understood)}`), false);
  }
}
