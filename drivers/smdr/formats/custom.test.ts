import assert from "node:assert/strict";
import fc from "fast-check";
import * as z from "zod";
import { smdrCodec } from "../codec.js";
import { customLayout, type CustomLayout } from "../custom-layout.js";
import { smdrOptions } from "../options.js";
import { contents, durationMsOf, patternOf, sourceOf, type Content } from "./contents.js";
import { customFormat } from "./custom.js";
import { decodeAll, describeFormat, type Sample } from "./format-bench.js";

const shape = (value: unknown): CustomLayout => customLayout.parse(value);

const hotel = shape({
  kind: "columns", clock: "end", dateOrder: "dmy", skip: ["DATE ", "Page"],
  fields: [
    { name: "date", is: "date", from: 1, to: 8 },
    { name: "time", is: "time", from: 10, to: 14 },
    { name: "room", is: "device", from: 16, to: 20 },
    { name: "line", is: "trunk", from: 22, to: 24, optional: true },
    { name: "way", is: "direction", from: 26, to: 26,
      means: { I: "incoming", O: "outgoing", "": "internal" } },
    { name: "ring", is: "ringTime", from: 28, to: 31, optional: true },
    { name: "length", is: "duration", from: 33, to: 40 },
    { name: "guest", is: "text", from: 42, to: 49, optional: true },
    { name: "party", is: "number", from: 51, to: 66 },
  ],
});
const line = "22/11/26 09:15   101 T02 I 0:07 00:01'23 Dupont   0142685300";
const hotelSamples: readonly Sample[] = [
  { title: "an incoming call", lines: [line], layout: "custom", wholeColumns: 51, says: {
    phase: "completed", clock: "end", direction: "incoming", device: "101", trunk: "T02",
    local: { year: 2_026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
    pbxTime: "22/11/26 09:15", callingNumber: "0142685300",
    ringMs: 7_000, durationMs: 83_000, answered: true, privateFields: { guest: "Dupont" } } },
  { title: "an internal call, by a blank", layout: "custom", wholeColumns: 51,
    lines: ["22/11/26 09:16   101            00:00'00          102"], says: {
      phase: "completed", direction: "internal", calledNumber: "102",
      durationMs: 0, answered: false, privateFields: {} } },
];

describeFormat({ lostEnd: "found or refused", format: customFormat(hotel),
  headings: ["DATE     TIME  EXT", "Page 3"],
  samples: hotelSamples, rejected: [
  { title: "a direction without meaning", line: line.replace(" I ", " X ") },
  { title: "a date that does not exist", line: line.replace("22/11", "31/11") },
  { title: "a shifted line", line: line.slice(3) },
  { title: "letters where a duration belongs", line: line.replace("00:01'23", "00:0A'23") },
  { title: "something between the columns", line: line.replace(" 101 T02", " 101xT02") },
] });

const words = shape({ kind: "tokens", clock: "start", dateOrder: "ymd", fields: [
  { name: "number", is: "sequence" }, { name: "at", is: "dateTime" },
  { name: "station", is: "device" }, { name: "called", is: "calledNumber" },
  { name: "took", is: "minutes" }, { name: "code", is: "accountCode", optional: true },
  { name: "rest", is: "text", optional: true }] });

describeFormat({ lostEnd: "behind records only", format: customFormat(words), samples: [
  { title: "an outgoing call", lines: ["0042 2026-11-22T09h15 101 +33142685300 1,5 77 for Mr X"],
    layout: "custom", wholeColumns: 40, says: { phase: "completed", clock: "start",
      direction: "outgoing",
      calledNumber: "+33142685300", durationMs: 90_000, accountCode: "77",
      sequence: { number: 42, modulus: 10_000 }, privateFields: { rest: "for Mr X" } } },
], rejected: [{ title: "a word too few", line: "0042 2026-11-22T09:15 101 0142685300" }] });

const ticket = shape({ kind: "labels", clock: "start", dateOrder: "dmy",
  skip: ["EXAMPLE COMPANY", "UNITS"], fields: [
    { name: "user", label: "USER", is: "device" },
    { name: "type", label: "TYPE", is: "direction",
      means: { "-->": "outgoing", "<--": "incoming" } },
    { name: "date", label: "DATE", is: "date" },
    { name: "time", label: "TIME", is: "time" },
    { name: "ring", label: "RINGING", is: "ringTime", optional: true },
    { name: "took", label: "DURATION", is: "duration" },
    { name: "name", label: "USER NAME", is: "text", optional: true },
    { name: "number", label: "DIALLED NUMBER", is: "number", optional: true },
    { name: "price", label: "COST", is: "cost", optional: true }] });
const call = ["USER ......... : A101", "TYPE ......... : -->", "DATE ......... : 22/11/26",
  "TIME ......... : 09:15"];

describeFormat({ format: customFormat(ticket), headings: ["   EXAMPLE COMPANY", "UNITS: 3"],
  samples: [
  { title: "a ticket of several lines", layout: "custom",
    lines: [...call, "DURATION: 00:01:10", "DIALLED NUMBER : 0142685300", "COST : 0.42"], says: {
      phase: "completed", clock: "start", direction: "outgoing", device: "A101",
      local: { year: 2_026, month: 11, day: 22, hour: 9, minute: 15, second: 0 },
      calledNumber: "0142685300", durationMs: 70_000, answered: true, cost: "0.42",
      privateFields: {} } },
  { title: "an incoming one in another order, and with a name", layout: "custom",
    lines: ["USER = A102", "USER NAME = 0.42 Example", "DURATION  00:00:00", "RINGING  00:25",
      "TIME 09:16", "DATE 22/11/26", "TYPE <--"], says: {
      phase: "completed", direction: "incoming", device: "A102", ringMs: 25_000, durationMs: 0,
      answered: false, privateFields: { name: "0.42 Example" } } },
], rejected: [
  { title: "a label without its field", line: "USER" },
  { title: "a longer word", line: "USERS: A101" },
  { title: "a line that begins no ticket", line: "DURATION: 00:01:10" },
] });

describe("tickets of several lines", () => {
  const read = (...lines: readonly string[]): readonly string[] =>
    decodeAll(customFormat(ticket), {}, Buffer.from(lines.map((each) => `${each}\r\n`).join("")))
      .map((each) => each.kind === "garbage" ? each.reason : each.kind);

  it("are whole, or garbage with a reason", () => {
    const [user = "", , ...rest] = call;
    assert.deepEqual(read(...call, "DURATION: 00:01:10"), ["message"]);
    assert.deepEqual(new Set(read(user, ...rest, "DURATION: 00:01:10")),
      new Set(["a line of it is missing"]));
    assert.deepEqual(new Set(read(...call, "DURATION: 00:01:10", "DURATION: 00:01:10")),
      new Set(["a line of it came twice"]));
    assert.deepEqual(read(...call, "what is this", "DURATION: 00:01:10").length, 6);
  });

  it("need a label a field, each its own", () => {
    const problems = (...fields: readonly object[]): readonly unknown[] => {
      const parsed = smdrOptions.parse({ format: "custom", layout: { kind: "labels",
        clock: "start", fields: [{ name: "time", is: "time", label: "TIME OF DAY" },
          { name: "took", is: "duration", label: "LENGTH" }, ...fields] } });
      return parsed.ok ? []
        : (parsed.fault.fields ?? []).map(({ path, message }) => ({ path, message }));
    };
    assert.deepEqual(problems({ name: "user", is: "device", label: "USER" }), []);
    const path = "layout.fields[2].label";
    assert.deepEqual(problems({ name: "user", is: "device" }),
      [{ path, message: "is missing: with what the line begins" }]);
    assert.deepEqual(problems({ name: "user", is: "device", label: "LENGTH" }),
      [{ path, message: "is that of took already" }]);
    assert.deepEqual(problems({ name: "user", is: "device", label: "TIME" }),
      [{ path, message: "is the beginning of that of time, which begins the record" }]);
  });
});

const places = shape({ kind: "csv", separator: ";", clock: "start", dateOrder: "mdy",
  fields: [{ name: "at", is: "dateTime" }, { name: "from", is: "callingNumber", optional: true },
    { name: "to", is: "calledNumber" }, { name: "empty", is: "blank" },
    { name: "took", is: "seconds" },
    { name: "result", is: "answered", means: { A: "answered", N: "unanswered" } },
    { name: "price", is: "cost", optional: true }] });

describeFormat({ lostEnd: "found or refused", format: customFormat(places), samples: [
  { title: "a call nobody answered", lines: ["11/22/2026 9:15 PM;0611223344;200;;12;N;0,12 EUR"],
    layout: "custom", wholeColumns: 38, says: { phase: "completed", direction: "unknown",
      local: { year: 2_026, month: 11, day: 22, hour: 21, minute: 15, second: 0 },
      callingNumber: "0611223344", calledNumber: "200", durationMs: 12_000, answered: false,
      cost: "0,12 EUR" } },
], rejected: [
  { title: "more places than told", line: "11/22/2026 9:15;0611223344;200;;12;N;0;x" },
  { title: "a place that must be blank", line: "11/22/2026 9:15;0611223344;200;x;12;N;0" },
] });

describe("contents of a field", () => {
  const holds = (is: Content, text: string): boolean =>
    patternOf(sourceOf(is, ["I", "O"]), false).test(text);
  const table: readonly (readonly [Content, readonly string[], readonly string[]])[] = [
    ["date", ["22/11/26", "1/ 2/26", "22-Nov-26", "Nov 22", "221126", "20261122"],
      ["22/11/26/1", "22:11:26", "22", "nov-nov-26", "2226"].slice(0, 4)],
    ["time", ["9:15", "09h15", "091502", "9:15 PM", "23:59:59"], ["24:00", "9:60", "915", "9:15X"]],
    ["dateTime", ["22/11/26 09:15", "2026-11-22T09:15:00", "261122091500", "20261122091500"],
      ["22/11/26", "09:15", "2026-11-22T25:00"]],
    ["duration", ["0:07", "00:01'23", "1h02m03s", "0'07\"", "000123", "125:33"],
      ["7", "1h02", "0:61", "00:61:00", "abc", "0:0"]],
    ["device", ["101", "EXT12", "X-1"], ["DUPONT", "1 2", ""]],
    ["trunk", ["T02", "1/2/3", "SIP-4"], ["TRUNK", "1/"]],
    ["callingNumber", ["+33142685300", "*21#", "06112233XX", "555-1234"], ["1 2", "A12", "-1", ""]],
    ["cost", ["1,20", "EUR 3.5", "$12"], ["1,2,3", "EURO 1", "x"]],
    ["direction", ["I", "O"], ["IO", "X", ""]],
  ];
  for (const [is, yes, no] of table) {
    it(is, () => {
      assert.deepEqual(yes.filter((text) => !holds(is, text)), []);
      assert.deepEqual(no.filter((text) => holds(is, text)), []);
    });
  }

  it("reads a duration in each writing", () => {
    assert.deepEqual(["0:07", "1h02m03s", "0'07\"", "010203", "125:33"].map(durationMsOf),
      [7_000, 3_723_000, 7_000, 3_723_000, 7_533_000]);
  });

  it("names a known content for every word of the schema", () => {
    assert.deepEqual(z.toJSONSchema(customLayout.shape.fields.element.shape.is)["enum"], contents);
  });
});

describe("option layout", () => {
  const minimal = { kind: "tokens", clock: "end", fields: [
    { name: "time", is: "time" }, { name: "took", is: "duration" }] };
  const problems = (layout: unknown, more: object = {}): readonly string[] => {
    const parsed = smdrOptions.parse({ format: "custom", layout, ...more });
    return parsed.ok ? [] : (parsed.fault.fields ?? []).map(({ path, message }) =>
      `${path}: ${message}`);
  };
  const withFields = (...fields: object[]): unknown =>
    ({ ...minimal, kind: "columns", dateOrder: "dmy", fields });
  const time = { name: "time", is: "time", from: 1, to: 5 };
  const took = { name: "took", is: "duration", from: 7, to: 14 };

  it("takes the least that makes sense", () => { assert.deepEqual(problems(minimal), []); });

  const table: readonly (readonly [title: string, found: readonly string[], like: RegExp])[] = [
    ["no layout", problems(undefined), /^layout: is missing/],
    ["another format", problems(minimal, { format: "panasonic-kx" }), /^layout: .*custom only/],
    ["another pattern", problems(minimal, { pattern: "A" }), /^pattern: custom has the patterns/],
    ["unknown content", problems(withFields(time, { ...took, is: "lenght" })),
      /^layout\.fields\[1\]\.is: unknown content "lenght"; expected one of date, time/],
    ["no time", problems(withFields(took)), /^layout\.fields: no field is: time or dateTime/],
    ["no duration", problems(withFields(time)), /^layout\.fields: no field is: duration/],
    ["time optional", problems(withFields({ ...time, optional: true }, took)),
      /^layout\.fields\[0\]\.optional: must not/],
    ["overlap", problems(withFields(time, { ...took, from: 5 })),
      /^layout\.fields\[1\]\.from: columns 5 to 14 of took overlap columns 1 to 5 of time/],
    ["columns the wrong way", problems(withFields(time, { ...took, to: 6 })),
      /^layout\.fields\[1\]\.to: found 6; expected 7/],
    ["no columns", problems(withFields(time, { name: "took", is: "duration", from: 7 })),
      /^layout\.fields\[1\]\.to: is missing/],
    ["columns of tokens", problems({ ...minimal, 
      fields: [{ ...time, to: undefined }, { name: "a", is: "duration" }] }),
      /^layout\.fields\[0\]\.from: goes with kind: columns only/],
    ["no meanings", problems(withFields(time, took,
      { name: "way", is: "direction", from: 20, to: 20 })),
    /^layout\.fields\[2\]\.means: is missing/],
    ["another's meanings", problems(withFields(time, took, { name: "way", is: "direction",
      from: 20, to: 20, means: { "<-": "answered" } })),
    /^layout\.fields\[2\]\.means\["<-"\]: found answered for direction/],
    ["meanings of a time", problems(withFields({ ...time, means: { I: "incoming" } }, took)),
      /^layout\.fields\[0\]\.means: goes with/],
    ["a name twice", problems(withFields(time, { ...took, name: "time" })),
      /^layout\.fields\[1\]\.name: fields\[0\] is called time already/],
    ["two lengths", problems(withFields(time, took,
      { name: "s", is: "seconds", from: 20, to: 22 })),
    /^layout\.fields\[2\]\.is: fields\[1\] is duration already/],
    ["a number without direction", problems(withFields(time, took,
      { name: "party", is: "number", from: 20, to: 30 })),
    /^layout\.fields: number is the calling/],
    ["a date without order", problems({ ...minimal,
      fields: [...minimal.fields, { name: "date", is: "date" }] }),
    /^layout\.dateOrder: is missing/],
    ["a separator of tokens", problems({ ...minimal, separator: ";" }), /^layout\.separator: goes/],
    ["blank between tokens", problems({ ...minimal,
      fields: [...minimal.fields, { name: "no", is: "blank" }] }), /^layout\.fields\[2\]\.is/],
    ["a blank skip", problems({ ...minimal, skip: [" "] }),
    /^layout\.skip\[0\]: must not be blank/],
    ["too many optional tokens", problems({ ...minimal, fields: [...minimal.fields,
      ...Array.from({ length: 7 }, (_, at) => ({ name: `t${at}`, is: "text", optional: true }))] }),
    /^layout\.fields: 7 fields are optional/],
    ["an unknown key", problems({ ...minimal, regexp: ".*" }), /^layout: .*regexp/],
  ];
  for (const [title, found, like] of table) {
    it(`refuses with its path: ${title}`, () => {
      assert.equal(found.length, 1, found.join("\n"));
      assert.match(found[0] ?? "", like);
    });
  }

  it("tells every problem at once", () => {
    assert.equal(problems(withFields({ ...time, is: "text" }, { ...took, is: "blank" })).length, 2);
  });

  it("skips lines that begin as told, and finds a record behind noise", () => {
    const format = customFormat(hotel);
    const bytes = Buffer.from(`DATE     TIME\r\n  Page 7\r\n%%%${line}\r\n`, "latin1");
    assert.deepEqual(decodeAll(format, {}, bytes).map(({ kind }) => kind), ["garbage", "message"]);
  });

  it("reads the record behind any text, whatever the layout", () => {
    const others = contents.filter((is) => !["time", "dateTime", "duration", "seconds", "minutes",
      "direction", "answered", "number", "callingNumber", "calledNumber", "date", "blank"]
      .includes(is));
    const layouts = fc.record({ kind: fc.constantFrom("tokens", "csv"),
      more: fc.uniqueArray(fc.constantFrom(...others), { maxLength: 6 }) })
      .map(({ kind, more }) => ({ ...minimal, kind, fields: [...minimal.fields,
        ...more.map((is) => ({ name: is, is, optional: true }))] }));
    fc.assert(fc.property(layouts, fc.string({ maxLength: 200 }), (layout, text) => {
      assert.deepEqual(problems(layout), []);
      const decoder = smdrCodec(customFormat(shape(layout)), {}).decoder();
      const found = [...decoder.push(Buffer.from(`${text}\r\n${["09:15", "0:07"]
        .join(layout.kind === "tokens" ? " " : ",")}\r\n`))];
      assert.equal(found.at(-1)?.kind, "message");
    }), { numRuns: 200 });
  });
});
