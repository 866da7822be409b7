/**
 * CSTA XML for one end of one connection: ECMA-323 with the sessions of ECMA-354, on frames with
 * eight octets of header.
 */

import type { CstaCodec, CstaError, CstaEvent, CstaMessage, CstaServiceName, RejectProblem }
  from "./message.js";
import { childOf, childrenOf, elementText, escapeXml, parseXml, textOf, writeElement,
  type XmlElement } from "./xml-element.js";
import { eventElement, eventOfElement, xmlEventNames, xmlEvents } from "./xml-events.js";
import { readInverted, writeInverted } from "./xml-inverted-filter.js";
import { avayaServiceNames, serviceElement, serviceOfElement, xmlServices }
  from "./xml-services.js";
import { avayaNamespace, readSession, sessionNamespace, writeSession } from "./xml-sessions.js";
import { cstaNamespace, errorCode, type XmlStyle } from "./xml-types.js";
import { eventInvokeID, xmlFrame, xmlFrameDecoder } from "./xml8.js";

/** Namespaces of the editions of ECMA-323, newest first. */
export const cstaVersions: readonly string[] = [6, 5, 4, 3, 2].map((edition) =>
  `http://www.ecma-international.org/standards/ecma-323/csta/ed${edition}`);
const commonVersion = "http://www.ecma-international.org/standards/ecma-323/csta/ed4";

export interface XmlCodecOptions {
  /** The namespace until the other end has shown its own; edition 4 unless given. */
  readonly version?: string;
  /** `avaya`: DMCC's login, filters and device identifiers, and its own services. */
  readonly personality?: "avaya";
}

/** A codec of a connection: it goes on in the namespace that the other end uses. */
export function cstaXmlCodec(options: XmlCodecOptions = {}): CstaCodec {
  return new XmlCodec(options);
}

const responseEnding = "Response";
const errorElement = "CSTAErrorCode";
const crossReference = "monitorCrossRefID";
const namespaceCharactersMax = 200;

/** There is no reject in ECMA-323. */
const rejectErrors: Readonly<Partial<Record<RejectProblem, CstaError>>> = {
  unrecognizedOperation: { category: "operation", value: "serviceNotSupported" },
  mistypedArgument: { category: "operation", value: "invalidParameterValue" },
  resourceLimitation: { category: "systemResourceAvailability", value: "resourceBusy" },
};
const otherReject: CstaError = { category: "operation", value: "generic" };

/** The message inside a SOAP envelope, or the element itself. */
function unwrapped(element: XmlElement): XmlElement {
  const body = element.name === "Envelope" ? childOf(element, "Body") : undefined;
  return body === undefined ? element : childrenOf(body)[0] ?? element;
}

class XmlCodec implements CstaCodec {
  readonly services: ReadonlySet<CstaServiceName>;
  readonly events = xmlEventNames;
  readonly #style: XmlStyle;
  #namespace: string;

  constructor({ version, personality }: XmlCodecOptions) {
    this.#style = { isAvaya: personality === "avaya" };
    this.#namespace = version ?? commonVersion;
    this.services = new Set([...xmlServices.keys()].filter((name) =>
      this.#style.isAvaya || !avayaServiceNames.has(name)));
  }

  encode(message: CstaMessage): Uint8Array | undefined {
    const text = this.#text(message);
    if (text === undefined) return undefined;
    const isEvent = message.kind === "event" || message.kind === "abort";
    const invokeID = isEvent ? eventInvokeID : "invokeID" in message ? message.invokeID ?? 0 : 0;
    return xmlFrame(invokeID, text);
  }

  decoder(): ReturnType<CstaCodec["decoder"]> {
    return xmlFrameDecoder((invokeID, text) => this.#read(invokeID, text));
  }

  #text(message: CstaMessage): string | undefined {
    switch (message.kind) {
      case "invoke": return this.#invoke(message.service, message.argument);
      case "result": return this.#result(message.service, message.result);
      case "event": return this.#event(message.monitorCrossRefID, message.event);
      case "error": return this.#error(message.error);
      case "reject": return message.invokeID === undefined ? undefined
        : this.#error(rejectErrors[message.problem] ?? otherReject);
      case "unknown-invoke":
      case "keep-alive":
      case "handshake": return undefined;
      default: {
        if (message.kind === "associated") this.#agree(message.version);
        const element = writeSession(message, this.#style.isAvaya);
        return element === undefined ? undefined
          : this.#root(element.name, element.content, sessionNamespace);
      }
    }
  }

  #root(name: string, content: string, namespace = this.#namespace): string {
    const start = `<${name} xmlns="${escapeXml(namespace)}"`;
    return content === "" ? `${start}/>` : `${start}>${content}</${name}>`;
  }

  #of(service: CstaServiceName): string {
    return avayaServiceNames.has(service) ? avayaNamespace : this.#namespace;
  }

  #invoke(service: CstaServiceName, argument: object): string | undefined {
    const [table] = xmlServices.get(service) ?? [];
    if (table === undefined) return undefined;
    const filtered = this.#style.isAvaya ? writeInverted(argument) : argument;
    return this.#root(serviceElement(service), table.write(filtered as never, this.#style),
      this.#of(service));
  }

  #result(service: CstaServiceName | undefined, result: object): string | undefined {
    const table = service === undefined ? undefined : xmlServices.get(service)?.[1];
    return service === undefined || table === undefined ? undefined
      : this.#root(service + responseEnding, table.write(result as never, this.#style),
        this.#of(service));
  }

  #event(reference: string, event: CstaEvent): string | undefined {
    const name = event.type === "other" ? event.name : event.type;
    const content = event.type === "other" ? wellFormed(event.element)
      : xmlEvents.get(name)?.write(event, this.#style);
    return content === undefined || !/^[A-Za-z]\w*$/.test(name) ? undefined
      : this.#root(eventElement(name),
        writeElement(crossReference, escapeXml(reference)) + content);
  }

  #error(error: CstaError): string {
    return errorCode.write(errorElement, error, this.#style)
      .replace(errorElement, `${errorElement} xmlns="${escapeXml(this.#namespace)}"`);
  }

  /** Avaya's oldest version is no namespace, and nobody's is long: it stands in every message. */
  #agree(version: string | undefined): void {
    if (version === undefined || version.length > namespaceCharactersMax) return;
    if (version.startsWith("http")) this.#namespace = version;
  }

  #read(invokeID: number, text: string): CstaMessage | string {
    if (text === "") return { kind: "keep-alive" };
    const parsed = parseXml(text);
    if (typeof parsed === "string") return parsed;
    const element = unwrapped(parsed);
    const session = readSession(invokeID, element);
    this.#agree(session?.kind === "associated" ? session.version : cstaNamespace(element));
    return session ?? readMessage(invokeID, element);
  }
}

function wellFormed(content: string): string | undefined {
  const element = parseXml(writeElement("event", content));
  return typeof element === "string" ? undefined
    : element.content.map((part) =>
      typeof part === "string" ? escapeXml(part) : elementText(part)).join("");
}

function readMessage(invokeID: number, element: XmlElement): CstaMessage | string {
  const { name } = element;
  if (name === errorElement) {
    return { kind: "error", invokeID, error: errorCode.read(element) ?? otherReject };
  }
  const event = eventOfElement(name);
  if (event !== undefined) return readEvent(event, element);
  if (name.endsWith(responseEnding)) {
    return readResult(invokeID, name.slice(0, -responseEnding.length), element);
  }
  const service = serviceOfElement(name);
  if (service === undefined) return { kind: "unknown-invoke", invokeID, operation: name };
  const argument = xmlServices.get(service)?.[0].read(element);
  if (argument === undefined || typeof argument === "string") {
    return { kind: "unknown-invoke", invokeID, operation: name, mistyped: argument ?? name };
  }
  return { kind: "invoke", invokeID, service, argument: readInverted(argument) } as CstaMessage;
}

function readResult(invokeID: number, name: string, element: XmlElement): CstaMessage | string {
  const service = serviceOfElement(name);
  if (service === undefined) return { kind: "result", invokeID, result: {} };
  const result = xmlServices.get(service)?.[1].read(element);
  return result === undefined || typeof result === "string"
    ? `${element.name} without ${result ?? "content"}`
    : { kind: "result", invokeID, service, result };
}

/** One that cannot be read as its table wants it is given on as it came. */
function readEvent(name: string, element: XmlElement): CstaMessage | string {
  const reference = childOf(element, crossReference);
  if (reference === undefined) return `${element.name} without ${crossReference}`;
  const fields = xmlEvents.get(name)?.read(element);
  const event = typeof fields === "object" ? { type: name, ...fields } as CstaEvent
    : { type: "other" as const, name, element: element.content.map((part) =>
      part === reference ? "" : typeof part === "string" ? escapeXml(part.trim())
        : elementText(part)).join("") };
  return { kind: "event", monitorCrossRefID: textOf(reference), event };
}
