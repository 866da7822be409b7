/**
 * 10,000 monitored devices on one association: how long until all are monitored and looked at,
 * with the pace that the driver learns, and what memory they take. Beside it a client that does
 * nothing but ask, as many at once.
 */

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { benchCodec, cstaGateway, CstaLoad, firstDevice, freePort } from "./csta-load.js";
import { loadNow, table, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";

const devices = 10_000;
/** What the driver begins with, and what the careful PBX bears. */
const atOnce = 8;
const bearsAtOnce = 4;
const secondsMax = 300;
const megabytesMax = 150;
const settleSeconds = 10;

interface Row {
  readonly title: string;
  readonly seconds: number;
  readonly linesLost: number;
  readonly megabytes: number;
  readonly grown: number;
}

async function byGateway(title: string, monitorsAtOnceMax?: number): Promise<Row> {
  const load = await CstaLoad.open({ devices,
    ...monitorsAtOnceMax === undefined ? {} : { monitorsAtOnceMax } });
  const { counts } = load.notes;
  const started = performance.now();
  const gateway = await GatewayProcess.start(cstaGateway(load.port, devices, await freePort()));
  try {
    const empty = await gateway.residentMegabytes();
    // Monitors of a line that was lost are started anew; a snapshot follows the last start.
    while ((counts[3] ?? 0) < devices) {
      assert(performance.now() - started < secondsMax * 1_000,
        `${counts[2]} monitors, ${counts[3]} snapshots`);
      await sleep(50);
    }
    const seconds = (performance.now() - started) / 1_000;
    await sleep(settleSeconds * 1_000);
    const megabytes = await gateway.residentMegabytes();
    return { title, seconds, linesLost: counts[4] ?? 0, megabytes, grown: megabytes - empty };
  } finally {
    await gateway.stop();
    await load.close();
  }
}

/** The same questions, and the next when one is answered. */
async function bare(): Promise<number> {
  const load = await CstaLoad.open({ devices });
  const socket = connect(load.port, "127.0.0.1");
  await once(socket, "connect");
  const codec = benchCodec();
  const decoder = codec.decoder();
  const done = Promise.withResolvers<undefined>();
  let asked = 0;
  let answered = 0;
  const ask = (): void => {
    if (asked >= 2 * devices) return;
    const device = { kind: "dialingNumber" as const, text: String(firstDevice + (asked >> 1)) };
    const invokeID = asked % 9_000 + 1;
    const bytes = asked % 2 === 0
      ? codec.encode({ kind: "invoke", invokeID, service: "MonitorStart",
        argument: { monitorObject: { deviceObject: device }, monitorType: "device" } })
      : codec.encode({ kind: "invoke", invokeID, service: "SnapshotDevice",
        argument: { snapshotObject: device } });
    asked += 1;
    if (bytes !== undefined) socket.write(bytes);
  };
  socket.on("data", (chunk) => {
    for (const decoded of decoder.push(chunk)) {
      if (decoded.kind !== "message" || decoded.message.kind !== "result") continue;
      answered += 1;
      ask();
      if (answered === 2 * devices) done.resolve(undefined);
    }
  });
  socket.write(codec.encode({ kind: "associate", versions: ["4"] }) ?? "");
  const started = performance.now();
  for (let n = 0; n < atOnce; n += 1) ask();
  await done.promise;
  const seconds = (performance.now() - started) / 1_000;
  socket.destroy();
  await load.close();
  return seconds;
}

export async function benchCstaDevices(): Promise<Report> {
  const before = loadNow();
  const floor = await bare();
  const rows = [await byGateway("a PBX that bears all"),
    await byGateway(`a PBX that drops the line at more than ${bearsAtOnce} at once, 1 ms each`,
      bearsAtOnce)];
  const most = Math.max(...rows.map(({ megabytes }) => megabytes));
  return {
    title: `CSTA: ${devices} monitored devices on one association (load before ${before}, after `
      + `${loadNow()})`,
    table: [...table(["", "seconds from start to all monitored and looked at", "devices/s",
      "lines lost meanwhile", "MB", "of them for the devices"],
    rows.map((each) => [each.title, each.seconds.toFixed(1),
      (devices / each.seconds).toFixed(0), String(each.linesLost), each.megabytes.toFixed(0),
      each.grown.toFixed(0)])),
    `a client that only asks, ${atOnce} at once: ${floor.toFixed(1)} s; the gateway takes ${
      ((rows[0]?.seconds ?? NaN) / floor).toFixed(1)} x (its own start included)`],
    targets: [{ name: "memory with 10,000 monitored CSTA devices", wanted: `< ${megabytesMax} MB`,
      measured: `${most.toFixed(0)} MB`, met: most < megabytesMax }],
    limit: "the PBX's answers: few are asked at once; then the gateway's start",
  };
}
