/** The Asterisk driver's scenarios for the conformance suite. */

import assert from "node:assert";
import { sleep, type World } from "../../firmware/base/world.js";
import type { AmiField } from "../../firmware/wire/ami.js";
import { agentId, deviceId, type ConnectionId } from "../../firmware/model/identifiers.js";
import type { RequestedAgentState, ServiceRequest } from "../../firmware/model/services.js";
import type { Conformance, ConformancePbx, ScenarioStage } from "../conformance.js";
import { createAmiPeer, type AmiPeer } from "./peer.js";
import type { PeerChannel } from "./peer-pbx.js";

/** Long enough for a simulated phone to ring and answer. */
const answerMs = 3_000;

function connectionOf(stage: ScenarioStage, device: string): ConnectionId {
  const found = stage.events.findLast((event) => "connection" in event
    && event.connection.device === device);
  assert(found !== undefined && "connection" in found, `no event of ${device}`);
  return found.connection;
}

/** The fields by which Asterisk names a channel in an event. */
function channelFields(channel: PeerChannel): readonly AmiField[] {
  return [["Channel", channel.name], ["ChannelState", String(channel.state)],
    ["ChannelStateDesc", "Up"], ["CallerIDNum", channel.number], ["CallerIDName", "<unknown>"],
    ["ConnectedLineNum", channel.connected], ["ConnectedLineName", "<unknown>"],
    ["Context", channel.context], ["Exten", channel.exten], ["Priority", "1"],
    ["Uniqueid", channel.uniqueid], ["Linkedid", channel.linkedid]];
}

interface Scene {
  readonly world: World;
  readonly peer: AmiPeer;
  wait(ms: number): Promise<void>;
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
    world, peer, wait,
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

function services({ peer, wait, answered }: Scene): ConformancePbx["services"] {
  const ringing = async (stage: ScenarioStage): Promise<ConnectionId> => {
    peer.call({ from: "1002", to: "1001", behaviour: "noAnswer" });
    await wait(1_000);
    return connectionOf(stage, "1001");
  };
  const active = async (stage: ScenarioStage): Promise<ConnectionId> => {
    await answered();
    return connectionOf(stage, "1001");
  };
  const consulting = async (stage: ScenarioStage): Promise<{
    readonly heldCall: ConnectionId; readonly activeCall: ConnectionId;
  }> => {
    const heldCall = await active(stage);
    const made = await stage.request({ service: "consultationCall", existingCall: heldCall,
      consultedDevice: "1003" });
    assert(made.ok && made.value.connection !== undefined, JSON.stringify(made));
    await wait(answerMs);
    return { heldCall, activeCall: made.value.connection };
  };
  return {
    makeCall: () => ({ service: "makeCall", callingDevice: deviceId("1001"),
      calledNumber: "1002" }),
    clearConnection: async (stage) =>
      ({ service: "clearConnection", connection: await active(stage) }),
    clearCall: async (stage) => ({ service: "clearCall", connection: await active(stage) }),
    deflectCall: async (stage) =>
      ({ service: "deflectCall", callToBeDiverted: await ringing(stage), newDestination: "1003" }),
    singleStepTransferCall: async (stage) => ({ service: "singleStepTransferCall",
      activeCall: await active(stage), transferredTo: "1003" }),
    consultationCall: async (stage) => ({ service: "consultationCall",
      existingCall: await active(stage), consultedDevice: "1003" }),
    transferCall: async (stage) => ({ service: "transferCall", ...await consulting(stage) }),
    conferenceCall: async (stage) => ({ service: "conferenceCall", ...await consulting(stage) }),
    alternateCall: async (stage) => ({ service: "alternateCall", ...await consulting(stage) }),
    reconnectCall: async (stage) => ({ service: "reconnectCall", ...await consulting(stage) }),
    generateDigits: async (stage) => ({ service: "generateDigits",
      connection: await active(stage), digits: "12#" }),
    parkCall: async (stage) => ({ service: "parkCall", parking: await active(stage) }),
    setAgentState: () => agentRequest("loggedOn"),
    answerCall: async (stage) => ({ service: "answerCall", connection: await ringing(stage) }),
    holdCall: async (stage) => ({ service: "holdCall", connection: await active(stage) }),
    async retrieveCall(stage): Promise<ServiceRequest> {
      const connection = await active(stage);
      await stage.request({ service: "holdCall", connection });
      return { service: "retrieveCall", connection };
    },
  };
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
