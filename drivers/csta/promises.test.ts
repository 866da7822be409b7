/** What each driver promises, in every encoding and personality of its PBXs. */

import assert from "node:assert/strict";
import type { Driver } from "../../firmware/link/driver.js";
import { Bench, id } from "../csta-bench.js";
import { phase12Dialects, phase3Dialects } from "./dialects.js";
import { csta12, csta3, cstaXml, phase12Codec, phase3Codec, xmlCodec } from "./driver.js";
import type { CstaPeerPlan } from "./peer.js";
import { timers } from "./timers.js";

const devices = { devices: ["1001-1012"] };
const session = { association: "session" } as const;
type Row = readonly [Driver, Partial<CstaPeerPlan>, object];
const rows: Readonly<Record<string, Row>> = {
  "csta3, generic": [csta3, { codec: () => phase3Codec("generic", phase3Dialects.generic) }, {}],
  "csta3, Panasonic": [csta3, { discovery: "panasonic", deviceNumbers: true,
    codec: () => phase3Codec("panasonic", phase3Dialects.panasonic) }, { pbx: "panasonic" }],
  "csta3, HiPath": [csta3, { codec: () => phase3Codec("hipath", phase3Dialects.hipath) },
    { pbx: "hipath" }],
  "csta12, OmniPCX": [csta12, { connectionDevices: "dynamic", discovery: "none",
    codec: () => phase12Codec("2", phase12Dialects["omnipcx-office"]) },
  { pbx: "omnipcx-office", ...devices }],
  "csta12, MD110": [csta12, { association: "none", discovery: "none",
    codec: () => phase12Codec("1", phase12Dialects.md110) }, { pbx: "md110", ...devices }],
  "csta-xml, generic": [cstaXml, { ...session, codec: () => xmlCodec("generic") }, {}],
  "csta-xml, Avaya DMCC": [cstaXml, { ...session, discovery: "none",
    codec: () => xmlCodec("avaya-dmcc") },
  { pbx: "avaya-dmcc", switchName: "CM1", ...devices }],
};

for (const [name, [driver, plan, options]] of Object.entries(rows)) {
  describe(`CSTA driver's promises: ${name}`, () => {
    let bench: Bench;
    const start = async (more: Partial<CstaPeerPlan> = {}, ms?: number): Promise<void> => {
      bench = await new Bench({ ...plan, ...more }, options, driver).start(ms);
    };
    const count = (what: string): number =>
      bench.peer.heard.filter((each) => each === what).length;
    afterEach(async () => { await bench.end(); });

    it("system status both ways: answered, shown, asked for, and missed", async () => {
      await start();
      assert.equal(bench.state, "up");
      const answered = count("result");
      bench.peer.status("disabled");
      await bench.world.advance(100);
      assert.ok(count("result") > answered);
      assert.equal(bench.state, "degraded");
      bench.peer.status("normal");
      await bench.world.advance(2_000);
      assert.equal(bench.state, "up");
      const asked = (): number => count("RequestSystemStatus") + count("SystemStatus");
      const before = asked();
      await bench.world.advance(4 * timers.silence.ms);
      assert.ok(asked() > before);
      assert.equal(bench.opens, 1);
      bench.peer.hang(true);
      await bench.world.advance(timers.silence.ms + 2 * timers.statusAnswer.ms + 1_000);
      assert.notEqual(bench.state, "up");
      bench.peer.hang(false);
    });

    it("one monitor of each device, and the same picture after a break", async () => {
      await start();
      assert.equal(bench.peer.monitored, 12);
      const { pbx } = bench.peer;
      pbx.call({ from: "1001", to: "1002", ringMs: 200 });
      const over = pbx.call({ from: "1003", to: "1004", ringMs: 200 });
      await bench.world.advance(2_000);
      bench.assertSamePicture();
      bench.peer.drop();
      await bench.world.advance(10);
      assert.equal(bench.state, "down");
      assert.ok(bench.switch.calls().every(({ stale }) => stale));
      pbx.clearCall(over);
      pbx.call({ from: "1005", to: "1006", behaviour: "noAnswer" });
      await bench.world.advance(30_000);
      assert.equal(bench.state, "up");
      assert.equal(bench.peer.monitored, 12);
      bench.assertSamePicture();
    });

    it("learns how fast monitors may be started", async () => {
      await start({ monitorGapMs: 100 }, 600_000);
      assert.equal(bench.state, "up");
      assert.equal(bench.peer.monitored, 12);
      const learned = bench.opens;
      assert.ok(learned < 10, String(learned));
      bench.peer.drop();
      await bench.world.advance(60_000);
      assert.deepEqual([bench.peer.monitored, bench.opens], [12, learned + 1]);
    });

    it("says for each device without a monitor why, and how many licences there are", async () => {
      await start({ monitorsMax: 5 });
      assert.equal(bench.state, "degraded");
      assert.deepEqual(bench.link.status.peer?.monitorLicences,
        { used: 5, count: 5, source: "learned" });
      const without = bench.switch.devices(id).flatMap(({ notMonitored }) => notMonitored ?? []);
      assert.equal(without.length, 7);
      for (const each of without) {
        assert.match(JSON.stringify(each), /no more than 5 monitors|overallMonitorLimit/);
      }
    });
  });
}
