/** Puts the gateway together, starts it in order, and takes it apart in reverse. */

import assert from "node:assert";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Registry } from "prom-client";
import { Acceptance } from "./acceptance/acceptance.js";
import type { TestedPort } from "./acceptance/parts.js";
import { makeFolder } from "./base/folder.js";
import type { Component } from "./base/component.js";
import { attempt, done, ok, type Fault, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import { checkNumbersText } from "./config/check-document.js";
import type { Applier, Configuration } from "./config/configuration.js";
import { createConfiguration } from "./config/live-configuration.js";
import { openPorts } from "./config/open-ports.js";
import type { Document } from "./config/schema.js";
import { secretFiles } from "./config/secret-files.js";
import { createSecrets, type Secrets } from "./config/secrets.js";
import { Delivery } from "./delivery/delivery.js";
import { Ledger } from "./delivery/ledger.js";
import { backlogsOf, deliveryReadings, ledgerReadings, quotaOf } from "./delivery-figures.js";
import { gatewayView } from "./gateway-view.js";
import { Hotel } from "./hotel/hotel.js";
import { hotelPlan } from "./hotel-configuration.js";
import type { HotelLink } from "./hotel/telephones.js";
import type { Driver } from "./link/driver.js";
import type { DriverShelf } from "./link/driver-shelf.js";
import { LinkSet } from "./link-set.js";
import { linkId, type LinkId } from "./model/identifiers.js";
import type { Access, FirstAdmin } from "./northbound/access/access.js";
import { createAudit, type Audit } from "./northbound/access/audit.js";
import { loadOrCreateKey } from "./northbound/access/authority.js";
import { createCertificateWatch } from "./northbound/access/certificate-watch.js";
import { createAccess } from "./northbound/access/gate.js";
import { createSecretStore } from "./northbound/access/secret-store.js";
import { createApi, type Api } from "./northbound/api/api.js";
import type { CstaView, SystemView } from "./northbound/api/gateway-view.js";
import { terminalAuditNote } from "./northbound/api/terminal-audit.js";
import type { PagingRules } from "./paging/page-record.js";
import { Paging } from "./paging/paging.js";
import { createNumberResolver, type LinkNumberResolver } from "./numbers/resolver.js";
import { portsView, portUse } from "./ports-view.js";
import { Servers } from "./servers.js";
import { openStore } from "./store/leveldb-store.js";
import type { Store } from "./store/store.js";
import { createAlarms } from "./supervisor/alarm-board.js";
import type { Alarms } from "./supervisor/alarms.js";
import { healthOf } from "./supervisor/health-tree.js";
import { createHostHealth, type HostHealth } from "./supervisor/host-health.js";
import { createMetrics, type Metrics } from "./supervisor/metrics.js";
import { supervise, type Supervision, type Supervisor } from "./supervisor/supervise.js";
import { StoredEventLog } from "./switching/event-log-store.js";
import { StoredRawKeeper, type RawQuota } from "./switching/raw-keeper.js";
import { StoredRecordBook } from "./switching/record-book.js";
import { PrivateData } from "./switching/private-data.js";
import { Routeing } from "./switching/routeing.js";
import { createSwitch, type SwitchingFunction } from "./switching/switching-function.js";
import { switchNumbers } from "./switching/switch-metrics.js";
import { apiAnswers } from "./api-probe.js";
import { terminalLines } from "./terminal-lines.js";
import { Terminals } from "./terminal/terminals.js";
import { fulfil } from "./unit-wishes.js";
import { UnitConsole } from "./unit-console.js";
import type { Appliance } from "./update/appliance.js";
import { httpsSource } from "./update/https-source.js";
import { isInWindow } from "./update/maintenance-window.js";
import type { Said } from "./update/flow.js";
import { UnitNetwork } from "./update/unit-network.js";
import { Updater } from "./update/updater.js";
import { createReceptionWatch } from "./watch/reception-watch.js";
import { createQuietWatch } from "./watch/quiet-watch.js";

export interface GatewayOptions {
  readonly world: World;
  readonly version: string;
  readonly drivers: DriverShelf<Driver>;
  readonly dataFolder: string;
  /** The built page. */
  readonly pageFolder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The machine, where it is a unit of `image/`. */
  readonly appliance?: Appliance | undefined;
  /** Applied at start when it differs from the document in force. */
  readonly configText: string | undefined;
  /** Called when restarting components did not help: the process has to end. */
  fatal(reason: string): void;
}

export interface Gateway {
  readonly grpcPort: number;
  readonly webPort: number;
  /** Where a CSTA server listens, by its name in the configuration. */
  cstaPort(id: string): number | undefined;
  /** PEM of the authority that signs the servers' certificate. */
  readonly authorityPem: string;
  /** Set at the very first start only. */
  readonly firstAdmin: FirstAdmin | undefined;
  readonly document: Document;
  readonly switch: SwitchingFunction;
  readonly links: LinkSet;
  readonly alarms: Alarms;
  readonly store: Store;
  stop(deadlineMs: number): Promise<void>;
}

const dayMs = 86_400_000;
const minuteMs = 60_000;
const epoch = 1;
const stopMsMax = 5_000;
const supervision: Supervision = { restart: "alone", restartsMax: 3, withinMs: minuteMs };
export const firstAdminFile = "first-admin.txt";

export async function startGateway(options: GatewayOptions): Promise<Result<Gateway>> {
  const assembly = new Assembly(options);
  const started = await assembly.start();
  if (!started.ok) await assembly.stop(stopMsMax);
  return started;
}

class Assembly {
  readonly #options: GatewayOptions;
  readonly #alarms: Alarms;
  readonly #store: Store;
  readonly #events: StoredEventLog;
  readonly #records: StoredRecordBook;
  readonly #raw: StoredRawKeeper;
  readonly #ledger: Ledger;
  readonly #delivery: Delivery;
  readonly #paging: Paging;
  readonly #hotel: Hotel;
  readonly #links: LinkSet;
  readonly #servers: Servers;
  readonly #terminals: Terminals;
  readonly #numbers: LinkNumberResolver;
  readonly #routeing: Routeing;
  readonly #privateData: PrivateData;
  readonly #root: Supervisor;
  #document: Document | undefined;
  #switch: SwitchingFunction | undefined;
  #api: Api | undefined;
  #access: Access | undefined;
  #audit: Audit | undefined;
  #secrets: Secrets | undefined;
  #metrics: Metrics | undefined;
  #host: HostHealth | undefined;
  #update: Updater | undefined;
  #heldBack: boolean;
  #starting = true;
  #startFault: Fault | undefined;

  constructor(options: GatewayOptions) {
    const { world, dataFolder } = options;
    this.#options = options;
    this.#heldBack = options.configText !== undefined;
    this.#alarms = createAlarms(world);
    const store = openStore({ folder: path.join(dataFolder, "store"), world, epoch,
      onWritten: (ms) => { this.#metrics?.storeCommit(ms); } });
    this.#store = store;
    const days = (pick: (retention: Document["retention"]) => number, otherwise: number) =>
      (this.#document === undefined ? otherwise : pick(this.#document.retention)) * dayMs;
    this.#events = new StoredEventLog({ store, world, retention: () => ({
      ageMsMax: days((kept) => kept.eventsDays, 7),
      countMax: this.#document?.retention.eventsMax ?? 2_000_000 }) });
    const durable = (link: LinkId): void => {
      this.#delivery.wake(link);
      this.#hotel.wake(link);
    };
    const recordsMs = (): number => days((kept) => kept.recordsDays, 365);
    this.#records = new StoredRecordBook({ store, world, arrived: durable,
      retention: () => ({ ageMsMax: recordsMs() }) });
    this.#ledger = new Ledger({ store, world, alarms: this.#alarms, ageMsMax: recordsMs, durable });
    this.#raw = new StoredRawKeeper({ store, world, count: this.#ledger,
      neededFrom: (link) => this.#delivery.neededFrom(link),
      retention: () => ({ ageMsMax: days((kept) => kept.rawDays, 90) }),
      quota: (link) => this.#quota(link),
      dropped: (link, segments) => this.#delivery.drop(link, segments) });
    this.#delivery = new Delivery({ store, world, ledger: this.#ledger, alarms: this.#alarms,
      secret: (reference) => this.#running(this.#secrets).secret(reference),
      unit: () => this.#document?.unit.name ?? "jackfield" });
    this.#hotel = new Hotel({ world, store, alarms: this.#alarms,
      timeZone: () => this.#document?.unit.timeZone ?? "UTC", link: (id) => this.#hotelLink(id) });
    this.#numbers = createNumberResolver({ parseRules: checkNumbersText });
    this.#paging = new Paging({ store, world, alarms: this.#alarms,
      findLink: (id) => this.#links.get(id),
      language: () => this.#document?.unit.language ?? "en" });
    this.#routeing = new Routeing({ world, numbers: this.#numbers,
      findLink: (id) => this.#links.get(id) });
    this.#privateData = new PrivateData({ world, findLink: (id) => this.#links.get(id) });
    this.#links = new LinkSet({ world, drivers: options.drivers, alarms: this.#alarms,
      raw: this.#raw, ledger: this.#ledger, paging: this.#paging,
      switchOf: () => this.#running(this.#switch),
      secret: (reference) => this.#running(this.#secrets).secret(reference),
      timeZone: () => this.#document?.unit.timeZone ?? "UTC", hotel: this.#hotel,
      routeing: this.#routeing, privateData: this.#privateData });
    this.#terminals = new Terminals({ world, store,
      audit: (note) => { void this.#running(this.#audit).record(terminalAuditNote(note)); },
      ageMsMax: () => days((kept) => kept.auditDays, 730),
      lineOf: terminalLines(world, (id) => this.#links.get(id),
        () => this.#document?.links ?? [], portUse({
        links: () => this.#document?.links ?? [],
        holds: (id) => this.#links.get(id)?.status.state.name !== "disabled" })) });
    this.#servers = new Servers({ world, tlsFolder: path.join(dataFolder, "tls"),
      pageFolder: options.pageFolder, api: () => this.#running(this.#api) });
    this.#root = supervise(world, "gateway", supervision,
      [this.#store, this.#events, this.#records, this.#ledger, this.#raw],
      { alarms: this.#alarms, onGivenUp: (reason) => { options.fatal(reason); } });
  }

  #running<T>(part: T | undefined): T {
    assert(part !== undefined, "the gateway has been started");
    return part;
  }

  async start(): Promise<Result<Gateway>> {
    this.#watchStore();
    const stored = await this.#root.start();
    if (!stored.ok) return stored;
    const admin = await this.#openAccess();
    if (!admin.ok) return admin;
    const running = await this.#startServices();
    if (!running.ok) return running;
    this.#starting = false;
    return ok(this.#gateway(running.value, admin.value));
  }

  async stop(deadlineMs: number): Promise<void> {
    await this.#root.stop(deadlineMs);
  }

  #watchStore(): void {
    this.#store.onDamage(({ space, problem }) => {
      this.#alarms.raise("store-damaged", "store", `${space}: ${problem}`);
    });
    this.#store.onWhole(() => { this.#alarms.clear("store-damaged", "store"); });
    this.#store.onWriteFailure((full, message) => {
      this.#alarms.raise(full ? "store-full" : "store-unavailable", "store", message);
    });
    this.#store.onWriteRecovered(() => {
      this.#alarms.clear("store-full", "store");
      this.#alarms.clear("store-unavailable", "store");
    });
  }

  async #openAccess(): Promise<Result<FirstAdmin | undefined>> {
    const { world, dataFolder, environment } = this.#options;
    const keys = path.join(dataFolder, "keys");
    const made = await attempt("store-unavailable", `${keys} cannot be made`, () =>
      makeFolder(keys));
    if (!made.ok) return made;
    const pepper = await loadOrCreateKey(path.join(keys, "pepper"), world);
    if (!pepper.ok) return pepper;
    const sealing = await loadOrCreateKey(path.join(keys, "secrets"), world);
    if (!sealing.ok) return sealing;
    const store = this.#store;
    this.#audit = createAudit({ store, world, retentionDays: 730 });
    this.#access = createAccess({ store, world, alarms: this.#alarms, options: {
      pepper: pepper.value, issuer: this.#servers.issuer,
      sessions: { idleMs: 30 * minuteMs, absoluteMs: 12 * 60 * minuteMs } } });
    this.#secrets = await createSecrets({ environment, files: secretFiles, log: world.log,
      stored: createSecretStore({ store, world, key: sealing.value }) });
    for (const component of [this.#audit, this.#access, this.#hotel]) {
      const added = await this.#root.add(component);
      if (!added.ok) return added;
    }
    return this.#access.firstAdmin(({ name, password }) => attempt("store-unavailable",
      "the first sign-in cannot be written", () => writeFile(
        path.join(dataFolder, firstAdminFile), `${name}\n${password}\n`, { mode: 0o600 })));
  }

  async #startServices(): Promise<Result<Configuration>> {
    const { world, dataFolder, drivers, configText } = this.#options;
    const alarms = this.#alarms;
    const host = createHostHealth(world, dataFolder, alarms);
    this.#host = host;
    this.#switch = createSwitch({ world, log: this.#events, records: this.#records,
      numbers: this.#numbers, alarms, findLink: (id) => this.#links.get(id) });
    const configuration = createConfiguration({ store: this.#store, world, alarms, drivers,
      applier: this.#applier(), secret: this.#running(this.#secrets).secret,
      ...(configText === undefined ? {} : { seed: configText }) });
    const registry = new Registry();
    const metrics = this.#measure(host, this.#switch);
    const ports = portsView({ world, drivers, links: () => configuration.document.links,
      holds: (id) => this.#links.get(id)?.status.state.name !== "disabled",
      timeZone: () => configuration.document.unit.timeZone });
    const update = this.#updater();
    this.#update = update;
    const network = this.#unitNetwork();
    const acceptance = this.#acceptance(configuration, host, ports.list, this.#switch);
    const view = gatewayView({ ...this.#options, root: () => this.#root, ports, acceptance,
      update, network,
      store: this.#store, alarms, access: this.#running(this.#access),
      audit: this.#running(this.#audit), events: this.#events, records: this.#records,
      raw: this.#raw, delivery: this.#delivery, paging: this.#paging, terminals: this.#terminals,
      tls: () => this.#servers.tls, csta: this.#servers.csta, numbers: this.#numbers,
      links: this.#links, switch: this.#switch, routeing: this.#routeing,
      privateData: this.#privateData, configuration,
      secrets: this.#running(this.#secrets), hotel: this.#hotel, host,
      metrics: async () => await metrics.render() + await registry.metrics() });
    this.#api = createApi(view, registry);
    const certificates = createCertificateWatch({ world, alarms,
      certificates: () => this.#servers.certificates() });
    const quiet = createQuietWatch({ world, store: this.#store, alarms,
      links: () => this.#links.list().map(({ status }) => status),
      timeZone: () => configuration.document.unit.timeZone,
      holidays: () => configuration.document.unit.holidays });
    const reception = createReceptionWatch({ world, alarms,
      links: () => this.#links.list().map(({ status }) => status),
      backlogs: () => backlogsOf(this.#delivery, (link) => this.#quota(link).bytesMax),
      thresholds: () => configuration.document.watch });
    for (const component of [host, metrics, this.#switch, this.#delivery, this.#paging, this.#links,
      this.#terminals, this.#servers, configuration, certificates, quiet, reception]) {
      const added = await this.#root.add(component);
      if (!added.ok) return added;
    }
    const applied = await this.#applyGiven(configuration);
    if (!applied.ok || update === undefined || network === undefined) return applied;
    // Judges what was started on trial: last, when all of it is there.
    const menu = this.#console(configuration, acceptance, view.system);
    for (const component of [network, update, ...menu]) {
      const added = await this.#root.add(component);
      if (!added.ok) return added;
    }
    return applied;
  }

  #console(
    configuration: Configuration, acceptance: Acceptance, system: SystemView,
  ): Component[] {
    const { world, appliance, dataFolder, version } = this.#options;
    const update = this.#update;
    if (appliance === undefined || update === undefined) return [];
    return [new UnitConsole({ world, board: appliance,
      fulfil: (wish) => fulfil(wish, { nowMs: () => world.clock.wall().getTime(),
        unit: () => configuration.document.unit.name, testLinks: () => acceptance.testLinks(),
        support: () => system.support(), installOffer: () => update.installOffer(),
        keepOnStick: (name, content) => appliance.keepOnStick(name, content) }),
      firstAdmin: () =>
        readFile(path.join(dataFolder, firstAdminFile), "utf8").catch(() => ""),
      authorityPem: () => this.#servers.authority?.authorityPem,
      facts: () => ({ unit: configuration.document.unit.name, version,
        language: configuration.document.unit.language, webPort: this.#servers.webPort ?? 0,
        stage: update.stage, offered: update.offeredVersion,
        alarms: this.#alarms.list(false).length,
        links: this.#links.list().map(({ status: { id, state } }) => ({ id, state: state.name })),
      }) })];
  }

  #updater(): Updater | undefined {
    const { world, appliance } = this.#options;
    const linksUp = (): string[] => this.#links.list().map(({ status }) => status)
      .filter(({ state }) => ["up", "degraded"].includes(state.name)).map(({ id }) => id);
    const said = (): Said => Object.fromEntries(this.#links.list().map(({ status }) =>
      [status.id, status.counters.events + status.counters.records]));
    return appliance && new Updater({ world, appliance, alarms: this.#alarms, linksUp, said,
      mirror: (authorityPem) => httpsSource(authorityPem, this.#options.environment),
      inWindow: () => isInWindow(this.#document?.unit.maintenance, world.clock.wall().getTime(),
        this.#document?.unit.timeZone ?? "UTC"),
      signs: async () => ({ linksUp: linksUp(), said: said(),
        storeOpen: this.#store.health.status === "ok",
        apiAnswers: this.#servers.webPort !== undefined
          && await apiAnswers(this.#document?.web.address ?? "", this.#servers.webPort),
        restarts: healthOf(this.#root).reduce((sum, { restarts }) => sum + restarts, 0) }) });
  }

  #unitNetwork(): UnitNetwork | undefined {
    const { world, appliance } = this.#options;
    return appliance && new UnitNetwork({ world, board: appliance,
      addressesChanged: () => { this.#servers.renew(); } });
  }

  #quota(link: LinkId): RawQuota {
    return this.#document === undefined ? { bytesMax: Infinity, whenNeeded: "refuse" }
      : quotaOf(this.#document, link, this.#host?.reading?.diskTotalBytes);
  }

  #acceptance(
    configuration: Configuration, host: HostHealth, ports: () => Promise<readonly TestedPort[]>,
    source: SwitchingFunction,
  ): Acceptance {
    const { world, version, drivers } = this.#options;
    return new Acceptance({ world, version, drivers, store: this.#store, ports, switch: source,
      document: () => configuration.document, links: () => this.#links.list(),
      records: this.#records, raw: this.#raw, delivery: this.#delivery, alarms: this.#alarms,
      host: () => host.reading, certificates: () => this.#servers.certificates(),
      signer: () => this.#servers.authority?.signer });
  }

  #measure(host: HostHealth, source: SwitchingFunction): Metrics {
    const nowMs = (): number => this.#options.world.clock.wall().getTime();
    this.#metrics = createMetrics(this.#options.world, {
      links: () => this.#links.list().map(({ status }) => status), host: () => host.reading,
      deliveries: () => deliveryReadings(this.#delivery, nowMs()),
      ledger: () => ledgerReadings(this.#delivery,
        this.#links.list().map(({ status }) => status.id), nowMs()),
      numbers: async () => {
        const size = await this.#store.size();
        return { ...switchNumbers(source), ...cstaNumbers(this.#servers.csta),
          jackfield_alarms: this.#alarms.list(false).length,
          jackfield_store_bytes: size.ok ? size.value.bytesOnDisk : undefined,
          jackfield_store_journal_position: size.ok ? Number(size.value.headPosition)
            : undefined };
      } });
    return this.#metrics;
  }

  /**
   * The document given on the command line, unless it is the one in force already. The one in
   * force has been held back until now: what is wrong with it may be why another is given.
   */
  async #applyGiven(configuration: Configuration): Promise<Result<Configuration>> {
    const { configText } = this.#options;
    if (configText === undefined) return ok(configuration);
    const current = await configuration.text(undefined);
    this.#heldBack = false;
    if (current.ok && current.value.text === configText) {
      const carried = await this.#carryOut(configuration.document);
      return carried.ok ? ok(configuration) : carried;
    }
    const applied = await configuration.apply({ text: configText, mode: "apply",
      confirmWithinMs: 0, expectedRevision: undefined, actor: "gateway",
      comment: "given at start" });
    if (applied.ok) return ok(configuration);
    return { ok: false, fault: this.#startFault ?? applied.fault };
  }

  #applier(): Applier {
    return {
      callsOn: (link) => this.#running(this.#switch).calls({ link: linkId(link) }).length,
      apply: async (_previous, next): Promise<Result<void>> => {
        if (this.#heldBack) return done;
        const carried = await this.#carryOut(next);
        // A gateway that cannot start as told does not start as it was before.
        if (!carried.ok && this.#starting) {
          this.#heldBack = true;
          this.#startFault = carried.fault;
        }
        return carried;
      },
    };
  }

  async #carryOut(next: Document): Promise<Result<void>> {
    const plans = this.#numbers.setPlans(
      new Map(next.links.map((link) => [linkId(link.id), link.numbers])));
    if (!plans.ok) return plans;
    this.#document = next;
    const { sessionIdleMinutes, sessionHours } = next.access;
    this.#running(this.#access).configure({ idleMs: sessionIdleMinutes * minuteMs,
      absoluteMs: sessionHours * 60 * minuteMs });
    this.#running(this.#audit).configure(next.retention.auditDays);
    const opened = await this.#options.appliance?.open(openPorts(next));
    if (opened?.ok === false) return opened;
    const served = await this.#servers.configure(next);
    if (!served.ok) return served;
    this.#paging.configure(pagingRules(next.paging));
    // Before the links: a new destination gets what comes from the first byte on.
    const delivering = await this.#deliver(next);
    if (!delivering.ok) return delivering;
    // Before the links too: what the front desk says first has somewhere to go.
    const hosting = await this.#hotel.configure(hotelPlan(next));
    if (!hosting.ok) return hosting;
    return this.#links.configure(next.links);
  }

  #deliver({ links, destinations }: Document): Promise<Result<void>> {
    const sheets = links.flatMap(({ id, driver }) => {
      const sheet = this.#options.drivers.get(driver);
      return sheet?.keepsRawBytes === true ? [[linkId(id), sheet.accountsBytes] as const] : [];
    });
    this.#ledger.configure(new Map(sheets));
    return this.#delivery.configure(destinations.map(({ id, what, to, links: named }) =>
      ({ id, what, to, links: named?.map(linkId) ?? sheets.map(([link]) => link) })));
  }

  #hotelLink(id: LinkId): HotelLink | undefined {
    const link = this.#links.get(id);
    return link && { takes: link.status.hotel?.takes ?? [],
      up: ["up", "degraded"].includes(link.status.state.name),
      tell: (message, deadlineMs) => link.hotel(message, deadlineMs) };
  }

  #gateway(configuration: Configuration, firstAdmin: FirstAdmin | undefined): Gateway {
    const { grpcPort, webPort, authority } = this.#servers;
    assert(grpcPort !== undefined && webPort !== undefined && authority !== undefined,
      "the servers have been started");
    return {
      grpcPort, webPort, authorityPem: authority.authorityPem, firstAdmin,
      cstaPort: (id) => this.#servers.cstaServers
        .find(({ name }) => name === `csta-${id}`)?.bound?.port,
      get document() { return configuration.document; },
      switch: this.#running(this.#switch), links: this.#links, alarms: this.#alarms,
      store: this.#store, stop: (deadlineMs) => this.stop(deadlineMs),
    };
  }
}

function pagingRules({ routes, alarms, expireMinutes, repeatSeconds }: Document["paging"]):
PagingRules {
  return { expireMs: expireMinutes * minuteMs, repeatMs: repeatSeconds * 1_000,
    routes: routes.map(({ from, match, to }) => ({ match,
      from: from === undefined ? undefined : linkId(from),
      to: { link: linkId(to.link), pager: to.pager } })),
    alarms: { severities: alarms.severities,
      to: alarms.to.map(({ link, pager }) => ({ link: linkId(link), pager })) } };
}

function cstaNumbers({ sessions, sharing }: CstaView) {
  const { monitors, watched } = sharing();
  return { jackfield_csta_sessions: sessions().length, jackfield_csta_monitors: monitors,
    jackfield_csta_watched: watched };
}
