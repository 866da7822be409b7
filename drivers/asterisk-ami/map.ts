/**
 * Native messages in, ECMA-269 events out. Pure: no clock, no timer; time comes with the message
 * and through `expire`. The table below is the whole dictionary.
 */

import type { EventCause } from "../../firmware/model/causes.js";
import type { CallEvent, PrivateData } from "../../firmware/model/events.js";
import type { LinkId, Party } from "../../firmware/model/identifiers.js";
import type { AmiMessage } from "../../firmware/wire/ami.js";
import { Endpoints, localHalf, occurredAt } from "./channel.js";
import { Bridges } from "./bridges.js";
import { bridgeDestroy, bridgeEnter, bridgeLeave, settleJoins } from "./map-bridge.js";
import {
  begin, dialBegin, dialEnd, dialState, digit, hangup, hold, newCallerid, newChannel, newState,
  originateResponse, recording, retrieve, unhold,
} from "./map-call.js";
import { contactStatus, deviceState, DeviceStates, peerStatus } from "./map-device.js";
import { localBridge, rename } from "./map-local.js";
import { parkedCall, parkedCallEnd, unParkedCall } from "./map-park.js";
import {
  agentComplete, agentConnect, agentRingNoAnswer, Members, memberChanged, memberRemoved,
  queueAbandon, queueJoin, queueLeave, Waiting,
} from "./map-queue.js";
import { attendedTransfer, blindTransfer, pickup } from "./map-transfer.js";
import { idOf, legsMax, Picture, type Call, type Connection, type Leg } from "./picture.js";
import type { AmiOptions } from "./options.js";

type Handler = (mapping: Mapping, message: AmiMessage) => void;

/** Event name → what it does. Everything else is ignored, on purpose. */
const handlers: Readonly<Record<string, Handler>> = {
  Newchannel: newChannel, Newstate: newState, NewCallerid: newCallerid, Rename: rename,
  Hangup: hangup, DialBegin: dialBegin, DialState: dialState, DialEnd: dialEnd,
  OriginateResponse: originateResponse, LocalBridge: localBridge,
  Hold: hold, Unhold: unhold, DTMFEnd: digit,
  MixMonitorStart: recording, MixMonitorStop: recording, MixMonitorMute: recording,
  MonitorStart: recording, MonitorStop: recording,
  BridgeEnter: bridgeEnter, BridgeLeave: bridgeLeave, BridgeDestroy: bridgeDestroy,
  BlindTransfer: blindTransfer, AttendedTransfer: attendedTransfer, Pickup: pickup,
  ParkedCall: parkedCall, UnParkedCall: unParkedCall, ParkedCallTimeOut: parkedCallEnd,
  ParkedCallGiveUp: parkedCallEnd,
  QueueCallerJoin: queueJoin, QueueCallerLeave: queueLeave, QueueCallerAbandon: queueAbandon,
  QueueMemberAdded: memberChanged, QueueMemberStatus: memberChanged,
  QueueMemberPause: memberChanged, QueueMemberPaused: memberChanged,
  QueueMemberPenalty: memberChanged, QueueMemberRemoved: memberRemoved,
  AgentConnect: agentConnect, AgentComplete: agentComplete, AgentRingNoAnswer: agentRingNoAnswer,
  DeviceStateChange: deviceState, PeerStatus: peerStatus, ContactStatus: contactStatus,
};

/** How long a fact may wait for the message that explains it. */
const explanationMsMax = 250;

export interface Expected {
  readonly calledNumber: string;
}

interface Pending {
  readonly leg: Leg;
  readonly dueMs: number;
}

/** Each waits equally long: the first put in is the first to end. */
function firstDue(waiting: ReadonlyMap<string, Pending>): number {
  if (waiting.size === 0) return Infinity;
  for (const { dueMs } of waiting.values()) return dueMs;
  return Infinity;
}

export class Mapping {
  readonly picture: Picture;
  readonly bridges = new Bridges();
  readonly members: Members;
  readonly waiting = new Waiting();
  readonly devices = new DeviceStates();
  readonly options: AmiOptions;
  /** Calls we asked for, by the Uniqueid we chose. */
  readonly expected = new Map<string, Expected>();
  readonly #localNames = new Map<string, Leg>();
  readonly #originated = new Map<string, Pending>();
  readonly #retrievals = new Map<string, Pending>();
  readonly #masqueraded = new Map<string, Leg>();
  readonly #link: LinkId;
  #out: CallEvent[] = [];
  #receivedAtMs = 0;
  occurredAtMs: number | undefined;

  constructor(link: LinkId, options: AmiOptions, bounds = { legsMax }) {
    this.#link = link;
    this.options = options;
    this.members = new Members();
    this.picture = new Picture(new Endpoints(options), bounds, (body, cause) => {
      this.#out.push({
        ...body, link: this.#link, cause, receivedAtMs: this.#receivedAtMs,
        ...(this.occurredAtMs === undefined ? {} : { occurredAtMs: this.occurredAtMs }),
      } as CallEvent);
    });
  }

  get receivedAtMs(): number {
    return this.#receivedAtMs;
  }

  apply(message: AmiMessage, receivedAtMs: number): CallEvent[] {
    if (message.kind !== "event") return [];
    const handler = Object.hasOwn(handlers, message.name) ? handlers[message.name] : undefined;
    if (handler === undefined) return [];
    // An ActionID marks the answer to a question, not news; OriginateResponse is both.
    if (message.name !== "OriginateResponse" && message.get("ActionID") !== undefined) return [];
    this.#receivedAtMs = receivedAtMs;
    this.occurredAtMs = occurredAt(message);
    this.#expireNow();
    handler(this, message);
    return this.#take();
  }

  /** When `expire` should be called next; undefined: never. */
  get dueMs(): number | undefined {
    const due = Math.min(firstDue(this.#originated), firstDue(this.#retrievals),
      this.bridges.dueMs ?? Infinity, this.members.dueMs ?? Infinity);
    return due === Infinity ? undefined : due;
  }

  /** Says what waited in vain for its explanation until `nowMs`. */
  expire(nowMs: number): CallEvent[] {
    this.#receivedAtMs = nowMs;
    this.occurredAtMs = undefined;
    this.#expireNow();
    return this.#take();
  }

  /** Learns without a word: what a snapshot says is told by the snapshot. */
  quietly(nowMs: number, run: () => void): void {
    this.#receivedAtMs = nowMs;
    run();
    this.#out = [];
  }

  #take(): CallEvent[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }

  #expireNow(): void {
    const now = this.#receivedAtMs;
    if ((this.dueMs ?? Infinity) > now) return;
    for (const { leg, dueMs } of [...this.#originated.values()]) {
      if (dueMs <= now) this.settleOriginated(leg, undefined);
    }
    for (const { leg, dueMs } of [...this.#retrievals.values()]) {
      if (dueMs > now) continue;
      this.#retrievals.delete(leg.id);
      if (leg.connection !== undefined) retrieve(this, leg.connection);
    }
    settleJoins(this, (pending) => pending.dueMs <= now);
    this.members.expire(this, now);
  }

  get explanationDueMs(): number {
    return this.#receivedAtMs + explanationMsMax;
  }

  privateData(leg: Leg): PrivateData {
    return { driver: "asterisk-ami",
      fields: { uniqueid: leg.id, linkedid: leg.linkedid, channel: leg.channel } };
  }

  emitInformation(connection: Connection, fields: Readonly<Record<string, string>>): void {
    if (connection.state === "null") return;
    this.picture.emit({ type: "callInformation", connection: idOf(connection),
      ...this.picture.roles(connection.call),
      privateData: { driver: "asterisk-ami", fields } }, "normal");
  }

  pairLocal(leg: Leg): void {
    const half = localHalf(leg.channel);
    if (half === undefined) return;
    const other = this.#localNames.get(`${leg.channel.slice(0, -1)}${half === "1" ? "2" : "1"}`);
    this.#localNames.set(leg.channel, leg);
    if (other !== undefined) {
      leg.pair = other.id;
      other.pair = leg.id;
    }
  }

  pairOf(leg: Leg): Leg | undefined {
    return leg.pair === undefined ? undefined : this.picture.legs.get(leg.pair);
  }

  /** A dial without a calling channel, of a leg that began its own call. */
  isOriginate(leg: Leg): boolean {
    return leg.linkedid === leg.id || this.pairOf(leg)?.id === leg.linkedid;
  }

  /** The answered device of an Originate waits for the number it will dial. */
  awaitDestination(leg: Leg): void {
    this.#originated.delete(leg.id);
    this.#originated.set(leg.id, { leg, dueMs: this.explanationDueMs });
  }

  settleOriginated(leg: Leg, exten: string | undefined): void {
    if (!this.#originated.delete(leg.id)) return;
    begin(this, leg, exten);
    leg.originating = false;
    leg.answered = true;
  }

  /** A retrieve that may turn out to be the first step of a transfer. */
  awaitTransfer(leg: Leg): void {
    this.#retrievals.delete(leg.id);
    this.#retrievals.set(leg.id, { leg, dueMs: this.explanationDueMs });
  }

  dropRetrieval(leg: Leg): void {
    this.#retrievals.delete(leg.id);
  }

  masquerade(name: string, leg: Leg): void {
    this.#masqueraded.set(name, leg);
  }

  masqueraded(name: string): Leg | undefined {
    const leg = this.#masqueraded.get(name);
    this.#masqueraded.delete(name);
    return leg;
  }

  settleJoin(call: Call): void {
    settleJoins(this, (pending) => pending.first === call || pending.second === call);
  }

  leaveQueue(call: Call, to: Party): void {
    this.waiting.distribute(this, call, to);
  }

  backInQueue(call: Call, leg: Leg, cause: EventCause): void {
    this.waiting.back(this, call, leg, cause);
  }

  forgetLeg(leg: Leg): void {
    this.bridges.remove(leg);
    this.#localNames.delete(leg.channel);
    this.#originated.delete(leg.id);
    this.#retrievals.delete(leg.id);
    this.expected.delete(leg.id);
    this.waiting.remove(leg.id);
    for (const [name, each] of this.#masqueraded) {
      if (each === leg) this.#masqueraded.delete(name);
    }
  }

  /** The PBX restarted, or a snapshot is about to tell everything anew. */
  reset(): void {
    this.picture.reset();
    this.bridges.clear();
    this.waiting.clear();
    this.#localNames.clear();
    this.#originated.clear();
    this.#retrievals.clear();
    this.#masqueraded.clear();
  }
}

/** The public face: what the session and the tests use. */
export { Mapping as AmiMapper };
