/** What the rest of the gateway sees of one configured connection to one PBX. */

import type { Component } from "../base/component.js";
import type { Result, Text } from "../base/result.js";
import type { LinkId } from "../model/identifiers.js";
import type { HotelMessage } from "../model/hotel.js";
import type { ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { Capabilities, HotelSheet, PeerIdentity, Proof, RouteingSession } from "./driver.js";
import type { LinePins, ModemLines } from "./transport.js";

export type LinkState =
  | { readonly name: "disabled" }
  | { readonly name: "opening"; readonly attempt: number }
  | { readonly name: "up" }
  | { readonly name: "degraded"; readonly reason: Text }
  | { readonly name: "down"; readonly attempt: number; readonly reason: Text;
      /** Milliseconds until the next attempt, counted from `LinkStatus.sinceMs`. */
      readonly retryInMs: number };

export interface LinkStatus {
  readonly id: LinkId;
  readonly driver: string;
  readonly driverTitle: Text;
  /** What the configuration calls it, for people; may be empty. */
  readonly title: string;
  readonly state: LinkState;
  /** When the state was entered, milliseconds since 1970 UTC. */
  readonly sinceMs: number;
  readonly transport: string;
  readonly peer: PeerIdentity | undefined;
  readonly declared: Capabilities;
  readonly hotel?: HotelSheet;
  readonly proofs: readonly Proof[];
  readonly counters: LinkCounters;
  /** Of an open serial line. */
  readonly line?: LineStatus;
  /** Of an open link whose bytes are kept before they are parsed. */
  readonly keeping?: KeepingStatus;
}

export interface LineStatus {
  /** False where damaged octets cannot be told from good ones. */
  readonly errorsCounted: boolean;
  /** As seen a moment ago; undefined where the port cannot tell. */
  readonly lines: ModemLines | undefined;
}

export interface KeepingStatus {
  /** Received, and not durable yet. */
  readonly waitingBytes: number;
  /** The PBX has been asked to wait. */
  readonly holding: boolean;
}

/** Reasons that are counted by name; what else there is counts as `otherReasons`. */
export const rejectReasonsMax = 16;
export const otherReasons = "other reasons";

export interface LinkCounters {
  bytesIn: number;
  bytesOut: number;
  events: number;
  records: number;
  garbageBytes: number;
  requests: number;
  requestsFailed: number;
  resyncs: number;
  opens: number;
  lastReceivedAtMs: number | undefined;
  /** Octets that came with a framing or parity error. */
  damagedOctets: number;
  breaks: number;
  /** Pieces (mostly lines) that are no record and nothing to be skipped either. */
  rejected: number;
  rejectedReasons: Readonly<Record<string, number>>;
  /** Records that never came, by the PBX's own numbers. */
  recordsMissed: number;
  lastRecordAtMs: number | undefined;
}

/** One chunk as it passed, for the flight recorder. */
export interface Frame {
  readonly atMs: number;
  readonly direction: "in" | "out" | "garbage";
  readonly bytes: Uint8Array;
}

/** What a person at a terminal hears of a link's line; each call is one chunk as it came. */
export interface TapListener {
  received(bytes: Uint8Array): void;
  /** Called once, unless the tap was closed before. */
  closed(reason: Text): void;
}

/** A second user of a link's open line. What it receives goes to the driver all the same. */
export interface LinkTap {
  readonly description: string;
  readonly pins: LinePins | undefined;
  /** `secret`: the flight recorder gets stars instead. */
  send(bytes: Uint8Array, secret: boolean): Result<void>;
  close(): void;
}

export interface Link extends Component {
  readonly status: LinkStatus;
  enable(): void;
  disable(): void;
  /** Closes and opens again at once. */
  restart(): void;
  /** Changes `status.title`; the session is not touched. */
  rename(title: string): void;
  request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>>;
  snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>>;
  probe(deadlineMs: number): Promise<Result<readonly Proof[]>>;
  /** Faults: `service-not-supported` beyond the driver's sheet, `link-down`, the driver's own. */
  hotel(message: HotelMessage, deadlineMs: number): Promise<Result<void>>;
  /** Faults: `service-not-supported` beyond the driver's sheet, `link-down`, the PBX's own. */
  readonly routeing: RouteingSession;
  /** Faults: `service-not-supported` beyond the driver's sheet, `link-down`, the PBX's own. */
  escape(elements: readonly string[], deadlineMs: number): Promise<Result<readonly string[]>>;
  /** The newest frames, oldest first; bounded by `framesMax` and `frameBytesMax`. */
  frames(): readonly Frame[];
  /** Called for every frame from now on, until the returned function is called. */
  watchFrames(handler: (frame: Frame) => void): () => void;
  /**
   * Shares the line. Faults: `link-down`, `precondition` where the driver holds a conversation,
   * which a typing person would break.
   */
  tap(listener: TapListener): Result<LinkTap>;
}
