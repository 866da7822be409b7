import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { LedgerDaySchema } from "../../../../../../proto/gen/cti/gateway/v1/delivery_pb.js";
import { balanceOf, lastDays } from "./ledger.js";

describe("ledger of the page", () => {
  const day = (more: object) => create(LedgerDaySchema,
    { bytesIn: 100n, recordBytes: 80n, skippedBytes: 15n, garbageBytes: 5n, ...more });

  it("balances when every byte has become something", () => {
    assert.deepEqual(balanceOf(day({}), true), { is: "good" });
    assert.deepEqual(balanceOf(day({ bytesIn: 104n }), true), { is: "open", bytes: 4n });
    assert.deepEqual(balanceOf(day({ bytesIn: 99n }), true), { is: "off", bytes: 1n });
  });

  it("says by how much it does not, whichever way", () => {
    assert.deepEqual(balanceOf(day({ bytesIn: 107n, adriftBytes: 7n }), true),
      { is: "off", bytes: 7n });
    assert.deepEqual(balanceOf(day({ bytesIn: 97n, adriftBytes: -3n }), true),
      { is: "off", bytes: 3n });
  });

  it("claims nothing of a driver that does not tell", () => {
    assert.deepEqual(balanceOf(day({ bytesIn: 900n }), false), { is: "unknown" });
  });

  it("counts days by UTC, over the end of a month", () => {
    assert.deepEqual(lastDays(Date.parse("2026-03-03T23:30:00-05:00"), 7),
      { from: "2026-02-26", to: "2026-03-04" });
  });
});
