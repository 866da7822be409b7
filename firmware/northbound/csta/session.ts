/**
 * One application at work: its services, its monitors, and what waits for it. It outlives its
 * connection for a while; then what happened meanwhile is delivered, or told as a gap.
 */

import type { Cancellable } from "../../base/world.js";
import type { CstaCodec, CstaMessage, CstaServiceName, SystemStatus }
  from "../../wire/csta/message.js";
import { unansweredServices } from "../../wire/csta/message.js";
import type { LinkId } from "../../model/identifiers.js";
import type { PrivateNotice } from "../../model/private-data.js";
import { auditActor } from "../access/audit-call.js";
import type { Identity } from "../access/roles.js";
import { errorOf, notSupported, refused, type Answer, type Following } from "./answer.js";
import { AppServices } from "./app-services.js";
import { queryRow } from "./device-query.js";
import type { Domain } from "./domain.js";
import { Outbox } from "./outbox.js";
import { RequestRate } from "./request-rate.js";
import type { Rights } from "./rights.js";
import { controlServices } from "./service-request.js";

/** What the gateway answers by itself costs a PBX nothing: sites open monitors by thousands. */
const pbxCost = 20;
const ownCost = 1;
/** Requests of one application under way at PBXs at once. */
export const requestsInFlightMax = 64;
/** Answers that wait for a slow reader; then nothing more is read from it. */
export const answersMax = 256;
/** Invoke ids of ours: within four digits, as XML has them, and never 0 or 9999. */
const invokeIDs = 9_998;
/** Events sent so shortly before a connection broke may not have arrived. */
export const doubtMs = 60_000;

/** One connection, as a session sees it. */
export interface Wire {
  readonly codec: CstaCodec;
  /** "csta 192.0.2.9". */
  readonly source: string;
  /** It takes no more for the moment; `Session.flush` when it does. */
  readonly full: boolean;
  write(bytes: Uint8Array): void;
  /** Nothing more is read while an application does not read its answers. */
  hold(held: boolean): void;
  /** Closes after what was written. */
  end(): void;
}

export interface SessionPlan {
  readonly id: string;
  readonly domain: Domain;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly wire: Wire;
  /** Milliseconds after which the application must have asked for more time; undefined: never. */
  readonly durationMs: number | undefined;
  /** It is over for good. */
  ended(session: Session): void;
  /** Another session of that name and of the same application as `own`. */
  other(id: string, own: Session): Session | undefined;
}

export class Session {
  readonly services: AppServices;
  readonly beganAtMs: number;
  readonly #plan: SessionPlan;
  readonly #outbox: Outbox;
  readonly #rate: RequestRate;
  readonly #unwatch: () => void;
  #codec: CstaCodec;
  #source: string;
  #wire: Wire | undefined;
  #isOver = false;
  #inFlight = 0;
  #lastInvoke = 0;
  #durationMs: number | undefined;
  #expiry: Cancellable | undefined;
  #keeping: Cancellable | undefined;
  /** Events sent, up to which one it is proven that they arrived, and the proof under way. */
  #sent = 0;
  #proven = 0;
  #sentAtMs = 0;
  #probe: { readonly invokeID: number; readonly sent: number } | undefined;
  #resumes = 0;
  /** Registrations that ended with the connection, of which it is told when it is back. */
  readonly #lostRoutes: string[] = [];

  constructor(plan: SessionPlan) {
    const { domain, wire, identity, rights } = plan;
    const { world, access } = domain.gateway;
    this.#plan = plan;
    this.#wire = wire;
    this.#codec = wire.codec;
    this.#source = wire.source;
    this.#durationMs = plan.durationMs;
    this.beganAtMs = world.clock.wall().getTime();
    this.#outbox = new Outbox(domain.config.queueMax);
    this.#rate = new RequestRate(world.clock,
      domain.config.requestsPerSecondMax * pbxCost);
    this.services = new AppServices({ domain, identity, rights, source: () => this.#source,
      codec: () => this.#codec,
      report: (monitorCrossRefID, event) => {
        this.#outbox.event({ kind: "event", monitorCrossRefID, event });
        this.flush();
      },
      invoke: (following) => this.#invoke(following),
      lose: () => {
        this.#outbox.gapFirst();
        this.flush();
      } });
    this.#unwatch = access.onRevoked(identity.credential, (reason) => {
      this.end(reason, { kind: "abort", reason });
    });
    this.#expireLater();
    void this.services.routeing.registerConfigured(rights.routeingDevices);
  }

  get id(): string {
    return this.#plan.id;
  }

  get identity(): Identity {
    return this.#plan.identity;
  }

  get source(): string {
    return this.#source;
  }

  get isConnected(): boolean {
    return this.#wire !== undefined;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get durationMs(): number | undefined {
    return this.#durationMs;
  }

  get figures(): { readonly monitors: number; readonly waitingEvents: number;
    readonly lostEvents: number; readonly resumes: number } {
    return { monitors: this.services.monitors.size, waitingEvents: this.#outbox.events,
      lostEvents: this.#outbox.lost, resumes: this.#resumes };
  }

  /** The application is back on another connection, which has been told so; `flush` follows. */
  resume(wire: Wire): void {
    const old = this.#wire;
    if (old !== undefined) {
      this.lost(old);
      old.end();
    }
    this.#keeping?.cancel();
    this.#keeping = undefined;
    this.#wire = wire;
    this.#codec = wire.codec;
    this.#source = wire.source;
    this.#resumes += 1;
    this.#expireLater();
    this.#log("resume", { monitors: this.services.monitors.size });
    for (const routeRegisterReqID of this.#lostRoutes.splice(0)) {
      this.#invoke({ service: "RouteRegisterAbort", argument: { routeRegisterReqID } });
    }
    void this.services.routeing.registerConfigured(this.#plan.rights.routeingDevices);
    this.services.records.resume();
  }

  /** Goes out before what waits already. */
  send(message: CstaMessage): void {
    const bytes = this.#wire?.codec.encode(message);
    if (bytes !== undefined) this.#wire?.write(bytes);
  }

  /** The connection is gone without a word: the session is kept for a while. */
  lost(wire: Wire): void {
    if (this.#wire !== wire || this.#isOver) return;
    this.#wire = undefined;
    this.#lostRoutes.push(...this.services.routeing.stopAll());
    this.services.records.lost();
    const { world } = this.#plan.domain.gateway;
    const { sessionKeepSeconds } = this.#plan.domain.config;
    if (sessionKeepSeconds === 0) {
      this.end("connection lost");
      return;
    }
    this.#outbox.dropMessages();
    const doubtful = this.#sent > this.#proven
      && world.clock.monotonicMs() - this.#sentAtMs < doubtMs;
    if (doubtful) this.#outbox.gapFirst();
    this.#probe = undefined;
    this.#proven = this.#sent;
    this.services.monitors.inherit();
    this.#log("lost", { monitors: this.services.monitors.size, doubtful });
    this.#keeping = world.clock.after(sessionKeepSeconds * 1_000, "csta.keep", () => {
      this.end("did not come back");
    });
  }

  /** Ends for good; `word` is the last that the application hears. */
  end(reason: string, word?: CstaMessage): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#expiry?.cancel();
    this.#keeping?.cancel();
    this.#unwatch();
    const wire = this.#wire;
    if (word !== undefined) this.send(word);
    this.#wire = undefined;
    wire?.end();
    this.#log("end", { reason });
    this.services.monitors.stopAll();
    this.services.routeing.stopAll();
    this.services.records.stopAll();
    this.#plan.ended(this);
  }

  /** Tells the application how the switching function is, and asks it for a sign of life. */
  tellStatus(systemStatus: SystemStatus): void {
    const invokeID = this.#nextInvoke();
    this.#probe = { invokeID, sent: this.#sent };
    this.send({ kind: "invoke", invokeID, service: "SystemStatus", argument: { systemStatus } });
  }

  /**
   * What a PBX says in private data. Nobody can tell of which devices that speaks, so that it is
   * for applications that may see all of them; an event goes to the monitors of its device.
   */
  privateNotice(link: LinkId, notice: PrivateNotice): void {
    if (notice.type === "privateEvent") {
      const { device, name, element } = notice;
      this.services.monitors.privateEvent(link, device, name, element);
      return;
    }
    const { rights } = this.#plan;
    if (!rights.coversAll || !rights.hearsPrivateDataOf(link)) return;
    const extensions = { privateData: notice.elements };
    this.#invoke(notice.type === "escape" ? { service: "Escape", argument: { extensions } }
      : { service: "SystemStatus",
        argument: { systemStatus: this.#plan.domain.status, extensions } });
  }

  /** Events were lost before they came here. */
  missed(): void {
    this.#outbox.loseEvents();
    this.flush();
  }

  receive(message: CstaMessage): void {
    if (this.#isOver) return;
    switch (message.kind) {
      case "invoke": this.#invoked(message); return;
      case "unknown-invoke": this.#unreadable(message); return;
      case "result": case "error": case "reject":
        this.#proof(message.invokeID);
        this.services.records.answered(message.invokeID);
        return;
      case "keep-session": this.#prolong(message); return;
      case "release": this.#release(message); return;
      case "abort": this.end("aborted by the application"); return;
      case "associate": {
        const { invokeID } = message;
        this.send({ kind: "association-refused", reason: "other",
          ...(invokeID === undefined ? {} : { invokeID }) });
        return;
      }
      case "event": case "associated": case "association-refused": case "session-kept":
      case "released": case "keep-alive": case "handshake":
    }
  }

  /** Of itself, or of another session of the same application that is kept (ECMA-354 §5). */
  #release(
    { invokeID, sessionID }: Extract<CstaMessage, { readonly kind: "release" }>,
  ): void {
    const released: CstaMessage = { kind: "released",
      ...(invokeID === undefined ? {} : { invokeID }) };
    const other = sessionID === undefined ? undefined : this.#plan.other(sessionID, this);
    if (other === undefined) {
      this.end("released", released);
      return;
    }
    other.end("released by its application");
    this.send(released);
  }

  /** Sends what waits, as far as the connection takes it. */
  flush(): void {
    const wire = this.#wire;
    if (wire === undefined) return;
    while (!wire.full) {
      const item = this.#outbox.take();
      if (item === undefined) break;
      if (item.kind === "gap") {
        this.tellStatus("messagesLost");
        continue;
      }
      const bytes = encoded(wire.codec, item.message);
      if (bytes === undefined) continue;
      wire.write(bytes);
      if (item.kind !== "event") continue;
      this.#sent += 1;
      this.#sentAtMs = this.#plan.domain.gateway.world.clock.monotonicMs();
    }
    wire.hold(this.#outbox.messages >= answersMax);
  }

  #invoked(message: Extract<CstaMessage, { readonly kind: "invoke" }>): void {
    const { invokeID, service, argument } = message;
    const isAnswered = !unansweredServices.has(service);
    const isForPbx = controlServices.has(service) || queryRow(service) !== undefined
      || service === "RouteRegister" || service === "Escape";
    const tooMany = this.#allowed(isForPbx);
    if (tooMany !== undefined) {
      if (isAnswered) this.#reply(invokeID, tooMany);
      return;
    }
    if (!isAnswered) {
      const error = this.services.routeing.take(message);
      if (error !== undefined) this.#reply(invokeID, { ok: false, error });
      return;
    }
    if (isForPbx) this.#inFlight += 1;
    void this.services.answer(service, argument).then((answer) => {
      if (isForPbx) this.#inFlight -= 1;
      this.#reply(invokeID, answer, service);
    });
  }

  /** A service that is not known, or an argument of one that is. */
  #unreadable(
    { invokeID, mistyped }: Extract<CstaMessage, { readonly kind: "unknown-invoke" }>,
  ): void {
    const refusal = mistyped === undefined ? notSupported
      : refused("operation", "invalidParameterValue");
    this.#reply(invokeID, this.#allowed(false) ?? refusal);
  }

  /** Undefined: the application may ask one more. */
  #allowed(isForPbx: boolean): Answer | undefined {
    if (!this.#rate.take(isForPbx ? pbxCost : ownCost)) {
      return { ok: false, error: errorOf({ code: "queue-full" }) };
    }
    return !isForPbx || this.#inFlight < requestsInFlightMax ? undefined
      : refused("subscribedResourceAvailability", "outstandingRequestLimitExceeded");
  }

  #reply(invokeID: number, answer: Answer, service?: CstaServiceName): void {
    if (this.#wire === undefined) return;
    if (!answer.ok) this.#outbox.message({ kind: "error", invokeID, error: answer.error });
    else {
      this.#outbox.message({ kind: "result", invokeID, result: answer.result,
        ...(service === undefined ? {} : { service }) });
      for (const following of answer.then ?? []) {
        this.#outbox.message({ kind: "invoke", invokeID: this.#nextInvoke(), ...following });
      }
    }
    this.flush();
  }

  #invoke(following: Following): number | undefined {
    if (this.#wire === undefined) return undefined;
    const invokeID = this.#nextInvoke();
    this.#outbox.message({ kind: "invoke", invokeID, ...following });
    this.flush();
    return invokeID;
  }

  #nextInvoke(): number {
    this.#lastInvoke = this.#lastInvoke % invokeIDs + 1;
    return this.#lastInvoke;
  }

  /** An answer to our newest word proves that all events before it have arrived. */
  #proof(invokeID: number | undefined): void {
    if (this.#probe === undefined || this.#probe.invokeID !== invokeID) return;
    this.#proven = this.#probe.sent;
    this.#probe = undefined;
  }

  #prolong(
    { invokeID, duration }: Extract<CstaMessage, { readonly kind: "keep-session" }>,
  ): void {
    if (duration !== undefined) this.#durationMs = durationMs(duration);
    this.#durationMs ??= durationMs(undefined);
    this.#expireLater();
    this.send({ kind: "session-kept", invokeID, duration: this.#durationMs / 1_000 });
  }

  #expireLater(): void {
    this.#expiry?.cancel();
    if (this.#durationMs === undefined) return;
    const { clock } = this.#plan.domain.gateway.world;
    this.#expiry = clock.after(this.#durationMs, "csta.expiry", () => {
      this.end("the session's time is over",
        { kind: "abort", reason: "sessionTimerExpired", sessionID: this.id });
    });
  }

  #log(what: string, fields: Readonly<Record<string, unknown>>): void {
    const { domain, identity } = this.#plan;
    domain.gateway.world.log.event(`csta.session.${what}`, { server: domain.config.id,
      session: this.id, actor: auditActor(identity), source: this.#source, ...fields });
  }
}

/** A result that this encoding cannot say is an error: nobody waits in vain. */
function encoded(codec: CstaCodec, message: CstaMessage): Uint8Array | undefined {
  const bytes = codec.encode(message);
  return bytes !== undefined || message.kind !== "result" ? bytes
    : codec.encode({ kind: "error", invokeID: message.invokeID,
      error: { category: "operation", value: "generic" } });
}

const secondsDefault = 180;
const secondsMin = 10;
const secondsMax = 86_400;

/** How long a session lives without being prolonged (ECMA-354 §5), of what was asked for. */
export function durationMs(seconds: number | undefined): number {
  return Math.min(secondsMax, Math.max(secondsMin, seconds ?? secondsDefault)) * 1_000;
}
