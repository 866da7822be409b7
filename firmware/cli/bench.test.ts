/** A terminal and a gateway in memory for this folder's tests. */

import { create, toJson, type DescMethod, type DescMethodServerStreaming, type DescMethodUnary,
  type JsonValue, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import type { Channel, ChannelSettings } from "./client.js";
import type { Environment } from "./environment.js";
import type { ExitCode } from "./exit-codes.js";
import { runProgram } from "./program.js";

export interface Sent {
  readonly method: string;
  readonly request: JsonValue;
  readonly settings: ChannelSettings;
}

export interface Bench {
  readonly sent: readonly Sent[];
  readonly files: Map<string, string>;
  readonly modes: Map<string, number>;
  readonly slept: readonly number[];
  /** Answers to questions, in order. */
  readonly answers: string[];
  readonly variables: Record<string, string>;
  columns: number | undefined;
  interactive: boolean;
  input: string;
  /** What is typed at a terminal, piece by piece. */
  keys: readonly string[];
  /** Texts since the last run. */
  out: string;
  err: string;
  authority: { readonly pem: string; readonly fingerprint: string; readonly subject: string };
  on<M extends DescMethodUnary>(
    method: M, answer: (request: MessageShape<M["input"]>) => MessageInitShape<M["output"]>,
  ): void;
  onStream<M extends DescMethodServerStreaming>(
    method: M,
    answer: (request: MessageShape<M["input"]>) => Iterable<MessageInitShape<M["output"]>>
      | AsyncIterable<MessageInitShape<M["output"]>>,
  ): void;
  interrupt(): void;
  run(line: string | readonly string[]): Promise<ExitCode>;
}

/** Long enough for all calls under way in this process. */
export function settled(): Promise<void> {
  return new Promise((resolve) => { setImmediate(resolve); });
}

/** 2026-11-23T08:00:00Z */
const nowMs = 1_795_420_800_000;

export function createBench(): Bench {
  const sent: Sent[] = [];
  const slept: number[] = [];
  const abort = new AbortController();
  const handlers = new Map<DescMethod, (request: unknown) => unknown>();
  const answerOf = (method: DescMethod, request: unknown): unknown =>
    handlers.get(method)?.(request) ?? (method.methodKind === "unary" ? {} : []);
  const open = (settings: ChannelSettings): Channel => {
    const note = (method: DescMethod, request: MessageShape<DescMethod["input"]>): void => {
      sent.push({ method: method.name, request: toJson(method.input, request), settings });
    };
    return {
      async unary<M extends DescMethodUnary>(method: M, request: MessageShape<M["input"]>) {
        await Promise.resolve();
        note(method, request);
        return create<M["output"]>(method.output, answerOf(method, request) as never);
      },
      async* stream<M extends DescMethodServerStreaming>(
        method: M, request: MessageShape<M["input"]>,
      ) {
        await Promise.resolve();
        note(method, request);
        for await (const message of answerOf(method, request) as AsyncIterable<never>) {
          yield create<M["output"]>(method.output, message);
        }
      },
      close() {},
    };
  };
  const bench: Bench = {
    sent, slept, files: new Map(), modes: new Map(), answers: [], variables: {},
    columns: undefined, interactive: false, input: "", keys: [], out: "", err: "",
    authority: { pem: "PEM", fingerprint: "AA:BB", subject: "CN=unit" },
    on(method, answer) { handlers.set(method, answer as (request: unknown) => unknown); },
    onStream(method, answer) { handlers.set(method, answer as (request: unknown) => unknown); },
    interrupt() { abort.abort(); },
    run(line) {
      bench.out = "";
      bench.err = "";
      const argv = typeof line === "string" ? line.split(" ") : line;
      return runProgram({ environment: environmentOf(bench, abort.signal, slept), open,
        version: "1.2.3",
        fetchAuthority: () => Promise.resolve(bench.authority) }, argv);
    },
  };
  return bench;
}

function environmentOf(bench: Bench, interrupted: AbortSignal, slept: number[]): Environment {
  let ids = 0;
  return {
    get variables() { return bench.variables; },
    get columns() { return bench.columns; },
    get interactive() { return bench.interactive; },
    home: "/home/ann", interrupted,
    async out(content) {
      await Promise.resolve();
      bench.out += typeof content === "string" ? content : new TextDecoder().decode(content);
    },
    err(text) { bench.err += text; },
    nowMs: () => nowMs,
    async sleep(ms) {
      await Promise.resolve();
      slept.push(ms);
    },
    localTime: (ms) => new Date(ms).toISOString().slice(0, 19).replace("T", " "),
    parseTime: (text) => (/^\d{4}-/.test(text) ? Date.parse(`${text}Z`) : undefined),
    randomId: () => {
      ids += 1;
      return `id-${ids}`;
    },
    question: () => Promise.resolve(bench.answers.shift()),
    input: () => Promise.resolve(bench.input),
    async* keys() {
      for (const keys of bench.keys) {
        await settled();
        yield Buffer.from(keys);
      }
    },
    readFile: (path) => {
      const text = bench.files.get(path);
      return Promise.resolve(text === undefined ? undefined : new TextEncoder().encode(text));
    },
    async writeFile(path, content, mode) {
      await Promise.resolve();
      bench.files.set(path, content);
      bench.modes.set(path, mode);
    },
    async sink(path) {
      await Promise.resolve();
      const chunks: Uint8Array[] = [];
      return {
        async write(bytes) { await Promise.resolve(chunks.push(bytes)); },
        async close() {
          await Promise.resolve();
          bench.files.set(path, Buffer.concat(chunks).toString("utf8"));
        },
      };
    },
  };
}
