/**
 * One connection of an application: who it is, and then its messages to its session. Without
 * association nothing is answered but what a stranger may know.
 */

import type { Decoded, Decoder } from "../../base/codec.js";
import type { Cancellable } from "../../base/world.js";
import type { PeerCertificate } from "../access/access.js";
import { auditActor } from "../access/audit-call.js";
import type { AssociationRefusal, CstaCodec, CstaMessage } from "../../wire/csta/message.js";
import { admit } from "./admission.js";
import { errorOf } from "./answer.js";
import { durationMs, type Session, type Wire } from "./session.js";
import type { Sessions } from "./sessions.js";
import { chosenVersion } from "./versions.js";

/** In which an association must have been asked for. */
export const associationMs = 15_000;
/** Silence after which a sign of life is asked for; three of them, and the line is dead. */
export const silenceMs = 30_000;
export const silencesMax = 3;
/** Pieces of garbage one after the other; then this is no CSTA. */
export const garbageMax = 20;
/** Messages that may come while it is judged who sends them. */
const earlyMax = 64;

export interface Carrier {
  readonly full: boolean;
  write(bytes: Uint8Array): void;
  hold(held: boolean): void;
  end(): void;
}

export interface ConnectionPlan {
  readonly sessions: Sessions;
  readonly carrier: Carrier;
  readonly codec: CstaCodec;
  readonly address: string;
  readonly certificate: PeerCertificate | undefined;
}

type Associate = Extract<CstaMessage, { readonly kind: "associate" }>;

export class Connection implements Wire {
  readonly codec: CstaCodec;
  readonly source: string;
  readonly #plan: ConnectionPlan;
  readonly #decoder: Decoder<CstaMessage>;
  #session: Session | undefined;
  #isAdmitting = false;
  #isClosed = false;
  #early: CstaMessage[] = [];
  #garbage = 0;
  #silences = 0;
  #timer: Cancellable;

  constructor(plan: ConnectionPlan) {
    this.#plan = plan;
    this.codec = plan.codec;
    this.#decoder = plan.codec.decoder();
    this.source = `csta ${plan.address}`;
    const { clock } = plan.sessions.domain.gateway.world;
    this.#timer = clock.after(associationMs, "csta.association", () => { this.end(); });
  }

  get full(): boolean {
    return this.#plan.carrier.full;
  }

  write(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#plan.carrier.write(bytes);
  }

  hold(held: boolean): void {
    this.#plan.carrier.hold(held || this.#isAdmitting);
  }

  end(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#timer.cancel();
    this.#plan.carrier.end();
  }

  /** The application reads again. */
  drained(): void {
    this.#session?.flush();
  }

  /** The carrier is gone. */
  closed(): void {
    this.#isClosed = true;
    this.#timer.cancel();
    this.#session?.lost(this);
  }

  received(chunk: Uint8Array): void {
    this.#silences = 0;
    for (const decoded of this.#decoder.push(chunk)) {
      if (this.#isClosed) return;
      this.#take(decoded);
    }
  }

  #take(decoded: Decoded<CstaMessage>): void {
    if (decoded.kind === "garbage") {
      this.#garbage += 1;
      if (this.#garbage === 1) this.#log("garbage", { reason: decoded.reason });
      if (this.#garbage >= garbageMax) {
        this.end();
        this.closed();
      }
      return;
    }
    this.#garbage = 0;
    const { message } = decoded;
    // Alcatel's and old Panasonic's applications first ask whether there is a PBX.
    if (message.kind === "handshake") {
      if (message.step === "begin") this.#say({ kind: "handshake", step: "answer" });
      if (message.step === "end") this.#session?.end("the application said EXIT");
    } else if (this.#session !== undefined) this.#session.receive(message);
    else if (this.#isAdmitting) {
      if (this.#early.length < earlyMax) this.#early.push(message);
      else this.end();
    } else this.#begin(message);
  }

  #begin(message: CstaMessage): void {
    if (message.kind === "keep-alive") return;
    this.#isAdmitting = true;
    this.hold(true);
    // Some old dialects have no association: then only the address can tell who it is.
    const admitted = message.kind === "associate" ? this.#associate(message)
      : this.#admitSilently(message);
    void admitted.then(() => {
      this.#isAdmitting = false;
      this.hold(false);
      const early = this.#early;
      this.#early = [];
      for (const each of early) this.#session?.receive(each);
    });
  }

  async #associate(said: Associate): Promise<void> {
    const { sessions } = this.#plan;
    const { config } = sessions.domain;
    const invoked = said.invokeID === undefined ? {} : { invokeID: said.invokeID };
    const refuse = (reason: AssociationRefusal, why: string): void => {
      this.#log("refused", { reason: why }, "warn");
      this.#say({ kind: "association-refused", reason, ...invoked });
      this.end();
    };
    const version = chosenVersion(config.protocol, said.versions);
    if (version === "none") {
      refuse("version-not-supported", `no common version of ${said.versions.join(", ")}`);
      return;
    }
    const admitted = await this.#admit(said.user, said.password);
    if (!admitted.ok) {
      refuse(said.password === undefined && admitted.fault.code === "unauthenticated"
        ? "authentication-required" : "authentication-failed", admitted.fault.message);
      return;
    }
    if (this.#isClosed) return;
    const kept = sessions.resumable(admitted.value.identity, said.sessionID, this.source);
    const duration = config.protocol !== "xml" ? undefined : durationMs(said.duration);
    const session = kept ?? sessions.open({ ...admitted.value, wire: this, durationMs: duration });
    if (session === undefined) {
      refuse("resources-busy", "too many sessions");
      return;
    }
    const answer: CstaMessage = { kind: "associated", ...invoked,
      ...(config.protocol === "xml" ? { sessionID: session.id,
        duration: (session.durationMs ?? 0) / 1_000 } : {}),
      ...(version === undefined ? {} : { version }),
      // ASN.1 says it as an answer to authentication, and only then (Panasonic has neither).
      ...(said.user === undefined ? {}
        : { product: `Jackfield ${sessions.domain.gateway.system.version.version}` }) };
    this.#serve(session);
    this.#say(answer);
    kept?.resume(this);
    this.#greetWithStatus(session);
    session.flush();
  }

  async #admitSilently(message: CstaMessage): Promise<void> {
    const admitted = await this.#admit(undefined, undefined);
    if (this.#isClosed) return;
    const session = admitted.ok ? this.#plan.sessions.open({ ...admitted.value, wire: this,
      durationMs: undefined }) : undefined;
    if (session !== undefined) {
      this.#serve(session);
      session.receive(message);
      return;
    }
    this.#log("refused", { reason: admitted.ok ? "too many sessions" : admitted.fault.message },
      "warn");
    if (message.kind === "invoke" || message.kind === "unknown-invoke") {
      this.#say({ kind: "error", invokeID: message.invokeID,
        error: errorOf({ code: "unauthenticated" }) });
    }
    this.end();
  }

  async #admit(user: string | undefined, password: string | undefined) {
    const { sessions, certificate, address } = this.#plan;
    const { gateway, config } = sessions.domain;
    const admitted = await admit(gateway.access, config,
      { user, password, certificate, address, source: this.source });
    // Refusals of strangers are only counted: they must not be able to fill the log.
    if (admitted.ok) {
      void gateway.audit.record({ actor: auditActor(admitted.value.identity),
        source: this.source, action: "SignIn", subject: `csta ${config.id}`, outcome: "ok" });
    }
    return admitted;
  }

  #serve(session: Session): void {
    this.#session = session;
    this.#timer.cancel();
    if (this.#plan.sessions.domain.config.protocol !== "xml") this.#watchSilence(session);
  }

  /** PBXs with ASN.1 say first how they are; HiPath's word for well is `enabled`. */
  #greetWithStatus(session: Session): void {
    const { domain } = this.#plan.sessions;
    if (domain.config.protocol === "xml") return;
    const { status } = domain;
    session.tellStatus(domain.config.framing === "hipath3" && status === "normal" ? "enabled"
      : status);
  }

  /** XML has the session's timer instead (ECMA-354). */
  #watchSilence(session: Session): void {
    const { domain } = this.#plan.sessions;
    this.#timer = domain.gateway.world.clock.after(silenceMs, "csta.silence", () => {
      if (this.#isClosed) return;
      this.#silences += 1;
      if (this.#silences >= silencesMax) {
        this.#log("silent", {}, "warn");
        this.end();
        session.lost(this);
        return;
      }
      session.tellStatus(domain.status);
      this.#watchSilence(session);
    });
  }

  #say(message: CstaMessage): void {
    const bytes = this.codec.encode(message);
    if (bytes !== undefined) this.write(bytes);
  }

  #log(
    what: string, fields: Readonly<Record<string, unknown>>, level: "info" | "warn" = "info",
  ): void {
    const { domain } = this.#plan.sessions;
    domain.gateway.world.log.event(`csta.connection.${what}`,
      { server: domain.config.id, source: this.source, ...fields }, level);
  }
}
