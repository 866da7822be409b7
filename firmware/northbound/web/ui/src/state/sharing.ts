/** What the PBXs are spared, because applications share the gateway's monitors. */

import type { ListCstaSessionsResponse } from
  "../../../../../../proto/gen/cti/gateway/v1/csta_pb.js";

/** Monitors that the PBXs would need besides, if each application had its own. */
export function licencesSaved(
  { monitors, watched }: Pick<ListCstaSessionsResponse, "monitors" | "watched">,
): number {
  return Math.max(0, monitors - watched);
}
