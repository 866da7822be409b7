import assert from "node:assert/strict";
import { inspect } from "node:util";
import { create, toBinary, type DescMethodServerStreaming, type DescMethodUnary,
  type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { Registry } from "prom-client";
import { ok, type Fault } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import type { PageRecord } from "../../paging/page-record.js";
import { AccessService, Role } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import { CallsService, RequestedAgentState }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ApplyMode, ConfigurationService }
  from "../../../proto/gen/cti/gateway/v1/configuration_pb.js";
import { PageDeliveryState, PagePriority, PageStatus, PagingService }
  from "../../../proto/gen/cti/gateway/v1/paging_pb.js";
import { ForwardingType } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { DeliveryService, DestinationState }
  from "../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { LinksService } from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { NumbersService, NumberUse } from "../../../proto/gen/cti/gateway/v1/numbers_pb.js";
import { ExportFormat, RecordsService } from "../../../proto/gen/cti/gateway/v1/records_pb.js";
import { Severity, SystemService } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { Role as RoleName } from "../access/roles.js";
import { deviceMessage } from "./link-message.js";
import { createApi, type Api } from "./api.js";
import { chunkBytes } from "./chunks.js";
import type { Door } from "./door.js";
import { receivedBytesMax, triedBytesMax } from "./try-format.js";
import { simulatedGateway, simulatedPassword, simulatedRecord, type SimulatedGateway }
  from "./gateway-simulated.js";

async function gather<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("services", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let api: Api;
  let door: Door;
  let abort: AbortController;

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world, links: ["pbx-1", "pbx-2"] });
    api = createApi(gateway, new Registry());
    door = api.door("grpc");
    abort = new AbortController();
  });

  const caller = async (role: RoleName) => ({ token: await gateway.token(role),
    certificate: undefined, source: "grpc 192.0.2.9", deadlineMs: undefined, signal: abort.signal,
    language: "en" as const });

  const bound = (method: DescMethodUnary | DescMethodServerStreaming) => {
    const found = api.methods.get(`${method.parent.typeName}/${method.name}`);
    assert.ok(found !== undefined);
    return found;
  };

  async function call<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]> | Fault> {
    const one = bound(method);
    assert.ok(one.kind === "unary");
    const result = await door.unary(one.method, one.handler,
      create(method.input, request), await caller(role));
    return result.ok ? create(method.output, result.value) as MessageShape<M["output"]>
      : result.fault;
  }

  async function good<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<MessageShape<M["output"]>> {
    const answer = await call(role, method, request);
    assert.ok("$typeName" in answer, inspect(answer));
    // What is answered must also have an encoding.
    toBinary(method.output, answer);
    return answer;
  }

  async function refused<M extends DescMethodUnary>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): Promise<Fault> {
    const answer = await call(role, method, request);
    assert.ok("code" in answer && !("$typeName" in answer), "it should have been refused");
    return answer as Fault;
  }

  async function *follow<M extends DescMethodServerStreaming>(
    role: RoleName, method: M, request: MessageInitShape<M["input"]>,
  ): AsyncGenerator<MessageShape<M["output"]>> {
    const one = bound(method);
    assert.ok(one.kind === "stream");
    for await (const item of door.stream(one.method, one.handler, create(method.input, request),
      await caller(role), () => undefined)) {
      assert.ok(item.ok, item.ok ? "" : item.fault.message);
      for (const each of item.value) yield create(method.output, each) as MessageShape<M["output"]>;
    }
  }

  const connection = { call: "c1", device: "100" };
  const held = { call: callId("c1"), device: deviceId("100") };

  it("turns every call service into the model's request, word for word", async () => {
    const { method } = CallsService;
    const asked: unknown[] = [];
    gateway.switch.request = (link, request, actor) => {
      asked.push([link, actor.name, request]);
      return Promise.resolve(ok({ service: request.service, connection: held }));
    };
    const link = "pbx-1";
    const made = await good("operator", method.makeCall,
      { link, device: "100", number: "0123", doNotPrompt: true });
    assert.deepEqual([made.connection?.call, made.connection?.device], ["c1", "100"]);
    for (const one of ["answerCall", "clearConnection", "clearCall", "holdCall", "retrieveCall",
      "acceptCall", "callBack"] as const) {
      await good("operator", method[one], { link, connection });
    }
    const pair = { heldCall: connection, activeCall: { call: "c2", device: "100" } };
    const single = { link, activeCall: connection, number: "200" };
    await good("operator", method.alternateCall, { link, ...pair });
    await good("operator", method.reconnectCall, { link, ...pair });
    await good("operator", method.consultationCall, { ...single, existingCall: connection });
    await good("operator", method.transferCall, { link, ...pair });
    await good("operator", method.conferenceCall, { link, ...pair });
    await good("operator", method.singleStepTransferCall, single);
    await good("operator", method.singleStepConference, single);
    await good("operator", method.deflectCall, { link, connection, number: "200" });
    await good("operator", method.directedPickupCall, { link, connection, device: "300" });
    await good("operator", method.parkCall, { link, connection, parkTo: "701" });
    await good("operator", method.generateDigits, { link, connection, digits: "12#A" });
    await good("operator", method.setAgentState, { link, device: "100", acdGroup: "sales",
      state: RequestedAgentState.NOT_READY, reason: "lunch" });
    await good("operator", method.setMessageWaitingIndicator, { link, device: "100", on: true });
    await good("operator", method.setDoNotDisturb, { link, device: "100" });
    await good("operator", method.groupPickupCall, { link, device: "300" });
    await good("operator", method.associateData, { link, connection, accountCode: "77" });
    await good("operator", method.setForwarding,
      { link, device: "100", on: true, type: ForwardingType.NO_ANSWER, number: "200" });
    const both = { heldCall: held, activeCall: { call: "c2", device: "100" } };
    assert.deepEqual(asked, [
      { service: "makeCall", callingDevice: "100", calledNumber: "0123",
        autoOriginate: "doNotPrompt" },
      ...["answerCall", "clearConnection", "clearCall", "holdCall", "retrieveCall", "acceptCall",
        "callBack"].map((service) => ({ service, connection: held })),
      { service: "alternateCall", ...both },
      { service: "reconnectCall", ...both },
      { service: "consultationCall", existingCall: held, consultedDevice: "200" },
      { service: "transferCall", ...both },
      { service: "conferenceCall", ...both },
      { service: "singleStepTransferCall", activeCall: held, transferredTo: "200" },
      { service: "singleStepConference", activeCall: held, deviceToBeJoined: "200" },
      { service: "deflectCall", callToBeDiverted: held, newDestination: "200" },
      { service: "directedPickupCall", callToBePickedUp: held, requestingDevice: "300" },
      { service: "parkCall", parking: held, parkTo: "701" },
      { service: "generateDigits", connection: held, digits: "12#A" },
      { service: "setAgentState", device: "100", requestedState: "notReady", acdGroup: "sales",
        reason: "lunch" },
      { service: "setMessageWaitingIndicator", device: "100", on: true },
      { service: "setDoNotDisturb", device: "100", on: false },
      { service: "groupPickupCall", requestingDevice: "300" },
      { service: "associateData", connection: held, accountCode: "77" },
      { service: "setForwarding", device: "100", on: true, forwardingType: "noAnswer",
        forwardTo: "200" },
    ].map((request) => ["pbx-1", "operator", request]));
  });

  it("does a click once, however often it is repeated", async () => {
    let count = 0;
    gateway.switch.request = (_link, request) => {
      count += 1;
      return Promise.resolve(ok({ service: request.service, connection: held }));
    };
    const request = { link: "pbx-1", device: "100", number: "200", requestId: "click-1" };
    await Promise.all([1, 2, 3].map(() =>
      good("operator", CallsService.method.makeCall, request)));
    assert.equal(count, 1);
  });

  it("lists all wrong fields of a request, and unknown links by name", async () => {
    const fault = await refused("operator", CallsService.method.setAgentState, {});
    assert.deepEqual(fault.fields?.map(({ path }) => path), ["link", "state", "device"]);
    const digits = await refused("operator", CallsService.method.generateDigits,
      { link: "pbx-1", connection, digits: "12x" });
    assert.deepEqual(digits.fields?.map(({ path }) => path), ["digits"]);
    const unknown = await refused("operator", CallsService.method.holdCall,
      { link: "pbx-9", connection });
    assert.equal(unknown.code, "link-unknown");
    assert.match(unknown.message, /pbx-9/);
  });

  it("shows links with what they can do, and obeys", async () => {
    const { links } = await good("viewer", LinksService.method.listLinks, {});
    assert.deepEqual(links.map(({ id }) => id), ["pbx-1", "pbx-2"]);
    assert.ok(links[0]?.capabilities?.rows.some(({ subject, kind }) =>
      subject === "makeCall" && kind === "service"));
    await good("operator", LinksService.method.disableLink, { id: "pbx-1" });
    assert.equal(gateway.simulatedLinks[0]?.state.name, "disabled");
    await good("operator", LinksService.method.enableLink, { id: "pbx-1" });
    assert.equal(gateway.simulatedLinks[0]?.state.name, "up");
    assert.equal((await good("operator", LinksService.method.resyncLink,
      { id: "pbx-1" })).healed, 3);
    assert.equal((await refused("viewer", LinksService.method.restartLink,
      { id: "pbx-1" })).code, "permission-denied");
  });

  it("watches links: all of them first, then each change, then those that are gone", async () => {
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { link, removed } of follow("viewer", LinksService.method.watchLinks, {})) {
        seen.push(`${link?.id} ${removed}`);
      }
    })().catch(() => undefined);
    for (let turn = 0; turn < 10; turn += 1) await world.settle();
    gateway.linkChanged("pbx-2", false);
    gateway.linkChanged("pbx-9", true);
    for (let turn = 0; turn < 10; turn += 1) await world.settle();
    assert.deepEqual(seen, ["pbx-1 false", "pbx-2 false", "pbx-2 false", "pbx-9 true"]);
    abort.abort();
    await watching;
  });

  it("pages through devices", async () => {
    gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [],
      devices: ["102", "100", "101"].map((device) => ({ device: deviceId(device),
        category: "station" as const, ...(device === "101" ? { notMonitored:
          { reason: { en: "no right", fr: "aucun droit" },
            advice: { en: "give it", fr: "donnez-le" } } } : {}) })) }, "login");
    const { listDevices } = LinksService.method;
    const first = await good("viewer", listDevices, { pageSize: 2 });
    assert.deepEqual(first.devices.map(({ device }) => device), ["100", "101"]);
    const rest = await good("viewer", listDevices, { pageToken: first.nextPageToken });
    assert.deepEqual([rest.devices.map(({ device }) => device), rest.nextPageToken],
      [["102"], ""]);
    const dark = await good("viewer", listDevices, { onlyNotMonitored: true });
    assert.deepEqual(dark.devices.map((one) => [one.device, one.notMonitoredAdvice]),
      [["101", "give it"]]);
    const [french] = gateway.switch.devices(linkId("pbx-1")).filter(({ notMonitored }) =>
      notMonitored !== undefined).map((device) => deviceMessage(device, "fr"));
    assert.deepEqual([french?.notMonitoredReason, french?.notMonitoredAdvice],
      ["aucun droit", "donnez-le"]);
    const bad = await refused("viewer", listDevices, { pageSize: 1_000_000 });
    assert.deepEqual(bad.fields?.map(({ path }) => path), ["page_size"]);
  });

  it("gives records, and says when one is gone", async () => {
    await gateway.records.add(simulatedRecord(1));
    const { records } = await good("viewer", RecordsService.method.listRecords, {});
    const [record] = records;
    assert.deepEqual([record?.calling?.name, record?.endCause, record?.source],
      ["Dupont, \"Anne\"", "normalClearing", 1]);
    assert.equal((await good("viewer", RecordsService.method.getRecord,
      { id: record?.id ?? "" })).record?.id, record?.id);
    assert.equal((await refused("viewer", RecordsService.method.getRecord,
      { id: "none" })).code, "not-found");
    const wrong = await refused("viewer", RecordsService.method.listRecords, { pageSize: 5_000,
      query: { number: "12", from: { seconds: 2n }, until: { seconds: 1n } } });
    assert.deepEqual(wrong.fields?.map(({ path }) => path),
      ["query.from", "query.number", "page_size"]);
    const far = await refused("viewer", RecordsService.method.countRecords,
      { query: { from: { seconds: 1n } } });
    assert.deepEqual(far.fields?.map(({ path }) => path), ["query.from"]);
  });

  it("lists destinations, with bytes or records that wait", async () => {
    const to = { kind: "file", folder: "/f", rotate: "daily", keepDays: 1 } as const;
    const feed = { link: linkId("pbx-1"), waiting: 7, waitingSinceMs: 5_000, again: false,
      taken: { pieces: 3, bytes: 90 }, lost: { bytes: 4, atMs: 1 } };
    const row = { description: "/f", state: "down", sinceMs: 1_000, retryAtMs: 2_000, failures: 6,
      reason: { en: "full", fr: "plein" }, feeds: [feed] } as const;
    gateway.delivery.list = () => Promise.resolve([
      { ...row, destination: { id: "a", links: [], what: "raw", to } },
      { ...row, destination: { id: "b", links: [], what: "records-csv", to } }]);
    const { destinations } =
      await good("viewer", DeliveryService.method.listDestinations, {});
    assert.deepEqual([destinations[0]?.failures, destinations[0]?.feeds[0]?.takenPieces,
      destinations[0]?.feeds[0]?.lostBytes], [6n, 3n, 4n]);
    assert.deepEqual(destinations.map(({ id, kind, state, reason, feeds: [found] }) =>
      [id, kind, state, reason, found?.waitingBytes, found?.waitingRecords]), [
      ["a", "file", DestinationState.DOWN, "full", 7n, 0n],
      ["b", "file", DestinationState.DOWN, "full", 0n, 7n]]);
  });

  it("sends a page, waits for it, and follows pages from a number on", async () => {
    const { sendPage, listPages, watchPages } = PagingService.method;
    const record: PageRecord = { number: 8n, atMs: 1_000,
      source: { kind: "user", name: "operator" },
      page: { pager: "550", text: "ROOM 12", priority: "alarm" }, deliveries: [
        { link: linkId("bus"), pager: "550", state: "waiting", attempts: 0, changedAtMs: 1_000 }] };
    const finished: PageRecord = { ...record, deliveries: record.deliveries.map((each) =>
      ({ ...each, state: "delivered", attempts: 1, status: "accepted" })) };
    const watchers = new Set<(record: PageRecord) => void>();
    let sent: unknown[] = [];
    gateway.paging.send = (...asked) => {
      sent = asked;
      queueMicrotask(() => { for (const each of watchers) each(finished); });
      return Promise.resolve(ok(record));
    };
    gateway.paging.watch = (watcher) => {
      watchers.add(watcher);
      return () => { watchers.delete(watcher); };
    };
    gateway.paging.get = () => Promise.resolve(finished);
    gateway.paging.after = (number) => Promise.resolve(number < 8n ? [record] : []);
    gateway.paging.list = (before) => Promise.resolve(before === undefined ? [finished] : []);
    const request = { link: "bus", pager: "550", text: "ROOM 12", priority: PagePriority.ALARM,
      wait: { seconds: 5n } };
    const { page } = await good("operator", sendPage, request);
    assert.deepEqual(sent, ["operator", "bus",
      { pager: "550", text: "ROOM 12", priority: "alarm" }]);
    assert.deepEqual([page?.number, page?.fromUser, page?.deliveries[0]?.state,
      page?.deliveries[0]?.status],
    [8n, "operator", PageDeliveryState.DELIVERED, PageStatus.ACCEPTED]);
    assert.equal(watchers.size, 0);
    const { pages } = await good("viewer", listPages, {});
    assert.deepEqual(pages.map(({ number }) => number), [8n]);
    const seen: unknown[] = [];
    for await (const { page: one } of follow("viewer", watchPages, { afterNumber: 7n })) {
      seen.push(one?.deliveries[0]?.state);
      if (seen.length === 2) break;
      for (const each of watchers) each(finished);
    }
    assert.deepEqual(seen, [PageDeliveryState.WAITING, PageDeliveryState.DELIVERED]);
    assert.equal((await refused("viewer", sendPage, request)).code, "permission-denied");
    const wrong = await refused("operator", sendPage, { pager: "5 5", text: "x".repeat(513),
      beep: 10 });
    assert.deepEqual(wrong.fields?.map(({ path }) => path), ["link", "pager", "text", "beep"]);
  });

  it("shows the ledger of days, and sends once more only what is a range of time", async () => {
    const { getLedger, redeliver } = DeliveryService.method;
    gateway.delivery.balance = (_link, day) => Promise.resolve([{ day, bytesIn: 10, records: 1,
      recordBytes: 5, skippedBytes: 2, garbageBytes: 2, reasons: { noise: 2 }, adriftBytes: 1,
      through: 10, delivered: [{ destination: "a", pieces: 1, bytes: 6, again: 0,
        lost: 4 }] }]);
    const { days, balances } = await good("viewer", getLedger,
      { link: "pbx-1", fromDay: "2026-11-23", toDay: "2026-11-23" });
    assert.equal(balances, false);
    assert.deepEqual([days[0]?.day, days[0]?.adriftBytes, days[0]?.garbageReasons,
      days[0]?.delivered[0]?.lost], ["2026-11-23", 1n, { noise: 2n }, 4n]);
    for (const [fromDay, toDay, path] of [["23/11", "2026-11-23", "from_day"],
      ["2026-11-23", "2026-11-22", "to_day"], ["2025-01-01", "2026-11-22", "to_day"]] as const) {
      const wrong = await refused("viewer", getLedger, { link: "pbx-1", fromDay, toDay });
      assert.deepEqual(wrong.fields?.map((field) => field.path), [path]);
    }
    const asked: unknown[] = [];
    gateway.delivery.again = (...range) => {
      asked.push({ to: range[0], ...range[2] });
      return Promise.resolve(ok(undefined));
    };
    const range = { destination: "a", link: "pbx-1", from: { seconds: 1n },
      until: { seconds: 2n } };
    await good("operator", redeliver, range);
    const numbers = { fromNumber: 3n, toNumber: 4n };
    await good("operator", redeliver, { destination: "a", link: "pbx-1", ...numbers });
    assert.deepEqual(asked, [{ to: "a", fromMs: 1_000, untilMs: 2_000 }, { to: "a", ...numbers }]);
    assert.equal((await refused("viewer", redeliver, range)).code, "permission-denied");
    assert.equal((await refused("operator", redeliver, { ...range, link: "x" })).code,
      "link-unknown");
    const wrong = await refused("operator", redeliver, { link: "pbx-1", until: { seconds: 2n } });
    assert.deepEqual(wrong.fields?.map(({ path }) => path), ["destination", "from"]);
    const back = await refused("operator", redeliver, { ...range, until: { seconds: 1n } });
    assert.deepEqual(back.fields?.map(({ path }) => path), ["until"]);
    assert.equal(asked.length, 2);
  });

  it("exports records in chunks of 64 KiB with a running count", async () => {
    const count = 1_000;
    for (let n = 0; n < count; n += 1) await gateway.records.add(simulatedRecord(n));
    const chunks = await gather(follow("operator",
      RecordsService.method.exportRecords, { format: ExportFormat.CSV }));
    assert.ok(chunks.length > 1);
    assert.ok(chunks.slice(0, -1).every(({ data }) => data.length === chunkBytes));
    assert.equal(chunks.at(-1)?.records, BigInt(count));
    const file = Buffer.concat(chunks.map(({ data }) => data)).toString("utf8");
    assert.equal(file.trimEnd().split("\r\n").length, count + 1);
    assert.ok(file.includes("\"Dupont, \"\"Anne\"\"\""));
    const json = await gather(follow("operator",
      RecordsService.method.exportRecords, { format: ExportFormat.JSON }));
    const lines = Buffer.concat(json.map(({ data }) => data)).toString("utf8").trim().split("\n");
    assert.equal(lines.length, count);
    assert.equal((JSON.parse(lines[0] ?? "") as { link: string }).link, "pbx-1");
  });

  it("reads raw bytes from a position", async () => {
    gateway.raws.push({ position: 1n, atMs: 5, bytes: Buffer.from("ab") },
      { position: 3n, atMs: 6, bytes: Buffer.from("cd"), line: { channel: "serial ttyS0 9600 8N1",
        lines: { cts: true, dsr: false, dcd: false }, damaged: 2 } });
    const { readRaw } = RecordsService.method;
    const segments = await gather(follow("admin", readRaw, { link: "pbx-1", fromPosition: 2n }));
    assert.deepEqual(segments.map(({ position, data, line }) =>
      [position, Buffer.from(data).toString(), line?.channel, line?.lines?.cts, line?.lines?.dsr,
        line?.damaged, line?.breaks]),
    [[3n, "cd", "serial ttyS0 9600 8N1", true, false, 2, 0]]);
    const newest = follow("admin", readRaw, { link: "pbx-1", newest: true, bytesMax: 4n });
    assert.deepEqual((await gather(newest)).map(({ position }) => position), [3n]);
  });

  it("tries other options on the newest raw bytes of a link, or on bytes given", async () => {
    const { tryFormat } = RecordsService.method;
    const link = "pbx-1";
    const none = await refused("admin", tryFormat, { optionsYaml: "a: 1", link });
    assert.equal(none.code, "not-found");
    gateway.raws.push({ position: 1n, atMs: 4_000, bytes: Buffer.from("one\nwr") },
      { position: 2n, atMs: 5_000, bytes: Buffer.from("ong\ntwo\n") });
    const tried = await good("admin", tryFormat, { optionsYaml: "a: 1", link });
    assert.deepEqual(tried.records.map(({ text, fields, phase, callingNumber, direction }) =>
      [text, fields, phase, callingNumber, direction]),
    [["one", { driver: "simulated" }, "completed", "one", 1],
      ["two", { driver: "simulated" }, "completed", "two", 1]]);
    assert.equal(tried.records[0]?.startedAt === undefined ? 0
      : timestampMs(tried.records[0].startedAt), 5_000);
    assert.deepEqual([tried.recordsTotal, tried.rejectedTotal, tried.bytesRead], [1_002, 1, 14]);
    assert.deepEqual(tried.rejected.map(({ text, reason }) => [text, reason]), [["wrong", "no"]]);
    assert.equal(Buffer.from(tried.received).toString(), "one\nwrong\ntwo\n");
    const given = await good("admin", tryFormat,
      { optionsYaml: "a: 1", driver: "smdr", data: Buffer.from("x") });
    assert.deepEqual(given.records.map(({ fields }) => fields), [{ driver: "smdr" }]);
    assert.equal(given.received.length, 0);
    // The beginning of a line that is only partly within reach is not shown as rejected.
    gateway.raws.splice(0, 2, { position: 3n, atMs: 6_000,
      bytes: Buffer.from(`${"x".repeat(triedBytesMax - 5)}\nlast`) });
    const far = await good("admin", tryFormat, { optionsYaml: "a: 1", link });
    assert.deepEqual(far.records.map(({ text }) => text), ["last"]);
    gateway.raws.splice(0, 1, { position: 4n, atMs: 7_000,
      bytes: Buffer.from(`${"x".repeat(receivedBytesMax)}\nnew\nest`) });
    const newest = await good("admin", tryFormat, { optionsYaml: "a: 1", link });
    assert.equal(Buffer.from(newest.received).toString(), "new\nest");
  });

  it("refuses to try what is not right, and whom it does not concern", async () => {
    const { tryFormat } = RecordsService.method;
    const paths = async (request: MessageInitShape<typeof tryFormat.input>) =>
      (await refused("admin", tryFormat, request)).fields?.map(({ path }) => path);
    assert.deepEqual(await paths({}), ["options_yaml", "link"]);
    assert.deepEqual(await paths({ optionsYaml: "a: 1", link: "pbx-1", data: Buffer.from("x") }),
      ["link"]);
    assert.deepEqual(await paths({ optionsYaml: "a: 1", data: Buffer.alloc(triedBytesMax + 1) }),
      ["data"]);
    assert.deepEqual(await paths({ optionsYaml: "wrong", data: Buffer.from("x") }), ["format"]);
    const unknown = await refused("admin", tryFormat, { optionsYaml: "a: 1", link: "pbx-9" });
    assert.equal(unknown.code, "link-unknown");
    const operator = await refused("operator", tryFormat, { optionsYaml: "a: 1", link: "pbx-1" });
    assert.equal(operator.code, "permission-denied");
    const entry = gateway.audit.entries.findLast(({ action }) => action === "TryFormat");
    assert.deepEqual([entry?.outcome, entry?.subject], ["permission-denied", "pbx-1"]);
    assert.doesNotMatch(entry?.detailsJson ?? "", /a: 1/);
  });

  it("explains numbers and tries rules on the numbers of the last calls", async () => {
    for (let n = 0; n < 3; n += 1) await gateway.records.add(simulatedRecord(n));
    const explained = await good("viewer", NumbersService.method.explainNumber,
      { link: "pbx-1", number: "0123456789", use: NumberUse.FROM_PBX });
    assert.deepEqual(explained.steps.map(({ rule }) => rule), ["country"]);
    const wrong = await refused("viewer", NumbersService.method.explainNumber, { link: "pbx-1" });
    assert.deepEqual(wrong.fields?.map(({ path }) => path), ["number", "use"]);
    const tried = await good("operator", NumbersService.method.testRules,
      { link: "pbx-1", rulesYaml: "country: FR" });
    assert.deepEqual([tried.callsTried, tried.numbersTried], [3, 2]);
  });

  it("validates, applies and lists configurations", async () => {
    const { method } = ConfigurationService;
    const checked = await good("admin", method.validateConfiguration, { document: "wrong" });
    assert.deepEqual([checked.errors[0]?.path, checked.errors[0]?.line, checked.plan.length],
      ["links[0].driver", 1, 0]);
    const bad = await refused("admin", method.applyConfiguration,
      { document: "wrong", mode: ApplyMode.APPLY });
    assert.deepEqual([bad.code, bad.fields?.[0]?.path], ["config-invalid", "links[0].driver"]);
    for (const document of ["one", "two", "three"]) {
      await good("admin", method.applyConfiguration,
        { document, mode: ApplyMode.APPLY, requestId: document });
    }
    await good("admin", method.applyConfiguration,
      { document: "three", mode: ApplyMode.APPLY, requestId: "three" });
    const first = await good("admin", method.listRevisions, { pageSize: 2 });
    assert.deepEqual(first.revisions.map(({ number, actor }) => [number, actor]),
      [[3n, "admin"], [2n, "admin"]]);
    const rest = await good("admin", method.listRevisions, { pageToken: first.nextPageToken });
    assert.deepEqual([rest.revisions.map(({ number }) => number), rest.nextPageToken], [[1n], ""]);
    assert.equal((await good("admin", method.getConfiguration, {})).document, "three");
    assert.equal((await good("admin", method.diffRevisions, { from: 1n })).diff, "-one\n+three\n");
    const short = await refused("admin", method.applyConfiguration,
      { document: "x", confirmWithin: { seconds: 1n } });
    assert.deepEqual(short.fields?.map(({ path }) => path), ["mode", "confirm_within"]);
  });

  it("keeps secrets and never tells them, neither in an answer nor in the audit log", async () => {
    const { method } = ConfigurationService;
    const set = await good("admin", method.setSecret, { name: "ami", value: "hunter2" });
    assert.deepEqual([set.links, set.restarted], [["pbx-1", "pbx-2"], ["pbx-1"]]);
    const { secrets } = await good("admin", method.listSecrets, {});
    assert.deepEqual(secrets.map(({ name, links }) => [name, links]),
      [["ami", ["pbx-1", "pbx-2"]]]);
    assert.ok(secrets[0]?.setAt !== undefined);
    const wrong = await refused("admin", method.setSecret, { name: "Not good", value: "hunter2" });
    assert.deepEqual([wrong.code, wrong.fields?.[0]?.path], ["argument-invalid", "name"]);
    assert.equal((await refused("admin", method.setSecret, { name: "ami" })).fields?.[0]?.path,
      "value");
    await good("admin", method.deleteSecret, { name: "ami" });
    assert.equal((await refused("admin", method.deleteSecret, { name: "ami" })).code, "not-found");
    assert.equal((await refused("operator", method.listSecrets, {})).code, "permission-denied");
    assert.deepEqual(gateway.audit.entries.map(({ action, subject }) => [action, subject])
      .slice(0, 2), [["SetSecret", "ami"], ["SetSecret", "Not good"]]);
    assert.doesNotMatch(inspect([secrets, wrong, gateway.audit.entries, world.logged]), /hunter2/);
  });

  it("shows alarms in the caller's language, worst first, and who has seen them", async () => {
    gateway.alarms.raise("disk-low", "store", "12 %");
    gateway.alarms.raise("store-full", "store", "0 bytes");
    const { alarms } = await good("viewer", SystemService.method.listAlarms, {});
    assert.deepEqual(alarms.map(({ id, severity, text }) => [id, severity, text]), [
      ["store-full/store", Severity.CRITICAL,
        "The disk is full: records are not being kept (0 bytes)"],
      ["disk-low/store", Severity.WARNING, "Less than a fifth of the disk is free: 12 %"]]);
    const { alarm } = await good("operator", SystemService.method.acknowledgeAlarm,
      { id: "disk-low/store" });
    assert.equal(alarm?.acknowledgedBy, "operator");
    const seen: string[] = [];
    const watching = (async () => {
      for await (const { alarm: one } of follow("viewer", SystemService.method.watchAlarms, {})) {
        seen.push(`${one?.id} ${one?.clearedAt === undefined ? "stands" : "gone"}`);
      }
    })().catch(() => undefined);
    for (let turn = 0; turn < 10; turn += 1) await world.settle();
    gateway.alarms.clear("disk-low", "store");
    for (let turn = 0; turn < 10; turn += 1) await world.settle();
    assert.deepEqual(seen, ["store-full/store stands", "disk-low/store stands",
      "disk-low/store gone"]);
    abort.abort();
    await watching;
    assert.equal(gateway.alarms.watcherCount, 0);
  });

  it("reports health, version and the progress of a scrub", async () => {
    const health = await good("viewer", SystemService.method.getHealth, {});
    assert.deepEqual([health.components[0]?.component, health.host?.cpuLoad],
      ["gateway/links/pbx-1", 0.25]);
    gateway.system.host = () => undefined;
    const unread = await good("viewer", SystemService.method.getHealth, {});
    assert.equal(unread.host, undefined, "no reading is not a reading of zeros");
    assert.equal((await good("viewer", SystemService.method.getVersion, {})).version, "0.1.0");
    gateway.store.scrub = (async (onProgress?: (checked: number) => void) => {
      onProgress?.(10);
      await world.settle();
      return ok({ valuesChecked: 20, entriesChecked: 5, durationMs: 1,
        damages: [{ space: "records", keyHex: "00", problem: "checksum" }] });
    }) as typeof gateway.store.scrub;
    const reports = await gather(follow("admin", SystemService.method.scrub, {}));
    assert.deepEqual(reports.map(({ valuesChecked, finished, damages }) =>
      [valuesChecked, finished, damages.length]), [[10n, false, 0], [20n, true, 1]]);
  });

  it("pages through the audit log and exports it", async () => {
    for (const id of ["pbx-1", "pbx-2"]) {
      await good("operator", LinksService.method.restartLink, { id });
    }
    const first = await good("admin", SystemService.method.listAudit,
      { actor: "operator", pageSize: 1 });
    assert.deepEqual(first.entries.map(({ subject }) => subject), ["pbx-2"]);
    const rest = await good("admin", SystemService.method.listAudit,
      { actor: "operator", pageToken: first.nextPageToken });
    assert.deepEqual([rest.entries.map(({ subject }) => subject), rest.nextPageToken],
      [["pbx-1"], ""]);
    const chunks = await gather(follow("admin", SystemService.method.exportAudit, {}));
    const lines = Buffer.concat(chunks.map(({ data }) => data)).toString().trim().split("\n");
    assert.ok(lines.length >= 3);
  });

  it("keeps users, tokens and passwords", async () => {
    const { method } = AccessService;
    await good("admin", method.createUser,
      { name: "anna", password: "violet-harbour-pencil", role: Role.OPERATOR });
    const { users } = await good("admin", method.listUsers, {});
    assert.deepEqual(users.map(({ name }) => name), ["admin", "anna", "operator", "viewer"]);
    await good("admin", method.updateUser, { name: "anna", role: Role.VIEWER });
    const made = await good("admin", method.createToken, { name: "wallboard", role: Role.VIEWER });
    assert.ok(made.secret.length > 20);
    const { tokens } = await good("admin", method.listTokens, {});
    assert.deepEqual(tokens.map(({ name, createdBy }) => [name, createdBy]),
      [["wallboard", "admin"]]);
    await good("admin", method.revokeToken, { id: made.token?.id ?? "" });
    const past = await refused("admin", method.createToken, { name: "x", role: Role.VIEWER,
      expiresAt: { seconds: 1n } });
    assert.deepEqual(past.fields?.map(({ path }) => path), ["expires_at"]);
    await good("viewer", method.setPassword, { currentPassword: simulatedPassword,
      newPassword: "violet-harbour-pencil" });
    await good("admin", method.deleteUser, { name: "anna" });
    const who = await good("admin", method.whoAmI, {});
    assert.deepEqual([who.name, who.role, who.mustChangePassword], ["admin", Role.ADMIN, false]);
    assert.ok(timestampMs(users[0]?.createdAt ?? { $typeName: "google.protobuf.Timestamp",
      seconds: 0n, nanos: 0 }) > 0);
  });
});
