import assert from "node:assert/strict";
import { draftOf, pageAfter, settingsOf } from "./network.js";

const settings = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53", vlan: 12,
  timeServers: ["ntp.example", "192.0.2.9"], hostName: "lyon", proxy: "http://192.0.2.5:3128" };
const empty = { address: "", gateway: "", dns: "", vlan: 0, timeServers: [], hostName: "",
  proxy: "" };

describe("form of the network settings", () => {
  it("gives back what it was filled with", () => {
    assert.deepEqual(settingsOf(draftOf(settings)), settings);
    assert.deepEqual(settingsOf(draftOf(undefined)), empty);
    assert.equal(draftOf(undefined).dhcp, true);
  });

  it("leaves the address out where DHCP gives it", () => {
    assert.deepEqual(settingsOf({ ...draftOf(settings), dhcp: true }),
      { ...settings, address: "", gateway: "", dns: "" });
  });

  it("takes servers with commas or spaces between, and no number for one", () => {
    const draft = draftOf(settings);
    assert.deepEqual(settingsOf({ ...draft, timeServers: " a.example b.example,c.example " })
      .timeServers, ["a.example", "b.example", "c.example"]);
    assert.ok(settingsOf({ ...draft, vlan: "twelve" }).vlan > 4_094);
  });

  it("knows the page's next address, unless DHCP gives it", () => {
    assert.equal(pageAfter(settings, "8443"), "https://192.0.2.10:8443/#/system");
    assert.equal(pageAfter(settings, ""), "https://192.0.2.10/#/system");
    assert.equal(pageAfter(empty, "8443"), undefined);
  });
});
