import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { createAlarms } from "../../supervisor/alarm-board.js";
import { SimulatedAppliance } from "../../update/appliance-simulated.js";
import { SimulatedMirror } from "../../update/mirror-simulated.js";
import { Updater } from "../../update/updater.js";
import { CancelUpdateRequestSchema, FetchUpdateRequestSchema, GetUpdateStatusRequestSchema,
  InstallUpdateRequestSchema, UpdateStage, UploadUpdateRequestSchema }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { timestamp } from "./time-message.js";
import { updateHandlers } from "./update-handlers.js";

function good<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? "" : result.fault.code;
}

describe("SystemService: the appliance's software", () => {
  const world = new SimulatedWorld();
  const unit = new SimulatedAppliance();
  const updater = new Updater({ world, alarms: createAlarms(world), appliance: unit,
    linksUp: () => [], said: () => ({}), signs: () => Promise.reject(new Error("not on trial")),
    mirror: () => new SimulatedMirror(), inWindow: () => false });
  let gateway: SimulatedGateway;
  const context: CallContext = { identity: undefined, language: "en", source: "grpc 192.0.2.9",
    deadlineMs: Infinity, signal: new AbortController().signal, identified: () => undefined };
  const on = (update: Updater | undefined) => updateHandlers({ ...gateway, update });
  const piece = (offset: bigint, bytes: number) => create(UploadUpdateRequestSchema,
    { offset, data: new Uint8Array(bytes) });

  before(async () => {
    gateway = await simulatedGateway({ world, links: [] });
    good(await updater.start());
  });
  after(async () => {
    await updater.stop();
    await gateway.access.stop(0);
  });

  it("is refused where the gateway does not run on an appliance", async () => {
    const none = on(undefined);
    assert.deepEqual([
      await none.getUpdateStatus(create(GetUpdateStatusRequestSchema), context),
      await none.uploadUpdate(piece(0n, 1), context),
      await none.installUpdate(create(InstallUpdateRequestSchema), context),
      await none.fetchUpdate(create(FetchUpdateRequestSchema), context),
      await none.cancelUpdate(create(CancelUpdateRequestSchema), context),
    ].map(codeOf), Array.from({ length: 5 }, () => "precondition"));
  });

  it("comes in pieces of at most a MiB", async () => {
    assert.equal(good(await on(updater).uploadUpdate(piece(0n, 1 << 20), context)).nextOffset,
      1n << 20n);
    assert.equal(codeOf(await on(updater).uploadUpdate(piece(1n << 20n, (1 << 20) + 1), context)),
      "argument-invalid");
    assert.equal(codeOf(await on(updater).uploadUpdate(piece(0n, 0), context)),
      "argument-invalid");
  });

  it("is fetched from an https address only", async () => {
    const wish = (url: string) => create(FetchUpdateRequestSchema, { url });
    for (const url of ["http://mirror.example/x", "mirror.example", ""]) {
      assert.equal(codeOf(await on(updater).fetchUpdate(wish(url), context)), "update-refused");
    }
  });

  it("tells what runs and what waits, until it is taken back", async () => {
    const atMs = world.clock.wall().getTime() + 3_600_000;
    const { version } = good(await on(updater).installUpdate(create(InstallUpdateRequestSchema,
      { notBefore: timestamp(atMs) }), context));
    assert.equal(version, "1.1.0");
    const status = good(await on(updater)
      .getUpdateStatus(create(GetUpdateStatusRequestSchema), context));
    assert.deepEqual([status.stage, status.runningVersion, status.slot, status.secureBoot,
      status.version, status.notBefore],
    [UpdateStage.SCHEDULED, "1.0.0", "a", true, "1.1.0", timestamp(atMs)]);
    good(await on(updater).cancelUpdate(create(CancelUpdateRequestSchema), context));
    assert.equal(codeOf(await on(updater).cancelUpdate(create(CancelUpdateRequestSchema), context)),
      "precondition");
  });
});
