/** Application sessions (ECMA-354), with the login of Avaya DMCC or the plain one of our server. */

import type { AssociationRefusal, AssociationRequest, CstaMessage } from "./message.js";
import { childrenOf, descendantOf, descendantsOf, escapeXml, textOf, writeElement,
  type XmlElement } from "./xml-element.js";

export const sessionNamespace = "http://www.ecma-international.org/standards/ecma-354/appl_session";
export const avayaNamespace = "http://www.avaya.com/csta";
const instanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

/** Refusals with a name in ECMA-354; others travel as text of the application. */
const definedErrors: ReadonlyMap<string, AssociationRefusal> = new Map([
  ["invalidApplicationInfo", "authentication-failed"],
  ["requestedProtocolVersionNotSupported", "version-not-supported"],
  ["serverResourcesBusy", "resources-busy"]]);
const refusals: ReadonlySet<string> = new Set<AssociationRefusal>(["authentication-failed",
  "authentication-required", "version-not-supported", "resources-busy", "context-not-supported",
  "other"]);
/** Reasons of an end that have a name; others travel as text of the application. */
const definedEnds: ReadonlySet<string> =
  new Set(["sessionTimerExpired", "serverOutOfService", "normal"]);
const timerExpired = "sessionTimerExpired";

function written(name: string, value: string | number | undefined): string {
  return value === undefined ? "" : writeElement(name, escapeXml(String(value)));
}

function login({ user, password, cleanupDelay, sessionID }: AssociationRequest, isAvaya: boolean):
string {
  if (isAvaya) {
    const fields = written("ns1:userName", user) + written("ns1:password", password)
      + written("ns1:sessionCleanupDelay", cleanupDelay)
      + written("ns1:sessionID", sessionID ?? "");
    return `<ns1:SessionLoginInfo xsi:type="ns1:SessionLoginInfo" xmlns:ns1="${avayaNamespace}"`
      + ` xmlns:xsi="${instanceNamespace}">${fields}</ns1:SessionLoginInfo>`;
  }
  return written("userName", user) + written("password", password)
    + written("sessionCleanupDelay", cleanupDelay) + written("sessionID", sessionID);
}

export interface SessionElement {
  readonly name: string;
  readonly content: string;
}

/** Undefined: not a message of sessions. */
export function writeSession(message: CstaMessage, isAvaya: boolean): SessionElement | undefined {
  switch (message.kind) {
    case "associate": {
      const info = login(message, isAvaya);
      return { name: "StartApplicationSession", content: writeElement("applicationInfo",
        written("applicationID", message.applicationID)
          + (info === "" ? "" : writeElement("applicationSpecificInfo", info)))
        + writeElement("requestedProtocolVersions",
          message.versions.map((version) => written("protocolVersion", version)).join(""))
        + written("requestedSessionDuration", message.duration) };
    }
    case "associated":
      return { name: "StartApplicationSessionPosResponse",
        content: written("sessionID", message.sessionID)
          + written("actualProtocolVersion", message.version)
          + written("actualSessionDuration", message.duration) };
    case "association-refused": {
      const name = [...definedErrors].find(([, reason]) => reason === message.reason)?.[0];
      return { name: "StartApplicationSessionNegResponse", content: writeElement("errorCode",
        name === undefined ? written("applError", message.reason)
          : written("definedError", name)) };
    }
    case "keep-session":
      return { name: "ResetApplicationSessionTimer",
        content: written("sessionID", message.sessionID)
          + written("requestedSessionDuration", message.duration) };
    case "session-kept":
      return { name: "ResetApplicationSessionTimerPosResponse",
        content: written("actualSessionDuration", message.duration) };
    case "release":
      return { name: "StopApplicationSession", content: written("sessionID", message.sessionID)
        + writeElement("sessionEndReason", written("definedEndReason", "normal")) };
    case "released":
      return { name: "StopApplicationSessionPosResponse", content: "" };
    case "abort": {
      const { reason = timerExpired, sessionID } = message;
      return { name: "ApplicationSessionTerminated", content: written("sessionID", sessionID)
        + writeElement("sessionTermReason", definedEnds.has(reason)
          ? written("definedTermReason", reason) : written("applTermReason", reason)) };
    }
    default: return undefined;
  }
}

function textIn(element: XmlElement, name: string): string | undefined {
  const found = descendantOf(element, name);
  const text = found === undefined ? "" : textOf(found).trim();
  return text === "" ? undefined : text;
}

function secondsIn(element: XmlElement, name: string): number | undefined {
  const text = textIn(element, name);
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** A field where there is something; the fields of a message are absent rather than undefined. */
function field<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : { [name]: value } as { readonly [P in K]?: V };
}

function refusal(element: XmlElement): AssociationRefusal {
  const defined = definedErrors.get(textIn(element, "definedError") ?? "");
  const own = textIn(element, "applError") ?? "";
  return defined ?? (refusals.has(own) ? own as AssociationRefusal : "other");
}

/** Undefined: not an element of sessions. */
export function readSession(invokeID: number, element: XmlElement): CstaMessage | undefined {
  switch (element.name) {
    case "StartApplicationSession":
      return { kind: "associate", invokeID,
        ...field("user", textIn(element, "userName")),
        ...field("password", textIn(element, "password")),
        ...field("applicationID", textIn(element, "applicationID")),
        versions: descendantsOf(element, "protocolVersion").map((each) => textOf(each).trim()),
        ...field("duration", secondsIn(element, "requestedSessionDuration")),
        ...field("sessionID", textIn(element, "sessionID")),
        ...field("cleanupDelay", secondsIn(element, "sessionCleanupDelay")) };
    case "StartApplicationSessionPosResponse":
      return { kind: "associated", invokeID, ...field("sessionID", textIn(element, "sessionID")),
        ...field("version", textIn(element, "actualProtocolVersion")),
        ...field("duration", secondsIn(element, "actualSessionDuration")) };
    case "StartApplicationSessionNegResponse":
      return { kind: "association-refused", invokeID, reason: refusal(element) };
    case "ResetApplicationSessionTimer":
      return { kind: "keep-session", invokeID, sessionID: textIn(element, "sessionID") ?? "",
        ...field("duration", secondsIn(element, "requestedSessionDuration")) };
    case "ResetApplicationSessionTimerPosResponse":
      return { kind: "session-kept", invokeID,
        duration: secondsIn(element, "actualSessionDuration") ?? 0 };
    case "ResetApplicationSessionTimerNegResponse":
    case "StopApplicationSessionNegResponse":
      return { kind: "error", invokeID,
        error: { category: "operation", value: textIn(element, "definedError") ?? "generic" } };
    case "StopApplicationSession":
      return { kind: "release", invokeID, ...field("sessionID", textIn(element, "sessionID")) };
    case "StopApplicationSessionPosResponse": return { kind: "released", invokeID };
    case "ApplicationSessionTerminated": {
      const [reason] = descendantsOf(element, "sessionTermReason").flatMap(childrenOf);
      return { kind: "abort",
        ...field("reason", reason === undefined ? undefined : textOf(reason).trim()),
        ...field("sessionID", textIn(element, "sessionID")) };
    }
    default: return undefined;
  }
}
