/** Routeing services towards the PBX: registrations, and dialogues under the PBX's own names. */

import { done, type Result } from "../../firmware/base/result.js";
import type { RouteingSession } from "../../firmware/link/driver.js";
import type { DeviceId } from "../../firmware/model/identifiers.js";
import type { RouteAnswer, RouteMessage } from "../../firmware/model/routeing.js";
import type { CstaCodec, CstaDevice, CstaMessage } from "../../firmware/wire/csta/message.js";
import type { Calls } from "./calls.js";
import type { Invocations } from "./invocations.js";
import type { DeviceNames } from "./names.js";

/** Dialogues whose registration is remembered; the oldest leaves first. */
export const routesMax = 4_000;

type Invoke = Extract<CstaMessage, { readonly kind: "invoke" }>;
type Selected = Extract<RouteAnswer, { readonly type: "routeSelect" }>;
type Reference = { readonly crossRefIdentifier: string; readonly routeRegisterReqID?: string };

export interface RouteingParts {
  readonly codec: CstaCodec;
  readonly names: DeviceNames;
  readonly calls: Calls;
  readonly invocations: Invocations;
  told(message: RouteMessage): void;
}

export class RouteingServices implements RouteingSession {
  readonly #parts: RouteingParts;
  /** By the PBX's name of each; undefined: all devices. */
  readonly #registrations = new Map<string, DeviceId | undefined>();
  /** Routeing cross reference → registration. */
  readonly #dialogues = new Map<string, string | undefined>();
  /** What was selected last, where further routes wait for the PBX to ask again. */
  readonly #alternates = new Map<string, Selected>();

  constructor(parts: RouteingParts) {
    this.#parts = parts;
  }

  /**
   * Phases I and II have no registration.
   * Assumed: a PBX of phase I or II asks for routes whoever is associated, and names the routeing
   * device as the current route.
   */
  async register(device: DeviceId | undefined, deadlineMs: number): Promise<Result<void>> {
    const { codec, invocations, names } = this.#parts;
    if (!codec.services.has("RouteRegister")) return done;
    const answer = await invocations.invoke("RouteRegister",
      device === undefined ? {} : { routeingDevice: names.toNative(device) }, deadlineMs);
    if (!answer.ok) return answer;
    this.#registrations.set(answer.value.routeRegisterReqID, device);
    return done;
  }

  async cancel(device: DeviceId | undefined, deadlineMs: number): Promise<Result<void>> {
    const [id] = [...this.#registrations].find(([, each]) => each === device) ?? [];
    if (id === undefined) return done;
    this.#registrations.delete(id);
    const answer = await this.#parts.invocations.invoke("RouteRegisterCancel",
      { routeRegisterReqID: id }, deadlineMs);
    return answer.ok ? done : answer;
  }

  answer(answer: RouteAnswer): Result<void> {
    const { invocations, codec } = this.#parts;
    const reqID = this.#dialogues.get(answer.dialogue);
    const reference: Reference = { crossRefIdentifier: answer.dialogue,
      ...(reqID === undefined ? {} : { routeRegisterReqID: reqID }) };
    switch (answer.type) {
      case "routeSelect": return this.#select(answer, reference);
      case "routeReject":
        this.#over(answer.dialogue);
        // Phases I and II cannot refuse a call: it takes the PBX's own route.
        return codec.services.has("RouteReject") ? invocations.tell("RouteReject", { ...reference,
          ...(answer.rejectCause === undefined ? {} : { rejectCause: answer.rejectCause }) })
          : invocations.tell("RouteEnd",
            { ...reference, errorValue: { category: "operation", value: "generic" } });
      case "routeEnd":
        this.#over(answer.dialogue);
        return invocations.tell("RouteEnd", { ...reference,
          ...(answer.error === undefined ? {} : { errorValue: answer.error }) });
    }
  }

  /** Phases I and II take one route at a time: of the others we answer what the PBX asks again. */
  #select(answer: Selected, reference: Reference): Result<void> {
    const { invocations, codec } = this.#parts;
    const { alternateRoutes = [], routeSelected, remainRetries, routeUsedReq } = answer;
    const takesAll = codec.services.has("RouteRegister");
    if (takesAll || alternateRoutes.length === 0) this.#alternates.delete(answer.dialogue);
    else this.#alternates.set(answer.dialogue, answer);
    return invocations.tell("RouteSelect", { ...reference, routeSelected: dialled(routeSelected),
      ...(!takesAll || alternateRoutes.length === 0 ? {}
        : { alternateRoutes: alternateRoutes.map(dialled) }),
      ...(remainRetries === undefined ? {}
        : { remainRetries: remainRetries + (takesAll ? 0 : alternateRoutes.length) }),
      ...(routeUsedReq === undefined ? {} : { routeUsedReq }) });
  }

  /** True: the PBX has the next of the routes that the application named at once. */
  #tryNext(dialogue: string): boolean {
    const selected = this.#alternates.get(dialogue);
    const [next, ...alternateRoutes] = selected?.alternateRoutes ?? [];
    return selected !== undefined && next !== undefined
      && this.answer({ ...selected, routeSelected: next, alternateRoutes }).ok;
  }

  #over(dialogue: string): void {
    this.#dialogues.delete(dialogue);
    this.#alternates.delete(dialogue);
  }

  /** False: it is not about routeing. */
  take({ service, argument }: Invoke): boolean {
    const { names, told } = this.#parts;
    switch (service) {
      case "RouteRequest": this.#requested(argument); return true;
      case "ReRoute":
        if (this.#tryNext(argument.crossRefIdentifier)) return true;
        told({ type: "reRoute", dialogue: argument.crossRefIdentifier,
          ...limitOf(argument.replyTimeout) });
        return true;
      case "RouteUsed": {
        const routeUsed = names.party(argument.routeUsed);
        const callingDevice = names.party(argument.callingDevice);
        told({ type: "routeUsed", dialogue: argument.crossRefIdentifier,
          ...(routeUsed === undefined ? {} : { routeUsed }),
          ...(callingDevice === undefined ? {} : { callingDevice }) });
        return true;
      }
      case "RouteEnd": {
        const { crossRefIdentifier: dialogue, errorValue: error } = argument;
        this.#over(dialogue);
        told({ type: "routeEnd", dialogue, ...(error === undefined ? {} : { error }) });
        return true;
      }
      case "RouteRegisterAbort": this.#aborted(argument.routeRegisterReqID); return true;
      default: return false;
    }
  }

  #requested(said: Extract<Invoke, { readonly service: "RouteRequest" }>["argument"]): void {
    const { names, calls, told } = this.#parts;
    const { crossRefIdentifier: dialogue, routeRegisterReqID: reqID, replyTimeout } = said;
    this.#over(dialogue);
    this.#dialogues.set(dialogue, reqID);
    if (this.#dialogues.size > routesMax) {
      const [oldest] = this.#dialogues.keys();
      if (oldest !== undefined) this.#over(oldest);
    }
    const currentRoute = names.party(said.currentRoute);
    const callingDevice = names.party(said.callingDevice);
    const registered = reqID === undefined ? undefined : this.#registrations.get(reqID);
    const routeingDevice = names.party(said.routeingDevice)?.device ?? registered
      ?? currentRoute?.device;
    const connection = said.routedCall
      && calls.resolve(said.routedCall, said.routeingDevice ?? said.currentRoute);
    told({ type: "routeRequest", dialogue,
      ...(routeingDevice === undefined ? {} : { routeingDevice }),
      ...(currentRoute === undefined ? {} : { currentRoute }),
      ...(callingDevice === undefined ? {} : { callingDevice }),
      ...(connection === undefined ? {} : { connection }),
      ...limitOf(replyTimeout) });
  }

  #aborted(id: string): void {
    if (!this.#registrations.has(id)) return;
    const device = this.#registrations.get(id);
    this.#registrations.delete(id);
    this.#parts.told({ type: "routeRegisterAbort",
      ...(device === undefined ? {} : { routeingDevice: device }) });
  }
}

function dialled(text: string): CstaDevice {
  return { kind: "dialingNumber", text };
}

function limitOf(replyTimeoutMs: number | undefined): { readonly replyTimeoutMs?: number } {
  return replyTimeoutMs === undefined ? {} : { replyTimeoutMs };
}
