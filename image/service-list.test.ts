import assert from "node:assert/strict";
import { parseServices, startedBy, stays } from "./service-list.js";

describe("list of services", () => {
  const kept = parseServices("# words\ndbus.service\nfstrim.service: once a week\n");

  it("gives each name its reason, if it has one", () => {
    assert.deepEqual([...kept], [["dbus.service", undefined], ["fstrim.service", "once a week"]]);
  });

  it("knows what a socket, path or timer starts: what it names, or what is called like it", () => {
    assert.equal(startedBy("a.socket", "[Socket]\nService=b.service\n"), "b.service");
    assert.equal(startedBy("a.path", "[Path]\nUnit=c.service\n"), "c.service");
    assert.equal(startedBy("a@.timer", "[Timer]\n"), "a@.service");
  });

  it("keeps what is listed, what starts it, other names of it, and units of other kinds", () => {
    assert.ok(stays("dbus.service", { text: "", target: undefined }, kept));
    assert.ok(stays("dbus.socket", { text: "", target: undefined }, kept));
    assert.ok(stays("dbus-org.example.service",
      { text: "", target: "dbus.service" }, kept));
    assert.ok(stays("basic.target", { text: "", target: undefined }, kept));
    assert.ok(!stays("cron.service", { text: "", target: undefined }, kept));
    assert.ok(!stays("cron.timer", { text: "", target: undefined }, kept));
    assert.ok(!stays("fstrim.service", { text: "", target: "cron.service" }, kept));
  });
});
