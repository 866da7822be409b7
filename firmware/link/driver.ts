/** The contract between a PBX family's driver and the rest of the gateway. */

import type { Result, Text } from "../base/result.js";
import type { World } from "../base/world.js";
import type { CallEvent, EventName } from "../model/events.js";
import type { HotelMessage, HotelWord } from "../model/hotel.js";
import type { DeviceId, LinkId } from "../model/identifiers.js";
import type { Page, PageStatus } from "../model/pages.js";
import type { PrivateEncoding, PrivateNotice } from "../model/private-data.js";
import type { RouteAnswer, RouteMessage } from "../model/routeing.js";
import type { callCodes, ServiceName, ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { CompletedCall } from "../model/records.js";
import type { Transport, TransportKind } from "./transport.js";

export interface Capabilities {
  readonly services: Readonly<Partial<Record<ServiceName, "native" | "emulated">>>;
  readonly events: readonly EventName[];
  /** Can we ask who is in a call right now? */
  readonly snapshot: "native" | "none";
  readonly callIdentity: "stable" | "changes-on-transfer" | "invented";
  readonly monitorsMax: number;
  readonly requestsInFlightMax: number;
  /**
   * Codes that go with a new call. A call without the code that was asked for would be another
   * call: on somebody else's bill, or not allowed. So it is refused where it is not listed here.
   */
  readonly callCodes?: Readonly<Partial<Record<"makeCall" | "consultationCall",
    readonly (typeof callCodes)[number][]>>>;
  /** The PBX asks where calls of its routeing devices are to go. */
  readonly routeing?: true;
  /** It takes and says private data on their own, in this encoding. */
  readonly privateData?: PrivateEncoding;
}

/** What a probe of this very PBX proved about one service or event; the brochure does not count. */
export interface Proof {
  readonly subject: ServiceName | EventName | "snapshot" | "routeing" | "privateData";
  readonly proven: "yes" | "no" | "not-tried";
  /** How it was proven, or why not: `ListCommands names Atxfer`, `no write class originate`. */
  readonly evidence: Text;
}

/** What a hotel's other end of the line is, and what may be told to it. */
export interface HotelSheet {
  readonly side: "front-desk" | "telephones";
  readonly takes: readonly HotelWord[];
}

export interface TimerRow {
  readonly ms: number;
  readonly minMs: number;
  readonly maxMs: number;
  readonly reference: string;
  readonly meaning: string;
}

export type Condition =
  | { readonly type: "ready" }
  | { readonly type: "impaired" | "lost"; readonly reason: Text };

/** What the PBX is, in its own words: `Asterisk 22.10.0`. */
export interface PeerIdentity {
  readonly product: string;
  readonly version?: string;
  /** Changes when the PBX has restarted: all calls known before are gone. */
  readonly incarnation?: string;
  /** Monitors that this link has at the PBX, where their number is limited. */
  readonly monitorLicences?: MonitorLicences;
}

export interface MonitorLicences {
  readonly used: number;
  readonly count: number;
  /** By the configuration, or by the PBX's refusal of one more. */
  readonly source: "configured" | "learned";
}

export interface SessionContext<Options> {
  readonly link: LinkId;
  readonly options: Options;
  readonly transport: Transport;
  readonly world: World;
  /** Looks a secret reference up: `env:NAME`, `file:/path`, `store:name`. Never logged. */
  secret(reference: string): Result<string>;
  emit(event: CallEvent): void;
  /** A finished call as the PBX itself recorded it (SMDR, CDR). */
  record(call: CompletedCall): void;
  /**
   * What the other end says of a room. Resolves when it is safe: only then is it acknowledged.
   * Absent where the configuration names no hotel that this link belongs to.
   */
  readonly hotel?: (message: HotelMessage) => Promise<Result<void>>;
  /**
   * Somebody calls a pager through this link. Resolves when the page is durable: a protocol that
   * acknowledges does so only then. Faults `queue-full`, `store-full`, `store-unavailable`.
   * Absent where nobody takes pages: they are refused.
   */
  readonly page?: (page: Page) => Promise<Result<void>>;
  /** The paging system tells more about the newest page to this pager. */
  readonly pageStatus?: (pager: string, status: PageStatus) => void;
  /** What the PBX says of routeing; absent where nobody takes it. */
  readonly routeing?: (message: RouteMessage) => void;
  /** What the PBX says in private data alone; absent where nobody takes it. */
  readonly privateNotice?: (notice: PrivateNotice) => void;
  report(condition: Condition): void;
  identify(peer: PeerIdentity): void;
  /** Bytes that no frame claims. Counted, kept in the link's frame ring, never dropped silently. */
  garbage(bytes: Uint8Array, reason: string): void;
  /**
   * So many received bytes were understood (`record`) or mean nothing on purpose (`skipped`: line
   * ends, headings, prompts). With `garbage`, every byte is told of once.
   */
  accounted(bytes: number, as: "record" | "skipped"): void;
  /** By the PBX's own numbers so many records never came. */
  missed(records: number): void;
  /** Asks for a resync: the driver saw that its picture may be wrong. */
  requestResync(reason: string): void;
}

/**
 * Routeing towards the PBX. Undefined device: every routeing device, where the PBX has that. A PBX
 * without registration accepts any.
 */
export interface RouteingSession {
  register(device: DeviceId | undefined, deadlineMs: number): Promise<Result<void>>;
  cancel(device: DeviceId | undefined, deadlineMs: number): Promise<Result<void>>;
  /** Unanswered: what comes of it the PBX tells in the dialogue. */
  answer(answer: RouteAnswer): Result<void>;
}

/** Every `deadlineMs` counts from now. The link itself settles what a session leaves unsettled. */
export interface Session {
  request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>>;
  /**
   * The PBX's own picture of the moment. `service-not-supported` if it cannot tell. Events emitted
   * before this resolves are held by the link and passed on after the snapshot: emit meanwhile only
   * what the snapshot does not contain.
   */
  snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>>;
  /** What this PBX was seen to be able to do; run after every login and on request. */
  probe(deadlineMs: number): Promise<Result<readonly Proof[]>>;
  /**
   * Tells the other end of a room; only what the driver's sheet takes. Resolves when it has it, as
   * far as the protocol tells. `service-refused`: it will never take this.
   */
  hotel?(message: HotelMessage, deadlineMs: number): Promise<Result<void>>;
  /** Present where the driver's sheet says `routeing`. */
  readonly routeing?: RouteingSession;
  /** Sends private data; gives what the PBX answers. Present where the sheet says `privateData`. */
  escape?(elements: readonly string[], deadlineMs: number): Promise<Result<readonly string[]>>;
  /** `goesOn`: the next session is given the bytes again that were not told of, and their rest. */
  close(goesOn?: boolean): void;
}

/** A schema of the driver's options: validates, and draws the form and the reference page. */
export interface OptionsSchema<Options> {
  /** All violations at once; paths are relative to `options`. */
  parse(value: unknown): Result<Options>;
  readonly jsonSchema: Readonly<Record<string, unknown>>;
}

/** What a driver takes some bytes for. */
export interface Recognition {
  /** `Panasonic KX-TD/TDA/TDE/NS, pattern A`. */
  readonly title: string;
  /** For `options` in the configuration. */
  readonly options: Readonly<Record<string, unknown>>;
  /** 0 to 1: how sure it is; from 0.9 it may be believed. */
  readonly score: number;
  readonly records: number;
  /** Some of the records, as printed and as understood. */
  readonly samples: readonly {
    readonly text: string; readonly fields: Readonly<Record<string, string>>;
  }[];
}

/** What a driver makes of bytes, read with options that are only tried. */
export interface OptionsTrial {
  /** The last of them, in order. */
  readonly records: readonly TriedRecord[];
  readonly recordsTotal: number;
  /** The last of what was neither a record nor to be skipped. */
  readonly rejected: readonly { readonly text: string; readonly reason: Text }[];
  readonly rejectedTotal: number;
}

export interface TriedRecord {
  /** As printed. */
  readonly text: string;
  readonly fields: Readonly<Record<string, string>>;
  /** What it tells: `completed`, `ringing`, `date` ..., in the driver's words. */
  readonly phase: string;
  /** Absent where it tells of no call. */
  readonly call?: Omit<CompletedCall, "link">;
}

export interface Driver<Options = unknown> {
  /** `driver:` in the configuration, and the name of the folder unless drivers share one. */
  readonly name: string;
  readonly title: Text;
  readonly standards: readonly string[];
  readonly transports: readonly TransportKind[];
  readonly options: OptionsSchema<Options>;
  readonly capabilities: Capabilities;
  /** Present where the other end is a part of a hotel. */
  readonly hotel?: HotelSheet;
  readonly timers: Readonly<Record<string, TimerRow>>;
  /** True where bytes must be durable, exactly as received, before they are parsed (SMDR). */
  readonly keepsRawBytes: boolean;
  /** True where the session accounts for every byte: the ledger can then balance. */
  readonly accountsBytes: boolean;
  /**
   * What these bytes, received about `atMs` (milliseconds since 1970), look like; best first. The
   * work is in pieces, between which others may have a turn; what the last yields is the answer.
   * Absent where bytes that come unasked tell nothing.
   */
  readonly recognise?: (bytes: Uint8Array, atMs: number, timeZone: string) =>
  Iterable<readonly Recognition[]>;
  /**
   * Reads bytes, received about `atMs`, with options that no link has: for setting them right.
   * Bounded. Faults as those of `options.parse`.
   */
  readonly tryOptions?: (options: unknown, bytes: Uint8Array, atMs: number) =>
  Result<OptionsTrial>;
  open(context: SessionContext<Options>): Session;
}
