/** The way out: capability, connection state, dial string, link. */

import { fail, inEachLanguage, ok, type Result } from "../base/result.js";
import type { World } from "../base/world.js";
import type { Link } from "../link/link.js";
import type { ConnectionId, LinkId } from "../model/identifiers.js";
import { callCodes, type ServiceRequest, type ServiceResponse } from "../model/services.js";
import type { LinkPicture } from "./picture.js";
import { checkPreconditions } from "./preconditions.js";
import type { Actor, NumberResolver } from "./switch.js";

/** Requests of all links together that may be under way. */
export const requestsMax = 1_000;

export interface RequestCounters {
  requests: number;
  requestsRefused: number;
  requestsFailed: number;
}

export interface RequestsOptions {
  readonly world: World;
  readonly numbers: NumberResolver;
  findLink(id: LinkId): Link | undefined;
  pictureOf(id: LinkId): LinkPicture | undefined;
}

export class Requests {
  readonly #options: RequestsOptions;
  readonly counters: RequestCounters = { requests: 0, requestsRefused: 0, requestsFailed: 0 };
  #inFlight = 0;

  constructor(options: RequestsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  async request(
    id: LinkId, request: ServiceRequest, actor: Actor, deadlineMs: number,
  ): Promise<Result<ServiceResponse>> {
    this.counters.requests += 1;
    const { world } = this.#options;
    const prepared = this.#prepare(id, request);
    if (!prepared.ok) {
      this.counters.requestsRefused += 1;
      world.log.event("switch.request-refused", { link: id, service: request.service,
        actor: actor.name, fault: prepared.fault.code });
      return prepared;
    }
    const { link, outgoing } = prepared.value;
    world.log.event("switch.request", { link: id, service: request.service, actor: actor.name });
    this.#inFlight += 1;
    const response = await link.request(outgoing, deadlineMs);
    this.#inFlight -= 1;
    if (!response.ok) {
      this.counters.requestsFailed += 1;
      world.log.event("switch.request-failed", { link: id, service: request.service,
        actor: actor.name, fault: response.fault.code, message: response.fault.message });
    }
    return response;
  }

  #prepare(
    id: LinkId, request: ServiceRequest,
  ): Result<{ readonly link: Link; readonly outgoing: ServiceRequest }> {
    const link = this.#options.findLink(id);
    if (link === undefined) return fail("link-unknown", `there is no link ${id}`);
    const able = checkCapability(link, request);
    if (!able.ok) return able;
    const state = link.status.state.name;
    if (state !== "up" && state !== "degraded") {
      return fail("link-down", `link ${id} is ${state}`);
    }
    if (this.#inFlight >= requestsMax) {
      return fail("queue-full", `${String(this.#inFlight)} requests are under way`);
    }
    const picture = this.#options.pictureOf(id);
    const current = withCurrentCalls(request, picture);
    const allowed = checkPreconditions(current, (connection) =>
      picture?.find(connection.call)?.connections.get(connection.device)?.state);
    if (!allowed.ok) return allowed;
    const dialled = withDialString(current, (typed) => this.#options.numbers.dial(id, typed));
    return dialled.ok ? ok({ link, outgoing: dialled.value }) : dialled;
  }
}

function checkCapability(link: Link, request: ServiceRequest): Result<void> {
  const { service } = request;
  const { declared, proofs, id } = link.status;
  if (declared.services[service] === undefined) {
    return fail("service-not-supported", `link ${id} does not offer ${service}`);
  }
  const disproof = proofs.find((proof) => proof.subject === service && proof.proven === "no");
  if (disproof !== undefined) {
    return fail("service-not-supported", inEachLanguage((words, language) => language === "en"
      ? `link ${id} refuses ${service}: ${words(disproof.evidence)}`
      : `le lien ${id} refuse ${service} : ${words(disproof.evidence)}`));
  }
  return checkCodes(link, request);
}

/** A call without its code would be another call. */
function checkCodes({ status: { declared, id } }: Link, request: ServiceRequest): Result<void> {
  if (request.service !== "makeCall" && request.service !== "consultationCall") {
    return ok(undefined);
  }
  const taken = declared.callCodes?.[request.service] ?? [];
  const refused = callCodes.find((code) => request[code] !== undefined && !taken.includes(code));
  return refused === undefined ? ok(undefined)
    : fail("call-code-not-supported", `link ${id} takes no ${refused} with ${request.service}`,
      { fields: [{ path: refused, message: "is not supported" }] });
}

/** A call that was transferred goes on under another name; the application may know the old. */
function withCurrentCalls(
  request: ServiceRequest, picture: LinkPicture | undefined,
): ServiceRequest {
  const now = (connection: ConnectionId): ConnectionId => {
    const call = picture?.find(connection.call);
    return call === undefined || call.call === connection.call
      ? connection : { call: call.call, device: connection.device };
  };
  switch (request.service) {
    case "makeCall": case "setAgentState": case "setMessageWaitingIndicator":
    case "setDoNotDisturb": case "setForwarding": case "groupPickupCall": case "sendPage":
    case "getDoNotDisturb": case "getForwarding": case "getMessageWaitingIndicator":
    case "getDisplay": case "getButtonInformation": case "getLampMode": case "setDisplay":
    case "pressButton":
      return request;
    case "alternateCall": case "reconnectCall": case "transferCall": case "conferenceCall":
      return { ...request, heldCall: now(request.heldCall), activeCall: now(request.activeCall) };
    case "consultationCall": return { ...request, existingCall: now(request.existingCall) };
    case "singleStepTransferCall": case "singleStepConference":
      return { ...request, activeCall: now(request.activeCall) };
    case "deflectCall":
      return { ...request, callToBeDiverted: now(request.callToBeDiverted) };
    case "directedPickupCall":
      return { ...request, callToBePickedUp: now(request.callToBePickedUp) };
    case "parkCall": return { ...request, parking: now(request.parking) };
    default: return { ...request, connection: now(request.connection) };
  }
}

/** Numbers as typed by a person become what this PBX must be sent. */
function withDialString(
  request: ServiceRequest, dial: (typed: string) => Result<string>,
): Result<ServiceRequest> {
  const put = (typed: string, make: (number: string) => ServiceRequest): Result<ServiceRequest> => {
    const dialled = dial(typed);
    return dialled.ok ? ok(make(dialled.value)) : dialled;
  };
  switch (request.service) {
    case "makeCall":
      return put(request.calledNumber, (calledNumber) => ({ ...request, calledNumber }));
    case "consultationCall":
      return put(request.consultedDevice, (consultedDevice) => ({ ...request, consultedDevice }));
    case "singleStepTransferCall":
      return put(request.transferredTo, (transferredTo) => ({ ...request, transferredTo }));
    case "singleStepConference":
      return put(request.deviceToBeJoined,
        (deviceToBeJoined) => ({ ...request, deviceToBeJoined }));
    case "deflectCall":
      return put(request.newDestination, (newDestination) => ({ ...request, newDestination }));
    case "setForwarding":
      return request.forwardTo === undefined ? ok(request)
        : put(request.forwardTo, (forwardTo) => ({ ...request, forwardTo }));
    default: return ok(request);
  }
}
