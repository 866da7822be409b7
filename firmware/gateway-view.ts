/** What the servers may see of the running gateway. */

import type { Acceptance } from "./acceptance/acceptance.js";
import { fail, ok, type Result } from "./base/result.js";
import type { World } from "./base/world.js";
import type { Configuration } from "./config/configuration.js";
import { linksNaming, type Secrets } from "./config/secrets.js";
import type { Delivery } from "./delivery/delivery.js";
import type { Driver } from "./link/driver.js";
import type { DriverShelf } from "./link/driver-shelf.js";
import type { Hotel } from "./hotel/hotel.js";
import type { LinkSet } from "./link-set.js";
import type { Access } from "./northbound/access/access.js";
import type { Audit } from "./northbound/access/audit.js";
import type { CstaView, GatewayView, PortsView, SecretsView, SystemView }
  from "./northbound/api/gateway-view.js";
import type { TlsMaterial } from "./northbound/api/peer.js";
import { createRemotePorts } from "./northbound/rfc2217/server.js";
import { optionTrials } from "./option-trials.js";
import type { LinkNumberResolver } from "./numbers/resolver.js";
import type { Paging } from "./paging/paging.js";
import type { Store } from "./store/store.js";
import type { Alarms } from "./supervisor/alarms.js";
import type { HostHealth } from "./supervisor/host-health.js";
import { healthOf } from "./supervisor/health-tree.js";
import type { Component } from "./base/component.js";
import type { EventLog } from "./switching/event-log.js";
import type { RecordBook } from "./switching/records.js";
import type { RawKeeper } from "./link/raw.js";
import type { Terminals } from "./terminal/terminals.js";
import type { PrivateData } from "./switching/private-data.js";
import type { Routeing } from "./switching/routeing.js";
import { supportBundle } from "./support-bundle.js";
import type { Appliance } from "./update/appliance.js";
import type { UnitNetwork } from "./update/unit-network.js";
import type { Updater } from "./update/updater.js";
import type { SwitchingFunction } from "./switching/switching-function.js";

export interface ViewParts {
  readonly world: World;
  readonly version: string;
  readonly dataFolder: string;
  readonly drivers: DriverShelf<Driver>;
  readonly root: () => Component;
  readonly store: Store;
  readonly alarms: Alarms;
  readonly access: Access;
  readonly audit: Audit;
  readonly events: EventLog;
  readonly records: RecordBook;
  readonly raw: RawKeeper;
  readonly delivery: Delivery;
  readonly ports: PortsView;
  readonly terminals: Terminals;
  readonly acceptance: Acceptance;
  readonly update: Updater | undefined;
  readonly network: UnitNetwork | undefined;
  readonly appliance?: Pick<Appliance, "journal"> | undefined;
  readonly paging: Paging;
  readonly csta: CstaView;
  readonly tls: () => TlsMaterial | undefined;
  readonly hotel: Hotel;
  readonly numbers: LinkNumberResolver;
  readonly links: LinkSet;
  readonly switch: SwitchingFunction;
  readonly routeing: Routeing;
  readonly privateData: PrivateData;
  readonly configuration: Configuration;
  readonly secrets: Secrets;
  readonly host: HostHealth;
  readonly metrics: () => Promise<string>;
}

export function gatewayView(parts: ViewParts): GatewayView {
  const { links, world } = parts;
  return {
    world,
    get language() { return parts.configuration.document.unit.language; },
    switch: parts.switch, routeing: parts.routeing, privateData: parts.privateData,
    links: () => links.list(),
    link: (id) => links.get(id),
    linkControl: {
      resync: (id, deadlineMs) => resync(parts, id, deadlineMs),
      watch: (handler) => links.watch(handler),
    },
    ports: parts.ports,
    terminals: parts.terminals, acceptance: parts.acceptance,
    remotePorts: createRemotePorts({ world, terminals: parts.terminals, access: parts.access,
      tls: parts.tls }),
    drivers: () => parts.drivers.all(), driver: (name) => parts.drivers.get(name),
    tryOptions: optionTrials(parts.drivers),
    events: parts.events, records: parts.records, raw: parts.raw,
    csta: parts.csta, delivery: parts.delivery, paging: parts.paging, hotel: parts.hotel,
    numbers: parts.numbers,
    configuration: parts.configuration, alarms: parts.alarms, store: parts.store,
    secrets: secretsView(parts),
    access: parts.access, audit: parts.audit,
    system: systemView(parts), update: parts.update, network: parts.network,
  };
}

async function resync(parts: ViewParts, id: string, deadlineMs: number): Promise<Result<number>> {
  const link = parts.links.get(id);
  if (link === undefined) return fail("link-unknown", `no link is called ${id}`);
  const before = parts.switch.counters.healed;
  // The link hands its snapshot to the switch, which heals what differs.
  const snapshot = await link.snapshot(deadlineMs);
  if (!snapshot.ok) return snapshot;
  return ok(parts.switch.counters.healed - before);
}

function secretsView({ configuration, links, secrets }: ViewParts): SecretsView {
  const naming = (name: string): readonly string[] =>
    linksNaming(configuration.document.links, name);
  return {
    async set(name, value) {
      const written = await secrets.set(name, value);
      if (!written.ok) return written;
      const using = naming(name);
      // A session in progress is worth more than trying the secret at once.
      const restarted = using.filter((id) =>
        ["opening", "down"].includes(links.get(id)?.status.state.name ?? ""));
      for (const id of restarted) links.get(id)?.restart();
      return ok({ links: using, restarted });
    },
    async list() {
      return (await secrets.list()).map((kept) => ({ ...kept, links: naming(kept.name) }));
    },
    remove(name) {
      const using = [...naming(name), ...configuration.document.destinations
        .filter(({ to }) => to.kind === "http" && to.secret === `store:${name}`)
        .map(({ id }) => id)];
      return using.length === 0 ? secrets.remove(name) : Promise.resolve(fail("precondition",
        `The secret ${name} is named by the configuration in force: ${using.join(", ")}.`));
    },
  };
}

function systemView(parts: ViewParts): SystemView {
  const startedAtMs = parts.world.clock.wall().getTime();
  return {
    get version() {
      return { version: parts.version, runtime: `node ${process.versions.node}`, startedAtMs,
        unit: parts.configuration.document.unit.name };
    },
    components: () => healthOf(parts.root()),
    host: () => parts.host.reading,
    metrics: parts.metrics,
    support() {
      const { world, alarms, links, configuration, update, appliance } = parts;
      return supportBundle({ nowMs: world.clock.wall().getTime(), system: this, alarms,
        links: links.list().map(({ status }) => status), configuration,
        update: update && (() => update.status()),
        journal: appliance && (() => appliance.journal()) });
    },
  };
}
