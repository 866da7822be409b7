import assert from "node:assert/strict";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { SystemService } from "../../proto/gen/cti/gateway/v1/system_pb.js";
import { createBench, type Bench } from "./bench.test.js";

const { getNetwork, setNetwork } = SystemService.method;
const fixed = { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" };
const withoutVlan = { timeServers: ["ntp.example", "192.0.2.9"], hostName: "lyon",
  proxy: "http://192.0.2.5:3128" };
const rest = { ...withoutVlan, vlan: 12 };
const confirmBy = timestampFromMs(Date.parse("2026-11-23T08:05:00Z"));

function bench(): Bench {
  const made = createBench();
  made.on(getNetwork, () => ({ settings: { ...fixed, ...rest }, previous: { hostName: "paris" },
    confirmBy, addresses: ["192.0.2.10"] }));
  made.on(setNetwork, () => ({ confirmBy }));
  return made;
}

async function sent(line: string): Promise<unknown> {
  const made = bench();
  assert.equal(await made.run(line), 0, made.err);
  return made.sent.findLast(({ method }) => method === "SetNetwork")?.request;
}

describe("ctictl: system network", () => {
  it("shows what is in force, what comes back, and until when", async () => {
    const made = bench();
    assert.equal(await made.run("system network"), 0, made.err);
    for (const shown of ["192.0.2.10/24", "ntp.example, 192.0.2.9", "lyon", "08:05",
      "In force again unless confirmed", "paris", "by DHCP"]) {
      assert.ok(made.out.includes(shown), `${shown} in ${made.out}`);
    }
  });

  it("leaves what is not named as it is", async () => {
    assert.deepEqual(await sent("system network set --dhcp"), { settings: rest });
    assert.deepEqual(await sent("system network set --dns 192.0.2.54 --vlan 0"),
      { settings: { ...fixed, ...withoutVlan, dns: "192.0.2.54" } });
  });

  it("takes away what is named empty", async () => {
    const made = bench();
    assert.equal(await made.run(["system", "network", "set", "--time-server", "", "--host-name",
      "", "--proxy", ""]), 0, made.err);
    assert.deepEqual(made.sent.at(-1)?.request, { settings: { ...fixed, vlan: 12 } });
  });

  it("says how to confirm, and when that is not needed", async () => {
    const made = bench();
    await made.run("system network set --host-name nice");
    assert.match(made.out, /taken back at .*08:05.*\n.*system network confirm/);
    made.on(setNetwork, () => ({}));
    await made.run("system network set --host-name nice --lang fr");
    assert.match(made.out, /n'ont pas besoin de confirmation/);
  });

  it("asks for something to set, and for one way to an address", async () => {
    for (const line of ["system network set", "system network set --dhcp --dns 192.0.2.1",
      "system network nope"]) {
      const made = bench();
      assert.equal(await made.run(line), 2, made.out);
      assert.deepEqual(made.sent, []);
    }
  });

  it("has help in both languages", async () => {
    const made = bench();
    assert.equal(await made.run("system network set --help"), 0);
    assert.match(made.out, /--time-server <servers>/);
    made.variables["LANG"] = "fr_FR.UTF-8";
    await made.run("system network --help");
    assert.match(made.out, /Garder les réglages/);
  });
});
