/** `make run` as a user sees it: a process, a simulated office, calls, clicks, Ctrl-C, again. */

import "reflect-metadata";
import assert from "node:assert/strict";
import { CallsService, GapReason, type WatchEventsResponse }
  from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { ConnectionState, Direction, EventType, type ConnectionId, type Event }
  from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { RecordsService, RecordSource, type CallRecord }
  from "../../proto/gen/cti/gateway/v1/records_pb.js";
import { GatewayProcess, removeFolder, temporaryFolder, until, type SignedIn }
  from "./gateway-process.js";
import { Collected, type TestClient } from "./server-rig.js";

const officeArguments = (folder: string): string[] =>
  ["--office", "--data", folder, "--web-port", "0", "--grpc-port", "0"];
const link = "head-office";

function eventsOf(items: readonly WatchEventsResponse[]): Event[] {
  return items.flatMap(({ item }) => item.case === "event" ? [item.value] : []);
}

async function recordsOf(client: TestClient): Promise<CallRecord[]> {
  const all: CallRecord[] = [];
  for (let pageToken = "", first = true; first || pageToken !== ""; first = false) {
    const page = await client.unary(RecordsService.method.listRecords,
      { pageSize: 200, pageToken });
    all.push(...page.records);
    pageToken = page.nextPageToken;
  }
  return all;
}

/** Devices that no call uses now. */
async function freeDevices(client: TestClient, count: number): Promise<string[]> {
  let free: string[] = [];
  await until(`${count} devices are free`, async () => {
    const { calls } = await client.unary(CallsService.method.snapshotCalls, { link });
    const busy = new Set(calls.flatMap((call) =>
      call.connections.map(({ id }) => id?.device ?? "")));
    free = ["1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008", "1009"]
      .filter((device) => !busy.has(device));
    return free.length >= count;
  });
  return free.slice(0, count);
}

describe("the simulated office, started as a user starts it", function () {
  this.timeout(90_000);
  let folder: string;
  let gateway: GatewayProcess;
  let user: SignedIn;
  let watch: Collected<WatchEventsResponse>;
  let admin: { readonly name: string; readonly password: string };
  let startedMs: number;
  let lastNumber = 0n;
  let earlier: CallRecord[] = [];

  before(async () => {
    folder = await temporaryFolder("office");
    startedMs = performance.now();
    gateway = new GatewayProcess(officeArguments(folder));
    await gateway.running();
    admin = gateway.admin;
    user = await gateway.signIn(folder, admin);
    const stream = user.connect().stream(CallsService.method.watchEvents, {});
    watch = new Collected(stream);
  });
  after(async () => {
    await gateway.stop("SIGKILL");
    await removeFolder(folder);
  });

  const hasEvent = (type: EventType, call: string, device?: string): Promise<unknown> =>
    watch.until((items) => eventsOf(items).some((event) => event.type === type
      && (event.connection?.call === call || event.secondaryOldCall?.call === call)
      && (device === undefined || event.connection?.device === device)));

  const stateAt = async (device: string): Promise<ConnectionId & { state: ConnectionState }> => {
    const { calls } = await user.client.unary(CallsService.method.snapshotCalls, { link });
    const all = calls.flatMap(({ connections }) => connections);
    const found = all.find(({ id }) => id?.device === device);
    return { ...found?.id, state: found?.state ?? ConnectionState.NULL } as ConnectionId
      & { state: ConnectionState };
  };

  /** A click to dial: the first device is called, answers, and reaches the second. */
  async function dial(from: string, to: string): Promise<string> {
    const made = await user.client.unary(CallsService.method.makeCall,
      { link, device: from, number: to });
    const call = made.connection?.call ?? "";
    assert.notEqual(call, "");
    await hasEvent(EventType.DELIVERED, call, to);
    return call;
  }

  it("prints where to look and how to sign in", () => {
    assert.match(gateway.stdout, /Page: {7}https:\/\/127\.0\.0\.1:\d+\//);
    assert.match(gateway.stdout, /gRPC: {7}127\.0\.0\.1:\d+/);
    assert.match(gateway.stdout, /Sign in: {4}user admin, password \S{12,}/);
    assert.match(gateway.stdout, new RegExp(`also in ${folder}/first-admin.txt`));
    assert.ok(gateway.webPort > 0 && gateway.grpcPort > 0);
  });

  it("has both links up and a screen-pop within a minute", async () => {
    await until("both links are up", async () => {
      const { links } = await user.client.unary(LinksService.method.listLinks, {});
      return links.length === 2 && links.every(({ state }) => state === LinkState.UP);
    });
    await watch.until((items) => eventsOf(items).some((event) =>
      event.type === EventType.DELIVERED && event.direction === Direction.INCOMING
      && (event.calling?.e164 ?? "").startsWith("+33")
      && /^1\d{3}$/.test(event.subject?.raw ?? "")));
    assert.ok(performance.now() - startedMs < 60_000);
  });

  it("dials, answers, transfers and hangs up by click", async () => {
    const [a = "", b = "", c = ""] = await freeDevices(user.client, 3);
    const call = await dial(a, b);
    await user.client.unary(CallsService.method.answerCall,
      { link, connection: { call, device: b } });
    await hasEvent(EventType.ESTABLISHED, call, b);
    const moved = await user.client.unary(CallsService.method.singleStepTransferCall,
      { link, activeCall: { call, device: a }, number: c });
    assert.ok(moved.connection !== undefined);
    await hasEvent(EventType.TRANSFERRED, call);
    await until(`${c} talks`, async () =>
      (await stateAt(c)).state === ConnectionState.CONNECTED);
    const talking = await stateAt(c);
    await user.client.unary(CallsService.method.clearConnection, { link,
      connection: { call: talking.call, device: c } });
    await hasEvent(EventType.CONNECTION_CLEARED, talking.call, c);
    await until(`${c} is free`, async () => (await stateAt(c)).state === ConnectionState.NULL);
  });

  it("keeps records of both PBXs", async () => {
    await until("a record of each source", async () => {
      const sources = new Set((await recordsOf(user.client)).map(({ source }) => source));
      return sources.has(RecordSource.EVENTS) && sources.has(RecordSource.PBX);
    }, 80_000);
  });

  it("stops on Ctrl-C with code 0, within the deadline", async () => {
    lastNumber = eventsOf(watch.items).at(-1)?.number ?? 0n;
    earlier = await recordsOf(user.client);
    const stopMs = performance.now();
    gateway.child.kill("SIGINT");
    const ended = await gateway.ended;
    assert.equal(ended.code, 0, ended.stderr);
    assert.match(ended.stdout, /SIGINT: stopping[^]*Stopped\.\n$/);
    assert.ok(performance.now() - stopMs < 10_000);
    await gateway.stop();
  });

  it("finds its data again at the second start", async () => {
    gateway = new GatewayProcess(officeArguments(folder));
    await gateway.running();
    assert.doesNotMatch(gateway.stdout, /password \S{12,}/);
    assert.match(gateway.stdout, /Sign in: {4}with your password/);
    user = await gateway.signIn(folder, admin);
    const after = new Set((await recordsOf(user.client)).map(({ id }) => id));
    assert.deepEqual(earlier.filter(({ id }) => !after.has(id)), []);
    watch = new Collected(user.connect().stream(CallsService.method.watchEvents,
      { afterNumber: lastNumber }));
    const items = await watch.until((seen) => eventsOf(seen).length > 0);
    const gaps = items.flatMap(({ item }) => item.case === "gap" ? [GapReason[item.value.reason]]
      : []);
    assert.deepEqual(gaps, [], "a clean restart leaves no gap");
    assert.equal(eventsOf(items)[0]?.number, lastNumber + 1n);
    const ended = await gateway.stop("SIGTERM");
    assert.equal(ended.code, 0, ended.stderr);
  });
});
