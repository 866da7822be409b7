/** The Asterisk driver's scenarios for the conformance suite. */

import assert from "node:assert";
import { sleep, type World } from "../../firmware/base/world.js";
import type { AmiField } from "../../firmware/wire/ami.js";
import { agentId, deviceId } from "../../firmware/model/identifiers.js";
import type { RequestedAgentState, ServiceRequest } from "../../firmware/model/services.js";
import { activeCall, answerMs, callServices, connectionOf, type CallScene, type Conformance,
  type ConformancePbx, type ScenarioStage } from "../conformance.js";
import { createAmiPeer, type AmiPeer } from "./peer.js";
import type { PeerChannel } from "./peer-pbx.js";

/** The fields by which Asterisk names a channel in an event. */
function channelFields(channel: PeerChannel): readonly AmiField[] {
  return [["Channel", channel.name], ["ChannelState", String(channel.state)],
    ["ChannelStateDesc", "Up"], ["CallerIDNum", channel.number], ["CallerIDName", "<unknown>"],
    ["ConnectedLineNum", channel.connected], ["ConnectedLineName", "<unknown>"],
    ["Context", channel.context], ["Exten", channel.exten], ["Priority", "1"],
    ["Uniqueid", channel.uniqueid], ["Linkedid", channel.linkedid]];
}

interface Scene extends CallScene {
  readonly peer: AmiPeer;
  answered(): Promise<PeerChannel>;
}

function sceneOf(world: World): Scene {
  const peer = createAmiPeer({
    world, users: { cti: "s3cret" },
    extensions: [...["1001", "1002", "1003", "1004"].map((number) => ({ number })),
      { number: "1009", behaviour: "busy" as const }],
    trunks: ["trunk-a"], queues: [{ name: "600", members: ["1002"], wrapUpSeconds: 10 }],
  });
  const wait = (ms: number): Promise<void> => sleep(world.clock, ms, "scenario");
  return {
    peer, wait,
    ring: () => { peer.call({ from: "1002", to: "1001", behaviour: "noAnswer" }); },
    async answered(): Promise<PeerChannel> {
      const channel = peer.call({ from: "5550199", trunk: "trunk-a", to: "1001" });
      await wait(answerMs);
      return channel;
    },
  };
}

function callEvents({ peer, wait, answered }: Scene): ConformancePbx["events"] {
  const whole = (): void => {
    peer.call({ from: "1001", to: "1003", talkMs: 2_000 });
  };
  const phone = (): PeerChannel => {
    const found = peer.channels.find((channel) => channel.name.includes("1001"));
    assert(found !== undefined);
    return found;
  };
  const holding = async (): Promise<void> => {
    await answered();
    peer.hold(phone(), true);
    await wait(1_000);
    peer.hold(phone(), false);
  };
  return {
    serviceInitiated: whole, originated: whole, delivered: whole, established: whole,
    connectionCleared: whole, callCleared: whole, held: holding, retrieved: holding,
    failed: () => { peer.call({ from: "1001", to: "1009" }); },
    queued: () => { peer.call({ from: "5550199", trunk: "trunk-a", to: "600" }); },
    networkReached: () => { peer.call({ from: "1001", to: "0145678901" }); },
    callInformation: () => {
      peer.call({ from: "5550199", trunk: "trunk-a", to: "600", callerName: "Anna" });
    },
    async transferred(): Promise<void> {
      await answered();
      peer.blindTransfer(phone(), "1003");
    },
    async conferenced(): Promise<void> {
      const first = await answered();
      const second = peer.call({ from: "1003", to: "1004" });
      await wait(answerMs);
      // Both callers are moved into a conference room of the application ConfBridge.
      for (const [index, channel] of [first, second].entries()) {
        const bridge = (id: string, name: string, count: number): void => {
          peer.event(name, [["BridgeUniqueid", id], ["BridgeType", "base"],
            ["BridgeTechnology", "softmix"], ["BridgeCreator", "ConfBridge"],
            ["BridgeName", "700"], ["BridgeNumChannels", String(count)],
            ...channelFields(channel)]);
        };
        bridge(channel.bridge?.id ?? "", "BridgeLeave", 1);
        bridge("conference-room", "BridgeEnter", index + 1);
      }
    },
    async digitsGenerated(): Promise<void> {
      const channel = await answered();
      peer.event("DTMFEnd", [...channelFields(channel), ["Digit", "5"], ["DurationMs", "100"],
        ["Direction", "Received"]]);
    },
    async diverted(stage): Promise<void> {
      peer.call({ from: "5550199", trunk: "trunk-a", to: "1001", behaviour: "noAnswer" });
      await wait(1_000);
      await stage.request({ service: "deflectCall", callToBeDiverted: connectionOf(stage, "1001"),
        newDestination: "1003" });
    },
  };
}

function deviceEvents({ peer, wait }: Scene): ConformancePbx["events"] {
  const state = (device: string, is: string): void => {
    peer.event("DeviceStateChange", [["Device", device], ["State", is]]);
  };
  const agent = async (stage: ScenarioStage, states: readonly RequestedAgentState[]):
  Promise<void> => {
    for (const requestedState of states) await stage.request(agentRequest(requestedState));
  };
  const queueCall = (): void => {
    peer.call({ from: "5550199", trunk: "trunk-a", to: "600", talkMs: 5_000 });
  };
  return {
    agentLoggedOn: (stage) => agent(stage, ["loggedOn"]),
    agentLoggedOff: (stage) => agent(stage, ["loggedOn", "loggedOff"]),
    agentNotReady: (stage) => agent(stage, ["loggedOn", "notReady"]),
    agentReady: (stage) => agent(stage, ["loggedOn", "notReady", "ready"]),
    agentBusy: queueCall, agentWorkingAfterCall: queueCall,
    outOfService: () => { state("PJSIP/1004", "UNAVAILABLE"); },
    async backInService(): Promise<void> {
      state("PJSIP/1004", "UNAVAILABLE");
      await wait(100);
      state("PJSIP/1004", "NOT_INUSE");
    },
    doNotDisturb: () => { state("Custom:DND1001", "BUSY"); },
    forwarding: () => { state("Custom:CF1001", "INUSE"); },
  };
}

function agentRequest(requestedState: RequestedAgentState): ServiceRequest {
  return { service: "setAgentState", device: deviceId("1003"), requestedState,
    acdGroup: deviceId("600"), agent: agentId("Anne") };
}

function services(scene: Scene): ConformancePbx["services"] {
  return { ...callServices(scene),
    parkCall: async (stage) => ({ service: "parkCall",
      parking: await activeCall(scene, stage) }),
    setAgentState: () => agentRequest("loggedOn") };
}

export const conformances: readonly Conformance[] = [{
  title: "an Asterisk with phones that obey NOTIFY",
  options: { user: "cti", secret: "env:AMI_SECRET", answerByNotify: true },
  secrets: { "env:AMI_SECRET": "s3cret" },
  pbx(world): ConformancePbx {
    const scene = sceneOf(world);
    return {
      connect: (line) => { scene.peer.accept(line); },
      restart: () => { scene.peer.restart(); },
      events: { ...callEvents(scene), ...deviceEvents(scene) },
      services: services(scene),
      sign: () => { scene.peer.call({ from: "1002", to: "1004", talkMs: 1_000 }); },
    };
  },
}];
