/** All that the program takes from the machine: terminal, clock, files, variables, randomness. */

import { randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";

export interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

export interface Environment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Width of the terminal; undefined when the output goes to a file or another program. */
  readonly columns: number | undefined;
  /** A person can be asked. */
  readonly interactive: boolean;
  /** Aborted by Ctrl-C, and when the reader of our output has gone. */
  readonly interrupted: AbortSignal;
  out(content: string | Uint8Array): Promise<void>;
  err(text: string): void;
  nowMs(): number;
  /** Returns early when interrupted. */
  sleep(ms: number): Promise<void>;
  /** `2026-11-23 08:00:00` in the machine's own time zone. */
  localTime(ms: number): string;
  /** A date or time as ISO 8601, in the machine's zone where it names none. */
  parseTime(text: string): number | undefined;
  randomId(): string;
  /** The answer; undefined at the end of the input. */
  question(prompt: string, hidden: boolean): Promise<string | undefined>;
  /** All of the standard input, bounded. */
  input(): Promise<string>;
  /**
   * The standard input as it comes. From a terminal: key by key, none shown, Ctrl-C among them;
   * the terminal is as before once this ends, at the end of the input or with `until`.
   */
  keys(until: AbortSignal): AsyncIterable<Uint8Array>;
  /** Undefined when the file does not exist or cannot be read. */
  readFile(path: string): Promise<Uint8Array | undefined>;
  /** Replaces the file as a whole; makes its folder. */
  writeFile(path: string, content: string, mode: number): Promise<void>;
  /** A new file, written piece by piece. */
  sink(path: string): Promise<Sink>;
}

const columnsDefault = 100;
const inputBytesMax = 16 * 1024 * 1024;

export function nodeEnvironment(): Environment {
  const abort = new AbortController();
  process.once("SIGINT", () => { abort.abort(); });
  process.once("SIGTERM", () => { abort.abort(); });
  process.stdout.on("error", () => { abort.abort(); });
  return {
    variables: process.env,
    home: homedir(),
    // A terminal that does not know its size says 0.
    columns: process.stdout.isTTY ? process.stdout.columns || columnsDefault : undefined,
    interactive: process.stdin.isTTY && process.stderr.isTTY,
    interrupted: abort.signal,
    out: (content) => new Promise((resolve) => {
      process.stdout.write(content, () => { resolve(); });
    }),
    err: (text) => { process.stderr.write(text); },
    nowMs: () => Date.now(),
    async sleep(ms) {
      await wait(ms, undefined, { signal: abort.signal }).catch(() => undefined);
    },
    localTime(ms) {
      const at = new Date(ms);
      const two = (value: number): string => String(value).padStart(2, "0");
      return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} `
        + `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
    },
    parseTime(text) {
      if (!/^\d{4}-\d{2}-\d{2}/.test(text)) return undefined;
      // A date alone would be read as UTC, which no operator means.
      const ms = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00` : text);
      return Number.isFinite(ms) ? ms : undefined;
    },
    randomId: () => randomUUID(),
    question: askTerminal,
    input: readInput,
    keys: readKeys,
    readFile: (path) => readFile(path).catch(() => undefined),
    writeFile: replaceFile,
    sink: newFile,
  };
}

async function askTerminal(prompt: string, hidden: boolean): Promise<string | undefined> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => { done(); } });
  const reader = createInterface({
    input: process.stdin, output: hidden ? silent : process.stderr, terminal: hidden,
  });
  // Only now: the reader has switched the terminal's own echo off.
  process.stderr.write(prompt);
  try {
    const ended = new Promise<undefined>((resolve) => {
      reader.once("close", () => { resolve(undefined); });
    });
    return await Promise.race([reader.question(""), ended]);
  } finally {
    reader.close();
    if (hidden) process.stderr.write("\n");
  }
}

async function* readKeys(until: AbortSignal): AsyncGenerator<Uint8Array> {
  const { stdin, stderr } = process;
  const raw = (on: boolean): void => {
    if (stdin.isTTY && stderr.isTTY) stdin.setRawMode(on);
  };
  const stop = (): void => {
    raw(false);
    // Pausing would leave the reader below waiting, and the program with it.
    stdin.destroy();
  };
  if (until.aborted) return;
  raw(true);
  until.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stdin) yield Buffer.from(chunk);
  } catch (error) {
    if (!until.aborted) throw error;
  } finally {
    until.removeEventListener("abort", stop);
    if (!until.aborted) raw(false);
  }
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of process.stdin) {
    const buffer = Buffer.from(chunk);
    bytes += buffer.length;
    if (bytes > inputBytesMax) break;
    chunks.push(buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

async function replaceFile(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = await open(draft, "wx", mode);
  try {
    await file.writeFile(content);
  } finally {
    await file.close();
  }
  await rename(draft, path);
}

async function newFile(path: string): Promise<Sink> {
  const file = await open(path, "w", 0o600);
  return {
    async write(bytes) { await file.write(bytes); },
    async close() {
      await file.sync().catch(() => undefined);
      await file.close();
    },
  };
}
