/** Event reports of phases I and II (ECMA-180, ECMA-218): a code, and a table of fields each. */

import { eventCauses, type EventCause } from "../../model/causes.js";
import {
  always, anyElement, boolean, decode, encode, implicit, integer, mapped, octets, octetText,
  optional, Refused, required, sequence, type Asn1Type,
} from "./asn1.js";
import type {
  CstaConnection, CstaDevice, CstaEvent, CstaEventName, CstaExtensions, CstaParty,
} from "./message.js";
import {
  agentIDField, calledDevice, callingDevice, connectionID, connectionList, deviceID, forward,
  privateField, redirectionDevice, subjectDevice, withoutForeign, type Forward,
} from "./phase1-2-types.js";
import { eventCause, localConnectionState, monitorCrossRefID } from "./phase3-types.js";

type Of<T extends CstaEvent["type"]> = Omit<Extract<CstaEvent, { readonly type: T }>, "type">;
type ServiceEvent = Omit<Extract<CstaEvent,
  { readonly type: "backInService" | "outOfService" }>, "type">;
type AgentEvent = Omit<Extract<CstaEvent, { readonly agentID?: string }>, "type">;

const causeField = optional("cause", eventCause);
const calling = always("callingDevice", callingDevice, "notKnown");
const called = always("calledDevice", calledDevice, "notKnown");
const lastRedirection = always("lastRedirectionDevice", redirectionDevice, "notKnown");
/** Every call event ends so. */
const tail =
  [optional("localConnectionInfo", localConnectionState), causeField, privateField] as const;

const agentLog = sequence<AgentEvent>(
  required("agentDevice", subjectDevice), agentIDField, optional("acdGroup", deviceID),
  privateField);
const agentState = sequence<AgentEvent>(
  required("agentDevice", subjectDevice), agentIDField, privateField);

/** Back in service and out of service name the device itself, in no role. */
const serviceDevice: Asn1Type<CstaParty> = mapped(deviceID,
  (device: CstaParty): CstaDevice | Refused =>
    typeof device === "object" ? device : new Refused("no device"),
  (device): CstaParty => device);
const service = sequence<ServiceEvent>(
  required("device", serviceDevice), causeField, privateField);

const rows = {
  callCleared: sequence<Of<"callCleared">>(required("clearedCall", connectionID), ...tail),
  conferenced: sequence<Of<"conferenced">>(
    required("primaryOldCall", connectionID), optional("secondaryOldCall", connectionID),
    required("conferencingDevice", subjectDevice), required("addedParty", subjectDevice),
    optional("conferenceConnections", connectionList), ...tail),
  connectionCleared: sequence<Of<"connectionCleared">>(
    required("droppedConnection", connectionID), required("releasingDevice", subjectDevice),
    ...tail),
  delivered: sequence<Of<"delivered">>(
    required("connection", connectionID), required("alertingDevice", subjectDevice), calling,
    called, lastRedirection, ...tail),
  // The connection may be missing: it is then one of nothing.
  diverted: mapped(
    sequence<Omit<Of<"diverted">, "connection"> & { readonly connection?: CstaConnection }>(
      optional("connection", connectionID), required("divertingDevice", subjectDevice),
      required("newDestination", calledDevice), ...tail),
    (event: Of<"diverted">) => event, (event): Of<"diverted"> => ({ connection: {}, ...event })),
  established: sequence<Of<"established">>(
    required("establishedConnection", connectionID), required("answeringDevice", subjectDevice),
    calling, called, lastRedirection, ...tail),
  failed: sequence<Of<"failed">>(
    required("failedConnection", connectionID), required("failingDevice", subjectDevice),
    called, ...tail),
  held: sequence<Of<"held">>(
    required("heldConnection", connectionID), required("holdingDevice", subjectDevice), ...tail),
  networkReached: sequence<Of<"networkReached">>(
    required("outboundConnection", connectionID),
    required("networkInterfaceUsed", subjectDevice), called, ...tail),
  originated: sequence<Of<"originated">>(
    required("originatedConnection", connectionID), required("callingDevice", subjectDevice),
    required("calledDevice", calledDevice), ...tail),
  queued: sequence<Of<"queued">>(
    required("queuedConnection", connectionID), required("queue", subjectDevice), calling,
    called, lastRedirection, optional("numberQueued", integer), ...tail),
  retrieved: sequence<Of<"retrieved">>(
    required("retrievedConnection", connectionID), required("retrievingDevice", subjectDevice),
    ...tail),
  serviceInitiated: sequence<Of<"serviceInitiated">>(
    required("initiatedConnection", connectionID), ...tail),
  transferred: sequence<Of<"transferred">>(
    required("primaryOldCall", connectionID), optional("secondaryOldCall", connectionID),
    required("transferringDevice", subjectDevice),
    required("transferredToDevice", subjectDevice),
    optional("transferredConnections", connectionList), ...tail),
  callInformation: sequence<Of<"callInformation">>(
    required("connection", connectionID), required("device", subjectDevice),
    optional("accountInfo", implicit(0, octetText)), privateField),
  doNotDisturb: sequence<Of<"doNotDisturb">>(
    required("device", subjectDevice), required("doNotDisturbOn", boolean), privateField),
  forwarding: mapped(
    sequence<{ device: CstaParty; forward: Forward; extensions?: CstaExtensions }>(
      required("device", subjectDevice), required("forward", forward), privateField),
    ({ device, forwardTo, extensions, ...event }: Of<"forwarding">) => ({ device,
      forward: { ...event, ...forwardTo === undefined ? {} : { forwardDN: forwardTo } },
      ...extensions === undefined ? {} : { extensions } }),
    ({ forward: { forwardDN, ...found }, ...event }): Of<"forwarding"> => ({ ...event, ...found,
      ...forwardDN === undefined ? {} : { forwardTo: forwardDN } })),
  messageWaiting: sequence<Of<"messageWaiting">>(
    required("device", calledDevice), required("messageWaitingOn", boolean), privateField),
  agentLoggedOn: agentLog,
  agentLoggedOff: agentLog,
  agentNotReady: agentState,
  agentReady: agentState,
  agentWorkingAfterCall: agentState,
  backInService: service,
  outOfService: service,
} as const;

/** Numbers of the event reports; where two have one name, the first is written. */
const codes: readonly (readonly [number, keyof typeof rows])[] = [
  [1, "callCleared"], [2, "conferenced"], [3, "connectionCleared"], [4, "delivered"],
  [5, "diverted"], [6, "established"], [7, "failed"], [8, "held"], [9, "networkReached"],
  [10, "originated"], [11, "queued"], [12, "retrieved"], [13, "serviceInitiated"],
  [14, "transferred"], [101, "callInformation"], [102, "doNotDisturb"], [103, "forwarding"],
  [104, "messageWaiting"], [201, "agentLoggedOn"], [202, "agentLoggedOff"],
  [203, "agentNotReady"], [204, "agentReady"], [205, "agentWorkingAfterCall"],
  [206, "agentWorkingAfterCall"], [301, "backInService"], [302, "outOfService"],
];

export const eventNames: ReadonlySet<CstaEventName> = new Set(codes.map(([, name]) => name));

/** Phases I and II have the causes up to this one. */
const causeMax = 34;

/** The report as it stands: `standard` or `privateForm` says what the last element is. */
interface Report {
  readonly monitorCrossRefID: string;
  readonly standard?: number;
  readonly privateForm?: string;
  readonly info?: string;
}

const report = sequence<Report>(
  required("monitorCrossRefID", monitorCrossRefID), optional("standard", implicit(0, integer)),
  optional("privateForm", implicit(1, octets)), optional("info", anyElement));

const table = rows as unknown as Readonly<Record<string, Asn1Type<object>>>;
/** Of an event without a table: its number, or `private:` and its octets. */
const privateName = /^private:((?:[0-9a-f]{2})*)$/;
const standardName = /^\d{1,9}$/;

function reportOf(
  { monitorCrossRefID: id, event }: { monitorCrossRefID: string; event: CstaEvent },
): Report | Refused {
  const common = { monitorCrossRefID: id };
  if (event.type === "other") {
    const privateForm = privateName.exec(event.name)?.[1];
    if (privateForm !== undefined) return { ...common, privateForm, info: event.element };
    return standardName.test(event.name)
      ? { ...common, standard: Number(event.name), info: event.element }
      : new Refused(`no number for ${event.name}`);
  }
  const code = codes.find(([, name]) => name === event.type)?.[0];
  const row = table[event.type];
  if (code === undefined || row === undefined) return new Refused(`no ${event.type}`);
  const { cause, ...rest } = withoutForeign(event);
  const element = encode(row, { ...rest, ...fitting(cause) });
  return typeof element === "string" ? new Refused(element)
    : { ...common, standard: code, info: Buffer.from(element).toString("hex") };
}

function fitting(cause: EventCause | undefined): { readonly cause?: EventCause } {
  return cause === undefined || eventCauses[cause] > causeMax ? {} : { cause };
}

function eventOf(
  { monitorCrossRefID: id, standard, privateForm = "", info = "" }: Report,
): { monitorCrossRefID: string; event: CstaEvent } | Refused {
  const name = codes.find(([code]) => code === standard)?.[1];
  const row = name === undefined ? undefined : table[name];
  if (name === undefined || row === undefined) {
    return { monitorCrossRefID: id, event: { type: "other", element: info,
      name: standard === undefined ? `private:${privateForm}` : String(standard) } };
  }
  const read = decode(row, Buffer.from(info, "hex"));
  return typeof read === "string" ? new Refused(read)
    : { monitorCrossRefID: id, event: { type: name, ...read.value } as CstaEvent };
}

/** CSTAEventReportArgument. */
export const eventReport: Asn1Type<{ monitorCrossRefID: string; event: CstaEvent }> =
  mapped(report, reportOf, eventOf);
