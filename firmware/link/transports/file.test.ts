import assert from "node:assert/strict";
import { appendFile, chmod, copyFile, mkdir, rename, rm, truncate, unlink, utimes, writeFile }
  from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { fileOpener, GrowingFile, noticeMs, quietLooks } from "./file.js";
import { FilesBench } from "./files-bench.js";
import { pieceBytesMax } from "./files.js";
import { placeOf, placeText } from "./reading-place.js";

const name = "Master.csv";
const begin = (): Promise<FilesBench> =>
  FilesBench.begin((folder) => new GrowingFile(path.join(folder, name), "file"));

describe("a file that grows", () => {
  let bench: FilesBench;
  beforeEach(async () => { bench = await begin(); });
  afterEach(async () => { await bench.end(); });

  const add = (text: string, to = name): Promise<void> => appendFile(bench.file(to), text);

  it("gives whole lines, each once, and waits for the end of the last", async () => {
    await bench.look();
    await add("one\ntw");
    await bench.look(3);
    assert.deepEqual(bench.pieces, ["one\n"]);
    await add("o\nthree\n");
    await bench.look(2);
    assert.deepEqual(bench.pieces, ["one\n", "two\nthree\n"]);
  });

  it("cuts much into pieces behind ends of lines; a line without end does not hold it up",
    async () => {
      const line = `${"x".repeat(999)}\n`;
      await add(line.repeat(200) + "y".repeat(pieceBytesMax) + "\nend\n");
      await bench.look();
      assert.equal(bench.text, line.repeat(200) + "y".repeat(pieceBytesMax) + "\nend\n");
      assert.ok(bench.pieces.every((piece) => piece.length <= pieceBytesMax));
      assert.ok(bench.pieces[0]?.endsWith("\n"));
    });

  it("reads the rest of a file that was renamed, also what comes late, then the new one",
    async () => {
      await add("one\n");
      await bench.look();
      await add("two\n");
      await rename(bench.file(name), bench.file(`${name}.1`));
      await add("four\n");
      await bench.look();
      await add("three without end", `${name}.1`);
      await bench.look(quietLooks + 1);
      assert.deepEqual(bench.pieces, ["one\n", "two\n", "three without end", "four\n"]);
    });

  it("finds the renamed one after a restart, and those in between", async () => {
    await add("one\n");
    await bench.look();
    await add("two\n");
    await rename(bench.file(name), bench.file(`${name}.2`));
    await utimes(bench.file(`${name}.2`), 100, 100);
    await writeFile(bench.file(`${name}.1`), "three\n");
    await utimes(bench.file(`${name}.1`), 200, 200);
    await writeFile(bench.file(`${name}.bak`), "a copy of somebody's\n");
    await writeFile(bench.file(`${name}.3`), "before all\n");
    await utimes(bench.file(`${name}.3`), 50, 50);
    await add("four\n");
    await bench.restart();
    await bench.look(3 * quietLooks + 1);
    assert.equal(bench.text, "one\ntwo\nthree\nfour\n");
  });

  it("reads the rest from the copy when the file was copied and truncated", async () => {
    await add("one\n");
    await bench.look();
    await add("two\n");
    await copyFile(bench.file(name), bench.file(`${name}.1`));
    await truncate(bench.file(name));
    await add("three, and longer than what was there before\n");
    await bench.look(quietLooks + 3);
    assert.equal(bench.text, "one\ntwo\nthree, and longer than what was there before\n");
  });

  it("notices a file that was replaced, says so for a while, and reads the new one", async () => {
    await add("one\n");
    await bench.look();
    await unlink(bench.file(name));
    await writeFile(bench.file("other"), "two\nthree\n");
    await rename(bench.file("other"), bench.file(name));
    await bench.restart();
    await bench.look(2);
    assert.equal(bench.text, "one\ntwo\nthree\n");
    assert.match(bench.troubles ?? "", /was replaced: what was not read/);
    await bench.world.advance(noticeMs);
    await bench.look();
    assert.equal(bench.troubles, undefined);
  });

  it("says what to do when the folder is not there, or the file cannot be read", async function () {
    const opener = fileOpener({ kind: "file", path: bench.file("none/Master.csv") },
      new SimulatedWorld());
    const opened = await opener.open(1_000);
    assert.match(opened.ok ? "" : opened.fault.message, /does not exist: make .*none/);
    await mkdir(bench.file(name));
    const looked = await bench.look();
    assert.match(looked.ok ? "" : looked.fault.message, /is no file/);
    if (process.getuid?.() === 0) return;
    await rm(bench.file(name), { recursive: true });
    await add("one\n");
    await chmod(bench.file(name), 0);
    const refused = await bench.look();
    assert.match(refused.ok ? "" : refused.fault.message, /cannot be read: give the gateway's/);
  });

  it("reads each line once, however it is rotated and the gateway killed", async function () {
    this.timeout(60_000);
    const step = fc.oneof({ weight: 4, arbitrary: fc.constant("add" as const) },
      { weight: 3, arbitrary: fc.constant("look" as const) },
      fc.constantFrom("rename" as const, "copy" as const, "kill" as const, "stall" as const));
    await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const run = await begin();
      let written = 0;
      let rotations = 0;
      const write = async (): Promise<void> => {
        written += 1;
        await appendFile(run.file(name), `line ${written} of many\n`);
        await utimes(run.file(name), written, written);
      };
      // A copy is known by what was read of the file before.
      await write();
      await run.look();
      for (const each of steps) {
        if (each === "add") await write();
        else if (each === "look") await run.look();
        else if (each === "kill") await run.restart();
        else if (each === "stall") {
          run.left = 0;
          await run.look();
          await run.restart();
        } else {
          rotations += 1;
          const old = run.file(`${name}.${rotations}`);
          if (each === "rename") await rename(run.file(name), old);
          else {
            await run.look(quietLooks + 1);
            await copyFile(run.file(name), old);
            await truncate(run.file(name));
          }
          await utimes(old, written + 0.5, written + 0.5);
          await write();
        }
      }
      await run.look((rotations + 1) * (quietLooks + 2));
      const expected = Array.from({ length: written }, (_, n) => `line ${n + 1} of many\n`);
      assert.equal(run.text, expected.join(""));
      await run.end();
    }), { numRuns: 60 });
  });
});

describe("a reading place", () => {
  it("is read as it was written, and anything else is none", () => {
    const place = { name: "cdr 1\n2", node: "2049.131", offset: 4_711, sum: "0f".repeat(16) };
    assert.deepEqual(placeOf(placeText(place)), place);
    for (const text of [undefined, "", "1 x", `2${placeText(place).slice(1)}`,
      `${placeText(place)}/..`]) assert.equal(placeOf(text), undefined);
  });
});
