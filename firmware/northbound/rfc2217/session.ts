/**
 * One program at the other end: Telnet's options, the COM port's commands, data both ways. What is
 * not known of Telnet is refused, as RFC 855 has it.
 */

import type { Result } from "../../base/result.js";
import type { Cancellable, World } from "../../base/world.js";
import type { LineSettings, TerminalLine } from "../../terminal/line.js";
import { controls, decodeComPort, encodeComPort, modemBits, parities, stopSizes,
  type ComPortMessage, type ComPortName } from "../../wire/rfc2217.js";
import { options, telnet, type TelnetMessage, type Verb } from "../../wire/telnet.js";
import type { PinWish } from "../../terminal/terminal.js";

/** Bytes that wait for a program that has asked for silence; more of them are lost to it. */
export const heldBytesMax = 1_048_576;
const modemPollMs = 500;
const plain: LineSettings =
  { baudRate: 9_600, dataBits: 8, parity: "none", stopBits: 1, flowControl: "none" };

/** What a session does to the terminal. */
export interface SessionTerminal {
  type(bytes: Uint8Array): Promise<Result<void>>;
  signal(wish: PinWish): Promise<Result<void>>;
  settings(): LineSettings | undefined;
  change(next: LineSettings): Promise<Result<void>>;
  modemLines: TerminalLine["modemLines"];
}

export interface SessionPlan {
  readonly world: World;
  readonly terminal: SessionTerminal;
  readonly signature: string;
  readonly send: (bytes: Uint8Array) => void;
}

/** What each side may do here: we (`will`) and the program (`do`). */
const accepted: readonly number[] = [options.binary, options.suppressGoAhead, options.comPort];

export class Rfc2217Session {
  readonly #plan: SessionPlan;
  readonly #decoder = telnet.decoder();
  /** Options that are on, by the verb that says so. */
  readonly #on = new Set<string>();
  /** Commands and data are done one after the other, in the order in which they came. */
  #turn: Promise<void> = Promise.resolve();
  #pins = { dtr: true, rts: true, brk: false };
  #held: Uint8Array[] | undefined;
  #heldBytes = 0;
  #modemMask = 255;
  #modemState: number | undefined;
  #poll: Cancellable | undefined;
  #closed = false;

  constructor(plan: SessionPlan) {
    this.#plan = plan;
  }

  begin(): void {
    for (const option of accepted) {
      this.#tell("will", option);
      this.#tell("do", option);
    }
  }

  close(): void {
    this.#closed = true;
    this.#poll?.cancel();
  }

  /** From the program. */
  push(chunk: Uint8Array): void {
    for (const decoded of this.#decoder.push(chunk)) {
      if (decoded.kind === "garbage") continue;
      const { message } = decoded;
      this.#turn = this.#turn.then(() => this.#closed ? undefined : this.#do(message));
    }
  }

  /** Resolves when all that was pushed has been done. */
  idle(): Promise<void> {
    return this.#turn;
  }

  /** From the PBX. */
  received(bytes: Uint8Array): void {
    if (this.#held === undefined) {
      this.#plan.send(telnet.encode({ kind: "data", bytes }));
    } else if (this.#heldBytes + bytes.length <= heldBytesMax) {
      this.#held.push(Uint8Array.from(bytes));
      this.#heldBytes += bytes.length;
    }
  }

  async #do(message: TelnetMessage): Promise<void> {
    switch (message.kind) {
      case "data": await this.#plan.terminal.type(message.bytes); return;
      case "option": this.#negotiate(message.verb, message.option); return;
      case "subnegotiation":
        if (message.option === options.comPort) await this.#command(message.bytes);
        return;
      case "command":
    }
  }

  /** An answer only to what changes something: two polite ends would answer each other for ever. */
  #negotiate(verb: Verb, option: number): void {
    const wanted = verb === "do" || verb === "will";
    const answer = verb === "do" || verb === "dont" ? { yes: "will", no: "wont" } as const
      : { yes: "do", no: "dont" } as const;
    const key = `${answer.yes} ${option}`;
    if (wanted && !accepted.includes(option)) {
      this.#send({ kind: "option", verb: answer.no, option });
    } else if (wanted) {
      this.#tell(answer.yes, option);
      if (option === options.comPort) this.#watchModem();
    } else if (this.#on.delete(key)) this.#send({ kind: "option", verb: answer.no, option });
  }

  #tell(verb: "will" | "do", option: number): void {
    const key = `${verb} ${option}`;
    if (this.#on.has(key)) return;
    this.#on.add(key);
    this.#send({ kind: "option", verb, option });
  }

  #send(message: TelnetMessage): void {
    if (!this.#closed) this.#plan.send(telnet.encode(message));
  }

  #answer(name: ComPortName, value: number, text = ""): void {
    const message: ComPortMessage = { name, from: "server", value, text };
    this.#send({ kind: "subnegotiation", option: options.comPort,
      bytes: encodeComPort(message) });
  }

  get #settings(): LineSettings {
    return this.#plan.terminal.settings() ?? plain;
  }

  async #command(bytes: Uint8Array): Promise<void> {
    const decoded = decodeComPort(bytes);
    if (!decoded.ok || decoded.value.from !== "client") return;
    const { name, value, text } = decoded.value;
    switch (name) {
      case "signature":
        if (text === "") this.#answer(name, 0, this.#plan.signature);
        return;
      case "setBaudRate": case "setDataSize": case "setParity": case "setStopSize":
        await this.#set(changed(this.#settings, name, value));
        this.#answer(name, valueOf(this.#settings, name));
        return;
      case "setControl": await this.#control(value); return;
      case "flowControlSuspend": this.#held ??= []; return;
      case "flowControlResume": this.#release(); return;
      // Errors of the line are not known here: the mask is taken, nothing is ever notified.
      case "setLineStateMask": this.#answer(name, value); return;
      case "setModemStateMask":
        this.#modemMask = value;
        this.#answer(name, value);
        return;
      case "purgeData":
        if (value !== 2 && this.#held !== undefined) this.#hold([]);
        this.#answer(name, value);
        return;
      case "notifyLineState": case "notifyModemState":
    }
  }

  /** What cannot be set stays: the answer says how it is. */
  async #set(next: LineSettings | undefined): Promise<void> {
    if (next === undefined || JSON.stringify(next) === JSON.stringify(this.#settings)) return;
    await this.#plan.terminal.change(next);
  }

  async #control(value: number): Promise<void> {
    const flow = flowOf(value);
    if (flow !== undefined || value === controls.askFlow) {
      await this.#set(flow === undefined ? undefined : { ...this.#settings, flowControl: flow });
      this.#answer("setControl", flowValues[this.#settings.flowControl]);
      return;
    }
    if (value >= controls.askInboundFlow) {
      // Both directions are held back alike, as the port has it.
      this.#answer("setControl", inboundFlowValues[this.#settings.flowControl]);
      return;
    }
    const pin = pinControls.find(({ ask, on, off }) =>
      value === ask || value === on || value === off);
    if (pin === undefined) return;
    if (value !== pin.ask) {
      const up = value === pin.on;
      const set = await this.#plan.terminal.signal(
        { breakMs: 0, dtr: undefined, rts: undefined, [pin.name]: up });
      // A port without pins is as it was told: programs would refuse to work with it.
      if (set.ok || set.fault.code === "service-not-supported") this.#pins[pin.name] = up;
    }
    this.#answer("setControl", this.#pins[pin.name] ? pin.on : pin.off);
  }

  #hold(held: Uint8Array[] | undefined): void {
    this.#held = held;
    this.#heldBytes = 0;
  }

  #release(): void {
    const held = this.#held ?? [];
    this.#hold(undefined);
    for (const bytes of held) this.received(bytes);
  }

  /** Told at the beginning and at each change; a port that cannot tell is told as all low. */
  #watchModem(): void {
    this.#poll?.cancel();
    void this.#plan.terminal.modemLines().then((lines) => {
      if (this.#closed) return;
      const { cts = false, dsr = false, dcd = false, ri = false } = lines ?? {};
      const state = (cts ? modemBits.cts : 0) | (dsr ? modemBits.dsr : 0)
        | (dcd ? modemBits.dcd : 0) | (ri ? modemBits.ri : 0);
      const moved = state ^ (this.#modemState ?? state);
      if (this.#modemState === undefined || (moved & this.#modemMask) !== 0) {
        // Each change bit stands four places below its state; that of the ring tells its end.
        const changes = (moved & ~(ri ? modemBits.ri : 0)) >> 4;
        this.#answer("notifyModemState", (state | changes) & this.#modemMask);
      }
      this.#modemState = state;
      this.#poll = this.#plan.world.clock.after(modemPollMs, "rfc2217.modem", () => {
        this.#watchModem();
      });
    });
  }
}

const pinControls = [
  { name: "brk", ask: controls.askBreak, on: controls.breakOn, off: controls.breakOff },
  { name: "dtr", ask: controls.askDtr, on: controls.dtrOn, off: controls.dtrOff },
  { name: "rts", ask: controls.askRts, on: controls.rtsOn, off: controls.rtsOff },
] as const;

const flowValues = { "none": controls.flowNone, "xon-xoff": controls.flowXonXoff,
  "rts-cts": controls.flowHardware, "dtr-dsr": controls.outboundDsr,
} satisfies Record<LineSettings["flowControl"], number>;
const inboundFlowValues = { "none": controls.inboundNone, "xon-xoff": controls.inboundXonXoff,
  "rts-cts": controls.inboundHardware, "dtr-dsr": controls.inboundDtr,
} satisfies Record<LineSettings["flowControl"], number>;

function flowOf(value: number): LineSettings["flowControl"] | undefined {
  return (["none", "xon-xoff", "rts-cts", "dtr-dsr"] as const)
    .find((one) => flowValues[one] === value);
}

type Setting = "setBaudRate" | "setDataSize" | "setParity" | "setStopSize";

/** Undefined where it is only asked for (0), or makes no sense. */
function changed(
  settings: LineSettings, name: Setting, value: number,
): LineSettings | undefined {
  switch (name) {
    case "setBaudRate":
      return value < 50 || value > 4_000_000 ? undefined : { ...settings, baudRate: value };
    case "setDataSize": {
      const dataBits = ([5, 6, 7, 8] as const).find((bits) => bits === value);
      if (dataBits === undefined) return undefined;
      const stopBits = dataBits !== 5 && settings.stopBits === 1.5 ? 2 : settings.stopBits;
      return { ...settings, dataBits, stopBits };
    }
    case "setParity": {
      const parity = parities[value - 1];
      return parity === undefined ? undefined : { ...settings, parity };
    }
    case "setStopSize": {
      const stopBits = stopSizes[value - 1];
      return stopBits === undefined || stopBits === 1.5 && settings.dataBits !== 5 ? undefined
        : { ...settings, stopBits };
    }
  }
}

function valueOf(settings: LineSettings, name: Setting): number {
  switch (name) {
    case "setBaudRate": return settings.baudRate;
    case "setDataSize": return settings.dataBits;
    case "setParity": return parities.indexOf(settings.parity) + 1;
    case "setStopSize": return stopSizes.indexOf(settings.stopBits) + 1;
  }
}
