import assert from "node:assert/strict";
import { done, fail, ok, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import type { TapListener } from "../link/link.js";
import { SimulatedStore } from "../northbound/access/store-simulated.js";
import { put } from "../store/store.js";
import type { TerminalLine } from "./line.js";
import { approvalMs } from "./approvals.js";
import { idleMs, minuteMs, typedBytesMax } from "./terminal.js";
import { openMax, Terminals, transcriptsMax, type TerminalNote } from "./terminals.js";
import { headerSpace, type Ending, type Part, type TerminalHeader } from "./transcript.js";

/** A line whose far end is this test. */
class Line {
  sent = "";
  closed = false;
  readonly signals: string[] = [];
  listener: TapListener | undefined;

  open = (listener: TapListener): Promise<Result<TerminalLine>> => {
    this.listener = listener;
    return Promise.resolve(ok({
      description: "serial /dev/ttyS9 9600 8N1", settings: undefined,
      modemLines: () => Promise.resolve(undefined),
      pins: {
        sendBreak: (ms) => { this.signals.push(`break ${ms}`); return Promise.resolve(done); },
        set: (pins) => { this.signals.push(JSON.stringify(pins)); return Promise.resolve(done); },
      },
      send: (bytes) => { this.sent += Buffer.from(bytes).toString("latin1"); return done; },
      close: () => { this.closed = true; } }));
  };
}

interface Bench {
  readonly world: SimulatedWorld;
  readonly store: SimulatedStore;
  readonly terminals: Terminals;
  readonly line: Line;
  readonly notes: TerminalNote[];
  readonly told: string[];
  open(minutes?: number, link?: string): Promise<Result<TerminalHeader>>;
  type(text: string, secret?: boolean): Promise<Result<void>>;
  transcript(id?: number): Promise<{ readonly parts: readonly Part[];
    readonly intact: boolean | undefined; readonly header: TerminalHeader }>;
}

async function bench(store = new SimulatedStore()): Promise<Bench> {
  const world = new SimulatedWorld();
  const line = new Line();
  const notes: TerminalNote[] = [];
  const told: string[] = [];
  const terminals = new Terminals({ world, store, ageMsMax: () => 30 * 86_400_000,
    audit: (note) => { notes.push(note); },
    lineOf: (wish) => Promise.resolve(wish.kind === "link" && wish.link !== "none"
      ? ok({ key: wish.link, open: line.open, approval: wish.link === "guarded" })
      : fail("link-unknown", "no such link")) });
  assert.ok((await terminals.start()).ok);
  return {
    world, store, terminals, line, notes, told,
    open: (minutes = 15, link = "pbx") => terminals.open(
      { line: { kind: "link", link }, minutes, reason: "test", actor: "ann", source: "grpc x" }, {
        received: (bytes) => { told.push(`received ${Buffer.from(bytes).toString("latin1")}`); },
        waiting: ({ id }) => { told.push(`waiting ${id}`); },
        notice: (text) => { told.push(typeof text === "string" ? text : text.en); },
        ended: ({ ending }) => { told.push(`ended ${ending ?? ""}`); } }),
    type: (text, secret = false) => terminals.type("1", "ann", Buffer.from(text), secret),
    transcript: async (id = 1) => {
      const header = await terminals.get(String(id));
      assert.ok(header.ok);
      const parts: Part[] = [];
      let intact: boolean | undefined;
      for await (const item of terminals.read(header.value)) {
        if ("intact" in item) ({ intact } = item);
        else parts.push(...item.parts);
      }
      return { parts, intact, header: header.value };
    },
  };
}

function texts(parts: readonly Part[]): readonly string[] {
  return parts.map(({ direction, bytes, characters }) =>
    `${direction} ${characters || Buffer.from(bytes).toString("latin1")}`);
}

async function endingOf(at: Bench, id = "1"): Promise<Ending | undefined> {
  const header = await at.terminals.get(id);
  return header.ok ? header.value.ending : undefined;
}

describe("terminals that need a second person", () => {
  it("open with that one's word only, and keep the line to themselves meanwhile", async () => {
    const at = await bench();
    const opening = at.open(15, "guarded");
    await at.world.settle();
    assert.deepEqual(at.told, ["waiting 1"]);
    assert.equal(at.line.listener, undefined, "the line is not touched");
    assert.equal((await at.open(15, "guarded")).ok, false);
    for (const [who, code] of [["ann", "permission-denied"], ["bob", undefined],
      ["bob", "precondition"]] as const) {
      const given = at.terminals.approve("1", who);
      assert.equal(given.ok ? undefined : given.fault.code, code);
    }
    const opened = await opening;
    assert.ok(opened.ok);
    assert.deepEqual([opened.value.approvedBy, opened.value.waiting], ["bob", undefined]);
    assert.ok((await at.type("x")).ok);
    assert.deepEqual(at.notes.map(({ action }) => action), ["TerminalAsked", "TerminalOpened"]);
  });

  for (const [title, end, ending] of [
    ["nobody's word within its time", (at: Bench) => at.world.advance(approvalMs), "not-approved"],
    ["another's refusal", (at: Bench) => at.terminals.close("1", "bob"), "closed-by-other"],
    ["the gateway's end", (at: Bench) => at.terminals.stop(), "stopping"],
  ] as const) {
    it(`do not open after ${title}, and let go of the line`, async () => {
      const at = await bench();
      const opening = at.open(15, "guarded");
      await at.world.settle();
      await end(at);
      const opened = await opening;
      assert.equal(opened.ok ? undefined : opened.fault.code, "permission-denied");
      assert.equal(await endingOf(at), ending);
      assert.equal(at.line.listener, undefined);
      if (ending === "stopping") return;
      const again = at.open(15, "guarded");
      await at.world.settle();
      assert.ok(at.terminals.approve("2", "bob").ok);
      assert.ok((await again).ok);
    });
  }

  it("are not approved by who has offered the line", async () => {
    const at = await bench();
    void at.terminals.open({ line: { kind: "link", link: "guarded" }, minutes: 5, reason: "test",
      actor: "address:192.0.2.9", source: "rfc2217 192.0.2.9", offeredBy: "ann" },
    { received: () => undefined, notice: () => undefined, waiting: () => undefined,
      ended: () => undefined });
    await at.world.settle();
    assert.equal(at.terminals.approve("1", "ann").ok, false);
    assert.ok(at.terminals.approve("1", "bob").ok);
  });
});

describe("terminals", () => {
  it("type what the transcript holds already, and show what comes", async () => {
    const at = await bench();
    assert.ok((await at.open()).ok);
    assert.ok((await at.type("show\r")).ok);
    assert.equal(at.line.sent, "show\r");
    at.line.listener?.received(Buffer.from("all "));
    at.line.listener?.received(Buffer.from("is well\r\n"));
    assert.deepEqual(at.told, ["received all ", "received is well\r\n"]);
    assert.ok((await at.terminals.close("1", "ann")).ok);
    const { parts, intact, header } = await at.transcript();
    assert.deepEqual(texts(parts), ["typed show\r", "received all is well\r\n"]);
    assert.equal(intact, true);
    assert.equal(header.ending, "closed");
    assert.equal(at.line.closed, true);
    assert.deepEqual(at.notes.map(({ action, header: { id, sha256 } }) =>
      [action, id, sha256 === header.sha256]),
    [["TerminalOpened", 1, false], ["TerminalEnded", 1, true]]);
    assert.equal((await at.type("x")).ok, false);
  });

  it("do not type what the store refuses", async () => {
    const at = await bench();
    await at.open();
    at.store.append = () => Promise.resolve(fail("store-full", "full"));
    const typed = await at.type("rm\r");
    assert.equal(!typed.ok && typed.fault.code, "store-full");
    assert.equal(at.line.sent, "");
  });

  it("keep the number of a secret's characters only, and stars for its echo", async () => {
    const at = await bench();
    await at.open();
    await at.type("hunter2\r", true);
    assert.equal(at.line.sent, "hunter2\r");
    for (const piece of ["hun", "ter2", "\r\nwelcome hunter"]) {
      at.line.listener?.received(Buffer.from(piece));
    }
    await at.terminals.close("1", "ann");
    const { parts, header } = await at.transcript();
    assert.deepEqual(texts(parts), ["secret 7", "received ********\nwelcome hunter"]);
    assert.equal(header.typedBytes, 0);
    assert.ok(!JSON.stringify(at.notes).includes("hunter"));
  });

  it("belong to who opened them; others may only end them", async () => {
    const at = await bench();
    await at.open();
    const refused = await at.terminals.type("1", "bob", Buffer.from("x"), false);
    assert.equal(!refused.ok && refused.fault.code, "permission-denied");
    assert.equal(at.terminals.extend("1", "bob", 5).ok, false);
    assert.ok((await at.terminals.close("1", "bob")).ok);
    assert.equal(await endingOf(at), "closed-by-other");
    const gone = await at.terminals.close("1", "bob");
    assert.equal(!gone.ok && gone.fault.code, "not-found");
  });

  it("warn a minute before their time is over, and end with it", async () => {
    const at = await bench();
    await at.open(5);
    await at.world.advance(3.9 * minuteMs);
    assert.deepEqual(at.told, []);
    await at.world.advance(0.2 * minuteMs);
    assert.equal(at.told.length, 1);
    assert.match(at.told[0] ?? "", /nearly over/);
    await at.world.advance(minuteMs);
    assert.equal(at.told.at(-1), "ended time-over");
    assert.equal(at.line.closed, true);
  });

  it("are extended, warned of again, but never beyond two hours", async () => {
    const at = await bench();
    await at.open(2);
    await at.world.advance(1.5 * minuteMs);
    assert.ok(at.terminals.extend("1", "ann", 3).ok);
    await at.world.advance(2.5 * minuteMs);
    assert.equal(at.told.filter((text) => text.includes("nearly over")).length, 2);
    const opened = at.world.clock.wall().getTime() - 4 * minuteMs;
    const last = at.terminals.extend("1", "ann", 120);
    assert.equal(last.ok && last.value, opened + 120 * minuteMs);
    for (let minute = 4; minute < 119; minute += 5) {
      await at.type(".");
      await at.world.advance(5 * minuteMs);
    }
    await at.world.advance(5 * minuteMs);
    assert.equal(await endingOf(at), "time-over");
  });

  it("end when nobody types, whatever the PBX prints", async () => {
    const at = await bench();
    await at.open(60);
    for (let passed = 0; passed < idleMs; passed += minuteMs) {
      at.line.listener?.received(Buffer.from("record\r\n"));
      await at.world.advance(minuteMs);
    }
    assert.ok(at.told.some((text) => text.startsWith("Nobody types")));
    assert.equal(at.told.at(-1), "ended idle");
  });

  it("end with their line, and say in the transcript why", async () => {
    const at = await bench();
    await at.open();
    at.line.listener?.closed("the port is gone");
    await at.world.advance(1);
    assert.equal(await endingOf(at), "line-lost");
    assert.deepEqual(texts((await at.transcript()).parts), ["remark the port is gone"]);
  });

  it("are one a line, and so many in all; a line that is let go of is free", async () => {
    const at = await bench();
    for (let index = 1; index < openMax; index += 1) {
      assert.ok((await at.open(15, `pbx${index}`)).ok);
    }
    const second = await at.open(15, "pbx1");
    assert.equal(!second.ok && second.fault.code, "port-locked");
    assert.equal((await at.open(15, "none")).ok, false);
    assert.ok((await at.open(15, "last")).ok);
    const many = await at.open(15, "more");
    assert.equal(!many.ok && many.fault.code, "queue-full");
    await at.terminals.close("1", "ann");
    assert.ok((await at.open(15, "pbx1")).ok);
    assert.equal((await at.terminals.list(true, 100, undefined)).length, openMax);
    assert.deepEqual((await at.terminals.list(false, 2, undefined)).map(({ link }) => link),
      ["pbx1", "last"]);
  });

  it("set pins and send breaks, with a remark", async () => {
    const at = await bench();
    await at.open();
    await at.terminals.signal("1", "ann", { breakMs: 250, dtr: false, rts: undefined });
    assert.deepEqual(at.line.signals, ["{\"dtr\":false}", "break 250"]);
    assert.deepEqual(texts((await at.transcript()).parts), ["remark break 250 ms, DTR down"]);
  });

  it("end when more was typed than a transcript holds", async () => {
    const at = await bench();
    await at.open();
    for (let typed = 0; typed < typedBytesMax; typed += 65_536) {
      assert.ok((await at.type("x".repeat(65_536))).ok);
    }
    assert.equal((await at.type("x")).ok, false);
    await at.world.advance(1);
    assert.equal(await endingOf(at), "transcript-full");
    assert.equal(at.line.sent.length, typedBytesMax);
  });

  it("that the gateway left without a word are ended at the next start", async () => {
    const store = new SimulatedStore();
    const before = await bench(store);
    await before.open();
    await before.type("half");
    const after = await bench(store);
    assert.equal(await endingOf(after), "interrupted");
    assert.deepEqual(after.notes.map(({ action }) => action), ["TerminalEnded"]);
    const next = await after.open();
    assert.equal(next.ok && next.value.id, 2);
  });

  it("show that a transcript was changed", async () => {
    const at = await bench();
    await at.open();
    await at.type("a");
    await at.terminals.close("1", "ann");
    const { header } = await at.transcript();
    await at.store.commit([put(headerSpace, 1, { ...header, sha256: "00" })]);
    assert.equal((await at.transcript()).intact, false);
  });

  it("go when they are too old or too many, with all their parts", async () => {
    const at = await bench();
    await at.open();
    await at.type("old");
    await at.terminals.close("1", "ann");
    const { header } = await at.transcript();
    await at.store.commit(Array.from({ length: transcriptsMax }, (_, index) =>
      put(headerSpace, index + 2, { ...header, id: index + 2 })));
    const pruned = await at.terminals.prune();
    assert.equal(pruned.ok && pruned.value, 1);
    assert.equal((await at.terminals.get("1")).ok, false);
    await at.world.advance(31 * 86_400_000);
    await at.terminals.prune();
    assert.equal((await at.terminals.list(false, 10, undefined)).length, 0);
  });
});
