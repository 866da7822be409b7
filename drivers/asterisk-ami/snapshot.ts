/**
 * The PBX's own picture of the moment. The mapper's picture is brought in line with the lists,
 * and the snapshot is read from it: so calls have the same names here and in the events.
 */

import { fail, ok, type Result } from "../../firmware/base/result.js";
import { deviceId } from "../../firmware/model/identifiers.js";
import type {
  LinkSnapshot, SnapshotCall, SnapshotConnection, SnapshotDevice,
} from "../../firmware/model/snapshot.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { channelView, endpointOf, known, type ChannelView } from "./channel.js";
import type { Reply } from "./actions.js";
import { blindness, listDevices, secondsOf, type Blindness } from "./devices.js";
import { callAt, consult } from "./map-bridge.js";
import { alert, answer, begin } from "./map-call.js";
import type { AmiMapper } from "./map.js";
import { parkedCall } from "./map-park.js";
import { enqueue } from "./map-queue.js";
import type { Leg } from "./picture.js";
import { listCommands, mayUse } from "./probe.js";
import type { Conversation } from "./session.js";

export interface Taken {
  readonly snapshot: LinkSnapshot;
  /** Messages that came meanwhile and speak of legs that the snapshot knows to be gone. */
  readonly stale: ReadonlySet<AmiMessage>;
}

interface Lists {
  readonly channels: readonly AmiMessage[];
  readonly bridges: readonly AmiMessage[];
  readonly queues: readonly AmiMessage[];
  readonly parked: readonly AmiMessage[];
  readonly deviceStates: readonly AmiMessage[];
  readonly startedMs: number | undefined;
}

export async function takeSnapshot(
  conversation: Conversation, deadlineMs: number, heldNow: () => readonly AmiMessage[],
): Promise<Result<Taken>> {
  const { clock } = conversation.context.world;
  const endMs = clock.monotonicMs() + deadlineMs;
  const left = (): number => Math.max(1, endMs - clock.monotonicMs());
  await listCommands(conversation, left());
  const lists = await fetchLists(conversation, left);
  if (!lists.ok) return lists;
  const blind = await blindness(conversation, lists.value.channels, left);
  const devices = await listDevices(conversation, lists.value.deviceStates, blind, left);
  const held = heldNow();
  const { mapper } = conversation;
  let stale: ReadonlySet<AmiMessage> = new Set();
  mapper.quietly(clock.monotonicMs(), () => {
    stale = align(mapper, lists.value, held);
  });
  return ok({ stale, snapshot: {
    calls: callsOf(mapper), agents: mapper.members.snapshot(),
    devices: withQueues(mapper, devices, lists.value.queues, blind),
  } });
}

async function fetchLists(
  conversation: Conversation, left: () => number,
): Promise<Result<Lists>> {
  const list = async (action: string, optional: boolean): Promise<Result<Reply["items"]>> => {
    if (!mayUse(conversation, action)) return optional ? ok([])
      : fail("permission-denied", {
        en: `${action} is not in the manager user's write classes.`,
        fr: `${action} n'est pas dans les classes d'écriture de l'utilisateur manager.` });
    const reply = await conversation.send(action, [], left(), true);
    if (reply.ok) return ok(reply.value.items);
    return optional && reply.fault.code !== "link-down" && reply.fault.code !== "deadline-passed"
      ? ok([]) : reply;
  };
  const ping = await conversation.send("Ping", [], left());
  if (!ping.ok) return ping;
  const startedMs = Number(ping.value.response.get("Timestamp")) * 1000;
  const found: AmiMessage[][] = [];
  for (const [action, optional] of [["BridgeList", true], ["ParkedCalls", true],
    ["QueueStatus", true], ["CoreShowChannels", false], ["DeviceStateList", true]] as const) {
    const items = await list(action, optional);
    if (!items.ok) return items;
    found.push([...items.value]);
  }
  const [bridges = [], parked = [], queues = [], channels = [], deviceStates = []] = found;
  return ok({ channels, bridges, queues, parked, deviceStates,
    startedMs: Number.isFinite(startedMs) ? startedMs : undefined });
}

/** Brings the picture in line with the lists; says which of the held messages are history. */
function align(
  mapper: AmiMapper, lists: Lists, held: readonly AmiMessage[],
): ReadonlySet<AmiMessage> {
  const born = idsOf(held, "Newchannel");
  const dead = idsOf(held, "Hangup");
  const listed = new Map<string, AmiMessage>();
  for (const message of lists.channels) {
    const id = known(message.get("Uniqueid"));
    if (id !== undefined) listed.set(id, message);
  }
  const stale = new Set<AmiMessage>();
  for (const message of held) {
    const id = message.get("Uniqueid");
    const isGone = id !== undefined && dead.has(id) && !born.has(id) && !listed.has(id)
      && !mapper.picture.legs.has(id);
    const atMs = Number(message.get("Timestamp")) * 1000;
    const isOld = lists.startedMs !== undefined && atMs < lists.startedMs;
    if (isGone || isOld) stale.add(message);
  }
  const ending = idsOf(held.filter((message) => !stale.has(message)), "Hangup");
  for (const leg of [...mapper.picture.legs.values()]) {
    if (listed.has(leg.id) || ending.has(leg.id)) continue;
    mapper.forgetLeg(leg);
    mapper.picture.removeLeg(leg, "normalClearing");
  }
  seedLegs(mapper, lists);
  for (const message of lists.parked) parkedCall(mapper, message);
  seedQueues(mapper, lists.queues);
  return stale;
}

function idsOf(held: readonly AmiMessage[], name: string): ReadonlySet<string> {
  return new Set(held.filter((message) => message.name === name)
    .map((message) => message.get("Uniqueid") ?? ""));
}

function seedLegs(mapper: AmiMapper, lists: Lists): void {
  const parking = new Set(lists.bridges.filter((message) =>
    message.get("BridgeType") === "parking").map((message) => message.get("BridgeUniqueid")));
  const byAge = lists.channels.toSorted((a, b) => secondsOf(b) - secondsOf(a)
    || Number(isOldest(b)) - Number(isOldest(a)));
  const fresh = new Set<Leg>();
  for (const message of byAge) {
    const view = channelView(message);
    if (view === undefined) continue;
    const isNew = !mapper.picture.legs.has(view.uniqueid);
    const leg = mapper.picture.leg(view);
    if (leg === undefined) continue;
    const bridgeId = known(message.get("BridgeId"));
    if (bridgeId !== undefined) {
      mapper.bridges.enter(bridgeId, leg).parking ||= parking.has(bridgeId);
    } else if (leg.bridge !== undefined) {
      mapper.bridges.leave(leg);
    }
    if (leg.role === "local") {
      mapper.pairLocal(leg);
      continue;
    }
    if (isNew) fresh.add(leg);
    if (isNew) leg.dialled = view.state === 5 || !isOldest(message);
    place(mapper, view);
  }
  seedConsultations(mapper);
  seedMeetings(mapper);
  seedHolds(mapper, fresh, lists.deviceStates);
}

/**
 * A PJSIP device is ONHOLD when every channel of it hears the music of somebody who holds: in a
 * call of two it is the other who does. Observed on Asterisk 22 and 16, where CoreShowChannels and
 * Status say nothing of it. What we heard of a leg before is newer than the PBX's device states.
 */
function seedHolds(
  mapper: AmiMapper, fresh: ReadonlySet<Leg>, states: readonly AmiMessage[],
): void {
  for (const message of states) {
    const name = message.get("Device") ?? "";
    if (message.get("State") !== "ONHOLD" || !name.startsWith("PJSIP/")) continue;
    for (const leg of mapper.picture.legsOf(endpointOf(name).endpoint)) {
      const bridge = leg.bridge === undefined ? undefined : mapper.bridges.get(leg.bridge);
      const [other, ...more] = [...bridge?.legs ?? []].filter((each) => each !== leg);
      if (other === undefined || more.length > 0 || !fresh.has(other)) continue;
      const { connection, role } = other;
      if (role !== "local" && connection?.state === "connected") {
        mapper.picture.move(connection, "hold");
      }
    }
  }
}

/**
 * Who talk in one bridge are in one call, named after its oldest.
 * Observed: ast22-62-conference: the members of a conference keep their Linkedids.
 */
function seedMeetings(mapper: AmiMapper): void {
  for (const leg of [...mapper.picture.legs.values()]) {
    const bridge = leg.bridge === undefined ? undefined : mapper.bridges.get(leg.bridge);
    if (bridge === undefined || bridge.parking) continue;
    const calls = new Set([...bridge.legs].map((each) => callAt(each)));
    const [into, ...others] = [...calls].toSorted((a, b) => a.order - b.order);
    if (into !== undefined) for (const call of others) mapper.picture.absorb(into, call);
  }
}

function isOldest(message: AmiMessage): boolean {
  return message.get("Uniqueid") === message.get("Linkedid");
}

/** The channel's state decides; a hold that we heard of lasts. */
function place(mapper: AmiMapper, view: ChannelView): void {
  const leg = mapper.picture.legs.get(view.uniqueid);
  if (leg === undefined) return;
  if (view.state === 5) {
    if (leg.dialled) alert(mapper, leg);
  } else if (view.state === 6 && leg.dialled) {
    answer(mapper, leg);
  } else if ((view.state === 4 || view.state === 6) && !leg.dialled) {
    begin(mapper, leg, view.exten);
  }
}

/**
 * A consultation by feature code has no Linkedid of its own: the first party waits alone in a
 * bridge while the device and a Local pair are in another.
 */
function seedConsultations(mapper: AmiMapper): void {
  for (const leg of [...mapper.picture.legs.values()]) {
    const bridge = leg.bridge === undefined ? undefined : mapper.bridges.get(leg.bridge);
    if (bridge === undefined || leg.role === "local" || leg.heldConnection !== undefined) continue;
    const wire = [...bridge.legs].find((each) => each.role === "local");
    const other = wire === undefined ? undefined : mapper.pairOf(wire);
    const alone = [...leg.call.legs].find((each) => each !== leg && each.role !== "local"
      && each.bridge !== undefined && each.bridge !== leg.bridge
      && each.bridge !== other?.bridge && mapper.bridges.get(each.bridge)?.legs.size === 1
      && mapper.bridges.get(each.bridge)?.parking !== true);
    if (alone === undefined || other === undefined) continue;
    leg.leftBridge = alone.bridge;
    consult(mapper, bridge);
    const call = callAt(leg);
    for (const each of [...leg.call.legs]) {
      const far = each.bridge !== undefined ? each.bridge === other.bridge
        : each.connection?.state === "alerting";
      if (!far || each === leg || each === alone || each.role === "local") continue;
      if (each.connection !== undefined) mapper.picture.drop(each.connection);
      mapper.picture.moveSilently(each, call);
      if (each.state === 5) alert(mapper, each);
      else answer(mapper, each);
    }
  }
}

function seedQueues(mapper: AmiMapper, queues: readonly AmiMessage[]): void {
  mapper.members.replace(queues.filter((message) => message.name === "QueueMember"));
  if (!mapper.options.acdDevices) return;
  for (const message of queues) {
    const queue = known(message.get("Queue"));
    const leg = mapper.picture.legs.get(message.get("Uniqueid") ?? "");
    if (message.name !== "QueueEntry" || queue === undefined || leg === undefined) continue;
    if (mapper.waiting.get(leg.id) === undefined) mapper.waiting.join(leg.id, queue);
    const busy = [...leg.call.connections.values()].some((each) => each.kind === "queue"
      || (each.kind === "leg" && each.leg !== leg));
    if (!busy) enqueue(mapper, leg, queue, "enteringDistribution");
  }
}

export function callsOf(mapper: AmiMapper): SnapshotCall[] {
  const calls: SnapshotCall[] = [];
  for (const call of mapper.picture.calls.values()) {
    const connections: SnapshotConnection[] = [];
    for (const connection of call.connections.values()) {
      if (connection.state === "null") continue;
      const party = mapper.picture.party(connection);
      connections.push({ state: connection.state,
        device: { ...party, device: connection.device } });
    }
    if (connections.length === 0) continue;
    calls.push({
      call: call.id, connections,
      ...(call.calling === undefined ? {} : { callingDevice: call.calling }),
      ...(call.called === undefined ? {} : { calledDevice: call.called }),
      ...(call.networkInterface === undefined ? {} : { networkInterface: call.networkInterface }),
      ...(call.startedAtMs === undefined ? {} : { startedAtMs: call.startedAtMs }),
    });
  }
  return calls;
}

function withQueues(
  mapper: AmiMapper, devices: readonly SnapshotDevice[], queues: readonly AmiMessage[],
  blind: Blindness,
): readonly SnapshotDevice[] {
  if (!mapper.options.acdDevices) return devices;
  const names = new Set(queues.filter((message) => message.name === "QueueParams")
    .map((message) => known(message.get("Queue"))));
  const notMonitored = blind.calls ?? blind.queues;
  const acd = [...names].filter((name) => name !== undefined).map((name): SnapshotDevice =>
    ({ device: deviceId(name), category: "acd", inService: true,
      ...(notMonitored === undefined ? {} : { notMonitored }) }));
  return [...devices, ...acd];
}
