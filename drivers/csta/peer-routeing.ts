/**
 * Routeing devices of the simulated PBX: a call to one waits there while the computing function is
 * asked, and takes the default route when nobody answers.
 */

import type { Cancellable } from "../../firmware/base/world.js";
import type { CstaArgument, CstaCodec, CstaError, CstaMessage }
  from "../../firmware/wire/csta/message.js";
import type { PeerCall, PeerCallPlan, PeerPbx, PeerRouteingDevice } from "./peer-pbx.js";
import type { PeerAnswer } from "./peer-services.js";

type Invoke = Extract<CstaMessage, { readonly kind: "invoke" }>;

/** Who may be asked. */
export interface RouteLine {
  readonly codec: CstaCodec;
  readonly associated: boolean;
}

export interface RouteingHooks<L extends RouteLine> {
  lines(): Iterable<L>;
  invoke<S extends Invoke["service"]>(line: L, service: S, argument: CstaArgument<S>): void;
}

/** The PBX waits so long for a route. */
export const peerReplyMs = 5_000;
const referenceModulo = 0x1_0000_0000;
const timerExpired: CstaError = { category: "operation", value: "routeingTimerExpired" };
const callGone: CstaError = { category: "stateIncompatibility", value: "noActiveCall" };
const noRoute: CstaError = { category: "operation", value: "invalidDestination" };

interface Registration<L> {
  readonly line: L;
  readonly device: string | undefined;
}

interface Dialogue<L> {
  readonly id: string;
  readonly line: L;
  readonly registration: string | undefined;
  readonly call: PeerCall;
  readonly at: PeerRouteingDevice;
  readonly plan: Partial<PeerCallPlan>;
  timer: Cancellable | undefined;
}

export class PeerRouteing<L extends RouteLine> {
  readonly #pbx: PeerPbx;
  readonly #hooks: RouteingHooks<L>;
  readonly #registrations = new Map<string, Registration<L>>();
  readonly #dialogues = new Map<string, Dialogue<L>>();
  #last = 0;

  constructor(pbx: PeerPbx, hooks: RouteingHooks<L>) {
    this.#pbx = pbx;
    this.#hooks = hooks;
    pbx.routeing = { waits: (call, at, plan) => { this.#ask(call, at, plan); },
      ended: (call) => { this.#ended(call); } };
  }

  get registrations(): number {
    return this.#registrations.size;
  }

  get dialogues(): number {
    return this.#dialogues.size;
  }

  /** The PBX withdraws every registration. */
  abort(): void {
    for (const [routeRegisterReqID, { line }] of [...this.#registrations]) {
      this.#registrations.delete(routeRegisterReqID);
      this.#hooks.invoke(line, "RouteRegisterAbort", { routeRegisterReqID });
    }
  }

  /** The line is gone: what it was asked takes the default route. */
  gone(line: L): void {
    for (const [id, registration] of [...this.#registrations]) {
      if (registration.line === line) this.#registrations.delete(id);
    }
    for (const dialogue of [...this.#dialogues.values()]) {
      if (dialogue.line === line) this.#byDefault(dialogue);
    }
  }

  /** The PBX is gone, without a word. */
  forget(): void {
    for (const { timer } of this.#dialogues.values()) timer?.cancel();
    this.#dialogues.clear();
    this.#registrations.clear();
  }

  /** Undefined: not a service of routeing, or one that is never answered. */
  answer(line: L, invoke: Invoke): PeerAnswer | "taken" | undefined {
    switch (invoke.service) {
      case "RouteRegister": return this.#register(line, invoke.argument);
      case "RouteRegisterCancel":
        return this.#registrations.delete(invoke.argument.routeRegisterReqID) ? { result: {} }
          : { error: { category: "operation", value: "invalidRouteRegistrationCrossRefID" } };
      case "RouteSelect": this.#selected(line, invoke.argument); return "taken";
      case "RouteEnd": case "RouteReject": {
        const dialogue = this.#dialogues.get(invoke.argument.crossRefIdentifier);
        if (dialogue?.line !== line) return "taken";
        if (invoke.service === "RouteEnd") this.#byDefault(dialogue);
        else {
          this.#over(dialogue);
          this.#pbx.clearCall(dialogue.call, invoke.argument.rejectCause ?? "busy");
        }
        return "taken";
      }
      default: return undefined;
    }
  }

  #register(line: L, { routeingDevice }: CstaArgument<"RouteRegister">): PeerAnswer {
    const device = routeingDevice === undefined ? undefined : this.#pbx.numberOf(routeingDevice);
    if (device !== undefined
      && this.#pbx.plan.routeingDevices?.some(({ number }) => number === device) !== true) {
      return { error: { category: "operation", value: "invalidDeviceID" } };
    }
    if ([...this.#registrations.values()].some((each) => each.device === device)) {
      return { error: { category: "subscribedResourceAvailability",
        value: "objectRegistrationLimitExceeded" } };
    }
    const id = this.#next(4);
    this.#registrations.set(id, { line, device });
    return { result: { routeRegisterReqID: id } };
  }

  #ask(call: PeerCall, at: PeerRouteingDevice, plan: Partial<PeerCallPlan>): void {
    const { number } = at;
    const registered = [...this.#registrations];
    const [registration, own] = registered.find(([, { device }]) => device === number)
      ?? registered.find(([, { device }]) => device === undefined) ?? [];
    // Without registrations, whoever is associated first is asked.
    const line = own?.line ?? [...this.#hooks.lines()].find(({ associated, codec }) =>
      associated && !codec.services.has("RouteRegister"));
    if (line === undefined) {
      this.#pbx.divert(call, number, at.defaultRoute, "redirected", plan);
      return;
    }
    const dialogue: Dialogue<L> = { id: this.#next(8), line, registration, call, at, plan,
      timer: undefined };
    this.#dialogues.set(dialogue.id, dialogue);
    this.#wait(dialogue);
    this.#hooks.invoke(line, "RouteRequest", { ...reference(dialogue),
      currentRoute: this.#pbx.device(number),
      callingDevice: this.#pbx.party(call.calling, call.callingName),
      ...(registration === undefined ? {} : { routeingDevice: this.#pbx.device(number),
        replyTimeout: peerReplyMs }),
      routedCall: this.#pbx.connection(call, number) });
  }

  #wait(dialogue: Dialogue<L>): void {
    dialogue.timer?.cancel();
    dialogue.timer = this.#pbx.world.clock.after(peerReplyMs, "peer.route", () => {
      this.#tellEnd(dialogue, timerExpired);
      this.#byDefault(dialogue);
    });
  }

  #selected(line: L, said: CstaArgument<"RouteSelect">): void {
    const dialogue = this.#dialogues.get(said.crossRefIdentifier);
    if (dialogue?.line !== line) return;
    const to = [said.routeSelected, ...said.alternateRoutes ?? []]
      .map((route) => this.#pbx.numberOf(route)).find((route) => this.#pbx.takesCall(route));
    if (to === undefined) {
      if (said.remainRetries === 0) {
        this.#tellEnd(dialogue, noRoute);
        this.#byDefault(dialogue);
        return;
      }
      this.#wait(dialogue);
      this.#hooks.invoke(line, "ReRoute", { ...reference(dialogue),
        ...(dialogue.registration === undefined ? {} : { replyTimeout: peerReplyMs }) });
      return;
    }
    if (said.routeUsedReq === true) {
      this.#hooks.invoke(line, "RouteUsed", { ...reference(dialogue),
        routeUsed: this.#pbx.party(to),
        callingDevice: this.#pbx.party(dialogue.call.calling) });
    }
    this.#tellEnd(dialogue);
    this.#over(dialogue);
    this.#pbx.divert(dialogue.call, dialogue.at.number, to, "redirected", dialogue.plan);
  }

  #tellEnd(dialogue: Dialogue<L>, errorValue?: CstaError): void {
    this.#hooks.invoke(dialogue.line, "RouteEnd", { ...reference(dialogue),
      ...(errorValue === undefined ? {} : { errorValue }) });
  }

  /** The caller has hung up, or the call was taken elsewhere. */
  #ended(call: PeerCall): void {
    for (const dialogue of [...this.#dialogues.values()]) {
      if (dialogue.call !== call) continue;
      this.#tellEnd(dialogue, callGone);
      this.#over(dialogue);
    }
  }

  #byDefault(dialogue: Dialogue<L>): void {
    this.#over(dialogue);
    const { call, at, plan } = dialogue;
    if (!call.over) this.#pbx.divert(call, at.number, at.defaultRoute, "redirected", plan);
  }

  #over(dialogue: Dialogue<L>): void {
    dialogue.timer?.cancel();
    this.#dialogues.delete(dialogue.id);
  }

  #next(digits: number): string {
    this.#last = (this.#last + 1) % referenceModulo;
    return this.#last.toString(16).padStart(digits, "0").slice(-digits);
  }
}

function reference({ id, registration }: Dialogue<unknown>): {
  readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string;
} {
  return { crossRefIdentifier: id,
    ...(registration === undefined ? {} : { routeRegisterReqID: registration }) };
}
