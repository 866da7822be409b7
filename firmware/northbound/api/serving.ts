/** Whether the gateway serves: nothing but a link has failed. A dead PBX is no dead gateway. */

import type { GatewayView } from "./gateway-view.js";

export function serving(gateway: Pick<GatewayView, "system">): boolean {
  return !gateway.system.components().some((row) =>
    row.status === "failed" && !row.component.includes("/links/"));
}
