import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import { type Device, DeviceSchema } from
  "../../../../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentState } from "../../../../../../proto/gen/cti/gateway/v1/model_pb.js";
import { agentActions, agentsOf, freeStations, groupsOf } from "./agents.js";

function device(name: string, category: string, agentState: AgentState, link = "pbx"): Device {
  return create(DeviceSchema, { link, device: name, category, agentState });
}

const devices = [
  device("1001", "station", AgentState.UNSPECIFIED), device("1002", "station", AgentState.NULL),
  device("1003", "station", AgentState.READY), device("support", "acd", AgentState.UNSPECIFIED),
  device("9001", "station", AgentState.UNSPECIFIED, "other"),
];
const names = (found: readonly Device[]): string[] => found.map((one) => one.device);

describe("page agents", () => {
  it("are asked only for what changes their state", () => {
    assert.deepEqual(agentActions(AgentState.NULL), ["logOn"]);
    assert.deepEqual(agentActions(AgentState.READY), ["pause", "logOff"]);
    assert.deepEqual(agentActions(AgentState.NOT_READY), ["ready", "logOff"]);
    assert.deepEqual(agentActions(AgentState.UNSPECIFIED), []);
  });

  it("are the devices whose agent state is known", () => {
    assert.deepEqual(names(agentsOf(devices)), ["1002", "1003"]);
  });

  it("log on to a queue of their link, at a station without an agent", () => {
    assert.deepEqual(names(groupsOf(devices, "pbx")), ["support"]);
    assert.deepEqual(names(groupsOf(devices, "other")), []);
    assert.deepEqual(names(freeStations(devices, "pbx")), ["1001", "1002"]);
  });
});
