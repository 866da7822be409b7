/** PrivateDataService: what a PBX's maker added to CSTA, untouched. */

import { BoundedQueue } from "../../base/queue.js";
import { ok, type Result } from "../../base/result.js";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { linkId, type LinkId } from "../../model/identifiers.js";
import { privateElementsMax, type PrivateEncoding, type PrivateNotice }
  from "../../model/private-data.js";
import { PrivateDataKind, type PrivateDataService, type WatchPrivateDataRequest,
  type WatchPrivateDataResponseSchema } from "../../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { silenceMs } from "./event-watch.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { silence, withHeartbeat } from "./heartbeat.js";

/** What waits for a client that reads slowly; what comes beyond is counted as lost. */
export const privateQueueMax = 200;

type View = Pick<GatewayView, "privateData" | "world">;
type Told = MessageInitShape<typeof WatchPrivateDataResponseSchema>;

const kinds = { escape: PrivateDataKind.ESCAPE, privateStatus: PrivateDataKind.STATUS,
  privateEvent: PrivateDataKind.EVENT } as const;

export function privateDataHandlers(view: View): ServiceHandlers<typeof PrivateDataService> {
  return {
    escape: async ({ link, elements }, { identity, deadlineMs }) => {
      const fields = new Fields();
      fields.required("link", link);
      if (elements.length === 0 || elements.length > privateElementsMax) {
        fields.wrong("elements", `expected 1 to ${privateElementsMax}`);
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      const answer = await view.privateData.escape(linkId(link), elements, identity?.name ?? "",
        deadlineMs);
      return answer.ok ? ok({ elements: [...answer.value] }) : answer;
    },
    watchPrivateData: (request, context) => watch(view, request, context),
  };
}

async function *watch(
  { privateData, world }: View, { link: only }: WatchPrivateDataRequest, { signal }: CallContext,
): AsyncGenerator<Result<readonly Told[]>> {
  const queue = new BoundedQueue<Told>(privateQueueMax);
  let lost = 0;
  const unwatch = privateData.watch((link, encoding, notice) => {
    if (only !== "" && only !== link) return;
    if (queue.push({ ...message(link, encoding, notice), lost })) lost = 0;
    else lost += 1;
  });
  const stop = (): void => { queue.close(); };
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  try {
    for await (const item of withHeartbeat(queue, world.clock, silenceMs)) {
      yield ok([item === silence ? {} : item]);
    }
  } finally {
    unwatch();
    signal.removeEventListener("abort", stop);
  }
}

function message(link: LinkId, encoding: PrivateEncoding, notice: PrivateNotice): Told {
  return { link, encoding, kind: kinds[notice.type],
    ...(notice.type === "privateEvent" ? { device: notice.device, elements: [notice.element] }
      : { elements: [...notice.elements] }) };
}
