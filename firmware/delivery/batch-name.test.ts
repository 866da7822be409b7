import assert from "node:assert/strict";
import { linkId } from "../model/identifiers.js";
import { defaultName, filled } from "./batch-name.js";
import type { Batch, Content } from "./destination.js";

describe("names of what is sent", () => {
  const batch = (id: string, againUntilMs?: number): Batch => ({ link: linkId("printer"),
    head: new Uint8Array(0), againUntilMs, pieces: [{ id, bytes: new Uint8Array(1),
      atMs: Date.parse("2026-11-23T08:00:00.500Z") }] });
  const name = (of: Batch, what: Content = "raw",
    template = defaultName): string => filled(template, {
    id: "billing", links: [], what, to: { kind: "tcp-server", address: "", port: 1 } }, of);

  it("hold where the batch begins, and not how long its first line is by now", () => {
    assert.equal(name(batch("printer/12.34+7")),
      "billing.printer.000000000012-000034.20261123T080000500Z.txt");
    assert.equal(name(batch("printer/12.34+9")), name(batch("printer/12.34+7")));
    assert.equal(name(batch("printer/12"), "records-csv"),
      "billing.printer.000000000012.20261123T080000500Z.csv");
  });

  it("are in order when sorted", () => {
    const names = ["printer/9.100+1", "printer/10.9+1", "printer/10.10+1", "printer/100.0+1"]
      .map((id) => name(batch(id)));
    assert.deepEqual([...names].sort(), names);
  });

  it("are others when a range of time is sent once more", () => {
    assert.equal(name(batch("printer/12", 1_000), "records-json", "CDR{place}"),
      "CDR000000000012-again-1000");
  });
});
