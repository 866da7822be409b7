/**
 * Serial lines at once, each as fast as its speed lets it print: pseudo terminals fed at the rate
 * of the wire, the whole gateway in its own process. Every byte and every record is counted.
 */

import { setTimeout as sleep } from "node:timers/promises";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { openPtyPair, type PtyPair } from "../../firmware/link/transports/pty.js";
import { DeliveryService } from "../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import type { TestClient } from "../loopback/server-rig.js";
import { loadNow, nowMs, table, thousands, type Report } from "./figures.js";
import { GatewayProcess } from "./gateway-process.js";

const linesCount = 64;
const baudRate = 115_200;
/** 8N1: ten bits an octet. */
const bytesPerSecond = baudRate / 10;
const seconds = 20;
const tickMs = 20;
const startMsMax = 60_000;
const drainMsMax = 300_000;

function record(number: number): string {
  return `22/11/26 09:15AM 101   01 <I>03${String(number).padStart(9, "0")}            `
    + "0'07 00:02'31            AN \r\n";
}

async function open(): Promise<PtyPair> {
  const opened = await openPtyPair(nodeWorld(() => undefined, "error"), 30_000);
  if (!opened.ok) throw new Error(opened.fault.message);
  return opened.value;
}

async function until(what: string, msMax: number, is: () => Promise<boolean>): Promise<void> {
  for (const end = nowMs() + msMax; nowMs() < end; await sleep(200)) if (await is()) return;
  throw new Error(`not within ${msMax / 1_000} s: ${what}`);
}

interface Taken {
  bytes: number;
  records: number;
  garbage: number;
}

async function ledger(client: TestClient): Promise<Taken> {
  const taken = { bytes: 0, records: 0, garbage: 0 };
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const days = { fromDay: day(Date.now() - 3_600_000), toDay: day(Date.now()) };
  for (let line = 0; line < linesCount; line += 1) {
    const answer = await client.unary(DeliveryService.method.getLedger,
      { link: `line-${line}`, ...days });
    for (const { bytesIn, records, garbageBytes } of answer.days) {
      taken.bytes += Number(bytesIn);
      taken.records += Number(records);
      taken.garbage += Number(garbageBytes);
    }
  }
  return taken;
}

/** Sends for so long, each line at its own pace, and gives what was sent. */
async function feed(pairs: readonly PtyPair[]): Promise<{ bytes: number; records: number }> {
  const sent = pairs.map(() => 0);
  let records = 0;
  const began = nowMs();
  for (;;) {
    const elapsedMs = nowMs() - began;
    if (elapsedMs >= seconds * 1_000) break;
    for (const [line, pair] of pairs.entries()) {
      let text = "";
      while ((sent[line] ?? 0) + text.length < bytesPerSecond * elapsedMs / 1_000) {
        text += record(records);
        records += 1;
      }
      if (text === "") continue;
      const written = pair.write(Buffer.from(text));
      if (!written.ok) throw new Error(written.fault.message);
      sent[line] = (sent[line] ?? 0) + text.length;
    }
    await sleep(tickMs);
  }
  return { bytes: sent.reduce((sum, each) => sum + each, 0), records };
}

export async function benchSerialLines(): Promise<Report> {
  const before = loadNow();
  const pairs: PtyPair[] = [];
  for (let line = 0; line < linesCount; line += 1) pairs.push(await open());
  const gateway = await GatewayProcess.start({ linksYaml: `links:\n${pairs.map((pair, line) =>
    `  - { id: line-${line}, driver: smdr, options: { format: panasonic-kx }, transport: `
    + `{ kind: serial, path: ${pair.devicePath}, baudRate: ${baudRate} } }`).join("\n")}\n` });
  const client = gateway.client();
  try {
    await until("every line is up", startMsMax, async () => {
      const { links } = await client.unary(LinksService.method.listLinks, {});
      return links.length === linesCount && links.every(({ state }) => state === LinkState.UP);
    });
    const cpuBefore = await gateway.cpuSeconds();
    const began = nowMs();
    const sent = await feed(pairs);
    const cpuWhile = await gateway.cpuSeconds() - cpuBefore;
    const fedSeconds = (nowMs() - began) / 1_000;
    const resident = await gateway.residentMegabytes();
    let taken = await ledger(client);
    const durableAtEnd = taken.bytes;
    await until("all is counted", drainMsMax, async () => {
      taken = await ledger(client);
      return taken.bytes >= sent.bytes && taken.records >= sent.records;
    }).catch(() => undefined);
    const behindSeconds = (nowMs() - began) / 1_000 - fedSeconds;
    const cpu = await gateway.cpuSeconds() - cpuBefore;
    const lost = sent.records - taken.records;
    return {
      title: `${linesCount} serial lines at ${thousands(baudRate)} Bd for ${seconds} s `
        + `(load before ${before}, after ${loadNow()})`,
      table: table(["", "sent", "taken"], [
        ["bytes", thousands(sent.bytes), thousands(taken.bytes)],
        ["records", thousands(sent.records), thousands(taken.records)],
        ["of the bytes durable when the last was sent", "",
          `${(durableAtEnd / sent.bytes * 100).toFixed(1)} %`],
        ["all counted after another", "", `${behindSeconds.toFixed(1)} s`],
        ["processor of one core while lines print", "",
          `${(cpuWhile / fedSeconds * 100).toFixed(0)} %`],
        ["processor for a line that never pauses", "",
          `${(cpu / linesCount / fedSeconds * 100).toFixed(2)} % of a core`],
        ["resident", "", `${resident.toFixed(0)} MB`]]),
      targets: [{ name: `${linesCount} lines at ${thousands(baudRate)} Bd`, wanted: "no loss",
        measured: `${lost} records, ${sent.bytes - taken.bytes} bytes, ${taken.garbage} garbled`,
        met: lost === 0 && sent.bytes === taken.bytes && taken.garbage === 0 }],
      limit: "one core: parsing, and a durable call record with its index for each line",
    };
  } finally {
    client.close();
    await gateway.stop();
    for (const pair of pairs) await pair.close();
  }
}
