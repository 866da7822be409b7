/** One open transport and the driver's session on it: from the opening to the loss of the line. */

import {
  done, fail, inEachLanguage, messageOf, type Fault, type Result, type Text,
} from "../base/result.js";
import type { Cancellable, World } from "../base/world.js";
import type { CallEvent } from "../model/events.js";
import type { LinkId } from "../model/identifiers.js";
import type { HotelMessage } from "../model/hotel.js";
import type { Page, PageStatus } from "../model/pages.js";
import type { PrivateNotice } from "../model/private-data.js";
import type { RouteMessage } from "../model/routeing.js";
import type { CompletedCall } from "../model/records.js";
import type { ServiceRequest, ServiceResponse } from "../model/services.js";
import type { LinkSnapshot } from "../model/snapshot.js";
import type { Condition, Driver, PeerIdentity, Proof, RouteingSession, Session }
  from "./driver.js";
import type { FrameRing } from "./frame-ring.js";
import { otherReasons, rejectReasonsMax, type KeepingStatus, type LineStatus, type LinkCounters,
  type LinkTap, type TapListener } from "./link.js";
import { RawPump } from "./raw-pump.js";
import { sameLines, type CarriedLine, type LineState, type RawKeeper }
  from "./raw.js";
import { Counting, lineGoesOn } from "./read-again.js";
import type { ModemLines, Sender, SerialSigns, Transport } from "./transport.js";

/** What a session that is being closed may still need to store and parse what it has received. */
export const drainMs = 5_000;
/** A typed secret of so many characters is starred out in what is received, too. */
export const hiddenCharactersMin = 4;
const star = 0x2a;
/** How often the modem lines of an open serial port are looked at. */
export const linesEveryMs = 5_000;

/** What became of bytes. `not-stored`: they came, but the store was too far behind. */
export type Accounted = "record" | "skipped" | "not-stored";

/** What a live session tells the link. */
export interface SessionHost {
  event(event: CallEvent): void;
  record(call: CompletedCall): void;
  page(page: Page): Promise<Result<void>>;
  pageStatus(pager: string, status: PageStatus): void;
  routeing(message: RouteMessage): void;
  privateNotice(notice: PrivateNotice): void;
  condition(condition: Condition): void;
  identified(peer: PeerIdentity): void;
  garbage(bytes: Uint8Array, reason: string): void;
  accounted(bytes: number, as: Accounted): void;
  resyncWanted(reason: string): void;
  storeChanged(fault: Fault | undefined): void;
  /** The channel loses what was sent to us; `undefined`: no more. */
  transportTrouble(reason: Text | undefined): void;
  /** Resolves when the records of all calls told so far are written. */
  recorded(): Promise<void>;
  /** The transport is closed and everything that came over it has been delivered. */
  ended(reason: Text): void;
}

export interface LiveSessionPlan<Options> {
  readonly id: LinkId;
  readonly driver: Driver<Options>;
  readonly options: Options;
  readonly world: World;
  readonly secret: (reference: string) => Result<string>;
  readonly rawKeeper: RawKeeper | undefined;
  readonly hotel: ((message: HotelMessage) => Promise<Result<void>>) | undefined;
}

export class LiveSession<Options> {
  readonly #plan: LiveSessionPlan<Options>;
  readonly #transport: Transport;
  readonly #host: SessionHost;
  readonly #ring: FrameRing;
  readonly #counters: LinkCounters;
  #lines: ModemLines | undefined;
  #linesTimer: Cancellable | undefined;
  /** Of the octets that are received next. */
  #errors: Pick<LineState, "damaged" | "breaks"> = {};
  readonly #abandon = new Set<(reason: Text) => void>();
  readonly #taps = new Set<TapListener>();
  #receive: ((bytes: Uint8Array, atMs: number, from?: Sender) => void) | undefined;
  #closedHandlers: ((reason: Text) => void)[] = [];
  #session: Session | undefined;
  #pump: RawPump | undefined;
  #position: bigint | undefined;
  #ordinal = 0;
  #counting = new Counting(0);
  #inFlight = 0;
  /** Of the bytes handed to the driver and those that it has told of. */
  #fedBytes = 0;
  #toldBytes = 0;
  /** The link is done with this session; what it still has received is delivered nevertheless. */
  #closing = false;

  constructor(
    plan: LiveSessionPlan<Options>, transport: Transport, host: SessionHost, ring: FrameRing,
    counters: LinkCounters,
  ) {
    this.#plan = plan;
    this.#transport = transport;
    this.#host = host;
    this.#ring = ring;
    this.#counters = counters;
  }

  get description(): string {
    return this.#transport.description;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  get line(): LineStatus | undefined {
    const { signs } = this.#transport;
    return signs && { errorsCounted: signs.errorsCounted, lines: this.#lines };
  }

  get keeping(): KeepingStatus | undefined {
    const pump = this.#pump;
    return pump && { waitingBytes: pump.queuedBytes, holding: pump.holding };
  }

  begin({ segments, ordinals, countedBytes }: CarriedLine): void {
    this.#guard("open", () => { this.#session = this.#openSession(); });
    this.#counting = new Counting(countedBytes);
    for (const { position, atMs, bytes } of segments) {
      const { clock } = this.#plan.world;
      const agoMs = clock.wall().getTime() - atMs;
      if (this.#position !== position) this.#ordinal = ordinals.get(position) ?? 0;
      this.#position = position;
      this.#stored(bytes, clock.monotonicMs() - agoMs, position, undefined);
    }
    if (this.#plan.driver.keepsRawBytes && this.#plan.rawKeeper !== undefined) {
      this.#pump = this.#openPump(this.#plan.rawKeeper);
    }
    const { signs } = this.#transport;
    if (signs !== undefined) this.#watchLine(signs);
    this.#transport.onReceive((bytes, atMs, from, place) => {
      this.#received(bytes, atMs, from, place);
    });
    this.#transport.onTrouble?.((reason) => { this.#host.transportTrouble(reason); });
    this.#transport.onClosed((reason) => {
      for (const tap of [...this.#taps]) tap.closed(reason);
      this.#taps.clear();
      this.#linesTimer?.cancel();
      const ended = (): void => {
        for (const handler of this.#closedHandlers.splice(0)) {
          this.#guard("closed", () => { handler(reason); });
        }
        if (!this.#closing) this.#host.ended(reason);
      };
      if (this.#pump === undefined) ended();
      else this.#pump.whenDrained(ended);
    });
    if (this.#transport.readFrom !== undefined) void this.#readOn();
  }

  request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    this.#inFlight += 1;
    return this.#bounded(request.service, deadlineMs,
      (session) => session.request(request, deadlineMs),
    ).finally(() => { this.#inFlight -= 1; });
  }

  snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>> {
    return this.#bounded("snapshot", deadlineMs, (session) => session.snapshot(deadlineMs));
  }

  probe(deadlineMs: number): Promise<Result<readonly Proof[]>> {
    return this.#bounded("probe", deadlineMs, (session) => session.probe(deadlineMs));
  }

  tap(listener: TapListener): LinkTap {
    this.#taps.add(listener);
    const { description, pins } = this.#transport;
    return {
      description, pins,
      send: (bytes, secret) => {
        if (!secret) return this.#counted(this.#transport.send(bytes), bytes);
        const text = Buffer.from(bytes).toString("utf8").replace(/[\r\n]+$/, "");
        // The PBX may repeat it; a shorter one would star out half of what it prints.
        if (text.length >= hiddenCharactersMin) this.#ring.hide(text);
        return this.#counted(this.#transport.send(bytes),
          new Uint8Array(bytes.length).fill(star));
      },
      close: () => { this.#taps.delete(listener); },
    };
  }

  hotel(message: HotelMessage, deadlineMs: number): Promise<Result<void>> {
    return this.#bounded(message.type, deadlineMs, (session) =>
      session.hotel?.(message, deadlineMs) ?? Promise.resolve(fail("service-not-supported",
        `${this.#plan.driver.name} tells nothing of rooms.`)));
  }

  escape(elements: readonly string[], deadlineMs: number): Promise<Result<readonly string[]>> {
    return this.#bounded("escape", deadlineMs, (session) =>
      session.escape?.(elements, deadlineMs) ?? Promise.resolve(fail("service-not-supported",
        `${this.#plan.driver.name} takes no private data.`)));
  }

  readonly routeing: RouteingSession = {
    register: (device, deadlineMs) => this.#bounded("routeRegister", deadlineMs,
      async (session) => await session.routeing?.register(device, deadlineMs) ?? this.#noRoutes()),
    cancel: (device, deadlineMs) => this.#bounded("routeRegisterCancel", deadlineMs,
      async (session) => await session.routeing?.cancel(device, deadlineMs) ?? this.#noRoutes()),
    answer: (answer) => this.#session?.routeing?.answer(answer) ?? this.#noRoutes(),
  };

  #noRoutes(): Result<never> {
    return fail("service-not-supported", {
      en: `${this.#plan.driver.name} has no routeing services.`,
      fr: `${this.#plan.driver.name} n'a pas de services d'acheminement.` });
  }

  /**
   * Closes the line at once; resolves when what had been received is stored and parsed. `leaves`:
   * but for the beginning of a line that goes on, which is as after a kill.
   */
  close(reason: Text, leaves = false): Promise<void> {
    this.#closing = true;
    for (const abandon of [...this.#abandon]) abandon(reason);
    this.#transport.close();
    const pump = this.#pump;
    return new Promise((resolve) => {
      let settled = false;
      const finish = (): void => {
        if (settled) return;
        settled = true;
        timer?.cancel();
        const goesOn = leaves
          && lineGoesOn(this.#transport.kind, this.#fedBytes - this.#toldBytes);
        this.#guard("close", () => { this.#session?.close(goesOn); });
        const lostBytes = pump?.stop() ?? 0;
        if (lostBytes > 0) {
          this.#plan.world.log.event("link.raw.lost",
            { link: this.#plan.id, bytes: lostBytes }, "error");
        }
        resolve();
      };
      let timer: Cancellable | undefined;
      if (pump === undefined) {
        finish();
        return;
      }
      timer = this.#plan.world.clock.after(drainMs, "link.drain", finish);
      pump.whenDrained(finish);
    });
  }

  #watchLine(signs: SerialSigns): void {
    signs.onErrors((damaged, breaks) => {
      this.#counters.damagedOctets += damaged;
      this.#counters.breaks += breaks;
      this.#errors = { damaged: (this.#errors.damaged ?? 0) + damaged,
        breaks: (this.#errors.breaks ?? 0) + breaks };
    });
    let closed = false;
    this.#transport.onClosed(() => { closed = true; });
    const look = async (): Promise<void> => {
      const lines = await signs.lines();
      if (!sameLines(this.#lines, lines)) this.#lines = lines;
      // A port that cannot tell now never will.
      if (closed || lines === undefined) return;
      this.#linesTimer = this.#plan.world.clock.after(linesEveryMs, "link.lines",
        () => { void look(); });
    };
    void look();
  }

  #openSession(): Session {
    const { id, driver, options, world, hotel } = this.#plan;
    const live = (run: () => void): void => { if (!this.#closing) run(); };
    return driver.open({
      link: id, options, world, transport: this.#driverTransport(),
      ...(hotel === undefined ? {} : { hotel }),
      secret: (reference) => {
        const found = this.#plan.secret(reference);
        if (found.ok) this.#ring.hide(found.value);
        return found;
      },
      emit: (event) => {
        this.#counters.events += 1;
        this.#host.event(event);
      },
      record: (call) => {
        this.#counters.records += 1;
        this.#counters.lastRecordAtMs = world.clock.wall().getTime();
        this.#host.record(this.#located(call));
      },
      page: (page) => this.#host.page(page),
      pageStatus: (pager, status) => { this.#host.pageStatus(pager, status); },
      routeing: (message) => { live(() => { this.#host.routeing(message); }); },
      privateNotice: (notice) => { live(() => { this.#host.privateNotice(notice); }); },
      report: (condition) => { live(() => { this.#host.condition(condition); }); },
      identify: (peer) => { live(() => { this.#host.identified(peer); }); },
      garbage: (bytes, reason) => {
        this.#toldBytes += bytes.length;
        this.#garbage(bytes, reason, this.#counting.rest(bytes.length));
      },
      accounted: (bytes, as) => {
        this.#toldBytes += bytes;
        this.#host.accounted(this.#counting.rest(bytes), as);
      },
      missed: (records) => { this.#counters.recordsMissed += records; },
      requestResync: (reason) => { live(() => { this.#host.resyncWanted(reason); }); },
    });
  }

  /** `uncounted`: the last so many of them are not in the ledger yet. */
  #garbage(bytes: Uint8Array, reason: string, uncounted = bytes.length): void {
    const { rejectedReasons } = this.#counters;
    this.#counters.garbageBytes += bytes.length;
    this.#counters.rejected += 1;
    const named = reason in rejectedReasons
      || Object.keys(rejectedReasons).length < rejectReasonsMax ? reason : otherReasons;
    this.#counters.rejectedReasons =
      { ...rejectedReasons, [named]: (rejectedReasons[named] ?? 0) + 1 };
    this.#ring.add(this.#plan.world.clock.wall().getTime(), "garbage", bytes);
    this.#host.garbage(bytes.subarray(bytes.length - uncounted), reason);
  }

  /** Says in which raw bytes the record stands, and as which of their records. */
  #located(call: CompletedCall): CompletedCall {
    if (call.rawPosition !== undefined || this.#position === undefined) return call;
    const rawOrdinal = this.#ordinal;
    this.#ordinal += 1;
    return { ...call, rawPosition: this.#position, rawOrdinal };
  }

  /** The transport as the driver sees it: counted, recorded, and behind the durable store. */
  #driverTransport(): Transport {
    const transport = this.#transport;
    return {
      kind: transport.kind,
      description: transport.description,
      onReceive: (handler) => { this.#receive = handler; },
      waiting: () => this.#pump !== undefined
        && (this.#pump.queuedBytes > 0 || this.#pump.holding),
      onClosed: (handler) => { this.#closedHandlers.push(handler); },
      send: (bytes) => this.#counted(transport.send(bytes), bytes),
      ...(transport.sendTo === undefined ? {} : {
        sendTo: (bytes: Uint8Array, to: Sender) =>
          this.#counted(transport.sendTo?.(bytes, to) ?? done, bytes) }),
      close: () => { transport.close(); },
    };
  }

  #counted(sent: Result<void>, shown: Uint8Array): Result<void> {
    if (sent.ok) {
      this.#counters.bytesOut += shown.length;
      this.#ring.add(this.#plan.world.clock.wall().getTime(), "out", shown);
    }
    return sent;
  }

  async #readOn(): Promise<void> {
    const { id, rawKeeper, world } = this.#plan;
    const place = this.#pump === undefined ? undefined : await rawKeeper?.place(id);
    if (place === undefined || place.ok) {
      this.#transport.readFrom?.(place?.value);
      return;
    }
    world.log.event("link.place.unread", { link: id, reason: place.fault.message }, "error");
    this.#transport.close();
  }

  #placed(place: string): void {
    void this.#host.recorded().then(() => { this.#transport.kept?.(place); });
  }

  #openPump(keeper: RawKeeper): RawPump {
    const { id, world } = this.#plan;
    return new RawPump({
      link: id, keeper, transport: this.#transport, world,
      framed: this.#transport.kind === "udp" || this.#transport.kind === "file",
      deliver: (bytes, atMs, position, from) => { this.#stored(bytes, atMs, position, from); },
      storeChanged: (fault) => { this.#host.storeChanged(fault); },
      placed: (place) => { this.#placed(place); },
      overflowed: (bytes) => {
        this.#host.accounted(bytes.length, "not-stored");
        this.#garbage(bytes, "not stored: the store is too far behind");
      },
    });
  }

  #stored(bytes: Uint8Array, atMs: number, position: bigint, from: Sender | undefined): void {
    // Chunks that were kept together have one position.
    if (this.#position !== position) this.#ordinal = 0;
    this.#position = position;
    this.#deliver(bytes, atMs, from);
  }

  #received(
    bytes: Uint8Array, atMs: number, from: Sender | undefined, place: string | undefined,
  ): void {
    const wallMs = this.#plan.world.clock.wall().getTime();
    this.#counters.bytesIn += bytes.length;
    this.#counters.lastReceivedAtMs = wallMs;
    this.#ring.add(wallMs, "in", bytes);
    if (this.#pump !== undefined) this.#pump.push(bytes, atMs, this.#lineState(), from, place);
    else {
      this.#deliver(bytes, atMs, from);
      if (place !== undefined) this.#placed(place);
    }
    for (const tap of [...this.#taps]) tap.received(bytes);
  }

  #lineState(): LineState {
    const errors = this.#errors;
    this.#errors = {};
    return { channel: this.description, ...errors, ...(this.#lines && { lines: this.#lines }) };
  }

  #deliver(bytes: Uint8Array, atMs: number, from: Sender | undefined): void {
    this.#fedBytes += bytes.length;
    this.#guard("receive", () => { this.#receive?.(bytes, atMs, from); });
  }

  /** A driver's defect costs its own line, not the gateway. */
  #guard(where: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      const stack = error instanceof Error ? error.stack : undefined;
      this.#plan.world.log.event("link.defect",
        { link: this.#plan.id, driver: this.#plan.driver.name, where, stack,
          reason: messageOf(error) }, "error");
      if (!this.#closing) {
        this.#host.condition({ type: "lost", reason: {
          en: `defect in the driver: ${messageOf(error)}`,
          fr: `défaut du pilote : ${messageOf(error)}` } });
      }
    }
  }

  #bounded<T>(
    what: string, deadlineMs: number, run: (session: Session) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const session = this.#session;
    if (session === undefined || this.#closing) {
      return Promise.resolve(fail("link-down", {
        en: `${this.#plan.id} is not open.`, fr: `${this.#plan.id} n'est pas ouvert.` }));
    }
    return new Promise((resolve) => {
      const settle = (result: Result<T>): void => {
        timer.cancel();
        this.#abandon.delete(abandon);
        resolve(result);
      };
      const abandon = (reason: Text): void => {
        settle(fail("link-down", inEachLanguage((words, language) => language === "en"
          ? `${what} on ${this.#plan.id}: ${words(reason)}.`
          : `${what} sur ${this.#plan.id} : ${words(reason)}.`)));
      };
      this.#abandon.add(abandon);
      const running = (async () => run(session))();
      const timer = this.#plan.world.clock.after(deadlineMs, "link.deadline", () => {
        settle(fail("deadline-passed", {
          en: `${what} on ${this.#plan.id}: no answer within ${deadlineMs} ms.`,
          fr: `${what} sur ${this.#plan.id} : pas de réponse en ${deadlineMs} ms.` }));
      });
      running.then(settle, (error: unknown) => {
        settle(fail("internal", `${what} on ${this.#plan.id}: ${messageOf(error)}.`,
          { cause: error }));
      });
    });
  }
}
