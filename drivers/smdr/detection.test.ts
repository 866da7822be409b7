/**
 * The link doctor on a simulated line, bit by bit: every format at eight line settings, with noise
 * and page headers between the records.
 */

import assert from "node:assert/strict";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import { done, ok } from "../../firmware/base/result.js";
import { examine } from "../../firmware/link/doctor/doctor.js";
import type { Verdict } from "../../firmware/link/doctor/verdict.js";
import { Wire, type Setting } from "../../hw-tests/serial-wire.js";
import { samplesByFormat, type Sample } from "./formats/format-bench.js";
import { formatNames, formatOf } from "./formats/index.js";
import { recognise } from "./recognise.js";

// Each brings its samples.
for (const name of formatNames) await import(`./formats/${name}.test.js`);

const settings: readonly Setting[] = [
  { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 1_200, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 2_400, dataBits: 7, parity: "even", stopBits: 1 },
  { baudRate: 4_800, dataBits: 8, parity: "none", stopBits: 2 },
  { baudRate: 9_600, dataBits: 7, parity: "even", stopBits: 1 },
  { baudRate: 1_200, dataBits: 7, parity: "odd", stopBits: 1 },
  { baudRate: 19_200, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1 },
];

const limitMs = 900_000;
/** A page ends, and a bit of noise stands before the next record. */
const header = Buffer.from("\f\r\n--------\r\n~");

/** What the doctor says of a PBX that prints `texts`, one every few seconds, over and over. */
async function diagnose(
  texts: readonly Buffer[], setting: Setting,
): Promise<Verdict> {
  const world = new SimulatedWorld(7);
  const wire = new Wire(world, setting);
  const examination = examine({
    world, address: "/dev/ttyS0", limitMs, tell: () => undefined,
    recognise: (text, atMs) => recognise(text, atMs, "Europe/Paris")
      .map((each) => ({ ...each, driver: "smdr" })),
    open: (baudRate) => {
      wire.baudRate = baudRate;
      return Promise.resolve(ok({
        onReceive: (handler) => { wire.receive = handler; }, onClosed: () => undefined,
        lines: () => Promise.resolve({ cts: true, dsr: true, dcd: false }),
        setBaudRate: (next) => { wire.baudRate = next; return Promise.resolve(done); },
        close: () => { wire.receive = () => undefined; } }));
    },
  });
  let verdict: Verdict | undefined;
  void examination.verdict.then((found) => { verdict = found; });
  await world.advance(100);
  for (let call = 0; verdict === undefined && call < limitMs / 4_000; call += 1) {
    const text = Buffer.concat([call % 4 === 1 ? header : Buffer.alloc(0),
      texts[call % texts.length] ?? Buffer.alloc(0)]);
    wire.send(text);
    await world.advance(4_000 + text.length * 11_000 / setting.baudRate);
  }
  return verdict ?? assert.fail("no verdict");
}

function bytesOf(name: string, sample: Sample): Buffer {
  return Buffer.from(sample.lines.map((line) => `${line}\r\n`).join(""), formatOf(name).encoding);
}

describe("detection of format and line setting", function () {
  this.timeout(60_000);

  for (const name of formatNames) {
    it(`knows ${name} at every setting, with noise`, async () => {
      const samples = samplesByFormat.get(name) ?? [];
      const plain = samples.filter(({ says, settings: own }) => own === undefined
        && !["date", "notice", "released"].includes(says.phase));
      // One PBX prints one layout.
      const texts = plain.filter(({ layout }) => layout === plain[0]?.layout)
        .map((sample) => bytesOf(name, sample));
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
