import assert from "node:assert/strict";
import fc from "fast-check";
import { decodeLike, encodeSample, samples, type Sample } from "../../../hw-tests/csta-octets.js";
import { eventGroups, type CstaEvent, type CstaEventName } from "./message.js";
import { phase3 } from "./phase3.js";
import { logicalGroups, physicalGroups, servicesIn } from "./service-groups.js";

type Fields = Readonly<Record<string, unknown>>;

/** Fields of messages that phase III does not have, by service or event. */
const deviceEvent = ["localConnectionInfo", "correlatorData", "userData"];
const settingEvent = [...deviceEvent, "cause"];
const notCarried: Readonly<Record<string, readonly string[]>> = {
  ClearCall: ["correlatorData"], ParkCall: ["userData"], AssociateData: ["userData"],
  serviceInitiated: ["userData"], originated: ["userData"], held: ["userData"],
  retrieved: ["userData"], digitsDialed: ["userData"], callCleared: ["localConnectionInfo"],
  networkReached: ["associatedCalledDevice"],
  callInformation: ["localConnectionInfo", "cause"], digitsGenerated: settingEvent,
  agentLoggedOn: deviceEvent, agentLoggedOff: deviceEvent, agentNotReady: deviceEvent,
  agentReady: deviceEvent, agentBusy: deviceEvent, agentWorkingAfterCall: deviceEvent,
  backInService: deviceEvent, outOfService: deviceEvent, doNotDisturb: settingEvent,
  forwarding: settingEvent, messageWaiting: settingEvent, displayUpdated: settingEvent,
  buttonPress: settingEvent, lampMode: settingEvent,
};

/** What stands on the wire where nothing was said. */
const call = { cause: "normal" };
const roles = { callingDevice: "notKnown", calledDevice: "notKnown",
  lastRedirectionDevice: "notKnown", ...call };
const filled: Readonly<Record<string, Fields>> = {
  serviceInitiated: { initiatingDevice: "notKnown", ...call }, originated: call, held: call,
  retrieved: call, connectionCleared: call, callCleared: call, digitsDialed: call,
  offered: roles, delivered: roles, established: roles, failed: roles, queued: roles,
  networkReached: roles, diverted: { lastRedirectionDevice: "notKnown", ...call },
  transferred: { transferredConnections: [], ...call },
  conferenced: { conferenceConnections: [], ...call },
};
const filledResult: Readonly<Record<string, Fields>> = {
  StartCallDetailRecordsTransmission: { cdrCrossRefID: "" },
  GetLogicalDeviceInformation: { deviceCategory: "station", hasPhysicalElement: false,
    appearanceAddressable: false, appearanceType: "selectedStandard" },
  GetPhysicalDeviceInformation: { deviceCategory: "station", hasLogicalElement: false } };
const filledArgument: Readonly<Record<string, Fields>> = {
  CallDetailRecordsReport: { cdrCrossRefID: "" } };

const allEvents: readonly CstaEventName[] = Object.values(eventGroups).flat();
const deviceTypes = ["acd", "line", "trunk", "station", "other"];

/** Lists of names in one order, absences that a field does not have, defaults. */
function normal(value: unknown, key = ""): unknown {
  if (key.endsWith("MonitorFilter") || key === "events") {
    return allEvents.filter((name) => (value as readonly string[]).includes(name));
  }
  if (key === "services") return (value as readonly string[]).toSorted();
  if (Array.isArray(value)) {
    return value.map((item) => normal(item, key === "deviceList" ? "device" : ""));
  }
  if (key !== "lastRedirectionDevice" && (value === "notRequired" || value === "notSpecified")
    || key === "associatedNID" && value === "restricted") return "notKnown";
  if (typeof value !== "object" || value === null) return value;
  const whole = key === "device" && "deviceID" in value
    ? { deviceCategory: "station", ...value } : value;
  return Object.fromEntries(Object.entries(whole)
    .filter(([name, member]) => name !== "named" || deviceTypes.includes(String(member)))
    .map(([name, member]) => [name, normal(member, name)]));
}

const physicalEvents: ReadonlySet<string> = new Set(eventGroups.physicalDevice);

/** Of what is offered, what the lists of that result have. */
function listed(name: string, fields: Record<string, unknown>): void {
  const isPhysical = name === "GetPhysicalDeviceInformation";
  const isOfDevice = isPhysical || name === "GetLogicalDeviceInformation";
  const own = servicesIn(isPhysical ? physicalGroups : logicalGroups);
  const keep = (key: string, has: (each: string) => boolean): void => {
    if (fields[key] !== undefined) fields[key] = (fields[key] as readonly string[]).filter(has);
  };
  keep("services", (each) => isOfDevice ? own.has(each)
    : (phase3.services as ReadonlySet<string>).has(each));
  if (isOfDevice) {
    keep("events", (each) => isPhysical ? physicalEvents.has(each)
      : !physicalEvents.has(each) && each !== "privateEvent");
  }
}

function expected(sample: Sample): unknown {
  const name = sample.of === "event" ? sample.value.type : sample.service;
  const defaults = sample.of === "event" ? filled[name]
    : sample.of === "result" ? filledResult[name] : filledArgument[name];
  const fields = Object.fromEntries(Object.entries({ ...defaults, ...sample.value })
    .filter(([field]) => notCarried[name]?.includes(field) !== true));
  if (sample.of === "result" && name === "GetSwitchingFunctionCapabilities") {
    for (const text of ["switchingSubDomainName", "manufacturerName"]) {
      if (fields[text] === "") delete fields[text];
    }
  }
  if (sample.of === "result") listed(name, fields);
  return normal(fields);
}

describe("CSTA phase III: every service and event", () => {
  it("comes back as it was written", () => {
    for (const sample of samples) {
      fc.assert(fc.property(sample, (each) => {
        const written = encodeSample(each);
        assert.ok(written !== undefined, JSON.stringify(each));
        assert.deepEqual(normal(decodeLike(each, written)), expected(each));
      }), { numRuns: 40 });
    }
  });

  it("tells services and events that are offered", () => {
    const services = ["MonitorStart", "SnapshotCall", "SnapshotDevice",
      "SnapshotCallData", "SnapshotDeviceData", "MakeCall", "Escape",
      "RouteSelect", "SetDisplay", "GetAgentState", "GetCSTAFeatures"];
    const events: CstaEventName[] = ["delivered", "agentLoggedOff", "agentLoggedOn",
      "backInService", "privateEvent"];
    const service = "GetSwitchingFunctionCapabilities";
    const written = phase3.encodeResult(service, { services, events, manufacturerName: "J" });
    assert.ok(written !== undefined);
    const found = phase3.decodeResult(written.operation, written.element);
    assert.ok(typeof found !== "string" && "result" in found);
    const { services: told, events: toldEvents, ...rest } = found.result as
      { services: string[]; events: string[] };
    assert.deepEqual([told.sort(), toldEvents.sort(), rest],
      [services.sort(), events.sort(), { manufacturerName: "J" }]);
  });

  it("lists a later service in its place, with explicit tags among the features", () => {
    const written = phase3.encodeResult("GetCSTAFeatures", {
      services: ["GetSwitchingFunctionDevices", "GetCSTAFeatures", "Escape"],
      events: ["established"] });
    assert.equal(written?.operation, 370);
    // By hand from the module: [0] { [5], [2] }, [14] { [3] }; events [0] { [7] }.
    assert.equal(Buffer.from(written.element).toString("hex"), `301c
      3011 a008 3006 850100 820100 ae05 3003 830100
      3007 a005 3003 870100`.replaceAll(/\s/g, ""));
  });

  it("has every service and event of the messages", () => {
    assert.equal(phase3.services.size * 2 + phase3.events.size, samples.length);
  });

  it("arbitrary octets, and damaged messages, are refused or read but never thrown at", () => {
    const read = (octets: Uint8Array): void => {
      phase3.decodeEvent(octets);
      phase3.decodeError(octets);
      for (const operation of [1, 7, 10, 31, 51, 71, 74, 203, 205, 304, 361]) {
        phase3.decodeArgument(operation, octets);
        phase3.decodeResult(operation, octets);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
      read(octets);
      read(Buffer.concat([Buffer.of(0x30, octets.length), octets]));
    }), { numRuns: 2_000 });
    fc.assert(fc.property(fc.oneof(...samples), fc.array(fc.tuple(fc.nat(), fc.nat(255)),
      { minLength: 1, maxLength: 4 }), (sample, changes) => {
      const written = encodeSample(sample);
      if (written === undefined) return;
      const octets = Buffer.from(written.element);
      for (const [at, to] of changes) octets[at % octets.length] = to;
      const found = decodeLike(sample, { ...written, element: octets });
      // What was read of it can be written again, if it is whole.
      if (typeof found === "string") return;
      encodeSample({ ...sample, value: found as CstaEvent } as Sample);
    }), { numRuns: 2_000 });
  });
});
