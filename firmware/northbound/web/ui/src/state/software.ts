/** What an administrator may do with the appliance's own software now. */

import { type GetUpdateStatusResponse, UpdateStage } from
  "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";

export interface SoftwareActs {
  /** Hand a bundle over, or name a mirror. */
  readonly install: boolean;
  /** The version on a stick; undefined: none, or something else is under way. */
  readonly fromStick: string | undefined;
  readonly cancel: boolean;
}

export function softwareActs(
  { stage, offeredVersion }: Pick<GetUpdateStatusResponse, "stage" | "offeredVersion">,
): SoftwareActs {
  const idle = stage === UpdateStage.IDLE;
  return {
    install: idle || stage === UpdateStage.RECEIVING,
    fromStick: idle && offeredVersion !== "" ? offeredVersion : undefined,
    cancel: stage === UpdateStage.RECEIVING || stage === UpdateStage.SCHEDULED,
  };
}
