import assert from "node:assert/strict";
import { appendFile, mkdir, readdir, readFile, rename, rm, symlink, truncate, utimes, writeFile }
  from "node:fs/promises";
import fc from "fast-check";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { fileBytesMax, FilledFolder, folderOpener, watchMs } from "./folder.js";
import { FilesBench } from "./files-bench.js";
import { FilesTransport, lookEveryMs, type FileSource, type Reading } from "./files.js";
import type { FolderOptions } from "./options.js";

const options: Omit<FolderOptions, "folder"> =
  { kind: "folder", steadySeconds: 3, afterwards: "keep", keepDays: 30 };
const begin = (more: Partial<FolderOptions> = {}): Promise<FilesBench> =>
  FilesBench.begin((folder) => new FilledFolder({ ...options, folder, ...more }, "folder"));

describe("a folder into which files are put", () => {
  let bench: FilesBench;
  beforeEach(async () => { bench = await begin(); });
  afterEach(async () => { await bench.end(); });

  it("reads a file when it is complete, once, whole, and keeps it in done/", async () => {
    await writeFile(bench.file("cdr_1"), "head\none\n");
    await bench.look(2);
    await appendFile(bench.file("cdr_1"), "two");
    await bench.look(3);
    assert.equal(bench.text, "", "it was still changing");
    await bench.look(1);
    assert.deepEqual(bench.pieces, ["head\none\ntwo"]);
    assert.deepEqual(await readdir(bench.folder), ["done"]);
    assert.equal(await readFile(bench.file("done/cdr_1"), "utf8"), "head\none\ntwo");
    await bench.look(5);
    assert.equal(bench.pieces.length, 1);
  });

  it("reads in the order of writing, and leaves alone what is no complete file", async () => {
    await bench.end();
    bench = await begin({ steadySeconds: 0, afterwards: "delete" });
    for (const [name, at] of [["b", 30], ["a", 20], ["c", 10]] as const) {
      await writeFile(bench.file(name), `${name}\n`);
      await utimes(bench.file(name), at, at);
    }
    for (const name of [".hidden", "d.tmp", "e.filepart"]) {
      await writeFile(bench.file(name), "not yet\n");
    }
    await symlink("/etc/hostname", bench.file("link"));
    await mkdir(bench.file("folder"));
    await writeFile(bench.file("empty"), "");
    await bench.look();
    assert.deepEqual(bench.pieces, ["c\n", "a\n", "b\n"]);
    assert.deepEqual((await readdir(bench.folder)).sort(),
      [".hidden", "d.tmp", "e.filepart", "folder", "link"]);
    await rename(bench.file("d.tmp"), bench.file("d"));
    await bench.look();
    assert.equal(bench.pieces.at(-1), "not yet\n");
  });

  it("goes on in the middle of a file after a kill, before any other", async () => {
    const line = `${"x".repeat(999)}\n`;
    await writeFile(bench.file("z"), line.repeat(150));
    await bench.look(3);
    bench.left = 1;
    await bench.look();
    await bench.restart();
    await writeFile(bench.file("a"), "a\n");
    await utimes(bench.file("a"), 1, 1);
    await bench.look(4);
    assert.equal(bench.text, `${line.repeat(150)}a\n`);
  });

  it("does not read again what was durable and not moved when it was killed", async () => {
    await writeFile(bench.file("a"), "a\n");
    await bench.look(4);
    await rename(bench.file("done/a"), bench.file("a"));
    await bench.restart();
    await bench.look(4);
    assert.equal(bench.text, "a\n");
    assert.deepEqual(await readdir(bench.file("done")), ["a"]);
  });

  it("takes another file of the same name, and keeps both", async () => {
    for (const text of ["one\n", "other\n"]) {
      await writeFile(bench.file("a"), text);
      await bench.look(4);
    }
    assert.equal(bench.text, "one\nother\n");
    assert.deepEqual((await readdir(bench.file("done"))).sort(), ["a", "a.2"]);
  });

  it("says what to do when a read file cannot be moved; nothing is read twice", async () => {
    await writeFile(bench.file("done"), "somebody's file");
    await writeFile(bench.file("a"), "a\n");
    await writeFile(bench.file("b"), "b\n");
    await utimes(bench.file("a"), 1, 1);
    await bench.look(6);
    assert.equal(bench.text, "a\n");
    assert.match(bench.troubles ?? "", /a was read and cannot be moved to done\/ .*let the g/);
    await rm(bench.file("done"));
    await bench.look();
    assert.equal(bench.text, "a\nb\n");
    assert.equal(bench.troubles, undefined);
  });

  it("leaves a file that is too large where it is, says so, and reads the others", async () => {
    await writeFile(bench.file("huge"), "");
    await truncate(bench.file("huge"), fileBytesMax + 1);
    await utimes(bench.file("huge"), 1, 1);
    await writeFile(bench.file("b"), "b\n");
    await bench.look(4);
    assert.equal(bench.text, "b\n");
    assert.match(bench.troubles ?? "", /huge has more than 256 MiB .*split it or move it away/);
    await rm(bench.file("huge"));
    await bench.look();
    assert.equal(bench.troubles, undefined);
  });

  it("tells of a file that goes on after it was read", async () => {
    await writeFile(bench.file("a"), "a\n");
    await bench.look(4);
    await appendFile(bench.file("done/a"), "late\n");
    await bench.look();
    assert.match(bench.troubles ?? "", /done\/a went on after it was read.*set steadySeconds/);
    await bench.world.advance(watchMs);
    await bench.look();
    assert.equal(bench.troubles, undefined);
  });

  it("removes what has been in done/ for long enough", async () => {
    await mkdir(bench.file("done"));
    const nowSeconds = bench.world.clock.wall().getTime() / 1_000;
    for (const [name, days] of [["old", 31], ["new", 29]] as const) {
      await writeFile(bench.file(`done/${name}`), "");
      const at = nowSeconds - days * 86_400;
      await utimes(bench.file(`done/${name}`), at, at);
    }
    await bench.look();
    assert.deepEqual(await readdir(bench.file("done")), ["new"]);
  });

  it("says that the folder is not there, at the opening and later", async () => {
    const opener = folderOpener({ ...options, folder: bench.file("none") }, new SimulatedWorld());
    const opened = await opener.open(1_000);
    assert.match(opened.ok ? "" : opened.fault.message, /does not exist: make it/);
    await rm(bench.folder, { recursive: true });
    assert.equal((await bench.look()).ok, false);
  });

  it("reads every line once, wherever it is killed", async function () {
    this.timeout(60_000);
    await fc.assert(fc.asyncProperty(fc.array(fc.tuple(fc.integer({ min: 0, max: 140 }),
      fc.integer({ min: 0, max: 4 })), { maxLength: 6 }), async (files) => {
      const run = await begin({ steadySeconds: 0 });
      const expected: string[] = [];
      for (const [index, [lines, pieces]] of files.entries()) {
        const text = Array.from({ length: lines }, (_, n) =>
          `${index}.${n}${"-".repeat(993)}\n`).join("");
        expected.push(text);
        await writeFile(run.file(`cdr_${index}`), text);
        await utimes(run.file(`cdr_${index}`), index + 1, index + 1);
        run.left = pieces;
        await run.look();
        await run.restart();
      }
      await run.look();
      assert.equal(run.text, expected.join(""));
      await run.end();
    }), { numRuns: 40 });
  });
});

describe("the transport of files", () => {
  it("hands over the next piece only when the last is kept, and ends what waits", async () => {
    const world = new SimulatedWorld();
    const said: string[] = [];
    let closed = 0;
    const source: FileSource = {
      description: "test",
      look: async (reading: Reading, place) => {
        said.push(`look from ${place ?? "-"}`);
        for (const piece of ["one", "two"]) {
          said.push(`${piece} ${await reading.hand(Buffer.from(piece), `after ${piece}`)}`);
        }
        return { ok: true, value: undefined };
      },
      close: () => {
        closed += 1;
        return Promise.resolve();
      },
    };
    const transport = new FilesTransport(source, world);
    transport.onReceive((bytes, _at, _from, place) => {
      said.push(`${Buffer.from(bytes).toString()} ${place ?? "-"}`);
    });
    transport.onClosed(() => { said.push("closed"); });
    await world.advance(lookEveryMs);
    assert.deepEqual(said, []);
    transport.readFrom("here");
    await world.advance(lookEveryMs);
    assert.deepEqual(said.splice(0), ["look from here", "one after one"]);
    transport.kept("somewhere else");
    await world.settle();
    assert.deepEqual(said, []);
    transport.kept("after one");
    await world.settle();
    assert.deepEqual(said.splice(0), ["one true", "two after two"]);
    transport.close();
    await world.settle();
    assert.deepEqual(said, ["closed", "two false"]);
    assert.equal(closed, 1);
    assert.deepEqual(world.timersPending, []);
  });
});
