import assert from "node:assert/strict";
import { CallsService, GapReason } from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { PagePriority, PagingService } from "../../proto/gen/cti/gateway/v1/paging_pb.js";
import { LinksService, LinkState } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { ConnectionState, EventType } from "../../proto/gen/cti/gateway/v1/model_pb.js";
import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import { createBench } from "./bench.test.js";
import { statusFailure } from "./failure.js";
import { delayMsMax, firstDelayMs } from "./watch.js";

const { watchEvents } = CallsService.method;
const event = (number: bigint) => ({ item: { case: "event" as const, value: { number,
  link: "pbx-1", type: EventType.DELIVERED, cause: "newCall",
  connection: { call: "c1", device: "2001" }, state: ConnectionState.ALERTING,
  calling: { raw: "0142685300", display: "01 42 68 53 00", name: "Jean" },
  called: { raw: "2001", display: "2001" } } } });
const cut = () => statusFailure(Code.UNAVAILABLE, "connection lost", undefined);

describe("ctictl call watch", () => {
  it("resumes after its last number, prints gaps, and waits longer each time", async () => {
    const bench = createBench();
    let opened = 0;
    bench.onStream(watchEvents, function* () {
      opened += 1;
      if (opened === 1) {
        yield event(7n);
        throw cut();
      }
      if (opened === 2) throw cut();
      if (opened === 3) throw cut();
      yield { item: { case: "gap" as const, value: { lost: 3n, nextNumber: 11n,
        reason: GapReason.SLOW_READER } } };
      yield event(11n);
      bench.interrupt();
      throw cut();
    });
    assert.equal(await bench.run("call watch pbx-1 2001 --after 5 --type delivered"), 0);
    const filter = { devices: [{ link: "pbx-1", device: "2001" }],
      types: ["EVENT_TYPE_DELIVERED"] };
    assert.deepEqual(bench.sent.map(({ request }) => request), [
      { ...filter, afterNumber: "5" }, { ...filter, afterNumber: "7" },
      { ...filter, afterNumber: "7" }, { ...filter, afterNumber: "7" }]);
    assert.deepEqual(bench.slept, [firstDelayMs, firstDelayMs * 2, firstDelayMs * 4]);
    const lines = bench.out.split("\n");
    assert.match(lines[0] ?? "",
      /^ +7 .* pbx-1 +delivered +2001 +c1 +alerting +Jean <01 42 .* → 2001/);
    assert.match(lines[1] ?? "", /^-- gap: 3 events lost \(slow-reader\); goes on with 11$/);
    assert.match(lines[2] ?? "", /^ +11 /);
    assert.match(bench.err, /connection lost; trying again in 1 s/);
  });

  it("begins live, ends with --no-follow, and gives every message as a line of JSON", async () => {
    const bench = createBench();
    bench.onStream(watchEvents, () => [event(7n),
      { item: { case: "live" as const, value: { number: 7n } } }, event(8n)]);
    assert.equal(await bench.run("call watch --no-follow --output json"), 0);
    assert.deepEqual(bench.sent.map(({ request }) => request), [{}]);
    const lines = bench.out.trimEnd().split("\n").map((line): unknown => JSON.parse(line));
    assert.equal(lines.length, 2);
  });

  it("fails at once when the gateway was never reached, or refuses", async () => {
    for (const [code, exit] of [[Code.UNAVAILABLE, 6], [Code.PERMISSION_DENIED, 4]] as const) {
      const bench = createBench();
      bench.onStream(watchEvents, () => { throw statusFailure(code, "no", undefined); });
      assert.equal(await bench.run("call watch"), exit);
      assert.deepEqual(bench.slept, []);
    }
  });

  it("never waits longer than its bound", async () => {
    const bench = createBench();
    let opened = 0;
    bench.onStream(watchEvents, function* () {
      opened += 1;
      if (opened === 1) yield event(1n);
      if (opened > 9) bench.interrupt();
      throw cut();
    });
    await bench.run("call watch");
    assert.equal(Math.max(...bench.slept), delayMsMax);
  });
});

describe("ctictl link watch", () => {
  it("shows states, and opens again when the gateway ends the stream", async () => {
    const bench = createBench();
    let opened = 0;
    bench.onStream(LinksService.method.watchLinks, function* () {
      opened += 1;
      yield { link: { id: "pbx-1", state: LinkState.DEGRADED, reason: "no answer" } };
      if (opened === 2) bench.interrupt();
    });
    assert.equal(await bench.run("link watch"), 0);
    assert.equal(bench.out, "  pbx-1  degraded  no answer\n".repeat(2));
    assert.deepEqual(bench.slept, [firstDelayMs]);
  });
});

describe("ctictl page watch", () => {
  it("shows pages, and goes on after the last number", async () => {
    const bench = createBench();
    let opened = 0;
    bench.onStream(PagingService.method.watchPages, function* () {
      opened += 1;
      yield { page: { number: BigInt(6 + opened), fromLink: "ward", pager: "550", text: "ROOM 12",
        priority: PagePriority.ALARM } };
      if (opened === 2) bench.interrupt();
    });
    assert.equal(await bench.run("page watch --after 6"), 0);
    assert.equal(bench.out, "7  ward  550  alarm  ROOM 12\n8  ward  550  alarm  ROOM 12\n");
    assert.deepEqual(bench.sent.map(({ request }) => request),
      [{ afterNumber: "6" }, { afterNumber: "7" }]);
  });
});
