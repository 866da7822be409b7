/**
 * Routeing and private data from end to end, in the four encodings: a simulated PBX with a routeing
 * device <- first gateway -> its CSTA server <- second gateway's driver -> a gRPC client, which
 * selects the route.
 */

import assert from "node:assert/strict";
import { status } from "@grpc/grpc-js";
import { simulateCsta, type CstaSimulation } from "../../drivers/csta-simulation.js";
import { CstaService } from "../../proto/gen/cti/gateway/v1/csta_pb.js";
import { PrivateDataKind, PrivateDataService, type WatchPrivateDataResponse }
  from "../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { RouteingService, type RegisterRouteResponse, type RouteAsked }
  from "../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { CstaApplication, dn } from "./csta-rig.js";
import { until } from "./gateway-process.js";
import { Collected, silentWorld, type TestClient } from "./server-rig.js";

const devices = "devices: [\"1001-1008\", \"900\"]";
const encodings = [
  { id: "xml", driver: "csta-xml", pbx: "generic", server: "xml", options: "pbx: generic" },
  { id: "phase3", driver: "csta3", pbx: "generic", server: "asn1-phase3",
    options: "pbx: generic" },
  { id: "phase2", driver: "csta12", pbx: "generic", server: "asn1-phase2",
    options: `pbx: generic, phase: "2", ${devices}` },
  { id: "phase1", driver: "csta12", pbx: "md110", server: "asn1-phase1",
    options: `pbx: md110, ${devices}`, link: `pbx: generic, phase: "1", ${devices}` },
] as const;
type Id = typeof encodings[number]["id"];
const versions = { "asn1-phase3": "3", "asn1-phase2": "1", "asn1-phase1": "0",
  "xml": "http://www.ecma-international.org/standards/ecma-323/csta/ed4" } as const;
const registers = (id: Id): boolean => id === "xml" || id === "phase3";
const methods = RouteingService.method;

/** A routeing client by gRPC. */
class Router {
  readonly client: TestClient;
  readonly collected: Collected<RegisterRouteResponse>;
  readonly stop: () => void;

  constructor(unit: GatewayUnderTest, link: string) {
    this.client = unit.connect();
    const stream = this.client.stream(methods.registerRoute, { link, device: "900" });
    this.collected = new Collected(stream);
    this.stop = () => { stream.cancel(); };
  }

  get requests(): readonly RouteAsked[] {
    return this.collected.items.flatMap(({ item }) =>
      item.case === "request" ? [item.value] : []);
  }

  /** What was told of the end of each dialogue. */
  get ends(): readonly string[] {
    return this.collected.items.flatMap(({ item }) =>
      item.case === "ended" ? [item.value.error] : []);
  }

  get used(): readonly string[] {
    return this.collected.items.flatMap(({ item }) =>
      item.case === "used" ? [item.value.device] : []);
  }

  async heard(which: RegisterRouteResponse["item"]["case"], count = 1): Promise<void> {
    await until(`${which} is told`, () => this.collected.items.filter(({ item }) =>
      item.case === which).length >= count);
  }

  get dialogue(): string {
    return this.requests.at(-1)?.dialogue ?? "";
  }
}

describe("routeing by CSTA, gateway to gateway", function () {
  this.timeout(120_000);
  const pbxs = new Map<Id, CstaSimulation>();
  let first: GatewayUnderTest;
  let second: GatewayUnderTest;
  const routers: Router[] = [];

  const pbx = (id: Id): CstaSimulation => {
    const found = pbxs.get(id);
    assert.ok(found !== undefined);
    return found;
  };
  const router = async (id: Id, unit = second): Promise<Router> => {
    const made = new Router(unit, id);
    routers.push(made);
    await made.heard("registered");
    return made;
  };
  /** A call comes to the routeing device, and its route is asked for. */
  const call = async (id: Id, asks: Router): Promise<void> => {
    const before = asks.requests.length;
    pbx(id).call({ from: "0142685300", to: "900", trunk: "8001", name: "Anna", ringMs: 60_000,
      talkMs: 60_000 });
    await asks.heard("request", before + 1);
  };
  const at = (id: Id): string => [...pbx(id).peer.pbx.calls.values()]
    .flatMap(({ connections }) => [...connections.keys()]).join(" ");
  const inEach = (run: (id: Id) => Promise<void>): Promise<unknown> =>
    Promise.all(encodings.map(({ id }) => run(id)));

  before(async () => {
    for (const { id, driver, pbx: make } of encodings) {
      const started = await simulateCsta({ world: silentWorld, seed: 1, driver, pbx: make,
        user: "jackfield", secret: "cobalt", address: "127.0.0.1", port: 0 });
      assert.ok(started.ok);
      pbxs.set(id, started.value);
    }
    first = await startGatewayUnderTest({ environment: { PBX: "cobalt" }, config: `links:
${encodings.map(({ id, driver, options }) => `  - id: ${id}
    driver: ${driver}
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbx(id).port} }
    options: { ${options}, user: jackfield, secret: env:PBX, trunks: ["8001-8002"] }`).join("\n")}
csta:
${encodings.map(({ id, server }) => `  - { id: ${id}, protocol: ${server}, framing: len16,
      links: [${id}], tls: false, port: 0, applications: [{ user: admin${
  registers(id) ? "" : ", routeingDevices: [\"900\"]"} }] }`).join("\n")}
` });
    await until("the first gateway's links are up", () => encodings.every(({ id }) =>
      first.gateway.links.get(id)?.status.state.name === "up"));
    second = await startGatewayUnderTest({ environment: { CSTA: first.adminPassword },
      config: `links:
${encodings.map((each) => `  - id: ${each.id}
    driver: ${each.driver}
    transport: { kind: tcp, host: 127.0.0.1, port: ${first.gateway.cstaPort(each.id) ?? 0} }
    options: { ${"link" in each ? each.link : each.options}, user: admin, secret: env:CSTA }`)
    .join("\n")}
  - { id: none, driver: asterisk-ami, enabled: false,
      transport: { kind: tcp, host: 127.0.0.1, port: 1 },
      options: { user: none, secret: env:CSTA } }
` });
    await until("the second gateway's links are up", () => encodings.every(({ id }) =>
      second.gateway.links.get(id)?.status.state.name === "up"));
  });
  afterEach(async () => {
    for (const each of routers.splice(0)) each.stop();
    for (const { peer } of pbxs.values()) peer.pbx.restart();
    await until("nothing is registered any more", async () =>
      (await second.client.unary(methods.listRoutes, {})).routes.length === 0);
  });
  after(async () => {
    await second.stop();
    await first.stop();
    for (const each of pbxs.values()) await each.stop();
  });

  for (const { id } of encodings) {
    it(`selects the route that the PBX takes: ${id}`, async () => {
      const own = await router(id);
      assert.equal(pbx(id).peer.routeing.registrations, registers(id) ? 1 : 0);
      await call(id, own);
      const [asked] = own.requests;
      assert.deepEqual([asked?.device, asked?.calling, asked?.connection?.device],
        ["900", "0142685300", "900"]);
      const calls = second.gateway.switch.calls().filter(({ link }) => link === id);
      assert.equal(asked?.connection?.call, calls[0]?.call, "the call that its events tell of");
      await own.client.unary(methods.selectRoute, { dialogue: own.dialogue, number: "1002",
        tellUsed: true });
      await own.heard("ended");
      assert.deepEqual(own.used, ["1002"]);
      assert.deepEqual(own.ends, [""]);
      assert.equal(at(id), "8001 1002");
    });

    it(`is asked again when the route cannot be had: ${id}`, async () => {
      const own = await router(id);
      pbx(id).peer.pbx.dnd.add("1003");
      await call(id, own);
      const { dialogue } = own;
      await own.client.unary(methods.selectRoute, { dialogue, number: "1003" });
      await own.heard("reRoute");
      await own.client.unary(methods.selectRoute, { dialogue, number: "1004" });
      await own.heard("ended");
      assert.equal(at(id), "8001 1004");
    });

    it(`leaves the call to the PBX when the application dies: ${id}`, async () => {
      const own = await router(id);
      await call(id, own);
      own.stop();
      await until("the PBX has routed by itself", () => at(id) === "8001 1001");
      await until("nothing is registered", () => pbx(id).peer.routeing.registrations === 0);
      assert.equal(pbx(id).peer.routeing.dialogues, 0);
    });
  }

  for (const { id, server } of encodings) {
    it(`has one monitor of each device at the PBX, however many listen: ${id}`, async () => {
      const sharing = async (): Promise<readonly number[]> => {
        const { monitors, watched } =
          await first.client.unary(CstaService.method.listCstaSessions, {});
        return [monitors, watched];
      };
      const own = first.gateway.switch.devices().filter(({ link, category }) =>
        link === id && category !== "networkInterface").length;
      const { peer } = pbx(id);
      assert.deepEqual([own > 0, peer.monitored], [true, own]);
      const [monitors = 0, watched = 0] = await sharing();
      const app = await CstaApplication.connect(first.gateway.cstaPort(id) ?? 0,
        { protocol: server, framing: "len16" });
      await app.signIn("admin", first.adminPassword, [versions[server]]);
      for (let count = 0; count < 3; count += 1) {
        const started = await app.ask("MonitorStart",
          { monitorObject: { deviceObject: dn("1001") } });
        assert.ok(typeof started === "object", JSON.stringify(started));
      }
      assert.deepEqual([peer.monitored, await sharing()], [own, [monitors + 3, watched]]);
      app.socket.destroy();
    });
  }

  it("ends what is not answered in time, everywhere", async () => {
    await inEach(async (id) => {
      const own = await router(id);
      await call(id, own);
      await own.heard("ended");
      assert.match(own.ends[0] ?? "",
        registers(id) ? /^operation: routeingTimerExpired$/ : /^operation: /);
      await until("the PBX has routed by itself", () => at(id) === "8001 1001");
      await assert.rejects(own.client.unary(methods.selectRoute,
        { dialogue: own.dialogue, number: "1002" }), { code: status.NOT_FOUND });
    });
  });

  it("ends with a PBX that dies, and goes on when it is back", async () => {
    await inEach(async (id) => {
      const own = await router(id);
      await call(id, own);
      pbx(id).peer.restart();
      await own.heard("ended");
      assert.equal(own.ends[0],
        "systemResourceAvailability: resourceOutOfService");
      await until("the link is up again", () =>
        first.gateway.links.get(id)?.status.state.name === "up");
      if (registers(id)) {
        await until("it is registered", () => pbx(id).peer.routeing.registrations === 1);
      }
      await call(id, own);
      await own.client.unary(methods.selectRoute, { dialogue: own.dialogue, number: "1005" });
      await until("the call is where it was sent", () => at(id) === "8001 1005");
    });
  });

  it("has one client for a device, whichever way it comes, and says who", async () => {
    await router("xml");
    const late = new Router(first, "xml");
    routers.push(late);
    assert.equal((await late.collected.ended)?.code, status.ALREADY_EXISTS);
    const { routes } = await first.client.unary(methods.listRoutes, {});
    assert.ok(routes.some(({ link, device, client }) =>
      link === "xml" && device === "900" && client === "admin (csta xml)"), JSON.stringify(routes));
    const audit = await first.client.unary(SystemService.method.listAudit, {});
    assert.ok(audit.entries.some(({ action, subject }) =>
      action === "RouteRegister" && subject === "900"));
  });

  it("says of a PBX that has no routeing services that it has none", async () => {
    const refused = new Router(second, "none");
    routers.push(refused);
    assert.equal((await refused.collected.ended)?.code, status.UNIMPLEMENTED);
  });

  /** Whole elements of each encoding. */
  const elements: Readonly<Record<Id, string>> = { xml: "<v:ping xmlns:v=\"urn:example\"/>",
    phase3: "0403010203", phase2: "7d0706022a030401ff", phase1: "7d0706022a030401ff" };
  for (const { id } of encodings) {
    it(`passes private data through untouched, both ways: ${id}`, async () => {
      const element = elements[id];
      const client = second.connect();
      const stream = client.stream(PrivateDataService.method.watchPrivateData, { link: id });
      const told = new Collected<WatchPrivateDataResponse>(stream);
      const heard = async (kind: PrivateDataKind): Promise<void> => {
        const items = await told.until((all) => all.some((each) => each.kind === kind));
        const found = items.find((each) => each.kind === kind);
        assert.deepEqual([found?.link, found?.elements, found?.device], [id, [element],
          kind === PrivateDataKind.EVENT ? "1001" : ""]);
      };
      // The simulated PBX answers with what it was sent.
      const answer = await client.unary(PrivateDataService.method.escape,
        { link: id, elements: [element] });
      assert.deepEqual(answer.elements, [element]);
      const { peer } = pbx(id);
      peer.sayPrivate([element]);
      await heard(PrivateDataKind.ESCAPE);
      peer.sayPrivate([element], true);
      await heard(PrivateDataKind.STATUS);
      const { name, whole } = registers(id) ? { name: "privateEvent",
        whole: id === "xml" ? `<privateData><private>${element}</private></privateData>`
          : `a005${element}` } : { name: "private:0102", whole: element };
      peer.say({ type: "other", name, element: whole }, "1001");
      const items = await told.until((all) =>
        all.some((each) => each.kind === PrivateDataKind.EVENT));
      assert.deepEqual(items.find((each) => each.kind === PrivateDataKind.EVENT)?.elements,
        [whole]);
      stream.cancel();
    });
  }

  it("refuses private data to a PBX that does not take it", async () => {
    await assert.rejects(second.client.unary(PrivateDataService.method.escape,
      { link: "none", elements: ["0401ff"] }), { code: status.UNIMPLEMENTED });
    await assert.rejects(second.client.unary(PrivateDataService.method.escape,
      { link: "phase3", elements: ["ff".repeat(5_000)] }), { code: status.INVALID_ARGUMENT });
  });
});
