import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import fc from "fast-check";
import { events, messages, services, sessions } from "../../../hw-tests/csta-messages.js";
import type { CstaEventName, CstaMessage } from "./message.js";
import { cstaXmlCodec, type XmlCodecOptions } from "./xml-codec.js";
import { elementText, parseXml } from "./xml-element.js";
import { xmlEvents } from "./xml-events.js";
import { avayaServiceNames, xmlServices } from "./xml-services.js";
import { xmlFrame } from "./xml8.js";

const edition4 = "http://www.ecma-international.org/standards/ecma-323/csta/ed4";

function decode(text: string, codec = cstaXmlCodec(), invokeID = 7): CstaMessage | string {
  const frame = xmlFrame(invokeID, text);
  assert.ok(frame);
  const [first, ...rest] = codec.decoder().push(frame);
  assert.ok(first);
  if (first.kind === "garbage") return first.reason;
  assert.deepEqual(rest, []);
  return first.message;
}

/** Why the text is no message. */
function reason(text: string): string {
  const message = decode(text);
  assert.ok(typeof message === "string");
  return message;
}

function encode(message: CstaMessage, codec = cstaXmlCodec()): string {
  const frame = codec.encode(message);
  assert.ok(frame, `no encoding of ${JSON.stringify(message)}`);
  return Buffer.from(frame.subarray(8)).toString("utf8");
}

/** What two texts of one meaning have in common. */
function canonical(text: string): string {
  const element = parseXml(text
    .replaceAll(/ typeOfNumber="(dialingNumber|deviceID)"/g, "")
    .replaceAll(/ (mediaClass|bitRate)="\w+"/g, ""));
  assert.ok(typeof element === "object", text);
  return elementText(element).replaceAll(/<(\w+)>false<\/\1>(?=.*<\/physicalDeviceFeature>)/g, "");
}

const vectors = readFileSync("firmware/wire/csta/xml-vectors.txt", "utf8").trim().split("\n");

describe("CSTA XML, every printed message", () => {
  for (let at = 0; at < vectors.length; at += 2) {
    const [text = "", expected = ""] = vectors.slice(at, at + 2);
    const name = /^<(\w+)/.exec(text)?.[1] ?? "";
    const isAvaya = /avaya/i.test(text);
    it(`${name}${isAvaya ? ", Avaya" : ""}`, () => {
      const options: XmlCodecOptions = isAvaya ? { personality: "avaya" } : {};
      const codec = cstaXmlCodec(options);
      const message = decode(text, codec);
      assert.deepEqual(message, JSON.parse(expected));
      assert.equal(canonical(encode(message as CstaMessage, codec)), canonical(text));
    });
  }
});

describe("CSTA XML", () => {
  it("has an arbitrary for every service and event with a table", () => {
    assert.deepEqual(Object.keys(services).sort(), [...xmlServices.keys()].sort());
    assert.deepEqual(Object.keys(events).sort(), [...xmlEvents.keys()].sort());
  });

  it("decodes what it encodes, for all services, results, events and errors", () => {
    fc.assert(fc.property(messages, fc.boolean(), (message, isAvaya) => {
      const codec = cstaXmlCodec(isAvaya ? { personality: "avaya" } : {});
      const frame = codec.encode(message);
      assert.ok(frame);
      assert.deepEqual([...codec.decoder().push(frame)], [{ kind: "message", message }]);
    }), { numRuns: 2_000 });
  });

  it("decodes the sessions that it encodes", () => {
    fc.assert(fc.property(sessions, fc.boolean(), (message, isAvaya) => {
      const codec = cstaXmlCodec(isAvaya ? { personality: "avaya" } : {});
      assert.deepEqual(decode(encode(message, codec), codec, "invokeID" in message
        ? message.invokeID : 9999), message);
    }));
  });

  it("survives any text", () => {
    const codec = cstaXmlCodec();
    const printed = vectors.filter((_, at) => at % 2 === 0);
    const mutated = fc.tuple(fc.constantFrom(...printed), fc.nat(900), fc.nat(30),
      fc.string({ maxLength: 6 })).map(([text, at, length, other]) =>
      text.slice(0, at) + other + text.slice(at + length));
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: "binary" }), mutated), (text) => {
      const bytes = xmlFrame(1, text);
      assert.ok(bytes);
      for (const found of codec.decoder().push(bytes)) {
        if (found.kind === "message") codec.encode(found.message);
      }
    }), { numRuns: 2_000 });
  });

  it("has no document types, no entities of one's own, no endless depth", () => {
    assert.match(reason("<!DOCTYPE a [<!ENTITY b 'c'>]><MonitorStop/>"), /document type/);
    assert.match(reason("<a>&b;</a>"), /entity/);
    assert.equal(decode("<a>".repeat(9_000) + "</a>".repeat(9_000)), "too deep");
    assert.match(reason("<a></b>"), /tag/);
  });

  it("takes prefixes, other editions, no namespace, any order, unknown elements and SOAP", () => {
    const expected = { kind: "invoke", invokeID: 7, service: "MakeCall", argument: {
      callingDevice: { kind: "dialingNumber", text: "100" },
      calledDirectoryNumber: { kind: "dialingNumber", text: "tel:+33 & co" } } };
    const calling = "<callingDevice typeOfNumber='dialingNumber'>100</callingDevice>";
    const called = "<calledDirectoryNumber>tel:+33 &#38; co</calledDirectoryNumber>";
    const prefixed = `<?xml version="1.0" encoding="utf-8"?>\n<c:MakeCall xmlns:c="${edition4}">`
      + "<c:callingDevice>100</c:callingDevice>\n <c:calledDirectoryNumber>"
      + "<![CDATA[tel:+33 & co]]></c:calledDirectoryNumber></c:MakeCall>";
    for (const text of [prefixed, `<MakeCall>${calling}${called}</MakeCall>`,
      `<MakeCall xmlns="urn:anything">${called}<more><deep/></more>${calling}</MakeCall>`,
      `<x:MakeCall>${calling}${called}</x:MakeCall>`,
      `<e:Envelope xmlns:e="soap"><e:Body><MakeCall>${calling}${called}</MakeCall></e:Body>`
        + "</e:Envelope>"]) {
      assert.deepEqual(decode(text), expected, text);
    }
  });

  it("answers in the namespace of the request, or the one agreed on", () => {
    const codec = cstaXmlCodec();
    const namespaceOf = (): string =>
      /xmlns="([^"]*)"/.exec(encode({ kind: "result", invokeID: 1, service: "MonitorStop",
        result: {} }, codec))?.[1] ?? "";
    assert.equal(namespaceOf(), edition4);
    const other = "http://www.ecma.ch/standards/ecma-323/csta/ed2";
    decode(`<x:MonitorStop xmlns:x="${other}"/>`, codec);
    assert.equal(namespaceOf(), other);
    decode("<RequestSystemStatus/>", codec);
    assert.equal(namespaceOf(), other);
    decode(`<MonitorStop xmlns="${edition4}/${"x".repeat(9_000)}"/>`, codec);
    assert.equal(namespaceOf(), other);
    codec.encode({ kind: "associated", version: "3.0" });
    assert.equal(namespaceOf(), other);
    codec.encode({ kind: "associated", version: `${edition4}/priv5` });
    assert.equal(namespaceOf(), `${edition4}/priv5`);
    decode(encode({ kind: "associated", version: edition4 }), codec);
    assert.equal(namespaceOf(), edition4);
  });

  it("reads what a switching function says beyond the tables, and its form of numbers", () => {
    const text = `<ServiceInitiatedEvent xmlns="${edition4}">`
      + "<monitorCrossRefID>11</monitorCrossRefID><initiatedConnection><callID>FF01</callID>"
      + "<deviceID>3021</deviceID></initiatedConnection>"
      + "<initiatingDevice><deviceIdentifier>N&lt;3021&gt;Ann;noa=nk</deviceIdentifier>"
      + "</initiatingDevice><localConnectionInfo>initiated</localConnectionInfo>"
      + "<cause>makeCall</cause><servicesPermitted><callControlServices><clearConnection>true"
      + "</clearConnection></callControlServices></servicesPermitted><extensions><privateData>"
      + "<private xmlns:v='urn:v'><v:id>7</v:id></private></privateData></extensions>"
      + "</ServiceInitiatedEvent>";
    const device = { kind: "dialingNumber", text: "3021" };
    assert.deepEqual(decode(text), { kind: "event", monitorCrossRefID: "11", event: {
      type: "serviceInitiated", initiatedConnection: { callID: "FF01", deviceID: device },
      initiatingDevice: { ...device, privateName: "Ann" }, localConnectionInfo: "initiated",
      cause: "makeCall",
      extensions: { privateData: ["<v:id xmlns:v=\"urn:v\">7</v:id>"] } } });
  });

  it("gives events without a table on as they came", () => {
    const content = "<device><deviceIdentifier>100</deviceIdentifier></device><column>3</column>";
    const text = `<MicrophoneGainEvent xmlns="${edition4}"><monitorCrossRefID>5`
      + `</monitorCrossRefID>${content}</MicrophoneGainEvent>`;
    const message: CstaMessage = { kind: "event", monitorCrossRefID: "5",
      event: { type: "other", name: "microphoneGain", element: content } };
    assert.deepEqual(decode(text), message);
    assert.equal(encode(message), text);
    assert.equal(cstaXmlCodec().encode({ kind: "event", monitorCrossRefID: "5",
      event: { type: "other", name: "hookswitch", element: "<no" } }), undefined);
  });

  it("tells a service that it does not know from one whose argument is wrong", () => {
    assert.deepEqual(decode("<SendMessage/>"),
      { kind: "unknown-invoke", invokeID: 7, operation: "SendMessage" });
    assert.deepEqual(decode("<AnswerCall/>"), { kind: "unknown-invoke", invokeID: 7,
      operation: "AnswerCall", mistyped: "callToBeAnswered" });
    assert.match(reason("<MakeCallResponse/>"), /without callingDevice/);
    assert.deepEqual(decode("<SystemRegisterResponse/>"),
      { kind: "result", invokeID: 7, result: {} });
    assert.match(reason("<HeldEvent/>"), /without monitorCrossRefID/);
  });

  it("refuses instead of rejecting", () => {
    assert.deepEqual(decode(encode({ kind: "reject", invokeID: 7,
      problem: "unrecognizedOperation" })),
    { kind: "error", invokeID: 7, error: { category: "operation", value: "serviceNotSupported" } });
  });

  it("reads simple call states, and states at any depth", () => {
    const info = (state: string): string => "<SnapshotDeviceResponse><snapshotData>"
      + "<snapshotDeviceResponseInfo><connectionIdentifier/><localCallState>"
      + `${state}</localCallState></snapshotDeviceResponseInfo></snapshotData>`
      + "</SnapshotDeviceResponse>";
    const of = (state: string): unknown => {
      const message = decode(info(state));
      assert.ok(typeof message === "object" && message.kind === "result");
      return message.result;
    };
    for (const [state, states] of [
      ["<simpleCallState>callReceived</simpleCallState>", ["alerting", "connected"]],
      ["<simpleCallDetailedState>callEstablished</simpleCallDetailedState>",
        ["connected", "connected"]],
      ["<localConnectionState>hold</localConnectionState>", ["hold"]],
      ["<unknown/>", []]] as const) {
      assert.deepEqual(of(state), { snapshotData: [{ connectionIdentifier: {},
        localCallState: states }] });
    }
  });
});

describe("CSTA XML of Avaya DMCC", () => {
  const wanted: readonly CstaEventName[] = ["delivered", "established"];

  it("asks for the events that are wanted, and is understood by who suppresses", () => {
    const suppressed = [...cstaXmlCodec().events].filter((event) => !wanted.includes(event));
    const message: CstaMessage = { kind: "invoke", invokeID: 7, service: "MonitorStart",
      argument: { monitorObject: { deviceObject: { kind: "other", text: "4750:CM1:0.0.0.0:0" } },
        requestedMonitorFilter: suppressed } };
    const text = encode(message, cstaXmlCodec({ personality: "avaya" }));
    assert.match(text, /<callcontrol>.*<delivered>true<\/delivered><established>true</);
    assert.match(text, /typeOfNumber="other" mediaClass="notKnown"/);
    assert.match(text, /<AvayaEvents><invertFilter>true<\/invertFilter><\/AvayaEvents>/);
    const read = decode(text);
    assert.ok(typeof read === "object" && read.kind === "invoke"
      && read.service === "MonitorStart");
    const filter = new Set(read.argument.requestedMonitorFilter);
    assert.ok(suppressed.every((event) => filter.has(event)));
    assert.ok(wanted.every((event) => !filter.has(event)));
    assert.equal(read.argument.extensions, undefined);
  });

  it("keeps what else stands beside the inversion", () => {
    const text = "<MonitorStart><monitorObject><deviceObject>1</deviceObject></monitorObject>"
      + "<requestedMonitorFilter/><extensions><privateData><private><AvayaEvents><invertFilter>"
      + "true</invertFilter><callControlPrivate><enteredDigits>true</enteredDigits>"
      + "</callControlPrivate></AvayaEvents></private></privateData></extensions></MonitorStart>";
    const codec = cstaXmlCodec({ personality: "avaya" });
    const message = decode(text, codec);
    assert.ok(typeof message === "object");
    assert.deepEqual(decode(encode(message, codec), codec), message);
    assert.match(encode(message, codec), /<requestedMonitorFilter\/>.*enteredDigits/);
  });

  it("offers its services only there, and understands them anywhere", () => {
    assert.ok([...avayaServiceNames].every((name) => !cstaXmlCodec().services.has(name)));
    assert.ok([...avayaServiceNames].every((name) =>
      cstaXmlCodec({ personality: "avaya" }).services.has(name)));
    assert.deepEqual(decode(`<ReleaseDeviceIdResponse xmlns="${edition4}"/>`),
      { kind: "result", invokeID: 7, service: "ReleaseDeviceId", result: {} });
  });

  it("is told when a terminal is no longer registered", () => {
    const text = "<TerminalUnregisteredEvent xmlns=\"http://www.avaya.com/csta\">"
      + "<monitorCrossRefID>3</monitorCrossRefID><device><deviceIdentifier>4750"
      + "</deviceIdentifier></device><reason>2</reason></TerminalUnregisteredEvent>";
    assert.deepEqual(decode(text), { kind: "event", monitorCrossRefID: "3", event: {
      type: "other", name: "terminalUnregistered",
      element: "<device><deviceIdentifier>4750</deviceIdentifier></device><reason>2</reason>" } });
  });
});
