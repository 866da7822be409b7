/** An independent BER: tables written down again for `asn1c`, compiled here, on all messages. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { CstaError } from "../../firmware/wire/csta/message.js";
import { phase3 } from "../../firmware/wire/csta/phase3.js";
import { decodeLike, encodeSample, samples, type Sample } from "../csta-octets.js";
import { need } from "../requirement.js";
import { asn1cMissing, ask, build, typesOf } from "./csta-asn1c.js";

const modules = ["csta3-types.asn1", "csta3-events.asn1", "csta3-services.asn1"];
const samplesOfEach = 25;

const named = typesOf(modules);

function typeOf(sample: Sample): string {
  if (sample.of === "event") return "EventReport";
  const own = `${sample.service}${sample.of === "argument" ? "Argument" : "Result"}`;
  return named.has(own) ? own : "EmptyResult";
}

/** Samples that the standard allows; of snapshots, just one of list and reference. */
function allowed(sample: Sample): Sample | undefined {
  const { value } = sample;
  if (sample.of === "result" && sample.service.startsWith("Snapshot")) {
    return "snapshotData" in value === "serviceCrossRefID" in value ? undefined : sample;
  }
  return sample;
}

const plain = /^[0-9*#+]*$/;
const enumerations = new Set(["cause", "localConnectionInfo", "forwardingType", "monitorType",
  "autoOriginate", "participationType", "requestedAgentState", "systemStatus", "digitMode",
  "transferMode", "cdrReason"]);
const opaque = new Set(["correlatorData", "userData", "monitorCrossRefID", "serviceCrossRefID",
  "routeRegisterReqID", "crossRefIdentifier", "cdrCrossRefID"]);

/** How XER shows a field; undefined: that is not compared. */
function shown(name: string, value: unknown): RegExp | undefined {
  const inside = (text: string): RegExp => new RegExp(`<${name}>${text}</${name}>`);
  if (typeof value === "boolean" || enumerations.has(name)) return inside(`<${String(value)}/>`);
  if (typeof value === "number") {
    return name === "remainRetries" ? inside(`<retryCount>${value}</retryCount>`)
      : inside(String(value));
  }
  if (typeof value === "string") {
    if (opaque.has(name)) return inside(value.toUpperCase());
    return value.startsWith("not") || value === "restricted"
      ? inside(`<${value}></${value}>`) : undefined;
  }
  const { kind, text, callID } = value as { kind?: string; text?: string; callID?: string };
  if (kind !== undefined && text !== undefined && plain.test(text) && !kind.includes(":")) {
    return ["other", "dynamic"].includes(kind) ? undefined
      : new RegExp(`<${name}>(<(deviceIdentifier|numberdialed)>)+<${kind}>${
        text.replaceAll(/[*+]/g, "\\$&")}</${kind}>`);
  }
  return callID === undefined ? undefined
    : new RegExp(`<${name}>(<both>)?<callID>${callID.toUpperCase()}</callID>`);
}

describe("CSTA phase III and asn1c", function () {
  this.timeout(180_000);
  let directory: string;

  before(function () {
    need(this, "asn1c", asn1cMissing());
    directory = mkdtempSync(join(tmpdir(), "csta-asn1c-"));
    build(directory, modules);
  });

  after(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  it("reads all that we write, each field by its name, and writes the same", () => {
    const cases = samples.flatMap((sample) =>
      fc.sample(sample, { numRuns: samplesOfEach, seed: 285 })).flatMap((each) => {
      const sample = allowed(each);
      const written = sample === undefined ? undefined : encodeSample(sample);
      return sample === undefined || written === undefined ? [] : [{ sample, written,
        octets: Buffer.from(written.element).toString("hex") }];
    });
    assert.ok(cases.length > samples.length * samplesOfEach / 2);
    const answers = ask(directory, cases.map(({ sample, octets }) =>
      `${typeOf(sample)} ${octets}`));
    for (const [index, { sample, written, octets }] of cases.entries()) {
      const { again, text = "" } = answers[index] ?? {};
      const about = `${JSON.stringify(sample)} ${octets} ${text}`;
      assert.equal(again, octets, about);
      if (sample.of === "event") assert.match(text, new RegExp(`<${sample.value.type}>`), about);
      const found = decodeLike(sample, written) as Readonly<Record<string, unknown>>;
      for (const [name, value] of Object.entries(found)) {
        const pattern = shown(name, value);
        if (pattern !== undefined && name !== "type") assert.match(text, pattern, about);
      }
    }
  });

  it("reads our errors", () => {
    const errors: readonly CstaError[] = [
      { category: "operation", value: "serviceNotSupported" },
      { category: "security", value: "sequenceNumberViolated" },
      { category: "stateIncompatibility", value: "invalidConnectionState" },
      { category: "systemResourceAvailability", value: "resourceOutOfService" },
      { category: "privateData", value: "cSTAPrivateDataInfoError" },
      { category: "unspecified", value: "generic" }];
    const octets = errors.map((error) => Buffer.from(phase3.encodeError(error)).toString("hex"));
    const answers = ask(directory, octets.map((each) => `UniversalFailure ${each}`));
    for (const [index, { category, value }] of errors.entries()) {
      assert.equal(answers[index]?.again, octets[index]);
      assert.match(answers[index]?.text ?? "", category === "unspecified"
        ? /<unspecified><\/unspecified>|<unspecified\/>/
        : new RegExp(`<${category}><${value}/></${category}>`));
    }
  });

  it("writes elements with more than we know, which we read", () => {
    const device = (digits: string): string =>
      `<deviceIdentifier><dialingNumber>${digits}</dialingNumber></deviceIdentifier>`;
    const party = (digits: string): string =>
      `<deviceIdentifier>${device(digits)}</deviceIdentifier>`;
    const connection = "<both><callID>B164</callID><deviceID><staticID>"
      + `${device("100")}</staticID></deviceID></both>`;
    const media = "<mediaCallCharacteristics><mediaClass>1</mediaClass>"
      + "<connectionRate>64</connectionRate></mediaCallCharacteristics>";
    const info = (name: string): string =>
      `<${name}><flowDirection><both/></flowDirection><numberOfChannels>1</numberOfChannels></${
        name}>`;
    const at100 = { callID: "b164", deviceID: { kind: "dialingNumber", text: "100" } };
    const documents: readonly (readonly [string, string, (octets: Buffer) => unknown, unknown])[] =
      [["EventReport", `<crossRefIdentifier>0005</crossRefIdentifier><eventSpecificInfo>`
        + `<callControl><delivered><connection>${connection}</connection>`
        + `<alertingDevice>${party("100")}</alertingDevice><callingDevice><restricted/>`
        + `</callingDevice><calledDevice>${party("100")}</calledDevice><lastRedirectionDevice>`
        + `<notSpecified/></lastRedirectionDevice><originatingNIDConnection>${connection}`
        + "</originatingNIDConnection><localConnectionInfo><alerting/></localConnectionInfo>"
        + `<cause><newCall/></cause>${media}<callCharacteristics>101</callCharacteristics>`
        + `${info("connectionInfo")}<subjectOfCall>none</subjectOfCall></delivered></callControl>`
        + "</eventSpecificInfo>", phase3.decodeEvent,
      { monitorCrossRefID: "0005", event: { type: "delivered", connection: at100,
        alertingDevice: at100.deviceID, callingDevice: "restricted",
        calledDevice: at100.deviceID, lastRedirectionDevice: "notSpecified",
        localConnectionInfo: "alerting", cause: "newCall" } }],
      ["MakeCallArgument", `<callingDevice>${device("100")}<privateNumber>5</privateNumber>${media}`
        + `</callingDevice><calledDirectoryNumber>${device("101")}</calledDirectoryNumber>`
        + `<autoOriginate><doNotPrompt/></autoOriginate><callCharacteristics>1`
        + `</callCharacteristics>${media}${info("callingConnectionInfo")}<subjectOfCall>s`
        + "</subjectOfCall><reason><newCall/></reason>",
      (octets) => phase3.decodeArgument(10, octets), { service: "MakeCall",
        argument: { callingDevice: at100.deviceID,
          calledDirectoryNumber: { kind: "dialingNumber", text: "101" },
          autoOriginate: "doNotPrompt" } }],
      ["RouteSelectArgument", "<crossRefIdentifier>01</crossRefIdentifier><routeSelected>"
        + `${device("100")}</routeSelected><alternateRoutes><DeviceID>${device("7")}</DeviceID>`
        + "</alternateRoutes><remainRetries><noListAvailable><true/></noListAvailable>"
        + "</remainRetries>", (octets) => phase3.decodeArgument(33, octets),
      { service: "RouteSelect",
        argument: { crossRefIdentifier: "01", routeSelected: at100.deviceID,
          alternateRoutes: [{ kind: "dialingNumber", text: "7" }] } }],
      ["SnapshotDeviceResult", "<crossRefIDorSnapshotData><snapshotData><SEQUENCE>"
        + `<connectionIdentifier>${connection}</connectionIdentifier><localCallState><simple>35`
        + `</simple></localCallState>${media}</SEQUENCE></snapshotData>`
        + "</crossRefIDorSnapshotData>", (octets) => phase3.decodeResult(74, octets),
      { service: "SnapshotDevice", result: { snapshotData: [
        { connectionIdentifier: at100, localCallState: ["connected", "alerting"] }] } }]];
    const answers = ask(directory, documents.map(([type, document]) =>
      `xer ${type} <${type}>${document}</${type}>`));
    for (const [index, [type, , decode, expected]] of documents.entries()) {
      const { again, text } = answers[index] ?? {};
      assert.ok(again !== undefined, `${type}: ${text}`);
      assert.deepEqual(decode(Buffer.from(again, "hex")), expected, again);
    }
  });
});
