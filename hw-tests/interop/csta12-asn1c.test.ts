/** Phases I and II through a decoder of its own: their tables written down again for asn1c. */

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { readBer, readBerAll } from "../../firmware/wire/ber.js";
import type { CstaError, CstaMessage, CstaServiceName } from "../../firmware/wire/csta/message.js";
import type { CstaPhase } from "../../firmware/wire/csta/phase.js";
import { phase1, phase2 } from "../../firmware/wire/csta/phase1-2.js";
import { events, messages, services } from "../csta-messages-1-2.js";
import { need } from "../requirement.js";
import { asn1cMissing, ask, build, typesOf } from "./csta-asn1c.js";

const modules = ["csta12.asn1"];
const sampleCount = 6_000;
const named = typesOf(modules);

/** A device number within a connection has no place in the tables: a dialling number has. */
function withoutNumbers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNumbers);
  if (typeof value !== "object" || value === null) return value;
  const fields = value as Readonly<Record<string, unknown>>;
  const { deviceID } = fields as { deviceID?: { kind: string; text: string } };
  return Object.fromEntries(Object.entries(fields).map(([name, member]) =>
    [name, name === "deviceID" && deviceID?.kind === "deviceNumber"
      ? { kind: "dialingNumber", text: deviceID.text } : withoutNumbers(member)]));
}

interface Case {
  /** Of the other side. */
  readonly type: string;
  readonly octets: string;
  readonly about: string;
}

const hexOf = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");
const capital = (name: string): string => name.replace(/^./, (first) => first.toUpperCase());

/** What lies in a report of an event behind its type. */
function infoOf(report: Uint8Array): string {
  const whole = readBer(report);
  assert.ok(typeof whole !== "string");
  const parts = readBerAll(whole.contents);
  assert.ok(typeof parts !== "string");
  const octets = parts.slice(0, 2).reduce((sum, part) => sum + part.octets, 0);
  return hexOf(whole.contents.subarray(octets));
}

/** Undefined: the phase does not have it. */
function casesOf(phase: CstaPhase, message: CstaMessage): readonly Case[] | undefined {
  const about = JSON.stringify(message);
  switch (message.kind) {
    case "event": {
      const report = phase.encodeEvent(message.monitorCrossRefID, message.event);
      return report === undefined ? undefined
        : [{ type: "EventReport", octets: hexOf(report), about },
          { type: `${capital(message.event.type)}Info`, octets: infoOf(report), about }];
    }
    case "invoke": {
      const written = phase.encodeArgument(message.service, message.argument);
      return written === undefined ? undefined
        : [{ type: `${message.service}Argument`, octets: hexOf(written.element), about }];
    }
    case "result": {
      const written = phase.encodeResult(message.service as CstaServiceName, message.result);
      const type = `${message.service}Result`;
      return written === undefined ? undefined
        : [{ type: named.has(type) ? type : "EmptyResult", octets: hexOf(written.element), about }];
    }
    default: throw new Error(`no message of these phases: ${message.kind}`);
  }
}

const text = /^[0-9*#]+$/;

/** Fields whose value stands in what the other side read, by the name that it has there too. */
function compared(value: unknown): readonly (readonly [string, string])[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, member]): (readonly [string, string])[] => {
    const { kind, text: digits = "", callID } = (member ?? {}) as
      { kind?: string; text?: string; callID?: string };
    if (kind === "dialingNumber" && text.test(digits)) return [[name, digits]];
    return callID === undefined ? [] : [[name, `<callID>${callID.toUpperCase()}</callID>`]];
  });
}

describe("CSTA phases I and II, and asn1c", function () {
  this.timeout(180_000);
  let directory: string;

  before(function () {
    need(this, "asn1c", asn1cMissing());
    directory = mkdtempSync(join(tmpdir(), "csta12-asn1c-"));
    build(directory, modules);
  });

  after(() => {
    if (directory !== undefined) rmSync(directory, { recursive: true, force: true });
  });

  for (const [name, phase] of Object.entries({ "phase I": phase1, "phase II": phase2 })) {
    it(`${name}: reads all services and events that we write, and writes the same`, () => {
      const drawn = fc.sample(messages, { numRuns: sampleCount, seed: 180 })
        .map((message) => withoutNumbers(message) as CstaMessage);
      const cases = drawn.flatMap((message) => casesOf(phase, message) ?? []);
      const types = new Set(cases.map(({ type }) => type));
      // Nothing that the phase has is left out.
      for (const service of phase.services) {
        assert.ok(types.has(`${service}Argument`), service);
        if (services[service]?.[1] !== undefined) {
          assert.ok(types.has(`${service}Result`) || types.has("EmptyResult"), service);
        }
      }
      for (const type of Object.keys(events)) assert.ok(types.has(`${capital(type)}Info`), type);
      const answers = ask(directory, cases.map(({ type, octets }) => `${type} ${octets}`));
      for (const [index, { type, octets, about }] of cases.entries()) {
        const { again, text: read = "" } = answers[index] ?? {};
        assert.equal(again, octets, `${type} ${about} ${read}`);
        if (type === "EventReport") continue;
        const message = JSON.parse(about) as { event?: object; argument?: object };
        const fields = message.event ?? message.argument ?? {};
        const alone = compared(fields);
        for (const [, value] of alone) assert.ok(read.includes(value), `${about} ${read}`);
      }
    });
  }

  it("reads our errors", () => {
    const errors: readonly CstaError[] = [
      { category: "operation", value: "invalidCalledDeviceID" },
      { category: "stateIncompatibility", value: "invalidObjectState" },
      { category: "systemResourceAvailability", value: "networkBusy" },
      { category: "security", value: "sequenceNumberViolated" },
      { category: "unspecified", value: "generic" }];
    const octets = errors.map((error) => hexOf(phase2.encodeError(error)));
    const answers = ask(directory, octets.map((each) => `UniversalFailure ${each}`));
    for (const [index, { category, value }] of errors.entries()) {
      assert.equal(answers[index]?.again, octets[index]);
      assert.match(answers[index]?.text ?? "", category === "unspecified"
        ? /<unspecified/ : new RegExp(`<${category}><${value}/></${category}>`));
    }
  });

  it("writes what we read", () => {
    const party = (digits: string): string => `<dialingNumber>${digits}</dialingNumber>`;
    const connection = "<callID>1234</callID><deviceID><dynamic>01020304</dynamic></deviceID>";
    const at = { callID: "1234", deviceID: { kind: "dynamic", text: "01020304" } };
    const number = (digits: string): object => ({ kind: "dialingNumber", text: digits });
    const documents: readonly (readonly [string, string, (octets: Buffer) => unknown, unknown])[] =
    [["DeliveredInfo", `<connection>${connection}</connection><alertingDevice><explicitPublic>`
      + "<national>556</national></explicitPublic></alertingDevice><callingDevice><notKnown/>"
      + `</callingDevice><calledDevice>${party("556")}</calledDevice><lastRedirectionDevice>`
      + "<notRequired/></lastRedirectionDevice><localConnectionInfo><alerting/>"
      + "</localConnectionInfo><cause><newCall/></cause>",
    (octets) => phase1.decodeEvent(Buffer.concat([Buffer.of(0x30, octets.length + 7,
      0x55, 2, 0, 5, 0x80, 1, 4), octets])),
    { monitorCrossRefID: "0005", event: { type: "delivered", connection: at,
      alertingDevice: { kind: "explicitPublic:national", text: "556" }, callingDevice: "notKnown",
      calledDevice: number("556"), lastRedirectionDevice: "notRequired",
      localConnectionInfo: "alerting", cause: "newCall" } }],
    ["TransferCallArgument", `<bare><bothCalls><heldCall>${connection}</heldCall><activeCall>`
      + `${connection}</activeCall></bothCalls></bare>`,
    (octets) => phase1.decodeArgument(16, octets),
    { service: "TransferCall", argument: { heldCall: at, activeCall: at } }],
    ["TransferCallResult", `<call>${connection}</call><connections><ConnectionID>${connection}`
      + "</ConnectionID></connections>",
    (octets) => phase1.decodeResult(16, octets), { service: "TransferCall",
      result: { transferredCall: at, connections: [{ newConnection: at }] } }],
    ["SetAgentStateArgument", `<device>${party("555")}</device><feature><requestedAgentState>`
      + "<workReady/></requestedAgentState></feature>",
    (octets) => phase1.decodeArgument(15, octets), { service: "SetAgentState",
      argument: { device: number("555"), requestedAgentState: "workingAfterCall" } }],
    ["SnapshotDeviceResult", `<bare><SEQUENCE><connectionIdentifier>${connection}`
      + "</connectionIdentifier><localCallState><simple>35</simple></localCallState></SEQUENCE>"
      + "</bare>", (octets) => phase1.decodeResult(74, octets), { service: "SnapshotDevice",
      result: { snapshotData: [{ connectionIdentifier: at,
        localCallState: ["connected", "alerting"] }] } }]];
    const answers = ask(directory, documents.map(([type, document]) =>
      `xer ${type} <${type}>${document}</${type}>`));
    for (const [index, [type, , decode, expected]] of documents.entries()) {
      const { again, text: read } = answers[index] ?? {};
      assert.ok(again !== undefined, `${type}: ${read}`);
      assert.deepEqual(decode(Buffer.from(again, "hex")), expected, again);
    }
  });
});
