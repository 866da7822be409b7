import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { Registry } from "prom-client";
import type { CallEvent } from "../../model/events.js";
import { callId, deviceId, linkId } from "../../model/identifiers.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { SimulatedEventLog } from "../../switching/switch-simulated.js";
import { GapReason, WatchEventsRequestSchema, type WatchEventsResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/calls_pb.js";
import { EventType } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import { silenceMs, watchEvents, watchQueueMax } from "./event-watch.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { serverMetrics } from "./metrics.js";

type Response = MessageInitShape<typeof WatchEventsResponseSchema>;

let calls = 0;

function ringing(world: SimulatedWorld, device: string): CallEvent {
  calls += 1;
  return { type: "delivered", link: linkId("pbx-1"), cause: "newCall",
    receivedAtMs: world.clock.monotonicMs(), alertingDevice: { device: deviceId(device) },
    connection: { call: callId(`c${calls}`), device: deviceId(device) } };
}

describe("watching events", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let abort: AbortController;

  const start = async (events?: SimulatedEventLog): Promise<void> => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world, ...(events === undefined ? {} : { events }) });
    abort = new AbortController();
  };

  beforeEach(() => start());

  /** An event passes several hands, each of which takes its turns. */
  const settled = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn += 1) await world.settle();
  };

  const watch = (request: MessageInitShape<typeof WatchEventsRequestSchema>) => {
    const context: CallContext = { identity: undefined, source: "grpc 192.0.2.9", language: "en",
      deadlineMs: Infinity, signal: abort.signal, identified: () => undefined };
    const got: Response[] = [];
    const faults: string[] = [];
    const ended = (async () => {
      for await (const item of watchEvents(gateway, serverMetrics(new Registry(), "grpc"),
        create(WatchEventsRequestSchema, request), context)) {
        if (item.ok) got.push(...item.value);
        else faults.push(...(item.fault.fields ?? []).map(({ path }) => path), item.fault.code);
      }
    })();
    return { got, faults, ended, cases: () => got.map((response) => response.item?.case) };
  };

  it("says live at once, then events with their latency, then live in every silence", async () => {
    const { got, cases, ended } = watch({});
    await settled();
    assert.deepEqual(cases(), ["live"]);
    const event = ringing(world, "100");
    await world.advance(3);
    gateway.switch.apply(event);
    await world.advance(1);
    const item = got[1]?.item;
    assert.ok(item?.case === "event" && item.value.latency !== undefined);
    assert.equal(durationMs({ $typeName: "google.protobuf.Duration", seconds: 0n, nanos: 0,
      ...item.value.latency }), 3);
    await world.advance(2 * silenceMs);
    assert.deepEqual(cases(), ["live", "event", "live", "live"]);
    abort.abort();
    await ended;
    assert.equal(gateway.switch.gauges.monitors, 0);
    assert.deepEqual(world.timersPending.filter((name) => name === "api.heartbeat"), []);
  });

  it("gives exactly the rest, without latency, before it is live", async () => {
    for (let n = 0; n < 4; n += 1) gateway.switch.apply(ringing(world, "100"));
    gateway.events.settle();
    await world.advance(60_000);
    const { got, cases } = watch({ afterNumber: 2n });
    await settled();
    assert.deepEqual(cases(), ["event", "event", "live"]);
    const [first] = got;
    assert.ok(first?.item?.case === "event");
    assert.deepEqual([first.item.value.number, first.item.value.latency], [3n, undefined]);
    abort.abort();
  });

  it("begins with gap and snapshot for a number from before a crash", async () => {
    await start(new SimulatedEventLog(1_000_001n, [{ number: 1n, atMs: 0, numbers: [],
      event: { ...ringing(new SimulatedWorld(), "100") }, direction: "unknown", healed: false,
      parties: [] }]));
    gateway.switch.apply(ringing(world, "100"));
    gateway.switch.apply(ringing(world, "200"));
    gateway.events.settle();
    const { got, cases } = watch({ afterNumber: 500n, devices: [{ device: "200" }] });
    await settled();
    assert.deepEqual(cases(), ["gap", "snapshot", "live"]);
    const [gap, snapshot] = got;
    assert.ok(gap?.item?.case === "gap" && snapshot?.item?.case === "snapshot");
    assert.equal(gap.item.value.reason, GapReason.GATEWAY_RESTART);
    assert.equal(gap.item.value.nextNumber, 1_000_003n);
    assert.equal(snapshot.item.value.eventNumber, 1_000_002n);
    assert.deepEqual(snapshot.item.value.calls?.map((call) =>
      call.connections?.[0]?.id?.device), ["200"], "only what the filter concerns");
    gateway.switch.apply(ringing(world, "200"));
    await settled();
    const last = got.at(-1)?.item;
    assert.ok(last?.case === "event" && last.value.number === 1_000_003n);
    abort.abort();
  });

  it("gives everything kept to those who ask from 0, without a gap", async () => {
    for (let n = 0; n < 3; n += 1) gateway.switch.apply(ringing(world, "100"));
    gateway.events.settle();
    const { cases } = watch({ afterNumber: 0n });
    await settled();
    assert.deepEqual(cases(), ["event", "event", "event", "live"]);
    abort.abort();
  });

  it("tells a reader with a full queue of its gap, and of a resync", async () => {
    const { got, cases } = watch({ queueMax: 2 });
    await settled();
    for (let n = 0; n < 10; n += 1) gateway.switch.apply(ringing(world, "100"));
    await settled();
    const gap = got.map(({ item }) => item).find((item) => item?.case === "gap");
    assert.ok(gap?.case === "gap" && gap.value.reason === GapReason.SLOW_READER);
    const events = cases().filter((name) => name === "event").length;
    assert.equal(Number(gap.value.lost) + events, 10);
    gateway.switch.reconcile(linkId("pbx-1"), { calls: [], agents: [], devices: [] }, "login");
    await settled();
    assert.ok(cases().includes("resync") || cases().filter((name) => name === "gap").length > 1);
    abort.abort();
  });

  it("keeps to the filter of types", async () => {
    const { cases } = watch({ types: [EventType.HELD] });
    await settled();
    gateway.switch.apply(ringing(world, "100"));
    await settled();
    assert.deepEqual(cases(), ["live"]);
    abort.abort();
  });

  it("names everything that is wrong with a request", async () => {
    const { faults, ended } = watch({ links: [""], devices: [{ link: "pbx-1" }],
      types: [EventType.UNSPECIFIED], queueMax: watchQueueMax + 1 });
    await ended;
    assert.deepEqual(faults,
      ["links[0]", "devices[0].device", "types[0]", "queue_max", "argument-invalid"]);
    const allowed = watch({ queueMax: watchQueueMax });
    await settled();
    assert.deepEqual(allowed.cases(), ["live"]);
    abort.abort();
  });
});
