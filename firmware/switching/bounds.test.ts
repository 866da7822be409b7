import assert from "node:assert/strict";
import { deviceId } from "../model/identifiers.js";
import { durableKeptMax, EventRing } from "./event-ring.js";
import { callsMax, endedMax, LinkPicture } from "./picture.js";
import { requestsMax } from "./requests.js";
import { benchLink, clears, on, party, rings, switchBench } from "./switch-bench.js";
import { callId } from "../model/identifiers.js";
import type { NumberedEvent } from "./switch.js";

describe("Switch: at its bounds", () => {
  it("lets the oldest stale call go for a new one beyond callsMax, with a record", async () => {
    const b = switchBench();
    for (let n = 0; n < callsMax; n += 1) rings(b, `C${String(n)}`, "201", "202");
    assert.equal(b.sw.gauges.calls, callsMax);
    b.sw.markStale(benchLink);
    rings(b, "C0", "203", "202");
    rings(b, "new", "201", "202");
    assert.equal(b.sw.gauges.calls, callsMax);
    assert.equal(b.sw.call(benchLink, callId("C1")), undefined);
    assert.equal(b.sw.call(benchLink, callId("C0"))?.stale, false);
    await b.world.settle();
    assert.deepEqual([...b.records.records.values()].map((r) => [r.call, r.marks]),
      [["C1", ["gap"]]]);
  });

  it("remembers endedMax ended calls and takes an older name for a new call", () => {
    const b = switchBench();
    for (let n = 0; n <= endedMax; n += 1) {
      rings(b, `C${String(n)}`, "201", "202");
      clears(b, `C${String(n)}`, "201");
    }
    for (const name of ["C0", `C${String(endedMax)}`]) {
      b.say({ type: "held", connection: on(name, "201"), holdingDevice: party("201") });
    }
    assert.deepEqual(b.sw.calls().map((view) => view.call), ["C0"]);
  });

  it("forgets callers with their calls, so that devices do not grow with strangers", () => {
    const b = switchBench();
    for (let n = 0; n < 1_000; n += 1) {
      const stranger = `+3361${String(1_000_000 + n)}`;
      rings(b, `C${String(n)}`, stranger, "201");
      clears(b, `C${String(n)}`, stranger);
    }
    assert.equal(b.sw.gauges.devices, 0);
    assert.equal(new LinkPicture(benchLink).devices.size, 0);
  });

  it("keeps durableKeptMax durable events in memory, and all that are not durable", () => {
    const entry = (number: bigint) => ({ number }) as NumberedEvent;
    const ring = new EventRing(5n, 1_000);
    for (let n = 5n; n < 905n; n += 1n) ring.push(entry(n));
    ring.release(4n);
    assert.equal(ring.oldest, 5n);
    ring.release(504n);
    assert.equal(ring.oldest, 505n);
    assert.equal(ring.after(504n, 1)[0]?.number, 505n);
    ring.release(904n);
    assert.equal(ring.oldest, 905n - BigInt(durableKeptMax));
    for (let n = 905n; n < 2_905n; n += 1n) ring.push(entry(n));
    assert.equal(ring.oldest, 1_905n);
    assert.equal(ring.after(1_904n, 1)[0]?.number, 1_905n);
  });

  it("answers no request beyond requestsMax", async () => {
    const b = switchBench();
    const answers: (() => void)[] = [];
    b.peer.request = (request) => new Promise((resolve) => {
      answers.push(() => { resolve({ ok: true, value: { service: request.service } }); });
    });
    const ask = () => b.sw.request(benchLink, { service: "makeCall",
      callingDevice: deviceId("201"), calledNumber: "202" }, { name: "a", roles: [] }, 1_000);
    const waiting = Array.from({ length: requestsMax }, ask);
    const over = await ask();
    assert(!over.ok);
    assert.equal(over.fault.code, "queue-full");
    for (const answer of answers) answer();
    assert((await Promise.all(waiting)).every((response) => response.ok));
    assert.equal(b.sw.gauges.requestsInFlight, 0);
  });

  it("keeps the newest events in the ring, and says what it covers", () => {
    const ring = new EventRing(5n, 3);
    assert(ring.covers(4n) && !ring.covers(3n));
    for (let n = 5n; n < 10n; n += 1n) {
      ring.push({ number: n, atMs: 0, numbers: [], direction: "unknown", healed: false, parties: [],
        event: { type: "callCleared", call: callId("C"), link: benchLink, cause: "normal",
          receivedAtMs: 0 } });
    }
    assert.deepEqual([ring.oldest, ring.last, ring.firstEver], [7n, 9n, 5n]);
    assert(ring.covers(6n) && !ring.covers(5n));
    assert.deepEqual(ring.after(6n, 2).map((entry) => entry.number), [7n, 8n]);
    assert.deepEqual(ring.after(9n, 2), []);
  });
});
