/**
 * All that servers may see of the gateway. The composition root builds one; tests build another
 * from fakes. Servers never see drivers or transports.
 */

import type { Acceptance } from "../../acceptance/acceptance.js";
import type { Language, Result, Text } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Configuration } from "../../config/configuration.js";
import type { Delivery } from "../../delivery/delivery.js";
import type { Hotel } from "../../hotel/hotel.js";
import type { Examination, Progress } from "../../link/doctor/doctor.js";
import type { Capabilities, OptionsTrial, Proof } from "../../link/driver.js";
import type { Frame, LinkStatus } from "../../link/link.js";
import type { RawKeeper } from "../../link/raw.js";
import type { LinkNumberResolver } from "../../numbers/resolver.js";
import type { Paging } from "../../paging/paging.js";
import type { Store } from "../../store/store.js";
import type { Alarms } from "../../supervisor/alarms.js";
import type { HostReading } from "../../supervisor/host-health.js";
import type { EventLog } from "../../switching/event-log.js";
import type { RecordBook } from "../../switching/records.js";
import type { PrivateData } from "../../switching/private-data.js";
import type { Routeing } from "../../switching/routeing.js";
import type { Switch } from "../../switching/switch.js";
import type { LineWish } from "../../terminal/line.js";
import type { Terminals } from "../../terminal/terminals.js";
import type { TerminalHeader } from "../../terminal/transcript.js";
import type { UnitNetwork } from "../../update/unit-network.js";
import type { Updater } from "../../update/updater.js";
import type { AccessView, AuditView } from "./access-view.js";

export type { Language };

/** What a server may ask of one link; `Link` fits. */
export interface LinkView {
  readonly status: LinkStatus;
  enable(): void;
  disable(): void;
  restart(): void;
  probe(deadlineMs: number): Promise<Result<readonly Proof[]>>;
  frames(): readonly Frame[];
  watchFrames(handler: (frame: Frame) => void): () => void;
}

export interface LinkControl {
  /** Reads the PBX's snapshot, heals the picture, and says how many calls had to be healed. */
  resync(id: string, deadlineMs: number): Promise<Result<number>>;
  /** Called with a link's id on every change of its state, and with `removed` when it is gone. */
  watch(handler: (id: string, removed: boolean) => void): () => void;
}

/** A driver's declaration; `Driver` fits. */
export interface DriverView {
  readonly name: string;
  readonly title: Text;
  readonly standards: readonly string[];
  readonly transports: readonly string[];
  readonly capabilities: Capabilities;
  readonly accountsBytes: boolean;
}

/** The number rules of all links; `LinkNumberResolver` fits. */
export type NumbersView = Pick<LinkNumberResolver, "explain" | "test">;

export interface SecretRow {
  readonly name: string;
  readonly setAtMs: number;
  /** Ids of the links whose configuration names it. */
  readonly links: readonly string[];
}

/** The secrets that the document names as `store:NAME`. */
export interface SecretsView {
  /** What became of the links that name it; faults as those of the secret store. */
  set(name: string, value: string): Promise<Result<
    { readonly links: readonly string[]; readonly restarted: readonly string[] }>>;
  /** By name, never with what they are. */
  list(): Promise<readonly SecretRow[]>;
  /** Faults: `not-found`, `precondition` while the document in force names it. */
  remove(name: string): Promise<Result<void>>;
}

/** A serial port or USB device of the unit, and the enabled link that uses it, if any. */
export interface PortRow {
  readonly kind: "serial" | "hid" | "vendor";
  readonly path: string;
  readonly adapter: string;
  readonly adapterAddress: string;
  readonly socketAddress: string;
  readonly serialNumber: string;
  readonly link: string;
}

export interface PortsView {
  list(): Promise<readonly PortRow[]>;
  /** Faults: `port-locked` where an enabled link uses the port, `port-absent`. */
  examine(
    address: string, limitMs: number, tell: (progress: Progress) => void,
  ): Promise<Result<Examination>>;
}

/** Pass-through; `Terminals` fits. */
export type TerminalsView =
  Pick<Terminals, "open" | "approve" | "type" | "signal" | "extend" | "close" | "list" | "get"
    | "read" | "settings" | "change" | "modemLines">;

/** A line offered to a vendor's program for some time. */
export interface RemotePortWish {
  readonly line: LineWish;
  readonly minutes: number;
  readonly reason: string;
  /** Who offers it. */
  readonly offeredBy: string;
  readonly address: string;
  readonly port: number;
  /** Names of client certificates. Empty: `plainFrom` counts, and there is no TLS. */
  readonly certificates: readonly string[];
  readonly plainFrom: readonly string[];
}

export interface RemotePortListener {
  /** A program has connected; a second person has to approve its terminal. */
  waiting(header: TerminalHeader): void;
  opened(header: TerminalHeader): void;
  ended(header: TerminalHeader): void;
  refused(why: Text): void;
  /** Its time is over, or it was closed. */
  over(): void;
}

export interface RemotePort {
  readonly address: string;
  readonly port: number;
  readonly endsAtMs: number;
  close(): void;
}

export interface RemotePortsView {
  /** Faults: `address-in-use`, `precondition`, `queue-full`. */
  open(wish: RemotePortWish, listener: RemotePortListener): Promise<Result<RemotePort>>;
}

/** Reports for handing a site over; `Acceptance` fits. */
export type AcceptanceView = Pick<Acceptance, "run" | "list" | "get" | "diff">;

/** The appliance's software; `Updater` fits. */
export type UpdateView = Pick<Updater, "status" | "receive" | "install"
  | "installOffer" | "fetch" | "cancel">;

/** The appliance's network; `UnitNetwork` fits. */
export type NetworkView = Pick<UnitNetwork, "now" | "set" | "confirm">;

/** The destinations and the ledger; `Delivery` fits. */
export type DeliveryView = Pick<Delivery, "list" | "balance" | "again">;

/** The relay of pages; `Paging` fits. */
export type PagingView = Pick<Paging, "send" | "get" | "list" | "after" | "watch">;
/** Rooms and guests; `Hotel` fits. */
export type HotelRoomsView =
  Pick<Hotel, "view" | "change" | "resync" | "refusedPostings" | "settlePosting">;

/** Who routes calls of which routeing device; `Routeing` fits. */
export type RouteingView = Pick<Routeing, "register" | "registrations" | "dialoguesOf">;

/** Private data of PBXs; `PrivateData` fits. */
export type PrivateDataView = Pick<PrivateData, "watch" | "escape">;

/** One application that speaks CSTA. */
export interface CstaSessionRow {
  readonly id: string;
  readonly server: string;
  readonly protocol: string;
  readonly user: string;
  readonly source: string;
  readonly connected: boolean;
  readonly beganAtMs: number;
  readonly monitors: number;
  readonly waitingEvents: number;
  readonly lostEvents: number;
  readonly resumes: number;
}

export interface CstaView {
  sessions(): readonly CstaSessionRow[];
  /** Monitors of all applications, and the devices and calls that they watch. */
  sharing(): { readonly monitors: number; readonly watched: number };
  /** Ends a session for good; false: there is none of that id. */
  end(id: string): boolean;
}

export interface ComponentRow {
  /** Its name in the supervisor tree: `gateway/links/pbx-1`. */
  readonly component: string;
  readonly status: "ok" | "degraded" | "failed";
  readonly reason: string;
  readonly restarts: number;
}

export interface VersionView {
  readonly version: string;
  readonly runtime: string;
  readonly startedAtMs: number;
  readonly unit: string;
}

export interface SystemView {
  readonly version: VersionView;
  components(): readonly ComponentRow[];
  /** Undefined: the host could not be read yet. */
  host(): HostReading | undefined;
  /** Prometheus text of the whole gateway. */
  metrics(): Promise<string>;
  /** What support needs to see, as one file. */
  support(): Promise<Uint8Array>;
}

export interface GatewayView {
  readonly world: World;
  /** The unit's language, for callers that name none. */
  readonly language: Language;
  readonly switch: Switch;
  readonly routeing: RouteingView;
  readonly privateData: PrivateDataView;
  /** All links, by id. */
  links(): readonly LinkView[];
  link(id: string): LinkView | undefined;
  readonly linkControl: LinkControl;
  readonly ports: PortsView;
  readonly terminals: TerminalsView;
  readonly remotePorts: RemotePortsView;
  readonly acceptance: AcceptanceView;
  drivers(): Promise<readonly DriverView[]>;
  /** Of a link. */
  driver(name: string): DriverView | undefined;
  /**
   * Reads bytes with a driver's options that are not in force; driver empty: the only one that can.
   * Faults: `argument-invalid` where no such driver can, `config-invalid`.
   */
  tryOptions(driver: string, optionsYaml: string, bytes: Uint8Array, atMs: number):
  Promise<Result<OptionsTrial>>;
  readonly events: EventLog;
  readonly records: RecordBook;
  readonly raw: RawKeeper;
  readonly delivery: DeliveryView;
  readonly csta: CstaView;
  readonly paging: PagingView;
  readonly hotel: HotelRoomsView;
  readonly numbers: NumbersView;
  readonly configuration: Configuration;
  readonly secrets: SecretsView;
  readonly alarms: Alarms;
  readonly store: Store;
  readonly access: AccessView;
  readonly audit: AuditView;
  readonly system: SystemView;
  /** Undefined: the gateway does not run on an appliance. */
  readonly update: UpdateView | undefined;
  /** As `update`. */
  readonly network: NetworkView | undefined;
}
