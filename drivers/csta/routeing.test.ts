/** Routeing and private data through the driver, on a simulated PBX, in every encoding. */

import assert from "node:assert/strict";
import { ok } from "../../firmware/base/result.js";
import { SimulatedWorld } from "../../firmware/base/world-simulated.js";
import type { Driver } from "../../firmware/link/driver.js";
import { createLink } from "../../firmware/link/link-runtime.js";
import type { Link } from "../../firmware/link/link.js";
import { deviceId, linkId } from "../../firmware/model/identifiers.js";
import { answerMs, Routeing, type RouteNotice, type RouteRegistration }
  from "../../firmware/switching/routeing.js";
import { simulatedNumbers } from "../../firmware/switching/switch-simulated.js";
import type { PrivateNotice } from "../../firmware/model/private-data.js";
import { MemoryLine } from "../conformance.js";
import { Calls } from "./calls.js";
import { phase12Dialects, phase3Dialects } from "./dialects.js";
import { csta12, csta3, cstaXml, phase12Codec, phase3Codec, xmlCodec } from "./driver.js";
import type { Invocations } from "./invocations.js";
import { DeviceNames } from "./names.js";
import { RouteingServices, routesMax } from "./routeing.js";
import { peerReplyMs } from "./peer-routeing.js";
import { CstaPeer, type CstaPeerPlan } from "./peer.js";

const id = linkId("pbx");
const device = deviceId("900");

class Rig {
  readonly world = new SimulatedWorld(3);
  readonly peer: CstaPeer;
  readonly link: Link;
  readonly routeing: Routeing;
  readonly notices: RouteNotice[] = [];
  readonly told: PrivateNotice[] = [];
  line: MemoryLine | undefined;

  constructor({ driver, plan, options }: Encoding) {
    this.peer = new CstaPeer({ world: this.world, trunks: ["8001"],
      extensions: [{ number: "1001" }, { number: "1002" }, { number: "1009", behaviour: "busy" }],
      routeingDevices: [{ number: "900", defaultRoute: "1001" }], ...plan });
    const parsed = driver.options.parse({ pbx: "generic", devices: ["1001-1009", "900"],
      ...options });
    assert.ok(parsed.ok);
    this.routeing = new Routeing({ world: this.world, numbers: simulatedNumbers,
      findLink: () => this.link });
    this.link = createLink({ id, title: "", options: parsed.value, world: this.world,
      enabled: true, driver, secret: () => ok("s3cret"),
      opener: { description: "memory", close: () => Promise.resolve(), open: () => {
        const line = new MemoryLine(this.world);
        this.line = line;
        this.world.clock.after(1, "connect", () => { this.peer.accept(line.far); });
        return Promise.resolve(ok(line.near));
      } },
      sink: { event: () => undefined, snapshot: () => undefined, record: () => undefined,
        forgotten: () => undefined, garbage: () => undefined, accounted: () => undefined,
        stateChanged: () => undefined, up: () => { this.routeing.linkUp(id); },
        down: () => { this.routeing.linkDown(id); },
        routeing: (message) => { this.routeing.told(id, message); },
        privateNotice: (notice) => { this.told.push(notice); } } });
  }

  async start(): Promise<RouteRegistration> {
    await this.link.start();
    await this.world.advance(5_000);
    const registering = this.routeing.register(id, device,
      { name: "test", told: (notice) => { this.notices.push(notice); } });
    await this.world.advance(1_000);
    const registered = await registering;
    assert.ok(registered.ok, registered.ok ? "" : registered.fault.message);
    return registered.value;
  }

  async call(): Promise<string> {
    this.peer.pbx.call({ from: "0142685300", trunk: "8001", to: "900", talkMs: 60_000 });
    await this.world.advance(500);
    const notice = this.notices.at(-1);
    assert.ok(notice?.type === "routeRequest", JSON.stringify(notice));
    return notice.dialogue;
  }

  /** Where the call is. */
  get at(): readonly string[] {
    return [...this.peer.pbx.calls.values()].flatMap(({ connections }) => [...connections.keys()]);
  }

  get types(): readonly string[] {
    return this.notices.map(({ type }) => type);
  }

  async end(): Promise<void> {
    this.peer.stop();
    const stopping = this.link.stop(1_000);
    await this.world.advance(6_000);
    await stopping;
    assert.deepEqual(this.world.timersPending, []);
  }
}

interface Encoding {
  readonly driver: Driver;
  readonly registers: boolean;
  readonly plan: Pick<CstaPeerPlan, "codec" | "association" | "connectionDevices">;
  readonly options?: object;
}

const encodings: Readonly<Record<string, Encoding>> = {
  "phase III": { driver: csta3, registers: true, plan: { association: "acse",
    codec: () => phase3Codec("generic", phase3Dialects.generic) } },
  "phase II": { driver: csta12, registers: false, options: { phase: "2" },
    plan: { association: "acse", connectionDevices: "dynamic",
      codec: () => phase12Codec("2", phase12Dialects.generic) } },
  "phase I": { driver: csta12, registers: false, options: { phase: "1" },
    plan: { association: "acse", codec: () => phase12Codec("1", phase12Dialects.generic) } },
  "XML": { driver: cstaXml, registers: true,
    plan: { association: "session", codec: () => xmlCodec("generic") } },
};

for (const [name, encoding] of Object.entries(encodings)) {
  describe(`routeing by CSTA ${name}`, () => {
    let rig: Rig;

    beforeEach(() => { rig = new Rig(encoding); });
    afterEach(() => rig.end());

    it("is asked, selects, and hears what was used and that it is over", async () => {
      const registration = await rig.start();
      assert.equal(rig.peer.routeing.registrations, encoding.registers ? 1 : 0);
      const dialogue = await rig.call();
      const [request] = rig.notices;
      assert.ok(request?.type === "routeRequest");
      assert.equal(request.routeingDevice, "900");
      assert.equal(request.callingDevice?.device, "0142685300");
      assert.equal(request.connection?.device, "900");
      assert.equal(request.connection.call, [...rig.peer.pbx.calls.keys()][0]);
      assert.equal(request.replyTimeoutMs, encoding.registers ? peerReplyMs * 0.9 : answerMs);
      assert.ok(registration.answer({ type: "routeSelect", dialogue, routeSelected: "1002",
        routeUsedReq: true }).ok);
      await rig.world.advance(1_000);
      assert.deepEqual(rig.types, ["routeRequest", "routeUsed", "routeEnd"]);
      assert.deepEqual(rig.notices[1], { type: "routeUsed", dialogue,
        routeUsed: { device: "1002" }, callingDevice: { device: "0142685300" } });
      assert.deepEqual(rig.notices[2], { type: "routeEnd", dialogue });
      assert.deepEqual(rig.at, ["8001", "1002"]);
    });

    it("is asked again for a route that cannot be had, until there is none", async () => {
      const registration = await rig.start();
      const dialogue = await rig.call();
      registration.answer({ type: "routeSelect", dialogue, routeSelected: "1009" });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.types, ["routeRequest", "reRoute"]);
      registration.answer({ type: "routeSelect", dialogue, routeSelected: "1009",
        remainRetries: 0 });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.notices.at(-1), { type: "routeEnd", dialogue,
        error: { category: "operation", value: "invalidDestination" } });
      assert.deepEqual(rig.at, ["8001", "1001"], "the default route");
    });

    it("takes the alternate that can be had, without asking again", async () => {
      const registration = await rig.start();
      const dialogue = await rig.call();
      assert.ok(registration.answer({ type: "routeSelect", dialogue, routeSelected: "1009",
        alternateRoutes: ["1009", "1002"], remainRetries: 0, routeUsedReq: true }).ok);
      await rig.world.advance(1_000);
      assert.deepEqual(rig.types, ["routeRequest", "routeUsed", "routeEnd"]);
      assert.deepEqual(rig.at, ["8001", "1002"]);
      // Phases I and II have no list: the PBX asked again, and was answered each time.
      assert.equal(rig.peer.heard.filter((each) => each === "RouteSelect").length,
        encoding.registers ? 1 : 3);
    });

    it("is asked again when no alternate can be had either", async () => {
      const registration = await rig.start();
      const dialogue = await rig.call();
      registration.answer({ type: "routeSelect", dialogue, routeSelected: "1009",
        alternateRoutes: ["1009"] });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.types, ["routeRequest", "reRoute"]);
      registration.answer({ type: "routeSelect", dialogue, routeSelected: "1002" });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.at, ["8001", "1002"]);
    });

    it("leaves the call to the default route when it does not answer, or gives up", async () => {
      const registration = await rig.start();
      const first = await rig.call();
      await rig.world.advance(10_000);
      const last = rig.notices.at(-1);
      assert.ok(last?.type === "routeEnd" && last.dialogue === first);
      assert.equal(last.error?.value, name.startsWith("phase I") && name !== "phase III"
        ? "generic" : "routeingTimerExpired");
      assert.deepEqual(rig.at, ["8001", "1001"]);
      rig.peer.pbx.restart();
      const second = await rig.call();
      registration.answer({ type: "routeEnd", dialogue: second });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.at, ["8001", "1001"]);
      rig.peer.pbx.restart();
      const third = await rig.call();
      registration.answer({ type: "routeReject", dialogue: third, rejectCause: "busyOverflow" });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.at, encoding.registers ? [] : ["8001", "1001"]);
      assert.equal(rig.peer.routeing.dialogues, 0);
    });

    it("lets go of a call whose caller hangs up", async () => {
      await rig.start();
      const dialogue = await rig.call();
      for (const call of [...rig.peer.pbx.calls.values()]) rig.peer.pbx.clearCall(call);
      await rig.world.advance(100);
      assert.deepEqual(rig.notices.at(-1), { type: "routeEnd", dialogue,
        error: { category: "stateIncompatibility", value: "noActiveCall" } });
    });

    it("ends with the line, and registers again when it is back", async () => {
      await rig.start();
      const dialogue = await rig.call();
      rig.peer.drop();
      await rig.world.advance(100);
      const last = rig.notices.at(-1);
      assert.ok(last?.type === "routeEnd" && last.dialogue === dialogue);
      assert.equal(last.error?.value, "resourceOutOfService");
      assert.deepEqual(rig.at, ["8001", "1001"], "the PBX went on by itself");
      rig.peer.pbx.restart();
      await rig.world.advance(20_000);
      assert.notEqual(await rig.call(), dialogue);
    });

    it("is cancelled at the PBX with its client", async () => {
      (await rig.start()).cancel();
      await rig.world.advance(1_000);
      assert.equal(rig.peer.routeing.registrations, 0);
      rig.peer.pbx.call({ from: "0142685300", trunk: "8001", to: "900", talkMs: 60_000 });
      await rig.world.advance(1_000);
      assert.deepEqual(rig.notices, []);
      assert.deepEqual(rig.at, ["8001", "1001"]);
    });
  });
}

describe("routeing registrations of a PBX", () => {
  let rig: Rig;

  beforeEach(() => { rig = new Rig(encodings["XML"] as Encoding); });
  afterEach(() => rig.end());

  it("are over for their client when the PBX withdraws them", async () => {
    await rig.start();
    rig.peer.routeing.abort();
    await rig.world.advance(100);
    assert.deepEqual(rig.types, ["routeRegisterAbort"]);
  });

  it("are refused in the PBX's words", async () => {
    await rig.start();
    const registering = rig.routeing.register(id, deviceId("1002"),
      { name: "test", told: () => undefined });
    await rig.world.advance(100);
    const registered = await registering;
    assert.ok(!registered.ok);
    assert.equal(registered.fault.code, "device-unknown");
  });

  it("are proven by a probe", async () => {
    await rig.start();
    const probing = rig.link.probe(5_000);
    await rig.world.advance(1_000);
    const probed = await probing;
    assert.ok(probed.ok);
    assert.equal(probed.value.find(({ subject }) => subject === "routeing")?.proven, "yes");
  });
});

describe("routeing dialogues of a PBX", () => {
  it("are remembered with their registration, up to a bound", () => {
    const sent: object[] = [];
    const names = new DeviceNames();
    const services = new RouteingServices({ codec: xmlCodec("generic"), names,
      calls: new Calls(names), told: () => undefined,
      invocations: { tell: (_: string, argument: object) => {
        sent.push(argument);
        return ok(undefined);
      } } as unknown as Invocations });
    for (let index = 0; index <= routesMax; index += 1) {
      assert.ok(services.take({ kind: "invoke", invokeID: 1, service: "RouteRequest",
        argument: { crossRefIdentifier: `r${index}`, routeRegisterReqID: "1",
          currentRoute: "notKnown" } }));
    }
    services.answer({ type: "routeEnd", dialogue: "r0" });
    services.answer({ type: "routeEnd", dialogue: "r1" });
    assert.deepEqual(sent, [{ crossRefIdentifier: "r0" },
      { crossRefIdentifier: "r1", routeRegisterReqID: "1" }]);
  });
});

describe("private data of a PBX", () => {
  for (const [name, encoding] of Object.entries(encodings)) {
    it(`is refused in the PBX's words, and told with its device: ${name}`, async () => {
      const rig = new Rig(encoding);
      await rig.start();
      rig.peer.unsupported.add("Escape");
      const element = name === "XML" ? "<ping/>" : "7d0706022a030401ff";
      const sending = rig.link.escape([element], 1_000);
      await rig.world.advance(1_000);
      const sent = await sending;
      // Phases I and II have no number for a service that is not supported.
      assert.ok(!sent.ok && sent.fault.code
        === (encoding.registers ? "service-not-supported" : "service-refused"), name);
      const event = { type: "other" as const, element: name === "phase III" ? "a0020500" : element,
        name: encoding.registers ? "privateEvent" : "private:01" };
      rig.peer.say(event, "1002");
      rig.peer.sayPrivate([element]);
      rig.peer.sayPrivate([element], true);
      await rig.world.advance(100);
      const { name: told, element: whole } = event;
      assert.deepEqual(rig.told, [
        { type: "privateEvent", device: "1002", name: told, element: whole },
        { type: "escape", elements: [element] }, { type: "privateStatus", elements: [element] }]);
      await rig.end();
    });
  }
});
