import assert from "node:assert/strict";
import { documentSchema } from "./config/schema.js";
import { quotaOf } from "./delivery-figures.js";
import { linkId } from "./model/identifiers.js";

describe("quota of raw bytes", () => {
  const link = (id: string, more: object): object => ({ id, driver: "smdr",
    transport: { kind: "serial", path: "/dev/ttyS0", flowControl: "none" }, ...more });
  const document = documentSchema.parse({ version: 1, retention: { rawMegabytes: 50 }, links: [
    link("plain", {}), link("large", { rawMegabytes: 900 }),
    link("holds", { transport: { kind: "tcp", host: "192.0.2.1", port: 1 } })] });
  const quota = (id: string, diskBytes?: number): object =>
    quotaOf(document, linkId(id), diskBytes);

  it("is a link's own, else that of all; the disk's share bounds it", () => {
    assert.deepEqual(quota("plain"), { whenNeeded: "drop", bytesMax: 50_000_000 });
    assert.deepEqual(quota("large"), { whenNeeded: "drop", bytesMax: 900_000_000 });
    assert.deepEqual(quota("holds"), { whenNeeded: "refuse", bytesMax: 50_000_000 });
    assert.deepEqual(quota("large", 600_000_000), { whenNeeded: "drop", bytesMax: 100_000_000 });
    assert.deepEqual(quota("gone"), { whenNeeded: "drop", bytesMax: 50_000_000 });
  });
});
