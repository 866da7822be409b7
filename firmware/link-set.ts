/** All configured links: started, stopped and replaced as the configuration says. */

import type { Component, Health } from "./base/component.js";
import { done, fail, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import type { LinkConfig } from "./config/schema.js";
import type { Driver } from "./link/driver.js";
import type { Link, LinkStatus } from "./link/link.js";
import { createLink, type LinkPlan, type LinkSink } from "./link/link-runtime.js";
import type { Accounted } from "./link/live-session.js";
import type { KeptBytes, RawKeeper } from "./link/raw.js";
import { transportOpener } from "./link/transports/registry.js";
import type { HotelMessage } from "./model/hotel.js";
import { linkId, type LinkId } from "./model/identifiers.js";
import type { Page, PageStatus } from "./model/pages.js";
import type { PrivateNotice } from "./model/private-data.js";
import type { RouteMessage } from "./model/routeing.js";
import type { Alarms } from "./supervisor/alarms.js";
import type { Switch } from "./switching/switch.js";

export interface LinkSetParts {
  readonly world: World;
  readonly drivers: Pick<ReadonlyMap<string, Driver>, "get">;
  readonly alarms: Alarms;
  readonly raw: RawKeeper;
  readonly ledger: LinkLedger;
  readonly paging: LinkPaging;
  readonly secret: (reference: string) => Result<string>;
  /** The switch finds links here and links report there: it comes once it exists. */
  readonly switchOf: () => Switch;
  readonly timeZone: () => string;
  readonly hotel: LinkHotel;
  readonly routeing: LinkRouteing;
  readonly privateData: LinkPrivateData;
  /** Opens lines; real ones if absent. */
  readonly openerOf?: typeof transportOpener;
}

/** What became of each link's bytes; `Ledger` fits. Links of which it keeps no bytes it ignores. */
export interface LinkLedger {
  record(link: LinkId): void;
  garbage(link: LinkId, bytes: number, reason: string): void;
  accounted(link: LinkId, bytes: number, as: Accounted): void;
  /** So many of the newest bytes nobody has parsed; whoever asks does. */
  reopened(link: LinkId): Promise<number>;
}

/** Where pages that links receive go; `Paging` fits. */
export interface LinkPaging {
  received(link: LinkId, page: Page): Promise<Result<void>>;
  told(link: LinkId, pager: string, status: PageStatus): Promise<void>;
}

/** What PBXs say in private data alone; `PrivateData` fits. */
export interface LinkPrivateData {
  told(link: LinkId, notice: PrivateNotice): void;
}

/** What PBXs say of routeing; `Routeing` fits. */
export interface LinkRouteing {
  told(link: LinkId, message: RouteMessage): void;
  linkUp(link: LinkId): void;
  linkDown(link: LinkId): void;
  linkRemoved(link: LinkId): void;
}

/** So much is read again before what was not parsed: thousands of lines. */
export const leadBytes = 262_144;
/** More is not read again, however much was not parsed: the ledger tells of the rest. */
export const unparsedBytesMax = 4_194_304;

/** What links say of a hotel's rooms; `Hotel` fits. */
export interface LinkHotel {
  uses(link: LinkId): boolean;
  received(link: LinkId, message: HotelMessage): Promise<Result<void>>;
  linkUp(link: LinkId): void;
  linkForgotten(link: LinkId): void;
}

interface Held {
  /** With the time zone that counts: its own, or the unit's. */
  readonly config: LinkConfig;
  readonly link: Link;
  /** A hotel used it when it was made. */
  readonly ofHotel: boolean;
}

type LinkWatcher = (id: string, removed: boolean) => void;
const stopMsMax = 5_000;

export class LinkSet implements Component {
  readonly name = "links";
  readonly #parts: LinkSetParts;
  readonly #links = new Map<LinkId, Held>();
  readonly #watchers = new Set<LinkWatcher>();
  #running = false;

  constructor(parts: LinkSetParts) {
    this.#parts = parts;
  }

  /** One sick link does not make the set sick: each has its own row and its own alarm. */
  get health(): Health {
    const down = this.list().filter(({ status }) => status.state.name === "down");
    return down.length === 0 ? { status: "ok" }
      : { status: "degraded", reason: `down: ${down.map(({ status }) => status.id).join(", ")}` };
  }

  list(): readonly Link[] {
    return [...this.#links.values()].map(({ link }) => link)
      .sort((a, b) => a.status.id < b.status.id ? -1 : 1);
  }

  get(id: string): Link | undefined {
    return this.#links.get(linkId(id))?.link;
  }

  watch(watcher: LinkWatcher): () => void {
    this.#watchers.add(watcher);
    return () => { this.#watchers.delete(watcher); };
  }

  get children(): readonly Component[] {
    return this.list();
  }

  /** Links restart by their own state machine, which counts its attempts. */
  restartsOf(): number {
    return 0;
  }

  async start(): Promise<Result<void>> {
    this.#running = true;
    for (const { link } of this.#links.values()) {
      const started = await link.start();
      if (!started.ok) return started;
    }
    return done;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#running = false;
    await Promise.all(this.list().map((link) => link.stop(deadlineMs)));
  }

  /**
   * Links whose configuration did not change are not touched. All new links are made before any
   * old one is stopped: when one cannot be made, everything runs on as it was.
   */
  async configure(configs: readonly LinkConfig[]): Promise<Result<void>> {
    const timeZone = this.#parts.timeZone();
    const wanted = new Map(configs.map((config) =>
      [linkId(config.id), { timeZone, ...config }] as const));
    const made = new Map<LinkId, Held>();
    for (const [id, config] of wanted) {
      const held = this.#links.get(id);
      if (held !== undefined && !needsRestart(held.config, config)
        && held.ofHotel === this.#parts.hotel.uses(id)) continue;
      const link = this.#create(config);
      if (!link.ok) return link;
      made.set(id, { config, link: link.value, ofHotel: this.#parts.hotel.uses(id) });
    }
    const going = [...this.#links].filter(([id]) => made.has(id) || !wanted.has(id));
    await Promise.all(going.map(([, { link }]) => link.stop(stopMsMax)));
    for (const [id] of going) {
      this.#links.delete(id);
      if (!wanted.has(id)) this.#removed(id);
    }
    for (const [id, { link }] of this.#links) this.#reconfigured(id, link, wanted.get(id));
    for (const [id, held] of made) {
      this.#links.set(id, held);
      if (!this.#running) continue;
      const started = await held.link.start();
      if (!started.ok) return started;
    }
    return done;
  }

  #reconfigured(id: LinkId, link: Link, config: LinkConfig | undefined): void {
    if (config === undefined) return;
    this.#links.set(id, { config, link, ofHotel: this.#parts.hotel.uses(id) });
    if (link.status.title === config.title) return;
    link.rename(config.title);
    for (const watcher of this.#watchers) watcher(id, false);
  }

  #create(config: LinkConfig): Result<Link> {
    const driver = this.#parts.drivers.get(config.driver);
    if (driver === undefined) return fail("config-invalid", `no driver is called ${config.driver}`);
    const options = driver.options.parse(withTimeZone(driver, config));
    if (!options.ok) return options;
    const { world, secret, raw, hotel, openerOf = transportOpener } = this.#parts;
    const id = linkId(config.id);
    return { ok: true, value: createLink({
      id, title: config.title, driver, sink: this.#sink(id, driver.keepsRawBytes),
      options: options.value, opener: openerOf(config.transport, world), world, secret,
      rawKeeper: raw, enabled: config.enabled, ...this.#past(id, driver, config),
      ...(hotel.uses(id) ? { hotel: (message) => hotel.received(id, message) } : {}),
    }) };
  }

  #past(id: LinkId, driver: Driver, { transport }: LinkConfig): Pick<LinkPlan, "kept"> {
    if (!driver.keepsRawBytes || !driver.accountsBytes) return {};
    const { kind: way } = transport;
    const kind = way === "tcp-listen" ? "tcp" : way === "folder" ? "file" : way;
    return { kept: { kind, bytes: () => this.#kept(id), leaves: () => !this.#running } };
  }

  /** What nobody has parsed, and as much before it as a driver remembers. */
  async #kept(id: LinkId): Promise<KeptBytes> {
    const { raw, ledger } = this.#parts;
    const left = await ledger.reopened(id);
    const segments = await raw.newest(id, Math.min(left, unparsedBytesMax) + leadBytes);
    const bytes = segments.reduce((sum, segment) => sum + segment.bytes.length, 0);
    return { segments, countedBytes: Math.max(0, bytes - left) };
  }

  /**
   * What is told of kept bytes is written once their records are: until then the next start parses
   * them again.
   */
  #sink(id: LinkId, kept: boolean): LinkSink {
    const { switchOf, ledger, paging, world, hotel, routeing, privateData } = this.#parts;
    const told = (run: () => void): void => {
      if (kept) void switchOf().recorded().then(run);
      else run();
    };
    return {
      event: (event) => { switchOf().apply(event); },
      record: (call) => {
        switchOf().record(call);
        told(() => { ledger.record(id); });
      },
      readAgain: async (found) => {
        await switchOf().recordAgain(id, found);
        for (const { counted } of found.calls) if (!counted) told(() => { ledger.record(id); });
      },
      page: (page) => paging.received(id, page),
      pageStatus: (pager, status) => { void paging.told(id, pager, status); },
      snapshot: (snapshot, reason) => { switchOf().reconcile(id, snapshot, reason); },
      up: () => {
        hotel.linkUp(id);
        routeing.linkUp(id);
      },
      down: () => {
        switchOf().markStale(id);
        routeing.linkDown(id);
      },
      routeing: (message) => { routeing.told(id, message); },
      privateNotice: (notice) => { privateData.told(id, notice); },
      forgotten: (reason) => {
        switchOf().forget(id, reason);
        hotel.linkForgotten(id);
      },
      garbage: (bytes, reason) => {
        told(() => { ledger.garbage(id, bytes.length, reason); });
        world.log.event("link.garbage", { link: id, bytes: bytes.length, reason }, "debug");
      },
      accounted: (bytes, as) => { told(() => { ledger.accounted(id, bytes, as); }); },
      recorded: () => switchOf().recorded(),
      stateChanged: (status) => { this.#changed(status); },
    };
  }

  #changed(status: LinkStatus): void {
    const { alarms } = this.#parts;
    const { state } = status;
    const reason = "reason" in state ? state.reason : "";
    if (state.name === "down") alarms.raise("link-down", status.id, reason);
    if (state.name === "degraded") alarms.raise("link-degraded", status.id, reason);
    if (state.name === "up" || state.name === "degraded" || state.name === "disabled") {
      alarms.clear("link-down", status.id);
    }
    if (state.name !== "degraded") alarms.clear("link-degraded", status.id);
    for (const watcher of this.#watchers) watcher(status.id, false);
  }

  #removed(id: LinkId): void {
    this.#parts.switchOf().forget(id, "link-removed");
    this.#parts.routeing.linkRemoved(id);
    for (const code of ["link-down", "link-degraded"] as const) {
      this.#parts.alarms.clear(code, id);
    }
    for (const watcher of this.#watchers) watcher(id, true);
  }
}

/** Number rules, title, quota and approval act at once; everything else needs a new session. */
function needsRestart(before: LinkConfig, after: LinkConfig): boolean {
  const session = (config: LinkConfig): string => JSON.stringify({ ...config, numbers: undefined,
    title: undefined, rawMegabytes: undefined, terminalApproval: undefined });
  return session(before) !== session(after);
}

/** A driver that asks for a time zone gets the link's. */
function withTimeZone(driver: Driver, config: LinkConfig): Record<string, unknown> {
  const properties = driver.options.jsonSchema["properties"];
  const asks = typeof properties === "object" && properties !== null && "timeZone" in properties;
  return asks ? { timeZone: config.timeZone, ...config.options } : config.options;
}
