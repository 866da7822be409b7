/** For the mapper's tests: recordings in, readable rows out, and the rules no row may break. */

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { CallEvent } from "../../firmware/model/events.js";
import { linkId, type ConnectionId, type Party } from "../../firmware/model/identifiers.js";
import { mayMove, type ConnectionState } from "../../firmware/model/states.js";
import { amiDecoder, amiMessage, type AmiField, type AmiMessage } from "../../firmware/wire/ami.js";
import { AmiMapper } from "./map.js";
import { options } from "./options.js";

// The recordings lie in the source tree; the compiled tests run from build/.
export const recordingsFolder =
  new URL("../../../drivers/asterisk-ami/recordings/", import.meta.url);

export function recordingBytes(name: string): Buffer {
  return readFileSync(new URL(name, recordingsFolder));
}

export function recording(name: string): AmiMessage[] {
  const messages: AmiMessage[] = [];
  for (const item of amiDecoder().push(recordingBytes(name))) {
    assert(item.kind === "message", `${name} has garbage`);
    messages.push(item.message);
  }
  return messages;
}

export function newMapper(more: Readonly<Record<string, unknown>> = {}): AmiMapper {
  const parsed = options.parse({ user: "cti", secret: "env:X", ...more });
  assert(parsed.ok);
  return new AmiMapper(linkId("pbx"), parsed.value);
}

/** Applies messages at their own time, and lets what waited for an explanation give up. */
export function play(mapper: AmiMapper, messages: readonly AmiMessage[]): CallEvent[] {
  const events: CallEvent[] = [];
  let atMs = 0;
  for (const message of messages) {
    const stamp = Number(message.get("Timestamp")) * 1000;
    if (Number.isFinite(stamp)) atMs = Math.max(atMs, stamp);
    events.push(...mapper.apply(message, atMs));
  }
  events.push(...mapper.expire(atMs + 10_000_000));
  return events;
}

/** Calls are A, B, C in the order in which they appear. */
export function rows(events: readonly CallEvent[]): string[] {
  const names = new Map<string, string>();
  const call = (id: string): string => {
    const name = names.get(id) ?? String.fromCharCode(65 + names.size);
    names.set(id, name);
    return name;
  };
  const at = (connection: ConnectionId | undefined): string => connection === undefined ? "-"
    : `${call(connection.call)}.${connection.device}`;
  return events.map((event) => row(event, at, call));
}

function who(party: Party | undefined): string {
  return party === undefined ? "-" : party.device;
}

function row(
  event: CallEvent, at: (id: ConnectionId | undefined) => string, call: (id: string) => string,
): string {
  const roles = "callingDevice" in event || "calledDevice" in event
    ? ` ${who(event.callingDevice)}>${who(event.calledDevice)}`
    + (event.lastRedirectionDevice === undefined ? ""
      : ` via ${who(event.lastRedirectionDevice)}`)
    + (event.networkInterface === undefined ? "" : ` by ${event.networkInterface}`) : "";
  const head = `${event.type} ${event.cause}`;
  switch (event.type) {
    case "transferred": case "conferenced": {
      const list = event.connections.map((each) =>
        `${at(each.oldConnection)}=${at(each.newConnection)}(${who(each.endpoint)})`);
      const parties = event.type === "transferred"
        ? `${who(event.transferringDevice)}>${who(event.transferredToDevice)}`
        : `${who(event.conferencingDevice)}+${who(event.addedParty)}`;
      return `${head} ${at(event.primaryOldCall)} ${at(event.secondaryOldCall)} ${parties} `
        + list.join(" ");
    }
    case "callCleared": return `${head} ${call(event.call)}`;
    case "failed": return `${head} ${at(event.connection)}${roles} at ${who(event.failingDevice)}`;
    case "diverted":
      return `${head} ${at(event.connection)}${roles} to ${who(event.newDestination)}`;
    case "queued":
      return `${head} ${at(event.connection)}${roles} ${event.numberQueued ?? "-"} queued`;
    case "digitsGenerated": return `${head} ${at(event.connection)} ${event.digits}`;
    case "callInformation":
      return `${head} ${at(event.connection)}${roles} ${Object.entries(
        event.privateData?.fields ?? {}).map((pair) => pair.join("=")).join(", ")}`;
    case "backInService": case "outOfService": return `${head} ${event.device}`;
    case "displayUpdated": case "buttonPress": case "lampMode": return `${head} ${event.device}`;
    case "doNotDisturb": case "forwarding": case "messageWaiting":
      return `${head} ${event.device} ${event.on ? "on" : "off"}`;
    default:
      return "connection" in event ? `${head} ${at(event.connection)}${roles}`
        : `${head} ${who(event.agentDevice)} ${event.agent ?? "-"} ${event.acdGroup ?? "-"}`
          + (event.reason === undefined ? "" : ` "${event.reason}"`);
  }
}

/** Builds an event message as Asterisk would, for what no recording shows. */
export function native(name: string, seconds: number, fields: readonly AmiField[]): AmiMessage {
  return amiMessage([["Event", name], ["Privilege", "call,all"],
    ["Timestamp", (1_795_332_000 + seconds).toFixed(6)], ...fields]);
}

export interface NativeChannel {
  readonly name: string;
  readonly id: string;
  readonly linked?: string;
  readonly state: number;
  readonly number?: string;
  readonly exten?: string;
  readonly context?: string;
}

export function channel(view: NativeChannel, prefix = ""): AmiField[] {
  return [[`${prefix}Channel`, view.name], [`${prefix}ChannelState`, String(view.state)],
    [`${prefix}CallerIDNum`, view.number ?? "<unknown>"],
    [`${prefix}CallerIDName`, "<unknown>"], [`${prefix}Context`, view.context ?? "from-internal"],
    [`${prefix}Exten`, view.exten ?? "s"], [`${prefix}Uniqueid`, view.id],
    [`${prefix}Linkedid`, view.linked ?? view.id]];
}

const stateAfter: Readonly<Partial<Record<CallEvent["type"], ConnectionState>>> = {
  serviceInitiated: "initiated", originated: "connected", delivered: "alerting",
  established: "connected", held: "hold", retrieved: "connected", diverted: "null",
  failed: "fail", queued: "queued", networkReached: "connected", connectionCleared: "null",
};

/** An application's own picture: throws on a move that the model does not allow. */
export class Follower {
  readonly states = new Map<string, ConnectionState>();
  readonly #interfaces = new Set<string>();

  follow(event: CallEvent): void {
    const key = (id: ConnectionId): string => `${id.call} ${id.device}`;
    if (event.type === "transferred" || event.type === "conferenced") {
      this.#join(event, key);
      return;
    }
    if (event.type === "callCleared") {
      for (const each of this.states.keys()) {
        assert(!each.startsWith(`${event.call} `), `${each} outlives its call`);
      }
      return;
    }
    const to = stateAfter[event.type];
    if (to === undefined || !("connection" in event)) return;
    const id = key(event.connection);
    if (event.type === "networkReached") this.#interfaces.add(id);
    const from = this.states.get(id) ?? "null";
    assert(to !== "null" || from !== "null", `${event.type} of ${id}, which is null already`);
    assert(mayMove(from, to, this.#interfaces.has(id)), `${event.type} ${id}: ${from} to ${to}`);
    if (to === "null") this.states.delete(id);
    else this.states.set(id, to);
  }

  #join(
    event: Extract<CallEvent, { type: "transferred" | "conferenced" }>,
    key: (id: ConnectionId) => string,
  ): void {
    assert(this.states.has(key(event.primaryOldCall)), "the primary old call is known");
    if (event.type === "transferred") this.states.delete(key(event.primaryOldCall));
    if (event.secondaryOldCall !== undefined) {
      assert(this.states.has(key(event.secondaryOldCall)), "the secondary old call is known");
      this.states.delete(key(event.secondaryOldCall));
    }
    const moved: [string, ConnectionState][] = [];
    for (const { newConnection, oldConnection } of event.connections) {
      const old = key(oldConnection ?? newConnection);
      const state = this.states.get(old)
        ?? (event.type === "conferenced" ? "connected" : undefined);
      assert(state !== undefined, `${old} is in the list but not known`);
      this.states.delete(old);
      moved.push([key(newConnection), state]);
      if (this.#interfaces.has(old)) this.#interfaces.add(key(newConnection));
    }
    for (const [id, state] of moved) this.states.set(id, state);
  }
}
