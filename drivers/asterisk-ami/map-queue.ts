/** Queues (ACD devices) and their members (agents). */

import type { EventCause } from "../../firmware/model/causes.js";
import type { AgentEventType } from "../../firmware/model/events.js";
import { agentId, deviceId, type Party } from "../../firmware/model/identifiers.js";
import type { SnapshotAgent } from "../../firmware/model/snapshot.js";
import type { AgentState } from "../../firmware/model/states.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { channelView, deviceOfInterface, known } from "./channel.js";
import type { Mapping } from "./map.js";
import { idOf, type Call, type Connection, type Leg } from "./picture.js";

/** The callers who wait in a queue, by Uniqueid. */
export class Waiting {
  readonly #callers = new Map<string, { queue: string; abandoned: boolean }>();

  join(legId: string, queue: string): void {
    this.#callers.set(legId, { queue, abandoned: false });
  }

  get(legId: string): { queue: string; abandoned: boolean } | undefined {
    return this.#callers.get(legId);
  }

  remove(legId: string): void {
    this.#callers.delete(legId);
  }

  /** The call goes on to an agent. */
  distribute(mapping: Mapping, call: Call, to: Party): void {
    const connection = queueConnection(call);
    if (connection === undefined) return;
    mapping.picture.divert(connection, to, "distributed");
    call.cause = "distributed";
  }

  /** An agent did not answer: the caller waits again. */
  back(mapping: Mapping, call: Call, left: Leg, cause: EventCause): void {
    if (!left.dialled || left.answered || queueConnection(call) !== undefined) return;
    for (const leg of call.legs) {
      const waiting = this.#callers.get(leg.id);
      if (waiting === undefined || waiting.abandoned || leg.connection === undefined) continue;
      const others = [...call.connections.values()].some((each) => each.leg !== leg
        && each.kind === "leg");
      if (!others) enqueue(mapping, leg, waiting.queue, cause);
    }
  }

  clear(): void {
    this.#callers.clear();
  }
}

function queueConnection(call: Call): Connection | undefined {
  return [...call.connections.values()].find((each) => each.kind === "queue");
}

export function enqueue(
  mapping: Mapping, leg: Leg, queue: string, cause: EventCause,
  counts: { numberQueued?: number; callsInFront?: number } = {},
): void {
  const { picture } = mapping;
  const connection = picture.connect(leg, "queue", queue);
  if (!picture.move(connection, "queued")) return;
  picture.emit({ type: "queued", connection: idOf(connection), queue: { device: deviceId(queue) },
    ...counts, ...picture.roles(leg.call) }, cause);
}

export function queueJoin(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message);
  const queue = known(message.get("Queue"));
  const leg = view === undefined ? undefined : mapping.picture.leg(view);
  if (leg === undefined || queue === undefined || !mapping.options.acdDevices) return;
  if (mapping.waiting.get(leg.id) !== undefined) return;
  mapping.waiting.join(leg.id, queue);
  const count = Number(message.get("Count") ?? Number.NaN);
  const position = Number(message.get("Position") ?? Number.NaN);
  enqueue(mapping, leg, queue, "enteringDistribution", {
    ...(Number.isInteger(count) ? { numberQueued: count } : {}),
    ...(Number.isInteger(position) ? { callsInFront: Math.max(0, position - 1) } : {}),
  });
}

export function queueAbandon(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid") ?? "";
  const waiting = mapping.waiting.get(id);
  if (waiting !== undefined) waiting.abandoned = true;
  const connection = mapping.picture.legs.get(id)?.connection;
  if (connection === undefined) return;
  const fields: Record<string, string> = { queueAbandoned: waiting?.queue ?? "" };
  const holdTime = known(message.get("HoldTime"));
  if (holdTime !== undefined) fields["holdTimeSeconds"] = holdTime;
  mapping.emitInformation(connection, fields);
}

export function queueLeave(mapping: Mapping, message: AmiMessage): void {
  const id = message.get("Uniqueid") ?? "";
  const leg = mapping.picture.legs.get(id);
  const waiting = mapping.waiting.get(id);
  mapping.waiting.remove(id);
  const connection = leg === undefined ? undefined : queueConnection(leg.call);
  if (connection === undefined) return;
  mapping.picture.clear(connection, waiting?.abandoned === true ? "callCancelled" : "queueCleared");
}

/** Facts of the distribution, as private data: the model has no words for them. */
export function agentConnect(mapping: Mapping, message: AmiMessage): void {
  mapping.members.onCall(mapping, message, true);
  const connection = mapping.picture.legs.get(message.get("Uniqueid") ?? "")?.connection;
  if (connection === undefined) return;
  const fields: Record<string, string> = {};
  for (const [field, key] of [["queue", "Queue"], ["agent", "MemberName"],
    ["holdTimeSeconds", "HoldTime"], ["ringTimeSeconds", "RingTime"]] as const) {
    const value = known(message.get(key));
    if (value !== undefined) fields[field] = value;
  }
  mapping.emitInformation(connection, fields);
}

export function agentComplete(mapping: Mapping, message: AmiMessage): void {
  mapping.members.onCall(mapping, message, false);
}

/** Of a member behind a Local pair the PBX then cancels the telephone: it did not answer either. */
export function agentRingNoAnswer(mapping: Mapping, message: AmiMessage): void {
  const view = channelView(message, "Dest");
  const leg = view === undefined ? undefined : mapping.picture.legs.get(view.uniqueid);
  if (leg === undefined) return;
  leg.endCause ??= "callNotAnswered";
  if (leg.pair === undefined) return;
  for (const each of leg.call.legs) {
    if (each.dialledBy === leg.pair) each.endCause ??= "callNotAnswered";
  }
}

interface Member {
  readonly queue: string;
  readonly device: string;
  name: string | undefined;
  paused: boolean;
  reason: string | undefined;
  /** Asterisk's device state number of the member. */
  status: number;
  inCall: boolean;
  wrapUpMs: number;
  /** While set, the agent completes the work of the last call. */
  wrapUntilMs: number | undefined;
  state: AgentState | undefined;
}

/** Member status numbers: in use, busy, ringing in use, on hold. */
const busyStatuses: ReadonlySet<number> = new Set([2, 3, 7, 8]);
/** Invalid, unavailable. */
const absentStatuses: ReadonlySet<number> = new Set([4, 5]);

const eventOf: Readonly<Record<AgentState, AgentEventType>> = {
  null: "agentLoggedOff", notReady: "agentNotReady", ready: "agentReady", busy: "agentBusy",
  workingAfterCall: "agentWorkingAfterCall",
};

function stateOf(member: Member): AgentState {
  if (member.inCall || busyStatuses.has(member.status)) return "busy";
  if (member.paused || absentStatuses.has(member.status)) return "notReady";
  return member.wrapUntilMs === undefined ? "ready" : "workingAfterCall";
}

export class Members {
  readonly #members = new Map<string, Member>();
  /** Those in wrap-up: few, while every message asks for the next to end. */
  readonly #wrapping = new Set<Member>();
  static readonly membersMax = 20_000;

  /** Learns a member from any of its events or list entries; answers it. */
  learn(message: AmiMessage): Member | undefined {
    const queue = known(message.get("Queue"));
    const face = known(message.get("Interface")) ?? known(message.get("Location"));
    if (queue === undefined || face === undefined) return undefined;
    const key = `${queue}\n${face}`;
    let member = this.#members.get(key);
    if (member === undefined) {
      if (this.#members.size >= Members.membersMax) return undefined;
      member = {
        queue, device: deviceOfInterface(known(message.get("StateInterface")) ?? face),
        name: undefined, paused: false, reason: undefined, status: 0, inCall: false,
        wrapUpMs: 0, wrapUntilMs: undefined, state: undefined,
      };
      this.#members.set(key, member);
    }
    member.name = known(message.get("MemberName")) ?? known(message.get("Name")) ?? member.name;
    const paused = message.get("Paused");
    if (paused !== undefined) {
      member.paused = paused === "1";
      member.reason = member.paused
        ? known(message.get("PausedReason")) ?? known(message.get("Reason")) : undefined;
    }
    const status = message.get("Status");
    if (status !== undefined && message.name !== "AgentConnect") member.status = Number(status);
    const inCall = message.get("InCall");
    if (inCall !== undefined) member.inCall = inCall === "1";
    const wrapUp = message.get("Wrapuptime");
    if (wrapUp !== undefined) member.wrapUpMs = Math.min(86_400, Number(wrapUp) || 0) * 1000;
    return member;
  }

  changed(mapping: Mapping, message: AmiMessage): void {
    const isNew = message.name === "QueueMemberAdded";
    const member = this.learn(message);
    if (member === undefined) return;
    if (isNew) this.#emit(mapping, member, "agentLoggedOn");
    this.#update(mapping, member);
  }

  removed(mapping: Mapping, message: AmiMessage): void {
    const member = this.learn(message);
    if (member === undefined) return;
    this.#members.delete(`${member.queue}\n${known(message.get("Interface")) ?? ""}`);
    this.#wrapping.delete(member);
    this.#emit(mapping, member, "agentLoggedOff");
  }

  /** AgentConnect and AgentComplete: a call of the queue begins and ends. */
  onCall(mapping: Mapping, message: AmiMessage, begins: boolean): void {
    const member = this.learn(message);
    if (member === undefined) return;
    member.inCall = begins;
    member.wrapUntilMs = begins || member.wrapUpMs === 0 ? undefined
      : mapping.receivedAtMs + member.wrapUpMs;
    if (member.wrapUntilMs === undefined) this.#wrapping.delete(member);
    else this.#wrapping.add(member);
    this.#update(mapping, member);
  }

  get dueMs(): number | undefined {
    let due: number | undefined;
    for (const { wrapUntilMs } of this.#wrapping) {
      if (wrapUntilMs !== undefined && (due === undefined || wrapUntilMs < due)) due = wrapUntilMs;
    }
    return due;
  }

  expire(mapping: Mapping, nowMs: number): void {
    for (const member of [...this.#wrapping]) {
      if (member.wrapUntilMs !== undefined && member.wrapUntilMs > nowMs) continue;
      member.wrapUntilMs = undefined;
      this.#wrapping.delete(member);
      this.#update(mapping, member);
    }
  }

  #update(mapping: Mapping, member: Member): void {
    const state = stateOf(member);
    if (state === member.state) return;
    member.state = state;
    this.#emit(mapping, member, eventOf[state]);
  }

  #emit(mapping: Mapping, member: Member, type: AgentEventType): void {
    const absent = type === "agentNotReady" && !member.paused ? "unavailable" : undefined;
    const reason = member.reason ?? absent;
    mapping.picture.emit({
      type, agentDevice: { device: deviceId(member.device) }, acdGroup: deviceId(member.queue),
      ...(member.name === undefined ? {} : { agent: agentId(member.name) }),
      ...(type === "agentNotReady" && reason !== undefined ? { reason } : {}),
    }, "normal");
  }

  /** Starts again from a QueueStatus list; says nothing. */
  replace(messages: readonly AmiMessage[]): void {
    const before = new Map(this.#members);
    this.#members.clear();
    this.#wrapping.clear();
    for (const message of messages) {
      const member = this.learn(message);
      if (member === undefined) continue;
      const old = before.get(`${member.queue}\n${known(message.get("Location")) ?? ""}`);
      member.wrapUntilMs = old?.wrapUntilMs;
      if (member.wrapUntilMs !== undefined) this.#wrapping.add(member);
      member.state = stateOf(member);
    }
  }

  snapshot(): SnapshotAgent[] {
    return [...this.#members.values()].map((member) => ({
      device: deviceId(member.device), state: member.state ?? stateOf(member),
      acdGroup: deviceId(member.queue),
      ...(member.name === undefined ? {} : { agent: agentId(member.name) }),
      ...(member.reason === undefined ? {} : { reason: member.reason }),
    }));
  }

  /** The interface under which a device is a member of a queue. */
  interfaceOf(device: string, queue: string | undefined): readonly [string, string][] {
    const found: [string, string][] = [];
    for (const [key, member] of this.#members) {
      if (member.device !== device || (queue !== undefined && member.queue !== queue)) continue;
      found.push([member.queue, key.slice(member.queue.length + 1)]);
    }
    return found;
  }

  get queues(): readonly string[] {
    return [...new Set([...this.#members.values()].map((member) => member.queue))];
  }
}

export function memberChanged(mapping: Mapping, message: AmiMessage): void {
  mapping.members.changed(mapping, message);
}

export function memberRemoved(mapping: Mapping, message: AmiMessage): void {
  mapping.members.removed(mapping, message);
}
