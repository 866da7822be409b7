/**
 * Tells when a link receives damage, lines that are no records, or less than the PBX has numbered;
 * when what was received cannot be stored, and when what was stored cannot be handed over.
 */

import type { Component, Health } from "../base/component.js";
import { done, type Result, type Text } from "../base/result.js";
import type { World } from "../base/world.js";
import type { LinkStatus } from "../link/link.js";
import { rawQueueBytesMax } from "../link/raw-pump.js";
import type { AlarmCode, Alarms } from "../supervisor/alarms.js";
import { RecentCounts } from "./recent-counts.js";
import { Rounds } from "./rounds.js";

export const everyMs = 60_000;
/** Damage is judged over so many minutes, rejected lines over so many. */
export const damageMinutes = 10;
export const rejectedMinutes = 60;
/** Fewer prove nothing, whatever their share. */
export const damagedMin = 10;
export const rejectedMin = 10;
/** A gap is told for so long. */
export const gapMs = 86_400_000;
/** Of a bound: an alarm from the first part on, until it is below the second. */
export const fullShare = { raise: 0.8, clear: 0.6 };
/** A rate clears below this part of what raises it. */
const clearPart = 0.5;
const hourMs = 3_600_000;

export interface Thresholds {
  /** Of the bytes of a serial line, percent that may come damaged. */
  readonly damagedPercent: number;
  /** Of lines, percent that may be no record. */
  readonly rejectedPercent: number;
  /** What a destination has to take may wait so long. */
  readonly backlogHours: number;
}

/** What one destination still has to take of one link. */
export interface Backlog {
  readonly destination: string;
  readonly link: string;
  /** Of raw bytes; 0 where records are sent. */
  readonly bytes: number;
  /** Of raw bytes so many may be kept. */
  readonly quotaBytes: number;
  readonly sinceMs: number | undefined;
  /** Dropped untaken since the gateway started. */
  readonly lostBytes: number;
}

export interface ReceptionWatchParts {
  readonly world: World;
  readonly alarms: Alarms;
  readonly links: () => readonly LinkStatus[];
  readonly backlogs: () => Promise<readonly Backlog[]>;
  readonly thresholds: () => Thresholds;
}

interface Finding {
  readonly code: AlarmCode;
  readonly subject: string;
  /** `stays`: neither bad enough to raise it, nor good enough to clear it. */
  readonly is: "bad" | "stays" | "good";
  readonly detail: Text;
  /** It became worse, so that an alarm that stands is raised once more. */
  readonly worse?: boolean;
}

/** What a counter of losses has risen by: since it is told of, and in the last minute. */
interface Gap {
  /** The counter itself. */
  readonly counter: number;
  readonly total: number;
  readonly latest: number;
  readonly atMs: number;
}

export function createReceptionWatch(parts: ReceptionWatchParts): Component {
  return new ReceptionWatch(parts);
}

class ReceptionWatch implements Component {
  readonly name = "reception-watch";
  readonly health: Health = { status: "ok" };
  readonly #parts: ReceptionWatchParts;
  readonly #rounds: Rounds;
  readonly #recent = new Map<string, RecentCounts>();
  readonly #gaps = new Map<string, Gap>();
  readonly #standing = new Map<string, readonly [AlarmCode, string]>();

  constructor(parts: ReceptionWatchParts) {
    this.#parts = parts;
    this.#rounds = new Rounds(parts.world, "reception-watch", everyMs, () => this.#look());
  }

  start(): Promise<Result<void>> {
    this.#count();
    this.#rounds.start();
    return Promise.resolve(done);
  }

  stop(): Promise<void> {
    this.#rounds.stop();
    return Promise.resolve();
  }

  async #look(): Promise<void> {
    const { links, backlogs, thresholds, world } = this.#parts;
    const limits = thresholds();
    this.#count();
    const nowMs = world.clock.wall().getTime();
    const findings = [
      ...links().flatMap((status) => {
        const recent = this.#recent.get(status.id);
        return recent === undefined ? [] : [damageOf(status, recent, limits),
          rejectionsOf(status, recent, limits), gapOf(status.id, this.#gaps.get(status.id)),
          bufferOf(status)];
      }),
      ...(await backlogs()).flatMap((backlog) => {
        const subject = `${backlog.link} > ${backlog.destination}`;
        return [backlogOf(subject, backlog, nowMs, limits),
          lossOf(subject, this.#lose(subject, backlog.lostBytes))];
      }),
    ];
    const subjects = new Set(findings.map(({ subject }) => subject));
    for (const subject of this.#gaps.keys()) if (!subjects.has(subject)) this.#gaps.delete(subject);
    this.#tell(findings);
  }

  #count(): void {
    const here = this.#parts.links();
    for (const { id, counters } of here) {
      const recent = this.#recent.get(id) ?? new RecentCounts(rejectedMinutes);
      this.#recent.set(id, recent);
      recent.add({ bytes: counters.bytesIn, damaged: counters.damagedOctets + counters.breaks,
        records: counters.records, rejected: counters.rejected });
      this.#lose(id, counters.recordsMissed);
    }
    for (const id of this.#recent.keys()) {
      if (!here.some((status) => status.id === id)) this.#recent.delete(id);
    }
  }

  #lose(subject: string, counter: number): Gap {
    const nowMs = this.#parts.world.clock.monotonicMs();
    const known = this.#gaps.get(subject) ?? { counter: 0, total: 0, latest: 0, atMs: nowMs };
    // A counter that begins again belongs to a new link.
    const latest = counter >= known.counter ? counter - known.counter : counter;
    const over = latest === 0 && nowMs - known.atMs >= gapMs;
    const gap = { counter, latest, total: over ? 0 : known.total + latest,
      atMs: latest > 0 ? nowMs : known.atMs };
    this.#gaps.set(subject, gap);
    return gap;
  }

  #tell(findings: readonly Finding[]): void {
    const { alarms } = this.#parts;
    const seen = new Set<string>();
    for (const { code, subject, is, detail, worse } of findings) {
      const id = `${code}/${subject}`;
      if (is === "bad" && (!this.#standing.has(id) || worse === true)) {
        alarms.raise(code, subject, detail);
      }
      if (is === "bad" || (is === "stays" && this.#standing.has(id))) {
        seen.add(id);
        this.#standing.set(id, [code, subject]);
      }
    }
    for (const [id, [code, subject]] of this.#standing) {
      if (seen.has(id)) continue;
      this.#standing.delete(id);
      alarms.clear(code, subject);
    }
  }
}

function judged(part: number, limit: number, enough: boolean): Finding["is"] {
  return enough && part >= limit ? "bad" : part >= limit * clearPart ? "stays" : "good";
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : 100 * part / whole;
}

function damageOf(
  { id }: LinkStatus, recent: RecentCounts, { damagedPercent }: Thresholds,
): Finding {
  const { damaged, bytes } = recent.over(damageMinutes);
  return { code: "line-damage", subject: id,
    is: judged(percent(damaged, bytes), damagedPercent, damaged >= damagedMin),
    detail: { en: `${damaged} of ${bytes} bytes in ${damageMinutes} min`,
      fr: `${damaged} octets sur ${bytes} en ${damageMinutes} min` } };
}

function rejectionsOf(
  { id, counters }: LinkStatus, recent: RecentCounts, { rejectedPercent }: Thresholds,
): Finding {
  const { rejected, records } = recent.over(rejectedMinutes);
  const most = Object.entries(counters.rejectedReasons).sort(([, a], [, b]) => b - a)[0]?.[0] ?? "";
  return { code: "records-rejected", subject: id,
    is: judged(percent(rejected, rejected + records), rejectedPercent, rejected >= rejectedMin),
    detail: { en: `${rejected} lines, ${records} records in an hour; mostly: ${most}`,
      fr: `${rejected} lignes, ${records} tickets en une heure ; surtout : ${most}` } };
}

function gapOf(id: string, gap: Gap | undefined): Finding {
  const { total, latest } = gap ?? { total: 0, latest: 0 };
  return { code: "records-missing", subject: id, is: total > 0 ? "bad" : "good",
    worse: latest > 0, detail: { en: `${total} by its own numbers`,
      fr: `${total} selon ses propres numéros` } };
}

function lossOf(subject: string, { total, latest }: Gap): Finding {
  const kilobytes = Math.ceil(total / 1_000);
  return { code: "delivery-lost", subject, is: total > 0 ? "bad" : "good", worse: latest > 0,
    detail: { en: `${kilobytes} kB`, fr: `${kilobytes} ko` } };
}

function bufferOf({ id, keeping }: LinkStatus): Finding {
  const { waitingBytes, holding } = keeping ?? { waitingBytes: 0, holding: false };
  const share = waitingBytes / rawQueueBytesMax;
  const kilobytes = Math.ceil(waitingBytes / 1_000);
  return { code: "reception-held", subject: id,
    is: holding || share >= fullShare.raise ? "bad" : share >= fullShare.clear ? "stays" : "good",
    detail: {
      en: `${kilobytes} kB wait${holding ? ", the PBX is asked to wait" : ""}`,
      fr: `${kilobytes} ko attendent${holding ? ", le PBX est prié d'attendre" : ""}` } };
}

function backlogOf(
  subject: string, { bytes, quotaBytes, sinceMs }: Backlog, nowMs: number,
  { backlogHours }: Thresholds,
): Finding {
  const share = bytes / quotaBytes;
  const hours = sinceMs === undefined ? 0 : (nowMs - sinceMs) / hourMs;
  const full = Math.round(100 * share);
  return { code: "delivery-backlog", subject,
    is: share >= fullShare.raise || hours >= backlogHours ? "bad"
      : share >= fullShare.clear ? "stays" : "good",
    detail: { en: `${full} % of the link's quota, waiting for ${Math.round(hours)} h`,
      fr: `${full} % du quota du lien, en attente depuis ${Math.round(hours)} h` } };
}
