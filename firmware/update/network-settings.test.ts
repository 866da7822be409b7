import assert from "node:assert/strict";
import { isAddress, isHostName, isNeighbour, isProxy, isServer, noSettings, readSettings, vlanOf,
  wrongSettings } from "./network-settings.js";

const fixed = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" };

describe("network settings of the unit", () => {
  it("take nothing that is not well formed, from people or from a file", () => {
    for (const wrong of ["192.0.2.256/24", "192.0.2.1/33", "a.b.c.d/8", "1.2.3.4/24\n[Route]",
      "192.0.2.01/24"]) {
      assert.equal(isAddress(wrong, true), false, wrong);
    }
    for (const wrong of ["https://proxy:1", "http://a:b@proxy:1", "http://proxy", "http://p:0",
      "http://p:1/x", "http://p:1\nX=y"]) assert.equal(isProxy(wrong), false, wrong);
    for (const wrong of ["-a", "a b", "a\nb", "", "x".repeat(64)]) {
      assert.equal(isHostName(wrong), false, wrong);
    }
    for (const wrong of ["ntp..example", "1.2.3", "a b", "x iburst\nserver y"]) {
      assert.equal(isServer(wrong), false, wrong);
    }
    assert.deepEqual([vlanOf(""), vlanOf("0"), vlanOf("4094"), vlanOf("4095"), vlanOf("x")],
      [{ vlan: undefined }, { vlan: undefined }, { vlan: 4_094 }, undefined, undefined]);
    for (const wrong of ["", "[]", "null", "{\"fixed\":{}}", "{\"vlan\":9999}",
      "{\"timeServers\":[\"a b\",3],\"hostName\":\"a b\"}"]) {
      assert.deepEqual(readSettings(wrong), { ...noSettings, fixed: undefined, vlan: undefined },
        wrong);
    }
    const all = { fixed, vlan: 7, timeServers: ["ntp.example"], hostName: "lyon",
      proxy: "http://proxy.example:3128" };
    assert.deepEqual(readSettings(JSON.stringify(all)), all);
  });

  it("know whether a gateway can be reached from an address", () => {
    assert.ok(isNeighbour("192.0.2.10/24", "192.0.2.1"));
    assert.ok(isNeighbour("10.1.2.3/8", "10.255.0.1"));
    for (const [address, gateway] of [["192.0.2.10/24", "192.0.3.1"],
      ["192.0.2.10/24", "192.0.2.10"], ["192.0.2.10/32", "192.0.2.1"]] as const) {
      assert.equal(isNeighbour(address, gateway), false, gateway);
    }
  });

  it("tell each wrong field by its name in the API, in both languages", () => {
    const wrong = wrongSettings({ fixed: { address: "192.0.2.10", gateway: "x", dns: "" },
      vlan: 4_095, timeServers: ["ntp.example", "a b"], hostName: "-", proxy: "proxy:3128" });
    assert.deepEqual(wrong.map(({ path }) => path),
      ["address", "gateway", "dns", "vlan", "time_servers[1]", "host_name", "proxy"]);
    for (const { message, french } of wrong) assert.notEqual(french ?? message, message);
    assert.deepEqual(wrongSettings({ ...noSettings, fixed: { ...fixed, gateway: "192.0.3.1" } })
      .map(({ path }) => path), ["gateway"]);
    assert.deepEqual(wrongSettings({ ...noSettings, timeServers: ["a", "b", "c", "d", "e"] })
      .map(({ path }) => path), ["time_servers"]);
    assert.deepEqual(wrongSettings({ ...noSettings, fixed, vlan: 12, hostName: "lyon" }), []);
  });
});
