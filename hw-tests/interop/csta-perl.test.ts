/**
 * An application in Perl, whose CSTA comes from Debian's Convert::ASN1 and not from here, on the
 * gateway's CSTA III server.
 */

import assert from "node:assert/strict";
import { execFile, execFileSync } from "node:child_process";
import path from "node:path";
import { simulateAmi, type Simulation } from "../../drivers/simulation.js";
import { nodeWorld } from "../../firmware/base/world-node.js";
import { startGatewayUnderTest, type GatewayUnderTest } from "../gateway-under-test.js";
import { until } from "../loopback/gateway-process.js";
import { need } from "../requirement.js";

const script = path.resolve("hw-tests/interop/csta-client.pl");
/** What stands before each PDU: two octets of length, HiPath's three, nothing. */
const framings = ["len16", "hipath3", "none"] as const;
const secret = "a secret of nobody";

function whyNoPerl(): string | undefined {
  try {
    execFileSync("perl", ["-MConvert::ASN1", "-e", "1"], { stdio: "ignore" });
    return undefined;
  } catch {
    return "apt-get install libconvert-asn1-perl";
  }
}

/** What the application says, line by line. */
function play(...parameters: readonly string[]): Promise<readonly string[]> {
  return new Promise((resolve, reject) => {
    execFile("perl", [script, ...parameters], { timeout: 60_000 }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout.trimEnd().split("\n"));
      else reject(new Error(`${error.message}\n${stdout}${stderr}`));
    });
  });
}

describe("a CSTA III application in Perl (interop)", function () {
  this.timeout(60_000);
  const world = nodeWorld(() => undefined, "error");
  let pbx: Simulation & { readonly port: number };
  let unit: GatewayUnderTest;

  before(async function () {
    need(this, "convert-asn1", whyNoPerl());
    const simulated = await simulateAmi({ world, seed: 1, address: "127.0.0.1", port: 0,
      user: "jackfield", secret });
    assert.ok(simulated.ok);
    pbx = simulated.value;
    unit = await startGatewayUnderTest({ environment: { AMI: secret }, config: `links:
  - id: head-office
    driver: asterisk-ami
    transport: { kind: tcp, host: 127.0.0.1, port: ${pbx.port} }
    options: { user: jackfield, secret: env:AMI, trunks: ["trunk-.*"], answerByNotify: true }
csta:
${framings.map((framing) => `  - { id: ${framing}, protocol: asn1-phase3, framing: ${framing}, `
    + "tls: false, port: 0 }").join("\n")}
` });
    await until("devices are known", () => unit.gateway.switch.devices().length > 5);
  });
  after(async () => {
    await unit?.stop();
    await pbx?.stop();
  });

  for (const [index, framing] of framings.entries()) {
    it(`${framing}: logs in, monitors, calls, answers, clears and leaves`, async () => {
      const [calling, called] = [`100${1 + 2 * index}`, `100${2 + 2 * index}`];
      const port = unit.gateway.cstaPort(framing);
      const lines = await play(framing, String(port), "admin", unit.adminPassword, calling,
        called);
      // As a Panasonic does, or a HiPath: the system status after login, and the causes.
      assert.deepEqual(lines, [
        "associated 0 1.3.12.0.218",
        "version 0000100000000000",
        `status ${framing === "hipath3" ? 1 : 2}`,
        "monitored",
        `called from ${calling}`,
        `event initiated subject=${calling} state=1 cause=44`,
        `event originated calling=${calling} called=${called} state=3 cause=44`,
        `event delivered subject=${called} calling=${calling} called=${called} state=3 cause=22`,
        "answered",
        `event established subject=${called} calling=${calling} called=${called} state=3 cause=22`,
        `snapshot ${called} 3,3`,
        "clearing",
        `event cleared subject=${calling} state=0 cause=48`,
        "monitor stopped",
        "released 0",
      ]);
    });
  }

  it("is refused with a wrong password, and says so", async () => {
    await assert.rejects(play("len16", String(unit.gateway.cstaPort("len16")), "admin", "wrong",
      "1001", "1002"), /associated 1 1\.3\.12\.0\.218/);
  });
});
