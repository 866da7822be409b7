import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { CaptureFramesRequestSchema } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { captureFrames, captureQueueMax, withoutSecrets } from "./frame-capture.js";
import { simulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";

const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("latin1");

async function gather<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("frame capture", () => {
  const context = (signal: AbortSignal): CallContext => ({ identity: undefined, language: "en",
    source: "grpc 192.0.2.9", deadlineMs: Infinity, signal, identified: () => undefined });
  const frame = (n: number) => ({ atMs: n, direction: "in" as const,
    bytes: Buffer.from(`frame ${n}`) });

  it("blots out the secrets of a login and nothing else", () => {
    const login = "Action: Login\r\nUsername: cti\r\nSecret: hunter2\r\nActionID: 1\r\n\r\n";
    assert.equal(text(withoutSecrets(Buffer.from(login))),
      "Action: Login\r\nUsername: cti\r\nSecret: ********\r\nActionID: 1\r\n\r\n");
    assert.equal(text(withoutSecrets(Buffer.from("key: 0123abc\nKeypad: 5\n"))),
      "key: ********\nKeypad: 5\n");
    const binary = Uint8Array.from({ length: 256 }, (_, n) => n);
    assert.equal(withoutSecrets(binary), binary);
  });

  it("shows what is kept, then what passes, and says what a slow reader lost", async () => {
    const gateway = await simulatedGateway({ world: new SimulatedWorld() });
    gateway.frameSource.add(frame(1));
    const abort = new AbortController();
    const stream = captureFrames(gateway, create(CaptureFramesRequestSchema,
      { link: "pbx-1", follow: true }), context(abort.signal));
    const next = async () => {
      const item = await stream.next();
      assert.ok(item.done !== true && item.value.ok);
      const [frame] = item.value.value;
      return { data: text(frame?.data), lost: frame?.lost };
    };
    assert.deepEqual(await next(), { data: "frame 1", lost: 0n });
    const lost = 3;
    for (let n = 2; n < 2 + captureQueueMax + lost; n += 1) gateway.frameSource.add(frame(n));
    assert.deepEqual(await next(), { data: "frame 2", lost: 0n });
    gateway.frameSource.add(frame(9_999));
    for (let n = 3; n < 2 + captureQueueMax; n += 1) await next();
    assert.deepEqual(await next(), { data: "frame 9999", lost: BigInt(lost) });
    abort.abort();
    assert.equal((await stream.next()).done, true);
    assert.equal(gateway.frameSource.watcherCount, 0);
  });

  it("ends after what is kept unless asked to follow", async () => {
    const gateway = await simulatedGateway({ world: new SimulatedWorld() });
    gateway.frameSource.add(frame(1));
    const got = [];
    for await (const item of captureFrames(gateway, create(CaptureFramesRequestSchema,
      { link: "pbx-1" }), context(new AbortController().signal))) got.push(item.ok);
    assert.deepEqual(got, [true]);
    const [unknown] = await gather(captureFrames(gateway,
      create(CaptureFramesRequestSchema, { link: "no" }), context(new AbortController().signal)));
    assert.ok(unknown !== undefined && !unknown.ok && unknown.fault.code === "link-unknown");
  });
});
