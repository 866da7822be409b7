import assert from "node:assert/strict";
import fc from "fast-check";
import type { Framed } from "../framing.js";
import { messageBytesMax, SyslogFraming, syslogHeader } from "./syslog.js";

const bom = "\u00ef\u00bb\u00bf";
const head = "<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog - ID47 ";

/** Message, where its text begins, host, application. */
const vectors: readonly (readonly [string, string, string | undefined, string | undefined])[] = [
  // RFC 5424, 6.5, examples 1 to 4.
  ["<34>1 2003-10-11T22:14:15.003Z mymachine.example.com su - ID47 - "
    + `${bom}'su root' failed for lonvick on /dev/pts/8`,
  "'su root' failed for lonvick on /dev/pts/8", "mymachine.example.com", "su"],
  ["<165>1 2003-08-24T05:14:15.000003-07:00 192.0.2.1 myproc 8710 - - "
    + "%% It's time to make the do-nuts.", "%% It's time to make the do-nuts.", "192.0.2.1",
  "myproc"],
  [`${head}[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] `
    + `${bom}An application event log entry...`, "An application event log entry...",
  "mymachine.example.com", "evntslog"],
  [`${head}[exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"]`
    + "[examplePriority@32473 class=\"high\"]", "", "mymachine.example.com", "evntslog"],
  // 6.3.3: what is escaped does not end a value.
  [`${head}[x a="\\"]\\\\" b="]"] text`, "text", "mymachine.example.com", "evntslog"],
  ["<13>1 - - - - - - text", "text", undefined, undefined],
  // RFC 3164, 5.4.
  ["<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
    "'su root' failed for lonvick on /dev/pts/8", "mymachine", "su"],
  ["Use the BFG!", "Use the BFG!", undefined, undefined],
  ["<13>Feb  5 17:32:18 10.0.0.99 Use the BFG!", "Use the BFG!", "10.0.0.99", undefined],
  ["<165>Aug 24 05:34:00 mymachine myproc[10]: %% It's time", "%% It's time", "mymachine",
    "myproc"],
  ["<30>Nov 29 09:15:00 cdr: 101 text", "101 text", undefined, "cdr"],
  ["<30>09:15 101 text: more", "09:15 101 text: more", undefined, undefined],
  // Sent by logger of util-linux 2.38.1.
  ["<13>Nov 29 20:50:37 vm cdr: a record", "a record", "vm", "cdr"],
  ["<13>1 2026-11-29T20:50:37.653645+00:00 vm cdr - - [timeQuality tzKnown=\"1\" isSynced=\"0\"] "
    + "a record", "a record", "vm", "cdr"],
];

const bytesOf = (text: string): Buffer => Buffer.from(text, "latin1");
const texts = (framed: readonly Framed[]): readonly string[] => framed.flatMap((each) =>
  each.kind === "text" ? [Buffer.from(each.bytes).toString("latin1")] : []);
const told = (framed: readonly Framed[]): number => framed.reduce((sum, each) =>
  sum + (each.kind === "skipped" ? each.bytes
    : each.kind === "text" || each.kind === "garbage" ? each.bytes.length : 0), 0);

function through(framing: SyslogFraming, bytes: Buffer, cuts: readonly number[]): Framed[] {
  const framed: Framed[] = [...framing.open()];
  let from = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    framed.push(...framing.receive(bytes.subarray(from, cut)));
    from = Math.min(cut, bytes.length);
  }
  framed.push(...framing.receive(bytes.subarray(from)), ...framing.end());
  return framed;
}

describe("syslog messages", () => {
  it("takes the head off the examples of both RFCs and of logger", () => {
    for (const [message, text, host, app] of vectors) {
      const found = syslogHeader(bytesOf(message));
      assert.equal(message.slice(found.octets), text, message);
      assert.deepEqual([found.host, found.app], [host, app], message);
    }
  });

  it("restricts by program and by host", () => {
    const only = new SyslogFraming({ apps: ["su"], hosts: ["mymachine"] }, true);
    assert.deepEqual(vectors.flatMap(([message]) => texts(only.receive(bytesOf(message)))),
      ["'su root' failed for lonvick on /dev/pts/8"]);
  });

  it("reads counted and ended messages of one connection, however it is cut", () => {
    const counted = vectors.slice(0, 4).map(([message]) => `${message.length} ${message}`).join("");
    const ended = vectors.slice(6).map(([message]) => `${message}\n`).join("");
    const bytes = bytesOf(`${ended}${counted}4711 is a record\n${vectors[0]?.[0] ?? ""}`);
    const expected = [...vectors.slice(6), ...vectors.slice(0, 4)].map(([, text]) => text);
    fc.assert(fc.property(fc.array(fc.nat(bytes.length), { maxLength: 6 }), (cuts) => {
      const framed = through(new SyslogFraming({}, false), bytes, cuts);
      assert.deepEqual(texts(framed), [...expected, "4711 is a record", vectors[0]?.[1]]);
      assert.equal(told(framed), bytes.length);
    }), { numRuns: 300 });
  });

  it("gives up what never ends, and finds the next message", () => {
    const bytes = bytesOf(`<13>${"x".repeat(messageBytesMax + 10)}\n<13>1 - - cdr - - - text\n`);
    const framed = through(new SyslogFraming({}, false), bytes, [5, 1_000, messageBytesMax + 8]);
    assert.equal(framed.filter(({ kind }) => kind === "garbage").length, 1);
    assert.equal(texts(framed).at(-1), "text");
    assert.equal(told(framed), bytes.length);
  });

  it("survives anything, bounded, and tells of every byte once", () => {
    const piece = fc.oneof(fc.uint8Array({ maxLength: 60 }), fc.constantFrom("<13>1 ", "[a b=\"",
      "] ", "\n", "99 <", "Nov 29 20:50:37 ", "2026-11-29T20:50:37Z ", "a: ").map(bytesOf));
    fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), fc.boolean(), (pieces, datagrams) => {
      const framing = new SyslogFraming({}, datagrams);
      const framed = [...pieces.flatMap((bytes) => framing.receive(bytes)), ...framing.end()];
      assert.equal(told(framed), pieces.reduce((sum, { length }) => sum + length, 0));
    }), { numRuns: 1_000 });
  });
});
