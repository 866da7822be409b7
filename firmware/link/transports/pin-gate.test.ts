import assert from "node:assert/strict";
import { SimulatedWorld } from "../../base/world-simulated.js";
import { pieceOctets, pinPollMs, waitForPin, type Pin } from "./pin-gate.js";

/** A port of 9600 baud: an octet takes 1.04 ms. */
class Port {
  isOpen = true;
  up: boolean | undefined = true;
  line = "";
  readonly #world: SimulatedWorld;
  readonly #pin: Pin;

  constructor(world: SimulatedWorld, pin: Pin) {
    this.#world = world;
    this.#pin = pin;
    waitForPin(this, pin, 9_600, world);
  }

  /** The other pin is always down. */
  get(): Promise<Readonly<Record<Pin, boolean>>> {
    return this.up === undefined ? Promise.reject(new Error("no modem lines"))
      : Promise.resolve({ cts: false, dsr: false, [this.#pin]: this.up });
  }

  write(bytes: Buffer): Promise<void> {
    if (!this.isOpen) return Promise.reject(new Error("Port is not open"));
    this.line += bytes.toString("latin1");
    return Promise.resolve();
  }

  async after(ms: number): Promise<string> {
    await this.#world.advance(ms);
    return this.line;
  }
}

for (const pin of ["cts", "dsr"] as const) describe(`flow control by ${pin}`, () => {
  const text = "0123456789".repeat(20);

  it("sends in pieces, stops within one when the pin falls, goes on there", async () => {
    const port = new Port(new SimulatedWorld(1), pin);
    const written = port.write(Buffer.from(text));
    assert.equal(await port.after(1), text.slice(0, pieceOctets));
    port.up = false;
    assert.equal(await port.after(5_000), text.slice(0, pieceOctets));
    port.up = true;
    assert.equal(await port.after(5_000), text);
    await written;
  });

  it("sends nothing while the pin is down from the beginning", async () => {
    const port = new Port(new SimulatedWorld(2), pin);
    port.up = false;
    void port.write(Buffer.from(text));
    assert.equal(await port.after(60_000), "");
    port.up = true;
    assert.equal(await port.after(pinPollMs), text.slice(0, pieceOctets));
  });

  it("does not hold a port that cannot tell, and ends when the port is closed", async () => {
    const silent = new Port(new SimulatedWorld(3), pin);
    silent.up = undefined;
    void silent.write(Buffer.from(text));
    assert.equal(await silent.after(1_000), text);
    const closed = new Port(new SimulatedWorld(4), pin);
    closed.up = false;
    const written = closed.write(Buffer.from(text));
    closed.isOpen = false;
    const refused = assert.rejects(written, /not open/);
    assert.equal(await closed.after(pinPollMs), "");
    await refused;
  });
});
