import assert from "node:assert/strict";
import { fail, ok } from "../base/result.js";
import { deviceId, linkId } from "../model/identifiers.js";
import { Bench, emptySnapshot } from "./link-bench.js";
import { framesMax } from "./frame-ring.js";
import { garbageMax, garbageWindowMs, handshakeMs, heldEventsMax } from "./link-runtime.js";
import { retryMsMax, settleMs } from "./link-machine.js";
import { otherReasons, rejectReasonsMax } from "./link.js";
import { linesEveryMs } from "./live-session.js";
import { rawQueueBytesMax, rawQueueChunksMax, rawRetryMs } from "./raw-pump.js";
import type { ModemLines } from "./transport.js";
import type { Link } from "./link.js";
import type { LineState, RawSegment } from "./raw.js";

const makeCall =
  { service: "makeCall", callingDevice: deviceId("1"), calledNumber: "2" } as const;

function faultOf(result: Awaited<ReturnType<Link["request"]>>): string {
  return result.ok ? "ok" : result.fault.code;
}

describe("link runtime", () => {
  it("comes up, takes the snapshot before live events, probes, then passes events", async () => {
    const bench = new Bench();
    const link = bench.link();
    await link.start();
    await bench.world.settle();
    assert.deepEqual(link.status.state, { name: "opening", attempt: 1 });
    bench.line.say("boot 1\nready\nevent a");
    bench.line.say("event b");
    await bench.world.settle();
    assert.deepEqual(bench.heard, ["up"]);
    bench.driver.snapshots.shift()?.(ok(emptySnapshot));
    bench.line.say("event c");
    await bench.world.settle();
    bench.line.say("event d");
    assert.deepEqual(bench.heard,
      ["up", "snapshot link up", "event a", "event b", "event c", "event d"]);
    assert.equal(link.status.proofs.length, 1);
    assert.deepEqual(link.health, { status: "ok" });
    await link.stop(1_000);
    assert.deepEqual(bench.world.timersPending, []);
    assert.equal(bench.driver.closes, 1);
    assert.equal(bench.heard.at(-1), "down closed by the gateway");
    const refused = await link.request(makeCall, 1_000);
    assert.equal(refused.ok ? "" : refused.fault.french, "pbx est désactivé.");
  });

  it("retries later and later, and from the start only after staying up", async () => {
    const bench = new Bench();
    bench.refuse = "nobody there";
    const link = bench.link();
    await link.start();
    const delays: number[] = [];
    for (let n = 0; n < 9; n += 1) {
      await bench.world.settle();
      const { state } = link.status;
      assert.equal(state.name, "down");
      if (state.name === "down") {
        assert.equal(state.attempt, n + 1);
        delays.push(state.retryInMs);
        await bench.world.advance(state.retryInMs);
      }
    }
    assert.ok(delays.every((ms, n) => ms <= retryMsMax && ms >= 500 * 2 ** Math.min(n, 5)));
    bench.refuse = undefined;
    await bench.world.advance(retryMsMax);
    bench.line.say("ready");
    await bench.world.settle();
    bench.line.cut("cable");
    const soon = link.status.state;
    assert.ok(soon.name === "down" && soon.attempt >= 9 && soon.reason === "cable");
    await bench.world.advance(retryMsMax);
    bench.line.say("ready");
    await bench.world.advance(settleMs);
    bench.line.cut("cable");
    const late = link.status.state;
    assert.ok(late.name === "down" && late.attempt === 1);
    await link.stop(1_000);
  });

  it("gives up on a peer that never completes the login", async () => {
    const bench = new Bench();
    const link = bench.link();
    await link.start();
    await bench.world.advance(handshakeMs);
    assert.equal(link.status.state.name, "down");
    assert.equal(bench.line.closed, "closed by us");
    await link.stop(1_000);
  });

  it("opens at once when a peer offers itself while down", async () => {
    const bench = new Bench();
    bench.refuse = "nobody";
    const link = bench.link();
    await link.start();
    await bench.world.settle();
    bench.refuse = undefined;
    bench.offer?.();
    await bench.world.settle();
    assert.deepEqual(link.status.state, { name: "opening", attempt: 2 });
    await link.stop(1_000);
  });

  it("lets go of a pending open when disabled, and of the transport that comes late", async () => {
    const bench = new Bench();
    const link = bench.link();
    await link.start();
    link.disable();
    await bench.world.settle();
    assert.equal(link.status.state.name, "disabled");
    assert.ok(bench.lines.every((line) => line.closed !== undefined));
    assert.equal(bench.releases, 1);
    link.enable();
    await bench.world.settle();
    bench.line.say("ready");
    assert.equal(link.status.state.name, "up");
    link.restart();
    await bench.world.settle();
    assert.deepEqual(link.status.state, { name: "opening", attempt: 1 });
    assert.equal(bench.lines[0]?.closed, "closed by us");
    await link.stop(1_000);
  });

  it("settles every request once: answer, deadline, loss, bound, undeclared, down", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    const answered = link.request(makeCall, 1_000);
    bench.driver.answers.shift()?.(ok({ service: "makeCall" }));
    assert.equal(faultOf(await answered), "ok");
    const late = link.request(makeCall, 1_000);
    await bench.world.advance(1_000);
    assert.equal(faultOf(await late), "deadline-passed");
    bench.driver.answers.shift()?.(ok({ service: "makeCall" }));
    const cut = [link.request(makeCall, 1_000), link.request(makeCall, 1_000)];
    assert.equal(faultOf(await link.request(makeCall, 1_000)), "queue-full");
    assert.equal(faultOf(await link.request(
      { service: "generateDigits", digits: "1",
        connection: { call: "c" as never, device: deviceId("1") } }, 10)),
      "service-not-supported");
    bench.line.cut("cable");
    assert.deepEqual((await Promise.all(cut)).map(faultOf), ["link-down", "link-down"]);
    assert.equal(faultOf(await link.request(makeCall, 1_000)), "link-down");
    const { requests, requestsFailed } = link.status.counters;
    assert.deepEqual({ requests, requestsFailed }, { requests: 4, requestsFailed: 3 });
    await link.stop(1_000);
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("forgets the calls of a PBX that restarted, before its new picture", async () => {
    const bench = new Bench();
    const link = bench.link();
    await link.start();
    await bench.world.settle();
    bench.line.say("boot 1\nready");
    await bench.world.settle();
    bench.driver.snapshots.shift()?.(ok(emptySnapshot));
    bench.line.cut("restart");
    await bench.world.advance(2_000);
    bench.line.say("boot 2\nready");
    await bench.world.settle();
    bench.driver.snapshots.pop()?.(ok(emptySnapshot));
    await bench.world.settle();
    assert.deepEqual(bench.heard.slice(-3), ["forgotten", "up", "snapshot link up"]);
    await link.stop(1_000);
  });

  it("makes one resync of many wishes and retries one that failed", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    bench.line.say("resync one\nresync two\nresync three");
    await bench.world.advance(500);
    assert.equal(bench.driver.snapshots.length, 1);
    bench.driver.snapshots.shift()?.(fail("deadline-passed", "slow PBX"));
    await bench.world.settle();
    assert.match(JSON.stringify(link.status.state), /degraded.*slow PBX/);
    await bench.world.advance(10_000);
    bench.driver.snapshots.shift()?.(ok(emptySnapshot));
    await bench.world.settle();
    assert.equal(link.status.state.name, "up");
    assert.equal(link.status.counters.resyncs, 2);
    await link.stop(1_000);
  });

  it("holds at most heldEventsMax events during a snapshot and loses none", async () => {
    const bench = new Bench();
    const link = bench.link();
    await link.start();
    await bench.world.settle();
    bench.line.say("ready");
    for (let n = 0; n < heldEventsMax - 1; n += 1) bench.line.say("event x");
    assert.equal(bench.heard.length, 1);
    bench.line.say("event last\nevent live");
    assert.equal(bench.heard.length, heldEventsMax + 2);
    assert.equal(bench.heard.at(-1), "event live");
    await link.stop(1_000);
  });

  it("shows garbage and the driver's complaints as degraded, and recovers", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    for (let n = 1; n < garbageMax; n += 1) bench.line.say("garbage");
    assert.equal(link.status.state.name, "up");
    bench.line.say("garbage\nimpaired no licence");
    assert.match(JSON.stringify(link.status.state), /make no sense.*no licence/);
    assert.equal(link.status.counters.garbageBytes, garbageMax);
    bench.line.say("ready");
    await bench.world.advance(garbageWindowMs);
    assert.equal(link.status.state.name, "up");
    await link.stop(1_000);
  });

  it("contains a driver's defect: the line is lost, the gateway is not", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    bench.line.say("throw");
    assert.match(JSON.stringify(link.status.state), /down.*bench defect/);
    assert.ok(bench.world.logged.some((entry) => entry.name === "link.defect"));
    await link.stop(1_000);
  });

  it("keeps the newest frames only, tells watchers, and stars secrets out", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    const watched: string[] = [];
    const unwatch = link.watchFrames((frame) => { watched.push(frame.direction); });
    bench.driver.context?.secret("env:PBX");
    bench.driver.context?.transport.send(Buffer.from("Secret: hush hush"));
    bench.line.say("garbage");
    unwatch();
    assert.deepEqual(watched, ["out", "in", "garbage"]);
    assert.equal(bench.line.sent.at(-1), "Secret: hush hush");
    const out = link.frames().find((frame) => frame.direction === "out");
    assert.equal(Buffer.from(out?.bytes ?? []).toString(), "Secret: **** ****");
    for (let n = 0; n < framesMax + 5; n += 1) bench.line.say(`n${n}`);
    assert.equal(link.frames().length, framesMax);
    assert.equal(Buffer.from(link.frames().at(-1)?.bytes ?? []).toString(), `n${framesMax + 4}`);
    bench.line.say("x".repeat(200_000));
    bench.line.say("y".repeat(200_000));
    assert.equal(link.frames().length, 1);
    await link.stop(1_000);
  });
});

describe("link runtime on a serial line", () => {
  it("counts damage and breaks, and shows the modem lines until the line closes", async () => {
    const bench = new Bench();
    let tell = (_damaged: number, _breaks: number): void => undefined;
    let lines: ModemLines | undefined = { cts: true, dsr: true, dcd: false };
    bench.signs = { errorsCounted: true, lines: () => Promise.resolve(lines),
      onErrors: (handler) => { tell = handler; } };
    const link = await bench.upLink();
    assert.deepEqual(link.status.line, { errorsCounted: true, lines });
    tell(3, 1);
    tell(0, 1);
    const { damagedOctets, breaks } = link.status.counters;
    assert.deepEqual([damagedOctets, breaks], [3, 2]);
    lines = { cts: false, dsr: true, dcd: false };
    await bench.world.advance(linesEveryMs);
    assert.deepEqual(link.status.line?.lines, lines);
    await link.stop(1_000);
    assert.equal(link.status.line, undefined);
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("says so where damage cannot be told, and asks a port without pins only once", async () => {
    const bench = new Bench();
    let asked = 0;
    bench.signs = { errorsCounted: false, onErrors: () => undefined, lines: () => {
      asked += 1;
      return Promise.resolve(undefined);
    } };
    const link = await bench.upLink();
    await bench.world.advance(3 * linesEveryMs);
    assert.deepEqual(link.status.line, { errorsCounted: false, lines: undefined });
    assert.equal(asked, 1);
    await link.stop(1_000);
  });

  it("counts what is rejected by reason, and records that never came", async () => {
    const bench = new Bench();
    const link = await bench.upLink();
    const { context } = bench.driver;
    for (let n = 0; n < rejectReasonsMax + 5; n += 1) context?.garbage(Buffer.from("?"), `r${n}`);
    context?.garbage(Buffer.from("?"), "r0");
    context?.missed(4);
    await bench.world.advance(100);
    bench.line.say("record one");
    const { counters } = link.status;
    assert.equal(counters.rejected, rejectReasonsMax + 6);
    assert.equal(Object.keys(counters.rejectedReasons).length, rejectReasonsMax + 1);
    assert.deepEqual([counters.rejectedReasons["r0"], counters.rejectedReasons[otherReasons]],
      [2, 5]);
    assert.equal(counters.recordsMissed, 4);
    assert.equal(counters.lastRecordAtMs, bench.world.clock.wall().getTime());
    await link.stop(1_000);
  });
});

describe("link runtime with raw bytes", () => {
  function keeper(bench: Bench): {
    kept: string[]; last: string | undefined; refuse: boolean; slow: (() => void)[] | undefined;
    lines: (LineState | undefined)[];
    keep: (link: unknown, bytes: Uint8Array, line?: LineState) =>
    Promise<ReturnType<typeof ok<bigint>>>;
    keepWhole: (link: unknown, frames: readonly Uint8Array[], place?: string) =>
    Promise<ReturnType<typeof ok<bigint>>>;
    place: () => Promise<ReturnType<typeof ok<string | undefined>>>;
    read: () => AsyncIterable<never>;
    newest: () => Promise<never[]>;
  } {
    bench.driver.keepsRawBytes = true;
    const self = {
      kept: [] as string[], lines: [] as (LineState | undefined)[],
      last: undefined as string | undefined, refuse: false,
      slow: undefined as (() => void)[] | undefined,
      keep: async (_link: unknown, bytes: Uint8Array, line?: LineState) => {
        if (self.slow !== undefined) {
          await new Promise<void>((resolve) => { self.slow?.push(resolve); });
        }
        if (self.refuse) return fail("store-full", "no space") as never;
        self.kept.push(Buffer.from(bytes).toString());
        self.lines.push(line);
        return ok(BigInt(self.kept.length));
      },
      keepWhole: async (_link: unknown, frames: readonly Uint8Array[], place?: string) => {
        if (self.refuse) return fail("store-full", "no space") as never;
        self.last = place ?? self.last;
        const first = self.kept.length + 1;
        self.kept.push(...frames.map((frame) => Buffer.from(frame).toString()));
        return Promise.resolve(ok(BigInt(first)));
      },
      place: () => Promise.resolve(ok(self.last)),
      async *read(): AsyncIterable<never> { /* Nothing is read back here. */ },
      newest: () => Promise.resolve([]),
    };
    return self;
  }

  it("stores first and parses second, in order, and gives records their position", async () => {
    const bench = new Bench();
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.slow = [];
    bench.line.say("record one");
    bench.line.say("record two");
    await bench.world.settle();
    assert.ok(!bench.heard.some((heard) => heard.startsWith("record")));
    const slow = raw.slow;
    raw.slow = undefined;
    for (const resolve of slow) resolve();
    await bench.world.settle();
    assert.deepEqual(bench.heard.slice(-2), ["record one at 2", "record two at 3"]);
    assert.deepEqual(raw.kept, ["ready", "record one", "record two"]);
    await link.stop(1_000);
  });

  it("keeps with each segment what the line was like as its bytes came", async () => {
    const bench = new Bench();
    let tell = (_damaged: number, _breaks: number): void => undefined;
    let lines: ModemLines | undefined = { cts: true, dsr: true, dcd: false };
    const up = lines;
    bench.signs = { errorsCounted: true, lines: () => Promise.resolve(lines),
      onErrors: (handler) => { tell = handler; } };
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.refuse = true;
    tell(2, 1);
    bench.line.say("a");
    tell(1, 0);
    bench.line.say("b");
    await bench.world.settle();
    const down = { cts: false, dsr: true, dcd: false };
    lines = down;
    await bench.world.advance(linesEveryMs);
    bench.line.say("c");
    raw.refuse = false;
    await bench.world.advance(rawRetryMs);
    assert.deepEqual(raw.kept, ["ready", "ab", "c"]);
    const channel = link.status.transport;
    assert.deepEqual(raw.lines.slice(1),
      [{ channel, lines: up, damaged: 3, breaks: 1 }, { channel, lines: down }]);
    await link.stop(1_000);
  });

  it("holds the line back while the store refuses and loses nothing", async () => {
    const bench = new Bench();
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.refuse = true;
    bench.line.say("record one");
    await bench.world.settle();
    assert.equal(bench.line.paused, true);
    assert.deepEqual(link.status.keeping, { waitingBytes: 10, holding: true });
    assert.match(JSON.stringify(link.status.state), /degraded.*no space/);
    bench.line.say("record two");
    bench.line.cut("gone");
    await bench.world.advance(rawRetryMs);
    assert.equal(link.status.state.name, "degraded");
    raw.refuse = false;
    await bench.world.advance(rawRetryMs);
    assert.deepEqual(bench.heard.slice(-3), ["record one at 2", "record two at 2", "down gone"]);
    assert.deepEqual(raw.kept, ["ready", "record onerecord two"]);
    await link.stop(1_000);
    assert.equal(link.status.keeping, undefined);
  });

  it("keeps each datagram as a segment of its own and gives it on with its sender", async () => {
    const bench = new Bench();
    bench.kind = "udp";
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.refuse = true;
    const sender = { address: "192.0.2.7", port: 1_514 };
    for (const text of ["record a\nrecord b", "record c"]) bench.line.say(text, sender);
    await bench.world.settle();
    raw.refuse = false;
    await bench.world.advance(rawRetryMs);
    assert.deepEqual(raw.kept, ["ready", "record a\nrecord b", "record c"]);
    assert.deepEqual(bench.heard.slice(-3), ["record a at 2", "record b at 2", "record c at 3"]);
    assert.deepEqual(bench.driver.senders.slice(-2), [sender, sender]);
    assert.ok(bench.driver.context?.transport.sendTo?.(Buffer.from("taken"), sender).ok);
    assert.deepEqual(bench.line.sent, ["taken to 192.0.2.7:1514"]);
    assert.equal(link.status.counters.bytesOut, 5);
    await link.stop(1_000);
  });

  it("reads datagrams again before it opens for the first time, each whole", async () => {
    const bench = new Bench();
    bench.kind = "udp";
    const segment = (position: bigint, text: string): RawSegment => ({ position, whole: true,
      atMs: bench.world.clock.wall().getTime() - 1_000, bytes: Buffer.from(text) });
    let asked = 0;
    const link = await bench.upLink({ rawKeeper: keeper(bench),
      kept: { kind: "udp", leaves: () => true, bytes: () => {
        asked += 1;
        return Promise.resolve({ countedBytes: 0,
          segments: [segment(8n, "record a\nrecord b"), segment(9n, "record c")] });
      } } });
    const found = ["again a at 8", "again b at 8", "again c at 9"];
    assert.deepEqual(bench.heard.filter((heard) => heard.startsWith("again")), found);
    assert.equal(bench.driver.senders.length, 3, "two datagrams and the line's first word");
    bench.line.cut("gone");
    await bench.world.advance(retryMsMax);
    bench.line.say("ready");
    await bench.world.settle();
    assert.deepEqual(bench.heard.filter((heard) => heard.startsWith("again")), found);
    assert.equal(asked, 1);
    await link.stop(1_000);
  });

  it("opens its line also when what was kept before cannot be read", async () => {
    const bench = new Bench();
    bench.kind = "udp";
    const link = await bench.upLink({ rawKeeper: keeper(bench),
      kept: { kind: "udp", leaves: () => false,
        bytes: () => Promise.reject(new Error("damaged")) } });
    assert.equal(link.status.state.name, "up");
    assert.ok(bench.world.logged.some(({ name }) => name === "link.history.unread"));
    await link.stop(1_000);
  });

  it("tells a line that can be read again from where, and up to where all is durable", async () => {
    const bench = new Bench();
    bench.kind = "file";
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    assert.deepEqual(bench.line.places, ["from -"]);
    bench.line.say("record a", undefined, "behind a");
    await bench.world.settle();
    assert.deepEqual(bench.line.places, ["from -", "kept behind a"]);
    assert.equal(raw.last, "behind a");
    raw.refuse = true;
    bench.line.say("record b", undefined, "behind b");
    await bench.world.settle();
    const first = bench.line;
    link.restart();
    await bench.world.settle();
    assert.equal(bench.line, first, "what the store may still take is not to be read again");
    raw.refuse = false;
    await bench.world.advance(rawRetryMs);
    assert.notEqual(bench.line, first);
    assert.deepEqual(bench.line.places, ["from behind b"]);
    assert.deepEqual(raw.kept.slice(1), ["record a", "record b"]);
    await link.stop(1_000);
  });

  it("bounds the count of datagrams that wait, however small", async () => {
    const bench = new Bench();
    bench.kind = "udp";
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.refuse = true;
    for (let n = 0; n < rawQueueChunksMax; n += 1) bench.line.say("x");
    assert.ok(!bench.heard.includes("garbage"));
    bench.line.say("x");
    assert.equal(bench.heard.at(-1), "garbage");
    raw.refuse = false;
    await bench.world.advance(rawRetryMs);
    for (let n = 0; n < 200 && raw.kept.length <= rawQueueChunksMax; n += 1) {
      await bench.world.settle();
    }
    assert.equal(raw.kept.length, rawQueueChunksMax + 1);
    await link.stop(1_000);
  });

  it("is degraded while the channel itself loses something", async () => {
    const bench = new Bench();
    bench.kind = "udp";
    const link = await bench.upLink({ rawKeeper: keeper(bench) });
    bench.line.trouble?.("7 datagrams lost");
    const { state } = link.status;
    assert.match(JSON.stringify(state), /degraded.*7 datagrams lost/);
    bench.line.trouble?.(undefined);
    assert.equal(link.status.state.name, "up");
    await link.stop(1_000);
  });

  it("counts and tells what exceeds the bound of waiting bytes", async () => {
    const bench = new Bench();
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    raw.refuse = true;
    bench.line.say("r".repeat(rawQueueBytesMax));
    assert.ok(!bench.heard.includes("garbage"));
    bench.line.say("one too many");
    assert.equal(bench.heard.at(-1), "garbage");
    assert.equal(link.status.counters.garbageBytes, "one too many".length);
    const stopped = link.stop(1_000);
    await bench.world.advance(10_000);
    await stopped;
    assert.ok(bench.world.logged.some((entry) => entry.name === "link.raw.lost"));
    assert.deepEqual(bench.world.timersPending, []);
  });

  it("stores and parses what was received before the link was disabled", async () => {
    const bench = new Bench();
    const raw = keeper(bench);
    const link = await bench.upLink({ rawKeeper: raw });
    bench.line.say("record last");
    await link.stop(1_000);
    assert.equal(bench.heard.at(-1), "record last at 2");
    assert.equal(link.status.id, linkId("pbx"));
  });
});
