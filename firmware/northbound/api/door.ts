/**
 * The one way in, shared by all servers: who calls, may it, by when, what became of it. Servers
 * only carry bytes; every rule about a call stands here.
 */

import { toJson, type DescMethod, type DescMethodServerStreaming, type DescMethodUnary,
  type JsonObject, type MessageInitShape, type MessageShape } from "@bufbuild/protobuf";
import { fail, messageOf, type Fault, type Result } from "../../base/result.js";
import { audited, authorise } from "../access/method-roles.js";
import type { Identity } from "../access/roles.js";
import type { PeerCertificate } from "../access/access.js";
import type { GatewayView, Language } from "./gateway-view.js";
import type { CallContext, StreamHandler, UnaryHandler } from "./handler.js";
import type { ServerMetrics } from "./metrics.js";

/** A click on a page may wait this long for a PBX; a caller may ask for less or more. */
export const unaryDeadlineMsDefault = 30_000;
export const unaryDeadlineMsMax = 120_000;
/** Streams open at once, of all callers and of one credential. */
export const streamsMax = 2_000;
export const streamsPerCredentialMax = 200;
/** Longest text of the details of an audit entry. */
export const auditDetailsMax = 2_000;

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

type Watched = Pick<GatewayView, "world" | "access" | "audit" | "language">;

/** Request fields that never reach the audit log: secrets, and documents kept elsewhere. */
const hiddenFields: ReadonlySet<string> = new Set([
  "password", "currentPassword", "newPassword", "document", "requestPem", "rulesYaml", "requestId",
]);
/** The fields that name what a request is about, in order of precedence. */
const subjectFields = ["id", "serial", "link", "name", "revision"] as const;

export function methodPath(method: DescMethod): string {
  return `${method.parent.typeName}/${method.name}`;
}

function auditText(method: DescMethod, request: MessageShape<DescMethod["input"]>): {
  readonly subject: string; readonly details: JsonObject;
} {
  const shown: JsonObject = {};
  const json = toJson(method.input, request);
  if (typeof json === "object" && json !== null && !Array.isArray(json)) {
    for (const [key, value] of Object.entries(json)) {
      if (!hiddenFields.has(key)) shown[key] = value;
    }
  }
  const subject = subjectFields.map((field) => shown[field])
    .find((value) => typeof value === "string" && value !== "");
  const long = JSON.stringify(shown).length > auditDetailsMax;
  return { subject: typeof subject === "string" ? subject : "",
    details: long ? { shortened: JSON.stringify(shown).slice(0, auditDetailsMax) } : shown };
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
  readonly #stopping = new AbortController();
  readonly #streamsOf = new Map<string, number>();
  #streams = 0;

  constructor(view: Watched, metrics: ServerMetrics) {
    this.#view = view;
    this.#metrics = metrics;
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

  /** Who calls, if it may call `method` ("package.Service/Method"). Refusals are audited. */
  async admit(method: string, caller: Caller): Promise<Result<Identity | undefined>> {
    if (this.#stopping.signal.aborted) return fail("stopping", "The server is stopping.");
    const presented = caller.token !== undefined || caller.certificate !== undefined;
    let identity: Identity | undefined;
    let refusal: Fault | undefined;
    if (presented) {
      const known = await this.#view.access.authenticate(
        { bearer: caller.token, certificate: caller.certificate, source: caller.source });
      if (known.ok) identity = known.value;
      else refusal = known.fault;
    }
    const allowed = authorise(identity, method);
    if (allowed.ok) return { ok: true, value: identity };
    const fault = refusal ?? allowed.fault;
    if (identity !== undefined) {
      this.#audit(identity, caller, method, { subject: "", details: {} }, fault.code);
    }
    return { ok: false, fault };
  }

  async unary<M extends DescMethodUnary>(
    method: M, handler: UnaryHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
  ): Promise<Result<MessageInitShape<M["output"]>>> {
    const path = methodPath(method);
    const startedMs = this.#view.world.clock.monotonicMs();
    const admitted = await this.admit(path, caller);
    const result = admitted.ok
      ? await this.#run(method, handler, request, caller, admitted.value) : admitted;
    if (admitted.ok && audited(path, request)) {
      this.#audit(admitted.value, caller, path, auditText(method, request),
        result.ok ? "ok" : result.fault.code);
    }
    this.#metrics.called(path, result.ok ? "ok" : result.fault.code,
      this.#view.world.clock.monotonicMs() - startedMs);
    return result;
  }

  /** `begun` is called when the caller is let in, before the first item. */
  async *stream<M extends DescMethodServerStreaming>(
    method: M, handler: StreamHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
    begun: () => void,
  ): AsyncGenerator<Result<MessageInitShape<M["output"]>>> {
    const path = methodPath(method);
    const startedMs = this.#view.world.clock.monotonicMs();
    const admitted = await this.admit(path, caller);
    let outcome: string = admitted.ok ? "ok" : admitted.fault.code;
    const credential = admitted.ok ? admitted.value?.credential ?? "" : "";
    try {
      if (!admitted.ok) {
        yield admitted;
        return;
      }
      if (audited(path, request)) {
        this.#audit(admitted.value, caller, path, auditText(method, request), "ok");
      }
      const place = this.#enter(credential);
      if (!place.ok) {
        outcome = place.fault.code;
        yield place;
        return;
      }
      try {
        begun();
        for await (const item of this.#relay(handler, request, caller, admitted.value)) {
          if (!item.ok) outcome = item.fault.code;
          yield item;
          if (!item.ok) return;
        }
      } finally {
        this.#leave(credential);
      }
    } finally {
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
    identity: Identity | undefined,
  ): Promise<Result<MessageInitShape<M["output"]>>> {
    const deadlineMs = Math.min(unaryDeadlineMsMax,
      Math.max(0, caller.deadlineMs ?? unaryDeadlineMsDefault));
    // A short call is not ended with its credential: signing out is such a call itself.
    const scope = this.#scope(caller, undefined, deadlineMs);
    try {
      const context = this.#context(caller, identity, deadlineMs, scope.signal);
      const answered = handler(request, context).catch((cause: unknown) =>
        this.#defect(methodPath(method), cause));
      return await scope.before(answered);
    } catch (cause) {
      return this.#defect(methodPath(method), cause);
    } finally {
      scope.close();
    }
  }

  /** Passes the handler's items on; ends at once when the caller, credential or server does. */
  async *#relay<M extends DescMethodServerStreaming>(
    handler: StreamHandler<M>, request: MessageShape<M["input"]>, caller: Caller,
    identity: Identity | undefined,
  ): AsyncGenerator<Result<MessageInitShape<M["output"]>>> {
    const scope = this.#scope(caller, identity, caller.deadlineMs);
    const context = this.#context(caller, identity, caller.deadlineMs ?? Infinity, scope.signal);
    let iterator: AsyncIterator<Result<MessageInitShape<M["output"]>>> | undefined;
    try {
      iterator = handler(request, context)[Symbol.asyncIterator]();
      for (;;) {
        const next = await scope.before(iterator.next());
        if ("ok" in next) {
          yield next;
          return;
        }
        if (next.done === true) return;
        yield next.value;
      }
    } catch (cause) {
      yield this.#defect("stream", cause);
    } finally {
      scope.close();
      void iterator?.return?.().catch(() => undefined);
    }
  }

  #context(
    caller: Caller, identity: Identity | undefined, deadlineMs: number, signal: AbortSignal,
  ): CallContext {
    return { identity, source: caller.source, deadlineMs, signal,
      language: caller.language ?? this.#view.language };
  }

  /** Everything that ends a call before its time, behind one signal. */
  #scope(caller: Caller, identity: Identity | undefined, deadlineMs: number | undefined): Scope {
    const scope = new Scope();
    const gone = (): void => { scope.end(fail("deadline-passed", "The caller has gone.")); };
    const stop = (): void => { scope.end(fail("stopping", "The server is stopping.")); };
    if (caller.signal.aborted) gone();
    caller.signal.addEventListener("abort", gone);
    this.#stopping.signal.addEventListener("abort", stop);
    const unwatch = identity === undefined ? undefined
      : this.#view.access.onRevoked(identity.credential, (reason) => {
        scope.end(fail("unauthenticated", `The credential has ended: ${reason}.`));
      });
    const timer = deadlineMs === undefined ? undefined
      : this.#view.world.clock.after(deadlineMs, "api.deadline", () => {
        scope.end(fail("deadline-passed", `Not finished within ${Math.round(deadlineMs)} ms.`));
      });
    scope.onClose(() => {
      timer?.cancel();
      unwatch?.();
      caller.signal.removeEventListener("abort", gone);
      this.#stopping.signal.removeEventListener("abort", stop);
    });
    return scope;
  }

  #defect(where: string, cause: unknown): Failure {
    this.#view.world.log.event("api.defect", { method: where,
      error: cause instanceof Error ? cause.stack ?? cause.message : String(cause) }, "error");
    return fail("internal", `${where} failed: ${messageOf(cause)}`, { cause });
  }

  #audit(
    identity: Identity | undefined, caller: Caller, path: string,
    text: ReturnType<typeof auditText>, outcome: string,
  ): void {
    const action = path.slice(path.lastIndexOf("/") + 1);
    const actor = identity?.name ?? (text.subject === "" ? "unknown" : text.subject);
    void this.#view.audit.record({ actor, source: caller.source, action, outcome, ...text })
      .then((kept) => {
        if (!kept.ok) this.#view.world.log.event("audit.lost",
          { action, actor, reason: kept.fault.message }, "error");
      });
  }
}
