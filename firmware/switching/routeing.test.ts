/** Routeing clients and dialogues on simulated links, in virtual time. */

import assert from "node:assert/strict";
import { done, fail, type Result } from "../base/result.js";
import { SimulatedWorld } from "../base/world-simulated.js";
import { deviceId, linkId } from "../model/identifiers.js";
import type { RouteRequest } from "../model/routeing.js";
import { alternatesMax, answerMs, dialoguesMax, endMs, registrationsMax, Routeing, type RouteClient,
  type RouteNotice, type RouteRegistration } from "./routeing.js";
import { SimulatedLink, simulatedNumbers } from "./switch-simulated.js";

const link = linkId("pbx");
const device = deviceId("900");

class Client implements RouteClient {
  readonly notices: RouteNotice[] = [];

  constructor(readonly name: string) {}

  told(notice: RouteNotice): void { this.notices.push(notice); }

  get last(): RouteNotice | undefined { return this.notices.at(-1); }
}

function value<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function code(result: Result<unknown>): string {
  return result.ok ? "ok" : result.fault.code;
}

describe("routeing", () => {
  let world: SimulatedWorld;
  let pbx: SimulatedLink;
  let routeing: Routeing;
  let client: Client;

  beforeEach(() => {
    world = new SimulatedWorld(1);
    pbx = new SimulatedLink("pbx", { routeing: true });
    routeing = new Routeing({ world, numbers: simulatedNumbers,
      findLink: (id) => id === link ? pbx : undefined });
    client = new Client("crm");
  });

  const request = (native = "n1", more: Partial<RouteRequest> = {}): void => {
    routeing.told(link, { type: "routeRequest", dialogue: native, routeingDevice: device,
      callingDevice: { device: deviceId("0142685300") }, ...more });
  };
  const asked = (of = client): string => {
    const notice = of.last;
    assert.ok(notice !== undefined && "dialogue" in notice, "nothing was asked");
    return notice.dialogue;
  };
  const registered = async (at = device): Promise<RouteRegistration> =>
    value(await routeing.register(link, at, client));

  it("asks the client that registered, and carries its route to the PBX", async () => {
    const registration = await registered();
    request();
    assert.deepEqual(client.last, { type: "routeRequest", link, dialogue: asked(),
      routeingDevice: "900", callingDevice: { device: "0142685300" },
      replyTimeoutMs: answerMs });
    value(registration.answer({ type: "routeSelect", dialogue: asked(),
      routeSelected: "+33142000000", routeUsedReq: true }));
    routeing.told(link, { type: "routeUsed", dialogue: "n1",
      routeUsed: { device: deviceId("1001") } });
    assert.equal(client.last?.type, "routeUsed");
    routeing.told(link, { type: "routeEnd", dialogue: "n1" });
    assert.deepEqual(client.last, { type: "routeEnd", dialogue: asked() });
    assert.deepEqual(pbx.routed, ["register 900", { type: "routeSelect", dialogue: "n1",
      routeSelected: "00033142000000", routeUsedReq: true }]);
    assert.equal(world.timersPending.length, 0, "no timer is left");
  });

  it("asks again when the PBX cannot have the route", async () => {
    const registration = await registered();
    request();
    const dialogue = asked();
    value(registration.answer({ type: "routeSelect", dialogue, routeSelected: "1001" }));
    routeing.told(link, { type: "reRoute", dialogue: "n1", replyTimeoutMs: 1_000 });
    assert.deepEqual(client.last, { type: "reRoute", dialogue, replyTimeoutMs: 900 });
    value(registration.answer({ type: "routeSelect", dialogue, routeSelected: "1002" }));
    assert.deepEqual(pbx.routed.slice(1).map((each) =>
      typeof each === "object" && each.type === "routeSelect" ? each.routeSelected : each),
    ["1001", "1002"]);
  });

  it("lets the PBX take its default route when the client is silent", async () => {
    const registration = await registered();
    request();
    const dialogue = asked();
    await world.advance(answerMs - 1);
    assert.equal(client.notices.length, 1);
    await world.advance(1);
    const error = { category: "operation", value: "routeingTimerExpired" };
    assert.deepEqual(client.last, { type: "routeEnd", dialogue, error });
    assert.deepEqual(pbx.routed.at(-1), { type: "routeEnd", dialogue: "n1", error });
    assert.equal(code(registration.answer({ type: "routeSelect", dialogue,
      routeSelected: "1001" })), "route-unknown");
    assert.equal(routeing.figures.timeouts, 1);
  });

  it("answers before a PBX that waits for less gives up", async () => {
    await registered();
    request("n1", { replyTimeoutMs: 2_000 });
    await world.advance(1_800);
    assert.equal(client.last?.type, "routeEnd");
  });

  it("registers a device once, whoever comes, and anew when its client has gone", async () => {
    const registration = await registered();
    const other = new Client("other");
    assert.equal(code(await routeing.register(link, device, other)), "route-taken");
    registration.cancel();
    registration.cancel();
    value(await routeing.register(link, device, other));
    assert.deepEqual(pbx.routed, ["register 900"], "the other took over what was registered");
    request();
    assert.equal(client.notices.length, 0);
    assert.equal(other.last?.type, "routeRequest");
  });

  it("cancels at the PBX when nobody takes over", async () => {
    (await registered()).cancel();
    await world.advance(1);
    assert.deepEqual(pbx.routed, ["register 900", "cancel 900"]);
  });

  it("ends what runs when the client dies: the default route, or the route that stands",
    async () => {
      const registration = await registered();
      request("n1");
      request("n2");
      value(registration.answer({ type: "routeSelect", dialogue: asked(), routeSelected: "1001" }));
      registration.cancel();
      const error = { category: "systemResourceAvailability", value: "resourceOutOfService" };
      await world.advance(1);
      assert.deepEqual(pbx.routed.slice(2),
        [{ type: "routeEnd", dialogue: "n1", error }, "cancel 900"]);
      routeing.told(link, { type: "reRoute", dialogue: "n2" });
      assert.deepEqual(pbx.routed.at(-1), { type: "routeEnd", dialogue: "n2", error });
      assert.equal(world.timersPending.length, 0, "no timer is left");
    });

  it("ends what runs when the line is lost, and registers again when it is back", async () => {
    await registered();
    request();
    const dialogue = asked();
    routeing.linkDown(link);
    assert.deepEqual(client.last, { type: "routeEnd", dialogue,
      error: { category: "systemResourceAvailability", value: "resourceOutOfService" } });
    routeing.linkUp(link);
    await world.advance(1);
    assert.deepEqual(pbx.routed, ["register 900", "register 900"]);
    request("n2");
    assert.equal(client.last?.type, "routeRequest");
  });

  it("tells the client when its registration is not had again, or is ended", async () => {
    await registered();
    pbx.registering = () => Promise.resolve(fail("service-refused", "no"));
    routeing.linkDown(link);
    routeing.linkUp(link);
    await world.advance(1);
    assert.equal(client.last?.type, "routeRegisterAbort");
    assert.equal(routeing.registrations().length, 0);
    pbx.registering = () => Promise.resolve(done);
    await registered();
    routeing.told(link, { type: "routeRegisterAbort", routeingDevice: device });
    assert.equal(client.notices.length, 2);
    await registered();
    routeing.linkRemoved(link);
    assert.equal(client.notices.length, 3);
  });

  it("waits for the line only where it is asked to", async () => {
    pbx.registering = () => Promise.resolve(fail("link-down", "no line"));
    assert.equal(code(await routeing.register(link, device, client)), "link-down");
    assert.equal(code(await routeing.register(link, device, client, true)), "ok");
    pbx.registering = () => Promise.resolve(done);
    routeing.linkUp(link);
    await world.advance(1);
    request();
    assert.equal(client.last?.type, "routeRequest");
  });

  it("leaves nothing registered for a client whose registration failed meanwhile", async () => {
    let refuse: (result: Result<void>) => void = () => undefined;
    pbx.registering = () => new Promise((resolve) => { refuse = resolve; });
    const first = routeing.register(link, device, client);
    await world.advance(1);
    routeing.linkDown(link);
    pbx.registering = () => Promise.resolve(done);
    routeing.linkUp(link);
    await world.advance(1);
    refuse(fail("link-down", "lost"));
    assert.equal(code(await first), "link-down");
    await world.advance(1);
    assert.deepEqual(pbx.routed, ["register 900", "register 900", "cancel 900"]);
  });

  it("gives all other devices to who registered for all", async () => {
    const all = new Client("all");
    value(await routeing.register(link, undefined, all));
    await registered();
    request();
    request("n2", { routeingDevice: deviceId("901") });
    assert.deepEqual([client.notices.length, all.notices.length], [1, 1]);
  });

  it("ends at once what nobody can answer, and a name that comes anew", async () => {
    request();
    assert.deepEqual(pbx.routed, [{ type: "routeEnd", dialogue: "n1",
      error: { category: "systemResourceAvailability", value: "resourceOutOfService" } }]);
    assert.equal(routeing.figures.unclaimed, 1);
    await registered();
    request();
    const first = asked();
    request();
    assert.deepEqual(client.notices.map(({ type }) => type),
      ["routeRequest", "routeEnd", "routeRequest"]);
    assert.notEqual(asked(), first);
  });

  it("forgets a dialogue of which the PBX never tells the end", async () => {
    const registration = await registered();
    request();
    value(registration.answer({ type: "routeSelect", dialogue: asked(), routeSelected: "1001" }));
    await world.advance(endMs);
    assert.equal(client.last?.type, "routeEnd");
    assert.equal(world.timersPending.length, 0);
  });

  it("keeps the answers of one client from the dialogues of another", async () => {
    await registered();
    request();
    const other = value(await routeing.register(link, deviceId("901"), new Client("other")));
    assert.equal(code(other.answer({ type: "routeEnd", dialogue: asked() })), "route-unknown");
    assert.equal(code(other.answer({ type: "routeReject", dialogue: "none" })), "route-unknown");
  });

  it("lets the client try another number when one cannot be dialled", async () => {
    const registration = await registered();
    request();
    const dialogue = asked();
    assert.equal(code(registration.answer({ type: "routeSelect", dialogue,
      routeSelected: "somewhere" })), "destination-invalid");
    value(registration.answer({ type: "routeReject", dialogue, rejectCause: "busyOverflow" }));
    assert.deepEqual(pbx.routed.at(-1),
      { type: "routeReject", dialogue: "n1", rejectCause: "busyOverflow" });
  });

  it("dials alternate routes as it dials the first, and takes no endless list", async () => {
    const registration = await registered();
    request();
    const dialogue = asked();
    const select = (...alternateRoutes: readonly string[]) => registration.answer(
      { type: "routeSelect", dialogue, routeSelected: "1001", alternateRoutes });
    assert.equal(code(select("1002", "somewhere")), "destination-invalid");
    assert.equal(code(select(...Array.from({ length: alternatesMax + 1 }, () => "1002"))),
      "argument-invalid");
    value(select("1002", "+33142000000"));
    assert.deepEqual(pbx.routed.at(-1), { type: "routeSelect", dialogue: "n1",
      routeSelected: "1001", alternateRoutes: ["1002", "00033142000000"] });
  });

  it("refuses links without routeing services, and more clients than it has room for", async () => {
    assert.equal(code(await routeing.register(linkId("none"), device, client)), "link-unknown");
    for (let index = 0; index < registrationsMax; index += 1) {
      value(await routeing.register(link, deviceId(`n${index}`), client));
    }
    assert.equal(code(await routeing.register(link, device, client)), "queue-full");
    pbx.declared = { ...new SimulatedLink("x").declared };
    assert.equal(code(await routeing.register(link, device, client)), "service-not-supported");
  });

  it("bounds the dialogues: one more takes the default route", async () => {
    await registered();
    for (let index = 0; index <= dialoguesMax; index += 1) request(`n${index}`);
    assert.equal(client.notices.length, dialoguesMax);
    assert.equal(routeing.figures.unclaimed, 1);
  });
});
