import assert from "node:assert/strict";
import { AccessService } from "../../proto/gen/cti/gateway/v1/access_pb.js";
import { createBench, type Bench } from "./bench.test.js";
import { sameFingerprint } from "./pinning.js";
import { withPort } from "./settings.js";

const path = "/home/ann/.config/jackfield/ctictl.json";

function gateway(mustChangePassword = false): Bench {
  const bench = createBench();
  bench.on(AccessService.method.signIn, () =>
    ({ token: "secret-token", user: { name: "ann", mustChangePassword } }));
  return bench;
}

describe("ctictl login", () => {
  it("asks about an unknown authority, and keeps it and the session privately", async () => {
    const bench = gateway();
    bench.interactive = true;
    bench.answers.push("yes", "ann", "password");
    assert.equal(await bench.run("login unit.example"), 0, bench.err);
    assert.match(bench.err, /SHA-256 AA:BB/);
    assert.equal(bench.sent[0]?.settings.authorityPem, "PEM");
    assert.equal(bench.sent[0]?.settings.token, undefined);
    assert.equal(bench.modes.get(path), 0o600);
    assert.deepEqual(JSON.parse(bench.files.get(path) ?? ""), { current: "unit.example:9443",
      gateways: { "unit.example:9443": { token: "secret-token", user: "ann",
        authorityPem: "PEM", fingerprint: "AA:BB" } } });
    assert.doesNotMatch(bench.out + bench.err, /secret-token/);
    await bench.run("whoami");
    assert.deepEqual([bench.sent[1]?.settings.address, bench.sent[1]?.settings.token,
      bench.sent[1]?.settings.authorityPem], ["unit.example:9443", "secret-token", "PEM"]);
    await bench.run("logout");
    assert.equal(JSON.parse(bench.files.get(path) ?? "").gateways["unit.example:9443"].token,
      undefined);
  });

  it("sends no password when the authority is not trusted", async () => {
    const refused = gateway();
    refused.interactive = true;
    refused.answers.push("no", "ann", "password");
    assert.equal(await refused.run("login"), 3);
    const alone = gateway();
    alone.input = "password";
    assert.equal(await alone.run("login --user ann --password-stdin"), 3);
    assert.match(alone.err, /--trust-fingerprint AA:BB/);
    const other = gateway();
    assert.equal(await other.run(
      "login --user ann --password-stdin --trust-fingerprint cc:dd"), 3);
    assert.deepEqual([refused.sent, alone.sent, other.sent], [[], [], []]);
  });

  it("warns loudly when a known gateway shows another authority", async () => {
    const bench = gateway();
    bench.input = "password";
    await bench.run("login --user ann --password-stdin --trust-fingerprint AABB");
    assert.equal(await bench.run("login --user ann --password-stdin"), 0);
    bench.authority = { ...bench.authority, fingerprint: "EE:FF" };
    assert.equal(await bench.run("login --user ann --password-stdin"), 3);
    assert.match(bench.err, /ANOTHER authority/);
  });

  it("has the first password changed at once", async () => {
    const bench = gateway(true);
    bench.interactive = true;
    bench.answers.push("oui", "ann", "old", "new password 1", "new password 1");
    assert.equal(await bench.run("login"), 0);
    assert.deepEqual(bench.sent.map(({ method, request }) => [method, request])[1],
      ["SetPassword", { currentPassword: "old", newPassword: "new password 1" }]);
    assert.equal(bench.sent[1]?.settings.token, "secret-token");
    bench.answers.push("ann", "old", "new password 1", "other");
    assert.equal(await bench.run("login"), 8);
  });
});

describe("ctictl connection settings", () => {
  it("come from options before variables before what was saved", async () => {
    const bench = gateway();
    bench.files.set(path, JSON.stringify({ current: "saved:1", gateways: {
      "saved:1": { token: "t-saved", authorityPem: "P" } } }));
    bench.files.set("ca.pem", "CA");
    await bench.run("whoami");
    bench.variables["CTICTL_ADDRESS"] = "variable";
    bench.variables["CTICTL_TOKEN"] = "t-variable";
    await bench.run("whoami");
    await bench.run("whoami --address option:5 --token t-option --ca ca.pem --lang fr");
    assert.deepEqual(bench.sent.map(({ settings }) => [settings.address, settings.token,
      settings.authorityPem, settings.language]), [
      ["saved:1", "t-saved", "P", "en"], ["variable:9443", "t-variable", undefined, "en"],
      ["option:5", "t-option", "CA", "fr"]]);
  });

  it("say what to do about a damaged file", async () => {
    const bench = gateway();
    bench.files.set(path, "{");
    assert.equal(await bench.run("whoami"), 2);
    assert.match(bench.err, /Delete .*ctictl\.json/);
  });

  it("know addresses and fingerprints in every spelling", () => {
    assert.deepEqual(["h", "h:1", "https://h/", "2001:db8::1", "[2001:db8::1]", "[::1]:5"]
      .map(withPort), ["h:9443", "h:1", "h:9443", "[2001:db8::1]:9443", "[2001:db8::1]:9443",
      "[::1]:5"]);
    assert.throws(() => withPort(""));
    assert.equal(sameFingerprint("AA:bb", "aabB"), true);
    assert.equal(sameFingerprint("", ""), false);
  });
});
