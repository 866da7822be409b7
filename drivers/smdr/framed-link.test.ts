/** A link whose store refuses: nothing is acknowledged that is not durable. */

import assert from "node:assert/strict";
import { done, fail, ok, type Result } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { RawKeeper } from "../../firmware/link/raw.js";
import { createLink } from "../../firmware/link/link-runtime.js";
import { linkId } from "../../firmware/model/identifiers.js";
import { driver } from "./driver.js";
import { createNecPolledPeer, createNecTcpPeer, createRspPeer } from "./framed-peers.js";
import { cmLine, necText } from "./framed-records.js";

for (const [framing, format, create, record] of [
  ["avaya-rsp", "avaya-cm", createRspPeer, cmLine],
  ["nec-polled", "nec-neax", createNecPolledPeer, necText],
  ["nec-tcp", "nec-neax", createNecTcpPeer, necText],
] as const) {
  it(`smdr link, ${framing}: no acknowledgement goes out while the store refuses`, async () => {
    const world = new SimulatedWorld(3);
    let refuses = false;
    let records = 0;
    let receive: ((bytes: Uint8Array, atMs: number) => void) | undefined;
    const keeper: RawKeeper = {
      keep: () => Promise.resolve(refuses ? fail("store-full", "full") : ok(1n)),
      async *read() { /* Nothing is read back. */ },
      place: () => Promise.resolve({ ok: true, value: undefined }),
      keepWhole: () => Promise.resolve(fail("internal", "no datagrams")),
      newest: () => Promise.resolve([]),
    };
    const peer = create({ world,
      send: (bytes) => { receive?.(bytes, world.clock.monotonicMs()); } });
    const options = driver.options.parse({ framing, format });
    assert.ok(options.ok);
    const link = createLink({
      id: linkId("pbx"), title: "bench", driver, options: options.value, world, rawKeeper: keeper,
      secret: () => fail("not-found", "none"), enabled: true,
      opener: {
        description: "bench", onOffer: () => undefined, close: () => Promise.resolve(),
        open: () => Promise.resolve(ok({
          kind: "tcp", description: "bench", onClosed: () => undefined, close: () => undefined,
          onReceive: (handler: typeof receive) => { receive = handler; },
          send: (bytes: Uint8Array): Result<void> => {
            const copy = Uint8Array.from(bytes);
            world.clock.after(1, "bench.wire", () => { peer.receive(copy); });
            return done;
          },
        })),
      },
      sink: {
        record: () => { records += 1; },
        event: () => undefined, snapshot: () => undefined, up: () => undefined,
        down: () => undefined, forgotten: () => undefined, garbage: () => undefined,
        accounted: () => undefined, stateChanged: () => undefined,
      },
    });
    await link.start();
    await world.advance(10);
    peer.connected();
    await world.advance(5_000);
    refuses = true;
    peer.print(record(1));
    await world.advance(5_000);
    assert.deepEqual([peer.acknowledged.length, records], [0, 0]);
    refuses = false;
    await world.advance(60_000);
    assert.deepEqual([peer.acknowledged.length, records], [1, 1]);
    peer.close();
    await link.stop(1_000);
  });
}
