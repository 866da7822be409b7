/** RouteingService and PrivateDataService on a simulated gateway. */

import assert from "node:assert/strict";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { deviceId, linkId } from "../../model/identifiers.js";
import { EscapeRequestSchema, WatchPrivateDataRequestSchema,
  type WatchPrivateDataResponseSchema } from "../../../proto/gen/cti/gateway/v1/private_data_pb.js";
import { EndRouteRequestSchema, ListRoutesRequestSchema, RegisterRouteRequestSchema, RejectCause,
  RejectRouteRequestSchema, SelectRouteRequestSchema, type RegisterRouteResponseSchema }
  from "../../../proto/gen/cti/gateway/v1/routeing_pb.js";
import { silenceMs } from "./event-watch.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { privateDataHandlers, privateQueueMax } from "./private-data-service.js";
import { noticesMax, routeingHandlers } from "./routeing-service.js";

type Told = MessageInitShape<typeof RegisterRouteResponseSchema>;
const pbx = linkId("pbx-1");

describe("RouteingService", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  let handlers: ReturnType<typeof routeingHandlers>;
  let abort: AbortController;
  const contextOf = (name: string): CallContext => ({
    identity: { name, role: "operator", roles: ["operator"], method: "password",
      mustChangePassword: false, credential: `user:${name}` },
    source: "grpc 192.0.2.9", deadlineMs: 1_000, language: "en", signal: abort.signal,
    identified: () => undefined });

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world });
    for (const link of gateway.simulatedLinks) link.declared = { ...link.declared, routeing: true };
    handlers = routeingHandlers(gateway);
    abort = new AbortController();
  });
  afterEach(async () => {
    abort.abort();
    await world.settle();
    assert.equal(gateway.routeing.registrations().length, 0, "nothing outlives its stream");
    await gateway.stop();
  });

  /** Reads a registration's stream in the background. */
  const register = async (
    device = "900", name = "ann",
  ): Promise<{ readonly told: Told[]; readonly faults: string[] }> => {
    const told: Told[] = [];
    const faults: string[] = [];
    const stream = handlers.registerRoute(
      create(RegisterRouteRequestSchema, { link: "pbx-1", device }), contextOf(name));
    void (async () => {
      for await (const item of stream) {
        if (item.ok) told.push(...item.value);
        else faults.push(item.fault.code);
      }
      faults.push("end");
    })();
    await world.settle();
    return { told, faults };
  };
  const request = async (native = "n1"): Promise<void> => {
    gateway.routeing.told(pbx, { type: "routeRequest", dialogue: native,
      routeingDevice: deviceId("900"),
      callingDevice: { device: deviceId("0142"), name: "Anna" } });
    await world.settle();
  };
  const dialogueOf = ({ told }: { readonly told: readonly Told[] }): string => {
    const item = told.at(-1)?.item;
    assert.ok(item?.case === "request");
    return item.value.dialogue ?? "";
  };

  it("tells requests and their end, and carries the answer", async () => {
    const own = await register();
    assert.deepEqual(own.told, [{ item: { case: "registered", value: {} } }]);
    await request();
    const dialogue = dialogueOf(own);
    const listed = await handlers.listRoutes(create(ListRoutesRequestSchema), contextOf("ann"));
    assert.deepEqual(listed, { ok: true, value: { routes: [{ link: "pbx-1", device: "900",
      client: "ann (grpc 192.0.2.9)", waiting: 1 }] } });
    const select = create(SelectRouteRequestSchema, { dialogue, number: "1002",
      remainRetries: 0, tellUsed: true });
    const stranger = await handlers.selectRoute(select, contextOf("bob"));
    assert.ok(!stranger.ok && stranger.fault.code === "route-unknown");
    assert.ok((await handlers.selectRoute(select, contextOf("ann"))).ok);
    assert.deepEqual(gateway.simulatedLinks[0]?.routed.at(-1), { type: "routeSelect",
      dialogue: "n1", routeSelected: "1002", remainRetries: 0, routeUsedReq: true });
    gateway.routeing.told(pbx, { type: "routeUsed", dialogue: "n1",
      routeUsed: { device: deviceId("1002") } });
    gateway.routeing.told(pbx, { type: "routeEnd", dialogue: "n1",
      error: { category: "operation", value: "invalidDestination" } });
    await world.settle();
    assert.deepEqual(own.told.slice(-2).map(({ item }) => item), [
      { case: "used", value: { dialogue, device: "1002" } },
      { case: "ended", value: { dialogue, error: "operation: invalidDestination" } }]);
    assert.ok(!(await handlers.selectRoute(select, contextOf("ann"))).ok);
  });

  it("rejects and ends", async () => {
    const own = await register();
    await request("n1");
    const first = dialogueOf(own);
    await request("n2");
    assert.ok((await handlers.rejectRoute(create(RejectRouteRequestSchema,
      { dialogue: first, cause: RejectCause.CALENDAR_OVERFLOW }), contextOf("ann"))).ok);
    assert.ok((await handlers.endRoute(create(EndRouteRequestSchema,
      { dialogue: dialogueOf(own) }), contextOf("ann"))).ok);
    assert.deepEqual(gateway.simulatedLinks[0]?.routed.slice(1), [
      { type: "routeReject", dialogue: "n1", rejectCause: "calendarOverflow" },
      { type: "routeEnd", dialogue: "n2" }]);
  });

  it("is refused what another has, and what is no request", async () => {
    await register();
    assert.deepEqual((await register("900", "bob")).faults, ["route-taken", "end"]);
    const none = handlers.registerRoute(create(RegisterRouteRequestSchema), contextOf("ann"));
    for await (const item of none) assert.ok(!item.ok && item.fault.code === "argument-invalid");
    const empty = await handlers.selectRoute(create(SelectRouteRequestSchema), contextOf("ann"));
    assert.ok(!empty.ok && empty.fault.code === "argument-invalid");
  });

  it("shows that it lives, and ends when the PBX withdraws the registration", async () => {
    const own = await register();
    await world.advance(silenceMs);
    assert.equal(own.told.length, 2);
    gateway.routeing.told(pbx, { type: "routeRegisterAbort", routeingDevice: deviceId("900") });
    await world.settle();
    assert.deepEqual(own.faults, ["service-refused", "end"]);
  });

  it("is no client any more when it does not read", async () => {
    const stream = handlers.registerRoute(
      create(RegisterRouteRequestSchema, { link: "pbx-1", device: "900" }),
      contextOf("ann"))[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    for (let index = 0; index < noticesMax + 3; index += 1) {
      gateway.routeing.told(pbx, { type: "routeRequest", dialogue: `n${index}`,
        routeingDevice: deviceId("900") });
    }
    await next;
    let last = await stream.next();
    for (let read = last; read.done !== true; read = await stream.next()) last = read;
    assert.ok(last.done !== true && !last.value.ok && last.value.fault.code === "queue-full");
  });
});

describe("PrivateDataService", () => {
  let world: SimulatedWorld;
  let gateway: SimulatedGateway;
  const context = { deadlineMs: 1_000, signal: new AbortController().signal } as
    unknown as CallContext;

  beforeEach(async () => {
    world = new SimulatedWorld();
    gateway = await simulatedGateway({ world });
  });
  afterEach(() => gateway.stop());

  it("passes private data to a PBX that takes it, and from one, with what was lost", async () => {
    const { escape, watchPrivateData } = privateDataHandlers(gateway);
    const ask = (link: string, elements: string[]) =>
      escape(create(EscapeRequestSchema, { link, elements }), context);
    const refused = await ask("pbx-1", ["0401ff"]);
    assert.ok(!refused.ok && refused.fault.code === "private-data-not-supported");
    const [link] = gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.declared = { ...link.declared, privateData: "csta3" };
    assert.deepEqual(await ask("pbx-1", ["0401ff"]), { ok: true, value: { elements: ["0401ff"] } });
    for (const wrong of [await ask("", ["00"]), await ask("pbx-1", []),
      await ask("pbx-1", ["f".repeat(9_000)])]) {
      assert.ok(!wrong.ok && wrong.fault.code === "argument-invalid");
    }
    const unknown = await ask("none", ["00"]);
    assert.ok(!unknown.ok && unknown.fault.code === "link-unknown");

    const told: MessageInitShape<typeof WatchPrivateDataResponseSchema>[] = [];
    const stream = watchPrivateData(
      create(WatchPrivateDataRequestSchema, { link: "pbx-1" }), context)[Symbol.asyncIterator]();
    const first = stream.next();
    await world.settle();
    for (let index = 0; index < privateQueueMax + 5; index += 1) {
      gateway.privateData.told(pbx, { type: "escape", elements: [`0401${index}`] });
    }
    for (let next = first; ; next = stream.next()) {
      const item = await next;
      assert.ok(item.done !== true && item.value.ok);
      told.push(...item.value.value);
      if (told.length > privateQueueMax) break;
    }
    gateway.privateData.told(linkId("other"), { type: "escape", elements: ["00"] });
    gateway.privateData.told(pbx, { type: "privateEvent", device: deviceId("101"),
      name: "privateEvent", element: "a003040101" });
    const last = await stream.next();
    assert.ok(last.done !== true && last.value.ok);
    const [event] = last.value.value;
    assert.deepEqual([event?.device, event?.elements, event?.lost],
      ["101", ["a003040101"], 4]);
    await stream.return?.();
  });

  it("drops what is larger than anything that a maker sends", () => {
    const [link] = gateway.simulatedLinks;
    assert.ok(link !== undefined);
    link.declared = { ...link.declared, privateData: "csta3" };
    const seen: unknown[] = [];
    const unwatch = gateway.privateData.watch((...notice) => { seen.push(notice); });
    gateway.privateData.told(pbx, { type: "escape", elements: ["f".repeat(9_000)] });
    gateway.privateData.told(pbx, { type: "escape", elements: Array<string>(17).fill("00") });
    unwatch();
    gateway.privateData.told(pbx, { type: "escape", elements: ["00"] });
    assert.deepEqual([seen.length, gateway.privateData.dropped], [0, 2]);
  });
});
