import assert from "node:assert/strict";
import { done, fail, inLanguage, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import type { Sender } from "../../firmware/link/transport.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import { partialCallBytes, partialCallMs, partialCallsMax } from "./call-parts.js";
import { driver } from "./driver.js";
import { openCallMs, openCallsMax } from "./live-calls.js";
import { accountingResponse, attributeTypes, writeRequest } from "./framings/radius-packet.js";
import { blockOf } from "./framings/nec-blocks.js";
import { blockSilenceMs } from "./framings/nec.js";
import { createSmdrPeer, type PeerCall, type SmdrPeer, type SmdrPeerPlan } from "./peer.js";

const incoming: PeerCall = { device: "101", trunk: "01", number: "0145678901",
  direction: "incoming", ringMs: 4_000, talkMs: 61_000 };

class Bench {
  readonly world: SimulatedWorld;
  /** The same object for each session of a link. */
  readonly parsed: ReturnType<typeof driver.options.parse>;
  readonly told: string[] = [];
  readonly events: CallEvent[] = [];
  readonly records: CompletedCall[] = [];
  readonly sent: string[] = [];
  /** Bytes lie between the line and the session. */
  waiting = false;
  heardBytes = 0;
  garbageBytes = 0;
  missed = 0;
  readonly accounted = { record: 0, skipped: 0 };
  readonly session: Session;
  readonly peer: SmdrPeer;
  #receive: ((bytes: Uint8Array, atMs: number, from?: Sender) => void) | undefined;

  readonly answers: string[] = [];

  constructor(
    options: object, plan: Partial<SmdrPeerPlan> = {},
    { datagrams = false, after }: { readonly datagrams?: boolean; readonly after?: Bench } = {},
  ) {
    const parsed = after?.parsed ?? driver.options.parse(options);
    assert.ok(parsed.ok, JSON.stringify(parsed));
    this.parsed = parsed;
    this.world = after?.world ?? new SimulatedWorld(5);
    this.peer = createSmdrPeer({ world: this.world, send: (bytes) => { this.hear(bytes); },
      format: parsed.value.format === "avaya-ip-office" ? "avaya-ip-office" : "panasonic-kx",
      ...plan });
    this.session = driver.open({
      link: linkId("pbx"), options: parsed.value, world: this.world,
      transport: {
        kind: datagrams ? "udp" : "serial",
        description: "bench", onClosed: () => undefined, close: () => undefined,
        onReceive: (handler) => { this.#receive = handler; },
        waiting: () => this.waiting,
        ...(!datagrams ? {} : {
          sendTo: (bytes: Uint8Array, { address, port }: Sender) => {
            this.answers.push(`${bytes[0] ?? ""} to ${address}:${port}`);
            return done;
          } }),
        send: (bytes): Result<void> => {
          this.sent.push(Buffer.from(bytes).toString().trim());
          this.peer.receive(bytes);
          return done;
        },
      },
      secret: (reference) => reference === "env:RIGHT" ? ok("PCCSMDR")
        : reference === "env:WRONG" ? ok("guess") : fail("not-found", `${reference} is not set.`),
      emit: (event) => { this.events.push(event); },
      record: (call) => { this.records.push(call); },
      report: (condition) => {
        this.told.push("reason" in condition ? 
          `${condition.type} ${inLanguage(condition.reason, "en")}`
          : condition.type);
      },
      identify: (identity) => { this.told.push(`identify ${identity.product}`); },
      garbage: (bytes) => { this.garbageBytes += bytes.length; },
      accounted: (bytes, as) => { this.accounted[as] += bytes; },
      page: () => Promise.resolve(done), pageStatus: () => undefined,
      missed: (records) => { this.missed += records; },
      requestResync: () => undefined,
    });
  }

  hear(bytes: Uint8Array, from?: Sender): void {
    this.heardBytes += bytes.length;
    this.#receive?.(bytes, this.world.clock.monotonicMs(), from);
  }

  get types(): readonly string[] {
    return this.events.map((event) => "connection" in event
      ? `${event.type} ${event.connection.device}` : event.type);
  }

  end(): void {
    this.session.close();
    assert.deepEqual(this.world.timersPending, []);
    assert.equal(this.accounted.record + this.accounted.skipped + this.garbageBytes,
      this.heardBytes, "every byte is told of once");
  }
}

async function play(bench: Bench, call: PeerCall): Promise<void> {
  void bench.peer.play(call);
  await bench.world.advance(call.ringMs + call.talkMs + (call.transfer?.talkMs ?? 0) + 1_000);
}

describe("smdr session, Panasonic", () => {
  it("tells a call while it rings and talks, then records it once with its live name", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    assert.deepEqual(bench.told, ["identify Panasonic KX-TD/TDA/TDE/NS", "ready"]);
    await play(bench, incoming);
    assert.deepEqual(bench.types,
      ["delivered 101", "established 101", "connectionCleared 101", "callCleared"]);
    const [delivered] = bench.events;
    assert.ok(delivered?.type === "delivered");
    assert.equal(delivered.callingDevice?.device, "0145678901");
    assert.equal(delivered.networkInterface, "01");
    assert.equal(delivered.receivedAtMs, 0);
    const [record, ...more] = bench.records;
    assert.deepEqual(more, []);
    assert.ok(record !== undefined);
    assert.equal(record.call, delivered.connection.call);
    assert.deepEqual([record.answered, record.durationMs, record.ringMs, record.direction],
      [true, 61_000, 4_000, "incoming"]);
    // Printed at 09:01 Paris time as the end of the call.
    assert.equal(new Date(record.startedAtMs).toISOString(), "2026-11-23T07:59:55.000Z");
    bench.end();
  });

  it("clears a missed call with its cause and records it as missed", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    await play(bench, { ...incoming, talkMs: 0 });
    assert.deepEqual(bench.types, ["delivered 101", "connectionCleared 101", "callCleared"]);
    assert.equal(bench.events.at(-1)?.cause, "callNotAnswered");
    assert.equal(bench.records[0]?.answered, false);
    bench.end();
  });

  it("lets a ring group fall silent when one device answers", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    void bench.peer.play({ ...incoming, device: "102", ringMs: 60_000 });
    await play(bench, incoming);
    assert.deepEqual(bench.types.slice(0, 4),
      ["delivered 102", "delivered 101", "connectionCleared 102", "established 101"]);
    const calls = new Set(bench.events.slice(0, 4).map((event) =>
      "connection" in event ? event.connection.call : ""));
    assert.equal(calls.size, 1);
    await bench.world.advance(200_000);
    bench.end();
  });

  it("ends a call whose own end was missed when its trunk rings anew", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    void bench.peer.play(incoming);
    await bench.world.advance(10_000);
    void bench.peer.play({ ...incoming, number: "0622334455", ringMs: 300_000 });
    await bench.world.advance(10);
    assert.deepEqual(bench.types, ["delivered 101", "established 101", "connectionCleared 101",
      "callCleared", "delivered 101"]);
    await bench.world.advance(500_000);
    bench.end();
  });

  it("lets go of calls without an end after a time, and beyond a number", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    const ring = (trunk: number): void => {
      bench.hear(Buffer.from(`23/11/26 09:00AM 101   ${String(trunk % 100).padStart(2, "0")} ${
        `<I>01${String(trunk).padStart(6, "0")}`.padEnd(25)}`.padEnd(77) + "RC \r"));
    };
    ring(1);
    await bench.world.advance(openCallMs);
    assert.deepEqual(bench.types, ["delivered 101", "connectionCleared 101", "callCleared"]);
    assert.equal(bench.events.at(-1)?.cause, "timeout");
    const wide = new Bench({ format: "panasonic-kx", pattern: "C" });
    for (let trunk = 0; trunk <= openCallsMax; trunk += 1) {
      wide.hear(Buffer.from(`23/11/26 09:00AM 101   ${
        String(trunk).padStart(4, "0")} <I>0145678901`.padEnd(116) + "RC \r"));
    }
    assert.equal(wide.events.filter((event) => event.type === "callCleared").length, 1);
    assert.equal(wide.world.timersPending.length, openCallsMax);
    bench.end();
    wide.end();
  });

  it("does not take a wait for the store for a silence of the line", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    const text = Buffer.from("22/11/26 09:15AM 101   01 <I>03012345678            "
      + "0'07 00:02'31            AN \r\n");
    bench.hear(text.subarray(0, 30));
    bench.waiting = true;
    await bench.world.advance(60_000);
    assert.equal(bench.garbageBytes, 0);
    bench.waiting = false;
    bench.hear(text.subarray(30));
    assert.equal(bench.records.length, 1);
    bench.hear(text.subarray(0, 30));
    await bench.world.advance(1_900);
    assert.equal(bench.garbageBytes, 0);
    await bench.world.advance(200);
    assert.equal(bench.garbageBytes, 30);
    bench.end();
  });

  it("takes a line without an end after a silence, and flushes one at the close", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    const line = "23/11/26 09:01AM 101   01 0145678901                     00:10'00";
    bench.hear(Buffer.from(line));
    await bench.world.advance(1_999);
    assert.equal(bench.records.length, 0);
    await bench.world.advance(1);
    assert.equal(bench.records.length, 1);
    assert.ok(bench.world.logged.some((entry) => entry.name === "smdr.line.unterminated"));
    bench.hear(Buffer.from(line));
    bench.session.close();
    assert.equal(bench.records.length, 2);
    bench.end();
  });

  it("keeps noise and truncated lines as garbage and the records between them", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    bench.peer.garbage(300);
    bench.peer.print(incoming);
    bench.peer.truncated(incoming);
    bench.peer.header();
    bench.peer.burst(Array.from({ length: 500 }, (_, n) =>
      ({ ...incoming, trunk: String(n % 90).padStart(2, "0") })));
    assert.equal(bench.records.length, 501);
    assert.ok(bench.garbageBytes >= 300);
    bench.end();
  });

  it("says that the PBX's clock is wrong, and that it is right again", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    bench.peer.setClock(600_000);
    for (let n = 0; n < 3; n += 1) {
      bench.peer.print(incoming);
      await bench.world.advance(60_000);
    }
    assert.deepEqual(bench.told.slice(2), ["impaired the PBX's clock is 10 min ahead"]);
    assert.equal(bench.records[0]?.privateFields?.["clockDriftSeconds"], "600");
    assert.equal(bench.records[0]?.pbxClockOffsetMs, 600_000);
    bench.peer.setClock(0);
    bench.peer.print(incoming);
    assert.equal(bench.told.at(-1), "ready");
    bench.end();
  });

  it("signs in where a login is configured, and is told when it is refused", async () => {
    const plan = { login: { user: "SMDR", password: "PCCSMDR" } };
    const right = new Bench({ format: "panasonic-kx", login: { secret: "env:RIGHT" } }, plan);
    right.peer.connected();
    await right.world.advance(3_000);
    assert.deepEqual(right.sent, ["SMDR", "PCCSMDR"]);
    assert.equal(right.told.at(-1), "ready");
    right.peer.print(incoming);
    assert.equal(right.records.length, 1);
    assert.equal(right.garbageBytes, 0);
    right.end();
    const wrong = new Bench({ format: "panasonic-kx", login: { secret: "env:WRONG" } }, plan);
    wrong.peer.connected();
    await wrong.world.advance(3_000);
    assert.match(wrong.told.at(-1) ?? "", /lost the PBX refuses/);
    wrong.session.close();
    const none = new Bench({ format: "panasonic-kx", login: { secret: "env:NONE" } }, plan);
    none.peer.connected();
    assert.match(none.told.at(-1) ?? "", /lost env:NONE is not set/);
    none.session.close();
  });
});

describe("smdr session, IP Office", () => {
  it("joins the parts of a transferred call into one record", async () => {
    const bench = new Bench({ format: "avaya-ip-office" });
    await play(bench, { ...incoming, transfer: { device: "205", talkMs: 30_000 } });
    const [record, ...more] = bench.records;
    assert.deepEqual(more, []);
    assert.deepEqual([record?.durationMs, record?.transferred, record?.device, record?.ringMs],
      [91_000, true, "101", 4_000]);
    assert.equal(record?.privateFields?.["devices"], "101 205");
    assert.equal(new Date(record?.startedAtMs ?? 0).toISOString(), "2026-11-23T08:00:00.000Z");
    bench.end();
  });

  it("records a call without its last part, marked, at its bounds, over sessions", async () => {
    const bench = new Bench({ format: "avaya-ip-office" });
    const partLine = (id: number): string =>
      `2026/11/23 09:00:00,00:01:00,5,0145678901,I,101,101,,0,${
        id},1,E101,A,T1,L,0,0${",".repeat(18)}\r\n`;
    const part = (id: number): void => { bench.hear(Buffer.from(partLine(id))); };
    for (let id = 0; id <= partialCallsMax; id += 1) part(id);
    assert.equal(bench.records.length, 1);
    assert.equal(bench.records[0]?.pbxReference, "0");
    assert.ok(bench.records[0]?.privateFields?.["incomplete"] !== undefined);
    await bench.world.advance(partialCallMs);
    assert.equal(bench.records.length, partialCallsMax + 1);
    part(9_999);
    bench.end();
    assert.equal(bench.records.length, partialCallsMax + 1, "its rest may come later");
    await bench.world.advance(partialCallMs - 1_000);
    const next = new Bench({}, {}, { after: bench });
    await next.world.advance(2_000);
    assert.deepEqual(next.records.map(({ pbxReference }) => pbxReference), ["9999"]);
    next.end();
    const busy = new Bench({ format: "avaya-ip-office" });
    const one = Buffer.from(partLine(1));
    const whole = Buffer.from(partLine(2).replace(",2,1,", ",2,0,"));
    busy.hear(one);
    const count = Math.ceil(partialCallBytes / whole.length);
    for (let n = 0; n < count; n += 1) busy.hear(whole);
    assert.equal(busy.records.length, count);
    busy.hear(whole);
    busy.hear(whole);
    assert.equal(busy.records.length, count + 3);
    assert.equal(busy.records.filter(({ pbxReference }) => pbxReference === "1").length, 1);
    busy.end();
  });
});

describe("smdr driver", () => {
  it("refuses requests and snapshots, and cannot prove what nobody can ask", async () => {
    const bench = new Bench({ format: "panasonic-kx" });
    const request = await bench.session.request(
      { service: "makeCall", callingDevice: "1" as never, calledNumber: "2" }, 100);
    const snapshot = await bench.session.snapshot(100);
    const probe = await bench.session.probe(100);
    assert.ok(!request.ok && request.fault.code === "service-not-supported");
    assert.ok(!snapshot.ok && snapshot.fault.code === "service-not-supported");
    assert.ok(probe.ok && probe.value.every((proof) => proof.proven === "not-tried"));
    bench.end();
  });

  it("names every wrong option at once", () => {
    const result = driver.options.parse(
      { format: "wang", timeZone: "Mars/Base", login: { secret: "plain" }, colour: 1 });
    assert.ok(!result.ok);
    assert.deepEqual(new Set(result.fault.fields?.map((field) => field.path)),
      new Set(["format", "timeZone", "login.secret", ""]));
    assert.equal(driver.options.jsonSchema["type"], "object");
  });

  it("simulates traffic in which no line has two calls at once", async () => {
    const bench = new Bench({ format: "panasonic-kx" }, { seed: 5 });
    const traffic = bench.peer.traffic(2_000);
    await bench.world.advance(600_000);
    traffic.stop();
    await bench.world.advance(400_000);
    // A call that is delivered on a busy trunk would end the one before as not answered.
    const delivered = bench.events.filter((event) => event.type === "delivered").length;
    const cleared = bench.events.filter((event) => event.type === "callCleared").length;
    assert.ok(delivered > 20);
    assert.equal(cleared, delivered);
    assert.equal(bench.records.filter(({ direction }) => direction === "incoming").length,
      delivered);
    bench.end();
  });

  it("gives the same records for traffic from the same seed", async () => {
    const run = async (seed: number): Promise<string> => {
      const bench = new Bench({ format: "panasonic-kx" }, { seed });
      const traffic = bench.peer.traffic(30_000);
      await bench.world.advance(3_600_000);
      traffic.stop();
      await bench.world.advance(400_000);
      assert.ok(bench.records.length > 50);
      assert.equal(bench.garbageBytes, 0);
      bench.end();
      return JSON.stringify(bench.records.map(({ privateFields: _, ...rest }) => rest));
    };
    assert.equal(await run(3), await run(3));
    assert.notEqual(await run(3), await run(4));
  });
});

describe("smdr session, Avaya and Nortel", () => {
  const print = (bench: Bench, ...lines: readonly string[]): void => {
    for (const line of lines) bench.hear(Buffer.from(`${line}\r\n`));
  };

  it("tells a call from lines for each change, which leave no record", () => {
    const bench = new Bench({ format: "nortel-norstar" });
    print(bench, "*112326 090000 0019      3012345678 Muster Anna U G",
      "*112326 090004 0019 2105 3012345678 Muster Anna U A",
      "*112326 090100 0019 2105 3012345678 Muster Anna U R");
    assert.deepEqual(bench.types, ["delivered 0019", "connectionCleared 0019",
      "established 2105", "connectionCleared 2105", "callCleared"]);
    assert.deepEqual(bench.records, []);
    bench.end();
  });

  it("joins records by their trunk, an account code among them", () => {
    const bench = new Bench({ format: "nortel-meridian" });
    print(bench, "C 001 00 DN2343 T010011 11/23 09:00 4711",
      "S 002 00 DN2343 T010011 11/23 09:00 00:00:20 0145678901",
      "E 003 00 T010011 DN2344 11/23 09:01 00:00:30");
    bench.session.close();
    const [record, ...more] = bench.records;
    assert.deepEqual(more, []);
    assert.deepEqual([record?.direction, record?.device, record?.calledNumber,
      record?.accountCode, record?.durationMs, record?.transferred, record?.answered],
    ["outgoing", "2343", "0145678901", "4711", 50_000, true, true]);
    bench.end();
  });

  it("tells how many records never came, by the PBX's numbers", () => {
    const bench = new Bench({ format: "nortel-meridian" });
    print(bench, "N 001 00 2343    T010011 11/23 09:00 00:01:12 A 903012345678",
      "N 005 00 2343    T010011 11/23 09:02 00:01:12 A 903012345678");
    bench.session.close();
    assert.equal(bench.missed, 3);
    bench.end();
  });

  it("takes the arrival for the time where a line prints none", () => {
    const bench = new Bench({ format: "avaya-cm", pattern: "lsu" });
    print(bench, "0010A  9801     01456789012101               1  0120");
    assert.equal(new Date(bench.records[0]?.startedAtMs ?? 0).toISOString(),
      "2026-11-23T07:59:00.000Z");
    bench.end();
  });
});

describe("smdr session, NEC blocks", () => {
  const outgoing = "0!KA00101200130010 112209151011220916204711      001000      "
    .padEnd(61) + "95550123456";

  it("reads blocks and gives up one that has no end", async () => {
    const bench = new Bench({ format: "nec-neax", framing: "nec-free" });
    bench.hear(Buffer.concat([Buffer.from("\r\nx"), blockOf(Buffer.from(outgoing), true),
      Buffer.from("\u00020!KA001")]));
    assert.deepEqual(bench.records.map(({ calledNumber }) => calledNumber), ["95550123456"]);
    assert.equal(bench.garbageBytes, 1);
    await bench.world.advance(blockSilenceMs);
    assert.equal(bench.garbageBytes, 9);
    bench.end();
  });
});

describe("smdr session, datagrams", () => {
  const options = { framing: "radius", format: "radius", radius: { secret: "env:RIGHT" } };
  const gateway: Sender = { address: "192.0.2.9", port: 50_000 };
  const stop = (identifier: number, session: string): Uint8Array => writeRequest(identifier, [
    { type: attributeTypes.statusType, value: Buffer.of(0, 0, 0, 2) },
    { type: attributeTypes.sessionId, value: Buffer.from(session) },
    { type: attributeTypes.sessionTime, value: Buffer.of(0, 0, 0, 70) }], "PCCSMDR");

  it("records a request, answers who sent it, and counts what comes again once", () => {
    const bench = new Bench(options, {}, { datagrams: true });
    bench.hear(stop(1, "a"), gateway);
    bench.hear(stop(1, "a"), gateway);
    assert.deepEqual(bench.records.map(({ pbxReference, durationMs }) =>
      [pbxReference, durationMs]), [["a", 70_000]]);
    assert.deepEqual(bench.answers,
      Array(2).fill(`${accountingResponse} to 192.0.2.9:50000`));
    bench.end();
  });

  it("knows what an earlier session has had, and answers nobody for whom no sender is known",
    () => {
      const first = new Bench(options, {}, { datagrams: true });
      first.hear(stop(1, "a"));
      assert.deepEqual([first.records.length, first.answers, first.sent], [1, [], []]);
      first.end();
      const bench = new Bench(options, {}, { datagrams: true, after: first });
      bench.hear(stop(1, "a"), gateway);
      bench.hear(stop(2, "b"));
      assert.deepEqual(bench.records.map(({ pbxReference }) => pbxReference), ["b"]);
      assert.deepEqual(bench.answers, [`${accountingResponse} to 192.0.2.9:50000`]);
      assert.deepEqual(bench.sent, []);
      bench.end();
    });

  it("ends a line with its datagram", () => {
    const bench = new Bench({ format: "panasonic-kx" }, {}, { datagrams: true });
    const line = "22/11/26 09:15AM 101   01 <I>03012345678            0'07 00:02'31            AN ";
    bench.hear(Buffer.from(line), gateway);
    bench.hear(Buffer.from("half of"), gateway);
    bench.hear(Buffer.from(` a line\r\n${line}`), gateway);
    assert.equal(bench.records.length, 2);
    assert.equal(bench.garbageBytes, "half of a line".length);
    bench.end();
  });

  it("says when a framing of datagrams is on another line", () => {
    const bench = new Bench(options);
    assert.match(bench.told.join(), /lost this framing needs transport: udp/);
    bench.end();
  });

  it("checks that each framing has its settings, and no other", () => {
    const wrong = (more: object): readonly string[] => {
      const parsed = driver.options.parse({ format: "panasonic-kx", ...more });
      return parsed.ok ? [] : (parsed.fault.fields ?? []).map(({ path, message }) =>
        `${path}: ${message}`);
    };
    assert.deepEqual(wrong({ framing: "syslog" }), []);
    assert.deepEqual(wrong({ framing: "snmp-trap" }),
      ["snmp: is missing: framing snmp-trap must know whom to trust"]);
    assert.deepEqual(wrong({ framing: "syslog", radius: { secret: "env:X" } }),
      ["radius: goes with framing: radius only; the framing is syslog"]);
    assert.deepEqual(wrong({ framing: "radius", radius: { secret: "env:X" } }),
      ["format: found panasonic-kx; framing radius prints lines of the format radius"]);
    assert.match(wrong({ framing: "radius", format: "radius", radius: { secret: "s3cr3t" } })
      .join(), /must be a reference/);
  });
});
