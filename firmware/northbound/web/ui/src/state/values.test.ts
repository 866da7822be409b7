import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { HourCountSchema } from "../../../../../../proto/gen/cti/gateway/v1/records_pb.js";
import { faultOf } from "../api/fault.js";
import { cell } from "./cell.js";
import { diffLines, lineSpan } from "./diff.js";
import { frameText, hexLines } from "./frames.js";
import { fieldMs, fieldOf, midnight, periodOf } from "./period.js";
import { address, parseRoute } from "./route.js";
import { bars, barsMax, byDay, peak, stacked, total } from "./series.js";

describe("page routes", () => {
  it("read page and argument", () => {
    assert.deepEqual(parseRoute(""), { page: "overview", argument: "" });
    assert.deepEqual(parseRoute("#/links/pbx-1"), { page: "links", argument: "pbx-1" });
    assert.deepEqual(parseRoute("#/nowhere"), { page: undefined, argument: "" });
    assert.deepEqual(parseRoute("#/records/%"), { page: "records", argument: "%" });
  });

  it("come back from their address", () => {
    for (const argument of ["", "pbx-1", "a/b c?", "é"]) {
      assert.deepEqual(parseRoute(address("links", argument)), { page: "links", argument });
    }
  });
});

describe("page cells", () => {
  it("tell their listeners of changes only", () => {
    const value = cell(1);
    let told = 0;
    const stop = value.subscribe(() => { told += 1; });
    value.set(1);
    assert.equal(told, 0);
    value.set(2);
    assert.equal(told, 1);
    stop();
    value.set(3);
    assert.equal(told, 1);
    assert.equal(value.get(), 3);
  });
});

describe("page chart", () => {
  const from = midnight(Date.UTC(2026, 5, 10, 12));
  const hour = (atMs: number, incoming: number, missed = 0) => create(HourCountSchema,
    { hour: { seconds: BigInt(atMs / 1_000) }, incoming, missed, outgoing: 1 });

  it("has a bar for each hour of a day, those without calls too", () => {
    const found = bars([hour(from + 3 * 3_600_000, 5, 2)], from, from + 86_400_000);
    assert.equal(found.length, 24);
    assert.deepEqual(found[3], { atMs: from + 3 * 3_600_000, answered: 3, missed: 2, outgoing: 1,
      internal: 0 });
    assert.equal(total(found[4] ?? assert.fail()), 0);
    assert.equal(peak(found), found[3]);
  });

  it("adds hours to days in a long range", () => {
    const until = midnight(from, 7);
    assert.equal(byDay(from, until), true);
    const found = bars([hour(from, 5), hour(from + 3_600_000, 7)], from, until);
    assert.equal(found.length, 7);
    assert.equal(found[0]?.answered, 12);
  });

  it("leaves out what lies outside and has no peak without calls", () => {
    const found = bars([hour(from - 3_600_000, 5), hour(from + 86_400_000, 5)], from,
      from + 86_400_000);
    assert.equal(peak(found), undefined);
  });

  it("is bounded", () => {
    assert.equal(bars([], 0, 86_400_000 * (barsMax + 50)).length, barsMax);
  });

  it("stacks each layer on the ones below", () => {
    const [times, ...edges] = stacked([{ atMs: 2_000, answered: 1, missed: 2, outgoing: 3,
      internal: 4 }]);
    assert.deepEqual(times, [2]);
    assert.deepEqual(edges, [[1], [3], [6], [10]]);
  });
});

describe("page periods", () => {
  const now = Date.UTC(2026, 10, 23, 12);

  it("follow the calendar", () => {
    const today = periodOf("today", now);
    assert.ok(today.fromMs <= now && now < today.untilMs);
    assert.equal(periodOf("yesterday", now).untilMs, today.fromMs);
    assert.equal(periodOf("hour", now).fromMs, now - 3_600_000);
    assert.ok(periodOf("quarter", now).untilMs - periodOf("quarter", now).fromMs
      <= 90 * 86_400_000);
  });

  it("come back from their fields", () => {
    const minute = Math.floor(now / 60_000) * 60_000;
    assert.equal(fieldMs(fieldOf(minute)), minute);
    assert.equal(fieldMs("soon"), undefined);
  });
});

describe("page views of documents and wires", () => {
  it("sort the lines of a difference", () => {
    assert.deepEqual(diffLines("--- a\n+++ b\n@@ -1 +1 @@\n-x\n+y\n z\n").map((row) => row.kind),
      ["place", "removed", "added", "same"]);
  });

  it("find a line of a document", () => {
    assert.deepEqual(lineSpan("ab\ncde\nf", 2), { start: 3, end: 6 });
    assert.deepEqual(lineSpan("ab\ncde\nf", 99), { start: 7, end: 8 });
    assert.deepEqual(lineSpan("", 1), { start: 0, end: 0 });
  });

  it("show bytes as hexadecimal with their text", () => {
    const [line = "", second = ""] = hexLines(Uint8Array.from({ length: 17 },
      (_, index) => index + 0x40)).split("\n");
    assert.match(line, /^0000 {2}40 41 42 .* 4f {2}@ABCDEFGHIJKLMNO$/);
    assert.match(second, /^0010 {2}50 +P$/);
    assert.equal(hexLines(new Uint8Array()), "");
  });

  it("show frames as text with pictures for control characters", () => {
    assert.equal(frameText(new TextEncoder().encode("Event: A\r\nB: é\r\n\r\n")), "Event: A\nB: é");
    assert.equal(frameText(Uint8Array.of(2, 0x41, 3, 7)), "␂A␃␦");
  });
});

describe("page faults", () => {
  it("read the gateway's error", () => {
    const fault = faultOf(404, { code: "NOT_FOUND", reason: "link-unknown", message: "m",
      advice: "a", retry: false, fields: [{ path: "id", message: "x" }] });
    assert.equal(fault.reason, "link-unknown");
    assert.deepEqual(fault.fields, [{ path: "id", message: "x" }]);
    assert.equal(fault.retryAfterMs, undefined);
  });

  it("make something of any other body", () => {
    for (const body of [undefined, null, "<html>", 5, [], { fields: "none", message: 3 }]) {
      const fault = faultOf(502, body);
      assert.equal(fault.reason, "unreadable");
      assert.equal(fault.retry, true);
      assert.deepEqual(fault.fields, []);
    }
    assert.equal(faultOf(401, undefined).reason, "unauthenticated");
  });
});
