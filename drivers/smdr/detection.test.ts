/** The link doctor over every record format at eight line settings, with noise in between. */

import assert from "node:assert/strict";
import { diagnose, settings } from "../../hw-tests/doctor-rig.js";
import { formatNames } from "./formats/index.js";
import { plainRecords } from "./formats/samples/index.js";

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
        const letter = { none: "N", even: "E", odd: "O" }[setting.parity];
        assert.equal(verdict.settings, `${setting.baudRate} ${setting.dataBits}${letter}1`, shown);
      }
    });
  }
});
