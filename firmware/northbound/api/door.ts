/**
 * The one way in, shared by all servers: who calls, may it, by when, what became of it. Servers
 * only carry bytes; every rule about a call stands here.
 */

import type { DescMethod, DescMethodServerStreaming, DescMethodUnary, Message,
  MessageInitShape, MessageShape } from "@bufbuild/protobuf";
import { fail, messageOf, type Fault, type Result } from "../../base/result.js";
import { auditActor, auditCall } from "../access/audit-call.js";
import { authorise } from "../access/method-roles.js";
import type { Identity } from "../access/roles.js";
import type { PeerCertificate } from "../access/access.js";
import { CallerLooks, callerLooksEntry } from "./caller-looks.js";
import type { GatewayView, Language } from "./gateway-view.js";
import type { CallContext, StreamHandler, StreamItem, UnaryHandler } from "./handler.js";
import type { ServerMetrics } from "./metrics.js";

/** A click on a page may wait this long for a PBX; a caller may ask for less or more. */
export const unaryDeadlineMsDefault = 30_000;
export const unaryDeadlineMsMax = 120_000;
/** Streams open at once, of all callers and of one credential. */
export const streamsMax = 2_000;
export const streamsPerCredentialMax = 200;

export interface Caller {
  /** The bearer token, from the authorization header or the cookie. */
  readonly token: string | undefined;
  /** Of a client certificate whose chain the TLS layer has verified. */
  readonly certificate: PeerCertificate | undefined;
  readonly source: string;
  /** Milliseconds that the caller will wait; undefined: it did not say. */
  readonly deadlineMs: number | undefined;
  readonly language: Language | undefined;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** Who called, as far as it is known, and whether it may. */
export interface Admission {
  readonly identity: Identity | undefined;
  readonly allowed: Result<void>;
}

type Watched = Pick<GatewayView, "world" | "access" | "audit" | "language" | "switch">;

export function methodPath(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

type Failure = ReturnType<typeof fail>;

/** The time in which a call may work. Holds one waiter, so that long streams pile nothing up. */
class Scope {
  readonly #controller = new AbortController();
  #ending: Failure | undefined;
  #waiter: ((ending: Failure) => void) | undefined;
  #release: () => void = () => undefined;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(ending: Failure): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#waiter?.(ending);
    this.#controller.abort();
  }

  onClose(release: () => void): void {
    this.#release = release;
  }

  close(): void {
    this.#release();
    this.#waiter = undefined;
    this.#controller.abort();
  }

  /** `work`, or the reason for which the scope ended before it was done. */
  before<T>(work: Promise<T>): Promise<T | Failure> {
    const ending = this.#ending;
    if (ending !== undefined) {
      work.catch(() => undefined);
      return Promise.resolve(ending);
    }
    return new Promise((resolve, reject) => {
      this.#waiter = resolve;
      work.then(resolve, reject);
    });
  }
}

export class Door {
  readonly #view: Watched;
  readonly #metrics: ServerMetrics;
  readonly #looks: CallerLooks;
  readonly #stopping = new AbortController();
  readonly #streamsOf = new Map<string, number>();
  #streams = 0;

  constructor(view: Watched, metrics: ServerMetrics) {
    this.#view = view;
    this.#metrics = metrics;
    this.#looks = new CallerLooks(view);
  }

  get streamsOpen(): number {
    return this.#streams;
  }

  /** Ends all streams with `stopping` and refuses new calls. */
  close(): void {
    this.#stopping.abort();
  }

  /** Calls `handler` when the door closes, until the returned function is called. */
  onClose(handler: () => void): () => void {
    this.#stopping.signal.addEventListener("abort", handler);
    return () => { this.#stopping.signal.removeEventListener("abort", handler); };
  }

  /** Who calls, if it may call `method` ("package.Service/Method"). */
  async admit(method: string, caller: Caller): Promise<Admission> {
    if (this.#stopping.signal.aborted) {
      return { identity: undefined, allowed: fail("stopping", "The server is stopping.") };
    }
    let identity: Identity | undefined;
    let unknown: Fault | undefined;
    if (caller.token !== undefined || caller.certificate !== undefined) {
      const known = await this.#view.access.authenticate(
        { bearer: caller.token, certificate: caller.certificate, source: caller.source });
      if (known.ok) identity = known.value;
      else unknown = known.fault;
    }
    const allowed = authorise(identity, method);
    return { identity,
      allowed: allowed.ok || unknown === undefined ? allowed : { ok: false, fault: unknown } };
  }

  async unary<M extends DescMethodUnary>(
    method: M, handler: UnaryHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
  ): Promise<Result<MessageInitShape<M["output"]>>> {
    const path = methodPath(method);
    const startedMs = this.#view.world.clock.monotonicMs();
    const admission = await this.admit(path, caller);
    let { identity } = admission;
    const result = !admission.allowed.ok ? admission.allowed
      : await this.#run(method, handler, request, caller, identity,
        (proved) => { identity = proved; });
    const outcome = result.ok ? "ok" : result.fault.code;
    this.#audit(method, request, caller, identity, admission.allowed.ok, outcome);
    this.#metrics.called(path, outcome, this.#view.world.clock.monotonicMs() - startedMs);
    return result;
  }

  /**
   * Passes the handler's items on; ends at once when the caller, credential or server does.
   * `begun` is called when the caller is let in, before the first item.
   */
  async *stream<M extends DescMethodServerStreaming>(
    method: M, handler: StreamHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
    begun: () => void,
  ): AsyncGenerator<StreamItem<M>> {
    const path = methodPath(method);
    const startedMs = this.#view.world.clock.monotonicMs();
    const { identity, allowed } = await this.admit(path, caller);
    const credential = identity?.credential ?? "";
    this.#audit(method, request, caller, identity, allowed.ok,
      allowed.ok ? "ok" : allowed.fault.code);
    const place = allowed.ok ? this.#enter(credential) : allowed;
    let outcome = place.ok ? "ok" : place.fault.code;
    if (!place.ok) {
      this.#metrics.called(path, outcome, this.#view.world.clock.monotonicMs() - startedMs);
      yield place;
      return;
    }
    const scope = this.#scope(caller, caller.deadlineMs);
    const release = this.#endWith(scope, identity);
    let iterator: AsyncIterator<StreamItem<M>> | undefined;
    try {
      begun();
      iterator = handler(request, this.#context(caller, identity, caller.deadlineMs ?? Infinity,
        scope.signal))[Symbol.asyncIterator]();
      for (;;) {
        const next = await scope.before(iterator.next());
        const item = "ok" in next ? next : next.value as StreamItem<M> | undefined;
        if (item === undefined) return;
        if (!item.ok) outcome = item.fault.code;
        yield item;
        if (!item.ok) return;
      }
    } catch (cause) {
      const defect = this.#defect(path, cause);
      outcome = defect.fault.code;
      yield defect;
    } finally {
      release();
      scope.close();
      void iterator?.return?.().catch(() => undefined);
      this.#leave(credential);
      this.#metrics.called(path, outcome, this.#view.world.clock.monotonicMs() - startedMs);
    }
  }

  #enter(credential: string): Result<void> {
    const own = this.#streamsOf.get(credential) ?? 0;
    if (this.#streams >= streamsMax || own >= streamsPerCredentialMax) {
      return fail("monitor-limit", `${own} streams of this credential and ${this.#streams} in all`
        + ` are open; at most ${streamsPerCredentialMax} and ${streamsMax} may be.`);
    }
    this.#streams += 1;
    this.#streamsOf.set(credential, own + 1);
    this.#metrics.streams(this.#streams);
    return { ok: true, value: undefined };
  }

  #leave(credential: string): void {
    this.#streams -= 1;
    const own = (this.#streamsOf.get(credential) ?? 1) - 1;
    if (own === 0) this.#streamsOf.delete(credential);
    else this.#streamsOf.set(credential, own);
    this.#metrics.streams(this.#streams);
  }

  async #run<M extends DescMethodUnary>(
    method: M, handler: UnaryHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
    identity: Identity | undefined, identified: (identity: Identity) => void,
  ): Promise<Result<MessageInitShape<M["output"]>>> {
    const deadlineMs = Math.min(unaryDeadlineMsMax,
      Math.max(0, caller.deadlineMs ?? unaryDeadlineMsDefault));
    // A short call ends with neither its credential nor the server: signing out and moving the
    // server to another port are such calls themselves. The deadline bounds it.
    const scope = this.#scope(caller, deadlineMs);
    try {
      const context = { ...this.#context(caller, identity, deadlineMs, scope.signal), identified };
      const answered = handler(request, context).catch((cause: unknown) =>
        this.#defect(methodPath(method), cause));
      return await scope.before(answered);
    } catch (cause) {
      return this.#defect(methodPath(method), cause);
    } finally {
      scope.close();
    }
  }

  #context(
    caller: Caller, identity: Identity | undefined, deadlineMs: number, signal: AbortSignal,
  ): CallContext {
    return { identity, source: caller.source, deadlineMs, signal, identified: () => undefined,
      language: caller.language ?? this.#view.language };
  }

  /** A stream ends with the server and with its credential. Returns how to stop that. */
  #endWith(scope: Scope, identity: Identity | undefined): () => void {
    const stop = (): void => { scope.end(fail("stopping", "The server is stopping.")); };
    this.#stopping.signal.addEventListener("abort", stop);
    const unwatch = identity === undefined ? undefined
      : this.#view.access.onRevoked(identity.credential, (reason) => {
        scope.end(fail("unauthenticated", `The credential has ended: ${reason}.`));
      });
    return () => {
      unwatch?.();
      this.#stopping.signal.removeEventListener("abort", stop);
    };
  }

  /** A call ends when its caller goes, and at its deadline. */
  #scope(caller: Caller, deadlineMs: number | undefined): Scope {
    const scope = new Scope();
    const gone = (): void => { scope.end(fail("deadline-passed", "The caller has gone.")); };
    if (caller.signal.aborted) gone();
    caller.signal.addEventListener("abort", gone);
    const timer = deadlineMs === undefined ? undefined
      : this.#view.world.clock.after(deadlineMs, "api.deadline", () => {
        scope.end(fail("deadline-passed", `Not finished within ${Math.round(deadlineMs)} ms.`));
      });
    scope.onClose(() => {
      timer?.cancel();
      caller.signal.removeEventListener("abort", gone);
    });
    return scope;
  }

  #defect(where: string, cause: unknown): Failure {
    this.#view.world.log.event("api.defect", { method: where,
      error: cause instanceof Error ? cause.stack ?? cause.message : String(cause) }, "error");
    return fail("internal", `${where} failed: ${messageOf(cause)}`, { cause });
  }

  /** Refusals of strangers are only counted: they must not be able to fill the log. */
  #audit(
    method: DescMethod, request: Message, caller: Caller, identity: Identity | undefined,
    admitted: boolean, outcome: string,
  ): void {
    if (!admitted && identity === undefined) return;
    const look = outcome !== "ok" ? "no"
      : this.#looks.judge(method, request, `${auditActor(identity)} ${caller.source}`);
    if (look === "told") return;
    auditCall(this.#view.audit, (name) =>
      this.#view.access.listUsers().some((user) => user.name === name),
    { method, request, identity, source: caller.source, outcome,
      ...(look === "first" && { stands: callerLooksEntry }) });
  }
}
