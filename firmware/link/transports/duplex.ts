/** A `Transport` on any Node duplex stream: sockets and serial ports differ only in opening. */

import type { Duplex } from "node:stream";
import { done, fail, messageOf, type Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Transport, TransportKind } from "../transport.js";

/** Bytes that may wait for a slow peer; a PBX that takes none of them is not listening. */
export const sendBufferMax = 1_048_576;

export interface DuplexPlan {
  readonly kind: TransportKind;
  readonly description: string;
  readonly stream: Duplex;
  readonly world: World;
  /** Ends the stream for good; `stream.destroy()` unless the stream needs more. */
  readonly destroy?: () => void;
  /** Puts the stream's own word for an ending into one for people. */
  readonly explain?: (error: unknown) => string;
}

export function duplexTransport(plan: DuplexPlan): Transport {
  const { stream, world } = plan;
  const closedHandlers: ((reason: string) => void)[] = [];
  let closedReason: string | undefined;
  let lastError: string | undefined;
  const finish = (reason: string): void => {
    if (closedReason !== undefined) return;
    closedReason = reason;
    for (const handler of closedHandlers.splice(0)) handler(reason);
  };
  const destroy = plan.destroy ?? ((): void => { stream.destroy(); });
  const explain = plan.explain ?? messageOf;
  stream.on("error", (error) => { lastError = explain(error); });
  stream.on("end", () => {
    finish("closed by the other end");
    destroy();
  });
  stream.on("close", (error?: unknown) => {
    if (lastError === undefined && error instanceof Error) lastError = explain(error);
    finish(lastError ?? "closed by the other end");
  });
  return {
    kind: plan.kind,
    description: plan.description,
    onReceive(handler) {
      stream.on("data", (chunk: Uint8Array) => {
        if (closedReason === undefined) handler(chunk, world.clock.monotonicMs());
      });
    },
    onClosed(handler) {
      if (closedReason === undefined) closedHandlers.push(handler);
      else handler(closedReason);
    },
    send(bytes): Result<void> {
      if (closedReason !== undefined) {
        return fail("link-down", `${plan.description} is closed: ${closedReason}.`);
      }
      if (stream.writableLength + bytes.length > sendBufferMax) {
        return fail("queue-full", `${plan.description} takes no more: ${
          stream.writableLength} of ${sendBufferMax} bytes wait to be sent.`);
      }
      stream.write(bytes);
      return done;
    },
    pause() { stream.pause(); },
    resume() { if (closedReason === undefined) stream.resume(); },
    close() {
      finish("closed by us");
      destroy();
    },
  };
}
