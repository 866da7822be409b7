import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { systemProbe } from "../../firmware/supervisor/host-health.js";

describe("host health on this machine", () => {
  it("reads load, memory and disk in plausible sizes", async function () {
    this.timeout(20_000);
    const reading = await systemProbe.read(tmpdir());
    assert(reading.cpuLoad >= 0 && reading.cpuLoad <= 1);
    assert(reading.memoryTotalBytes > reading.memoryUsedBytes && reading.memoryUsedBytes > 0);
    assert(reading.residentBytes > 10_000_000);
    assert(reading.diskTotalBytes > reading.diskFreeBytes && reading.diskFreeBytes >= 0);
    assert(reading.uptimeSeconds > 0);
    const { temperatureCelsius } = reading;
    assert(temperatureCelsius === undefined || (temperatureCelsius > -40
      && temperatureCelsius < 130));
  });

  it("says so when the data folder is not there", async () => {
    await assert.rejects(systemProbe.read("/there/is/no/such/folder"), /ENOENT/);
  });
});
