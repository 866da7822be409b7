/**
 * The tree that keeps components running: started in order, stopped in reverse, restarted when
 * they fail, and given up to the parent when restarting does not help.
 */

import type { Component, Health } from "../base/component.js";
import { done, fail, messageOf, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Alarms } from "./alarms.js";

export interface Supervision {
  /** Restart only the child that failed, or also those started after it. */
  readonly restart: "alone" | "with-later";
  readonly restartsMax: number;
  readonly withinMs: number;
}

export interface SupervisorOptions {
  readonly alarms?: Alarms;
  /** Called once when restarting did not help; the root ends the process with this reason. */
  readonly onGivenUp?: (reason: string) => void;
}

export interface Supervisor extends Component {
  readonly children: readonly Component[];
  restartsOf(child: Component): number;
  /** Starts one more child after the others. A child that does not start is not kept. */
  add(child: Component): Promise<Result<void>>;
  remove(child: Component, deadlineMs: number): Promise<void>;
}

/** How often children are asked for their health. */
export const watchEveryMs = 1_000;
/** How long a failed child may take to stop before it is abandoned. */
export const restartStopMs = 5_000;

export function supervise(
  world: World, name: string, how: Supervision, children: readonly Component[],
  options: SupervisorOptions = {},
): Supervisor {
  return new SupervisorNode(world, name, how, children, options);
}

interface Child {
  readonly component: Component;
  /** Monotonic times of restarts within the window. */
  restarts: number[];
  restartsEver: number;
  /** The last start failed: there is nothing to ask for its health. */
  startFault: string | undefined;
  alarmed: boolean;
}

class SupervisorNode implements Supervisor {
  readonly name: string;
  readonly #world: World;
  readonly #how: Supervision;
  readonly #options: SupervisorOptions;
  #children: Child[];
  #watch: Cancellable | undefined;
  #running = false;
  #busy: Promise<void> | undefined;
  #givenUp: string | undefined;

  constructor(
    world: World, name: string, how: Supervision, children: readonly Component[],
    options: SupervisorOptions,
  ) {
    this.#world = world;
    this.name = name;
    this.#how = how;
    this.#options = options;
    this.#children = children.map((component) => newChild(component));
  }

  get children(): readonly Component[] {
    return this.#children.map((child) => child.component);
  }

  get health(): Health {
    if (this.#givenUp !== undefined) return { status: "failed", reason: this.#givenUp };
    for (const child of this.#children) {
      const health = healthOfChild(child);
      if (health.status !== "ok") {
        return { status: "degraded", reason: `${child.component.name}: ${health.reason}` };
      }
    }
    return { status: "ok" };
  }

  restartsOf(component: Component): number {
    return this.#children.find((child) => child.component === component)?.restartsEver ?? 0;
  }

  async start(): Promise<Result<void>> {
    this.#givenUp = undefined;
    const started: Child[] = [];
    for (const child of this.#children) {
      child.restarts = [];
      const result = await this.#startChild(child);
      if (!result.ok) {
        await stopInReverse(this.#world, started, restartStopMs);
        return fail(result.fault.code, `${child.component.name}: ${result.fault.message}`,
          { cause: result.fault.cause });
      }
      started.push(child);
    }
    this.#running = true;
    this.#schedule();
    return done;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#running = false;
    this.#watch?.cancel();
    this.#watch = undefined;
    const startedMs = this.#world.clock.monotonicMs();
    if (this.#busy !== undefined) await within(this.#world, this.#busy, deadlineMs);
    const leftMs = deadlineMs - (this.#world.clock.monotonicMs() - startedMs);
    await stopInReverse(this.#world, this.#children, Math.max(0, leftMs));
    for (const child of this.#children) this.#clearAlarm(child);
  }

  async add(component: Component): Promise<Result<void>> {
    const child = newChild(component);
    const started = await this.#startChild(child);
    if (started.ok) this.#children.push(child);
    return started;
  }

  async remove(component: Component, deadlineMs: number): Promise<void> {
    const child = this.#children.find((known) => known.component === component);
    if (child === undefined) return;
    this.#children = this.#children.filter((known) => known !== child);
    this.#clearAlarm(child);
    await stopInReverse(this.#world, [child], deadlineMs);
  }

  #schedule(): void {
    if (!this.#running) return;
    this.#watch = this.#world.clock.after(watchEveryMs, `supervise.${this.name}`, () => {
      this.#busy = this.#look().then(() => {
        this.#busy = undefined;
        this.#schedule();
      });
    });
  }

  async #look(): Promise<void> {
    for (const child of [...this.#children]) {
      if (!this.#running) return;
      const health = healthOfChild(child);
      if (health.status === "failed") {
        await this.#restart(child, health.reason);
      } else {
        this.#settleAlarm(child);
      }
    }
  }

  async #restart(child: Child, reason: string): Promise<void> {
    const nowMs = this.#world.clock.monotonicMs();
    const { name } = child.component;
    child.restarts = child.restarts.filter((atMs) => nowMs - atMs < this.#how.withinMs);
    if (child.restarts.length >= this.#how.restartsMax) {
      this.#giveUp(`${name} failed ${String(child.restarts.length + 1)} times within `
        + `${String(this.#how.withinMs)} ms: ${reason}`);
      return;
    }
    child.restarts.push(nowMs);
    child.restartsEver += 1;
    child.alarmed = true;
    this.#options.alarms?.raise("component-restarting", `${this.name}/${name}`, reason);
    this.#world.log.event("component.restart",
      { component: `${this.name}/${name}`, reason, restarts: child.restartsEver }, "warn");
    const from = this.#children.indexOf(child);
    const group = this.#how.restart === "alone" ? [child] : this.#children.slice(from);
    await stopInReverse(this.#world, group, restartStopMs);
    for (const member of group) {
      if (!this.#running) return;
      const result = await this.#startChild(member);
      if (!result.ok) return;
    }
  }

  #giveUp(reason: string): void {
    if (this.#givenUp !== undefined) return;
    this.#givenUp = reason;
    this.#world.log.event("component.given-up", { component: this.name, reason }, "error");
    this.#running = false;
    this.#options.onGivenUp?.(reason);
  }

  async #startChild(child: Child): Promise<Result<void>> {
    const result = await startSafely(child.component);
    child.startFault = result.ok ? undefined : result.fault.message;
    if (!result.ok) {
      this.#world.log.event("component.start-failed", { component: child.component.name,
        fault: result.fault.code, message: result.fault.message }, "error");
    }
    return result;
  }

  /** A child that ran through the whole window without a restart is well again. */
  #settleAlarm(child: Child): void {
    const last = child.restarts[child.restarts.length - 1];
    if (!child.alarmed || last === undefined) return;
    if (this.#world.clock.monotonicMs() - last >= this.#how.withinMs) this.#clearAlarm(child);
  }

  #clearAlarm(child: Child): void {
    if (!child.alarmed) return;
    child.alarmed = false;
    this.#options.alarms?.clear("component-restarting", `${this.name}/${child.component.name}`);
  }
}

function newChild(component: Component): Child {
  return { component, restarts: [], restartsEver: 0, startFault: undefined, alarmed: false };
}

function healthOfChild(child: Child): Health {
  return child.startFault === undefined ? child.component.health
    : { status: "failed", reason: child.startFault };
}

/** An assertion inside a component stops the component, not the supervisor. */
async function startSafely(component: Component): Promise<Result<void>> {
  try {
    return await component.start();
  } catch (error) {
    return fail("internal", messageOf(error), { cause: error });
  }
}

/** Stops the last first. Each gets its share of what is left; what it saves the others get. */
async function stopInReverse(
  world: World, children: readonly Child[], deadlineMs: number,
): Promise<void> {
  const untilMs = world.clock.monotonicMs() + deadlineMs;
  let left = children.length;
  for (const child of children.toReversed()) {
    const shareMs = Math.max(0, untilMs - world.clock.monotonicMs()) / left;
    left -= 1;
    const stopped = await within(world, stopSafely(child.component, shareMs), shareMs);
    if (!stopped) {
      world.log.event("component.abandoned",
        { component: child.component.name, afterMs: shareMs }, "error");
    }
  }
}

async function stopSafely(component: Component, deadlineMs: number): Promise<void> {
  try {
    await component.stop(deadlineMs);
  } catch {
    // A component that breaks while stopping has stopped.
  }
}

/** False when `work` was not done within the deadline. */
async function within(world: World, work: Promise<void>, deadlineMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = world.clock.after(deadlineMs, "supervise.deadline", () => { resolve(false); });
    void work.then(() => {
      timer.cancel();
      resolve(true);
    });
  });
}
