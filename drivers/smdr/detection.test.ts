/** The link doctor over every record format at eight line settings, with noise in between. */

import assert from "node:assert/strict";
import { diagnose, settings } from "../../hw-tests/doctor-rig.js";
import { formatNames } from "./formats/index.js";
import { necText } from "./framed-records.js";
import { plainRecords } from "./formats/samples/index.js";
import { blockOf } from "./framings/nec-blocks.js";
import { recognise } from "./recognise.js";

/** 2026-11-22T10:00:00Z */
const atMs = 1_795_341_600_000;

describe("detection of format and line setting", function () {
  this.timeout(60_000);

  for (const name of formatNames) {
    it(`knows ${name} at every setting, with noise`, async () => {
      const [texts = []] = plainRecords(name);
      assert.ok(texts.length > 0);
      for (const setting of settings) {
        const verdict = await diagnose(texts, setting);
        const [best] = verdict.candidates;
        const found = verdict.candidates.slice(0, 3)
          .map(({ title, score }) => `${title} ${score}`);
        const shown = [JSON.stringify(setting), verdict.kind, verdict.settings, ...found]
          .join("; ");
        assert.equal(verdict.kind, "recognised", shown);
        assert.equal(best?.options["format"], name, shown);
        const letter = { none: "N", even: "E", odd: "O", mark: "M", space: "S" }[setting.parity];
        assert.equal(verdict.settings, `${setting.baudRate} ${setting.dataBits}${letter}1`, shown);
      }
    });
  }

  // What reads the same is told as the simpler of the two.
  for (const [setting, told] of [
    [{ baudRate: 9_600, dataBits: 7, parity: "mark", stopBits: 1 }, "9600 7M1"],
    [{ baudRate: 1_200, dataBits: 7, parity: "space", stopBits: 1 }, "1200 8N1"],
    [{ baudRate: 4_800, dataBits: 8, parity: "mark", stopBits: 1 }, "4800 8N1"],
    [{ baudRate: 2_400, dataBits: 8, parity: "space", stopBits: 1 }, "2400 8S1"],
  ] as const) {
    it(`finds ${setting.baudRate} baud, ${setting.dataBits} bits, parity ${setting.parity
    } as ${told}`, async () => {
      const [texts = []] = plainRecords("panasonic-kx");
      const verdict = await diagnose(texts, setting);
      assert.deepEqual([verdict.kind, verdict.settings], ["recognised", told]);
    });
  }

  for (const parity of [true, false]) {
    it(`knows NEC blocks that come unasked, ${parity ? "with" : "without"} parity`, async () => {
      const texts = [1, 2, 3].map((n) => Buffer.from(blockOf(necText(n), parity)));
      for (const setting of settings) {
        const verdict = await diagnose(texts, setting);
        assert.equal(verdict.kind, "recognised", JSON.stringify(setting));
        assert.deepEqual(verdict.candidates[0]?.options, { format: "nec-neax",
          framing: "nec-free", ...parity ? {} : { nec: { parity } } }, JSON.stringify(setting));
      }
    });
  }

  it("knows binary iSDX records", async () => {
    const [texts = []] = plainRecords("isdx");
    const binary = texts.map((text) => Buffer.from(text.toString().trim(), "hex"));
    for (const setting of settings) {
      if (setting.dataBits < 8) continue;
      const verdict = await diagnose(binary, setting, () => Buffer.alloc(0));
      assert.equal(verdict.kind, "recognised", JSON.stringify(setting));
      assert.deepEqual(verdict.candidates[0]?.options, { format: "isdx", framing: "isdx" });
      assert.equal(verdict.settings, `${setting.baudRate} 8N1`);
    }
  });

  it("knows a file whose heading names its places", () => {
    const headed = plainRecords("ericsson-mxone").at(-1) ?? [];
    const [best, second] = recognise(Buffer.concat(headed), atMs, "Europe/Paris");
    assert.deepEqual([best?.options, best?.title, best?.score, second],
      [{ format: "ericsson-mxone" }, "Ericsson MD110/MX-ONE, headed", 1, undefined]);
  });
});
