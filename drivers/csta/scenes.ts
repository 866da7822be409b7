/** Scenarios for the conformance suite, the same for every encoding that has the words for them. */

import { sleep, type World } from "../../firmware/base/world.js";
import { agentId, deviceId, type ConnectionId } from "../../firmware/model/identifiers.js";
import type { EventName } from "../../firmware/model/events.js";
import type { RequestedAgentState, ServiceName, ServiceRequest }
  from "../../firmware/model/services.js";
import type { CstaCodec, CstaEventName } from "../../firmware/wire/csta/message.js";
import { activeCall, answerMs, callServices, consultation, ringingCall, type CallScene,
  type ConformancePbx, type ScenarioStage } from "../conformance.js";
import { pressButton, setAgent, setDisplay, setDoNotDisturb, setForwarding, setMessageWaiting,
  setService } from "./peer-features.js";
import { CstaPeer, type CstaPeerPlan } from "./peer.js";
import type { PeerCall } from "./peer-pbx.js";
import { cstaNames } from "./services.js";

const stepMs = 1_000;

type Differences = Pick<CstaPeerPlan, "association" | "codec">
  & Partial<Omit<CstaPeerPlan, "world">>;

interface Scene extends CallScene {
  readonly peer: CstaPeer;
  answered(): Promise<PeerCall>;
}

export const scenePlan = {
  extensions: [...["1001", "1002", "1003", "1004"].map((number) => ({ number })),
    { number: "1009", behaviour: "busy" as const }],
  trunks: ["8001", "8002"], queues: [{ number: "600", members: ["1002"] }],
};

function callEvents(scene: Scene): ConformancePbx["events"] {
  const { peer, wait, answered } = scene;
  const { pbx } = peer;
  const consulting = (stage: ScenarioStage): ReturnType<typeof consultation> =>
    consultation(scene, stage);
  const whole = (): void => {
    pbx.call({ from: "1001", to: "1003", talkMs: 2_000 });
  };
  const holding = async (): Promise<void> => {
    const call = await answered();
    pbx.hold(call, "1001");
    await wait(stepMs);
    pbx.retrieve(call, "1001");
  };
  const told = async (
    make: (call: PeerCall) => Parameters<CstaPeer["say"]>[0],
  ): Promise<void> => {
    peer.say(make(await answered()), "1001");
  };
  return {
    serviceInitiated: whole, originated: whole, delivered: whole, established: whole,
    connectionCleared: whole, held: holding, retrieved: holding,
    failed: () => { pbx.call({ from: "1001", to: "1009" }); },
    queued: () => { pbx.call({ from: "1001", to: "600" }); },
    diverted: () => { pbx.call({ from: "1001", to: "600" }); },
    networkReached: () => { pbx.call({ from: "1001", to: "0145678901" }); },
    callCleared: () => told((call) => ({ type: "callCleared",
      clearedCall: { callID: call.id }, cause: "normalClearing" })),
    offered: () => told((call) => ({ type: "offered",
      offeredConnection: pbx.connection(call, "1001"), offeredDevice: pbx.device("1001"),
      ...pbx.roles(call), cause: "newCall" })),
    digitsDialed: () => told((call) => ({ type: "digitsDialed", cause: "normal",
      dialingConnection: pbx.connection(call, "1001"), dialingDevice: pbx.device("1001"),
      dialingSequence: "12" })),
    digitsGenerated: () => told((call) => ({ type: "digitsGenerated", cause: "normal",
      connection: pbx.connection(call, "1001"), digitGeneratedList: "12" })),
    callInformation: () => told((call) => ({ type: "callInformation", cause: "normal",
      connection: pbx.connection(call, "1001"), device: pbx.device("1001"),
      callingDevice: pbx.party("0140506070", "Anna") })),
    async transferred(stage): Promise<void> {
      await stage.request({ service: "transferCall", ...await consulting(stage) });
    },
    async conferenced(stage): Promise<void> {
      await stage.request({ service: "conferenceCall", ...await consulting(stage) });
    },
  };
}

function deviceEvents({ peer: { pbx } }: Scene): ConformancePbx["events"] {
  const agent = (state: RequestedAgentState | "busy") => (): void => {
    setAgent(pbx, "1003", state, "4711");
  };
  return {
    agentLoggedOn: agent("loggedOn"), agentLoggedOff: agent("loggedOff"),
    agentNotReady: agent("notReady"), agentReady: agent("ready"), agentBusy: agent("busy"),
    agentWorkingAfterCall: agent("workingAfterCall"),
    outOfService: () => { setService(pbx, "1004", false); },
    backInService: () => { setService(pbx, "1004", true); },
    doNotDisturb: () => { setDoNotDisturb(pbx, "1001", true); },
    forwarding: () => { setForwarding(pbx, "1001", "1003"); },
    messageWaiting: () => { setMessageWaiting(pbx, "1001", true); },
    displayUpdated: () => { setDisplay(pbx, "1001", "Hello"); },
    buttonPress: () => { pressButton(pbx, "1001", "1"); },
    lampMode: () => { pressButton(pbx, "1001", "1"); },
  };
}

function services(scene: Scene): ConformancePbx["services"] {
  const ringing = (stage: ScenarioStage): Promise<ConnectionId> => ringingCall(scene, stage);
  const active = (stage: ScenarioStage): Promise<ConnectionId> => activeCall(scene, stage);
  const device = deviceId("1001");
  return {
    ...callServices(scene),
    acceptCall: async (stage) => ({ service: "acceptCall", connection: await ringing(stage) }),
    async groupPickupCall(stage): Promise<ServiceRequest> {
      await ringing(stage);
      return { service: "groupPickupCall", requestingDevice: deviceId("1003") };
    },
    callBack: async (stage) => ({ service: "callBack", connection: await ringing(stage) }),
    associateData: async (stage) => ({ service: "associateData",
      connection: await active(stage), accountCode: "4711" }),
    setForwarding: () => ({ service: "setForwarding", device, on: true,
      forwardingType: "immediate", forwardTo: "1003" }),
    singleStepConference: async (stage) => ({ service: "singleStepConference",
      activeCall: await active(stage), deviceToBeJoined: "1003" }),
    directedPickupCall: async (stage) => ({ service: "directedPickupCall",
      callToBePickedUp: await ringing(stage), requestingDevice: deviceId("1003") }),
    parkCall: async (stage) => ({ service: "parkCall", parking: await active(stage),
      parkTo: "1004" }),
    setAgentState: () => ({ service: "setAgentState", device: deviceId("1003"),
      requestedState: "ready", agent: agentId("4711") }),
    setMessageWaitingIndicator: () => ({ service: "setMessageWaitingIndicator", device, on: true }),
    setDoNotDisturb: () => ({ service: "setDoNotDisturb", device, on: true }),
    getDoNotDisturb: () => ({ service: "getDoNotDisturb", device }),
    getForwarding: () => ({ service: "getForwarding", device }),
    getMessageWaitingIndicator: () => ({ service: "getMessageWaitingIndicator", device }),
    setDisplay: () => ({ service: "setDisplay", device, text: "Hello" }),
    pressButton: () => ({ service: "pressButton", device, button: "1" }),
    getDisplay: () => ({ service: "getDisplay", device }),
    getButtonInformation: () => ({ service: "getButtonInformation", device }),
    getLampMode: () => ({ service: "getLampMode", device }),
  };
}

/** What an encoding has no word for cannot be played in it. */
function only<T extends object>(
  all: T, isOffered: (name: keyof T) => boolean,
): Partial<T> {
  return Object.fromEntries(Object.entries(all)
    .filter(([name]) => isOffered(name as keyof T))) as Partial<T>;
}

/** What the encoding has of the model. */
export function offeredBy(codec: CstaCodec): {
  readonly events: (name: EventName) => boolean; readonly services: (name: ServiceName) => boolean;
} {
  return {
    events: (name) => codec.events.has(name as CstaEventName),
    services: (name) => {
      const service = cstaNames[name];
      return service !== undefined && codec.services.has(service);
    },
  };
}

export function conformancePbx(world: World, differences: Differences): ConformancePbx {
  const peer = new CstaPeer({ world, ...scenePlan, ...differences });
  const wait = (ms: number): Promise<void> => sleep(world.clock, ms, "scenario");
  const scene: Scene = {
    peer, wait,
    ring: () => { peer.pbx.call({ from: "1002", to: "1001", behaviour: "noAnswer" }); },
    async answered(): Promise<PeerCall> {
      const call = peer.pbx.call({ from: "0140506070", trunk: "8001", to: "1001" });
      await wait(answerMs);
      return call;
    },
  };
  const offered = offeredBy(differences.codec());
  return {
    connect: (line) => { peer.accept(line); },
    restart: () => { peer.restart(); },
    events: only({ ...callEvents(scene), ...deviceEvents(scene) }, offered.events),
    services: only(services(scene), offered.services),
    sign: () => { peer.pbx.call({ from: "1002", to: "1004", talkMs: stepMs }); },
  };
}
