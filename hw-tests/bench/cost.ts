/**
 * Processor time of the whole gateway process for one event, end to end, with few and many
 * devices, and with few and many watchers of different devices. Processor time, because other
 * programs on the machine lengthen it far less than they lengthen the time that passes.
 */

import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { readEvent } from "./event-reader.js";
import { loadNow, median, table, type Report, type Target } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";
import { deviceNames, Load } from "./load.js";

export const changeMax = 0.2;
const eventsPerSecond = 1_000;
/** Calls at once: fewer than the fewest devices. */
const callsUp = 60;
const warmUpSeconds = 8;
const settleMs = 500;

interface Rig {
  readonly title: string;
  readonly gateway: GatewayProcess;
  readonly load: Load;
  readonly micros: number[];
  delivered: number;
}

interface Wish {
  readonly title: string;
  readonly devices: number;
  /** Devices of each watcher; one without devices watches all. */
  readonly watchers: readonly (readonly string[])[];
}

async function open(wish: Wish, secondsMax: number): Promise<Rig> {
  const names = deviceNames(wish.devices);
  const load = await Load.open({ devices: names, eventsPerSecond, callsUp, talk: "call" },
    secondsMax);
  const gateway = await GatewayProcess.start({ amiPort: load.port });
  await load.ready();
  const rig: Rig = { title: wish.title, gateway, load, micros: [], delivered: 0 };
  for (const devices of wish.watchers) {
    gateway.watch({ queueMax: 10_000, devices: devices.map((device) => ({ device })) }, (bytes) => {
      if (readEvent(bytes).kind === "event") rig.delivered += 1;
    });
  }
  await sleep(settleMs);
  return rig;
}

/** Takes turns within each round, one gateway under load at a time. */
async function compare(
  wishes: readonly Wish[], rounds: number, roundSeconds: number,
): Promise<readonly Rig[]> {
  const secondsMax = 2 * warmUpSeconds + rounds * (roundSeconds + 2);
  const rigs: Rig[] = [];
  try {
    for (const wish of wishes) {
      const rig = await open(wish, secondsMax);
      rigs.push(rig);
      rig.load.order("start");
      await sleep(warmUpSeconds * 1_000);
      rig.load.order("pause");
    }
    for (let round = 0; round < rounds; round += 1) {
      const turn = round % rigs.length;
      for (const rig of [...rigs.slice(turn), ...rigs.slice(0, turn)]) {
        rig.load.order("resume");
        await sleep(settleMs);
        const [cpu, sent] = [await rig.gateway.cpuSeconds(), rig.load.eventsSent];
        await sleep(roundSeconds * 1_000);
        const events = rig.load.eventsSent - sent;
        rig.micros.push((await rig.gateway.cpuSeconds() - cpu) * 1e6 / events);
        rig.load.order("pause");
      }
    }
  } finally {
    for (const rig of rigs) {
      rig.load.order("pause");
      await rig.gateway.stop();
      await rig.load.close();
    }
  }
  return rigs;
}

function rowsOf(rigs: readonly Rig[]): readonly (readonly string[])[] {
  const base = median(rigs[0]?.micros ?? []);
  return rigs.map((rig) => {
    const middle = median(rig.micros);
    return [rig.title, middle.toFixed(0), `${((middle / base - 1) * 100).toFixed(1)} %`,
      String(rig.delivered), (loadavg()[0] ?? NaN).toFixed(2)];
  });
}

function target(name: string, rigs: readonly Rig[]): Target {
  const middles = rigs.map((rig) => median(rig.micros));
  const change = Math.max(...middles.slice(1)) / (middles[0] ?? NaN) - 1;
  return { name, wanted: `<= +${changeMax * 100} %`, measured: `${(change * 100).toFixed(1)} %`,
    met: change <= changeMax };
}

export async function benchCost(
  options: { readonly rounds?: number; readonly roundSeconds?: number } = {},
): Promise<Report> {
  const { rounds = 5, roundSeconds = 5 } = options;
  const before = loadNow();
  const devices = await compare([100, 1_000, 10_000].map((count) => ({
    title: `${count} devices, one watcher of all`, devices: count, watchers: [[]] })),
  rounds, roundSeconds);
  const names = deviceNames(10_000);
  const watchers = await compare([1, 10, 100].map((count) => ({
    title: `10,000 devices, ${count} watchers of one device each`, devices: 10_000,
    watchers: Array.from({ length: count }, (_, n) => [names[n * 97 % names.length] ?? ""]) })),
  rounds, roundSeconds);
  return {
    title: `Processor time of the gateway per event at ${eventsPerSecond} events/s (load before `
      + `${before}, after ${loadNow()})`,
    table: table(["", "us/event", "change", "delivered", "load"],
      [...rowsOf(devices), ...rowsOf(watchers)]),
    targets: [target("cost from 100 to 10,000 devices", devices),
      target("cost from 1 to 100 watchers", watchers)],
    limit: "the processor: mapping, number forms, event log as JSON, and per watcher the TLS write",
  };
}
