import assert from "node:assert/strict";
import fc from "fast-check";
import { MemoryLevel } from "memory-level";
import type { Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { callId, deviceId, linkId } from "../model/identifiers.js";
import type { CallRecord } from "../model/records.js";
import { openStore } from "../store/leveldb-store.js";
import type { Store } from "../store/store.js";
import { arrivals } from "./record-keyspaces.js";
import { StoredRecordBook, type RecordBookBounds } from "./record-book.js";
import { csvCell, isoTime, recordsToCsv, recordsToJson } from "./record-export.js";

const world = new SimulatedWorld();
const nowMs = world.clock.wall().getTime();
const hourMs = 3_600_000;

function must<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function call(startedAtMs: number, more: Partial<CallRecord> = {}): CallRecord {
  const link = more.link ?? linkId("pbx");
  const name = more.call ?? callId("c1");
  const device = deviceId("2001");
  return {
    id: `${startedAtMs.toString(16)}-${link}-${name}`, link, call: name, source: "events",
    direction: "incoming", startedAtMs, answeredAtMs: startedAtMs + 4_000,
    endedAtMs: startedAtMs + 64_000, durationMs: 64_000, endCause: "normalClearing", marks: [],
    calling: { raw: "0612345678", e164: "+33612345678" }, called: { raw: "2001" },
    legs: [{ device, states: [{ state: "alerting", cause: "newCall", atMs: startedAtMs }] }],
    ...more,
  };
}

async function opened(
  bounds: Partial<RecordBookBounds> = {}, ageMsMax = 1e12,
): Promise<{ readonly book: StoredRecordBook; readonly store: Store }> {
  const database = new MemoryLevel<Uint8Array, Uint8Array>(
    { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
  const store = openStore({ database, world, epoch: 1 });
  must(await store.start());
  const book = new StoredRecordBook({ store, world, retention: () => ({ ageMsMax }), bounds });
  must(await book.start());
  return { book, store };
}

async function closed({ book, store }: Awaited<ReturnType<typeof opened>>): Promise<void> {
  await book.stop();
  await store.stop(1_000);
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const found: Uint8Array[] = [];
  for await (const chunk of chunks) found.push(chunk);
  return Buffer.concat(found).toString();
}

async function* each<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

const lyon = linkId("lyon");
const sample: readonly CallRecord[] = [
  call(nowMs - 5 * hourMs),
  call(nowMs - 4 * hourMs, { link: lyon, legs: [{ device: deviceId("3001"), states: [] }],
    direction: "outgoing", calling: { raw: "3001" },
    called: { raw: "00442079460018", e164: "+442079460018" } }),
  call(nowMs - 3 * hourMs, { answeredBy: deviceId("2002"),
    calling: { raw: "0712345678", e164: "+33712345678" } }),
  (({ answeredAtMs: _, ...rest }) => rest)(call(nowMs - 2 * hourMs)),
  call(nowMs - hourMs, { direction: "internal", calling: { raw: "2002" } }),
];

async function filled(
  bounds: Partial<RecordBookBounds> = {}, ageMsMax?: number,
): Promise<Awaited<ReturnType<typeof opened>>> {
  const found = await opened(bounds, ageMsMax);
  for (const record of sample) must(await found.book.add(record));
  return found;
}

describe("StoredRecordBook", () => {
  const places = (records: readonly CallRecord[]): number[] =>
    records.map((record) => sample.findIndex((one) => one.id === record.id));

  it("lists newest first, in pages, and finds each record by its id", async () => {
    const found = await filled();
    const { book } = found;
    const first = must(await book.list({}, 2));
    assert.deepEqual(places(first.records), [4, 3]);
    const second = must(await book.list({}, 2, first.next));
    assert.deepEqual(places(second.records), [2, 1]);
    const third = must(await book.list({}, 2, second.next));
    assert.deepEqual([places(third.records), third.next], [[0], undefined]);
    for (const record of sample) assert.deepEqual(must(await book.get(record.id)), record);
    assert.equal(must(await book.get("00000000000-x-y")), undefined);
    await closed(found);
  });

  it("queries by time, link, device, direction, missed calls and numbers", async () => {
    const found = await filled();
    const { book } = found;
    const rows: readonly (readonly [Parameters<typeof book.list>[0], readonly number[]])[] = [
      [{ fromMs: nowMs - 3 * hourMs }, [4, 3, 2]],
      [{ untilMs: nowMs - 3 * hourMs }, [1, 0]],
      [{ link: "lyon" }, [1]],
      [{ link: "ly" }, []],
      [{ device: "3001" }, [1]],
      [{ device: "2002" }, [2]],
      [{ device: "200" }, []],
      [{ device: "2001", link: "lyon" }, []],
      [{ direction: "internal" }, [4]],
      [{ missedOnly: true }, [3]],
      [{ number: "0612345678" }, [3, 0]],
      [{ number: "+33 6 12 34 56 78" }, [3, 0]],
      [{ number: "0033612345678" }, [3, 0]],
      [{ number: "5678" }, [3, 2, 0]],
      [{ number: "5678", fromMs: nowMs - 3 * hourMs, untilMs: nowMs - 2 * hourMs }, [2]],
      [{ number: "020 7946 0018" }, [1]],
      [{ number: "2001" }, [4, 3, 2, 0]],
      [{ number: "9999" }, []],
    ];
    for (const [query, expected] of rows) {
      const name = JSON.stringify(query);
      assert.deepEqual(places(must(await book.list(query, 10)).records), expected, name);
      const all: CallRecord[] = [];
      for await (const record of book.all(query)) all.push(record);
      assert.deepEqual(places(all), [...expected].reverse(), name);
    }
    const short = await book.list({ number: "678" }, 10);
    assert.equal(short.ok ? "" : short.fault.code, "argument-invalid");
    await closed(found);
  });

  it("ends a page at scanMax and goes on from there", async () => {
    const found = await filled({ scanMax: 2 });
    const pages: number[][] = [];
    let before: string | undefined;
    do {
      const page = must(await found.book.list({ direction: "outgoing" }, 10, before));
      pages.push(places(page.records));
      before = page.next;
    } while (before !== undefined);
    assert.deepEqual(pages, [[], [1], []]);
    await closed(found);
  });

  it("gives no more than pageMax, and indexes a bounded number of parties", async () => {
    const found = await opened({ pageMax: 2 });
    for (const record of sample) must(await found.book.add(record));
    assert.equal(must(await found.book.list({}, 1_000)).records.length, 2);
    const legs = Array.from({ length: 100 }, (_, n) => ({ device: deviceId(`d${n}`), states: [] }));
    must(await found.book.add(call(nowMs, { legs })));
    assert.equal(must(await found.book.list({ device: "d63" }, 10)).records.length, 1);
    assert.equal(must(await found.book.list({ device: "d64" }, 10)).records.length, 0);
    await closed(found);
  });

  it("asks for more digits when more than termsMax numbers end alike", async () => {
    const found = await filled({ termsMax: 1 });
    const many = await found.book.list({ number: "5678" }, 10);
    assert.match(many.ok ? "" : many.fault.message, /more than 1 numbers end like this/);
    assert.equal((await found.book.countByHour({ number: "5678" })).ok, false);
    const wide = await filled({ termsMax: 8 });
    assert.deepEqual(places(must(await wide.book.list({ number: "5678" }, 10)).records), [3, 2, 0]);
    await closed(found);
    await closed(wide);
  });

  it("merges numbers that end alike in order, however many calls each has", async () => {
    const found = await opened();
    const expected: string[] = [];
    for (let n = 0; n < 400; n += 1) {
      const raw = n % 7 === 0 ? "0611115678" : n % 3 === 0 ? "0622225678" : "0633335678";
      const record = call(nowMs + n, { calling: { raw } });
      expected.push(record.id);
      must(await found.book.add(record));
    }
    const ids: string[] = [];
    for await (const record of found.book.all({ number: "5678" })) ids.push(record.id);
    assert.deepEqual(ids, expected);
    const pages: string[] = [];
    let before: string | undefined;
    do {
      const page = must(await found.book.list({ number: "5678" }, 30, before));
      pages.push(...page.records.map(({ id }) => id));
      before = page.next;
    } while (before !== undefined);
    assert.deepEqual(pages, expected.reverse());
    await closed(found);
  });

  it("counts by hour", async () => {
    const found = await filled();
    assert.deepEqual(must(await found.book.countByHour({ fromMs: nowMs - 2 * hourMs })), [
      { hourMs: nowMs - 2 * hourMs, incoming: 1, outgoing: 0, internal: 0, missed: 1 },
      { hourMs: nowMs - hourMs, incoming: 0, outgoing: 0, internal: 1, missed: 0 },
    ]);
    await closed(found);
  });

  it("replaces a record with its indexes, and refuses what is no id", async () => {
    const found = await filled();
    const [first] = sample;
    assert.ok(first);
    must(await found.book.replace({ ...first, calling: { raw: "0499999999" }, link: lyon }));
    assert.deepEqual(places(must(await found.book.list({ number: "0612345678" }, 9)).records), [3]);
    assert.deepEqual(places(must(await found.book.list({ number: "99999999" }, 9)).records), [0]);
    assert.equal((await found.book.add({ ...first, id: "x" })).ok, false);
    await closed(found);
  });

  it("prunes what is older than the retention, with its indexes, by itself", async () => {
    const found = await filled({}, 2.5 * hourMs);
    assert.equal(must(await found.book.prune()), 3);
    assert.deepEqual(places(must(await found.book.list({}, 10)).records), [4, 3]);
    const scrubbed = must(await found.store.scrub());
    assert.deepEqual(scrubbed.damages, []);
    const keys = must(await found.book.list({ device: "3001" }, 10)).records;
    assert.deepEqual(keys, []);
    await closed(found);
  });
});

describe("record export", () => {
  it("writes CSV that a spreadsheet reads and cannot be tricked by", async () => {
    const [first] = sample;
    assert.ok(first);
    const csv = await text(recordsToCsv(each([
      { ...first, correlatorData: "0a0b", userData: "c0ffee" },
      { ...first, calling: { raw: "+33612345678", name: '=HYPERLINK("x")' } },
    ])));
    const lines = csv.split("\r\n");
    assert.equal(lines.length, 4);
    assert.equal(lines[3], "");
    assert.equal(lines[0]?.split(",").length, 28);
    assert.ok(lines[0].endsWith(",correlator_data,user_data"));
    assert.ok(lines[1]?.endsWith(",0a0b,c0ffee"));
    assert.match(lines[1] ?? "", /,2026-11-23T03:00:00\.000Z,2026-11-23T03:00:04\.000Z,/);
    assert.match(lines[2] ?? "", /,\+33612345678,,"'=HYPERLINK\(""x""\)",/);
  });

  it("makes every cell safe", () => {
    const rows: readonly (readonly [string | number | undefined, string])[] = [
      [undefined, ""], [5, "5"], ["a,b", '"a,b"'], ['a"b', '"a""b"'], ["a\nb", '"a\nb"'],
      ["=1+1", "'=1+1"], ["-1", "'-1"], ["@x", "'@x"], ["+1+1", "'+1+1"], ["+33 1", "'+33 1"],
      ["+331", "+331"], ["\t=1", "'\t=1"], ["été", "été"],
    ];
    for (const [value, cell] of rows) assert.equal(csvCell(value), cell);
  });

  it("writes one JSON object a line", async () => {
    const lines = (await text(recordsToJson(each(sample)))).trimEnd().split("\n");
    assert.deepEqual(lines.map((line) => JSON.parse(line) as unknown), sample);
    assert.equal(await text(recordsToJson(each([]))), "");
  });

  it("knows the calendar", () => {
    fc.assert(fc.property(fc.integer({ min: -2e12, max: 1e13 }), (ms) => {
      assert.equal(isoTime(ms), new Date(ms).toISOString());
    }));
  });
});

describe("arrivals of records", () => {
  const found = async (store: Store): Promise<readonly string[]> => {
    const list: string[] = [];
    for await (const [{ link, number }, { record }] of store.range(arrivals, {})) {
      list.push(`${link} ${number} ${record.split("-")[0] ?? ""}`);
    }
    return list;
  };

  it("are numbered for each link, expire, and are numbered on from there", async () => {
    const own = new SimulatedWorld();
    const atMs = own.clock.wall().getTime();
    const database = new MemoryLevel<Uint8Array, Uint8Array>(
      { keyEncoding: "view", valueEncoding: "view", storeEncoding: "view" });
    const told: string[] = [];
    const open = async () => {
      const store = openStore({ database, world: own, epoch: 1 });
      must(await store.start());
      const book = new StoredRecordBook({ store, world: own,
        arrived: (link) => { told.push(link); }, retention: () => ({ ageMsMax: hourMs }) });
      must(await book.start());
      return { book, store };
    };
    const first = await open();
    const other = linkId("other");
    await Promise.all([first.book.add(call(atMs)), first.book.add(call(atMs + 1)),
      first.book.add(call(atMs, { link: other })), first.book.replace(call(atMs))]);
    const id = atMs.toString(16);
    assert.deepEqual((await found(first.store)).map((text) => text.split(" ")[1]),
      ["1", "1", "2", "3"]);
    assert.deepEqual(told.sort(), ["other", "pbx", "pbx", "pbx"]);
    await own.advance(2 * hourMs);
    must(await first.book.prune());
    assert.deepEqual((await found(first.store)).map((text) => text.slice(0, -12)),
      ["other 1", "pbx 3"]);
    await closed(first);
    const second = await open();
    must(await second.book.add(call(atMs + 3 * hourMs)));
    assert.deepEqual((await found(second.store)).at(-1)?.startsWith("pbx 4 "), true);
    assert.ok(!(await found(second.store)).at(-1)?.includes(id));
    await closed(second);
  });
});
