/**
 * The one monitor at the Switch from which all CSTA servers live, however many applications watch
 * however many devices. Finds for each event those who watch, and tells each of them the state in
 * which the event left its device.
 */

import { done, type Result } from "../../base/result.js";
import type { CallId, DeviceId, LinkId } from "../../model/identifiers.js";
import type { ConnectionState } from "../../model/states.js";
import type { Monitor, Numbered, NumberedEvent } from "../../switching/switch.js";
import type { GatewayView } from "../api/gateway-view.js";
import { CallNames } from "./call-names.js";
import { CallStates } from "./call-states.js";
import type { DeviceIndex } from "./device-names.js";

/** Events that wait for this process to get round to them; as many as a monitor may have. */
export const feedQueueMax = 100_000;

export interface Observer {
  /**
   * `own`: the state of the watched device's connection after the event; undefined where the event
   * is about no connection, or a call is watched.
   */
  observed(entry: NumberedEvent, own: ConnectionState | undefined): void;
}

/** A server: told what concerns everybody. */
export interface FeedListener {
  /** Events were lost on the way to all applications. */
  lost(): void;
  /** A link came or went. */
  linksChanged(): void;
}

type Watched = Pick<GatewayView, "world" | "switch" | "links" | "linkControl">;

class LinkFeed {
  readonly states: CallStates;
  readonly byDevice = new Map<DeviceId, Set<Observer>>();
  readonly byCall = new Map<CallId, Set<Observer>>();

  constructor(states: CallStates) {
    this.states = states;
  }
}

export class Feed implements DeviceIndex {
  readonly calls = new CallNames();
  readonly #gateway: Watched;
  readonly #listeners = new Set<FeedListener>();
  readonly #links = new Map<LinkId, LinkFeed>();
  readonly #devices = new Map<DeviceId, Set<LinkId>>();
  #monitor: Monitor | undefined;
  #unwatch: (() => void) | undefined;

  constructor(gateway: Watched) {
    this.#gateway = gateway;
  }

  /** Monitors at work, and the devices and calls that they share. */
  get sharing(): { readonly monitors: number; readonly watched: number } {
    let monitors = 0;
    let watched = 0;
    for (const { byDevice, byCall } of this.#links.values()) {
      watched += byDevice.size + byCall.size;
      for (const set of byDevice.values()) monitors += set.size;
      for (const set of byCall.values()) monitors += set.size;
    }
    return { monitors, watched };
  }

  /** The first listener starts the feed, the last one stops it. */
  join(listener: FeedListener): Result<void> {
    if (this.#monitor === undefined) {
      const begun = this.#begin();
      if (!begun.ok) return begun;
    }
    this.#listeners.add(listener);
    return done;
  }

  leave(listener: FeedListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0) return;
    this.#monitor?.stop();
    this.#monitor = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    this.#links.clear();
    this.#devices.clear();
  }

  /** Returns how to stop. */
  observeDevice(link: LinkId, device: DeviceId, observer: Observer): () => void {
    return observe(this.#link(link).byDevice, device, observer);
  }

  /** Follows the call through transfers until it is over. */
  observeCall(link: LinkId, call: CallId, observer: Observer): () => void {
    const { byCall } = this.#link(link);
    const current = this.#gateway.switch.call(link, call)?.call ?? call;
    observe(byCall, current, observer);
    return () => {
      for (const [key, set] of byCall) {
        if (set.delete(observer) && set.size === 0) byCall.delete(key);
      }
    };
  }

  linksWith(device: DeviceId): ReadonlySet<LinkId> | undefined {
    return this.#devices.get(device);
  }

  links(): readonly LinkId[] {
    return this.#gateway.links().map(({ status }) => status.id);
  }

  cannotList(link: LinkId): boolean {
    return this.#gateway.links().find(({ status }) => status.id === link)
      ?.status.declared.snapshot === "none";
  }

  #begin(): Result<void> {
    const source = this.#gateway.switch;
    const monitor = source.monitorStart({ name: "csta" }, feedQueueMax);
    if (!monitor.ok) return monitor;
    this.#monitor = monitor.value;
    const calls = source.calls();
    for (const link of new Set(calls.map((call) => call.link))) {
      this.#links.set(link, new LinkFeed(new CallStates(link,
        calls.filter((call) => call.link === link))));
    }
    for (const { link, device } of source.devices()) this.#learn(link, device);
    this.#unwatch = this.#gateway.linkControl.watch(() => {
      for (const listener of this.#listeners) listener.linksChanged();
    });
    void this.#pump(monitor.value);
    return done;
  }

  async #pump(monitor: Monitor): Promise<void> {
    for await (const batch of monitor) {
      if (this.#monitor !== monitor) return;
      for (const item of batch) this.#take(item);
    }
  }

  #take(item: Numbered): void {
    switch (item.kind) {
      case "event": this.#tell(item.entry); return;
      case "gap":
        for (const listener of this.#listeners) listener.lost();
        this.#reseed();
        return;
      case "resync":
        for (const { link, device } of this.#gateway.switch.devices(item.link)) {
          this.#learn(link, device);
        }
        return;
      case "live":
    }
  }

  /** After a gap the picture of now is nearer to the truth than one that missed events. */
  #reseed(): void {
    for (const [link, feed] of this.#links) {
      const fresh = new LinkFeed(new CallStates(link, this.#gateway.switch.calls({ link })));
      for (const [device, set] of feed.byDevice) fresh.byDevice.set(device, set);
      for (const [call, set] of feed.byCall) fresh.byCall.set(call, set);
      this.#links.set(link, fresh);
    }
  }

  #tell(entry: NumberedEvent): void {
    const { event, parties } = entry;
    const feed = this.#link(event.link);
    const after = feed.states.apply(entry);
    for (const device of feed.states.own(parties)) this.#learn(event.link, device);
    if (event.type === "callCleared") {
      this.#tellCall(feed, entry, event.call);
      feed.byCall.delete(event.call);
      this.calls.ended(event.link, event.call);
      return;
    }
    const isCall = !("agentDevice" in event) && !("device" in event);
    for (const device of parties) {
      const observers = feed.byDevice.get(device);
      if (observers === undefined) continue;
      const own = isCall ? after.call?.connections.get(device)?.state ?? "null" : undefined;
      for (const observer of observers) observer.observed(entry, own);
    }
    if (event.type === "transferred" || event.type === "conferenced") {
      this.#follow(feed, entry, event);
    } else if ("connection" in event) this.#tellCall(feed, entry, event.connection.call);
  }

  #tellCall(feed: LinkFeed, entry: NumberedEvent, call: CallId): void {
    for (const observer of feed.byCall.get(call) ?? []) observer.observed(entry, undefined);
  }

  /** Who watches a call that goes on under another name goes on watching it, once. */
  #follow(
    feed: LinkFeed, entry: NumberedEvent,
    event: Extract<NumberedEvent["event"], { readonly type: "transferred" | "conferenced" }>,
  ): void {
    const survivor = event.connections[0]?.newConnection.call ?? event.primaryOldCall.call;
    const olds = [event.primaryOldCall.call, event.secondaryOldCall?.call]
      .filter((call) => call !== undefined);
    const observers = new Set(olds.flatMap((call) => [...feed.byCall.get(call) ?? []]));
    for (const observer of observers) observer.observed(entry, undefined);
    for (const old of olds) {
      if (old === survivor) continue;
      feed.byCall.delete(old);
      this.calls.ended(event.link, old);
    }
    if (observers.size > 0) {
      feed.byCall.set(survivor, new Set([...feed.byCall.get(survivor) ?? [], ...observers]));
    }
  }

  #link(link: LinkId): LinkFeed {
    let feed = this.#links.get(link);
    if (feed === undefined) {
      feed = new LinkFeed(new CallStates(link, []));
      this.#links.set(link, feed);
    }
    return feed;
  }

  #learn(link: LinkId, device: DeviceId): void {
    const holders = this.#devices.get(device);
    if (holders === undefined) this.#devices.set(device, new Set([link]));
    else holders.add(link);
  }
}

function observe<K>(table: Map<K, Set<Observer>>, key: K, observer: Observer): () => void {
  let set = table.get(key);
  if (set === undefined) {
    set = new Set();
    table.set(key, set);
  }
  set.add(observer);
  return () => {
    const now = table.get(key);
    if (now?.delete(observer) === true && now.size === 0) table.delete(key);
  };
}
