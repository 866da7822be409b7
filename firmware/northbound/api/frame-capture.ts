/** CaptureFrames: the flight recorder of a link, with secrets of logins blotted out. */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { BoundedQueue } from "../../base/queue.js";
import { ok, type Result } from "../../base/result.js";
import type { Frame } from "../../link/link.js";
import type { CaptureFramesRequest, CaptureFramesResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext } from "./handler.js";
import { linkNamed } from "./links-service.js";
import { timestamp } from "./time-message.js";

export const captureQueueMax = 2_000;

/** Lines that carry a secret: AMI's login (`Secret`, the digest in `Key`) and its likes. */
const secretLine =
  /^([ \t]*(?:Secret|Key|Password|AuthSecret|Authorization)[ \t]*:[ \t]*)[^\r\n]*/gim;

/** The same bytes with the values of secret lines replaced by "*"; their length is not shown. */
export function withoutSecrets(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const masked = text.replace(secretLine, (_line, head: string) => `${head}********`);
  return masked === text ? bytes : Buffer.from(masked, "latin1");
}

type Item = Result<readonly MessageInitShape<typeof CaptureFramesResponseSchema>[]>;

function frameMessage(frame: Frame, lost: bigint): Item {
  return ok([{ at: timestamp(frame.atMs), direction: frame.direction,
    data: withoutSecrets(frame.bytes), lost }]);
}

export async function *captureFrames(
  gateway: GatewayView, request: CaptureFramesRequest, context: CallContext,
): AsyncGenerator<Item> {
  const link = linkNamed(gateway, request.link, "link");
  if (!link.ok) {
    yield link;
    return;
  }
  const queue = new BoundedQueue<{ readonly frame: Frame; readonly lost: bigint }>(
    captureQueueMax);
  let lost = 0n;
  const unwatch = !request.follow ? () => undefined : link.value.watchFrames((frame) => {
    if (queue.push({ frame, lost })) lost = 0n;
    else lost += 1n;
  });
  const stop = (): void => { queue.close(); };
  context.signal.addEventListener("abort", stop, { once: true });
  try {
    for (const frame of link.value.frames()) {
      if (context.signal.aborted) return;
      yield frameMessage(frame, 0n);
    }
    if (!request.follow || context.signal.aborted) return;
    for await (const item of queue) yield frameMessage(item.frame, item.lost);
  } finally {
    unwatch();
    queue.close();
    context.signal.removeEventListener("abort", stop);
  }
}
