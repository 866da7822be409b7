/** The alarms that stand, and the recent ones that have gone. */

import { maskNumbers } from "../base/mask.js";
import { inEachLanguage, inLanguage, type Text } from "../base/result.js";
import type { World } from "../base/world.js";
import { alarmClasses, type AlarmCode, type Alarms, type AlarmSeverity, type AlarmView }
  from "./alarms.js";

/** Alarms that stand at once; beyond it the oldest warning gives way. */
export const standingMax = 1_000;
/** Alarms that have gone and can still be listed. */
export const historyMax = 500;

const rank: Readonly<Record<AlarmSeverity, number>> = { critical: 0, major: 1, warning: 2 };

export function createAlarms(world: World): Alarms {
  return new AlarmBoard(world);
}

class AlarmBoard implements Alarms {
  readonly #world: World;
  readonly #standing = new Map<string, AlarmView>();
  readonly #history: AlarmView[] = [];
  readonly #watchers = new Set<(alarm: AlarmView) => void>();

  constructor(world: World) {
    this.#world = world;
  }

  raise(code: AlarmCode, subject: string, detail: Text): void {
    const id = `${code}/${subject}`;
    const masked = inEachLanguage((words) => maskNumbers(words(detail)));
    const known = this.#standing.get(id);
    const alarm: AlarmView = known === undefined
      ? { id, code, subject, detail: masked, raisedAtMs: this.#nowMs(), clearedAtMs: undefined,
        acknowledgedBy: undefined, count: 1 }
      : { ...known, detail: masked, count: known.count + 1 };
    if (known === undefined) {
      if (this.#standing.size >= standingMax) this.#giveWay();
      this.#world.log.event("alarm.raised", { code, subject, detail: inLanguage(masked, "en") },
        alarmClasses[code].severity === "warning" ? "warn" : "error");
    }
    this.#standing.set(id, alarm);
    this.#tell(alarm);
  }

  clear(code: AlarmCode, subject: string): void {
    const id = `${code}/${subject}`;
    const known = this.#standing.get(id);
    if (known === undefined) return;
    this.#world.log.event("alarm.cleared", { code, subject });
    this.#retire(known);
  }

  acknowledge(id: string, by: string): AlarmView | undefined {
    const known = this.#standing.get(id);
    if (known === undefined) return undefined;
    const alarm: AlarmView = { ...known, acknowledgedBy: by };
    this.#standing.set(id, alarm);
    this.#world.log.event("alarm.acknowledged", { alarm: id, by });
    this.#tell(alarm);
    return alarm;
  }

  list(includeCleared: boolean): readonly AlarmView[] {
    const standing = [...this.#standing.values()].sort((a, b) =>
      rank[alarmClasses[a.code].severity] - rank[alarmClasses[b.code].severity]
      || b.raisedAtMs - a.raisedAtMs);
    return includeCleared ? [...standing, ...this.#history.toReversed()] : standing;
  }

  watch(handler: (alarm: AlarmView) => void): () => void {
    const own = (alarm: AlarmView): void => { handler(alarm); };
    this.#watchers.add(own);
    return () => { this.#watchers.delete(own); };
  }

  #nowMs(): number {
    return this.#world.clock.wall().getTime();
  }

  #giveWay(): void {
    let first: AlarmView | undefined;
    for (const alarm of this.#standing.values()) {
      first ??= alarm;
      if (alarmClasses[alarm.code].severity === "warning") {
        this.#retire(alarm);
        return;
      }
    }
    if (first !== undefined) this.#retire(first);
  }

  #retire(alarm: AlarmView): void {
    this.#standing.delete(alarm.id);
    const gone: AlarmView = { ...alarm, clearedAtMs: this.#nowMs() };
    this.#history.push(gone);
    if (this.#history.length > historyMax) this.#history.shift();
    this.#tell(gone);
  }

  #tell(alarm: AlarmView): void {
    for (const watcher of [...this.#watchers]) watcher(alarm);
  }
}
