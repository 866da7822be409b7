/** PBXs that speak CSTA, one conversation in several encodings: the data sheets. */

import type { Capabilities, Driver } from "../../firmware/link/driver.js";
import type { EventName } from "../../firmware/model/events.js";
import { callCodes, type ServiceName } from "../../firmware/model/services.js";
import { acseVariants } from "../../firmware/wire/csta/acse.js";
import { cstaBerCodec } from "../../firmware/wire/csta/ber-codec.js";
import type { CstaCodec, CstaEventName } from "../../firmware/wire/csta/message.js";
import { phase1, phase2 } from "../../firmware/wire/csta/phase1-2.js";
import { phase3 } from "../../firmware/wire/csta/phase3.js";
import { cstaXmlCodec } from "../../firmware/wire/csta/xml-codec.js";
import { phase12Dialects, phase3Dialects, xmlDialects, type Dialect } from "./dialects.js";
import {
  phase12Options, phase3Options, xmlOptions, type Phase12Options, type Phase3Options,
  type XmlOptions,
} from "./options.js";
import { cstaNames } from "./services.js";
import { openCstaSession, physicalEvents, type Profile } from "./session.js";
import { timers } from "./timers.js";

const events: readonly EventName[] = [
  "serviceInitiated", "originated", "offered", "delivered", "established", "held", "retrieved",
  "diverted", "failed", "queued", "networkReached", "transferred", "conferenced",
  "connectionCleared", "callCleared", "digitsDialed", "callInformation", "digitsGenerated",
  "agentLoggedOn", "agentLoggedOff", "agentNotReady", "agentReady", "agentBusy",
  "agentWorkingAfterCall", "backInService", "outOfService", "doNotDisturb", "forwarding",
  "messageWaiting", ...physicalEvents,
];

/** Of the standard; what this very PBX has of it the probe tells. */
const capabilities: Capabilities = {
  services: {
    makeCall: "native", answerCall: "native", acceptCall: "native",
    groupPickupCall: "native", callBack: "native", associateData: "native", setForwarding: "native",
    clearConnection: "native", clearCall: "native",
    holdCall: "native", retrieveCall: "native", alternateCall: "native", reconnectCall: "native",
    consultationCall: "native", transferCall: "native", conferenceCall: "native",
    singleStepTransferCall: "native", singleStepConference: "native", deflectCall: "native",
    directedPickupCall: "native", parkCall: "native", generateDigits: "native",
    setAgentState: "native", setMessageWaitingIndicator: "native", setDoNotDisturb: "native",
    getDoNotDisturb: "native", getForwarding: "native", getMessageWaitingIndicator: "native",
    setDisplay: "native", pressButton: "native", getDisplay: "native",
    getButtonInformation: "native", getLampMode: "native",
  },
  events,
  snapshot: "native",
  callIdentity: "changes-on-transfer",
  monitorsMax: 10_000,
  requestsInFlightMax: 32,
  callCodes: { makeCall: callCodes, consultationCall: callCodes },
  routeing: true,
};

const common = {
  transports: ["tcp", "tls"], capabilities, timers, keepsRawBytes: false, accountsBytes: false,
} as const;

type ListOptions = Pick<Phase3Options, "user" | "secret" | "devices" | "trunks" | "agents"
  | "monitorLicences">
  & Partial<Pick<XmlOptions, "physicalDevices" | "callRecords" | "timeZone" | "terminals"
  | "terminalSecret">>;

function profileOf(
  sheet: { readonly name: string; readonly capabilities: Capabilities }, dialect: Dialect,
  codec: CstaCodec, { user, secret, devices, trunks, agents, ...more }: ListOptions,
): Profile {
  return { driver: sheet.name, declared: sheet.capabilities, dialect, codec, devices,
    trunks, agents, physicalDevices: more.physicalDevices === true,
    monitorLicences: more.monitorLicences, callRecords: more.callRecords === true,
    timeZone: more.timeZone ?? "UTC",
    terminals: { devices: more.terminals ?? [], secret: more.terminalSecret },
    credentials: { ...(user === undefined ? {} : { user }),
      ...(secret === undefined ? {} : { secret }) } };
}

/** What an operator says of framing and association goes before what is usual for the PBX. */
export function dialectOf(
  dialect: Dialect, { framing, association }: Pick<Phase3Options, "framing" | "association">,
): Dialect {
  return { ...dialect, framing: framing ?? dialect.framing,
    association: association === undefined ? dialect.association : association ? "acse" : "none" };
}

/** One end of one connection of a PBX that speaks phase III in ASN.1. */
export function phase3Codec(pbx: Phase3Options["pbx"], dialect: Dialect): CstaCodec {
  const acse = pbx === "panasonic" ? acseVariants.panasonic
    : pbx === "generic" ? acseVariants.plain : acseVariants.hipath;
  return cstaBerCodec({ phase: phase3, framing: { name: dialect.framing },
    acse: dialect.association === "none" ? "none" : acse });
}

/** One end of one connection of a PBX that speaks phase I or II. */
export function phase12Codec(phase: Phase12Options["phase"], dialect: Dialect): CstaCodec {
  const isFirst = phase === "1";
  return cstaBerCodec({ phase: isFirst ? phase1 : phase2,
    framing: { name: dialect.framing, handshake: dialect.greeting },
    acse: dialect.association === "none" ? "none"
      : isFirst ? acseVariants.phase1 : acseVariants.phase2 });
}

/** One end of one connection of a PBX that speaks XML. */
export function xmlCodec(pbx: XmlOptions["pbx"]): CstaCodec {
  const [version] = xmlDialects[pbx].versions;
  return cstaXmlCodec({ version, ...(pbx === "avaya-dmcc" ? { personality: "avaya" } : {}) });
}

export const csta3: Driver<Phase3Options> = {
  ...common,
  capabilities: { ...capabilities, privateData: "csta3" },
  name: "csta3",
  title: { en: "CSTA III: Panasonic, HiPath, OpenScape and others",
    fr: "CSTA III : Panasonic, HiPath, OpenScape et autres" },
  standards: ["ECMA-269", "ECMA-285 4th ed.", "observed"],
  options: phase3Options,
  open(context) {
    const { options } = context;
    const dialect = dialectOf(phase3Dialects[options.pbx], options);
    return openCstaSession(context,
      profileOf(csta3, dialect, phase3Codec(options.pbx, dialect), options));
  },
};

/** Of what phase II has; phase I has less of it, and says so when it is asked. */
const phase12Services = only12(capabilities.services);

export const csta12: Driver<Phase12Options> = {
  ...common,
  name: "csta12",
  title: { en: "CSTA I and II: Alcatel-Lucent OmniPCX, Ericsson MD110 and others",
    fr: "CSTA I et II : Alcatel-Lucent OmniPCX, Ericsson MD110 et autres" },
  standards: ["ECMA-180", "ECMA-218", "observed"],
  capabilities: { ...capabilities, privateData: "csta12", services: phase12Services,
    callCodes: { makeCall: callCodes },
    events: events.filter((name) => phase2.events.has(name as CstaEventName)) },
  options: phase12Options,
  open(context) {
    const { options } = context;
    const phase = options.phase ?? (options.pbx === "md110" ? "1" : "2");
    const dialect = dialectOf(phase12Dialects[options.pbx], options);
    return openCstaSession(context,
      profileOf(csta12, dialect, phase12Codec(phase, dialect), options));
  },
};

function only12(services: Capabilities["services"]): Capabilities["services"] {
  return Object.fromEntries(Object.entries(services).filter(([name]) => {
    const service = cstaNames[name as ServiceName];
    return service !== undefined && phase2.services.has(service);
  }));
}

export const cstaXml: Driver<XmlOptions> = {
  ...common,
  capabilities: { ...capabilities, privateData: "csta-xml" },
  name: "csta-xml",
  title: { en: "CSTA III in XML: Avaya AES (DMCC) and others",
    fr: "CSTA III en XML : Avaya AES (DMCC) et autres" },
  standards: ["ECMA-269", "ECMA-323", "ECMA-354"],
  options: xmlOptions,
  open(context) {
    const { options } = context;
    const profile = profileOf(cstaXml, xmlDialects[options.pbx], xmlCodec(options.pbx), options);
    return openCstaSession(context, { ...profile,
      ...(options.switchName === undefined ? {} : { switchName: options.switchName }),
      credentials: { ...profile.credentials, applicationID: options.applicationId } });
  },
};
