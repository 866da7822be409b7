import assert from "node:assert/strict";
import { create } from "@bufbuild/protobuf";
import type { Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { SimulatedAppliance } from "../../update/appliance-simulated.js";
import { probationMs } from "../../update/network-probation.js";
import { noSettings } from "../../update/network-settings.js";
import { UnitNetwork } from "../../update/unit-network.js";
import { ConfirmNetworkRequestSchema, GetNetworkRequestSchema, SetNetworkRequestSchema }
  from "../../../proto/gen/cti/gateway/v1/system_pb.js";
import { simulatedGateway, type SimulatedGateway } from "./gateway-simulated.js";
import type { CallContext } from "./handler.js";
import { networkHandlers } from "./network-handlers.js";
import { timestamp } from "./time-message.js";

function good<T>(result: Result<T>): T {
  assert.ok(result.ok, result.ok ? "" : result.fault.message);
  return result.value;
}

function codeOf(result: Result<unknown>): string {
  return result.ok ? "" : result.fault.code;
}

const settings = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53", vlan: 12,
  timeServers: ["ntp.example"], hostName: "lyon", proxy: "http://192.0.2.5:3128" };
const byDhcp = { vlan: 0, timeServers: [], hostName: "", proxy: "" };

describe("SystemService: the appliance's network", () => {
  const world = new SimulatedWorld();
  let gateway: SimulatedGateway;
  let unit: SimulatedAppliance;
  const context: CallContext = { identity: undefined, language: "en", source: "grpc 192.0.2.9",
    deadlineMs: Infinity, signal: new AbortController().signal, identified: () => undefined };
  /** As a gateway that has just been started on the unit. */
  const handlers = () => networkHandlers({ ...gateway,
    network: new UnitNetwork({ world, board: unit, addressesChanged: () => undefined }) });
  const get = async () =>
    good(await handlers().getNetwork(create(GetNetworkRequestSchema), context));
  const set = (wished: object) =>
    handlers().setNetwork(create(SetNetworkRequestSchema, { settings: wished }), context);
  const confirm = () => handlers().confirmNetwork(create(ConfirmNetworkRequestSchema), context);

  before(async () => { gateway = await simulatedGateway({ world, links: [] }); });
  after(() => gateway.access.stop(0));
  beforeEach(() => {
    unit = new SimulatedAppliance();
    unit.nowMs = world.clock.wall().getTime();
  });

  it("is refused where the gateway does not run on an appliance", async () => {
    const none = networkHandlers({ ...gateway, network: undefined });
    assert.deepEqual([await none.getNetwork(create(GetNetworkRequestSchema), context),
      await none.setNetwork(create(SetNetworkRequestSchema, { settings }), context),
      await none.confirmNetwork(create(ConfirmNetworkRequestSchema), context)].map(codeOf),
    Array.from({ length: 3 }, () => "precondition"));
  });

  it("is by DHCP where nothing was set", async () => {
    assert.deepEqual(await get(), { settings: byDhcp, addresses: ["192.0.2.7"] });
  });

  it("goes on probation, and stays once it is confirmed", async () => {
    const confirmBy = timestamp(unit.nowMs + probationMs);
    assert.deepEqual(good(await set(settings)), { confirmBy });
    assert.deepEqual(await get(), { settings, addresses: ["192.0.2.7"], previous: byDhcp,
      confirmBy });
    assert.equal(codeOf(await confirm()), "precondition");
    unit.applyNetwork();
    good(await confirm());
    unit.endProbation();
    assert.deepEqual(await get(), { settings, addresses: ["192.0.2.7"] });
    assert.equal(codeOf(await confirm()), "precondition");
  });

  it("is as before when nobody confirms, and tells when that was", async () => {
    good(await set(settings));
    unit.applyNetwork();
    unit.nowMs += probationMs;
    unit.endProbation();
    assert.deepEqual(await get(), { settings: byDhcp, addresses: ["192.0.2.7"],
      takenBackAt: timestamp(unit.nowMs) });
    good(await set(settings));
    assert.equal((await get()).takenBackAt, undefined);
  });

  it("is as before at once when those settings are set", async () => {
    good(await set(settings));
    assert.deepEqual(good(await set(byDhcp)), {});
    assert.deepEqual(await get(), { settings: byDhcp, addresses: ["192.0.2.7"] });
  });

  it("asks the unit for nothing that is in force already", async () => {
    const { confirmBy } = good(await set(settings));
    assert.deepEqual(good(await set(settings)), { confirmBy });
    assert.deepEqual(unit.asked, ["network set"]);
  });

  it("names each field that is wrong, in both languages, and changes nothing", async () => {
    const wrong = await set({ ...settings, gateway: "192.0.3.1", vlan: 5_000,
      timeServers: ["a b"] });
    assert.ok(!wrong.ok);
    assert.equal(wrong.fault.code, "argument-invalid");
    assert.deepEqual(wrong.fault.fields?.map(({ path }) => path),
      ["settings.gateway", "settings.vlan", "settings.time_servers[0]"]);
    assert.match(wrong.fault.french ?? "", /settings\.vlan attendu : 1 à 4094/);
    const half = await set({ gateway: "192.0.2.1" });
    assert.deepEqual(half.ok ? [] : half.fault.fields?.map(({ path }) => path),
      ["settings.address", "settings.dns"]);
    const none = await handlers().setNetwork(create(SetNetworkRequestSchema), context);
    assert.deepEqual(none.ok ? [] : none.fault.fields?.map(({ path }) => path), ["settings"]);
    assert.deepEqual([unit.asked, unit.settings], [[], noSettings]);
  });
});
