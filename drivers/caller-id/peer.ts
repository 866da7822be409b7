/** The far end: a modem that obeys commands, a Whozz Calling? box, a box of octets or reports. */

import { shownAt } from "../../firmware/base/local-time.js";
import type { World } from "../../firmware/base/world.js";
import { sleep } from "../../firmware/base/world.js";
import {
  callerIdCodec, readAbsence, type CallerIdMessage, type CallerParameter, type NetworkTime,
} from "../../firmware/wire/caller-id.js";
import {
  modemCodec, whozzCodec, type ModemLine, type WhozzDetail, type WhozzLine,
} from "../../firmware/wire/caller-id-lines.js";
import {
  reportCodec, type CallerReport, type ReportLayout,
} from "../../firmware/wire/caller-id-reports.js";
import { whozzDatagram } from "./whozz-datagrams.js";

export interface CallerIdPeerPlan {
  readonly box: "modem" | "whozz" | "mdmf" | "hid";
  readonly world: World;
  /** Towards the gateway. */
  readonly send: (bytes: Uint8Array) => void;
  /** Default `Europe/Paris`, as the driver's. */
  readonly timeZone?: string;
  /** Modem: the commands that it answers with ERROR. */
  readonly refuses?: readonly string[];
  /** Modem: prints identifications in hexadecimal, as after `AT+VCID=2`. */
  readonly unformatted?: boolean;
  /** Whozz: prints rings and hooks too. */
  readonly detail?: boolean;
  /** Whozz with a network port: every line as a datagram, each sent so often. */
  readonly datagrams?: number;
  /** Whozz: prints the ends of calls. Default true. */
  readonly ends?: boolean;
}

export interface PeerCall {
  /** `P`: private, `O`: out of area, undefined: the network identifies nobody. */
  readonly number?: string;
  readonly name?: string;
  readonly rings: number;
  /** 0 or absent: nobody answers. Only the Whozz box notices. */
  readonly talkMs?: number;
  /** Whozz: a call that somebody dials on the line. */
  readonly outgoing?: boolean;
  /** When after the first ring the network identifies the caller. */
  readonly identifiedMs?: number;
}

/** How the simulated HID box lays its reports out. */
export const simulatedReport: ReportLayout = { octets: 16, digits: { offset: 1, octets: 15 },
  state: { offset: 0, mask: 255, ring: 1, offHook: 2, onHook: 3, caller: 4 } };

export interface CallerIdPeer {
  /** Bytes from the gateway. */
  receive(bytes: Uint8Array): void;
  /** A whole call in the world's time. */
  play(call: PeerCall): Promise<void>;
  /** Prints as it stands. */
  print(text: string): void;
  /** Without power for a moment: a modem forgets what it was told. */
  restart(): void;
}

/** Ring bursts of the French network. */
export const cadenceMs = 5_000;
const identifiedMs = 1_500;
const boxLine = "01";

export function createCallerIdPeer(plan: CallerIdPeerPlan): CallerIdPeer {
  return new Peer(plan);
}

class Peer implements CallerIdPeer {
  readonly #plan: CallerIdPeerPlan;
  #typed = "";
  #echo = true;
  #identifies = false;

  constructor(plan: CallerIdPeerPlan) {
    this.#plan = plan;
  }

  receive(bytes: Uint8Array): void {
    if (this.#plan.box !== "modem") return;
    this.#typed += Buffer.from(bytes).toString("latin1");
    for (let end = this.#typed.indexOf("\r"); end >= 0; end = this.#typed.indexOf("\r")) {
      const command = this.#typed.slice(0, end).trim();
      this.#typed = this.#typed.slice(end + 1);
      this.#obey(command);
    }
  }

  async play(call: PeerCall): Promise<void> {
    if (this.#plan.box === "modem") await this.#ringModem(call);
    else if (this.#plan.box === "whozz") await this.#useLine(call);
    else if (this.#plan.box === "hid") await this.#report(call);
    else await this.#sendOctets(call);
  }

  print(text: string): void {
    this.#plan.send(Buffer.from(text, "latin1"));
  }

  restart(): void {
    this.#typed = "";
    this.#echo = true;
    this.#identifies = false;
  }

  #obey(command: string): void {
    if (this.#echo) this.#modem({ kind: "echo", command });
    if (this.#plan.refuses?.includes(command) === true) {
      this.#modem({ kind: "result", result: "ERROR" });
      return;
    }
    if (command === "ATZ") this.restart();
    if (command === "ATE0") this.#echo = false;
    if (/^AT(\+V|#)CID=1$/.test(command)) this.#identifies = true;
    this.#modem({ kind: "result", result: "OK" });
  }

  #modem(line: ModemLine): void {
    this.#plan.send(modemCodec.encode(line));
  }

  async #ringModem(call: PeerCall): Promise<void> {
    const { clock } = this.#plan.world;
    const identified = sleep(clock, call.identifiedMs ?? identifiedMs, "peer.identify")
      .then(() => { this.#identify(call); });
    for (let ring = 0; ring < call.rings; ring += 1) {
      if (ring > 0) await sleep(clock, cadenceMs, "peer.ring");
      this.#modem({ kind: "ring" });
    }
    await identified;
  }

  #identify(call: PeerCall): void {
    if (!this.#identifies || call.number === undefined) return;
    if (this.#plan.unformatted === true) {
      this.#modem({ kind: "packet", message: this.#message(call), sum: true });
      return;
    }
    const time = this.#now();
    const field = (tag: "DATE" | "TIME" | "NMBR" | "NAME", value: string): void => {
      this.#modem({ kind: "field", tag, value });
    };
    field("DATE", `${two(time.month)}${two(time.day)}`);
    field("TIME", `${two(time.hour)}${two(time.minute)}`);
    field("NMBR", call.number);
    if (call.name !== undefined) field("NAME", call.name);
  }

  async #report({ number, rings, talkMs = 0, identifiedMs: afterMs }: PeerCall): Promise<void> {
    const { clock } = this.#plan.world;
    const send = (report: CallerReport): void => {
      this.#plan.send(reportCodec(simulatedReport).encode(report));
    };
    const absence = number === undefined ? undefined : readAbsence(number);
    const identified = sleep(clock, afterMs ?? identifiedMs, "peer.identify").then(() => {
      if (absence !== undefined) send({ state: "caller", absence });
      else if (number !== undefined) send({ state: "caller", number });
    });
    for (let ring = 0; ring < rings; ring += 1) {
      if (ring > 0) await sleep(clock, cadenceMs, "peer.ring");
      send({ state: "ring" });
      // The line is free again between two bursts.
      send({ state: "onHook" });
    }
    await identified;
    if (talkMs === 0) return;
    send({ state: "offHook" });
    await sleep(clock, talkMs, "peer.talk");
    send({ state: "onHook" });
  }

  async #sendOctets(call: PeerCall): Promise<void> {
    await sleep(this.#plan.world.clock, call.identifiedMs ?? identifiedMs, "peer.identify");
    this.#plan.send(callerIdCodec.encode(this.#message(call)));
  }

  #message({ number = "O", name }: PeerCall): CallerIdMessage {
    const absence = readAbsence(number);
    const parameters: CallerParameter[] = [{ kind: "dateTime", ...this.#now() },
      absence === undefined ? { kind: "number", text: number }
        : { kind: "numberAbsence", reason: absence }];
    if (name !== undefined) parameters.push({ kind: "name", text: name });
    return { form: "mdmf", about: "call", parameters };
  }

  async #useLine(call: PeerCall): Promise<void> {
    const { clock } = this.#plan.world;
    const { rings, talkMs = 0, outgoing = false } = call;
    const started = this.#now();
    if (outgoing) {
      this.#detail("offHook");
      this.#whozz(call, "start", started, 0);
    } else {
      this.#detail("ring");
      await sleep(clock, call.identifiedMs ?? identifiedMs, "peer.identify");
      this.#whozz(call, "start", started, 0);
      await sleep(clock, Math.max(0, rings - 1) * cadenceMs, "peer.ring");
      if (talkMs > 0) this.#detail("offHook");
    }
    await sleep(clock, talkMs, "peer.talk");
    if (talkMs > 0) this.#detail("onHook");
    if (this.#plan.ends !== false) this.#whozz(call, "end", started, talkMs);
  }

  #detail(event: WhozzDetail): void {
    if (this.#plan.detail !== true) return;
    const { second } = this.#shown();
    this.#whozzLine({ kind: "detail", line: boxLine, event, ...this.#now(), second });
  }

  #whozz(
    { number = "", name = "", outgoing, rings }: PeerCall, phase: "start" | "end",
    started: NetworkTime, talkMs: number,
  ): void {
    const words = { P: "Private", O: "Out-of-Area" }[number];
    const line: WhozzLine = { kind: "call", layout: "comprehensive", line: boxLine,
      direction: outgoing === true ? "outgoing" : "incoming", phase,
      durationSeconds: Math.round(talkMs / 1_000), sumGood: true,
      ring: phase === "end" ? `A${Math.min(9, rings)}` : "A0", ...started,
      number: words ?? number, name };
    this.#whozzLine(line);
  }

  #whozzLine(line: WhozzLine): void {
    const printed = whozzCodec.encode(line);
    const { datagrams = 0, send } = this.#plan;
    if (datagrams === 0) send(printed);
    for (let count = 0; count < datagrams; count += 1) send(whozzDatagram(printed, 1, 4_711));
  }

  #shown(): ReturnType<typeof shownAt> {
    return shownAt(this.#plan.world.clock.wall().getTime(),
      this.#plan.timeZone ?? "Europe/Paris");
  }

  #now(): NetworkTime {
    const { month, day, hour, minute } = this.#shown();
    return { month, day, hour, minute };
  }
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
