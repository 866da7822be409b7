/**
 * A backlog drained: a million printed lines, and decoded records, that lie in the store before the
 * gateway starts, sent again to a receiver on TCP that only counts lines.
 */

import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { openStore } from "../../firmware/store/leveldb-store.js";
import { StoredRawKeeper } from "../../firmware/switching/raw-keeper.js";
import { StoredRecordBook } from "../../firmware/switching/record-book.js";
import { DeliveryService } from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { recordOf } from "../loopback/record-child.js";
import type { TestClient } from "../loopback/server-rig.js";
import { loadNow, nowMs, table, thousands, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";

const count = 1_000_000;
const linesPerSegment = 500;
const recordsAtOnce = 500;
const drainMsMax = 900_000;
const pollMs = 200;
/** 10^6 bytes of its own, as for the whole gateway. */
const ownMegabytesMax = 150;
const link = linkId("pbx");

function line(number: number): string {
  return `22/11/26 09:15AM 101   01 <I>03${String(number).padStart(9, "0")}            `
    + "0'07 00:02'31            AN \r\n";
}

async function fill(folder: string): Promise<void> {
  const world = nodeWorld(() => undefined, "error");
  const store = openStore({ folder: path.join(folder, "store"), world, epoch: 1 });
  const retention = () => ({ ageMsMax: 1e12, countMax: 1e9 });
  const keeper = new StoredRawKeeper({ store, world, retention });
  const book = new StoredRecordBook({ store, world, retention });
  for (const component of [store, keeper, book]) {
    const started = await component.start();
    if (!started.ok) throw new Error(started.fault.message);
  }
  for (let number = 0; number < count; number += linesPerSegment) {
    const kept = await keeper.keep(link, Buffer.from(
      Array.from({ length: linesPerSegment }, (_, n) => line(number + n)).join("")));
    if (!kept.ok) throw new Error(kept.fault.message);
  }
  for (let number = 0; number < count; number += recordsAtOnce) {
    await Promise.all(Array.from({ length: recordsAtOnce }, async (_, n) => {
      const added = await book.add({ ...recordOf(BigInt(number + n)), link });
      if (!added.ok) throw new Error(added.fault.message);
    }));
  }
  await keeper.stop();
  await book.stop();
  await store.stop(60_000);
}

interface Counter {
  readonly port: number;
  lines: number;
  close(): void;
}

async function counter(): Promise<Counter> {
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) found.lines += 1;
    });
  });
  await new Promise<void>((resolve) => { server.listen(0, "127.0.0.1", resolve); });
  const found = { port: (server.address() as AddressInfo).port, lines: 0,
    close: () => { server.close(); } };
  return found;
}

interface Drained {
  readonly row: readonly string[];
  readonly lost: number;
  readonly ownMegabytes: number;
}

async function drain(
  gateway: GatewayProcess, client: TestClient, destination: string, sink: Counter,
): Promise<Drained> {
  const cpuBefore = await gateway.cpuSeconds();
  const began = nowMs();
  await client.unary(DeliveryService.method.redeliver, { destination, link,
    from: timestampFromMs(Date.now() - 3_600_000), until: timestampFromMs(Date.now()) });
  let [resident, own] = [0, 0];
  while (sink.lines < count && nowMs() - began < drainMsMax) {
    await sleep(pollMs);
    resident = Math.max(resident, await gateway.residentMegabytes());
    own = Math.max(own, await gateway.ownMegabytes());
  }
  const seconds = (nowMs() - began) / 1_000;
  const cpuMicros = ((await gateway.cpuSeconds()) - cpuBefore) / count * 1e6;
  return { lost: Math.max(0, count - sink.lines), ownMegabytes: own,
    row: [destination, thousands(count), thousands(sink.lines / seconds), cpuMicros.toFixed(0),
      resident.toFixed(0), own.toFixed(0)] };
}

export async function benchBacklog(): Promise<Report> {
  const before = loadNow();
  const [raw, json] = [await counter(), await counter()];
  const beganFill = nowMs();
  const gateway = await GatewayProcess.start({ prepare: fill, linksYaml: `links:
  - { id: ${link}, driver: smdr, enabled: false, options: { format: panasonic-kx },
      transport: { kind: tcp-listen, port: 65000 } }
destinations:
  - { id: raw, what: raw, to: { kind: tcp-client, host: 127.0.0.1, port: ${raw.port} } }
  - { id: json, what: records-json,
      to: { kind: tcp-client, host: 127.0.0.1, port: ${json.port} } }
` });
  const filledSeconds = (nowMs() - beganFill) / 1_000;
  const client = gateway.client();
  try {
    const drained = [await drain(gateway, client, "raw", raw),
      await drain(gateway, client, "json", json)];
    const lost = drained.reduce((sum, each) => sum + each.lost, 0);
    const own = Math.max(...drained.map(({ ownMegabytes }) => ownMegabytes));
    return {
      title: `A backlog drained over TCP (load before ${before}, after ${loadNow()})`,
      table: [...table(["content", "records", "records/s", "us each", "MB at most", "of its own"],
        drained.map(({ row }) => row)),
      `filled in ${filledSeconds.toFixed(0)} s`],
      targets: [{ name: "a backlog of 1,000,000 of each", wanted: "all come",
        measured: lost === 0 ? "all came" : `${lost} did not come`, met: lost === 0 },
      { name: "its own memory meanwhile", wanted: `< ${ownMegabytesMax} MB`,
        measured: `${own.toFixed(0)} MB`, met: own < ownMegabytesMax }],
      limit: "half a second after each eight pages, to see that the connection outlives them",
    };
  } finally {
    client.close();
    await gateway.stop();
    raw.close();
    json.close();
  }
}
