import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { type Call, CallSchema, ConnectionState, Direction, type Event, EventSchema, EventType }
  from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { callKey } from "./picture.js";
import { elsewhereKeptMs, endedKeptMs, type Pop, popEvent, type PopFilter, popInFull, popsMax,
  settlePops } from "./pops.js";

const all: PopFilter = { scope: "all", mine: undefined };

function event(type: EventType, call = "c1", device = "101",
  direction = Direction.INCOMING): Event {
  return create(EventSchema, { number: 1n, link: "pbx", type, connection: { call, device },
    direction, calling: { raw: "0142685300" } });
}

function calls(...names: readonly string[]): ReadonlyMap<string, Call> {
  return new Map(names.map((call) => [callKey("pbx", call), create(CallSchema,
    { link: "pbx", call, connections: [{ id: { call, device: "101" },
      state: ConnectionState.ALERTING }] })]));
}

const one: readonly Pop[] = popEvent([], event(EventType.DELIVERED), 1_000, all);

describe("page screen-pops", () => {
  it("come with an incoming call that is delivered", () => {
    assert.equal(one.length, 1);
    assert.equal(one[0]?.device, "101");
    assert.equal(one[0]?.caller?.raw, "0142685300");
  });

  it("do not come with outgoing and internal calls", () => {
    for (const direction of [Direction.OUTGOING, Direction.INTERNAL, Direction.TANDEM]) {
      const pops = popEvent([], event(EventType.DELIVERED, "c1", "101", direction), 0, all);
      assert.deepEqual(pops, []);
    }
  });

  it("come for my device only, or not at all, as I wish", () => {
    const mine: PopFilter = { scope: "mine", mine: { link: "pbx", device: "102" } };
    assert.equal(popEvent([], event(EventType.DELIVERED), 0, mine).length, 0);
    assert.equal(popEvent([], event(EventType.DELIVERED, "c1", "102"), 0, mine).length, 1);
    assert.equal(popEvent([], event(EventType.DELIVERED), 0, { ...all, scope: "off" }).length, 0);
    assert.equal(popEvent([], event(EventType.DELIVERED), 0,
      { scope: "mine", mine: undefined }).length, 0);
  });

  it("follow the call to the device that is alerted next, in one card", () => {
    const next = popEvent(one, event(EventType.DELIVERED, "c1", "102"), 2_000, all);
    assert.equal(next.length, 1);
    assert.equal(next[0]?.device, "102");
    assert.equal(next[0]?.atMs, 1_000);
  });

  it("say who answered, the first only", () => {
    const answered = popEvent(one, event(EventType.ESTABLISHED, "c1", "103"), 2_000, all);
    assert.equal(answered[0]?.answeredBy, "103");
    const later = popEvent(answered, event(EventType.ESTABLISHED, "c1", "104"), 3_000, all);
    assert.equal(later[0]?.answeredBy, "103");
  });

  it("stay a little after the end, then leave", () => {
    const ended = popEvent(one, event(EventType.CALL_CLEARED), 5_000, all);
    assert.equal(ended[0]?.endedAtMs, 5_000);
    assert.equal(settlePops(ended, new Map(), 5_000 + endedKeptMs - 1, all).length, 1);
    assert.equal(settlePops(ended, new Map(), 5_000 + endedKeptMs, all).length, 0);
  });

  it("end when the call has vanished from the picture", () => {
    assert.equal(settlePops(one, new Map(), 9_000, all)[0]?.endedAtMs, 9_000);
  });

  it("are the same value when nothing changed", () => {
    assert.equal(settlePops(one, calls("c1"), 2_000, all), one);
  });

  it("stay with my device when the call rings elsewhere too", () => {
    const mine: PopFilter = { scope: "mine", mine: { link: "pbx", device: "101" } };
    const next = popEvent(one, event(EventType.DELIVERED, "c1", "102"), 2_000, mine);
    assert.equal(next[0]?.device, "101");
  });

  it("leave when somebody else has answered, and stay while I talk", () => {
    const mine: PopFilter = { scope: "mine", mine: { link: "pbx", device: "101" } };
    const elsewhere = popEvent(one, event(EventType.ESTABLISHED, "c1", "102"), 2_000, mine);
    const later = 2_000 + elsewhereKeptMs;
    assert.equal(settlePops(elsewhere, calls("c1"), later - 1, mine).length, 1);
    assert.equal(settlePops(elsewhere, calls("c1"), later, mine).length, 0);
    const here = popEvent(one, event(EventType.ESTABLISHED, "c1", "101"), 2_000, mine);
    assert.equal(settlePops(here, calls("c1"), later, mine).length, 1);
  });

  it("leave when the choice of devices changes", () => {
    const mine: PopFilter = { scope: "mine", mine: { link: "pbx", device: "102" } };
    assert.equal(settlePops(one, calls("c1"), 2_000, mine).length, 0);
    assert.equal(settlePops(one, calls("c1"), 2_000, { ...all, scope: "off" }).length, 0);
  });

  it("show one in full, which no newer call displaces while it rings", () => {
    const two = popEvent(one, event(EventType.DELIVERED, "c2"), 2_000, all);
    const [newer, older] = two;
    assert.equal(popInFull(two, undefined), newer?.key);
    assert.equal(popInFull(two, older?.key), older?.key);
    const answered = popEvent(two, event(EventType.ESTABLISHED), 3_000, all);
    assert.equal(popInFull(answered, older?.key), newer?.key);
    const alone = popEvent(one, event(EventType.ESTABLISHED), 3_000, all);
    assert.equal(popInFull(alone, one[0]?.key), one[0]?.key);
    assert.equal(popInFull(popEvent(alone, event(EventType.CALL_CLEARED), 4_000, all),
      one[0]?.key), undefined);
    assert.equal(popInFull([], "gone"), undefined);
  });

  it("are bounded; the oldest leaves", () => {
    let pops: readonly Pop[] = [];
    for (let n = 0; n <= popsMax; n += 1) {
      pops = popEvent(pops, event(EventType.DELIVERED, `c${n}`), n, all);
    }
    assert.equal(pops.length, popsMax);
    assert.equal(pops[0]?.call, `c${popsMax}`);
    assert.ok(!pops.some((pop) => pop.call === "c0"));
  });
});
