/**
 * Resident memory of the whole gateway process: at rest, with 10,000 devices, with 1,000 calls in
 * progress, and over time under load. Steady: the last quarter of the time is no higher than the
 * second quarter by more than the share below (the first quarter fills rings and caches).
 */

import { loadavg } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { readEvent } from "./event-reader.js";
import { loadNow, median, table, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";
import { deviceNames, Load } from "./load.js";

export const residentMegabytesMax = 150;
export const growthMax = 0.05;
const devices = 10_000;
const callsUp = 1_000;
const eventsPerSecond = 500;
/** Until `callsUp` calls stand: a call is a sixth of its events. */
const fillSeconds = Math.ceil(callsUp * 1.4 / (eventsPerSecond / 6));

export async function benchMemory(
  options: { readonly seconds?: number; readonly nodeArguments?: readonly string[] } = {},
): Promise<Report> {
  const { seconds = 60 } = options;
  const before = loadNow();
  const load = await Load.open({ devices: deviceNames(devices), eventsPerSecond, callsUp,
    talk: "call" }, fillSeconds + seconds + 1);
  const gateway = await GatewayProcess.start({ amiPort: load.port,
    ...(options.nodeArguments === undefined ? {} : { nodeArguments: options.nodeArguments }) });
  const rows: string[][] = [];
  const series: number[] = [];
  const note = async (title: string): Promise<number> => {
    const resident = await gateway.residentMegabytes();
    rows.push([title, resident.toFixed(0), (loadavg()[0] ?? NaN).toFixed(2)]);
    return resident;
  };
  try {
    await note("started");
    await load.ready();
    await note("10,000 devices");
    gateway.watch({ queueMax: 100_000 }, (bytes) => { load.take(readEvent(bytes)); });
    load.order("start");
    await sleep(fillSeconds * 1_000);
    const full = await note("10,000 devices, 1,000 calls in progress");
    const every = Math.max(1, Math.round(seconds / 10));
    for (let second = 1; second <= seconds; second += 1) {
      await sleep(1_000);
      series.push(await gateway.residentMegabytes());
      if (second % every === 0) await note(`after ${second} s at ${eventsPerSecond} events/s`);
    }
    load.order("pause");
    const quarter = Math.floor(series.length / 4);
    const early = median(series.slice(quarter, 2 * quarter));
    const late = median(series.slice(3 * quarter));
    const most = Math.max(full, ...series);
    const growth = late / early - 1;
    return {
      title: `Resident memory of the gateway process (MB; load before ${before}, after `
        + `${loadNow()})`,
      table: [...table(["", "MB", "load"], rows),
        `most ${most.toFixed(0)} MB; events received ${load.received}, gaps ${load.gaps}`],
      targets: [
        { name: "memory with 10,000 devices and 1,000 calls", met: most < residentMegabytesMax,
          wanted: `< ${residentMegabytesMax} MB`, measured: `${most.toFixed(0)} MB at most` },
        { name: `steady over ${seconds} s of load`, met: growth <= growthMax,
          wanted: `<= +${growthMax * 100} %`, measured: `${(growth * 100).toFixed(1)} %` }],
      limit: "what Node and the libraries take at rest, the number forms of callers, then events",
    };
  } finally {
    await gateway.stop();
    await load.close();
  }
}
