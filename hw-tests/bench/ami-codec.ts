/**
 * Messages per second of our AMI decoder against the parsers of three npm packages, side by side
 * in one run: the same bytes of all recordings in the same chunks, each package's own parsing code
 * through the way its socket would call it, interleaved rounds, medians. Ours reads every key and
 * every value of every message, so that nothing stays unbuilt; a second row shows it as the
 * driver uses it. Before anything is timed, each package's fields are compared with ours.
 */

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import { loadavg } from "node:os";
import { pathToFileURL } from "node:url";
import { amiDecoder, type AmiMessage } from "../../firmware/wire/ami.js";

const load = createRequire(import.meta.url);
const recordings = new URL("../../../drivers/asterisk-ami/recordings/", import.meta.url);
const banner = "Asterisk Call Manager/5.0.4\r\n";

type Fields = Readonly<Record<string, unknown>>;

interface Parser {
  readonly name: string;
  readonly run: (chunks: readonly Buffer[]) => Promise<number>;
  /** Everything that it makes of the chunks. */
  readonly collect: (chunks: readonly Buffer[]) => Promise<readonly Fields[]>;
  /** How it names our key; undefined where it folds the key into another shape. */
  readonly keyOf: (key: string) => string | undefined;
}

const nextTick = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

function asteriskManager(): Parser {
  interface Manager { on(event: string, handler: (message: Fields) => void): void }
  const make = load("asterisk-manager") as (...all: unknown[]) => Manager;
  const open = (): { socket: EventEmitter; manager: Manager } => {
    const socket = Object.assign(new EventEmitter(), { setKeepAlive: () => undefined,
      setNoDelay: () => undefined, setEncoding: () => undefined, write: () => true,
      end: () => undefined, readyState: "open" });
    const real = net.createConnection;
    Object.assign(net, { createConnection: () => socket });
    const manager = make(5038, "127.0.0.1", "", "", true);
    Object.assign(net, { createConnection: real });
    return { socket, manager };
  };
  const feed = async (chunks: readonly Buffer[], handler: (message: Fields) => void) => {
    const { socket, manager } = open();
    manager.on("rawevent", handler);
    socket.emit("data", banner);
    const decoder = new TextDecoder();
    for (const chunk of chunks) socket.emit("data", decoder.decode(chunk, { stream: true }));
    await nextTick();
  };
  return { name: "asterisk-manager", keyOf: (key) => key === "Variable" || key === "ChanVariable"
    ? undefined : key.toLowerCase(), ...counted(feed) };
}

function amiIo(): Parser {
  interface Client extends EventEmitter { splitMessages(text: string): void; incomingData?: never }
  interface Package { createClient(config: object): Client; SilentLogger: new () => object }
  const { createClient, SilentLogger } = load("ami-io") as Package;
  const feed = async (chunks: readonly Buffer[], handler: (message: Fields) => void) => {
    const client = createClient({ logger: new SilentLogger(), encoding: "utf8" });
    client.on("needParseEvent", handler);
    client.on("needParseResponse", handler);
    const decoder = new TextDecoder();
    for (const chunk of chunks) client.splitMessages(decoder.decode(chunk, { stream: true }));
    await nextTick();
  };
  return { name: "ami-io", keyOf: (key) => /^(Variable|Value|ChanVariable|Events$)/.test(key)
    ? undefined : key.toLowerCase().replaceAll("-", "_"), ...counted(feed) };
}

function asteriskAmiClient(): Parser {
  interface Stream extends EventEmitter {
    write(chunk: Buffer, written: () => void): boolean; resume(): void;
  }
  // asterisk-ami-client parses with this stream, which its connection pipes the socket into.
  const { EventsStream } = { EventsStream: load("asterisk-ami-events-stream") as
    new () => Stream };
  const feed = async (chunks: readonly Buffer[], handler: (message: Fields) => void) => {
    const stream = new EventsStream();
    stream.on("amiEvent", handler);
    stream.on("amiResponse", handler);
    stream.resume();
    for (const chunk of chunks) {
      await new Promise<void>((resolve) => { stream.write(chunk, resolve); });
    }
    await nextTick();
  };
  return { name: "asterisk-ami-client", keyOf: (key) => key === "" ? undefined : key,
    ...counted(feed) };
}

function counted(
  feed: (chunks: readonly Buffer[], handler: (message: Fields) => void) => Promise<void>,
): Pick<Parser, "run" | "collect"> {
  return {
    run: async (chunks) => {
      let count = 0;
      await feed(chunks, () => { count += 1; });
      return count;
    },
    collect: async (chunks) => {
      const all: Fields[] = [];
      await feed(chunks, (message) => {
        if (Object.keys(message).length > 0) all.push(message);
      });
      return all;
    },
  };
}

function decode(chunks: readonly Buffer[], each: (message: AmiMessage) => void): number {
  const decoder = amiDecoder();
  let count = 0;
  for (const chunk of chunks) {
    for (const item of decoder.push(chunk)) {
      if (item.kind !== "message") continue;
      each(item.message);
      count += 1;
    }
  }
  return count;
}

let sink = 0;

/** Every key and every value, as strings. */
function readAll(message: AmiMessage): void {
  const { keys, values } = message;
  for (let n = 0; n < keys.length; n += 1) {
    sink += (keys[n]?.length ?? 0) + (values[n]?.length ?? 0);
  }
}

function readSome(message: AmiMessage): void {
  sink += message.name.length;
  if (message.name === "Newstate" || message.name === "Hangup") {
    sink += message.get("Uniqueid")?.length ?? 0;
  }
}

/** How many fields of a package's message agree with ours; throws on the first that does not. */
function compare(parser: Parser, ours: AmiMessage, theirs: Fields): number {
  let same = 0;
  const { keys, values } = ours;
  const lasts = new Map<string, string[]>();
  keys.forEach((key, index) => {
    const name = parser.keyOf(key);
    if (name !== undefined && name !== "") {
      lasts.set(name, [...lasts.get(name) ?? [], (values[index] ?? "").trim()]);
    }
  });
  for (const [name, all] of lasts) {
    const value = theirs[name];
    if (name === "event" && parser.name === "asterisk-manager" && value === undefined) continue;
    const got = (Array.isArray(value) ? value : [value]).map((each) => String(each).trim());
    const wanted = Array.isArray(value) ? all : all.slice(-1);
    assert.deepEqual(got, wanted, `${parser.name} reads ${name} differently`);
    same += wanted.length;
  }
  return same;
}

export interface AmiBenchRow {
  readonly chunkBytes: number;
  readonly parser: string;
  readonly messagesPerSecond: number;
  /** Ours, with all fields read, divided by this parser's: the median of the rounds. */
  readonly ratio: number;
}

export interface AmiBench {
  readonly messages: number;
  readonly bytes: number;
  readonly fieldsCompared: Readonly<Record<string, number>>;
  readonly rows: readonly AmiBenchRow[];
  readonly rounds: number;
  readonly load: number;
}

/** The recordings as one stream, without what only some packages skip (the banner). */
function stream(repeat: number): Buffer {
  const texts = readdirSync(recordings).filter((name) => name.endsWith(".txt")
    && !name.includes("banner")).toSorted()
    .map((name) => readFileSync(new URL(name, recordings), "utf8"));
  // The packages make empty messages of the extra empty lines that Asterisk sends at times.
  const text = texts.join("").repeat(repeat).replace(/(\r\n){3,}/g, "\r\n\r\n");
  return Buffer.from(text.replace(/^(\r\n)+/, ""), "utf8");
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

export async function benchAmiCodec(options: {
  readonly rounds?: number; readonly repeat?: number; readonly chunkSizes?: readonly number[];
} = {}): Promise<AmiBench> {
  const { rounds = 11, repeat = 6, chunkSizes = [65_536, 16_384, 1_460] } = options;
  const packages = [asteriskManager(), amiIo(), asteriskAmiClient()];
  const once = cut(stream(1), 16_384);
  const ours: AmiMessage[] = [];
  decode(once, (message) => { ours.push(message); });
  const fieldsCompared: Record<string, number> = {};
  for (const parser of packages) {
    const theirs = await parser.collect(once);
    assert.equal(theirs.length, ours.length, `${parser.name}: number of messages`);
    fieldsCompared[parser.name] = ours.reduce((sum, message, index) =>
      sum + compare(parser, message, theirs[index] ?? {}), 0);
  }
  const bytes = stream(repeat);
  const rows: AmiBenchRow[] = [];
  for (const chunkBytes of chunkSizes) {
    const chunks = cut(bytes, chunkBytes);
    const runs: { name: string; run: () => Promise<number> | number; rates: number[] }[] = [
      { name: "ours, all fields read", run: () => decode(chunks, readAll), rates: [] },
      { name: "ours, as the driver reads", run: () => decode(chunks, readSome), rates: [] },
      ...packages.map((parser) => ({ name: parser.name, run: () => parser.run(chunks),
        rates: [] as number[] })),
    ];
    for (let round = -2; round < rounds; round += 1) {
      for (const each of runs) {
        // Else the garbage that one parser leaves is collected in the time of the next.
        globalThis.gc?.();
        const started = performance.now();
        const count = await each.run();
        const rate = (count * 1000) / (performance.now() - started);
        if (round >= 0) each.rates.push(rate);
      }
    }
    const first = runs[0]?.rates ?? [];
    for (const { name, rates } of runs) {
      // Of each round by itself: the machine's speed changes from one round to the next.
      const ratio = median(rates.map((rate, round) => (first[round] ?? NaN) / rate));
      rows.push({ chunkBytes, parser: name, messagesPerSecond: Math.round(median(rates)),
        ratio: Math.round(ratio * 10) / 10 });
    }
  }
  assert(sink > 0);
  return { messages: ours.length, bytes: bytes.length / repeat, fieldsCompared, rows, rounds,
    load: loadavg()[0] ?? 0 };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const bench = await benchAmiCodec();
  console.log(`${bench.messages} messages, ${bench.bytes} bytes, fields compared:`,
    bench.fieldsCompared);
  console.table(bench.rows);
  console.log(`medians of ${bench.rounds} interleaved rounds, load ${bench.load.toFixed(2)}`);
}
