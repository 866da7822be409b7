/** The link doctor on ESPA lines: a station that is polled, with and without pages. */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { diagnose, settings } from "../../hw-tests/doctor-rig.js";
import { createEspaPeer } from "./peer.js";

/** What a panel sends, a burst each; the doctor hears no more where it has one wire of two. */
async function heard(pages: number): Promise<readonly Buffer[]> {
  const world = new SimulatedWorld(2);
  const bursts: Buffer[] = [];
  const peer = createEspaPeer({ role: "panel", address: "1", other: "2", pollMs: 1_000, world,
    send: (bytes) => { bursts.push(Buffer.from(bytes)); } });
  for (let n = 0; n < pages; n += 1) {
    peer.page({ pager: `30${n}`, text: `ROOM ${n}` });
  }
  await world.advance(60_000);
  peer.stop();
  return bursts;
}

describe("detection of an ESPA line", function () {
  this.timeout(60_000);

  for (const pages of [0, 4]) {
    it(`knows one with ${pages} pages at every setting`, async () => {
      const texts = await heard(pages);
      for (const setting of settings) {
        const verdict = await diagnose(texts, setting, () => Buffer.alloc(0));
        const shown = [JSON.stringify(setting), verdict.kind, verdict.settings,
          verdict.candidates[0]?.title].join("; ");
        assert.equal(verdict.candidates[0]?.driver, "espa", shown);
        assert.equal(verdict.kind, "recognised", shown);
        assert.match(verdict.settings ?? "",
          new RegExp(`^${setting.baudRate} ${setting.dataBits}`), shown);
      }
    });
  }
});
