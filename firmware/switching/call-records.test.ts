import assert from "node:assert/strict";
import { callId } from "../model/identifiers.js";
import { deviceId } from "../model/identifiers.js";
import type { CompletedCall } from "../model/records.js";
import { gatherMs, pendingRecordsMax } from "./pending-records.js";
import { answers, benchLink, clears, rings, switchBench, type SwitchBench }
  from "./switch-bench.js";

const caller = "+33612345678";

function printed(b: SwitchBench, more: Partial<CompletedCall> = {}): CompletedCall {
  return { link: benchLink, direction: "incoming", device: deviceId("201"),
    callingNumber: "0612345678", pbxTime: "23/11/26 09:00AM",
    startedAtMs: b.world.clock.wall().getTime() - 40_000, durationMs: 30_000, answered: true,
    ringMs: 5_000, cost: "0.42", accountCode: "77", ...more };
}

async function answeredCall(b: SwitchBench, call = "C1"): Promise<void> {
  rings(b, call, "201", caller);
  await b.world.advance(5_000);
  answers(b, call, "201");
  await b.world.advance(30_000);
}

describe("Call records", () => {
  it("makes a record of a printed call nobody saw, once however often it is read", async () => {
    const b = switchBench();
    b.sw.record(printed(b, { rawPosition: 12n }));
    b.sw.record(printed(b, { rawPosition: 12n }));
    await b.world.advance(gatherMs);
    const records = [...b.records.records.values()];
    assert.equal(records.length, 1);
    assert.equal(records[0]?.source, "pbx");
    assert.equal(records[0]?.durationMs, 30_000);
    assert.equal(records[0]?.cost, "0.42");
    assert.equal((records[0]?.endedAtMs ?? 0) - (records[0]?.startedAtMs ?? 0), 35_000);
  });

  it("takes the station for the party that the PBX does not print", async () => {
    const b = switchBench();
    const { callingNumber: _, ...outgoingCall } = printed(b, { rawPosition: 12n });
    b.sw.record({ ...outgoingCall, direction: "outgoing", calledNumber: "0612345678" });
    b.sw.record(printed(b, { rawPosition: 13n }));
    await b.world.advance(gatherMs);
    const [outgoing, incoming] = [...b.records.records.values()];
    assert.deepEqual([outgoing?.calling?.raw, outgoing?.called?.raw], ["201", "0612345678"]);
    assert.deepEqual([incoming?.calling?.raw, incoming?.called?.raw], ["0612345678", "201"]);
  });

  it("keeps every record of one chunk, as a PBX sends them that empties its buffer", async () => {
    const b = switchBench();
    for (const rawOrdinal of [0, 1, 2]) {
      b.sw.record(printed(b, { rawPosition: 12n, rawOrdinal }));
    }
    await b.world.advance(gatherMs);
    assert.equal(b.records.records.size, 3);
    assert.equal(new Set([...b.records.records.values()].map(({ call }) => call)).size, 3);
  });

  it("sorts what a PBX printed within one minute as it was printed", async () => {
    const b = switchBench();
    const places = [[2n, 0], [2n, 1], [2n, 9], [2n, 10], [9n, 0], [10n, 0], [10n, 11]] as const;
    for (const [rawPosition, rawOrdinal] of places) {
      b.sw.record(printed(b, { rawPosition, rawOrdinal }));
    }
    await b.world.advance(gatherMs);
    const ids = [...b.records.records.values()].map(({ id }) => id);
    assert.equal(ids.length, places.length);
    assert.deepEqual([...ids].sort(), ids);
  });

  for (const order of ["after", "before"] as const) {
    it(`completes the record from events by the one printed ${order} the end`, async () => {
      const b = switchBench();
      await answeredCall(b);
      if (order === "before") b.sw.record(printed(b));
      clears(b, "C1", "201");
      await b.world.advance(1_000);
      if (order === "after") b.sw.record(printed(b));
      await b.world.advance(gatherMs);
      const records = [...b.records.records.values()];
      assert.equal(records.length, 1);
      assert.equal(records[0]?.source, "pbx");
      assert.equal(records[0]?.accountCode, "77");
      assert.deepEqual(records[0]?.legs[0]?.states.map((state) => state.state),
        ["alerting", "connected", "null"]);
    });
  }

  it("joins by the call's name however wrong the PBX's clock is", async () => {
    const b = switchBench();
    await answeredCall(b);
    clears(b, "C1", "201");
    b.sw.record(printed(b, { startedAtMs: 0, call: callId("C1") }));
    b.sw.record(printed(b, { startedAtMs: 0, call: callId("C2") }));
    await b.world.advance(gatherMs);
    assert.equal(b.records.records.size, 2);
    const named = [...b.records.records.values()].find((record) => record.call === "C1");
    assert.equal(named?.source, "pbx");
    assert.equal(named?.cost, "0.42");
  });

  it("writes a print at once though its call goes on, and again when it is over", async () => {
    for (const clockMs of [-40_000, -1e12]) {
      const b = switchBench();
      await answeredCall(b);
      const nowMs = b.world.clock.wall().getTime();
      const call = printed(b, { rawPosition: 12n, startedAtMs: nowMs + clockMs,
        ...(clockMs < -1e6 && { call: callId("C1") }) });
      b.sw.record(call);
      await b.world.advance(gatherMs);
      const [early, ...more] = [...b.records.records.values()];
      assert.deepEqual([early?.cost, early?.marks, more.length], ["0.42", ["gap"], 0]);
      // A process that was killed here reads it again, with no call in its picture.
      const next = switchBench({}, { records: b.records });
      const { call: _, ...read } = call;
      await next.sw.recordAgain(benchLink, { position: 12n,
        calls: [{ call: read, counted: false, arrivedAtMs: nowMs }] });
      await next.world.advance(gatherMs);
      assert.equal(b.records.records.size, 1);
      clears(b, "C1", "201");
      await b.world.advance(gatherMs);
      const [late, ...others] = [...b.records.records.values()];
      assert.deepEqual([late?.id, late?.cost, late?.marks, others.length],
        [early?.id, "0.42", [], 0]);
      assert.equal(late?.legs[0]?.states.at(-1)?.state, "null");
    }
  });

  it("does not take another call's printed record for its own", async () => {
    const b = switchBench();
    await answeredCall(b);
    clears(b, "C1", "201");
    b.sw.record(printed(b, { callingNumber: "0699999999" }));
    b.sw.record(printed(b, { device: deviceId("202") }));
    b.sw.record(printed(b, { durationMs: 900_000, pbxReference: "9" }));
    await b.world.advance(gatherMs);
    assert.equal(b.records.records.size, 4);
  });

  it("keeps records while the store is full, says so, and writes them afterwards", async () => {
    const b = switchBench();
    b.records.failing = "store-full";
    for (let n = 0; n < 200; n += 1) {
      rings(b, `C${String(n)}`, "201", caller);
      clears(b, `C${String(n)}`, "201");
    }
    await b.world.advance(600_000);
    assert.equal(b.records.records.size, 0);
    assert.equal(b.sw.gauges.recordsPending, 200);
    assert.equal(b.alarms.list()[0]?.id, "store-full/records");
    b.records.failing = undefined;
    await b.world.advance(61_000);
    assert.equal(b.records.records.size, 200);
    assert.deepEqual(b.alarms.list(), []);
    await b.sw.stop(1_000);
    assert.deepEqual(b.world.timersPending, []);
  });

  it("drops the oldest beyond pendingRecordsMax and counts them", async () => {
    const b = switchBench();
    b.records.failing = "store-unavailable";
    const over = 100;
    for (let n = 0; n < pendingRecordsMax + over; n += 1) {
      b.sw.record(printed(b, { rawPosition: BigInt(n) }));
    }
    await b.world.advance(1_000);
    assert(b.sw.gauges.recordsPending <= pendingRecordsMax + 64);
    assert(b.sw.counters.recordsDropped >= over - 64);
    const stopping = b.sw.stop(500);
    await b.world.advance(500);
    await stopping;
    assert.deepEqual(b.world.timersPending, []);
    const waited = b.sw.gauges.recordsPending;
    b.records.failing = undefined;
    assert((await b.sw.start()).ok);
    while (b.sw.gauges.recordsPending > 0) await b.world.advance(gatherMs);
    assert.equal(b.records.records.size, waited);
  });

  it("writes of calls that are read again those that the book lacks", async () => {
    const before = switchBench();
    const places = [[12n, 0], [12n, 1], [13n, 0]] as const;
    const [first, second, third] = places.map(([rawPosition, rawOrdinal]) =>
      printed(before, { rawPosition, rawOrdinal }));
    assert.ok(first !== undefined && second !== undefined && third !== undefined);
    // The same print three times: three calls.
    for (const call of [first, second]) before.sw.record(call);
    await before.world.advance(gatherMs);
    const b = switchBench({}, { records: before.records });
    const arrivedAtMs = before.world.clock.wall().getTime();
    const again = { position: 12n, calls: [{ call: first, counted: true, arrivedAtMs },
      { call: second, counted: false, arrivedAtMs },
      { call: third, counted: false, arrivedAtMs }] };
    await b.sw.recordAgain(benchLink, again);
    await b.sw.recorded();
    assert.equal(before.records.records.size, 3);
    await b.sw.recordAgain(benchLink, again);
    await b.sw.recorded();
    assert.equal(before.records.records.size, 3);
  });

  it("knows the record of a call that is read again, wherever silences fell", async () => {
    const before = switchBench();
    const call = printed(before, { rawPosition: 12n, rawOrdinal: 3 });
    before.sw.record(call);
    await before.world.advance(gatherMs);
    const b = switchBench({}, { records: before.records });
    const startedAtMs = call.startedAtMs + 7;
    await b.sw.recordAgain(benchLink, { position: 12n, calls: [{ counted: false,
      arrivedAtMs: startedAtMs,
      call: { ...call, startedAtMs, rawPosition: 13n, rawOrdinal: 0 } }] });
    await b.sw.recorded();
    assert.equal(before.records.records.size, 1);
  });

  it("keeps the place of a record for its call, and gives another call another place", async () => {
    const before = switchBench();
    const call = printed(before, { rawPosition: 12n, rawOrdinal: 0 });
    before.sw.record(call);
    await before.world.advance(gatherMs);
    const b = switchBench({}, { records: before.records });
    // The call went on when it was recorded; then another is read where the first one stands.
    const longer = { ...call, durationMs: call.durationMs + 600_000 };
    const other = { ...call, cost: "9.99" };
    for (const [calls, count] of [[[longer], 1], [[{ ...call, rawPosition: 11n }, other], 2]] as
      const) {
      await b.sw.recordAgain(benchLink, { position: 11n,
        calls: calls.map((each) =>
          ({ call: each, counted: false, arrivedAtMs: call.startedAtMs })) });
      await b.sw.recorded();
      assert.equal(before.records.records.size, count);
    }
    assert.deepEqual([...before.records.records.values()].map(({ cost }) => cost),
      ["0.42", "9.99"]);
  });

  it("completes what began as events with a print that is read again", async () => {
    const before = switchBench();
    await answeredCall(before);
    clears(before, "C1", "201");
    await before.world.advance(gatherMs);
    const b = switchBench({}, { records: before.records });
    await b.sw.recordAgain(benchLink, { position: 12n, calls: [{ counted: false,
      arrivedAtMs: before.world.clock.wall().getTime(),
      call: printed(before, { rawPosition: 12n, startedAtMs:
        before.world.clock.wall().getTime() - 35_000 }) }] });
    await b.sw.recorded();
    const found = [...before.records.records.values()];
    assert.deepEqual(found.map(({ source, cost, legs }) => [source, cost, legs.length]),
      [["pbx", "0.42", 1]]);
  });
});
