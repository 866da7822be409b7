/** CstaService: which applications are connected by CSTA. */

import { ok } from "../../base/result.js";
import type { CstaService } from "../../../proto/gen/cti/gateway/v1/csta_pb.js";
import type { GatewayView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

export function cstaHandlers(
  { csta }: Pick<GatewayView, "csta">,
): ServiceHandlers<typeof CstaService> {
  return {
    listCstaSessions: () => Promise.resolve(ok({
      ...csta.sharing(),
      sessions: csta.sessions().map(({ beganAtMs, lostEvents, ...row }) =>
        ({ ...row, began: timestamp(beganAtMs), lostEvents: BigInt(lostEvents) })) })),
  };
}
