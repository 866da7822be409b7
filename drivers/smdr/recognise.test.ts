import assert from "node:assert/strict";
import type { Format } from "./formats/format.js";
import { formats } from "./formats/index.js";
import { plainRecords } from "./formats/samples/index.js";
import { recognise, recogniseAmong } from "./recognise.js";

/** 2026-11-22T10:00:00Z */
const atMs = 1_795_341_600_000;
/** What the link doctor keeps of a stream. */
const textMax = 4_096;

/** Each format, and how often its records were read in all. */
function counted(): { readonly all: readonly Format[]; readonly reads: Map<string, number> } {
  const reads = new Map<string, number>();
  return { reads, all: [...formats.values()].map((format) => ({ ...format,
    read: (fields, settings, layout) => {
      reads.set(format.name, (reads.get(format.name) ?? 0) + 1);
      return format.read(fields, settings, layout);
    } })) };
}

function last<T>(pieces: Iterable<readonly T[]>): readonly T[] {
  return [...pieces].at(-1) ?? [];
}

describe("recognition of record formats", () => {
  it("reads with few formats, and each line of the text a bounded number of times", () => {
    for (const name of formats.keys()) {
      const [texts = []] = plainRecords(name);
      const once = Buffer.concat(texts);
      const text = Buffer.concat(Array.from({ length: Math.ceil(textMax / once.length) },
        () => once)).subarray(0, textMax);
      const { all, reads } = counted();
      const found = last(recogniseAmong(all, text, atMs, "Europe/Paris"));
      assert.equal(found[0]?.options["format"], name);
      assert.ok(reads.size <= 6, `${name} read as ${[...reads.keys()].join(" ")}`);
      // The usual order of a date and three others; a record behind noise is tried once more.
      const lines = String(text).split("\n").length;
      for (const [format, count] of reads) {
        assert.ok(count <= lines * 8, `${name} as ${format}: ${count} of ${lines} lines`);
      }
    }
  });

  it("reads with no format what looks like none of them", () => {
    const { all, reads } = counted();
    const noise = Buffer.from("hello\r\nlogin: \r\n\x02\x03 12 \xff\xfe\r\n".repeat(60),
      "latin1");
    assert.deepEqual(last(recogniseAmong(all, noise, atMs, "Europe/Paris")), []);
    assert.deepEqual([...reads.keys()], []);
  });

  it("puts together what the width of the paper has parted", () => {
    const line = "1402 0008 A    9  801      0145678901       2101            4711".padEnd(76)
      + "3     012 0".padEnd(54);
    const found = recognise(Buffer.from(`${line.slice(0, 80)}\r\n${line.slice(80)}\r\n`.repeat(5)),
      atMs, "Europe/Paris");
    assert.equal(line.length, 130);
    assert.deepEqual([found[0]?.options, found[0]?.records], [{ format: "avaya-cm" }, 5]);
  });

  it("is never sure of a wrong format, whichever layout is printed", () => {
    const unsure: string[] = [];
    for (const name of formats.keys()) {
      plainRecords(name).forEach((texts, layout) => {
        const text = Buffer.concat([...texts, ...texts, ...texts, ...texts]);
        const [best] = recognise(text, atMs, "Europe/Paris");
        const sure = best !== undefined && best.score >= 0.9;
        if (sure) assert.equal(best.options["format"], name, `layout ${layout}`);
        else unsure.push(`${name} ${layout}`);
      });
    }
    // The older CTX lines look like Meridian lines, and nothing in either excludes the other.
    assert.deepEqual(unsure, ["toshiba-strata 1"]);
  });
});
