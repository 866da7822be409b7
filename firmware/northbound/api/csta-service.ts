/** CstaService: which applications are connected by CSTA, and ending one. */

import { fail, ok } from "../../base/result.js";
import type { CstaService } from "../../../proto/gen/cti/gateway/v1/csta_pb.js";
import { Fields } from "./fields.js";
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
    endCstaSession: ({ id }) => {
      const fields = new Fields();
      fields.required("id", id);
      const checked = fields.result();
      return Promise.resolve(!checked.ok ? checked : csta.end(id) ? ok({})
        : fail("not-found", { en: `there is no CSTA session ${id}`,
          fr: `il n'y a pas de session CSTA ${id}` }));
    },
  };
}
