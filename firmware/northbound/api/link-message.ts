/** Links, their capabilities and devices, as the API shows them. */

import { inBoth } from "../../base/french.js";
import { inLanguage } from "../../base/result.js";
import type { Capabilities, MonitorLicences, Proof } from "../../link/driver.js";
import type { LinkStatus } from "../../link/link.js";
import { eventNames } from "../../model/events.js";
import { serviceNames } from "../../model/services.js";
import type { DeviceView, Switch } from "../../switching/switch.js";
import { Proven, type CapabilitiesSchema, type DeviceSchema, type DriverInfoSchema,
  type LinkCountersSchema, type LinkSchema, type MonitorLicencesSchema, type SerialLineSchema }
  from "../../../proto/gen/cti/gateway/v1/links_pb.js";
import { AgentState } from "../../../proto/gen/cti/gateway/v1/model_pb.js";
import type { DriverView, Language } from "./gateway-view.js";
import { agentStates, linkStates } from "./enums.js";
import type { PlainInit } from "./encoding.js";
import { timestamp } from "./time-message.js";

const findings: Readonly<Record<Proof["proven"], Proven>> = {
  "yes": Proven.YES, "no": Proven.NO, "not-tried": Proven.NOT_TRIED,
};

/** One row for everything declared, with the probe's finding where there is one. */
export function capabilitiesMessage(
  declared: Capabilities, proofs: readonly Proof[], language: Language,
): PlainInit<typeof CapabilitiesSchema> {
  const row = (subject: Proof["subject"], kind: string, how: string) => {
    const proof = proofs.find((found) => found.subject === subject);
    return { subject, kind, how, evidence: inLanguage(proof?.evidence ?? "", language),
      proven: proof === undefined ? Proven.UNSPECIFIED : findings[proof.proven] };
  };
  return {
    rows: [
      ...serviceNames.flatMap((name) => {
        const how = declared.services[name];
        return how === undefined ? [] : [row(name, "service", how)];
      }),
      ...eventNames.filter((name) => declared.events.includes(name))
        .map((name) => row(name, "event", "")),
      ...(declared.routeing === true ? [row("routeing", "service", "native")] : []),
      ...(declared.privateData === undefined ? []
        : [row("privateData", "service", declared.privateData)]),
      ...(declared.snapshot === "native" ? [row("snapshot", "snapshot", "native")] : []),
    ],
    snapshot: declared.snapshot === "native", callIdentity: declared.callIdentity,
    monitorsMax: bounded(declared.monitorsMax),
    requestsInFlightMax: bounded(declared.requestsInFlightMax),
  };
}

/** uint32 has no infinity; a driver without a bound says so with the largest number. */
function bounded(count: number): number {
  return Math.min(Math.max(0, Math.floor(count)), 0xffff_ffff);
}

function countersMessage(
  counters: LinkStatus["counters"], language: Language,
): PlainInit<typeof LinkCountersSchema> {
  return {
    bytesIn: BigInt(counters.bytesIn), bytesOut: BigInt(counters.bytesOut),
    events: BigInt(counters.events), records: BigInt(counters.records),
    garbageBytes: BigInt(counters.garbageBytes), requests: BigInt(counters.requests),
    requestsFailed: BigInt(counters.requestsFailed), resyncs: BigInt(counters.resyncs),
    opens: BigInt(counters.opens),
    lastReceivedAt: counters.lastReceivedAtMs === undefined ? undefined
      : timestamp(counters.lastReceivedAtMs),
    damagedBytes: BigInt(counters.damagedOctets), breaks: BigInt(counters.breaks),
    rejected: BigInt(counters.rejected), recordsMissed: BigInt(counters.recordsMissed),
    rejectedReasons: Object.fromEntries(Object.entries(counters.rejectedReasons)
      .map(([reason, count]) => [inLanguage(inBoth(reason), language), BigInt(count)])),
    lastRecordAt: counters.lastRecordAtMs === undefined ? undefined
      : timestamp(counters.lastRecordAtMs),
  };
}

function licencesMessage(
  { used, count, source }: MonitorLicences,
): PlainInit<typeof MonitorLicencesSchema> {
  return { used, count, learned: source === "learned" };
}

/** Modem lines that are not known read as down. */
function lineMessage(
  { errorsCounted, lines }: NonNullable<LinkStatus["line"]>,
): PlainInit<typeof SerialLineSchema> {
  return { errorsCounted, signalsKnown: lines !== undefined,
    cts: lines?.cts ?? false, dsr: lines?.dsr ?? false, dcd: lines?.dcd ?? false,
    ...(lines?.ri === undefined ? {} : { ri: lines.ri }) };
}

export function linkMessage(
  status: LinkStatus, source: Switch, language: Language,
): PlainInit<typeof LinkSchema> {
  const { state } = status;
  const devices = source.devices(status.id);
  return {
    id: status.id, driver: status.driver, title: status.title,
    driverTitle: inLanguage(status.driverTitle, language), transport: status.transport,
    state: linkStates[state.name],
    reason: "reason" in state ? inLanguage(state.reason, language) : "",
    since: timestamp(status.sinceMs), attempt: "attempt" in state ? state.attempt : 0,
    retryAt: state.name === "down" ? timestamp(status.sinceMs + state.retryInMs) : undefined,
    peerProduct: status.peer?.product ?? "", peerVersion: status.peer?.version ?? "",
    capabilities: capabilitiesMessage(status.declared, status.proofs, language),
    counters: countersMessage(status.counters, language),
    ...(status.peer?.monitorLicences && { monitorLicences: licencesMessage(
      status.peer.monitorLicences) }),
    ...(status.line && { line: lineMessage(status.line) }),
    unkeptBytes: BigInt(status.keeping?.waitingBytes ?? 0),
    holding: status.keeping?.holding ?? false,
    devices: devices.length,
    devicesNotMonitored: devices.filter((device) => device.notMonitored !== undefined).length,
    calls: source.calls({ link: status.id }).length,
  };
}

export function deviceMessage(
  view: DeviceView, language: Language,
): PlainInit<typeof DeviceSchema> {
  return {
    link: view.link, device: view.device, category: view.category, name: view.name ?? "",
    inService: view.inService,
    agentState: view.agentState === undefined ? AgentState.UNSPECIFIED
      : agentStates[view.agentState],
    agent: view.agent ?? "", agentReason: view.agentReason ?? "",
    monitored: view.notMonitored === undefined,
    notMonitoredReason: inLanguage(view.notMonitored?.reason ?? "", language),
    notMonitoredAdvice: inLanguage(view.notMonitored?.advice ?? "", language), calls: view.calls,
  };
}

export function driverMessage(
  driver: DriverView, language: Language,
): PlainInit<typeof DriverInfoSchema> {
  return {
    name: driver.name, title: inLanguage(driver.title, language), standards: [...driver.standards],
    transports: [...driver.transports],
    capabilities: capabilitiesMessage(driver.capabilities, [], language),
  };
}
