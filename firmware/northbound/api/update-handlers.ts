/** SystemService: the appliance's own software. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { fail, ok, type Result } from "../../base/result.js";
import type { UpdateStage as Stage } from "../../update/updater.js";
import { UpdateStage, type SystemService } from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { Fields } from "./fields.js";
import type { GatewayView, UpdateView } from "./gateway-view.js";
import type { ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

const pieceBytesMax = 1 << 20;
const stages: Readonly<Record<Stage, UpdateStage>> = { idle: UpdateStage.IDLE,
  receiving: UpdateStage.RECEIVING, scheduled: UpdateStage.SCHEDULED,
  installing: UpdateStage.INSTALLING, restarting: UpdateStage.RESTARTING,
  "on-trial": UpdateStage.ON_TRIAL };

type UpdateHandlers = Pick<ServiceHandlers<typeof SystemService>,
  "getUpdateStatus" | "uploadUpdate" | "installUpdate" | "fetchUpdate" | "cancelUpdate">;

function updateOf({ update }: GatewayView): Result<UpdateView> {
  return update === undefined ? fail("precondition", {
    en: "the gateway does not run on an appliance: its software is updated by whoever installed it",
    fr: "la passerelle ne tourne pas sur un boîtier : qui l'a installée la met à jour" })
    : ok(update);
}

export function updateHandlers(gateway: GatewayView): UpdateHandlers {
  return {
    getUpdateStatus: async () => {
      const update = updateOf(gateway);
      const status = update.ok ? await update.value.status() : update;
      if (!status.ok) return status;
      const { stage, running, notBeforeMs, stagedBytes, version, percent, failedVersion, reasons,
        offeredVersion } = status.value;
      return ok({ stage: stages[stage], runningVersion: running.version, slot: running.slot,
        secureBoot: running.secureBoot, uploadedBytes: BigInt(stagedBytes), version, percent,
        failedVersion, offeredVersion, reasons: [...reasons],
        ...(notBeforeMs === undefined ? {} : { notBefore: timestamp(notBeforeMs) }) });
    },
    uploadUpdate: async ({ offset, data }) => {
      const update = updateOf(gateway);
      if (!update.ok) return update;
      const fields = new Fields();
      if (data.length === 0) fields.wrong("data", "is required");
      if (data.length > pieceBytesMax) {
        fields.wrong("data", `expected at most ${pieceBytesMax} bytes, found ${data.length}`);
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      const next = await update.value.receive(Number(offset), data);
      return next.ok ? ok({ nextOffset: BigInt(next.value) }) : next;
    },
    installUpdate: async ({ allowDowngrade, allowFailed, notBefore, offered }) => {
      const update = updateOf(gateway);
      if (!update.ok) return update;
      const version = offered ? update.value.installOffer() : await update.value.install({
        downgrade: allowDowngrade, again: allowFailed,
        notBeforeMs: notBefore === undefined ? undefined : timestampMs(notBefore) });
      return version.ok ? ok({ version: version.value }) : version;
    },
    fetchUpdate: async ({ url, authorityPem, allowDowngrade, allowFailed, notBefore }) => {
      const update = updateOf(gateway);
      const begun = update.ok ? update.value.fetch({ url, authorityPem,
        downgrade: allowDowngrade, again: allowFailed,
        notBeforeMs: notBefore === undefined ? undefined : timestampMs(notBefore) }) : update;
      return Promise.resolve(begun.ok ? ok({}) : begun);
    },
    cancelUpdate: async () => {
      const update = updateOf(gateway);
      const cancelled = update.ok ? await update.value.cancel() : update;
      return cancelled.ok ? ok({}) : cancelled;
    },
  };
}
