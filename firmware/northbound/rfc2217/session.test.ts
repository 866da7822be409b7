import assert from "node:assert/strict";
import { done, fail, type Result } from "../../base/result.js";
import { SimulatedWorld } from "../../base/world-simulated.js";
import type { ModemLines } from "../../link/transport.js";
import type { LineSettings } from "../../terminal/line.js";
import { controls, decodeComPort, encodeComPort, stopSizes, type ComPortMessage,
  type ComPortName } from "../../wire/rfc2217.js";
import { options, telnet, type TelnetMessage } from "../../wire/telnet.js";
import { heldBytesMax, Rfc2217Session } from "./session.js";

/** A session whose program and whose line are this test. */
class Bench {
  readonly world = new SimulatedWorld();
  readonly session: Rfc2217Session;
  readonly #decoder = telnet.decoder();
  typed = "";
  signals: string[] = [];
  settings: LineSettings =
    { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1, flowControl: "none" };
  canChange = true;
  hasPins = true;
  lines: ModemLines | undefined;
  got: TelnetMessage[] = [];

  constructor() {
    this.session = new Rfc2217Session({ world: this.world, signature: "Jackfield x",
      send: (bytes) => {
        for (const one of this.#decoder.push(bytes)) {
          if (one.kind === "message") this.got.push(one.message);
        }
      },
      terminal: {
        type: (bytes) => {
          this.typed += Buffer.from(bytes).toString("latin1");
          return Promise.resolve(done);
        },
        signal: ({ brk, dtr, rts }) => {
          if (!this.hasPins) return Promise.resolve(fail("service-not-supported", "no pins"));
          this.signals.push(JSON.stringify({ brk, dtr, rts }));
          return Promise.resolve(done);
        },
        settings: () => this.settings,
        change: (next): Promise<Result<void>> => {
          if (!this.canChange) return Promise.resolve(fail("service-not-supported", "a link's"));
          this.settings = next;
          return Promise.resolve(done);
        },
        modemLines: () => Promise.resolve(this.lines),
      } });
  }

  async send(message: TelnetMessage): Promise<void> {
    this.session.push(telnet.encode(message));
    await this.session.idle();
  }

  /** Sends a command and gives what is answered. */
  async ask(name: ComPortName, value: number): Promise<readonly ComPortMessage[]> {
    this.got = [];
    await this.send({ kind: "subnegotiation", option: options.comPort,
      bytes: encodeComPort({ name, from: "client", value, text: "" }) });
    return this.commands();
  }

  commands(): readonly ComPortMessage[] {
    return this.got.flatMap((message) => {
      const decoded = message.kind === "subnegotiation" ? decodeComPort(message.bytes) : undefined;
      return decoded?.ok === true ? [decoded.value] : [];
    });
  }

  text(): string {
    return this.got.map((message) => message.kind === "data"
      ? Buffer.from(message.bytes).toString("latin1") : "").join("");
  }
}

const answer = (name: ComPortName, value: number): ComPortMessage =>
  ({ name, from: "server", value, text: "" });

describe("RFC 2217 session", () => {
  it("agrees on binary, no go-ahead and the COM port once, and refuses the rest", async () => {
    const bench = new Bench();
    bench.session.begin();
    assert.equal(bench.got.length, 6);
    bench.got = [];
    for (const verb of ["will", "do"] as const) {
      for (const option of [options.binary, options.suppressGoAhead, options.comPort]) {
        await bench.send({ kind: "option", verb, option });
      }
    }
    assert.deepEqual(bench.got.filter(({ kind }) => kind === "option"), [],
      "what was offered and taken needs no more words");
    bench.got = [];
    await bench.send({ kind: "option", verb: "do", option: options.echo });
    await bench.send({ kind: "option", verb: "will", option: 24 });
    await bench.send({ kind: "option", verb: "dont", option: 24 });
    assert.deepEqual(bench.got, [{ kind: "option", verb: "wont", option: options.echo },
      { kind: "option", verb: "dont", option: 24 }]);
    bench.session.close();
  });

  it("carries all octets both ways", async () => {
    const bench = new Bench();
    const all = Uint8Array.from({ length: 256 }, (_, octet) => octet);
    await bench.send({ kind: "data", bytes: all });
    bench.session.received(all);
    const text = Buffer.from(all).toString("latin1");
    assert.equal(bench.typed, text);
    assert.equal(bench.text(), text);
  });

  it("sets a port of its own, and says how it is when asked or when it makes no sense",
    async () => {
      const bench = new Bench();
      assert.deepEqual(await bench.ask("setBaudRate", 19_200), [answer("setBaudRate", 19_200)]);
      assert.deepEqual(await bench.ask("setDataSize", 7), [answer("setDataSize", 7)]);
      assert.deepEqual(await bench.ask("setParity", 3), [answer("setParity", 3)]);
      assert.deepEqual(await bench.ask("setStopSize", 2), [answer("setStopSize", 2)]);
      assert.deepEqual(await bench.ask("setControl", controls.flowHardware),
        [answer("setControl", controls.flowHardware)]);
      assert.deepEqual(bench.settings, { baudRate: 19_200, dataBits: 7, parity: "even",
        stopBits: 2, flowControl: "rts-cts" });
      for (const [name, asked, is] of [["setBaudRate", 0, 19_200], ["setBaudRate", 1, 19_200],
        ["setDataSize", 9, 7], ["setParity", 77, 3], ["setStopSize", 0, 2],
        ["setControl", controls.askFlow, controls.flowHardware],
        ["setControl", controls.askInboundFlow, controls.inboundHardware]] as const) {
        assert.deepEqual(await bench.ask(name, asked), [answer(name, is)]);
      }
      assert.deepEqual(await bench.ask("setControl", controls.outboundDsr),
        [answer("setControl", controls.outboundDsr)]);
      assert.equal(bench.settings.flowControl, "dtr-dsr");
      assert.deepEqual(await bench.ask("setControl", controls.askInboundFlow),
        [answer("setControl", controls.inboundDtr)]);
    });

  it("has 1.5 stop bits with five data bits only", async () => {
    const bench = new Bench();
    const half = stopSizes.indexOf(1.5) + 1;
    assert.deepEqual(await bench.ask("setStopSize", half), [answer("setStopSize", 1)]);
    await bench.ask("setDataSize", 5);
    assert.deepEqual(await bench.ask("setStopSize", half), [answer("setStopSize", half)]);
    await bench.ask("setDataSize", 7);
    assert.deepEqual([bench.settings.dataBits, bench.settings.stopBits], [7, 2]);
  });

  it("answers with how a link's line is set, whatever is asked", async () => {
    const bench = new Bench();
    bench.canChange = false;
    assert.deepEqual(await bench.ask("setBaudRate", 300), [answer("setBaudRate", 9_600)]);
    assert.deepEqual(await bench.ask("setParity", 2), [answer("setParity", 1)]);
    assert.deepEqual(await bench.ask("setControl", controls.flowXonXoff),
      [answer("setControl", controls.flowNone)]);
  });

  it("moves pins and the break, and remembers them where there are none", async () => {
    const bench = new Bench();
    assert.deepEqual(await bench.ask("setControl", controls.askDtr),
      [answer("setControl", controls.dtrOn)]);
    assert.deepEqual(await bench.ask("setControl", controls.dtrOff),
      [answer("setControl", controls.dtrOff)]);
    await bench.ask("setControl", controls.breakOn);
    await bench.ask("setControl", controls.breakOff);
    assert.deepEqual(bench.signals, ["{\"dtr\":false}", "{\"brk\":true}", "{\"brk\":false}"]);
    bench.hasPins = false;
    assert.deepEqual(await bench.ask("setControl", controls.rtsOff),
      [answer("setControl", controls.rtsOff)]);
    assert.deepEqual(await bench.ask("setControl", controls.askRts),
      [answer("setControl", controls.rtsOff)]);
  });

  it("tells the modem lines at the beginning, and changes that the mask lets through", async () => {
    const bench = new Bench();
    bench.lines = { cts: true, dsr: false, dcd: false };
    bench.session.begin();
    await bench.world.advance(1);
    assert.deepEqual(bench.commands(), [], "nothing before the program has agreed");
    await bench.send({ kind: "option", verb: "do", option: options.comPort });
    await bench.world.advance(1);
    assert.deepEqual(bench.commands(), [answer("notifyModemState", 0x10)]);
    bench.got = [];
    bench.lines = { cts: false, dsr: true, dcd: false };
    await bench.world.advance(1_000);
    assert.deepEqual(bench.commands(), [answer("notifyModemState", 0x23)]);
    await bench.ask("setModemStateMask", 0x80);
    bench.got = [];
    bench.lines = { cts: true, dsr: true, dcd: false };
    await bench.world.advance(1_000);
    assert.deepEqual(bench.commands(), []);
    bench.session.close();
  });

  it("tells that it rings, and with its own bit that it does no more", async () => {
    const bench = new Bench();
    bench.lines = { cts: true, dsr: false, dcd: false, ri: false };
    await bench.send({ kind: "option", verb: "do", option: options.comPort });
    await bench.world.advance(1);
    bench.got = [];
    bench.lines = { cts: true, dsr: false, dcd: false, ri: true };
    await bench.world.advance(1_000);
    bench.lines = { cts: true, dsr: false, dcd: false, ri: false };
    await bench.world.advance(1_000);
    assert.deepEqual(bench.commands(),
      [answer("notifyModemState", 0x50), answer("notifyModemState", 0x14)]);
    bench.session.close();
  });

  it("holds what comes while the program has suspended it, up to the bound", async () => {
    const bench = new Bench();
    await bench.ask("flowControlSuspend", 0);
    bench.session.received(Buffer.from("one "));
    bench.session.received(new Uint8Array(heldBytesMax));
    bench.session.received(Buffer.from("two"));
    assert.equal(bench.text(), "");
    await bench.ask("flowControlResume", 0);
    assert.equal(bench.text(), "one two");
    await bench.ask("flowControlSuspend", 0);
    bench.session.received(Buffer.from("gone"));
    assert.deepEqual(await bench.ask("purgeData", 1), [answer("purgeData", 1)]);
    await bench.ask("flowControlResume", 0);
    assert.equal(bench.text(), "");
  });

  it("gives its signature, and ignores what it does not know", async () => {
    const bench = new Bench();
    assert.deepEqual(await bench.ask("signature", 0),
      [{ name: "signature", from: "server", value: 0, text: "Jackfield x" }]);
    bench.got = [];
    await bench.send({ kind: "subnegotiation", option: options.comPort,
      bytes: Uint8Array.of(99, 1) });
    await bench.send({ kind: "subnegotiation", option: 24, bytes: Uint8Array.of(1) });
    await bench.send({ kind: "command", code: 241 });
    assert.deepEqual(bench.got, []);
  });
});
