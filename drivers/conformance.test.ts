/** The suite that every registered driver must pass against its own peer. */

import assert from "node:assert/strict";
import { done, fail, ok, type Result } from "../firmware/base/result.js";
import { SimulatedWorld } from "../firmware/base/world-simulated.js";
import type { Driver, Session } from "../firmware/link/driver.js";
import { createLink } from "../firmware/link/link-runtime.js";
import type { Link } from "../firmware/link/link.js";
import type { RawKeeper } from "../firmware/link/raw.js";
import type { CallEvent, EventName } from "../firmware/model/events.js";
import { callId, deviceId, linkId } from "../firmware/model/identifiers.js";
import type { LinkSnapshot } from "../firmware/model/snapshot.js";
import { serviceNames, type ServiceName, type ServiceRequest } from "../firmware/model/services.js";
import { conformancesOf } from "./conformance-registry.js";
import {
  MemoryLine, type Conformance, type ConformancePbx, type ScenarioStage,
} from "./conformance.js";
import { driverRegistry } from "./index.js";

const upMs = 60_000;
const scenarioMs = 120_000;
const silenceMs = 600_000;

const connection = { call: callId("no-such-call"), device: deviceId("101") };
const samples: Readonly<Record<ServiceName, ServiceRequest>> = {
  makeCall: { service: "makeCall", callingDevice: deviceId("101"), calledNumber: "102" },
  answerCall: { service: "answerCall", connection },
  acceptCall: { service: "acceptCall", connection },
  clearConnection: { service: "clearConnection", connection },
  clearCall: { service: "clearCall", connection },
  holdCall: { service: "holdCall", connection },
  retrieveCall: { service: "retrieveCall", connection },
  alternateCall: { service: "alternateCall", heldCall: connection, activeCall: connection },
  reconnectCall: { service: "reconnectCall", heldCall: connection, activeCall: connection },
  consultationCall: { service: "consultationCall", existingCall: connection,
    consultedDevice: "102" },
  transferCall: { service: "transferCall", heldCall: connection, activeCall: connection },
  conferenceCall: { service: "conferenceCall", heldCall: connection, activeCall: connection },
  singleStepTransferCall: { service: "singleStepTransferCall", activeCall: connection,
    transferredTo: "102" },
  singleStepConference: { service: "singleStepConference", activeCall: connection,
    deviceToBeJoined: "102" },
  deflectCall: { service: "deflectCall", callToBeDiverted: connection, newDestination: "102" },
  directedPickupCall: { service: "directedPickupCall", callToBePickedUp: connection,
    requestingDevice: deviceId("102") },
  groupPickupCall: { service: "groupPickupCall", requestingDevice: deviceId("102") },
  callBack: { service: "callBack", connection },
  associateData: { service: "associateData", connection, accountCode: "1" },
  parkCall: { service: "parkCall", parking: connection },
  generateDigits: { service: "generateDigits", connection, digits: "1" },
  setAgentState: { service: "setAgentState", device: deviceId("101"), requestedState: "ready" },
  setMessageWaitingIndicator: { service: "setMessageWaitingIndicator", device: deviceId("101"),
    on: true },
  setDoNotDisturb: { service: "setDoNotDisturb", device: deviceId("101"), on: true },
  setForwarding: { service: "setForwarding", device: deviceId("101"), on: true,
    forwardingType: "immediate", forwardTo: "102" },
  getDoNotDisturb: { service: "getDoNotDisturb", device: deviceId("101") },
  getForwarding: { service: "getForwarding", device: deviceId("101") },
  getMessageWaitingIndicator: { service: "getMessageWaitingIndicator", device: deviceId("101") },
  setDisplay: { service: "setDisplay", device: deviceId("101"), text: "Hello" },
  pressButton: { service: "pressButton", device: deviceId("101"), button: "1" },
  getDisplay: { service: "getDisplay", device: deviceId("101") },
  getButtonInformation: { service: "getButtonInformation", device: deviceId("101") },
  getLampMode: { service: "getLampMode", device: deviceId("101") },
  sendPage: { service: "sendPage", page: { pager: "550", text: "CALL ME 101" } },
};

class Bench {
  readonly world = new SimulatedWorld(11);
  readonly events: CallEvent[] = [];
  readonly pbx: ConformancePbx;
  readonly link: Link;
  records = 0;
  /** What was said of a hotel's rooms. */
  hotelMessages = 0;
  pages = 0;
  /** Requests that were answered with success. */
  answers = 0;
  forgotten = 0;
  snapshots = 0;
  newest: LinkSnapshot | undefined;
  session: Session | undefined;
  line: MemoryLine | undefined;
  reachable = true;
  readonly stage: ScenarioStage = {
    events: this.events,
    request: async (request) => {
      const answer = await this.link.request(request, 20_000);
      if (answer.ok) this.answers += 1;
      return answer;
    },
  };

  constructor(driver: Driver, conformance: Conformance) {
    this.pbx = conformance.pbx(this.world);
    const options = driver.options.parse(conformance.options);
    assert.ok(options.ok, options.ok ? "" : JSON.stringify(options.fault));
    let position = 0n;
    const rawKeeper: RawKeeper = {
      keep: () => {
        position += 1n;
        return Promise.resolve(ok(position));
      },
      place: () => Promise.resolve({ ok: true, value: undefined }),
      keepWhole: (_link, frames) => {
        const first = position + 1n;
        position += BigInt(frames.length);
        return Promise.resolve(ok(first));
      },
      async *read() { /* The suite reads nothing back. */ },
      newest: () => Promise.resolve([]),
    };
    this.link = createLink({
      id: linkId("pbx"), title: conformance.title, options: options.value, world: this.world,
      rawKeeper, enabled: true,
      hotel: () => {
        this.hotelMessages += 1;
        return Promise.resolve(done);
      },
      driver: { ...driver, open: (context) => {
        this.session = driver.open(context);
        return this.session;
      } },
      secret: (reference): Result<string> => {
        const secret = conformance.secrets[reference];
        return secret === undefined ? fail("not-found", reference) : ok(secret);
      },
      opener: { description: "memory", open: () => this.#open(), close: () => Promise.resolve() },
      sink: {
        event: (event) => { this.events.push(event); },
        record: () => { this.records += 1; },
        snapshot: (snapshot) => {
          this.snapshots += 1;
          this.newest = snapshot;
        },
        forgotten: () => { this.forgotten += 1; },
        up: () => undefined, down: () => undefined, garbage: () => undefined,
        accounted: () => undefined,
        page: () => {
          this.pages += 1;
          return Promise.resolve(done);
        },
        pageStatus: () => undefined,
        stateChanged: () => undefined,
      },
    });
  }

  get state(): string { return this.link.status.state.name; }

  get isUp(): boolean { return this.state === "up" || this.state === "degraded"; }

  seen(type: EventName): number {
    return this.events.filter((event) => event.type === type).length;
  }

  async start(): Promise<void> {
    await this.link.start();
    await this.advanceUntil(() => this.isUp, upMs);
    assert.ok(this.isUp, `not up but ${JSON.stringify(this.link.status.state)}`);
    await this.world.advance(1_000);
  }

  async advanceUntil(met: () => boolean, withinMs: number): Promise<boolean> {
    for (let spentMs = 0; spentMs < withinMs && !met(); spentMs += 250) {
      await this.world.advance(250);
    }
    return met();
  }

  get sense(): number {
    return this.events.length + this.records + this.hotelMessages + this.pages + this.answers;
  }

  /** The line carries sense: something follows the PBX's next sign. */
  async assertSense(): Promise<void> {
    const before = this.sense;
    void this.pbx.sign(this.stage);
    const sense = await this.advanceUntil(() => this.sense > before, scenarioMs);
    assert.ok(sense, `no sense on the line; the link is ${JSON.stringify(this.link.status.state)}`);
  }

  async end(): Promise<void> {
    const stopped = this.link.stop(5_000);
    await this.world.advance(5_000);
    await stopped;
    assert.equal(this.line?.closed, true);
  }

  #open(): ReturnType<Parameters<typeof createLink>[0]["opener"]["open"]> {
    if (!this.reachable) return Promise.resolve(fail("link-down", "unreachable"));
    const line = new MemoryLine(this.world);
    this.line = line;
    this.world.clock.after(1, "connect", () => { this.pbx.connect(line.far); });
    return Promise.resolve(ok(line.near));
  }
}

async function settled<T>(bench: Bench, promise: Promise<T>, withinMs: number): Promise<T> {
  let done = false;
  const watched = promise.finally(() => { done = true; });
  await bench.advanceUntil(() => done, withinMs);
  assert.ok(done, "not settled in time");
  return watched;
}

function survives(driver: Driver, conformance: Conformance): void {
  let bench: Bench;
  beforeEach(async () => {
    bench = new Bench(driver, conformance);
    await bench.start();
  });
  afterEach(async () => { await bench.end(); });

  it("refuses every service that it does not declare", async () => {
    for (const name of serviceNames) {
      if (driver.capabilities.services[name] !== undefined) continue;
      const byLink = await bench.link.request(samples[name], 1_000);
      assert.ok(!byLink.ok && byLink.fault.code === "service-not-supported", name);
      const { session } = bench;
      assert.ok(session !== undefined);
      const bySession = await settled(bench, session.request(samples[name], 1_000), 2_000);
      assert.ok(!bySession.ok && bySession.fault.code === "service-not-supported", name);
    }
  });

  it("refuses routeing that it does not declare", async () => {
    const registered = await settled(bench, bench.link.routeing.register(undefined, 1_000), 2_000);
    const answered = bench.link.routeing.answer({ type: "routeEnd", dialogue: "00" });
    if (driver.capabilities.routeing === true) assert.ok(answered.ok);
    else {
      assert.ok(!registered.ok && registered.fault.code === "service-not-supported");
      assert.ok(!answered.ok && answered.fault.code === "service-not-supported");
    }
  });

  it("refuses private data that it does not declare", async () => {
    if (driver.capabilities.privateData !== undefined) return;
    const sent = await settled(bench, bench.link.escape(["0401ff"], 1_000), 2_000);
    assert.ok(!sent.ok && sent.fault.code === "service-not-supported");
  });

  it("probes what it declares and nothing else", async () => {
    const proofs = await settled(bench, bench.link.probe(10_000), 11_000);
    assert.ok(proofs.ok);
    const declared = new Set<string>([...Object.keys(driver.capabilities.services),
      ...driver.capabilities.events, "snapshot",
      ...driver.capabilities.routeing === true ? ["routeing"] : [],
      ...driver.capabilities.privateData === undefined ? [] : ["privateData"]]);
    for (const { subject, evidence } of proofs.value) {
      assert.ok(declared.has(subject), subject);
      assert.notEqual(evidence, "");
    }
  });

  it("gives a snapshot exactly when it declares one", async () => {
    const taken = await settled(bench, bench.link.snapshot(10_000), 11_000);
    if (driver.capabilities.snapshot === "native") {
      assert.ok(taken.ok);
      assert.ok(bench.snapshots >= 2);
    } else {
      assert.ok(!taken.ok && taken.fault.code === "service-not-supported");
    }
  });

  it("survives a line cut in the middle of sense", async () => {
    void bench.pbx.sign(bench.stage);
    await bench.world.settle();
    bench.line?.cut("cable pulled");
    assert.equal(bench.state, "down");
    assert.ok(await bench.advanceUntil(() => bench.isUp, 2 * upMs));
    await bench.assertSense();
  });

  it("survives a peer that falls silent, and settles every request meanwhile", async () => {
    const { line } = bench;
    assert.ok(line !== undefined);
    line.muted = true;
    for (const name of Object.keys(driver.capabilities.services) as ServiceName[]) {
      await settled(bench, bench.link.request(samples[name], 1_000), 2_000);
    }
    await bench.world.advance(silenceMs);
    line.muted = false;
    assert.ok(await bench.advanceUntil(() => bench.isUp, 2 * upMs), bench.state);
    await bench.assertSense();
  });

  it("survives noise, and says that there was some", async () => {
    const noise = bench.world.random.bytes(5_000);
    bench.line?.far.send(noise);
    bench.line?.far.send(Buffer.from("\r\n\r\n"));
    await bench.world.advance(1_000);
    const told = bench.link.status.counters.garbageBytes > 0 || bench.link.status.counters.opens > 1
      || !bench.isUp;
    assert.ok(told, "the noise went unnoticed");
    assert.ok(await bench.advanceUntil(() => bench.isUp, 2 * upMs));
    await bench.assertSense();
  });

  it("survives a restart of the PBX and lets its old calls go", async () => {
    bench.reachable = false;
    bench.pbx.restart();
    bench.line?.cut("PBX restarts");
    await bench.world.advance(90_000);
    assert.ok(!bench.isUp);
    bench.reachable = true;
    assert.ok(await bench.advanceUntil(() => bench.isUp, 2 * upMs));
    // Who cannot tell that the PBX has restarted has its picture of now: no call is in it.
    assert.ok(bench.forgotten === 1 || bench.newest?.calls.length === 0);
    await bench.assertSense();
  });
}

function fulfils(driver: Driver, conformance: Conformance): void {
  const scenarios = conformance.pbx(new SimulatedWorld());
  for (const type of Object.keys(scenarios.events) as EventName[]) {
    it(`event ${type}`, async () => {
      assert.ok(driver.capabilities.events.includes(type), "not declared");
      const bench = new Bench(driver, conformance);
      await bench.start();
      const before = bench.seen(type);
      void bench.pbx.events[type]?.(bench.stage);
      assert.ok(await bench.advanceUntil(() => bench.seen(type) > before, scenarioMs));
      const undeclared = bench.events.filter((event) =>
        !driver.capabilities.events.includes(event.type)).map((event) => event.type);
      assert.deepEqual(undeclared, []);
      await bench.end();
    });
  }
  for (const name of Object.keys(scenarios.services) as ServiceName[]) {
    it(`service ${name}`, async () => {
      assert.ok(driver.capabilities.services[name] !== undefined, "not declared");
      const bench = new Bench(driver, conformance);
      await bench.start();
      const preparing = Promise.resolve(bench.pbx.services[name]?.(bench.stage));
      const request = await settled(bench, preparing, scenarioMs);
      assert.ok(request !== undefined);
      const answer = await settled(bench, bench.link.request(request, 10_000), 11_000);
      assert.ok(answer.ok, answer.ok ? "" : answer.fault.message);
      await bench.end();
    });
  }
}

const drivers = await driverRegistry.all();

describe("driver conformance", () => {
  for (const driver of drivers) {
    const conformances = conformancesOf(driver.name);

    it(`${driver.name} has a scenario for each declared event and service`, () => {
      const pbxs = conformances.map((conformance) => conformance.pbx(new SimulatedWorld()));
      const missing = [
        ...driver.capabilities.events.filter((type) =>
          !pbxs.some((pbx) => pbx.events[type] !== undefined)),
        ...Object.keys(driver.capabilities.services).filter((name) =>
          !pbxs.some((pbx) => pbx.services[name as ServiceName] !== undefined)),
      ];
      assert.ok(conformances.length > 0);
      assert.deepEqual(missing, []);
    });

    for (const conformance of conformances) {
      describe(`${driver.name}: ${conformance.title}`, () => {
        fulfils(driver, conformance);
        survives(driver, conformance);
      });
    }
  }
});
