import assert from "node:assert/strict";
import { LinksService } from "../../proto/gen/cti/gateway/v1/links_pb.js";
import { Code } from "../../proto/gen/google/rpc/code_pb.js";
import { createBench, type Bench } from "./bench.test.js";
import { candidatesMax } from "./completion.js";
import { statusFailure } from "./failure.js";

async function completed(bench: Bench, ...words: string[]): Promise<readonly string[]> {
  assert.equal(await bench.run(["__complete", "--", ...words]), 0, bench.err);
  return bench.out.split("\n").filter((line) => line !== "");
}

function gateway(): Bench {
  const bench = createBench();
  bench.on(LinksService.method.listLinks, () => ({ links: [{ id: "pbx-1" }, { id: "printer" }] }));
  bench.on(LinksService.method.listDevices, ({ link }) =>
    ({ devices: [{ device: `${link}-2001` }, { device: `${link}-2002` }] }));
  return bench;
}

describe("completion", () => {
  it("knows nouns, verbs, options and their values", async () => {
    const bench = gateway();
    assert.deepEqual(await completed(bench, "ca"), ["call"]);
    assert.deepEqual(await completed(bench, "config", "co"), ["confirm"]);
    assert.deepEqual(await completed(bench, "link", "list", "--out"), ["--output"]);
    assert.deepEqual(await completed(bench, "record", "list", "--direction", "in"),
      ["incoming", "internal"]);
    assert.deepEqual(await completed(bench, "completion", ""), ["bash", "zsh", "fish"]);
    assert.deepEqual(await completed(bench, "__"), []);
  });

  it("asks the gateway for links and their devices", async () => {
    const bench = gateway();
    assert.deepEqual(await completed(bench, "link", "show", "p"), ["pbx-1", "printer"]);
    assert.deepEqual(await completed(bench, "call", "dial", "pbx-1", ""),
      ["pbx-1-2001", "pbx-1-2002"]);
    assert.deepEqual(await completed(bench, "--lang", "fr", "call", "make", "pbx-1", "x"), []);
    assert.deepEqual(await completed(bench, "agent", "state", "pbx-1", "2001", "not"),
      ["not-ready"]);
  });

  it("is silent when the gateway cannot be reached, and bounded", async () => {
    const bench = gateway();
    bench.on(LinksService.method.listLinks, () => {
      throw statusFailure(Code.UNAVAILABLE, "", undefined);
    });
    assert.deepEqual(await completed(bench, "link", "show", ""), []);
    bench.on(LinksService.method.listLinks, () => ({
      links: Array.from({ length: candidatesMax + 1 }, (_, index) => ({ id: `l${index}` })) }));
    assert.equal((await completed(bench, "link", "show", "")).length, candidatesMax);
  });

  it("has a script for each shell", async () => {
    const bench = gateway();
    for (const shell of ["bash", "zsh", "fish"]) {
      assert.equal(await bench.run(`completion ${shell}`), 0);
      assert.match(bench.out, /ctictl __complete --/);
    }
    assert.equal(await bench.run("completion tcsh"), 2);
  });
});
