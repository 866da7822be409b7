/** What asn1c makes of tables of ASN.1 that were written down again: a decoder that is not ours. */

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

const tables = "hw-tests/interop/csta";

/** How to get what is not there; undefined: all is. */
export function asn1cMissing(): string | undefined {
  const missing = ["asn1c", "gcc"].filter((command) =>
    spawnSync("sh", ["-c", `command -v ${command}`]).status !== 0);
  return missing.length === 0 ? undefined : `apt-get install ${missing.join(" ")} libc6-dev`;
}

function run(command: string, directory: string, ...args: readonly string[]): void {
  const { status, stderr } = spawnSync(command, args, { cwd: directory, encoding: "utf8" });
  assert.equal(status, 0, `${command}: ${stderr.slice(0, 2_000)}`);
}

/** Compiles modules of ASN.1 into the program `decode`. */
export function build(directory: string, modules: readonly string[]): void {
  for (const name of [...modules, "decode.c"]) {
    copyFileSync(join(tables, name), join(directory, name));
  }
  run("asn1c", directory, "-fcompound-names", "-pdu=all", ...modules);
  rmSync(join(directory, "converter-sample.c"), { force: true });
  const sources = readdirSync(directory).filter((name) => name.endsWith(".c"));
  run("gcc", directory, "-O0", "-w", "-I.", "-o", "decode", ...sources);
}

export interface Answer {
  /** The element, encoded again by the other side; undefined: it did not read it. */
  readonly again: string | undefined;
  /** What the other side read, or how far it got. */
  readonly text: string;
}

/** What the other side says to each line. */
export function ask(directory: string, lines: readonly string[]): readonly Answer[] {
  const { status, stdout, stderr } = spawnSync(join(directory, "decode"),
    { input: `${lines.join("\n")}\n`, encoding: "latin1", maxBuffer: 1 << 28 });
  assert.equal(status, 0, stderr);
  return stdout.trimEnd().split("\n").map((line) => {
    const [word, again, ...rest] = line.split(" ");
    return word === "ok" ? { again, text: rest.join(" ") } : { again: undefined, text: line };
  });
}

/** Names of the types in modules. */
export function typesOf(modules: readonly string[]): ReadonlySet<string> {
  return new Set(modules.flatMap((name) =>
    [...readFileSync(join(tables, name), "utf8").matchAll(/^(\w+) ::=/gm)]
      .map(([, type = ""]) => type)));
}
