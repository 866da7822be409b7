import assert from "node:assert/strict";
import { diskBytes, fixedUuid, partitions, sfdiskScript } from "./disk.js";

describe("disk", () => {
  it("has partitions one behind the other, on whole MiB, with half a GB left for data", () => {
    let end = 1 << 20;
    for (const { startBytes, sizeBytes } of partitions) {
      assert.equal(startBytes, end);
      assert.equal(sizeBytes % (1 << 20), 0);
      end = startBytes + sizeBytes;
    }
    assert.ok(diskBytes - end > 512 << 20, `${diskBytes - end} bytes left`);
  });

  it("has the same identifiers each time, and others on another medium", () => {
    assert.equal(fixedUuid("disk"), fixedUuid("disk"));
    assert.notEqual(fixedUuid("disk"), fixedUuid("stick"));
    assert.match(fixedUuid("disk"), /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-/);
  });

  it("is told to sfdisk with type, identifier and label of each", () => {
    const lines = sfdiskScript("disk").split("\n");
    assert.equal(lines[0], "label: gpt");
    assert.equal(lines.filter((line) => line.includes("name=\"jackfield-root-")).length, 2);
    assert.ok(lines[4]?.startsWith("start=2048, size=393216, type=C12A7328-F81F-11D2-BA4B-"));
  });
});
