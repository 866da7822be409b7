/**
 * What a process did to the files of a folder, as strace saw it, and what a power cut after any of
 * its steps leaves: all that was written, or only what was flushed (fsync, fdatasync). Making,
 * renaming and removing a file counts as done at once and in order, as on a journalling file
 * system; what a flush covers is what was written before it began.
 */

import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** System calls that change files; for strace's `-e trace=`. */
export const tracedCalls = "openat,write,pwrite64,writev,pwritev,fsync,fdatasync,rename,renameat,"
  + "renameat2,unlink,unlinkat,ftruncate,close,dup,dup2,dup3,fcntl,copy_file_range,sendfile";

export type Step =
  /** Bytes behind the end of a file. */
  | { readonly kind: "written"; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: "flushed"; readonly path: string; readonly length: number }
  | { readonly kind: "made" | "removed"; readonly path: string }
  | { readonly kind: "renamed"; readonly path: string; readonly to: string }
  /** On the standard output. */
  | { readonly kind: "told"; readonly text: string };

interface Call {
  readonly name: string;
  readonly inside: string;
  readonly result: number;
  readonly pid: string;
}

/** Each call twice: when it began, and when it was done. */
function calls(log: string): readonly { readonly call: Call; readonly begins: boolean }[] {
  const begun = new Map<string, { place: number; text: string }>();
  const found: ({ call: Call; begins: boolean } | undefined)[] = [];
  const complete = (pid: string, text: string, beganAt: number | undefined): void => {
    const parts = /^([a-z0-9_]+)\((.*)\)\s+= (-?\d+|\?)/s.exec(text);
    if (parts === null) return;
    const [, name = "", inside = "", result = ""] = parts;
    const call = { name, inside, pid, result: result === "?" ? -1 : Number(result) };
    if (beganAt === undefined) found.push({ call, begins: true });
    else found[beganAt] = { call, begins: true };
    found.push({ call, begins: false });
  };
  for (const line of log.split("\n")) {
    const [, pid = "", text = ""] = /^(\d+) +(.*)$/s.exec(line) ?? [];
    const resumed = /^<\.\.\. [a-z0-9_]+ resumed>(.*)$/s.exec(text)?.[1];
    if (text.endsWith("<unfinished ...>")) {
      begun.set(pid, { place: found.length, text: text.slice(0, -"<unfinished ...>".length) });
      found.push(undefined);
    } else if (resumed !== undefined) {
      const first = begun.get(pid);
      begun.delete(pid);
      complete(pid, (first?.text ?? "") + resumed, first?.place);
    } else {
      complete(pid, text, undefined);
    }
  }
  return found.filter((each) => each !== undefined);
}

/** The strings among the arguments; strace wrote them in hexadecimal (`-xx`). */
function strings(inside: string): readonly Buffer[] {
  return [...inside.matchAll(/"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?/g)].map(([, hex = "", cut]) => {
    assert.equal(cut, undefined, "strace has cut a string");
    return Buffer.from(hex.replaceAll("\\x", ""), "hex");
  });
}

/** From a log of `strace -f -xx -s HUGE`; paths are relative to `folder`. */
export function stepsOf(log: string, folder: string): readonly Step[] {
  const steps: Step[] = [];
  const open = new Map<number, string>();
  const lengths = new Map<string, number>();
  /** What a flush that has begun will cover. */
  const covers = new Map<Call, number>();
  const inFolder = (path: string): string | undefined =>
    path.startsWith(`${folder}/`) ? path.slice(folder.length + 1) : undefined;
  const before = (call: Call): void => {
    const { name, inside } = call;
    const file = open.get(Number(/^\d+/.exec(inside)?.[0]));
    if ((name === "fsync" || name === "fdatasync") && file !== undefined) {
      covers.set(call, lengths.get(file) ?? 0);
    }
    if (name === "write" && /^1\b/.test(inside) && !open.has(1)) {
      steps.push({ kind: "told", text: String(strings(inside)[0]) });
    }
  };
  const after = (call: Call): void => {
    const { name, inside, result } = call;
    if (result < 0) return;
    const number = Number(/^\d+/.exec(inside)?.[0]);
    const file = open.get(number);
    const paths = strings(inside);
    const [first, second] = paths.map((each) => inFolder(each.toString()));
    switch (name) {
      case "openat":
        open.delete(result);
        if (first === undefined) break;
        open.set(result, first);
        assert(!/O_APPEND/.test(inside) || !lengths.has(first) || /O_CREAT/.test(inside));
        if (/O_TRUNC/.test(inside) || (/O_CREAT/.test(inside) && !lengths.has(first))) {
          lengths.set(first, 0);
          steps.push({ kind: "made", path: first });
        }
        break;
      case "close":
        open.delete(number);
        break;
      case "write": {
        if (file === undefined) break;
        const bytes = (paths[0] ?? Buffer.alloc(0)).subarray(0, result);
        lengths.set(file, (lengths.get(file) ?? 0) + bytes.length);
        steps.push({ kind: "written", path: file, bytes });
        break;
      }
      case "fsync": case "fdatasync":
        if (file !== undefined && lengths.has(file)) {
          steps.push({ kind: "flushed", path: file, length: covers.get(call) ?? 0 });
        }
        break;
      case "rename": case "renameat": case "renameat2":
        if (first === undefined || second === undefined) break;
        lengths.set(second, lengths.get(first) ?? 0);
        lengths.delete(first);
        steps.push({ kind: "renamed", path: first, to: second });
        break;
      case "unlink": case "unlinkat":
        if (first === undefined || /AT_REMOVEDIR/.test(inside)) break;
        lengths.delete(first);
        steps.push({ kind: "removed", path: first });
        break;
      default:
        // Locks and flags change nothing; what else changes a file must be taught here.
        assert(name === "fcntl" || file === undefined, `${name} of ${file}`);
    }
  };
  for (const { call, begins } of calls(log)) (begins ? before : after)(call);
  return steps;
}

interface File {
  readonly parts: Buffer[];
  flushed: number;
}

/** The disk as it is after so many steps. */
export class Disk {
  readonly #files = new Map<string, File>();

  take(step: Step): void {
    switch (step.kind) {
      case "told": break;
      case "made":
        this.#files.set(step.path, { parts: [], flushed: 0 });
        break;
      case "removed":
        this.#files.delete(step.path);
        break;
      case "written":
        this.#files.get(step.path)?.parts.push(step.bytes);
        break;
      case "flushed": {
        const file = this.#files.get(step.path);
        if (file !== undefined) file.flushed = Math.max(file.flushed, step.length);
        break;
      }
      case "renamed": {
        const file = this.#files.get(step.path);
        if (file !== undefined) this.#files.set(step.to, file);
        this.#files.delete(step.path);
      }
    }
  }

  /** Into an empty folder, as the next start finds it. */
  write(folder: string, left: "all" | "flushed"): void {
    mkdirSync(folder, { recursive: true });
    for (const [name, { parts, flushed }] of this.#files) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      const bytes = Buffer.concat(parts);
      writeFileSync(path, left === "all" ? bytes : bytes.subarray(0, flushed));
    }
  }
}
