/** Applications that read too slowly, come back, or outlive the gateway, over real gRPC. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { CallsService, GapReason, type WatchEventsResponse }
  from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { callId, deviceId, linkId } from "../../firmware/model/identifiers.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { GatewayProcess, pause, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { Collected, value, type TestClient } from "./server-rig.js";

const { watchEvents } = CallsService.method;

function numbersOf(items: readonly WatchEventsResponse[]): bigint[] {
  return items.flatMap(({ item }) => item.case === "event" ? [item.value.number] : []);
}

function newest(items: readonly WatchEventsResponse[]): bigint | undefined {
  const item = items.at(-1)?.item;
  return item?.case === "event" ? item.value.number : undefined;
}

function gapsOf(items: readonly WatchEventsResponse[]): { lost: bigint; next: bigint;
  reason: GapReason }[] {
  return items.flatMap(({ item }) => item.case === "gap"
    ? [{ lost: item.value.lost, next: item.value.nextNumber, reason: item.value.reason }] : []);
}

function assertConsecutive(numbers: readonly bigint[]): void {
  const jumps = numbers.filter((number, at) => at > 0 && number !== (numbers[at - 1] ?? 0n) + 1n);
  assert.deepEqual(jumps, []);
}

describe("a watcher that reads too slowly", function () {
  this.timeout(60_000);
  const link = linkId("pbx");
  let under: GatewayUnderTest;

  before(async () => { under = await startGatewayUnderTest({ config: "" }); });
  after(async () => { await under.stop(); });

  it("is told of its gap, and the others get everything in order", async () => {
    const slow = under.connect().stream(watchEvents, { queueMax: 500 });
    // A stream without a reader: its window fills, then the gateway's queue for it.
    const reading = new Collected(under.connect().stream(watchEvents, { queueMax: 20_000 }));
    await reading.until((items) => items.some(({ item }) => item.case === "live"));
    const rounds = 300;
    const before = under.gateway.switch.lastNumber;
    for (let round = 0; round < rounds; round += 1) {
      for (const event of someCalls(link, round, 25)) under.gateway.switch.apply(event);
      await pause(1);
    }
    const last = under.gateway.switch.lastNumber;
    assert.ok(last - before >= BigInt(rounds * 75), `${last - before} events`);
    await reading.until((items) => newest(items) === last);
    const numbers = numbersOf(reading.items);
    assert.deepEqual(gapsOf(reading.items), []);
    assertConsecutive(numbers);
    assert.equal(BigInt(numbers.length), last - before);
    await until("an alarm about the slow watcher", async () => {
      const { alarms } = await under.client.unary(SystemService.method.listAlarms, {});
      return alarms.some(({ code }) => code === "watcher-slow");
    });
    const late = new Collected(slow);
    await late.until((items) => newest(items) === last || items.at(-1)?.item.case === "gap");
    const gap = gapsOf(late.items)[0];
    assert.equal(gap?.reason, GapReason.SLOW_READER);
    await late.until((items) => newest(items) === last);
    const accounted = gapsOf(late.items).reduce((sum, { lost }) => sum + lost, 0n)
      + BigInt(numbersOf(late.items).length);
    assert.equal(accounted, last - before, "each event was either received or told as lost");
    slow.cancel();
  });
});

/** `count` whole calls: delivered, established, cleared. */
function someCalls(link: ReturnType<typeof linkId>, round: number, count: number): CallEvent[] {
  const events: CallEvent[] = [];
  for (let index = 0; index < count; index += 1) {
    const device = deviceId(String(1_000 + index));
    const connection = { call: callId(`c-${round}-${index}`), device };
    const header = { link, receivedAtMs: performance.now() };
    events.push({ ...header, type: "delivered", cause: "newCall", connection,
      alertingDevice: { device }, callingDevice: { device: deviceId("0140000000") },
      calledDevice: { device } },
    { ...header, type: "established", cause: "newCall", connection,
      answeringDevice: { device } },
    { ...header, type: "connectionCleared", cause: "normalClearing", connection,
      releasingDevice: { device } },
    { ...header, type: "callCleared", cause: "normalClearing", call: connection.call });
  }
  return events;
}

describe("a client that comes back with its last number", function () {
  this.timeout(90_000);
  const world = nodeWorld(() => undefined, "error");
  let folder: string;
  let asterisk: Simulation & { readonly port: number };
  let gateway: GatewayProcess;
  let user: SignedIn;
  let admin: { readonly name: string; readonly password: string };
  let last = 0n;
  const seen: bigint[] = [];
  const marks: { readonly reason: GapReason }[] = [];

  const start = async (): Promise<void> => {
    gateway = new GatewayProcess(["--config", path.join(folder, "gateway.yaml"), "--data", folder],
      { TEST_SECRET: "s" });
    await gateway.running();
    if (gateway.stdout.includes(", password ")) admin = gateway.admin;
    user = await gateway.signIn(folder, admin);
  };

  before(async () => {
    folder = await temporaryFolder("resume");
    asterisk = value(await simulateAmi({ world, seed: 7, address: "127.0.0.1", port: 0,
      user: "u", secret: "s" }));
    await writeFile(path.join(folder, "gateway.yaml"), `version: 1
unit: { language: en }
grpc: { address: 127.0.0.1, port: 0 }
web: { address: 127.0.0.1, port: 0 }
links:
  - id: pbx
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${asterisk.port} }
    options: { user: u, secret: env:TEST_SECRET, trunks: ["trunk-.*"] }
`);
    await start();
    await until("the link works", async () =>
      (await user.client.unary(CallsService.method.snapshotCalls, {})).eventNumber >= 0n);
  });
  after(async () => {
    await gateway.stop("SIGKILL");
    await asterisk.stop();
    await removeFolder(folder);
  });

  /** Calls every few milliseconds until the returned function is called. */
  function load(): () => void {
    let serial = 0;
    const timer = setInterval(() => {
      serial += 1;
      const from = `014${String(serial).padStart(7, "0")}`;
      asterisk.call({ from, to: String(1001 + serial % 12), trunk: "trunk-a", ringMs: 110,
        talkMs: 50 + serial % 200 });
    }, 10);
    return () => { clearInterval(timer); };
  }

  /** Reads a while, leaves in the middle; the number with which to come back. */
  async function visit(client: TestClient, forMs: number): Promise<void> {
    const stream = client.stream(watchEvents, { afterNumber: last });
    const collected = new Collected(stream);
    await Promise.race([pause(forMs), collected.ended]);
    stream.cancel();
    await collected.ended;
    take(collected.items);
  }

  function take(items: readonly WatchEventsResponse[]): void {
    for (const number of numbersOf(items)) {
      seen.push(number);
      last = number;
    }
    for (const { reason } of gapsOf(items)) marks.push({ reason });
  }

  async function stored(): Promise<bigint[]> {
    const { eventNumber } = await user.client.unary(CallsService.method.snapshotCalls, {});
    const whole = new Collected(user.connect().stream(watchEvents, { afterNumber: 0n }));
    await whole.until((items) => (newest(items) ?? 0n) >= eventNumber);
    return numbersOf(whole.items).filter((number) => number <= eventNumber);
  }

  it("gets exactly the rest, 300 times at random, also over a clean restart", async () => {
    let stop = load();
    const client = user.connect();
    for (let visits = 0; visits < 200; visits += 1) {
      await visit(client, Math.floor(Math.random() * 60));
    }
    const ended = await gateway.stop();
    assert.equal(ended.code, 0, ended.stderr);
    await start();
    const again = user.connect();
    for (let visits = 0; visits < 110; visits += 1) {
      await visit(again, Math.floor(Math.random() * 60));
    }
    stop();
    stop = () => undefined;
    await until("quiet", async () =>
      (await user.client.unary(CallsService.method.snapshotCalls, {})).calls.length === 0);
    const kept = await stored();
    await until("the rest was read", async () => {
      await visit(again, 100);
      return last === kept.at(-1);
    });
    assert.deepEqual(marks, []);
    assertConsecutive(seen);
    assert.deepEqual(seen, kept.slice(kept.indexOf(seen[0] ?? 0n)));
    assert.ok(seen.length > 1_000, `only ${seen.length} events`);
  });

  it("is told of a kill -9 by a gap, gets a snapshot, and no number comes twice", async () => {
    const stop = load();
    const live = new Collected(user.connect().stream(watchEvents, { afterNumber: last }));
    await pause(1_500);
    const ended = await gateway.stop("SIGKILL");
    await live.ended;
    assert.equal(ended.signal, "SIGKILL");
    const before = numbersOf(live.items);
    const newestSeen = before.at(-1) ?? 0n;
    await start();
    const back = new Collected(user.connect().stream(watchEvents, { afterNumber: newestSeen }));
    await back.until((items) => numbersOf(items).length > 20);
    stop();
    const kinds = back.items.map(({ item }) => item.case);
    const gaps = gapsOf(back.items);
    // Unless the very last event that it saw had been stored: then it gets exactly the rest.
    if (gaps.length > 0) {
      assert.deepEqual(gaps.map(({ reason }) => reason), [GapReason.GATEWAY_RESTART]);
      assert.ok(kinds.indexOf("snapshot") >= 0, "a snapshot follows the gap");
    }
    const numbers = numbersOf(back.items);
    assert.ok(numbers.every((number) => number > newestSeen));
    assert.ok((numbers.at(-1) ?? 0n) > newestSeen + 500_000n, "numbers jump after a crash");
    const log = await readFile(path.join(folder, "gateway.log"), "utf8");
    assert.doesNotMatch(log, /gateway\.defect/);
  });
});
