import assert from "node:assert/strict";
import { ok, type Result } from "./base/result.js";
import type { OptionsTrial } from "./link/driver.js";
import { shelfOf } from "./link/driver-shelf.js";
import { optionTrials } from "./option-trials.js";

const bytes = Buffer.from("101\r\n");

describe("options tried out for the servers", () => {
  const asked: unknown[] = [];
  const tryOptions = (...all: readonly unknown[]): Result<OptionsTrial> => {
    asked.push(all);
    return ok({ records: [], recordsTotal: 0, rejected: [], rejectedTotal: 0 });
  };
  const trial = optionTrials(shelfOf({ name: "silent" },
    { name: "printer", tryOptions }));

  it("reach the driver named, or the only one that can", async () => {
    for (const name of ["printer", ""]) {
      asked.length = 0;
      assert.ok((await trial(name, "format: a\nlist: [1]\n", bytes, 7)).ok);
      assert.deepEqual(asked, [[{ format: "a", list: [1] }, bytes, 7]]);
    }
  });

  it("are refused where no driver can try them, or nobody can read them", async () => {
    asked.length = 0;
    for (const name of ["silent", "none"]) {
      const tried = await trial(name, "format: a", bytes, 0);
      assert.ok(!tried.ok && tried.fault.code === "argument-invalid");
      assert.match(tried.fault.message, /these drivers they can: printer\./);
    }
    const two = await optionTrials(shelfOf({ name: "a", tryOptions }, { name: "b", tryOptions }))(
      "", "format: a", bytes, 0);
    assert.match(two.ok ? "" : two.fault.message, /which driver .* a, b\./);
    const unreadable = await trial("printer", "format: [", bytes, 0);
    assert.deepEqual(!unreadable.ok && [unreadable.fault.code, unreadable.fault.fields?.[0]?.path],
      ["config-invalid", "line 1"]);
    assert.deepEqual(asked, []);
  });
});
