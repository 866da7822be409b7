import assert from "node:assert/strict";
import type { ConsoleFacts } from "../../firmware/update/unit-board.js";
import { Menu, menuText, stateText, type Action, type Unit } from "./console-menu.js";

const facts: ConsoleFacts = { unit: "lyon", version: "0.1.0", language: "en", webPort: 8443,
  fingerprint: "AA:BB", firstAdmin: "admin / abcde-fghij", alarms: 1, stage: "idle",
  links: [{ id: "pbx", state: "up" }], offered: "" };
const unit: Unit = { facts, version: "0.1.0", slot: "a", addresses: ["192.0.2.7", "2001:db8::1"],
  recoveryKey: "0a1b2-c3d4e" };

function actionOf(menu: Menu, ...lines: readonly string[]): Action | undefined {
  let action: Action | undefined;
  for (const line of lines) ({ action } = menu.take(line));
  return action;
}

describe("console menu", () => {
  it("shows where the page is, how to trust it and how to sign in", () => {
    const text = stateText(unit, "en");
    for (const shown of ["https://192.0.2.7:8443/", "https://[2001:db8::1]:8443/", "AA:BB",
      "admin / abcde-fghij", "0a1b2-c3d4e", "pbx up", "slot a", "lyon"]) {
      assert.ok(text.includes(shown), shown);
    }
    assert.doesNotMatch(stateText({ ...unit, facts: { ...facts, firstAdmin: "" } }, "en"),
      /sign-in|0a1b2/);
  });

  it("says that there is no address, and that the gateway is starting", () => {
    assert.match(stateText({ ...unit, addresses: [] }, "en"), /no network address/);
    assert.match(stateText({ ...unit, facts: undefined }, "fr"), /La passerelle démarre/);
    assert.match(stateText({ ...unit, facts: { ...facts, stage: "on-trial" } }, "en"),
      /on trial/);
  });

  it("speaks both languages, changed by one key", () => {
    const menu = new Menu("fr");
    assert.match(menuText("fr"), /Redémarrer/);
    assert.deepEqual(menu.take("3").action, { name: "show" });
    assert.equal(menu.language, "en");
  });

  it("does nothing that cannot be taken back without a yes", () => {
    for (const [key, name] of [["7", "restart"], ["8", "power-off"], ["9", "factory-reset"]]) {
      assert.equal(actionOf(new Menu("en"), key ?? "", ""), undefined);
      assert.equal(actionOf(new Menu("en"), key ?? "", "no"), undefined);
      assert.deepEqual(actionOf(new Menu("en"), key ?? "", "yes"), { name });
      assert.deepEqual(actionOf(new Menu("fr"), key ?? "", "OUI"), { name });
    }
  });

  it("asks for an address, and refuses what is none", () => {
    assert.deepEqual(actionOf(new Menu("en"), "2", "192.0.2.10/24", "192.0.2.1", "192.0.2.53",
      "yes"), { name: "network", change: { fixed: { address: "192.0.2.10/24",
      gateway: "192.0.2.1", dns: "192.0.2.53" } } });
    assert.deepEqual(actionOf(new Menu("en"), "2", "dhcp", "yes"),
      { name: "network", change: { fixed: undefined } });
    const menu = new Menu("en");
    menu.take("2");
    assert.match(menu.take("192.0.2.10").text, /not of this form/);
    assert.ok(menu.idle);
  });

  it("asks the gateway for a test, a support bundle, and what a stick offers", () => {
    assert.deepEqual(actionOf(new Menu("en"), "10"), { name: "ask", wish: "test-links" });
    assert.deepEqual(actionOf(new Menu("fr"), "11"), { name: "ask", wish: "support" });
    assert.equal(actionOf(new Menu("en"), "13", ""), undefined);
    assert.deepEqual(actionOf(new Menu("en"), "13", "yes"),
      { name: "ask", wish: "install-offer" });
    assert.match(stateText({ ...unit, facts: { ...facts, offered: "0.2.0" } }, "en"),
      /ready to be installed: +0\.2\.0/);
    assert.doesNotMatch(stateText(unit, "en"), /ready to be installed/);
  });

  it("asks for VLAN, time servers, host name and proxy", () => {
    for (const [key, line, change] of [["4", "12", { vlan: 12 }], ["4", "", { vlan: undefined }],
      ["5", "ntp.example  192.0.2.9", { timeServers: ["ntp.example", "192.0.2.9"] }],
      ["5", "", { timeServers: [] }], ["6", "lyon-1", { hostName: "lyon-1" }],
      ["6", "", { hostName: "" }], ["12", "", { proxy: "" }],
      ["12", "http://192.0.2.5:3128", { proxy: "http://192.0.2.5:3128" }]] as const) {
      assert.deepEqual(actionOf(new Menu("en"), key, line, "yes"), { name: "network", change });
    }
    for (const [key, line] of [["4", "5000"], ["5", "a;b"], ["5", "a b c d e"], ["6", "a b"],
      ["12", "http://user:secret@proxy:1"], ["12", "proxy.example"], ["12", "http://p:99999"]]) {
      const menu = new Menu("fr");
      menu.take(key ?? "");
      assert.match(menu.take(line ?? "").text, /pas de cette forme/);
    }
  });

  it("knows no other choice", () => {
    assert.match(new Menu("en").take("sh").text, /no such choice/);
  });
});
