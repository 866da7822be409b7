import assert from "node:assert/strict";
import { UpdateStage } from "../../../../../../proto/gen/cti/gateway/v1/system_pb.js";
import { softwareActs } from "./software.js";

describe("what the page offers of the software", () => {
  it("is a stick's version only while nothing is under way", () => {
    for (const stage of [UpdateStage.IDLE, UpdateStage.RECEIVING, UpdateStage.SCHEDULED,
      UpdateStage.INSTALLING, UpdateStage.RESTARTING, UpdateStage.ON_TRIAL]) {
      assert.equal(softwareActs({ stage, offeredVersion: "0.2.0" }).fromStick,
        stage === UpdateStage.IDLE ? "0.2.0" : undefined);
    }
    assert.equal(softwareActs({ stage: UpdateStage.IDLE, offeredVersion: "" }).fromStick,
      undefined);
  });

  it("is another bundle until one is good, and a way back until one is written", () => {
    const acts = (stage: UpdateStage) => {
      const { install, cancel } = softwareActs({ stage, offeredVersion: "" });
      return [install, cancel];
    };
    assert.deepEqual(acts(UpdateStage.IDLE), [true, false]);
    assert.deepEqual(acts(UpdateStage.RECEIVING), [true, true]);
    assert.deepEqual(acts(UpdateStage.SCHEDULED), [false, true]);
    assert.deepEqual(acts(UpdateStage.INSTALLING), [false, false]);
    assert.deepEqual(acts(UpdateStage.ON_TRIAL), [false, false]);
  });
});
