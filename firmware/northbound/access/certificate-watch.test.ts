import assert from "node:assert/strict";
import { inLanguage } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { certificateForecast, createCertificateWatch } from "./certificate-watch.js";

const dayMs = 86_400_000;

describe("certificate forecast", () => {
  it("lists what ends within 60 days, soonest first, with its step", () => {
    const ends = (days: number): { subject: string; expiresAtMs: number } =>
      ({ subject: `in ${days}`, expiresAtMs: days * dayMs });
    assert.deepEqual(certificateForecast([61, 60, 31, 30, 7.5, 7, 1, 0, -3].map(ends), 0)
      .map((one) => [one.subject, one.daysLeft, one.step]), [
      ["in -3", -3, 0], ["in 0", 0, 0], ["in 1", 1, 7], ["in 7", 7, 7], ["in 7.5", 7, 30],
      ["in 30", 30, 30], ["in 31", 31, 60], ["in 60", 60, 60]]);
  });

  it("raises at 60, 30, 7 and 0 days, once each, and clears after renewal", async () => {
    const world = new SimulatedWorld();
    const said: string[] = [];
    let expiresAtMs = world.clock.wall().getTime() + 70 * dayMs;
    const watch = createCertificateWatch({ world,
      certificates: () => [{ subject: "server", expiresAtMs }],
      alarms: {
        raise: (code, subject, detail) => {
          said.push(`${code} ${subject} ${inLanguage(detail, "en")}`);
        },
        clear: (code, subject) => { said.push(`clear ${code} ${subject}`); },
      } });
    await watch.start();
    assert.deepEqual(said, []);
    await world.advance(75 * dayMs);
    assert.deepEqual(said, [
      "certificate-expiring server on 2027-02-01, 60 days left",
      "certificate-expiring server on 2027-02-01, 30 days left",
      "certificate-expiring server on 2027-02-01, 7 days left",
      "certificate-expiring server ended on 2027-02-01"]);
    expiresAtMs += 400 * dayMs;
    await world.advance(dayMs);
    assert.deepEqual(said.slice(4), ["clear certificate-expiring server"]);
    await watch.stop(1_000);
    assert.deepEqual(world.timersPending, []);
  });
});
