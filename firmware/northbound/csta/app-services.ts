/** The services of the switching function for one application. */

import { fail } from "../../base/result.js";
import { maskNumbers } from "../../base/mask.js";
import type { DeviceId, LinkId } from "../../model/identifiers.js";
import type { ServiceRequest } from "../../model/services.js";
import type { DeviceView } from "../../switching/switch.js";
import type { CstaArgument, CstaCodec, CstaEvent, CstaResult, CstaServiceName }
  from "../../wire/csta/message.js";
import { auditActor } from "../access/audit-call.js";
import type { Identity } from "../access/roles.js";
import { empty, errorOf, notSupported, refused, requestError, type Answer, type Following }
  from "./answer.js";
import { AppEscapes } from "./app-escapes.js";
import { AppMonitors } from "./app-monitors.js";
import { AppRecords } from "./app-records.js";
import { AppRouteing } from "./app-routeing.js";
import { logicalInformation, physicalInformation } from "./device-information.js";
import { queryRow, toldOf, type QueryArgument, type QueryRow } from "./device-query.js";
import type { Domain } from "./domain.js";
import { LinkNaming } from "./event-report.js";
import { featuresOf, type Features } from "./features.js";
import { Reading } from "./reading.js";
import type { Rights } from "./rights.js";
import { madeConnection, requestDeadlineMs, serviceRow } from "./service-request.js";
import { deviceList, entriesPerSegment, snapshotCall, snapshotDevice, snapshotSegments }
  from "./snapshots.js";

export interface ServicesParts {
  readonly domain: Domain;
  readonly identity: Identity;
  readonly rights: Rights;
  /** "csta 192.0.2.9". */
  readonly source: () => string;
  readonly codec: () => CstaCodec;
  report(monitorCrossRefID: string, event: CstaEvent): void;
  /** Sent to the application. The invoke id; undefined: it is not connected. */
  invoke(following: Following): number | undefined;
  /** Call records were lost to it. */
  lose(): void;
}

type Handlers = {
  readonly [S in CstaServiceName]?: (argument: CstaArgument<S>) => Answer | Promise<Answer> };

export class AppServices {
  readonly monitors: AppMonitors;
  readonly routeing: AppRouteing;
  readonly records: AppRecords;
  readonly #escapes: AppEscapes;
  readonly #parts: ServicesParts;
  readonly #handlers: Handlers;
  #lists = 0;

  constructor(parts: ServicesParts) {
    this.#parts = parts;
    const { domain, rights } = parts;
    this.monitors = new AppMonitors({ domain, rights, reading: () => this.#reading(),
      features: () => this.#features(),
      report: (crossRef, event) => { parts.report(crossRef, event); } });
    this.routeing = new AppRouteing(parts);
    this.records = new AppRecords(parts);
    this.#escapes = new AppEscapes(parts);
    this.#handlers = {
      RouteRegister: (said) => this.routeing.register(said),
      RouteRegisterCancel: (said) => this.routeing.cancel(said),
      Escape: (said) => this.#escapes.escape(said),
      StartCallDetailRecordsTransmission: (said) => this.records.start(said),
      StopCallDetailRecordsTransmission: (said) => this.records.stop(said),
      SendStoredCallDetailRecords: (said) => this.records.sendStored(said),
      MonitorStart: (said) => this.monitors.start(said),
      ChangeMonitorFilter: (said) => this.monitors.change(said),
      MonitorStop: (said) => this.monitors.stop(said),
      SnapshotDevice: (said) => this.#snapshotDevice(said),
      SnapshotCall: (said) => this.#snapshotCall(said),
      GetAgentState: (said) => this.#agentState(said),
      SystemStatus: () => empty,
      RequestSystemStatus: () => ({ ok: true, result: { systemStatus: domain.status } }),
      GetSwitchingFunctionDevices: (said) => this.#deviceList(said),
      GetSwitchingFunctionCapabilities: () => ({ ok: true, result: {
        switchingSubDomainName: domain.gateway.system.version.unit,
        manufacturerName: "Jackfield", ...this.#offered() } }),
      GetCSTAFeatures: () => ({ ok: true, result: this.#offered() }),
      GetLogicalDeviceInformation: (said) => this.#ofDevice(said, logicalInformation),
      GetPhysicalDeviceInformation: (said) => this.#ofDevice(said, physicalInformation),
    };
  }

  /** Never rejects. */
  async answer(service: CstaServiceName, argument: CstaArgument): Promise<Answer> {
    // Both belong to one message, in which the types agree.
    const own = this.#handlers[service] as
      ((said: CstaArgument) => Answer | Promise<Answer>) | undefined;
    if (own !== undefined) return own(argument);
    const query = queryRow(service);
    if (query !== undefined) return this.#query(query, argument as QueryArgument);
    const row = serviceRow(service);
    if (row === undefined) return notSupported;
    const reading = this.#reading();
    const request = row.read(argument, reading);
    const answer = await this.#control(service, request, reading);
    this.#audit(service, request, reading, answer);
    return answer.ok
      ? { ok: true, result: row.result(madeConnection(request, answer.connection,
        new LinkNaming(this.#parts.domain.naming, reading.link))) }
      : answer;
  }

  async #control(service: CstaServiceName, request: ServiceRequest, reading: Reading) {
    const { domain, identity, rights } = this.#parts;
    if (!rights.mayControl) {
      return { ok: false as const, error: errorOf(fail("permission-denied", "").fault) };
    }
    if (reading.error !== undefined) return { ok: false as const, error: reading.error };
    const done = await domain.gateway.switch.request(reading.link, request, identity,
      requestDeadlineMs);
    return done.ok ? { ok: true as const, connection: done.value.connection }
      : { ok: false as const, error: requestError(service, done.fault) };
  }

  /** Refusals too: who tried what is worth knowing. */
  #audit(
    service: CstaServiceName, request: ServiceRequest, { link }: Reading,
    answer: { readonly ok: true } | Extract<Answer, { readonly ok: false }>,
  ): void {
    const { domain, identity, source } = this.#parts;
    void domain.gateway.audit.record({ actor: auditActor(identity), source: source(),
      action: service, subject: [link, ...devicesOf(request).map(maskNumbers)].join(" ").trim(),
      outcome: answer.ok ? "ok" : answer.error.value, details: numbersOf(request) });
  }

  #reading(): Reading {
    const { domain: { gateway, feed, devices }, rights } = this.#parts;
    return new Reading({ source: gateway.switch, calls: feed.calls, devices, rights });
  }

  /** Of one link, or of all together. */
  #features(link?: LinkId): Features {
    const { domain, rights, codec } = this.#parts;
    const links = domain.links().filter(({ status }) => link === undefined || status.id === link);
    return featuresOf(links, codec(), rights.mayControl, this.#escapes.offered);
  }

  #ofDevice(
    said: CstaArgument<"GetLogicalDeviceInformation">,
    of: (category: DeviceView["category"], features: Features) => CstaResult | undefined,
  ): Answer {
    const reading = this.#reading();
    const device = reading.device(said.device);
    if (reading.error !== undefined) return { ok: false, error: reading.error };
    const { link } = reading;
    const view = this.#parts.domain.gateway.switch.devices(link)
      .find((each) => each.device === device);
    const result = of(view?.category ?? "other", this.#features(link));
    return result === undefined ? refused("operation", "requestIncompatibleWithObject")
      : { ok: true, result };
  }

  #offered(): Pick<Features, "services" | "events"> {
    const { services, events } = this.#features();
    return { services, events };
  }

  #snapshotDevice(said: CstaArgument<"SnapshotDevice">): Answer {
    const reading = this.#reading();
    const device = reading.device(said.snapshotObject);
    if (reading.error !== undefined) return { ok: false, error: reading.error };
    const { link } = reading;
    const { gateway, naming } = this.#parts.domain;
    const data = snapshotDevice(link, device, gateway.switch.calls({ link, device }), naming);
    return this.#fits("SnapshotDeviceData", data) ? { ok: true, result: { snapshotData: data } }
      : this.#inSegments((crossRef) =>
        snapshotSegments(crossRef, { service: "SnapshotDeviceData", data }));
  }

  #snapshotCall(said: CstaArgument<"SnapshotCall">): Answer {
    const reading = this.#reading();
    const call = reading.call(said.snapshotObject);
    const { domain: { naming }, rights } = this.#parts;
    if (call === undefined) return refused("operation", "invalidConnectionID");
    if (!call.connections.some(({ device }) => rights.covers(call.link, device))) {
      return refused("operation", "privilegeViolationSpecifiedDevice");
    }
    const of = new LinkNaming(naming, call.link);
    const party = (known: typeof call.calling) => known === undefined ? "notKnown" as const
      : of.device(known.raw as DeviceId, known.name);
    const data = snapshotCall(call, naming);
    const roles = { callingDevice: party(call.calling), calledDevice: party(call.called) };
    return this.#fits("SnapshotCallData", data)
      ? { ok: true, result: { snapshotData: data, ...roles } }
      : this.#inSegments((crossRef) =>
        snapshotSegments(crossRef, { service: "SnapshotCallData", data }), roles);
  }

  #agentState(said: CstaArgument<"GetAgentState">): Answer {
    const reading = this.#reading();
    const device = reading.device(said.device);
    if (reading.error !== undefined) return { ok: false, error: reading.error };
    const found = this.#parts.domain.gateway.switch.devices(reading.link)
      .find((each) => each.device === device);
    const state = found?.agentState;
    return { ok: true, result: { agentStateList: state === undefined ? []
      : [{ loggedOnState: state !== "null", agentInfo: [{ agentState: state }],
        ...(found?.agent === undefined ? {} : { agentID: found.agent }) }] } };
  }

  /** What the PBX neither answers nor has said since its link came up is refused, not guessed. */
  async #query(row: QueryRow, said: QueryArgument): Promise<Answer> {
    const reading = this.#reading();
    const device = reading.device(said.device);
    if (reading.error !== undefined) return { ok: false, error: reading.error };
    const { link } = reading;
    const { domain: { gateway, naming }, identity } = this.#parts;
    const of = new LinkNaming(naming, link);
    const asked = await gateway.switch.request(link, { service: row.asks, device }, identity,
      requestDeadlineMs);
    if (!asked.ok && asked.fault.code !== "service-not-supported") {
      return { ok: false, error: errorOf(asked.fault) };
    }
    const known = asked.ok ? asked.value : toldOf(row, gateway.switch.devices(link)
      .find((each) => each.device === device));
    const result = row.result(known, of);
    return result === undefined ? refused("systemResourceAvailability", "generic")
      : { ok: true, result };
  }

  #deviceList(said: CstaArgument<"GetSwitchingFunctionDevices">): Answer {
    const { domain: { gateway, devices, naming }, rights } = this.#parts;
    const wanted = (link: LinkId, device: DeviceId): boolean =>
      devices.serves(link) && rights.covers(link, device)
      && (said.requestedDeviceID === undefined
        || devices.nameOf(link, device) === said.requestedDeviceID.text);
    const list = gateway.switch.devices().filter(({ link, device, category }) =>
      wanted(link, device) && (said.requestedDeviceCategory === undefined
        || said.requestedDeviceCategory === category));
    return this.#inSegments((crossRef) => deviceList(crossRef, list, naming));
  }

  /** Phases without messages for the rest get all of it at once, or none. */
  #fits(service: CstaServiceName, data: readonly unknown[]): boolean {
    return data.length <= entriesPerSegment || !this.#parts.codec().services.has(service);
  }

  /** The answer says under what the data follows. */
  #inSegments(
    segments: (serviceCrossRefID: string) => readonly Following[],
    more: Pick<CstaResult<"SnapshotCall">, "callingDevice" | "calledDevice"> = {},
  ): Answer {
    this.#lists = (this.#lists + 1) % 65_536;
    const serviceCrossRefID = this.#lists.toString(16).padStart(4, "0");
    return { ok: true, result: { serviceCrossRefID, ...more }, then: segments(serviceCrossRefID) };
  }
}

function devicesOf(request: ServiceRequest): readonly string[] {
  return Object.entries(request).flatMap(([name, value]: [string, unknown]) =>
    typeof value === "object" && value !== null && "device" in value
      ? [String(value.device)]
      : name === "device" || name === "callingDevice" || name === "requestingDevice"
        ? [String(value)] : []).slice(0, 1);
}

/** Digits may be a PIN, a display may name a person, a code may let one call for nothing. */
const untold: ReadonlySet<string> =
  new Set(["digits", "text", "accountCode", "authCode", "userData", "correlatorData"]);

/** Where to, without what cannot be erased from the log later. */
function numbersOf(request: ServiceRequest): Readonly<Record<string, string>> {
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(request) as [string, unknown][]) {
    if (name === "service" || typeof value !== "string") continue;
    told[name] = untold.has(name) ? `${value.length} characters`
      : maskNumbers(value);
  }
  return told;
}
