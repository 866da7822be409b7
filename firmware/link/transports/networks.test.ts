import assert from "node:assert/strict";
import { isNetwork, membership, plainAddress } from "./networks.js";

describe("networks", () => {
  it("knows addresses and networks of both families from anything else", () => {
    const right = ["192.0.2.7", "192.0.2.0/24", "0.0.0.0/0", "::1", "2001:db8::/32", "::/0"];
    const wrong = ["", "pbx", "192.0.2.300", "192.0.2.0/33", "::/129", "192.0.2.0/", "192.0.2.0/a",
      "192.0.2.0/24/8", "fe80::1%eth0", "/24"];
    assert.deepEqual(right.filter(isNetwork), right);
    assert.deepEqual(wrong.filter(isNetwork), []);
  });

  it("says who is a member", () => {
    const is = membership(["192.0.2.0/30", "198.51.100.9", "2001:db8::/32"]);
    const asked = ["192.0.2.3", "192.0.2.4", "198.51.100.9", "198.51.100.8", "2001:db8:1::2",
      "2001:db9::1"];
    assert.deepEqual(asked.map(is), [true, false, true, false, true, false]);
    assert.equal(membership(undefined)("203.0.113.1"), true);
  });

  it("shows an IPv4 address as such where both families share a socket", () => {
    assert.equal(plainAddress("::ffff:192.0.2.7"), "192.0.2.7");
    assert.equal(plainAddress("2001:db8::1"), "2001:db8::1");
  });
});
