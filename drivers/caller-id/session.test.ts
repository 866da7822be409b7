import assert from "node:assert/strict";
import fc from "fast-check";
import { done, fail, inLanguage, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Session } from "../../firmware/link/driver.js";
import type { CallEvent } from "../../firmware/model/events.js";
import { linkId } from "../../firmware/model/identifiers.js";
import type { CompletedCall } from "../../firmware/model/records.js";
import { callerIdCodec } from "../../firmware/wire/caller-id.js";
import { openCallMs, ringEndMs } from "./analogue-line.js";
import { reportCodec, type CallerReport } from "../../firmware/wire/caller-id-reports.js";
import { driver } from "./driver.js";
import { answerMs, armAgainMs, restartMs } from "./modem-setup.js";
import {
  createCallerIdPeer, simulatedReport, type CallerIdPeer, type CallerIdPeerPlan, type PeerCall,
} from "./peer.js";
import { octetSilenceMs, unheardMs } from "./session.js";
import { repeatMs, whozzDatagram } from "./whozz-datagrams.js";

const anna: PeerCall = { number: "0145678901", name: "ANNA ALPHA", rings: 3 };

type Plan = Partial<CallerIdPeerPlan> & Pick<CallerIdPeerPlan, "box">;

class Bench {
  readonly world = new SimulatedWorld(5);
  readonly told: string[] = [];
  readonly events: CallEvent[] = [];
  readonly records: CompletedCall[] = [];
  readonly sent: string[] = [];
  readonly garbage: string[] = [];
  heardBytes = 0;
  toldBytes = 0;
  readonly session: Session;
  readonly peer: CallerIdPeer;
  deaf = false;
  #receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;

  constructor(plan: Plan) {
    const parsed = driver.options.parse({ box: plan.box, device: "101",
      ...(plan.box === "hid" ? { report: simulatedReport } : {}) });
    assert.ok(parsed.ok, JSON.stringify(parsed));
    this.peer = createCallerIdPeer({ ...plan, world: this.world,
      send: (bytes) => { this.hear(bytes); } });
    this.session = driver.open({
      link: linkId("box"), options: parsed.value, world: this.world,
      transport: {
        kind: plan.box === "hid" ? "usb" : plan.datagrams === undefined ? "serial" : "udp",
        description: "bench", onClosed: () => undefined, close: () => undefined,
        onReceive: (handler) => { this.#receive = handler; },
        send: (bytes): Result<void> => {
          this.sent.push(Buffer.from(bytes).toString().trim());
          if (!this.deaf) this.peer.receive(bytes);
          return done;
        },
      },
      secret: (reference) => fail("not-found", reference),
      emit: (event) => { this.events.push(event); },
      record: (call) => { this.records.push(call); },
      report: (condition) => {
        this.told.push("reason" in condition
          ? `${condition.type} ${inLanguage(condition.reason, "en")}` : condition.type);
      },
      identify: (identity) => { this.told.push(`identify ${identity.product}`); },
      garbage: (bytes, reason) => {
        this.garbage.push(reason);
        this.toldBytes += bytes.length;
      },
      accounted: (bytes) => { this.toldBytes += bytes; },
      page: () => Promise.resolve(done), pageStatus: () => undefined,
      missed: () => undefined,
      requestResync: () => undefined,
    });
  }

  hear(bytes: Uint8Array | string): void {
    this.heardBytes += bytes.length;
    this.#receive?.(typeof bytes === "string" ? Buffer.from(bytes, "latin1") : bytes,
      this.world.clock.monotonicMs());
  }

  get types(): readonly string[] {
    return this.events.map(({ type }) => type);
  }

  /** Of the events so far: who calls, as each says it. */
  get callers(): readonly (string | undefined)[] {
    return this.events.flatMap((event) => "callingDevice" in event || event.type === "delivered"
      ? [event.callingDevice?.device] : []);
  }

  async run(ms: number): Promise<void> { await this.world.advance(ms); }

  end(): void {
    this.session.close();
    assert.equal(this.toldBytes, this.heardBytes, "every byte is told of once");
    assert.deepEqual(this.world.timersPending.filter((name) => !name.startsWith("peer.")), []);
  }
}

async function opened(plan: Plan): Promise<Bench> {
  const bench = new Bench(plan);
  await bench.run(2_000);
  return bench;
}

const ended = ["connectionCleared", "callCleared"];

describe("caller-id session, modem", () => {
  it("sets the modem up, tells the caller before the second ring, clears 8 s after the last",
    async () => {
      const bench = await opened({ box: "modem" });
      assert.deepEqual(bench.sent, ["ATZ", "ATE0", "AT+VCID=1"]);
      assert.deepEqual(bench.told, ["identify Hayes modem with caller identification", "ready"]);
      void bench.peer.play(anna);
      await bench.run(2_000);
      const [delivered] = bench.events;
      assert.ok(delivered?.type === "delivered");
      assert.deepEqual(delivered.callingDevice, { device: "0145678901", name: "ANNA ALPHA" });
      assert.deepEqual([delivered.alertingDevice.device, delivered.calledDevice?.device,
        delivered.cause, delivered.receivedAtMs], ["101", "101", "newCall", 3_500]);
      assert.equal(new Date(delivered.occurredAtMs ?? 0).toISOString(),
        "2026-11-23T08:00:00.000Z");
      assert.deepEqual(delivered.privateData?.fields, { networkTime: "11/23 09:00" });
      await bench.run(8_000 + ringEndMs - 1);
      assert.equal(bench.events.length, 1);
      await bench.run(1);
      assert.deepEqual(bench.types.slice(1), ended);
      const [record, ...more] = bench.records;
      assert.deepEqual(more, []);
      assert.deepEqual([record?.answered, record?.durationMs, record?.ringMs, record?.direction,
        record?.callingNumber, record?.call], [false, 0, 10_000, "incoming", "0145678901",
        delivered.connection.call]);
      assert.deepEqual(record?.privateFields, { networkTime: "11/23 09:00", name: "ANNA ALPHA",
        end: "ringing stopped" });
      assert.equal(new Date(record.startedAtMs).toISOString(), "2026-11-23T08:00:02.000Z");
      assert.deepEqual(bench.garbage, []);
      bench.end();
    });

  it("falls back to the older command, and hears packets in hexadecimal", async () => {
    const bench = await opened({ box: "modem", refuses: ["AT+VCID=1"], unformatted: true });
    assert.deepEqual(bench.sent, ["ATZ", "ATE0", "AT+VCID=1", "AT#CID=1"]);
    assert.deepEqual(bench.told.slice(1), ["ready"]);
    void bench.peer.play(anna);
    await bench.run(2_000);
    assert.deepEqual(bench.callers, ["0145678901"]);
    bench.end();
  });

  it("says that the modem knows no identification; the second ring tells the call", async () => {
    const bench = await opened({ box: "modem", refuses: ["AT+VCID=1", "AT#CID=1"] });
    assert.deepEqual(bench.told.slice(1), ["ready",
      "impaired the modem knows neither AT+VCID=1 nor AT#CID=1: calls come without a number"]);
    void bench.peer.play(anna);
    await bench.run(4_999);
    assert.deepEqual(bench.types, []);
    await bench.run(1);
    assert.deepEqual(bench.types, ["delivered"]);
    assert.deepEqual(bench.callers, [undefined]);
    await bench.run(armAgainMs + 40_000);
    assert.ok(bench.sent.filter((command) => command === "ATZ").length >= 2);
    assert.equal(bench.records[0]?.privateFields?.["clock"], "gateway");
    bench.end();
  });

  it("sets the modem up again after an ERROR that nobody asked for, and says so", async () => {
    const bench = await opened({ box: "modem" });
    bench.hear("\r\nERROR\r\n");
    assert.equal(bench.told.at(-1), "impaired the modem says ERROR; it is set up again");
    await bench.run(restartMs + 2_000);
    assert.deepEqual(bench.sent.slice(3), ["ATZ", "ATE0", "AT+VCID=1"]);
    assert.equal(bench.told.at(-1), "ready");
    bench.end();
  });

  it("arms a modem again that lost its power, never while it rings; loses a dead one",
    async () => {
      const bench = await opened({ box: "modem" });
      bench.peer.restart();
      await bench.run(armAgainMs);
      assert.equal(bench.sent.at(-1), "AT+VCID=1");
      void bench.peer.play({ ...anna, rings: 80 });
      await bench.run(armAgainMs);
      assert.equal(bench.sent.length, 4);
      assert.deepEqual(bench.callers, ["0145678901"]);
      bench.deaf = true;
      await bench.run(200_000 + 3 * (answerMs + restartMs) + 3_000);
      assert.match(bench.told.at(-1) ?? "", /^lost the modem does not answer ATZ/);
      bench.end();
    });

  it("is lost when the modem refuses what every modem knows", async () => {
    const bench = await opened({ box: "modem", refuses: ["ATE0"] });
    await bench.run(10_000);
    assert.deepEqual(bench.told.slice(1), ["lost the modem refuses ATE0"]);
    bench.end();
  });

  it("is lost when the modem says ERROR again and again before it is set up", async () => {
    const bench = new Bench({ box: "modem" });
    for (let second = 0; second < 6; second += 1) {
      bench.hear("ERROR\r\nERROR\r\n");
      await bench.run(1_000);
    }
    assert.deepEqual(bench.told.slice(1), ["lost the modem says ERROR; it is set up again"]);
    bench.end();
  });

  it("re-initialises when the modem refuses what it obeyed", async () => {
    const refuses: string[] = [];
    const bench = await opened({ box: "modem", refuses });
    refuses.push("AT+VCID=1");
    await bench.run(armAgainMs + 5_000);
    assert.deepEqual(bench.told.slice(2), [
      "impaired the modem refuses AT+VCID=1, which it obeyed before; it is set up again", "ready"]);
    assert.equal(bench.sent.at(-1), "AT#CID=1");
    bench.end();
  });

  it("names nobody where the number is private or out of area, and says which", async () => {
    for (const [number, words] of [["P", "private"], ["O", "out of area"]] as const) {
      const bench = await opened({ box: "modem" });
      void bench.peer.play({ ...anna, number });
      await bench.run(2_000);
      const [delivered] = bench.events;
      assert.ok(delivered?.type === "delivered");
      assert.equal(delivered.callingDevice, undefined);
      assert.equal(delivered.privateData?.fields["numberAbsence"], words);
      assert.equal(delivered.privateData.fields["name"], "ANNA ALPHA");
      await bench.run(40_000);
      assert.equal(bench.records[0]?.callingNumber, undefined);
      bench.end();
    }
  });

  it("tells an identification that comes late, and one that comes before the first ring",
    async () => {
      const late = await opened({ box: "modem" });
      void late.peer.play({ ...anna, identifiedMs: 6_000 });
      await late.run(7_000);
      assert.deepEqual(late.types, ["delivered", "callInformation"]);
      assert.deepEqual(late.callers, [undefined, "0145678901"]);
      late.end();
      const early = await opened({ box: "modem" });
      early.hear("NMBR=0145678901\r\n");
      await early.run(400);
      early.hear("RING\r\n");
      assert.deepEqual(early.callers, ["0145678901"]);
      early.hear("RING\r\nMESG = 06034242431\r\nDDN_NMBR = 101\r\n");
      await early.run(ringEndMs);
      assert.deepEqual(early.types, ["delivered", ...ended]);
      assert.equal(early.records[0]?.privateFields?.["message"], "06034242431");
      assert.equal(early.records[0].calledNumber, "101");
      early.end();
    });

  it("records a single ring without an event, and keeps calls apart that follow closely",
    async () => {
      const bench = await opened({ box: "modem" });
      bench.hear("RING\r\n");
      await bench.run(ringEndMs);
      assert.deepEqual(bench.types, []);
      assert.deepEqual([bench.records.length, bench.records[0]?.call, bench.records[0]?.ringMs],
        [1, undefined, 0]);
      const call = (number: string): void => {
        bench.hear(`RING\r\nNMBR = ${number}\r\nNAME = O\r\n`);
      };
      call("0145678901");
      call("0145678901");
      await bench.run(6_000);
      call("0622334455");
      assert.deepEqual(bench.types, ["delivered", ...ended, "delivered"]);
      assert.deepEqual(bench.callers, ["0145678901", "0622334455"]);
      bench.end();
      assert.equal(bench.records.length, 3);
      assert.equal(bench.records[2]?.privateFields?.["end"], "the port was closed");
    });

  it("rings nobody for messages waiting, and for fields without a call", async () => {
    const bench = await opened({ box: "modem" });
    const lamp = callerIdCodec.encode({ form: "mdmf", about: "messageWaiting",
      parameters: [{ kind: "messageWaiting", on: true }] });
    bench.hear(`${Buffer.from(lamp).toString("hex").toUpperCase()}\r\nDATE = 1122\r\nBUSY\r\n`);
    await bench.run(60_000);
    assert.deepEqual([bench.events.length, bench.records.length], [0, 0]);
    assert.ok(bench.world.logged.some(({ name }) => name === "caller-id.messages"));
    assert.ok(bench.world.logged.some(({ name }) => name === "caller-id.fields.alone"));
    bench.end();
  });

  it("takes a line without an end after a silence, and keeps noise", async () => {
    const bench = await opened({ box: "modem" });
    bench.hear("\x90\x91\r\nRING\r\nRING");
    await bench.run(2_000);
    assert.deepEqual(bench.types, ["delivered"]);
    assert.deepEqual(bench.garbage, ["not a line that modems print"]);
    bench.end();
  });
});

describe("caller-id session, Whozz Calling?", () => {
  it("follows a call from ring to record by detail lines", async () => {
    const bench = await opened({ box: "whozz", detail: true });
    assert.deepEqual(bench.told, ["identify Whozz Calling?", "ready"]);
    void bench.peer.play({ ...anna, number: "01-45678901", talkMs: 61_000 });
    await bench.run(100_000);
    assert.deepEqual(bench.types, ["delivered", "established", ...ended]);
    assert.deepEqual(bench.callers, ["0145678901", "0145678901"]);
    const [record, ...more] = bench.records;
    assert.deepEqual(more, []);
    assert.deepEqual([record?.answered, record?.durationMs, record?.ringMs, record?.trunk],
      [true, 61_000, 11_500, "01"]);
    assert.equal(bench.events.at(-1)?.cause, "normalClearing");
    bench.end();
  });

  it("takes datagrams, each of them once, and ignores what is no line", async () => {
    const bench = await opened({ box: "whozz", detail: true, datagrams: 3 });
    const greeting = whozzDatagram(Buffer.from("boot"), 1, 4_711);
    bench.hear(greeting);
    void bench.peer.play({ ...anna, number: "01-45678901", talkMs: 61_000 });
    await bench.run(100_000);
    bench.hear(Buffer.from("noise"));
    assert.deepEqual(bench.types, ["delivered", "established", ...ended]);
    assert.deepEqual(bench.records.map(({ durationMs }) => durationMs), [61_000]);
    assert.deepEqual(bench.garbage, ["not a line that a Whozz Calling? box prints"]);
    assert.equal(bench.toldBytes, bench.heardBytes);
    bench.end();
  });

  it("reads a datagram as printed in the box's own documents, without a line end", async () => {
    const bench = await opened({ box: "whozz", datagrams: 1 });
    const line = "01 I S 0000 G A1 11/22 09:15 AM 030-12345678   ANNA ALPHA     ";
    const datagram = whozzDatagram(Buffer.from(line), 1, 4_711);
    assert.equal(datagram.length, 83);
    bench.hear(datagram);
    assert.deepEqual(bench.callers, ["03012345678"]);
    bench.hear(datagram);
    await bench.run(repeatMs);
    assert.deepEqual(bench.types, ["delivered"]);
    bench.end();
  });

  it("tells unanswered and outgoing calls", async () => {
    const bench = await opened({ box: "whozz" });
    void bench.peer.play({ ...anna, number: "P" });
    await bench.run(20_000);
    void bench.peer.play({ number: "0622334455", rings: 0, outgoing: true, talkMs: 30_000 });
    await bench.run(40_000);
    assert.deepEqual(bench.types, ["delivered", ...ended, "originated", ...ended]);
    assert.equal(bench.events[2]?.cause, "callNotAnswered");
    assert.deepEqual(bench.records.map(({ direction, answered, durationMs, calledNumber }) =>
      [direction, answered, durationMs, calledNumber]),
    [["incoming", false, 0, undefined], ["outgoing", true, 30_000, "0622334455"]]);
    assert.equal(bench.records[0]?.privateFields?.["numberAbsence"], "private");
    bench.end();
  });

  it("lets a call go where no end is printed, and records it once, also if one comes later",
    async () => {
      const bench = await opened({ box: "whozz", ends: false });
      void bench.peer.play(anna);
      await bench.run(1_500 + unheardMs);
      assert.deepEqual(bench.types, ["delivered", ...ended]);
      assert.equal(bench.events.at(-1)?.cause, "timeout");
      assert.equal(bench.records.length, 0);
      bench.hear("01 I E 0276 G A3 11/23 09:00 AM 0145678901     ANNA ALPHA\r\n");
      assert.equal(bench.records.length, 1);
      assert.deepEqual([bench.records[0]?.durationMs, bench.records[0]?.call !== undefined],
        [276_000, true]);
      bench.hear("02 I S 0000 G A0 11/23 09:05 AM 0622334455\r\n");
      await bench.run(openCallMs);
      assert.equal(bench.records.length, 2);
      assert.equal(bench.records[1]?.privateFields?.["end"], "the end was not told");
      bench.end();
    });

  it("records without an end line when the next call begins or time is over", async () => {
    const bench = await opened({ box: "whozz", ends: false });
    void bench.peer.play(anna);
    await bench.run(60_000);
    assert.equal(bench.records.length, 0);
    void bench.peer.play(anna);
    await bench.run(60_000);
    assert.equal(bench.records.length, 1);
    await bench.run(openCallMs);
    assert.equal(bench.records.length, 2);
    bench.end();
  });

  it("records an end line alone; the number of a bad checksum is doubtful", async () => {
    const bench = await opened({ box: "whozz" });
    bench.hear("03 I E 0060 B A2 11/23 08:50 AM 0145678901     ANNA\r\n");
    const [record] = bench.records;
    assert.deepEqual([record?.callingNumber, record?.trunk, record?.call, record?.pbxTime],
      [undefined, "03", undefined, "11/23 08:50"]);
    assert.equal(record?.privateFields?.["doubtfulNumber"], "0145678901");
    assert.equal(new Date(record.startedAtMs).toISOString(), "2026-11-23T07:50:00.000Z");
    bench.end();
  });

  it("hears limited lines, calls that nobody identifies, and a new ring on an open line",
    async () => {
      const bench = await opened({ box: "whozz" });
      bench.hear("$01     11/23     09:00 AM     0145678901         I     ANNA\r\n");
      await bench.run(unheardMs);
      assert.deepEqual(bench.types, ["delivered", ...ended]);
      assert.equal(bench.records.length, 1);
      bench.hear("02 R     11/23 09:01:00\r\n");
      await bench.run(6_000);
      assert.deepEqual(bench.callers, ["0145678901", undefined]);
      bench.hear("02 F     11/23 09:01:08\r\n02 I S 0000 G A0 11/23 09:01 AM 0622334455\r\n");
      assert.deepEqual(bench.types.slice(4), ["established", "callInformation"]);
      bench.hear("02 H     11/23 09:01:09\r\n02 N     11/23 09:01:30\r\n");
      await bench.run(5_000);
      assert.deepEqual(bench.types.slice(6), ended);
      assert.deepEqual([bench.records[1]?.answered, bench.records[1]?.durationMs], [true, 0]);
      bench.hear("02 O S 0000 G A0 11/23 09:02 AM 0633445566\r\n02 R     11/23 09:03:00\r\n");
      assert.deepEqual(bench.types.slice(8), ["originated", ...ended]);
      bench.hear("02 F     11/23 09:03:05\r\n02 I S 0000 G A0 11/23 09:03 AM 1\r\n"
        + "02 I S 0000 G A0 11/23 09:04 AM 2\r\n02 O S 0000 G A0 11/23 09:05 AM 3\r\n");
      bench.end();
      assert.equal(bench.records.length, 6);
    });
});

describe("caller-id session, octets", () => {
  it("delivers, lets go after 30 s, takes a repetition for the same call", async () => {
    const bench = await opened({ box: "mdmf" });
    void bench.peer.play(anna);
    await bench.run(1_500);
    assert.deepEqual(bench.callers, ["0145678901"]);
    void bench.peer.play(anna);
    await bench.run(1_500);
    assert.deepEqual(bench.types, ["delivered"]);
    await bench.run(unheardMs);
    assert.deepEqual(bench.types, ["delivered", ...ended]);
    assert.equal(bench.records[0]?.ringMs, undefined);
    bench.end();
  });

  it("finds the message behind noise that looked like one, after a silence", async () => {
    const bench = await opened({ box: "mdmf" });
    bench.hear(Uint8Array.of(0x80, 0xf0, 0x07, 0xe0));
    void bench.peer.play({ ...anna, identifiedMs: 0 });
    await bench.run(1);
    assert.deepEqual(bench.types, []);
    await bench.run(octetSilenceMs);
    assert.deepEqual(bench.callers, ["0145678901"]);
    assert.deepEqual(bench.garbage, ["cut short"]);
    bench.hear(callerIdCodec.encode({ form: "mdmf", about: "call",
      parameters: [{ kind: "callType", value: 0x81 }] }));
    assert.deepEqual(bench.types, ["delivered"]);
    bench.end();
  });
});

describe("caller-id session, HID reports", () => {
  const ring = { state: "ring" } as const;
  const hear = (bench: Bench, report: CallerReport): void => {
    bench.hear(reportCodec(simulatedReport).encode(report));
  };

  it("tells the caller, the answer and the end, to the moment", async () => {
    const bench = await opened({ box: "hid" });
    void bench.peer.play({ ...anna, talkMs: 20_000 });
    await bench.run(1_500);
    assert.deepEqual([bench.types, bench.callers], [["delivered"], ["0145678901"]]);
    await bench.run(8_500);
    assert.deepEqual(bench.types, ["delivered", "established"]);
    await bench.run(20_000);
    assert.deepEqual(bench.types.slice(2), ended);
    const [record] = bench.records;
    assert.deepEqual([record?.answered, record?.durationMs, record?.ringMs, record?.callingNumber],
      [true, 20_000, 10_000, "0145678901"]);
    assert.deepEqual(bench.garbage, []);
    bench.end();
  });

  it("lets a call go that stops ringing; private numbers are said to be so", async () => {
    const bench = await opened({ box: "hid" });
    void bench.peer.play({ number: "P", rings: 2 });
    await bench.run(5_000 + ringEndMs);
    assert.deepEqual([bench.types, bench.callers], [["delivered", ...ended], [undefined]]);
    assert.equal(bench.records[0]?.privateFields?.["numberAbsence"], "private");
    bench.end();
  });

  it("counts a burst once, however often the box tells of it", async () => {
    const bench = await opened({ box: "hid" });
    for (let count = 0; count < 10; count += 1) {
      hear(bench, ring);
      await bench.run(200);
    }
    assert.deepEqual(bench.types, []);
    await bench.run(3_000);
    hear(bench, ring);
    assert.deepEqual(bench.types, ["delivered"]);
    await bench.run(ringEndMs);
    bench.end();
  });

  it("takes a ring after the answer as the next call", async () => {
    const bench = await opened({ box: "hid" });
    hear(bench, ring);
    hear(bench, { state: "caller", number: "111" });
    hear(bench, { state: "offHook" });
    await bench.run(60_000);
    hear(bench, ring);
    hear(bench, { state: "caller", number: "222" });
    assert.deepEqual(bench.callers, ["111", "111", "222"]);
    assert.deepEqual(bench.types, ["delivered", "established", ...ended, "delivered"]);
    await bench.run(ringEndMs);
    bench.end();
  });

  it("finds the reports again after one that was cut short", async () => {
    const bench = await opened({ box: "hid" });
    bench.hear("\x01012");
    await bench.run(octetSilenceMs);
    hear(bench, { state: "caller", number: "333" });
    assert.deepEqual([bench.garbage, bench.callers], [["a report was cut short"], ["333"]]);
    await bench.run(ringEndMs);
    bench.end();
  });
});

describe("caller-id driver", () => {
  it("refuses requests and snapshots, and proves nothing that nobody can ask", async () => {
    const bench = await opened({ box: "mdmf" });
    const request = await bench.session.request(
      { service: "makeCall", callingDevice: "1" as never, calledNumber: "2" }, 100);
    const snapshot = await bench.session.snapshot(100);
    const probe = await bench.session.probe(100);
    assert.ok(!request.ok && request.fault.code === "service-not-supported");
    assert.ok(!snapshot.ok && snapshot.fault.code === "service-not-supported");
    assert.ok(probe.ok && probe.value.every((proof) => proof.proven === "not-tried"));
    bench.end();
    bench.session.close();
    bench.hear(Uint8Array.of(0x80));
  });

  it("names every wrong option at once", () => {
    const result = driver.options.parse({ box: "fax", device: "", timeZone: "Mars", colour: 1 });
    assert.ok(!result.ok);
    assert.deepEqual(new Set(result.fault.fields?.map((field) => field.path)),
      new Set(["box", "device", "timeZone", ""]));
    const hid = (report: object): readonly string[] => {
      const parsed = driver.options.parse({ box: "hid", device: "101", ...report });
      return parsed.ok ? [] : parsed.fault.fields?.map(({ path, message }) =>
        `${path} ${message}`) ?? [];
    };
    assert.deepEqual(hid({}), ["report must be given for a hid box, and for no other"]);
    assert.deepEqual(hid({ report: { octets: 8, state: { ring: 1 },
      digits: { offset: 1, octets: 8 } } }), ["report the digits end behind the report's end"]);
  });

  it("clears each call that it told once, and records it once, whatever the box says", async () => {
    const said: Readonly<Record<CallerIdPeerPlan["box"], readonly string[]>> = {
      modem: ["RING\r\n", "RING\r\n", "NMBR = 0145678901\r\n", "NMBR = P\r\n", "NAME = ANNA\r\n",
        "DATE = 1122\r\n", "TIME = 0915\r\n", "ERROR\r\n", "OK\r\n", "MESG = 80\r\n", "\x80\x04"],
      whozz: ["01 R     11/22 07:43:52\r\n", "01 F     11/22 07:43:58\r\n",
        "01 N     11/22 07:44:58\r\n", "01 I S 0000 G A0 11/22 07:43 AM 0145678901\r\n",
        "01 I E 0061 G A2 11/22 07:43 AM 0145678901\r\n",
        "01 I E 0000 B A2 02/31 07:43 AM\r\n", "01 O S 0000 G A0 11/22 07:43 AM 062233\r\n",
        "01 O E 0009 G A0 11/22 07:43 AM 062233\r\n", "01 R"],
      mdmf: [Buffer.from(callerIdCodec.encode({ form: "mdmf", about: "call",
        parameters: [{ kind: "number", text: "0145678901" }] })).toString("latin1"), "\x80\x20",
      "\x04"],
      hid: [...(["ring", "offHook", "onHook"] as const).map((state): CallerReport => ({ state })),
        { state: "caller", number: "0145678901" } as const,
        { state: "caller", number: "1" } as const]
        .map((report) => Buffer.from(reportCodec(simulatedReport).encode(report))
          .toString("latin1")),
    };
    const step = fc.tuple(fc.nat(), fc.constantFrom(0, 100, 1_000, 5_000, 9_000, 40_000));
    await fc.assert(fc.asyncProperty(fc.constantFrom("modem" as const, "whozz" as const,
      "mdmf" as const, "hid" as const), fc.array(step, { maxLength: 25 }), async (box, steps) => {
      const bench = new Bench({ box });
      for (const [choice, ms] of steps) {
        bench.hear(said[box][choice % said[box].length] ?? "");
        await bench.run(ms);
      }
      await bench.run(2 * openCallMs);
      bench.end();
      const calls = (type: string): readonly string[] => bench.events.flatMap((event) =>
        event.type === type ? ["call" in event ? event.call : "connection" in event
          ? event.connection.call : ""] : []);
      const told = [...calls("delivered"), ...calls("originated")].sort();
      assert.equal(new Set(told).size, told.length);
      assert.deepEqual([...calls("callCleared")].sort(), told);
      assert.deepEqual([...calls("connectionCleared")].sort(), told);
      const recorded = bench.records.flatMap(({ call }) => call === undefined ? [] : [call]);
      assert.deepEqual([...recorded].sort(), told);
      assert.ok(bench.records.every(({ durationMs, ringMs = 0 }) =>
        durationMs >= 0 && ringMs >= 0));
    }), { numRuns: 150 });
  });
});
