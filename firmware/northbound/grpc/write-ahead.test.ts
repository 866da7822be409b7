import assert from "node:assert/strict";
import type { ServerInterceptingCallInterface } from "@grpc/grpc-js";
import { writeAhead, writeAheadMax } from "./write-ahead.js";

describe("write ahead", () => {
  const rig = (path: string) => {
    const written: unknown[] = [];
    const flush: (() => void)[] = [];
    const call = {
      sendMetadata: () => undefined,
      sendMessage: (message: unknown, callback: () => void) => {
        written.push(message);
        flush.push(callback);
      },
    } as unknown as ServerInterceptingCallInterface;
    const method = { path, requestStream: false, responseStream: true } as
      Parameters<ReturnType<typeof writeAhead>>[0];
    const ahead = writeAhead(new Set(["/a/Events"]))(method, call);
    let taken = 0;
    const send = async (message: number): Promise<number> => {
      ahead.sendMessage(message, () => { taken += 1; });
      await Promise.resolve();
      await Promise.resolve();
      return taken;
    };
    return { written, flush, send, taken: () => taken };
  };

  it("takes messages up to its bound, in order, then waits for the socket", async () => {
    const { written, flush, send, taken } = rig("/a/Events");
    for (let n = 1; n < writeAheadMax; n += 1) assert.equal(await send(n), n);
    assert.equal(await send(writeAheadMax), writeAheadMax - 1, "the bound: it waits");
    assert.deepEqual(written, Array.from({ length: writeAheadMax }, (_, n) => n + 1));
    flush.shift()?.();
    assert.equal(taken(), writeAheadMax);
    assert.equal(await send(0), writeAheadMax, "still full: it waits again");
    flush.shift()?.();
    assert.equal(taken(), writeAheadMax + 1);
  });

  it("leaves all other methods as they are", async () => {
    const { flush, send, taken } = rig("/a/Backup");
    assert.equal(await send(1), 0);
    flush.shift()?.();
    assert.equal(taken(), 1);
  });
});
