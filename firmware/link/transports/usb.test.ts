/** The transport on a claim in memory; the claim itself is proved in `hw-tests/guest`. */

import assert from "node:assert/strict";
import { done, fail, inLanguage, ok, type Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { sendBufferMax } from "./duplex.js";
import type { UsbClaim } from "./usb-claim.js";
import { UsbTransport } from "./usb.js";

class BenchClaim implements UsbClaim {
  readonly written: string[] = [];
  reads = 0;
  released = false;
  #arrive: ((got: Result<Uint8Array>) => void) | undefined;
  #taken: ((sent: Result<void>) => void) | undefined;

  read(): Promise<Result<Uint8Array>> {
    this.reads += 1;
    return new Promise((resolve) => { this.#arrive = resolve; });
  }

  write = (bytes: Uint8Array): Promise<Result<void>> => {
    this.written.push(Buffer.from(bytes).toString());
    return new Promise((resolve) => { this.#taken = resolve; });
  };

  release(): Promise<void> {
    this.released = true;
    return Promise.resolve();
  }

  async arrive(got: Result<Uint8Array>): Promise<void> {
    this.#arrive?.(got);
    await turn();
  }

  async take(sent: Result<void> = done): Promise<void> {
    this.#taken?.(sent);
    await turn();
  }
}

async function turn(): Promise<void> {
  for (let count = 0; count < 5; count += 1) await Promise.resolve();
}

describe("USB transport", () => {
  let claim: BenchClaim;
  let transport: UsbTransport;
  let received: string[];
  let closed: string[];

  beforeEach(async () => {
    claim = new BenchClaim();
    transport = new UsbTransport(claim, "usb bench", new SimulatedWorld(1));
    received = [];
    closed = [];
    await turn();
    assert.equal(claim.reads, 0, "nothing is read before somebody listens");
    transport.onReceive((bytes) => { received.push(Buffer.from(bytes).toString()); });
    transport.onClosed((reason) => { closed.push(inLanguage(reason, "en")); });
    await turn();
  });

  it("hands on each transfer, and reads on when none came in time", async () => {
    await claim.arrive(ok(Buffer.from("a")));
    await claim.arrive(ok(new Uint8Array()));
    await claim.arrive(ok(Buffer.from("b")));
    assert.deepEqual([received, claim.reads], [["a", "b"], 4]);
  });

  it("reads nothing while it is paused", async () => {
    transport.pause();
    await claim.arrive(ok(Buffer.from("a")));
    assert.deepEqual([received, claim.reads], [["a"], 1]);
    transport.resume();
    await turn();
    assert.equal(claim.reads, 2);
  });

  it("is closed once when the device goes, and lets it go", async () => {
    await claim.arrive(fail("link-down", "Disconnected"));
    await transport.released;
    assert.deepEqual(closed, ["the device is gone: unplugged, or without power"]);
    assert.ok(claim.released);
    transport.close();
    assert.equal(closed.length, 1);
    const sent = transport.send(Buffer.from("x"));
    assert.equal(!sent.ok && sent.fault.code, "link-down");
  });

  it("lets the device go only when nothing is under way", async () => {
    transport.send(Buffer.from("x"));
    transport.close();
    await claim.arrive(ok(Buffer.from("late")));
    assert.deepEqual([received, claim.released], [[], false]);
    await claim.take();
    await transport.released;
    assert.deepEqual([closed, claim.released], [["closed by us"], true]);
  });

  it("sends one after the other, says when all is sent, refuses what is too much", async () => {
    let sent = 0;
    transport.whenSent(() => { sent += 1; });
    assert.equal(sent, 1);
    assert.ok(transport.send(Buffer.from("a")).ok && transport.send(Buffer.from("b")).ok);
    transport.whenSent(() => { sent += 1; });
    assert.deepEqual([claim.written, sent], [["a"], 1]);
    await claim.take();
    assert.deepEqual([claim.written, sent], [["a", "b"], 1]);
    const refused = transport.send(new Uint8Array(sendBufferMax));
    assert.equal(!refused.ok && refused.fault.code, "queue-full");
    await claim.take();
    assert.equal(sent, 2);
    assert.ok(transport.send(new Uint8Array(sendBufferMax)).ok);
  });

  it("is closed when the device takes nothing", async () => {
    transport.send(Buffer.from("a"));
    transport.send(Buffer.from("b"));
    await claim.take(fail("link-down", "usb: Cancelled"));
    assert.deepEqual([claim.written, closed], [["a"], ["usb: Cancelled"]]);
  });
});
