import assert from "node:assert/strict";
import { filesOf, isAddress, isHostName, isProxy, isServer, noSettings, readSettings, vlanOf }
  from "./network-settings.js";

const fixed = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" };

describe("network settings of the unit", () => {
  it("leave everything to the image where nothing was set", () => {
    assert.deepEqual(Object.values(filesOf(noSettings)).filter((text) => text !== undefined), []);
  });

  it("write an address as networkd reads it", () => {
    assert.match(filesOf({ ...noSettings, fixed })["wired.network"] ?? "",
      /^Address=192\.0\.2\.10\/24\nGateway=192\.0\.2\.1\nDNS=192\.0\.2\.53\n/m);
    assert.match(filesOf({ ...noSettings, hostName: "lyon-1" })["wired.network"] ?? "",
      /^DHCP=yes\n[^]*^Hostname=lyon-1$/m);
  });

  it("put the address on the VLAN where there is one, and none beside it", () => {
    const files = filesOf({ ...noSettings, fixed, vlan: 12 });
    assert.match(files["wired.network"] ?? "", /^VLAN=lan$/m);
    assert.doesNotMatch(files["wired.network"] ?? "", /DHCP=|Address=/);
    assert.match(files["vlan.netdev"] ?? "", /^Kind=vlan\n\n\[VLAN\]\nId=12$/m);
    assert.match(files["vlan.network"] ?? "", /^Name=lan\n\n\[Network\]\nAddress=192/m);
  });

  it("name time servers as chrony reads them", () => {
    assert.equal(filesOf({ ...noSettings, timeServers: ["ntp.example", "192.0.2.9"] })
      ["time/unit.sources"], "server ntp.example iburst\nserver 192.0.2.9 iburst\n");
  });

  it("name a proxy as the runtime reads it", () => {
    const proxy = "http://proxy.example:3128";
    assert.equal(filesOf({ ...noSettings, proxy })["proxy.environment"],
      `NODE_USE_ENV_PROXY=1\nHTTP_PROXY=${proxy}\nHTTPS_PROXY=${proxy}\n`
      + "NO_PROXY=localhost,127.0.0.1,::1\n");
    for (const wrong of ["https://proxy:1", "http://a:b@proxy:1", "http://proxy", "http://p:0",
      "http://p:1/x", "http://p:1\nX=y"]) assert.equal(isProxy(wrong), false, wrong);
  });

  it("take nothing that is not well formed, from people or from a file", () => {
    for (const wrong of ["192.0.2.256/24", "192.0.2.1/33", "a.b.c.d/8", "1.2.3.4/24\n[Route]"]) {
      assert.equal(isAddress(wrong, true), false, wrong);
    }
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
});
