/** The peer's dialplan and features: routing, transfers, redirection, queues, parking. */

import type { AmiField } from "../../firmware/wire/ami.js";
import {
  bridgeFields, endpointOf, type Behaviour, type DialPlan, type PeerBridge, type PeerChannel,
  type PeerPbx,
} from "./peer-pbx.js";

export interface PeerQueue {
  readonly name: string;
  /** Extensions that are members from the start. */
  readonly members?: readonly string[];
  readonly wrapUpSeconds?: number;
}

export interface PeerMember {
  readonly queue: string;
  readonly face: string;
  readonly stateFace: string;
  readonly name: string;
  paused: boolean;
  reason: string;
  inCall: boolean;
  callsTaken: number;
}

export interface PeerCallPlan {
  /** An extension's number, or the caller's number outside, which then needs `trunk`. */
  readonly from: string;
  /** An extension, a queue, or a number outside. */
  readonly to: string;
  readonly trunk?: string;
  readonly callerName?: string;
  readonly ringMs?: number;
  /** The caller hangs up so long after the answer; absent: nobody does. */
  readonly talkMs?: number;
  /** The caller gives up so long after the beginning. */
  readonly cancelMs?: number;
  readonly behaviour?: Behaviour;
}

const parkFirst = 701;
const parkLast = 720;
const parkTimeoutMs = 45_000;
const retryMs = 5_000;
const memberRingMs = 15_000;
export const queueWaitersMax = 1_000;

export class PeerFeatures {
  readonly pbx: PeerPbx;
  readonly queues = new Map<string, PeerQueue>();
  readonly members = new Map<string, PeerMember>();
  readonly parked = new Map<number, { channel: PeerChannel; parker: string }>();
  readonly #waiting = new Map<string, PeerChannel[]>();

  constructor(pbx: PeerPbx, queues: readonly PeerQueue[]) {
    this.pbx = pbx;
    for (const queue of queues) {
      this.queues.set(queue.name, queue);
      for (const number of queue.members ?? []) {
        const face = `PJSIP/${number}`;
        this.members.set(`${queue.name} ${face}`, { queue: queue.name, face, stateFace: face,
          name: pbx.extensions.get(number)?.name ?? `Agent ${number}`, paused: false, reason: "",
          inCall: false, callsTaken: 0 });
      }
    }
  }

  /** Starts a call; answers the caller's channel. */
  call(plan: PeerCallPlan): PeerChannel {
    const { pbx } = this;
    const channel = plan.trunk === undefined
      ? pbx.open(`PJSIP/${plan.from}`, { state: 4, exten: plan.to })
      : pbx.open(`PJSIP/${plan.trunk}`, { state: 4, exten: plan.to, number: plan.from,
        ...(plan.callerName === undefined ? {} : { caller: plan.callerName }) });
    if (plan.cancelMs !== undefined) {
      pbx.after(channel, plan.cancelMs, () => { this.hangup(channel); });
    }
    this.route(channel, plan.to, plan);
    return channel;
  }

  /** The dialplan: what happens when a channel reaches a number. */
  route(channel: PeerChannel, exten: string, plan: DialPlan): void {
    const { pbx } = this;
    channel.exten = exten;
    const space = Number(exten);
    if (this.parked.has(space)) return this.unpark(channel, space);
    const queue = this.queues.get(exten) ?? this.queues.get(exten.slice(-3));
    const number = pbx.extensions.has(exten) ? exten : exten.slice(-4);
    if (pbx.extensions.has(number)) this.#connect(channel, `PJSIP/${number}`, exten, plan);
    else if (queue !== undefined) this.#enqueue(channel, queue, plan);
    else {
      const [trunk] = pbx.trunks;
      const outgoing = trunk !== undefined && !pbx.trunks.has(endpointOf(channel).slice(6))
        && /^[0+]\d{5,}$/.test(exten);
      if (outgoing) this.#connect(channel, `PJSIP/${trunk}`, exten, plan);
      else pbx.close(channel, 1);
    }
  }

  #connect(channel: PeerChannel, endpoint: string, exten: string, plan: DialPlan): void {
    const { pbx } = this;
    const target: { channel?: PeerChannel } = {};
    const to = pbx.dial(channel, endpoint, exten, plan, {
      answered: () => {
        if (target.channel === undefined) return;
        pbx.bridge([target.channel, channel]);
        if (plan.talkMs !== undefined) {
          pbx.after(channel, plan.talkMs, () => { pbx.hangup(channel); });
        }
      },
    });
    if (to === undefined) pbx.close(channel, 34);
    else target.channel = to;
  }

  originate(
    device: string, exten: string, uniqueid: string,
    done: (ok: boolean, reason: number, channel: PeerChannel | undefined) => void,
  ): void {
    const { pbx } = this;
    const extension = pbx.extensions.get(device.replace(/^\w+\//, ""));
    if (extension === undefined) {
      done(false, 0, undefined);
      return;
    }
    const made: { channel?: PeerChannel } = {};
    const channel = pbx.dial(undefined, device, "s", {}, {
      uniqueid,
      answered: () => {
        if (made.channel === undefined) return;
        done(true, 4, made.channel);
        this.route(made.channel, exten, {});
      },
      failed: (status) => { done(false, status === "BUSY" ? 5 : 3, undefined); },
    });
    if (channel !== undefined) made.channel = channel;
  }

  other(channel: PeerChannel): PeerChannel | undefined {
    return [...channel.bridge?.channels ?? []].find((each) => each !== channel);
  }

  blindTransfer(channel: PeerChannel, exten: string, context: string): boolean {
    const { pbx } = this;
    const other = this.other(channel);
    if (other === undefined || channel.bridge === undefined) return false;
    pbx.emit("Unhold", pbx.fields(channel));
    pbx.emit("BlindTransfer", [["Result", "Success"], ...pbx.fields(channel, "Transferer"),
      ...pbx.fields(other, "Transferee"), ...bridgeFields(channel.bridge), ["IsExternal", "Yes"],
      ["Context", context], ["Extension", exten]]);
    pbx.leave(channel);
    pbx.leave(other);
    pbx.close(channel, 16);
    this.route(other, exten, {});
    return true;
  }

  redirect(channel: PeerChannel, exten: string): void {
    const { pbx } = this;
    const other = this.other(channel);
    if (channel.dial?.from === channel) {
      const { to } = channel.dial;
      pbx.emit("DialEnd", [...pbx.fields(channel), ...pbx.fields(to, "Dest"),
        ["DialStatus", "CANCEL"]]);
      to.dial = undefined;
      channel.dial = undefined;
      pbx.close(to, 0);
    }
    pbx.leave(channel);
    if (other !== undefined) pbx.close(other, 16);
    this.route(channel, exten, {});
  }

  /** Attended transfer by feature code, as the recording of an Atxfer action shows it. */
  atxfer(channel: PeerChannel, exten: string): boolean {
    const { pbx } = this;
    const home = channel.bridge;
    if (home === undefined || home.home !== undefined) return false;
    pbx.hold(channel, true);
    const [one, two] = pbx.openLocal(exten, "from-internal", channel.linkedid);
    const bridge = pbx.bridge([one]);
    bridge.home = home;
    pbx.enter(bridge, channel);
    const target: { channel?: PeerChannel } = {};
    const to = pbx.dial(two, `PJSIP/${exten}`, exten, {}, {
      answered: () => {
        if (target.channel === undefined) return;
        pbx.setState(one, 6);
        pbx.bridge([target.channel, two]);
      },
      failed: () => { this.cancelAtxfer(channel); },
    });
    if (to !== undefined) target.channel = to;
    return true;
  }

  /** Back to the first party. */
  cancelAtxfer(channel: PeerChannel): boolean {
    const { pbx } = this;
    const home = channel.bridge?.home;
    const wire = this.other(channel);
    if (home === undefined) return false;
    pbx.enter(home, channel);
    pbx.hold(channel, false);
    if (wire !== undefined) pbx.close(wire, 16);
    return true;
  }

  /** The consultation of a channel, wherever it is at the moment. */
  #consultation(channel: PeerChannel): {
    readonly bridge: PeerBridge; readonly home: PeerBridge; readonly wire: PeerChannel;
  } | undefined {
    const here = channel.bridge;
    const bridge = here?.away?.by === channel ? here.away.bridge : here;
    const wire = [...bridge?.channels ?? []].find((each) => each !== channel);
    return bridge?.home === undefined || wire === undefined ? undefined
      : { bridge, home: bridge.home, wire };
  }

  #completed(
    channel: PeerChannel, home: PeerBridge, second: PeerBridge, wire: PeerChannel, type: string,
  ): void {
    const { pbx } = this;
    const transferee = [...home.channels].find((each) => each !== channel && each !== wire);
    if (transferee === undefined) return;
    pbx.emit("AttendedTransfer", [["Result", "Success"],
      ...pbx.fields(channel, "OrigTransferer"), ["OrigBridgeUniqueid", home.id],
      ...pbx.fields(channel, "SecondTransferer"), ["SecondBridgeUniqueid", second.id],
      ...pbx.fields(transferee, "Transferee"), ...pbx.fields(wire, "TransferTarget"),
      ["IsExternal", "No"], ["DestType", type], ["DestBridgeUniqueid", home.id]]);
  }

  /** The key atxferthreeway: everybody into the first bridge, as ast22-35 shows it. */
  #threeWay(channel: PeerChannel): void {
    const found = this.#consultation(channel);
    if (found === undefined) return;
    const { bridge, home, wire } = found;
    this.pbx.enter(home, wire);
    if (channel.bridge !== home) this.pbx.enter(home, channel);
    home.away = undefined;
    this.#completed(channel, home, bridge, wire, "Threeway");
  }

  /** The key atxferswap, as ast22-36 shows it. */
  #swap(channel: PeerChannel): void {
    const { pbx } = this;
    const found = this.#consultation(channel);
    if (found === undefined) return;
    const { bridge, home } = found;
    const there = channel.bridge === home ? bridge : home;
    pbx.emit("Hold", pbx.fields(channel));
    pbx.enter(there, channel);
    home.away = there === home ? { bridge, by: channel } : undefined;
    pbx.emit("Unhold", pbx.fields(channel));
  }

  /** A key pressed at the device, real or by PlayDTMF with Receive. */
  press(channel: PeerChannel, digit: string): void {
    channel.keys = `${channel.keys}${digit}`.slice(-2);
    this.pbx.emit("DTMFEnd", [...this.pbx.fields(channel), ["Digit", digit],
      ["DurationMs", "120"], ["Direction", "Received"]]);
    if (channel.keys === "*3") this.#threeWay(channel);
    if (channel.keys === "*4") this.#swap(channel);
  }

  /** The Bridge action: whom the two leave behind is hung up, as ast16-37 shows it. */
  join(first: PeerChannel, second: PeerChannel): void {
    const { pbx } = this;
    const bridge = pbx.bridge([]);
    for (const channel of [first, second]) {
      const left = this.other(channel);
      pbx.enter(bridge, channel);
      if (left !== undefined) pbx.close(left, 16);
    }
  }

  /** Whoever consults and hangs up transfers. */
  hangup(channel: PeerChannel, cause = 16): void {
    const { pbx } = this;
    const found = this.#consultation(channel);
    if (found === undefined) {
      this.#leaveQueue(channel, true);
      for (const [space, each] of this.parked) {
        if (each.channel === channel) this.parked.delete(space);
      }
      pbx.hangup(channel, cause);
      return;
    }
    const { bridge, home, wire } = found;
    pbx.emit("HangupRequest", pbx.fields(channel));
    pbx.leave(channel);
    pbx.enter(home, wire);
    this.#completed(channel, home, bridge, wire, "Bridge");
    pbx.close(channel, cause);
  }

  park(channel: PeerChannel, parker: string): number | undefined {
    const { pbx } = this;
    for (let space = parkFirst; space <= parkLast; space += 1) {
      if (this.parked.has(space)) continue;
      this.parked.set(space, { channel, parker });
      pbx.emit("ParkedCall", this.parkFields(space, channel, parker));
      pbx.leave(channel);
      pbx.bridge([channel], "parking");
      pbx.after(channel, parkTimeoutMs, () => { this.#parkTimeout(space, channel, parker); });
      return space;
    }
    return undefined;
  }

  parkFields(space: number, channel: PeerChannel, parker: string): AmiField[] {
    return [...this.pbx.fields(channel, "Parkee"), ["ParkerDialString", parker],
      ["Parkinglot", "default"], ["ParkingSpace", String(space)],
      ["ParkingTimeout", String(parkTimeoutMs / 1000)], ["ParkingDuration", "0"]];
  }

  #parkTimeout(space: number, channel: PeerChannel, parker: string): void {
    if (this.parked.get(space)?.channel !== channel) return;
    this.parked.delete(space);
    this.pbx.emit("ParkedCallTimeOut", this.parkFields(space, channel, parker));
    this.pbx.leave(channel);
    this.#connect(channel, parker, parker.replace(/^\w+\//, ""), {});
  }

  unpark(channel: PeerChannel, space: number): void {
    const { pbx } = this;
    const found = this.parked.get(space);
    if (found === undefined) return;
    this.parked.delete(space);
    pbx.setState(channel, 6);
    pbx.emit("UnParkedCall", [...this.parkFields(space, found.channel, found.parker),
      ...pbx.fields(channel, "Retriever")]);
    pbx.leave(found.channel);
    const bridge: PeerBridge = pbx.bridge([channel]);
    channel.linkedid = found.channel.linkedid;
    pbx.enter(bridge, found.channel);
  }

  #enqueue(channel: PeerChannel, queue: PeerQueue, plan: DialPlan): void {
    const { pbx } = this;
    const waiting = this.#waiting.get(queue.name) ?? [];
    this.#waiting.set(queue.name, waiting);
    if (waiting.length >= queueWaitersMax) return pbx.close(channel, 34);
    pbx.setState(channel, 6);
    waiting.push(channel);
    channel.queue = queue.name;
    const count = String(waiting.length);
    pbx.emit("QueueCallerJoin", [...pbx.fields(channel), ["Queue", queue.name],
      ["Position", count], ["Count", count]]);
    this.#serve(channel, queue, plan);
  }

  waiting(queue: string): readonly PeerChannel[] {
    return this.#waiting.get(queue) ?? [];
  }

  #leaveQueue(channel: PeerChannel, abandoned: boolean): void {
    const { pbx } = this;
    const name = channel.queue;
    const waiting = name === undefined ? undefined : this.#waiting.get(name);
    const index = waiting?.indexOf(channel) ?? -1;
    if (name === undefined || waiting === undefined || index < 0) return;
    if (abandoned && channel.dial?.from === channel) {
      const { to } = channel.dial;
      pbx.emit("DialEnd", [...pbx.fields(channel), ...pbx.fields(to, "Dest"),
        ["DialStatus", "CANCEL"]]);
    }
    if (abandoned) {
      pbx.emit("QueueCallerAbandon", [...pbx.fields(channel), ["Queue", name],
        ["Position", String(index + 1)], ["OriginalPosition", String(index + 1)],
        ["HoldTime", "1"]]);
    }
    waiting.splice(index, 1);
    channel.queue = undefined;
    pbx.emit("QueueCallerLeave", [...pbx.fields(channel), ["Queue", name],
      ["Position", String(index + 1)], ["Count", String(waiting.length)]]);
  }

  /** Rings the first member who is free; tries again later if none is. */
  #serve(channel: PeerChannel, queue: PeerQueue, plan: DialPlan): void {
    const { pbx } = this;
    if (channel.queue !== queue.name) return;
    const again = (): void => {
      pbx.after(channel, retryMs, () => { this.#serve(channel, queue, plan); });
    };
    const member = [...this.members.values()].find((each) => each.queue === queue.name
      && !each.paused && !each.inCall && ![...pbx.channels.values()].some((other) =>
      endpointOf(other) === each.stateFace));
    if (member === undefined) return again();
    const dialled: { channel?: PeerChannel } = {};
    const agent = (): AmiField[] => [...pbx.fields(channel),
      ...(dialled.channel === undefined ? [] : pbx.fields(dialled.channel, "Dest")),
      ["Queue", queue.name], ["Interface", member.face], ["MemberName", member.name]];
    const to = pbx.dial(channel, member.stateFace, queue.name,
      { ringMs: memberRingMs - 1, ...plan }, {
        answered: () => {
          if (dialled.channel === undefined) return;
          this.#leaveQueue(channel, false);
          member.inCall = true;
          pbx.emit("AgentConnect", [...agent(), ["HoldTime", "1"], ["RingTime", "1"]]);
          pbx.bridge([dialled.channel, channel]);
          this.#watchAgent(dialled.channel, member, agent);
          if (plan.talkMs !== undefined) {
            pbx.after(channel, plan.talkMs, () => { pbx.hangup(channel); });
          }
        },
        failed: () => {
          pbx.emit("AgentRingNoAnswer", [...agent(), ["RingTime", String(memberRingMs)]]);
          again();
        },
      });
    if (to === undefined) return again();
    dialled.channel = to;
    pbx.emit("AgentCalled", agent());
  }

  #watchAgent(channel: PeerChannel, member: PeerMember, agent: () => AmiField[]): void {
    const { pbx } = this;
    const check = (): void => {
      if (pbx.channels.has(channel.uniqueid)) {
        pbx.world.clock.after(500, "peer.agent", check);
        return;
      }
      if (!member.inCall) return;
      member.inCall = false;
      member.callsTaken += 1;
      pbx.emit("AgentComplete", [...agent(), ["HoldTime", "1"], ["TalkTime", "1"],
        ["Reason", "caller"]]);
      pbx.emit("QueueMemberStatus", this.memberFields(member));
    };
    pbx.world.clock.after(500, "peer.agent", check);
  }

  memberFields(member: PeerMember, list = false): AmiField[] {
    const wrapUp = this.queues.get(member.queue)?.wrapUpSeconds ?? 0;
    return [["Queue", member.queue], [list ? "Name" : "MemberName", member.name],
      [list ? "Location" : "Interface", member.face], ["StateInterface", member.stateFace],
      ["Membership", "dynamic"], ["Penalty", "0"], ["CallsTaken", String(member.callsTaken)],
      ["LastCall", "0"], ["LastPause", "0"], ["LoginTime", "0"],
      ["InCall", member.inCall ? "1" : "0"], ["Status", member.inCall ? "2" : "1"],
      ["Paused", member.paused ? "1" : "0"], ["PausedReason", member.reason],
      ["Wrapuptime", String(wrapUp)]];
  }

  forget(): void {
    this.parked.clear();
    this.#waiting.clear();
    for (const member of this.members.values()) member.inCall = false;
  }
}
