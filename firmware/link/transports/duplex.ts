/** A `Transport` on any Node duplex stream: sockets and serial ports differ only in opening. */

import type { Duplex } from "node:stream";
import {
  done, fail, inEachLanguage, messageOf, type Result, type Text,
} from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Transport, TransportKind } from "../transport.js";

/** Bytes that may wait for a slow peer; a PBX that takes none of them is not listening. */
export const sendBufferMax = 1_048_576;
/** Node reads 64 KB at most; a chunk of this size means that more is waiting. */
const busyChunkBytes = 32_768;

const byOther: Text = { en: "closed by the other end", fr: "fermé par l'autre extrémité" };

export interface DuplexPlan {
  readonly kind: TransportKind;
  readonly description: string;
  readonly stream: Duplex;
  readonly world: World;
  /** Ends the stream for good; `stream.destroy()` unless the stream needs more. */
  readonly destroy?: () => void;
  /** What was received, of what the stream gives; all of it if absent. */
  readonly decode?: (chunk: Uint8Array) => Uint8Array;
  /** Puts the stream's own word for an ending into one for people. */
  readonly explain?: (error: unknown) => Text;
}

/** Always has back-pressure: what is not read waits in the stream and in the kernel. */
export function duplexTransport(
  plan: DuplexPlan,
): Transport & Required<Pick<Transport, "pause" | "resume">> {
  const { stream, world } = plan;
  const closedHandlers: ((reason: Text) => void)[] = [];
  let closedReason: Text | undefined;
  let lastError: Text | undefined;
  let sentHandlers: (() => void)[] = [];
  const sent = (): void => {
    if (stream.writableLength > 0 || closedReason !== undefined) return;
    for (const handler of sentHandlers.splice(0)) handler();
  };
  let paused = false;
  const resume = (): void => {
    if (!paused && closedReason === undefined) stream.resume();
  };
  const finish = (reason: Text): void => {
    if (closedReason !== undefined) return;
    closedReason = reason;
    sentHandlers = [];
    for (const handler of closedHandlers.splice(0)) handler(reason);
  };
  const destroy = plan.destroy ?? ((): void => { stream.destroy(); });
  const explain = plan.explain ?? messageOf;
  stream.on("error", (error) => { lastError = explain(error); });
  stream.on("end", () => {
    finish(byOther);
    destroy();
  });
  stream.on("close", (error?: unknown) => {
    if (lastError === undefined && error instanceof Error) lastError = explain(error);
    finish(lastError ?? byOther);
  });
  return {
    kind: plan.kind,
    description: plan.description,
    onReceive(handler) {
      stream.on("data", (chunk: Uint8Array) => {
        if (closedReason !== undefined) return;
        const bytes = plan.decode?.(chunk) ?? chunk;
        if (bytes.length > 0) handler(bytes, world.clock.monotonicMs());
        if (chunk.length < busyChunkBytes) return;
        // libuv would read on again and again; what the first chunk has caused goes out before.
        stream.pause();
        world.clock.after(0, "transport.turn", resume);
      });
    },
    onClosed(handler) {
      if (closedReason === undefined) closedHandlers.push(handler);
      else handler(closedReason);
    },
    send(bytes): Result<void> {
      if (closedReason !== undefined) {
        const why = closedReason;
        return fail("link-down", inEachLanguage((words, language) => language === "en"
          ? `${plan.description} is closed: ${words(why)}.`
          : `${plan.description} est fermé : ${words(why)}.`));
      }
      if (stream.writableLength + bytes.length > sendBufferMax) {
        const waiting = `${stream.writableLength}/${sendBufferMax}`;
        return fail("queue-full", {
          en: `${plan.description} takes no more: ${waiting} bytes wait to be sent.`,
          fr: `${plan.description} ne prend plus rien : ${waiting} octets attendent.` });
      }
      stream.write(bytes, sent);
      return done;
    },
    whenSent(handler) {
      sentHandlers.push(handler);
      sent();
    },
    pause() {
      paused = true;
      stream.pause();
    },
    resume() {
      paused = false;
      resume();
    },
    close() {
      finish({ en: "closed by us", fr: "fermé par nous" });
      destroy();
    },
  };
}
