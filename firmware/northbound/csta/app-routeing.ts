/**
 * Routeing for one application: its registrations, and the dialogues that it answers. They end with
 * its connection: a call cannot wait for an application that may come back.
 */

import { fail, ok, type Result } from "../../base/result.js";
import { maskNumbers } from "../../base/mask.js";
import { deviceId, type DeviceId, type LinkId } from "../../model/identifiers.js";
import type { RouteAnswer } from "../../model/routeing.js";
import type { RouteNotice, RouteRegistration } from "../../switching/routeing.js";
import type { CstaArgument, CstaDevice, CstaError, CstaMessage }
  from "../../wire/csta/message.js";
import { auditActor } from "../access/audit-call.js";
import type { Identity } from "../access/roles.js";
import { empty, errorOf, refused, type Answer, type Following } from "./answer.js";
import type { Domain } from "./domain.js";
import { LinkNaming } from "./event-report.js";
import type { Rights } from "./rights.js";

type Invoke = Extract<CstaMessage, { readonly kind: "invoke" }>;

export interface RouteingParts {
  readonly domain: Domain;
  readonly identity: Identity;
  readonly rights: Rights;
  readonly source: () => string;
  /** Sent to the application, unanswered. */
  invoke(following: Following): void;
}

/** A registration on its way; what is told before it is known waits. */
interface Made {
  registration: RouteRegistration | undefined;
  readonly early: RouteNotice[];
}

interface Place {
  readonly link: LinkId;
  readonly device: DeviceId | undefined;
}

const ended: Answer & { ok: false } =
  refused("operation", "invalidRouteRegistrationCrossRefID");

export class AppRouteing {
  readonly #parts: RouteingParts;
  /** By what the application calls it: the first of its links' registrations. */
  readonly #own = new Map<string, RouteRegistration[]>();
  /** Which registration a dialogue belongs to. */
  readonly #dialogues = new Map<string, RouteRegistration>();

  constructor(parts: RouteingParts) {
    this.#parts = parts;
  }

  /**
   * Devices that the configuration gives to an application of phase I or II, which has no word for
   * it. Registered anew with each connection.
   */
  async registerConfigured(names: readonly string[]): Promise<void> {
    for (const name of names) {
      const place = this.#place({ kind: "dialingNumber", text: name });
      const made = "category" in place ? fail("device-unknown", `${name}: ${place.value}`)
        : await this.#register(place, true);
      this.#audit("RouteRegister", name, made.ok ? undefined : errorOf(made.fault));
      if (!made.ok) continue;
      const { registration, early } = made.value;
      this.#own.set(registration.id, [registration]);
      for (const notice of early) this.#tell(registration, notice);
    }
  }

  async register({ routeingDevice }: CstaArgument<"RouteRegister">): Promise<Answer> {
    const answer = await this.#registered(routeingDevice);
    this.#audit("RouteRegister", routeingDevice?.text ?? "", answer.ok ? undefined : answer.error);
    return answer;
  }

  cancel({ routeRegisterReqID: id }: CstaArgument<"RouteRegisterCancel">): Answer {
    const found = this.#own.get(id);
    this.#audit("RouteRegisterCancel", found?.[0]?.device ?? "",
      found === undefined ? ended.error : undefined);
    if (found === undefined) return ended;
    this.#drop(id, found);
    return empty;
  }

  /** Never answered, unless it is wrong. Undefined: taken, or not about routeing. */
  take({ service, argument }: Invoke): CstaError | undefined {
    const answer = answerOf(service, argument);
    if (answer === undefined) return undefined;
    const registration = this.#dialogues.get(answer.dialogue);
    const told: Result<void> = registration?.answer(this.#bare(answer, registration.link))
      ?? fail("route-unknown", "");
    const error = told.ok ? undefined : errorOf(told.fault);
    this.#audit(service, registration?.device ?? "", error,
      answer.type === "routeSelect" ? { routeSelected: maskNumbers(answer.routeSelected) } : {});
    return error;
  }

  /** The connection is lost; returns what the application believed to have. */
  stopAll(): readonly string[] {
    const ids = [...this.#own.keys()];
    for (const [id, registrations] of [...this.#own]) this.#drop(id, registrations);
    return ids;
  }

  async #registered(said: CstaDevice | undefined): Promise<Answer> {
    if (!this.#parts.rights.mayControl) {
      return { ok: false, error: errorOf({ code: "permission-denied" }) };
    }
    const places = said === undefined ? this.#all() : [this.#place(said)];
    const made: { readonly registration: RouteRegistration;
      readonly early: readonly RouteNotice[] }[] = [];
    let refusal: CstaError | undefined;
    for (const place of places) {
      const one = "category" in place ? place : await this.#register(place, places.length > 1);
      if ("category" in one) refusal ??= one;
      else if (one.ok) made.push(one.value);
      else refusal ??= errorOf(one.fault);
    }
    const id = made[0]?.registration.id;
    if (refusal !== undefined || id === undefined) {
      for (const { registration } of made) registration.cancel();
      return { ok: false, error: refusal ?? errorOf({ code: "service-not-supported" }) };
    }
    this.#own.set(id, made.map(({ registration }) => registration));
    return { ok: true, result: { routeRegisterReqID: id },
      then: made.flatMap(({ registration, early }) =>
        early.flatMap((notice) => this.#following(registration, notice) ?? [])) };
  }

  /** Every link of this switching function that routes. */
  #all(): readonly (Place | CstaError)[] {
    const links = this.#links();
    return this.#parts.rights.coversAll ? links.map((link) => ({ link, device: undefined }))
      : [{ category: "operation", value: "privilegeViolationSpecifiedDevice" }];
  }

  #links(): readonly LinkId[] {
    return this.#parts.domain.links().filter(({ status }) => status.declared.routeing === true)
      .map(({ status }) => status.id);
  }

  /** PBXs need not list their routeing devices: the PBX itself judges one that is not known. */
  #place({ text }: CstaDevice): Place | CstaError {
    const { domain: { devices }, rights } = this.#parts;
    const links = this.#links();
    const [only] = links;
    const prefixed = links.find((link) => text.startsWith(`${link}:`));
    const place = devices.find(text)
      ?? (prefixed !== undefined ? { link: prefixed, device: devices.within(prefixed, text) }
        : only !== undefined && links.length === 1 ? { link: only, device: deviceId(text) }
          : undefined);
    if (place === undefined || text === "") {
      return { category: "operation", value: "invalidDeviceID" };
    }
    return rights.covers(place.link, place.device) ? place
      : { category: "operation", value: "privilegeViolationSpecifiedDevice" };
  }

  async #register({ link, device }: Place, whenUp: boolean): Promise<Result<{
    readonly registration: RouteRegistration; readonly early: readonly RouteNotice[];
  }>> {
    const { domain: { gateway, config }, identity } = this.#parts;
    const made: Made = { registration: undefined, early: [] };
    const registered = await gateway.routeing.register(link, device, {
      name: `${auditActor(identity)} (csta ${config.id})`,
      told: (notice) => {
        if (made.registration === undefined) made.early.push(notice);
        else this.#tell(made.registration, notice);
      } }, whenUp);
    if (!registered.ok) return registered;
    made.registration = registered.value;
    return ok({ registration: registered.value, early: made.early });
  }

  #tell(registration: RouteRegistration, notice: RouteNotice): void {
    const following = this.#following(registration, notice);
    if (following !== undefined) this.#parts.invoke(following);
  }

  /** Undefined: the application has let go of it. */
  #following(registration: RouteRegistration, notice: RouteNotice): Following | undefined {
    const id = [...this.#own].find(([, all]) => all.includes(registration))?.[0];
    if (id === undefined) return undefined;
    const reqID = { routeRegisterReqID: id };
    if (notice.type === "routeRegisterAbort") {
      this.#drop(id, this.#own.get(id) ?? []);
      return { service: "RouteRegisterAbort", argument: reqID };
    }
    const reference = { crossRefIdentifier: notice.dialogue, ...reqID };
    const of = new LinkNaming(this.#parts.domain.naming, registration.link);
    switch (notice.type) {
      case "routeRequest":
        this.#dialogues.set(notice.dialogue, registration);
        return { service: "RouteRequest", argument: { ...reference,
          currentRoute: of.party(notice.currentRoute),
          callingDevice: of.party(notice.callingDevice),
          ...(notice.routeingDevice === undefined ? {}
            : { routeingDevice: of.device(notice.routeingDevice) }),
          ...(notice.connection === undefined ? {}
            : { routedCall: of.connection(notice.connection) }),
          ...(notice.replyTimeoutMs === undefined ? {}
            : { replyTimeout: notice.replyTimeoutMs }) } };
      case "reRoute":
        return { service: "ReRoute", argument: { ...reference,
          ...(notice.replyTimeoutMs === undefined ? {}
            : { replyTimeout: notice.replyTimeoutMs }) } };
      case "routeUsed":
        return { service: "RouteUsed", argument: { ...reference,
          routeUsed: of.party(notice.routeUsed),
          ...(notice.callingDevice === undefined ? {}
            : { callingDevice: of.party(notice.callingDevice) }) } };
      case "routeEnd":
        this.#dialogues.delete(notice.dialogue);
        return { service: "RouteEnd", argument: { ...reference,
          ...(notice.error === undefined ? {} : { errorValue: notice.error }) } };
    }
  }

  #drop(id: string, registrations: readonly RouteRegistration[]): void {
    this.#own.delete(id);
    for (const [dialogue, of] of [...this.#dialogues]) {
      if (registrations.includes(of)) this.#dialogues.delete(dialogue);
    }
    for (const registration of registrations) registration.cancel();
  }

  /** A device of ours is named with its link where two have it. */
  #bare(answer: RouteAnswer, link: LinkId): RouteAnswer {
    const { devices } = this.#parts.domain;
    return answer.type !== "routeSelect" ? answer : { ...answer,
      routeSelected: devices.within(link, answer.routeSelected),
      ...(answer.alternateRoutes === undefined ? {} : { alternateRoutes:
        answer.alternateRoutes.map((route) => devices.within(link, route)) }) };
  }

  #audit(
    action: string, subject: string, error: CstaError | undefined,
    details: Readonly<Record<string, string>> = {},
  ): void {
    const { domain, identity, source } = this.#parts;
    void domain.gateway.audit.record({ actor: auditActor(identity), source: source(), action,
      subject: maskNumbers(subject), details, outcome: error?.value ?? "ok" });
  }
}

function answerOf(service: string, argument: CstaArgument): RouteAnswer | undefined {
  switch (service) {
    case "RouteSelect": {
      const said = argument as CstaArgument<"RouteSelect">;
      return { type: "routeSelect", dialogue: said.crossRefIdentifier,
        routeSelected: said.routeSelected.text,
        ...(said.alternateRoutes === undefined ? {}
          : { alternateRoutes: said.alternateRoutes.map(({ text }) => text) }),
        ...(said.remainRetries === undefined ? {} : { remainRetries: said.remainRetries }),
        ...(said.routeUsedReq === undefined ? {} : { routeUsedReq: said.routeUsedReq }) };
    }
    case "RouteEnd": {
      const said = argument as CstaArgument<"RouteEnd">;
      return { type: "routeEnd", dialogue: said.crossRefIdentifier,
        ...(said.errorValue === undefined ? {} : { error: said.errorValue }) };
    }
    case "RouteReject": {
      const said = argument as CstaArgument<"RouteReject">;
      return { type: "routeReject", dialogue: said.crossRefIdentifier,
        ...(said.rejectCause === undefined ? {} : { rejectCause: said.rejectCause }) };
    }
    default: return undefined;
  }
}
