import assert from "node:assert/strict";
import { done, fail, inLanguage, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { PeerIdentity, Session } from "../../firmware/link/driver.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { MemoryLine } from "../conformance.js";
import { driver } from "./driver.js";
import { createTapPeer, type TapPeer, type TapPeerPlan } from "./peer.js";
import { recognise } from "./recognise.js";
import { answerMs, enterMs, lingerMs, pagesMax, triesMax } from "./session.js";

class Bench {
  readonly world = new SimulatedWorld(9);
  readonly line = new MemoryLine(this.world);
  readonly sent: Uint8Array[] = [];
  readonly told: string[] = [];
  readonly identities: PeerIdentity[] = [];
  readonly peer: TapPeer;
  readonly session: Session;

  constructor(
    options: Readonly<Record<string, unknown>> = {},
    plan: Omit<TapPeerPlan, "world" | "send"> = {},
  ) {
    const { near, far } = this.line;
    this.peer = createTapPeer({ ...plan, world: this.world,
      send: (bytes) => { far.send(bytes); } });
    far.onReceive((bytes) => { this.peer.receive(bytes); });
    const parsed = driver.options.parse(options);
    assert.ok(parsed.ok);
    this.session = driver.open({
      link: linkId("tap"), options: parsed.value, world: this.world,
      transport: { ...near, send: (bytes) => {
        this.sent.push(Uint8Array.from(bytes));
        return near.send(bytes);
      } },
      secret: (reference) => reference === "env:TAP" ? ok("123456") : fail("not-found", reference),
      emit: () => undefined, record: () => undefined,
      page: () => Promise.resolve(done), pageStatus: () => undefined,
      report: (condition) => { this.told.push("reason" in condition
        ? inLanguage(condition.reason, "en") : condition.type); },
      identify: (identity) => { this.identities.push(identity); },
      garbage: () => undefined, accounted: () => undefined, missed: () => undefined,
      requestResync: () => undefined,
    });
  }

  get wrote(): string { return Buffer.concat(this.sent).toString("latin1"); }

  page(text: string, pager = "5551212"): Promise<string> {
    const answer: Promise<Result<{ readonly pageStatus?: string }>> = this.session.request(
      { service: "sendPage", page: { pager, text } }, 120_000);
    return answer.then((result) => result.ok ? result.value.pageStatus ?? ""
      : `${result.fault.code}: ${result.fault.message}`);
  }

  async outcome(promise: Promise<string>, ms: number): Promise<string> {
    let found = "not settled";
    void promise.then((result) => { found = result; });
    await this.world.advance(ms);
    return found;
  }

  end(): void {
    this.session.close();
    this.peer.stop();
    assert.deepEqual(this.world.timersPending, []);
  }
}

describe("tap session", () => {
  it("goes through the session of the specification (§3.0)", async () => {
    const bench = new Bench();
    assert.equal(await bench.outcome(bench.page("CALL ME"), 100), "accepted");
    await bench.world.advance(lingerMs + 100);
    assert.deepEqual(bench.peer.pages, ["5551212 CALL ME"]);
    assert.match(bench.wrote,
      /^\r\x1bPG1\r\x025551212\rCALL ME\r\x03[0-?]{3}\r\x04\r$/);
    assert.deepEqual(bench.identities.at(-1), { product: "TAP paging terminal", version: "1.8" });
    bench.end();
  });

  it("hands pages that come together over in one session, and begins anew after fifty",
    async () => {
      const bench = new Bench();
      const all = Array.from({ length: pagesMax + 1 }, (_none, n) => bench.page(`${n}`));
      await bench.world.advance(60_000);
      assert.deepEqual(new Set(await Promise.all(all)), new Set(["accepted"]));
      assert.equal(bench.peer.sessions, 2);
      assert.deepEqual(bench.peer.pages, all.map((_each, n) => `5551212 ${n}`));
      bench.end();
    });

  it("splits a long text over blocks, or cuts it where only one is taken", async () => {
    const long = "0123456789".repeat(40);
    const bench = new Bench();
    assert.equal(await bench.outcome(bench.page(long), 1_000), "accepted");
    assert.deepEqual([bench.peer.pages, bench.peer.blocks], [[`5551212 ${long}`], 2]);
    bench.end();
    const short = new Bench({ longTexts: "cut" });
    assert.equal(await short.outcome(short.page(long), 1_000), "accepted");
    assert.deepEqual([short.peer.pages, short.peer.blocks],
      [[`5551212 ${long.slice(0, 250 - 9)}`], 1]);
    short.end();
  });

  it("repeats a block that was damaged, and one without an answer, three times in all",
    async () => {
      const bench = new Bench();
      bench.peer.faults.repeat = triesMax - 1;
      assert.equal(await bench.outcome(bench.page("A"), 1_000), "accepted");
      bench.peer.faults.repeat = triesMax;
      assert.match(await bench.outcome(bench.page("B"), 1_000), /^deadline-passed/);
      await bench.world.advance(answerMs);
      assert.equal(await bench.outcome(bench.page("C"), 20_000), "accepted");
      assert.deepEqual(bench.peer.pages, ["5551212 A", "5551212 C"]);
      bench.end();
    });

  it("tells a page that the terminal refuses for good from one that may be tried later",
    async () => {
      const bench = new Bench();
      bench.peer.unknown.add("9");
      const [bad, good] = [bench.page("A", "9"), bench.page("B")];
      assert.equal(await bench.outcome(bad, 1_000),
        "service-refused: the paging terminal refuses the page: 511 Invalid pager ID");
      assert.equal(await good, "accepted");
      bench.peer.faults.hangUp = 1;
      assert.equal(await bench.outcome(bench.page("C"), 1_000),
        "queue-full: the paging terminal hangs up: 113 Maximum time");
      assert.equal(await bench.outcome(bench.page("D"), 20_000), "accepted");
      bench.end();
    });

  it("gives up a terminal that never says ID=, and finds it when it does again", async () => {
    const bench = new Bench();
    bench.peer.faults.silent = true;
    assert.match(await bench.outcome(bench.page("A"), triesMax * enterMs), /does not say ID=/);
    assert.equal(bench.wrote, "\r\r\r");
    bench.peer.faults.silent = false;
    assert.equal(await bench.outcome(bench.page("B"), 1_000), "accepted");
    bench.end();
  });

  it("asks for ID= again and logs on again when answers are lost", async () => {
    const bench = new Bench();
    bench.peer.faults.loseAnswers = 1;
    assert.equal(await bench.outcome(bench.page("A"), enterMs + 100), "accepted");
    bench.end();
  });

  it("gives the password that the terminal wants, from its reference", async () => {
    const bench = new Bench({ secret: "env:TAP" }, { password: "123456" });
    assert.equal(await bench.outcome(bench.page("A"), 1_000), "accepted");
    bench.end();
    const wrong = new Bench({}, { password: "123456" });
    assert.match(await wrong.outcome(wrong.page("A"), 1_000), /hangs up: 509 Invalid password/);
    wrong.end();
  });

  it("dials, pages, and hangs up; a wrong number fails by the modem's own word", async () => {
    const bench = new Bench({ dial: "0123456789", modemSetup: "AT&M5" }, { number: "0123456789" });
    assert.equal(await bench.outcome(bench.page("A"), 5_000), "accepted");
    await bench.world.advance(20_000);
    assert.match(bench.wrote, /^ATZ\rATE0\rAT&M5\rATDT0123456789\r\r\x1bPG1\r/);
    assert.equal(await bench.outcome(bench.page("B"), 5_000), "accepted");
    assert.deepEqual([bench.peer.pages.length, bench.peer.sessions], [2, 2]);
    await bench.world.advance(20_000);
    bench.end();
    const wrong = new Bench({ dial: "999" }, { number: "0123456789" });
    assert.equal(await wrong.outcome(wrong.page("A"), 5_000),
      "deadline-passed: the modem says BUSY to ATDT");
    wrong.end();
  });

  it("lets nothing in a text steer the terminal", async () => {
    const bench = new Bench();
    await bench.outcome(bench.page("A\r\x03\x04B\x1b[p", "1\r2"), 1_000);
    assert.deepEqual(bench.peer.pages, ["1 2 A   B [p"]);
    bench.end();
  });

  it("is recognised by what it sends, with a ready profile", async () => {
    const bench = new Bench();
    await bench.outcome(bench.page("CALL ME"), 1_000);
    await bench.outcome(bench.page("ROOM 12"), 1_000);
    const [found] = recognise(Buffer.concat(bench.sent));
    assert.ok(found !== undefined && found.score >= 0.9 && found.records >= 2,
      JSON.stringify(found));
    assert.deepEqual(found.samples[1]?.fields, { pager: "5551212", text: "ROOM 12" });
    assert.ok(driver.options.parse(found.options).ok);
    assert.deepEqual(recognise(bench.world.random.bytes(4_000)), []);
    bench.end();
  });
});
