/** The actions which the peer answers: the table of all that a computing function may ask. */

import { amiMessage, type AmiField, type AmiMessage } from "../../firmware/wire/ami.js";
import type { PeerFeatures, PeerMember } from "./peer-features.js";
import { bridgeFields, endpointOf, type PeerChannel } from "./peer-pbx.js";

export interface ActionHost {
  readonly features: PeerFeatures;
  readonly version: string;
  /** `2026-11-23 08:00:00` */
  readonly startedAt: string;
  /** Actions that the user may not use. */
  readonly denied: ReadonlySet<string>;
  send(message: AmiMessage): void;
}

type Perform = (host: ActionHost, message: AmiMessage) => void;

function arg(message: AmiMessage, key: string): string {
  return message.get(key) ?? "";
}

function idOf(message: AmiMessage): AmiField[] {
  const id = message.get("ActionID");
  return id === undefined ? [] : [["ActionID", id]];
}

export function respond(
  host: Pick<ActionHost, "send">, message: AmiMessage, name: string, fields: readonly AmiField[],
): void {
  host.send(amiMessage([["Response", name], ...idOf(message), ...fields]));
}

function refuse(host: ActionHost, message: AmiMessage, why: string): void {
  respond(host, message, "Error", [["Message", why]]);
}

function list(
  host: ActionHost, message: AmiMessage, complete: string,
  items: readonly (readonly [name: string, fields: readonly AmiField[]])[],
): void {
  respond(host, message, "Success", [["EventList", "start"], ["Message", "List will follow"]]);
  for (const [name, fields] of items) {
    host.send(amiMessage([["Event", name], ...idOf(message), ...fields]));
  }
  host.send(amiMessage([["Event", complete], ...idOf(message), ["EventList", "Complete"],
    ["ListItems", String(items.length)]]));
}

function withChannel(run: (host: ActionHost, message: AmiMessage, channel: PeerChannel) => void) {
  return (host: ActionHost, message: AmiMessage): void => {
    const channel = host.features.pbx.byName(arg(message, "Channel"));
    if (channel === undefined) refuse(host, message, "No such channel");
    else run(host, message, channel);
  };
}

function success(host: ActionHost, message: AmiMessage, text: string): void {
  respond(host, message, "Success", [["Message", text]]);
}

function originate(host: ActionHost, message: AmiMessage): void {
  const { features } = host;
  const device = arg(message, "Channel");
  const id = arg(message, "ChannelId");
  success(host, message, "Originate successfully queued");
  features.originate(device, arg(message, "Exten"), id === "" ? features.pbx.nextId() : id,
    (made, reason, channel) => {
      features.pbx.emit("OriginateResponse", [...idOf(message),
        ["Response", made ? "Success" : "Failure"], ["Channel", channel?.name ?? device],
        ["Context", arg(message, "Context")], ["Exten", arg(message, "Exten")],
        ["Reason", String(reason)], ["Uniqueid", channel?.uniqueid ?? "<null>"]]);
    });
}

function showChannels(host: ActionHost, message: AmiMessage): void {
  const { pbx } = host.features;
  const now = pbx.world.clock.monotonicMs();
  list(host, message, "CoreShowChannelsComplete", [...pbx.channels.values()].map((channel) => {
    const seconds = Math.floor((now - channel.startedMs) / 1000);
    const duration = [seconds / 3600, (seconds / 60) % 60, seconds % 60]
      .map((part) => String(Math.floor(part)).padStart(2, "0")).join(":");
    return ["CoreShowChannel", [...pbx.fields(channel), ["Application", ""],
      ["ApplicationData", ""], ["Duration", duration], ["BridgeId", channel.bridge?.id ?? ""]]];
  }));
}

/** All its channels hear somebody's music. */
function onHold(pbx: PeerFeatures["pbx"], device: string): boolean {
  const own = [...pbx.channels.values()].filter((each) => endpointOf(each) === device);
  return own.length > 0 && own.every((each) => [...each.bridge?.channels ?? []].some((other) =>
    other !== each && other.held));
}

function showEndpoints(host: ActionHost, message: AmiMessage): void {
  const { pbx } = host.features;
  list(host, message, "EndpointListComplete", [...pbx.extensions.keys(), ...pbx.trunks]
    .map((name) => ["EndpointList", [["ObjectType", "endpoint"], ["ObjectName", name],
      ["Aor", name], ["OutboundAuths", ""], ["DeviceState", "Not in use"]]]));
}

function showEndpoint(host: ActionHost, message: AmiMessage): void {
  const name = arg(message, "Endpoint");
  const { trunks } = host.features.pbx;
  list(host, message, "EndpointDetailComplete", [["EndpointDetail", [["ObjectType", "endpoint"],
    ["ObjectName", name], ["Context", trunks.has(name) ? "from-trunk" : "from-internal"]]]]);
}

function queueStatus(host: ActionHost, message: AmiMessage): void {
  const { features } = host;
  const items: [string, AmiField[]][] = [];
  for (const name of features.queues.keys()) {
    const waiting = features.waiting(name);
    items.push(["QueueParams", [["Queue", name], ["Calls", String(waiting.length)]]]);
    for (const member of features.members.values()) {
      if (member.queue === name) items.push(["QueueMember", features.memberFields(member, true)]);
    }
    waiting.forEach((channel, index) => {
      items.push(["QueueEntry", [["Queue", name], ["Position", String(index + 1)],
        ["Channel", channel.name], ["Uniqueid", channel.uniqueid],
        ["CallerIDNum", channel.number], ["Wait", "1"]]]);
    });
  }
  list(host, message, "QueueStatusComplete", items);
}

function queueAdd(host: ActionHost, message: AmiMessage): void {
  const { features } = host;
  const queue = arg(message, "Queue");
  const face = arg(message, "Interface");
  if (!features.queues.has(queue)) return refuse(host, message, "Unable to add interface to queue: "
    + "No such queue");
  if (features.members.has(`${queue} ${face}`)) {
    return refuse(host, message, "Unable to add interface: Already there");
  }
  const member: PeerMember = { queue, face, stateFace: arg(message, "StateInterface") || face,
    name: arg(message, "MemberName") || face, paused: arg(message, "Paused") === "true",
    reason: "", inCall: false, callsTaken: 0 };
  features.members.set(`${queue} ${face}`, member);
  success(host, message, "Added interface to queue");
  features.pbx.emit("QueueMemberAdded", features.memberFields(member));
}

function queueRemove(host: ActionHost, message: AmiMessage): void {
  const { features } = host;
  const key = `${arg(message, "Queue")} ${arg(message, "Interface")}`;
  const member = features.members.get(key);
  if (member === undefined) return refuse(host, message, "Unable to remove interface: Not there");
  features.members.delete(key);
  success(host, message, "Removed interface from queue");
  features.pbx.emit("QueueMemberRemoved", features.memberFields(member));
}

function queuePause(host: ActionHost, message: AmiMessage): void {
  const { features } = host;
  const found = [...features.members.values()].filter((each) =>
    each.face === arg(message, "Interface")
    && (arg(message, "Queue") === "" || each.queue === arg(message, "Queue")));
  if (found.length === 0) return refuse(host, message, "Interface not found");
  success(host, message, "Interface paused successfully");
  for (const member of found) {
    member.paused = arg(message, "Paused") === "true";
    member.reason = member.paused ? arg(message, "Reason") : "";
    features.pbx.emit("QueueMemberPause", features.memberFields(member));
  }
}

const classOf: Readonly<Record<string, string>> = { Queue: "agent", Originate: "originate" };

export const actions: Readonly<Record<string, Perform>> = {
  Ping: (host, message) => {
    const seconds = host.features.pbx.world.clock.wall().getTime() / 1000;
    respond(host, message, "Success", [["Ping", "Pong"], ["Timestamp", seconds.toFixed(6)]]);
  },
  CoreSettings: (host, message) => {
    respond(host, message, "Success", [["AMIversion", "5.0.4"],
      ["AsteriskVersion", host.version]]);
  },
  CoreStatus: (host, message) => {
    const [date = "", time = ""] = host.startedAt.split(" ");
    respond(host, message, "Success", [["CoreStartupDate", date], ["CoreStartupTime", time],
      ["CoreCurrentCalls", String(host.features.pbx.channels.size)]]);
  },
  ListCommands: (host, message) => {
    respond(host, message, "Success", Object.keys(actions).filter((name) =>
      !host.denied.has(name)).map((name) => [name, `${name}.  (Priv: ${
      classOf[name] ?? (name.startsWith("Queue") ? "agent" : "call")},all)`]));
  },
  CoreShowChannels: showChannels,
  BridgeList: (host, message) => {
    list(host, message, "BridgeListComplete", [...host.features.pbx.bridges].map((bridge) =>
      ["BridgeListItem", bridgeFields(bridge)]));
  },
  PJSIPShowEndpoints: showEndpoints,
  PJSIPShowEndpoint: showEndpoint,
  DeviceStateList: (host, message) => {
    const { pbx } = host.features;
    const used = new Set([...pbx.channels.values()].map(endpointOf));
    list(host, message, "DeviceStateListComplete", [...pbx.extensions.keys(), ...pbx.trunks]
      .map((name) => ["DeviceStateChange", [["Device", `PJSIP/${name}`],
        ["State", onHold(pbx, `PJSIP/${name}`) ? "ONHOLD"
          : used.has(`PJSIP/${name}`) ? "INUSE" : "NOT_INUSE"]]]));
  },
  QueueStatus: queueStatus,
  ParkedCalls: (host, message) => {
    list(host, message, "ParkedCallsComplete", [...host.features.parked].map(
      ([space, { channel, parker }]) =>
        ["ParkedCall", host.features.parkFields(space, channel, parker)]));
  },
  Originate: originate,
  Hangup: withChannel((host, message, channel) => {
    success(host, message, "Channel Hungup");
    host.features.hangup(channel);
  }),
  Redirect: withChannel((host, message, channel) => {
    success(host, message, "Redirect successful");
    host.features.redirect(channel, arg(message, "Exten"));
  }),
  BlindTransfer: withChannel((host, message, channel) => {
    if (channel.bridge === undefined) {
      refuse(host, message, "Transfer failed. Channel is not in a bridge");
      return;
    }
    success(host, message, "Transfer succeeded");
    host.features.blindTransfer(channel, arg(message, "Exten"), arg(message, "Context"));
  }),
  Atxfer: withChannel((host, message, channel) => {
    success(host, message, "Atxfer successfully queued");
    host.features.atxfer(channel, arg(message, "Exten"));
  }),
  CancelAtxfer: withChannel((host, message, channel) => {
    if (host.features.cancelAtxfer(channel)) success(host, message, "CancelAtxfer successfully");
    else refuse(host, message, "Channel is not in an attended transfer");
  }),
  Bridge: (host, message) => {
    const { pbx } = host.features;
    const first = pbx.byName(arg(message, "Channel1"));
    const second = pbx.byName(arg(message, "Channel2"));
    if (first === undefined || second === undefined) {
      refuse(host, message, `Channel${first === undefined ? 1 : 2} does not exists`);
      return;
    }
    success(host, message, "Channels have been bridged");
    host.features.join(first, second);
  },
  Park: withChannel((host, message, channel) => {
    const parker = host.features.pbx.byName(arg(message, "TimeoutChannel"));
    success(host, message, "Park successful");
    host.features.park(channel, parker === undefined ? "" : endpointOf(parker));
  }),
  PlayDTMF: withChannel((host, message, channel) => {
    success(host, message, "DTMF successfully queued");
    if (arg(message, "Receive") === "true") {
      host.features.press(channel, arg(message, "Digit"));
      return;
    }
    host.features.pbx.emit("DTMFEnd", [...host.features.pbx.fields(channel),
      ["Digit", arg(message, "Digit")], ["DurationMs", "120"], ["Direction", "Sent"]]);
  }),
  PJSIPNotify: withChannel((host, message, channel) => {
    const { pbx } = host.features;
    success(host, message, "NOTIFY sent");
    if (arg(message, "Variable") === "Event=hold") pbx.hold(channel, true);
    else if (channel.dial?.to === channel) pbx.answer(channel);
    else pbx.hold(channel, false);
  }),
  QueueAdd: queueAdd, QueueRemove: queueRemove, QueuePause: queuePause,
};

export function perform(host: ActionHost, message: AmiMessage): void {
  const run = Object.hasOwn(actions, message.name) ? actions[message.name] : undefined;
  if (run === undefined) {
    refuse(host, message, `Invalid/unknown command: ${message.name}. `
      + "Use Action: ListCommands to show available commands.");
  } else if (host.denied.has(message.name)) {
    refuse(host, message, "Permission denied");
  } else {
    run(host, message);
  }
}
