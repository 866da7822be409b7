import assert from "node:assert/strict";
import { done, fail } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { SessionContext } from "../../firmware/link/driver.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { driver } from "./driver.js";

it("caller-id session: half a line waits while the store holds its rest back", async () => {
  const world = new SimulatedWorld(5);
  const options = driver.options.parse({ box: "whozz", device: "101" });
  assert.ok(options.ok, JSON.stringify(options));
  let waiting = true;
  let receive: (bytes: Uint8Array, atMs: number) => void = () => undefined;
  const garbage: string[] = [];
  const ignored = (): void => undefined;
  const context: SessionContext<typeof options.value> = {
    link: linkId("box"), options: options.value, world,
    transport: { kind: "serial", description: "bench", onClosed: ignored, close: ignored,
      onReceive: (handler) => { receive = handler; }, waiting: () => waiting, send: () => done },
    secret: (reference) => fail("not-found", reference), emit: ignored, record: ignored,
    report: ignored, identify: ignored, accounted: ignored, missed: ignored,
    requestResync: ignored, page: () => Promise.resolve(done), pageStatus: ignored,
    garbage: (bytes) => { garbage.push(Buffer.from(bytes).toString("latin1")); },
  };
  const session = driver.open(context);
  const hear = (text: string): void => {
    receive(Buffer.from(text, "latin1"), world.clock.monotonicMs());
  };
  hear("01 I S 0123");
  await world.advance(60_000);
  assert.deepEqual(garbage, []);
  waiting = false;
  await world.advance(60_000);
  assert.deepEqual(garbage, ["01 I S 0123"]);
  session.close();
});
