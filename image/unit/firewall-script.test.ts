import assert from "node:assert/strict";
import { firewallScript, portsMax } from "./firewall-script.js";

describe("firewall script", () => {
  it("opens these ports and shuts all others", () => {
    assert.equal(firewallScript('{"tcp":[8443,5000],"udp":[]}'),
      "flush set inet jackfield open_tcp\nadd element inet jackfield open_tcp { 8443, 5000 }\n"
        + "flush set inet jackfield open_udp\n");
  });

  it("takes nothing but ports from whoever wrote the file", () => {
    for (const wrong of ['{"tcp":["22 }; flush ruleset"],"udp":[]}', '{"tcp":[0],"udp":[]}',
      '{"tcp":[65536],"udp":[]}', '{"tcp":[1.5],"udp":[]}', '{"tcp":[1]}', "[]", "{",
      `{"tcp":[${Array.from({ length: portsMax + 1 }, () => 1).join(",")}],"udp":[]}`]) {
      assert.throws(() => firewallScript(wrong), Error, wrong.slice(0, 40));
    }
  });
});
