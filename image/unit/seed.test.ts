import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { readSeed } from "./seed.js";

const own = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const foreign = generateKeyPairSync("rsa", { modulusLength: 2_048 });
const publicKey = own.publicKey.export({ type: "spki", format: "pem" }).toString();
const unit = "4a41434b-4649-454c-8444-000000000001";
const network = { fixed: { address: "192.0.2.10/24", gateway: "192.0.2.1", dns: "192.0.2.53" },
  vlan: 12, timeServers: ["ntp.example"], hostName: "lyon", proxy: "http://proxy.example:3128" };

function take(seed: object, key = own.privateKey): unknown {
  const document = Buffer.from(JSON.stringify(seed));
  return readSeed(document, sign("sha256", document, key), publicKey, unit).network;
}

describe("seed stick", () => {
  it("gives the settings that are signed, for any unit or for this one", () => {
    assert.deepEqual(take({ version: 1, network }), network);
    assert.deepEqual(take({ version: 1, unit: unit.toUpperCase(), network }), network);
    assert.deepEqual(take({ version: 1, network: { hostName: "lyon" } }),
      { fixed: undefined, vlan: undefined, timeServers: [], hostName: "lyon", proxy: "" });
  });

  it("is refused by another key, for another unit, of another version", () => {
    assert.throws(() => take({ version: 1, network }, foreign.privateKey), /not signed/);
    assert.throws(() => take({ version: 1, unit: "another", network }), /for the unit another/);
    assert.throws(() => take({ version: 2, network }), /version/);
    const document = Buffer.from(JSON.stringify({ version: 1, network }));
    const signature = sign("sha256", document, own.privateKey);
    document[10] = 0x20;
    assert.throws(() => readSeed(document, signature, publicKey, unit), /not signed/);
  });

  it("is refused as a whole when one setting is not well formed", () => {
    for (const wrong of [{ vlan: 9_999 }, { hostName: "a b" }, { proxy: "ftp://x:1" },
      { fixed: { address: "1.2.3.4", gateway: "", dns: "" } }, { unknown: 1 }]) {
      assert.throws(() => take({ version: 1, network: { ...network, ...wrong } }),
        /the seed's network/);
    }
    assert.throws(() => take({ version: 1 }), /no network/);
  });
});
