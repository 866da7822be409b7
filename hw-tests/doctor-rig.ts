/**
 * The link doctor on a simulated line, bit by bit: a PBX that prints records over and over, with
 * something in between.
 */

import assert from "node:assert/strict";
import { done, ok } from "../firmware/base/result.js";
import { SimulatedWorld } from "../firmware/base/world-simulated.js";
import { candidates } from "../firmware/link/doctor/candidates.js";
import { examine } from "../firmware/link/doctor/doctor.js";
import type { Verdict } from "../firmware/link/doctor/verdict.js";
import { driverRegistry } from "../drivers/index.js";
import { Wire, type Setting } from "./serial-wire.js";

export const settings: readonly Setting[] = [
  { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 1_200, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 2_400, dataBits: 7, parity: "even", stopBits: 1 },
  { baudRate: 4_800, dataBits: 8, parity: "none", stopBits: 2 },
  { baudRate: 9_600, dataBits: 7, parity: "even", stopBits: 1 },
  { baudRate: 1_200, dataBits: 7, parity: "odd", stopBits: 1 },
  { baudRate: 19_200, dataBits: 8, parity: "none", stopBits: 1 },
  { baudRate: 115_200, dataBits: 8, parity: "none", stopBits: 1 },
];

const drivers = await driverRegistry.all();
const limitMs = 900_000;
/** Now and then a page ends, and a bit of noise stands before the next record. */
const header = (call: number): Buffer =>
  Buffer.from(call % 4 === 1 ? "\f\r\n--------\r\n~" : "");

/** What the doctor says of a PBX that prints `texts`, one every few seconds, over and over. */
export async function diagnose(
  texts: readonly Buffer[], setting: Setting, between: (call: number) => Buffer = header,
): Promise<Verdict> {
  const world = new SimulatedWorld(7);
  const wire = new Wire(world, setting);
  const examination = examine({
    world, address: "/dev/ttyS0", limitMs, tell: () => undefined,
    recognise: (text, atMs) => candidates(drivers, text, atMs, "Europe/Paris"),
    open: (baudRate) => {
      wire.baudRate = baudRate;
      return Promise.resolve(ok({
        errorsCounted: true,
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
    const text = Buffer.concat([between(call), texts[call % texts.length] ?? Buffer.alloc(0)]);
    wire.send(text);
    await world.advance(4_000 + text.length * 11_000 / setting.baudRate);
  }
  return verdict ?? assert.fail("no verdict");
}
