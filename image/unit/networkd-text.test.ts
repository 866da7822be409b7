import assert from "node:assert/strict";
import { noSettings } from "../../firmware/update/network-settings.js";
import { filesOf } from "./networkd-text.js";

const fixed = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" };

describe("files of the unit's network settings", () => {
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
    assert.match(files["wired.network"] ?? "", /^VLAN=lan12$/m);
    assert.doesNotMatch(files["wired.network"] ?? "", /DHCP=|Address=/);
    assert.match(files["vlan.netdev"] ?? "", /^Kind=vlan\n\n\[VLAN\]\nId=12$/m);
    assert.match(files["vlan.network"] ?? "", /^Name=lan12\n\n\[Network\]\nAddress=192/m);
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
  });
});
