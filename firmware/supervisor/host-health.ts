/** The machine under us: read slowly, kept for those who ask, with an alarm for a filling disk. */

import { readdir, readFile, statfs } from "node:fs/promises";
import { cpus, freemem, totalmem, uptime } from "node:os";
import type { Component, Health } from "../base/component.js";
import { attempt, done, type Result } from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { Alarms } from "./alarms.js";

export interface HostReading {
  /** Load of all cores, 0 to 1. */
  readonly cpuLoad: number;
  readonly memoryUsedBytes: number;
  readonly memoryTotalBytes: number;
  readonly residentBytes: number;
  readonly diskFreeBytes: number;
  readonly diskTotalBytes: number;
  /** Undefined: the machine has no sensor. */
  readonly temperatureCelsius: number | undefined;
  readonly uptimeSeconds: number;
}

export interface HostProbe {
  read(dataFolder: string): Promise<HostReading>;
}

export interface HostHealth extends Component {
  /** The newest reading; undefined before the first. */
  readonly reading: HostReading | undefined;
}

/** Reading the sensors costs a moment of the processor: not more often than this. */
export const hostEveryMs = 30_000;
/** Below this part of the disk free, the alarm is raised; it goes a little above. */
export const diskLowBelow = 0.2;
const diskFineAbove = 0.22;

/** From the kernel's own files: a helper program for each would stop us while it is started. */
export const systemProbe: HostProbe = systemReader();

function systemReader(): HostProbe {
  let before = { idle: 0, all: 0 };
  const cpuLoad = (): number => {
    const times = cpus().map((each) => each.times);
    const now = {
      idle: times.reduce((sum, { idle }) => sum + idle, 0),
      all: times.reduce((sum, { user, nice, sys, idle, irq }) =>
        sum + user + nice + sys + idle + irq, 0) };
    const passed = now.all - before.all;
    const load = passed <= 0 ? 0 : 1 - (now.idle - before.idle) / passed;
    before = now;
    return Math.min(1, Math.max(0, load));
  };
  return {
    async read(dataFolder) {
      const [temperatureCelsius, disk] = await Promise.all([hottest(), statfs(dataFolder)]);
      return {
        cpuLoad: cpuLoad(), memoryUsedBytes: totalmem() - freemem(),
        memoryTotalBytes: totalmem(), residentBytes: process.memoryUsage.rss(),
        diskFreeBytes: disk.bavail * disk.bsize, diskTotalBytes: disk.blocks * disk.bsize,
        temperatureCelsius, uptimeSeconds: Math.floor(uptime()),
      };
    },
  };
}

const zones = "/sys/class/thermal";

/** Of all thermal zones (kernel documentation, sysfs-class-thermal: thousandths of a degree). */
async function hottest(): Promise<number | undefined> {
  const names = await readdir(zones).catch(() => []);
  const read = await Promise.all(names.filter((name) => name.startsWith("thermal_zone"))
    .map((name) => readFile(`${zones}/${name}/temp`, "latin1").then(Number, () => NaN)));
  const known = read.filter(Number.isFinite);
  return known.length === 0 ? undefined : Math.max(...known) / 1_000;
}

export function createHostHealth(
  world: World, dataFolder: string, alarms: Alarms, probe: HostProbe = systemProbe,
): HostHealth {
  return new HostWatch(world, dataFolder, alarms, probe);
}

class HostWatch implements HostHealth {
  readonly name = "host";
  readonly #world: World;
  readonly #dataFolder: string;
  readonly #alarms: Alarms;
  readonly #probe: HostProbe;
  #reading: HostReading | undefined;
  #problem: string | undefined;
  #timer: Cancellable | undefined;
  #running = false;

  constructor(world: World, dataFolder: string, alarms: Alarms, probe: HostProbe) {
    this.#world = world;
    this.#dataFolder = dataFolder;
    this.#alarms = alarms;
    this.#probe = probe;
  }

  get reading(): HostReading | undefined {
    return this.#reading;
  }

  get health(): Health {
    return this.#problem === undefined ? { status: "ok" }
      : { status: "degraded", reason: this.#problem };
  }

  async start(): Promise<Result<void>> {
    this.#running = true;
    await this.#read();
    return done;
  }

  stop(): Promise<void> {
    this.#running = false;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  async #read(): Promise<void> {
    const read = await attempt("internal", "reading the host",
      () => this.#probe.read(this.#dataFolder));
    if (!this.#running) return;
    if (read.ok) {
      this.#reading = read.value;
      this.#problem = undefined;
      this.#watchDisk(read.value);
    } else {
      this.#problem = read.fault.message;
    }
    this.#timer = this.#world.clock.after(hostEveryMs, "host.read", () => { void this.#read(); });
  }

  #watchDisk({ diskFreeBytes, diskTotalBytes }: HostReading): void {
    if (diskTotalBytes <= 0) return;
    const free = diskFreeBytes / diskTotalBytes;
    if (free < diskLowBelow) {
      this.#alarms.raise("disk-low", this.#dataFolder, `${(free * 100).toFixed(0)} % free`);
    } else if (free > diskFineAbove) {
      this.#alarms.clear("disk-low", this.#dataFolder);
    }
  }
}
