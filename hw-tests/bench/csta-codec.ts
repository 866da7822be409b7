/**
 * BER of CSTA phase III: typical elements decoded and encoded, side by side in one run, by our
 * tables, by asn1js and asn1-ts (trees of tagged values only: what they mean is still to be found
 * out), and by what asn1c makes of the same tables in C (structures; gcc -O2).
 */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { BERElement } from "asn1-ts";
import { fromBER } from "asn1js";
import { phase3 } from "../../firmware/wire/csta/phase3.js";
import { loadNow, median, table, type Report } from "./figures.js";

const overNpmMin = 10;
const overCMax = 3;
const rounds = 7;
const perRound = 20_000;

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
const operations: Readonly<Record<string, readonly [number, "argument" | "result"]>> = {
  MakeCallArgument: [10, "argument"], SnapshotDeviceResult: [74, "result"],
};

interface Coder {
  readonly decode: () => unknown;
  readonly encode: () => unknown;
}

function ours(type: string, bytes: Uint8Array): Coder {
  const operation = operations[type];
  if (operation === undefined) {
    const read = phase3.decodeEvent(bytes);
    assert(typeof read === "object");
    return { decode: () => phase3.decodeEvent(bytes),
      encode: () => phase3.encodeEvent(read.monitorCrossRefID, read.event) };
  }
  const [code, of] = operation;
  if (of === "argument") {
    const read = phase3.decodeArgument(code, bytes);
    assert(typeof read === "object" && "service" in read);
    return { decode: () => phase3.decodeArgument(code, bytes),
      encode: () => phase3.encodeArgument(read.service, read.argument) };
  }
  const read = phase3.decodeResult(code, bytes);
  assert(typeof read === "object" && "service" in read);
  return { decode: () => phase3.decodeResult(code, bytes),
    encode: () => phase3.encodeResult(read.service, read.result) };
}

function asn1js(bytes: Uint8Array): Coder {
  const buffer = Uint8Array.from(bytes).buffer;
  const { result } = fromBER(buffer);
  assert.equal(Buffer.from(result.toBER()).toString("hex"), Buffer.from(bytes).toString("hex"));
  return { decode: () => fromBER(buffer), encode: () => result.toBER() };
}

/** It reads an element's parts when they are asked for. */
function walk(element: BERElement): number {
  return element.construction === 1
    ? element.components.reduce((sum, each) => sum + walk(each as BERElement), 1)
    : element.value.length;
}

function tree(bytes: Uint8Array): BERElement {
  const element = new BERElement();
  element.fromBytes(bytes);
  return element;
}

function asn1ts(bytes: Uint8Array): Coder {
  const copyOf = (from: BERElement): BERElement => {
    const copy = new BERElement(from.tagClass, from.construction, from.tagNumber);
    if (from.construction === 1) {
      copy.sequence = from.components.map((each) => copyOf(each as BERElement));
    } else {
      copy.value = from.value;
    }
    return copy;
  };
  const built = copyOf(tree(bytes));
  assert.equal(Buffer.from(built.toBytes()).toString("hex"), Buffer.from(bytes).toString("hex"));
  return { decode: () => walk(tree(bytes)), encode: () => built.toBytes() };
}

/** Nanoseconds of one call: one round. */
function time(run: () => unknown): number {
  const started = process.hrtime.bigint();
  for (let n = 0; n < perRound; n += 1) run();
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
  const modules = readdirSync(tables).filter((name) => name.endsWith(".asn1"));
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

function inC(folder: string, type: string, hex: string): Nanos {
  const { stdout } = spawnSync(path.join(folder, "decode"),
    { input: `time ${perRound} ${type} ${hex}\n`, encoding: "utf8" });
  const [, decode = NaN, encode = NaN] = stdout.split(" ").map(Number);
  return { decode, encode };
}

export function benchCstaCodec(): Report {
  const before = loadNow();
  const folder = built();
  const rows: string[][] = [];
  const overNpm: number[] = [];
  const overC: number[] = [];
  for (const [type, title, hex] of elements) {
    const bytes = Buffer.from(hex, "hex");
    const coders = [ours(type, bytes), asn1js(bytes), asn1ts(bytes)];
    const all = [...coders, undefined].map(() => ({ decode: [] as number[],
      encode: [] as number[] }));
    for (let round = -1; round < rounds; round += 1) {
      for (const [n, coder] of coders.entries()) {
        const found = { decode: time(coder.decode), encode: time(coder.encode) };
        if (round < 0) continue;
        all[n]?.decode.push(found.decode);
        all[n]?.encode.push(found.encode);
      }
      const found = folder === undefined ? { decode: NaN, encode: NaN } : inC(folder, type, hex);
      all[3]?.decode.push(found.decode);
      all[3]?.encode.push(found.encode);
    }
    for (const of of ["decode", "encode"] as const) {
      const [own = NaN, js = NaN, ts = NaN, c = NaN] = all.map((each) => median(each[of]));
      overNpm.push(Math.min(js, ts) / own);
      overC.push(own / c);
      rows.push([`${title}, ${bytes.length} octets, ${of}`,
        ...[own, js, ts, c].map((each) => each.toFixed(0)),
        `${(Math.min(js, ts) / own).toFixed(1)} x`, `${(own / c).toFixed(1)} x`]);
    }
  }
  if (folder !== undefined) rmSync(folder, { recursive: true });
  const npm = Math.min(...overNpm);
  const c = Math.max(...overC);
  return {
    title: `CSTA phase III in BER, ns each (load before ${before}, after ${loadNow()})`
      + (folder === undefined ? "; no C: apt-get install asn1c gcc libc6-dev" : ""),
    table: table(["element", "ours", "asn1js", "asn1-ts", "asn1c", "faster than npm",
      "slower than C"], rows),
    targets: [
      { name: "CSTA BER against the fastest npm package", wanted: `>= ${overNpmMin} x`,
        measured: `${npm.toFixed(1)} x at worst`, met: npm >= overNpmMin },
      { name: "CSTA BER against asn1c's C", wanted: `<= ${overCMax} x`,
        measured: `${c.toFixed(1)} x at worst`, met: c <= overCMax }],
    limit: "objects and strings for each field; C has structures and octets",
  };
}
