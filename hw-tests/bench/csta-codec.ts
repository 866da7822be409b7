/**
 * BER of CSTA phase III: typical elements read and written, side by side in one run. What each is
 * made to do is the same: octets become the message with every field as the value that a program
 * needs (names, numbers as text, identifiers as the text of a key), and the message becomes
 * octets. "ours" is our tables; "asn1js" and "asn1-ts" are trees of those packages with the
 * shortest reader and writer on top (`csta-trees.ts`); "asn1c" is what asn1c makes of the same
 * tables in C, its structures with copied octets (gcc -O2, memory given back). "tree only" is the
 * faster package without its reader, as far as its elements: no message comes out. As in traffic
 * no element comes twice in a row: each differs from the others in its devices and its call.
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { CstaArgument, CstaResult } from "../../firmware/wire/csta/message.js";
import { phase3 } from "../../firmware/wire/csta/phase3.js";
import { treeCoders, type TreeCoder } from "./csta-trees.js";
import { loadNow, median, table, type Report } from "./figures.js";

const overNpmMin = 10;
const overCMax = 3;
const rounds = 9;
const perRound = 20_000;
/** Elements of one kind, and devices and calls that they are about. */
const variants = 800;
const devices = 200;
const calls = 100;

/** Elements as the reference has them, by the name of their type for asn1c. */
const elements: readonly (readonly [type: string, title: string, hex: string])[] = [
  ["EventReport", "Delivered", "305255020005a04ca44a6b0f300d8002b164a1073005800331303163073005"
    + "80033130316107300580033130306207300580033130316402870"
    + "04e01030a01167e12a010180e3230323430313331313031353030"],
  ["EventReport", "ConnectionCleared", "303c55020005a036a3346b0f300d8002b164a107300580033130316307"
    + "30058003313031" + "4e01000a01307e12a010180e3230323430313331313031353030"],
  ["MakeCallArgument", "MakeCall", "30113005800331303030058003313031830101"],
  ["SnapshotDeviceResult", "SnapshotDevice, result",
    "301d761b30196b0f300d8002b164a10730058003313030a0064e01034e0102"],
];

/** The same about other devices, another call and another second. */
function variant(hex: string, n: number): Buffer {
  const digits = (number: number): string => Buffer.from(String(number)).toString("hex");
  const call = (0xa000 + Math.floor(n / 8) % calls).toString(16);
  return Buffer.from(hex.replaceAll("8002b164", `8002${call}`)
    .replaceAll("8003313031", `8003${digits(100 + n % devices)}`)
    .replaceAll("8003313030", `8003${digits(300 + n % devices)}`)
    .replaceAll("55020005", `5502${(0x100 + n % devices).toString(16).padStart(4, "0")}`)
    .replaceAll(digits(20240131101500), digits(20240131101500 + n % 60)), "hex");
}

/** Reads and writes the element of that number. */
interface Coder {
  readonly decode: (n: number) => unknown;
  readonly encode: (n: number) => Uint8Array | undefined;
}

type Make = (type: string, all: readonly Buffer[]) => Coder;

function coder<T>(
  all: readonly Buffer[], read: (bytes: Uint8Array) => T,
  write: (value: T) => Uint8Array | undefined,
): Coder {
  const values = all.map(read);
  return { decode: (n) => read(all[n] as Buffer), encode: (n) => write(values[n] as T) };
}

const ours: Make = (type, all) => {
  switch (type) {
    case "MakeCallArgument": return coder(all, (bytes) => {
      const read = phase3.decodeArgument(10, bytes);
      return (read as { argument: CstaArgument<"MakeCall"> }).argument;
    }, (argument) => phase3.encodeArgument("MakeCall", argument)?.element);
    case "SnapshotDeviceResult": return coder(all, (bytes) => {
      const read = phase3.decodeResult(74, bytes);
      return (read as { result: CstaResult<"SnapshotDevice"> }).result;
    }, (result) => phase3.encodeResult("SnapshotDevice", result)?.element);
    default: return coder(all, (bytes) => {
      const read = phase3.decodeEvent(bytes);
      assert(typeof read === "object");
      return read;
    }, ({ monitorCrossRefID, event }) => phase3.encodeEvent(monitorCrossRefID, event));
  }
};

function overTree(trees: TreeCoder): Make {
  return (type, all) => {
    switch (type) {
      case "MakeCallArgument": return coder(all, trees.readMakeCall, trees.writeMakeCall);
      case "SnapshotDeviceResult": return coder(all, trees.readSnapshot, trees.writeSnapshot);
      default: return coder(all, trees.readEvent,
        ({ monitorCrossRefID, event }) => trees.writeEvent(monitorCrossRefID, event));
    }
  };
}

const made: Readonly<Record<string, Make>> = { ours,
  asn1js: overTree(treeCoders.asn1js), "asn1-ts": overTree(treeCoders["asn1-ts"]) };
const names = Object.keys(made);

/** Every coder reads the same message, and writes the octets that were read. */
function coders(type: string, all: readonly Buffer[]): readonly Coder[] {
  const every = names.map((name) => (made[name] as Make)(type, all));
  for (const n of all.keys()) {
    for (const each of every) {
      assert.deepEqual(each.decode(n), every[0]?.decode(n));
      const written = each.encode(n) ?? new Uint8Array(0);
      assert.equal(Buffer.from(written).toString("hex"), all[n]?.toString("hex"));
    }
  }
  return every;
}

/** Nanoseconds of one call: one round. */
function time(run: (n: number) => unknown): number {
  const started = process.hrtime.bigint();
  for (let n = 0; n < perRound; n += 1) run(n % variants);
  return Number(process.hrtime.bigint() - started) / perRound;
}

interface Nanos {
  readonly decode: number;
  readonly encode: number;
}

function built(): string | undefined {
  const tables = path.resolve("hw-tests/interop/csta");
  if (spawnSync("sh", ["-c", "command -v asn1c && command -v gcc"]).status !== 0) return undefined;
  const folder = mkdtempSync(path.join(tmpdir(), "jackfield-asn1c-"));
  const modules = readdirSync(tables).filter((name) => /^csta3.*\.asn1$/.test(name));
  for (const name of modules) copyFileSync(path.join(tables, name), path.join(folder, name));
  copyFileSync(path.join(tables, "decode.c"), path.join(folder, "decode.c"));
  const run = (command: string, ...args: readonly string[]): void => {
    const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" });
    assert.equal(status, 0, stderr);
  };
  run("asn1c", "-fcompound-names", "-pdu=all", ...modules);
  rmSync(path.join(folder, "converter-sample.c"), { force: true });
  run("gcc", "-O2", "-w", "-I.", "-o", "decode",
    ...readdirSync(folder).filter((name) => name.endsWith(".c")));
  return folder;
}

function inC(folder: string, type: string, all: readonly Buffer[]): Nanos {
  const { stdout } = spawnSync(path.join(folder, "decode"), { encoding: "utf8",
    input: `time ${perRound} ${type} ${all.map((each) => each.toString("hex")).join(" ")}\n` });
  const [, decode = NaN, encode = NaN] = stdout.split(" ").map(Number);
  return { decode, encode };
}

interface Times {
  readonly decode: number[];
  readonly encode: number[];
}

/** Medians of rounds in which all take turns: ours, the packages, C, and the faster tree. */
function measure(type: string, hex: string, folder: string | undefined): readonly Nanos[] {
  const all = Array.from({ length: variants }, (_, n) => variant(hex, n));
  const every = coders(type, all);
  const times: readonly Times[] = [...every, 0, 0, 0].map(() => ({ decode: [], encode: [] }));
  for (let round = -1; round < rounds; round += 1) {
    const found: Nanos[] = every.map((each) =>
      ({ decode: time(each.decode), encode: time(each.encode) }));
    found.push(folder === undefined ? { decode: NaN, encode: NaN } : inC(folder, type, all));
    for (const { tree } of Object.values(treeCoders)) {
      found.push({ decode: time((n) => tree(all[n] as Buffer)), encode: NaN });
    }
    if (round < 0) continue;
    for (const [n, { decode, encode }] of found.entries()) {
      times[n]?.decode.push(decode);
      times[n]?.encode.push(encode);
    }
  }
  return times.map(({ decode, encode }) => ({ decode: median(decode), encode: median(encode) }));
}

export function benchCstaCodec(): Report {
  const before = loadNow();
  const folder = built();
  const rows: string[][] = [];
  const overNpm: number[] = [];
  const overC: number[] = [];
  for (const [type, title, hex] of elements) {
    const found = measure(type, hex, folder);
    for (const of of ["decode", "encode"] as const) {
      const [own = NaN, js = NaN, ts = NaN, c = NaN, ...trees] = found.map((each) => each[of]);
      overNpm.push(Math.min(js, ts) / own);
      overC.push(own / c);
      rows.push([`${title}, ${hex.length / 2} octets, ${of}`,
        ...[own, js, ts, Math.min(...trees), c].map((each) => each.toFixed(0)),
        `${(Math.min(js, ts) / own).toFixed(1)} x`, `${(own / c).toFixed(2)} x`]);
    }
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
  const npm = Math.min(...overNpm);
  const c = Math.max(...overC);
  return {
    title: `CSTA phase III in BER, ns each, ${variants} elements in turn (load before ${before}, `
      + `after ${loadNow()})`
      + (folder === undefined ? "; no C: apt-get install asn1c gcc libc6-dev" : ""),
    table: table(["element", ...names, "tree only", "asn1c", "faster than npm", "time of C"],
      rows),
    targets: [
      { name: "CSTA BER against the fastest npm package", wanted: `>= ${overNpmMin} x`,
        measured: `${npm.toFixed(1)} x at worst`, met: npm >= overNpmMin },
      { name: "CSTA BER against asn1c's C", wanted: `<= ${overCMax} x`,
        measured: `${c.toFixed(2)} x at worst`, met: c <= overCMax }],
    limit: "objects and strings for each field; C has structures and octets",
  };
}
