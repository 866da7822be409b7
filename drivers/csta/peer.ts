/**
 * A simulated PBX that speaks CSTA in any encoding: associations, monitors, services, faults. For
 * `ctictl sim`, the conformance suite, and the tests of our own servers. It shares the codecs with
 * the driver and nothing else.
 */

import type { Cancellable } from "../../firmware/base/world.js";
import type { ConnectionState } from "../../firmware/model/states.js";
import type { CallDetail, CstaArgument, CstaCodec, CstaEvent, CstaMessage, CstaResult,
  CstaServiceName, SystemStatus } from "../../firmware/wire/csta/message.js";
import { panasonicReply } from "./peer-panasonic.js";
import { callDetail } from "./peer-records.js";
import { PeerPbx, type PeerCall, type PeerPlan } from "./peer-pbx.js";
import { PeerRouteing } from "./peer-routeing.js";
import { callService, deviceInformation, deviceService, systemService, type PeerAnswer }
  from "./peer-services.js";

/** The PBX's end of a line. */
export interface PeerLine {
  send(bytes: Uint8Array): void;
  onReceive(handler: (bytes: Uint8Array) => void): void;
  onClosed(handler: () => void): void;
  close(): void;
}

export interface CstaPeerPlan extends PeerPlan {
  /** One end of one connection: made anew for each. */
  codec(): CstaCodec;
  /** Absent: whoever comes is let in. */
  readonly user?: string;
  readonly password?: string;
  readonly association: "acse" | "session" | "none";
  /** The licence: monitors beyond it are refused. */
  readonly monitorsMax?: number;
  /** Sessions of lines that broke are kept so long; absent: not at all. */
  readonly keepSeconds?: number;
  /** A monitor that comes sooner than this after the one before makes the PBX drop the line. */
  readonly monitorGapMs?: number;
  /** How devices are listed. */
  /** So many entries of a snapshot in one message, which follows the answer; absent: in it. */
  readonly snapshotParts?: number;
  /** Avaya: displays and buttons are for registered terminals, which know this password. */
  readonly terminalPassword?: string;
  /** Records of calls are kept until they are fetched; absent: they are sent at once. */
  readonly storesRecords?: boolean;
  readonly discovery?: "switching-function-devices" | "panasonic" | "none";
}

/** Associations at once; one more is closed at once. */
export const linesMax = 100;
const sessionSeconds = 60;
const statusMs = 20;
/** Devices in one part of the list. */
const partMax = 20;
/** Where a monitor's cross reference starts: two octets. */
const crossRefModulo = 0x1_0000;

interface PeerMonitor {
  readonly device: string;
  suppressed: ReadonlySet<string>;
}

/** A session without a line. */
interface KeptSession {
  readonly monitors: Map<string, PeerMonitor>;
  readonly waiting: CstaMessage[];
  readonly timer: Cancellable;
}

/** Events that wait for an application that is away. */
export const waitingMax = 1_000;

interface Line {
  readonly line: PeerLine;
  readonly codec: CstaCodec;
  monitors: Map<string, PeerMonitor>;
  sessionID: string | undefined;
  /** Under which call records are sent to it. */
  cdrCrossRefID: string | undefined;
  associated: boolean;
  invokeID: number;
  lastMonitorMs: number;
}

/** An invocation of the PBX before it has its invoke id. */
interface Said {
  readonly service: CstaServiceName;
  readonly argument: CstaArgument;
}

export class CstaPeer {
  readonly pbx: PeerPbx;
  readonly #plan: CstaPeerPlan;
  readonly #lines = new Set<Line>();
  readonly #waiting = new Set<Cancellable>();
  readonly #kept = new Map<string, KeptSession>();
  readonly #records: CallDetail[] = [];
  /** Registered terminals. */
  readonly terminals = new Set<string>();
  readonly routeing: PeerRouteing<Line>;
  #crossRef = 0;
  #sessions = 0;
  #delayMs = 0;
  #isHanging = false;
  #isStopped = false;
  #missing = 0;
  #traffic: Cancellable | undefined;
  /** The licence: monitors beyond it are refused. */
  licences: number;
  /** Services that this PBX refuses as not supported, and events that it does not list. */
  readonly unsupported = new Set<string>();
  /** What came, by service or kind of message. */
  readonly heard: string[] = [];
  /** The newest argument of each service. */
  readonly asked: { [S in CstaServiceName]?: CstaArgument<S> } = {};

  constructor(plan: CstaPeerPlan) {
    this.#plan = plan;
    this.licences = plan.monitorsMax ?? Infinity;
    this.pbx = new PeerPbx(plan, (event, devices, call) => { this.#event(event, devices, call); },
      (call) => { this.#ended(call); });
    this.routeing = new PeerRouteing(this.pbx, { lines: () => this.#lines,
      invoke: (own, service, argument) => { this.#say(own, { service, argument } as Said); } });
  }

  get monitored(): number {
    return [...this.#lines, ...this.#kept.values()]
      .reduce((sum, { monitors }) => sum + monitors.size, 0);
  }

  accept(line: PeerLine): void {
    if (this.#lines.size >= linesMax) {
      line.close();
      return;
    }
    const codec = this.#plan.codec();
    const own: Line = { line, codec, monitors: new Map(), sessionID: undefined,
      cdrCrossRefID: undefined, invokeID: 0,
      associated: this.#plan.association === "none", lastMonitorMs: -Infinity };
    const decoder = codec.decoder();
    this.#lines.add(own);
    line.onReceive((bytes) => {
      for (const decoded of decoder.push(bytes)) {
        if (decoded.kind === "message" && !this.#isHanging) this.#message(own, decoded.message);
      }
    });
    line.onClosed(() => {
      this.#lines.delete(own);
      this.#keep(own);
      this.routeing.gone(own);
    });
    if (own.associated) this.#statusSoon(own);
  }

  // --- faults ---

  drop(): void {
    for (const { line } of [...this.#lines]) line.close();
  }

  restart(): void {
    this.routeing.forget();
    this.terminals.clear();
    this.pbx.restart();
    this.drop();
    this.#lines.clear();
    for (const sessionID of [...this.#kept.keys()]) this.#giveUp(sessionID);
  }

  #keep({ sessionID, monitors, associated }: Line): void {
    const { keepSeconds } = this.#plan;
    if (keepSeconds === undefined || sessionID === undefined || !associated) return;
    this.#kept.set(sessionID, { monitors, waiting: [], timer: this.pbx.world.clock.after(
      keepSeconds * 1_000, "peer.keep", () => { this.#giveUp(sessionID); }) });
  }

  #giveUp(sessionID: string): KeptSession | undefined {
    const kept = this.#kept.get(sessionID);
    kept?.timer.cancel();
    this.#kept.delete(sessionID);
    return kept;
  }

  hang(on: boolean): void {
    this.#isHanging = on;
  }

  delay(ms: number): void {
    this.#delayMs = ms;
  }

  garbage(bytes: Uint8Array): void {
    for (const { line } of this.#lines) line.send(bytes);
  }

  /** All monitors are over, and nobody is told. */
  forgetMonitors(): void {
    for (const { monitors } of [...this.#lines, ...this.#kept.values()]) monitors.clear();
  }

  /** So many reports of cleared connections are not told. */
  missCleared(count: number): void {
    this.#missing = count;
  }

  status(systemStatus: SystemStatus): void {
    for (const own of this.#lines) this.#sendStatus(own, systemStatus);
  }

  /** Says something of its maker's: alone, or with the system status. */
  sayPrivate(privateData: readonly string[], withStatus = false): void {
    const extensions = { privateData };
    for (const own of this.#lines) {
      this.#say(own, withStatus
        ? { service: "SystemStatus", argument: { systemStatus: "normal", extensions } }
        : { service: "Escape", argument: { extensions } });
    }
  }

  /** Says an event to the monitors of a device, whatever the calls are. */
  say(event: CstaEvent, device: string): void {
    this.#event(event, new Set([device]));
  }

  startTraffic(callsPerMinute: number): void {
    this.stopTraffic();
    const { world } = this.pbx;
    const extensions = [...this.pbx.extensions.keys()];
    const any = <T>(all: readonly T[]): T | undefined => all[world.random.integer(all.length)];
    const gapMs = 60_000 / callsPerMinute;
    this.#traffic = world.clock.after(gapMs, "peer.traffic", () => {
      const to = any(extensions) ?? "";
      const trunk = any(this.#plan.trunks ?? []);
      const ringMs = 1_000 + world.random.integer(4_000);
      const talkMs = 3_000 + world.random.integer(30_000);
      if (trunk !== undefined && world.random.integer(2) === 0) {
        this.pbx.call({ from: `01${40_000_000 + world.random.integer(9_999_999)}`, to, trunk,
          ringMs, talkMs });
      } else {
        const from = any(extensions.filter((each) => each !== to));
        if (from !== undefined) this.pbx.call({ from, to, ringMs, talkMs });
      }
      this.startTraffic(callsPerMinute);
    });
  }

  stopTraffic(): void {
    this.#traffic?.cancel();
    this.#traffic = undefined;
  }

  stop(): void {
    this.#isStopped = true;
    this.stopTraffic();
    this.routeing.forget();
    this.pbx.restart();
    for (const timer of this.#waiting) timer.cancel();
    for (const sessionID of [...this.#kept.keys()]) this.#giveUp(sessionID);
  }

  // --- the line ---

  #send(own: Line, message: CstaMessage): void {
    if (this.#isHanging || this.#isStopped) return;
    const bytes = own.codec.encode(message);
    if (bytes === undefined) return;
    if (this.#delayMs === 0) own.line.send(bytes);
    else this.#later(this.#delayMs, () => { own.line.send(bytes); });
  }

  #later(ms: number, run: () => void): void {
    const timer = this.pbx.world.clock.after(ms, "peer.line", () => {
      this.#waiting.delete(timer);
      run();
    });
    this.#waiting.add(timer);
  }

  #nextInvokeID(own: Line): number {
    own.invokeID = own.invokeID % 9_998 + 1;
    return own.invokeID;
  }

  #say(own: Line, said: Said): void {
    this.#send(own, { kind: "invoke", invokeID: this.#nextInvokeID(own), ...said } as CstaMessage);
  }

  #statusSoon(own: Line): void {
    this.#later(statusMs, () => { this.#sendStatus(own, "normal"); });
  }

  #sendStatus(own: Line, systemStatus: SystemStatus): void {
    if (!own.associated) return;
    this.#say(own, { service: "SystemStatus", argument: { systemStatus } });
  }

  #event(event: CstaEvent, devices: ReadonlySet<string>, call?: PeerCall): void {
    if (event.type === "connectionCleared" && this.#missing > 0) {
      this.#missing -= 1;
      return;
    }
    for (const own of [...this.#lines, ...this.#kept.values()]) {
      for (const [monitorCrossRefID, { device, suppressed }] of own.monitors) {
        if (!devices.has(device) || suppressed.has(nameOf(event))) continue;
        const state: ConnectionState = call?.connections.get(device)?.state ?? "null";
        const message: CstaMessage = { kind: "event", monitorCrossRefID,
          event: call === undefined ? event : { ...event, localConnectionInfo: state } };
        if ("line" in own) this.#send(own, message);
        else if (own.waiting.length < waitingMax) own.waiting.push(message);
      }
    }
  }

  /** What is recorded of a call that is over goes to whoever asked for records. */
  #ended(call: PeerCall): void {
    const detail = callDetail(this.pbx, call);
    if (this.#records.length < waitingMax) this.#records.push(detail);
    for (const own of this.#lines) {
      if (own.cdrCrossRefID === undefined) continue;
      if (this.#plan.storesRecords !== true) this.#sendRecords(own);
      else {
        this.#send(own, { kind: "invoke", invokeID: this.#nextInvokeID(own),
          service: "CallDetailRecordsNotification",
          argument: { cdrCrossRefID: own.cdrCrossRefID, cdrReason: "thresholdReached" } });
      }
    }
  }

  #sendRecords(own: Line): void {
    const cdrInfo = this.#records.splice(0);
    this.#send(own, { kind: "invoke", invokeID: this.#nextInvokeID(own),
      service: "CallDetailRecordsReport", argument: { cdrInfo, lastStoredCDRReportSent: true,
        ...(own.cdrCrossRefID === undefined ? {} : { cdrCrossRefID: own.cdrCrossRefID }) } });
  }

  /** It will send no more records. */
  stopRecords(): void {
    for (const own of this.#lines) {
      if (own.cdrCrossRefID === undefined) continue;
      this.#send(own, { kind: "invoke", invokeID: this.#nextInvokeID(own),
        service: "StopCallDetailRecordsTransmission",
        argument: { cdrCrossRefID: own.cdrCrossRefID } });
      own.cdrCrossRefID = undefined;
    }
  }

  #message(own: Line, message: CstaMessage): void {
    this.heard.push(message.kind === "invoke" ? message.service : message.kind);
    if (this.heard.length > 10_000) this.heard.shift();
    switch (message.kind) {
      case "handshake":
        if (message.step === "begin") this.#send(own, { kind: "handshake", step: "answer" });
        return;
      case "associate": this.#associate(own, message); return;
      case "keep-session":
        this.#send(own, { kind: "session-kept", invokeID: message.invokeID,
          duration: sessionSeconds });
        return;
      case "release":
        this.#send(own, { kind: "released",
          ...(message.invokeID === undefined ? {} : { invokeID: message.invokeID }) });
        own.associated = false;
        own.monitors.clear();
        this.routeing.gone(own);
        return;
      case "unknown-invoke":
        this.#send(own, { kind: "error", invokeID: message.invokeID,
          error: { category: "operation", value: "serviceNotSupported" } });
        return;
      case "invoke": this.#invoke(own, message); return;
      default: return;
    }
  }

  #associate(own: Line, message: Extract<CstaMessage, { readonly kind: "associate" }>): void {
    const { user, password } = this.#plan;
    const id = message.invokeID === undefined ? {} : { invokeID: message.invokeID };
    if (user !== undefined && (message.user !== user || message.password !== password)) {
      this.#send(own, { kind: "association-refused", ...id,
        reason: message.user === undefined ? "authentication-required"
          : "authentication-failed" });
      return;
    }
    own.associated = true;
    const kept = message.sessionID === undefined ? undefined : this.#giveUp(message.sessionID);
    if (kept === undefined) this.#sessions += 1;
    else own.monitors = kept.monitors;
    own.sessionID = this.#plan.association !== "session" ? undefined
      : kept === undefined ? `S${this.#sessions}` : message.sessionID;
    const version = message.versions[0];
    this.#send(own, { kind: "associated", ...id,
      ...(version === undefined ? {} : { version }),
      ...(own.sessionID === undefined ? {} : { sessionID: own.sessionID,
        duration: Math.min(message.duration ?? sessionSeconds, sessionSeconds) }) });
    for (const each of kept?.waiting ?? []) this.#send(own, each);
    this.#statusSoon(own);
  }

  #invoke(own: Line, invoke: Extract<CstaMessage, { readonly kind: "invoke" }>): void {
    const { invokeID, service } = invoke;
    Object.assign(this.asked, { [service]: invoke.argument });
    if (!own.associated) {
      this.#send(own, { kind: "abort" });
      own.line.close();
      return;
    }
    const answer = this.routeing.answer(own, invoke) ?? this.#answer(own, invoke);
    if (answer === undefined || answer === "taken") return;
    if ("error" in answer) this.#send(own, { kind: "error", invokeID, error: answer.error });
    else this.#send(own, { kind: "result", invokeID, service, result: answer.result });
  }

  #answer(
    own: Line, invoke: Extract<CstaMessage, { readonly kind: "invoke" }>,
  ): PeerAnswer | undefined {
    if (this.unsupported.has(invoke.service)) {
      return { error: { category: "operation", value: "serviceNotSupported" } };
    }
    switch (invoke.service) {
      case "MonitorStart": return this.#startMonitor(own, invoke);
      case "ChangeMonitorFilter": {
        const monitor = own.monitors.get(invoke.argument.monitorCrossRefID);
        if (monitor === undefined) {
          return { error: { category: "operation", value: "invalidMonitorCrossRefID" } };
        }
        monitor.suppressed = new Set(invoke.argument.requestedMonitorFilter);
        return { result: { actualMonitorFilter: invoke.argument.requestedMonitorFilter } };
      }
      case "MonitorStop":
        own.monitors.delete(invoke.argument.monitorCrossRefID);
        return { result: {} };
      case "GetSwitchingFunctionDevices": return this.#list(own);
      case "StartCallDetailRecordsTransmission":
        own.cdrCrossRefID = "0c";
        this.#records.length = 0;
        return { result: { cdrCrossRefID: "0c" } };
      case "SendStoredCallDetailRecords":
        this.#later(1, () => { this.#sendRecords(own); });
        return { result: {} };
      case "Escape":
        if (this.#plan.discovery === "panasonic") {
          this.#panasonic(own, invoke.argument.extensions.privateData ?? []);
          return { result: {} };
        }
        return { result: invoke.argument };
      default: {
        const offered = <N extends string>(names: ReadonlySet<N>): readonly N[] =>
          [...names].filter((name) => !this.unsupported.has(name));
        const [services, events] = [offered(own.codec.services), offered(own.codec.events)];
        return callService(this.pbx, invoke)
          ?? this.#terminal(invoke)
          ?? this.#inParts(own, invoke, deviceService(this.pbx, invoke))
          ?? deviceInformation(this.pbx, invoke, services, events)
          ?? systemService(invoke.service, services, events)
          ?? { error: { category: "operation", value: "serviceNotSupported" } };
      }
    }
  }

  #startMonitor(
    own: Line, { argument }: Extract<CstaMessage, { readonly kind: "invoke";
      readonly service: "MonitorStart" }>,
  ): PeerAnswer | undefined {
    const { monitorGapMs = 0, world } = this.#plan;
    const nowMs = world.clock.monotonicMs();
    if (nowMs - own.lastMonitorMs < monitorGapMs) {
      own.line.close();
      return undefined;
    }
    own.lastMonitorMs = nowMs;
    const { monitorObject, requestedMonitorFilter: filter = [] } = argument;
    if (filter.length > 0 && this.unsupported.has("requestedMonitorFilter")) {
      return { error: { category: "operation", value: "invalidMonitorFilter" } };
    }
    const device = "deviceObject" in monitorObject
      ? this.pbx.numberOf(monitorObject.deviceObject) : "";
    if (!this.pbx.devices.includes(device)) {
      return { error: { category: "operation", value: "invalidMonitorObject" } };
    }
    if (this.monitored >= this.licences) {
      return { error: { category: "systemResourceAvailability",
        value: "overallMonitorLimitExceeded" } };
    }
    this.#crossRef = (this.#crossRef + 1) % crossRefModulo;
    const monitorCrossRefID = this.#crossRef.toString(16).padStart(4, "0");
    own.monitors.set(monitorCrossRefID,
      { device, suppressed: new Set(filter) });
    return { result: { monitorCrossRefID } };
  }

  #terminal(invoke: Extract<CstaMessage, { readonly kind: "invoke" }>): PeerAnswer | undefined {
    const { terminalPassword } = this.#plan;
    switch (invoke.service) {
      case "RegisterTerminal": {
        const { device, loginInfo } = invoke.argument;
        if (loginInfo.password !== terminalPassword) {
          return { result: { device, code: 2, reason: "wrong password" } };
        }
        this.terminals.add(this.pbx.numberOf(device));
        return { result: { device, signalingEncryption: "none", code: 1 } };
      }
      case "UnregisterTerminal":
        this.terminals.delete(this.pbx.numberOf(invoke.argument.device));
        return { result: { code: 1 } };
      case "SetDisplay": case "GetDisplay": case "ButtonPress": case "GetButtonInformation":
      case "GetLampMode":
        return terminalPassword === undefined
          || this.terminals.has(this.pbx.numberOf(invoke.argument.device)) ? undefined
          : { error: { category: "stateIncompatibility", value: "invalidDeviceState" } };
      default: return undefined;
    }
  }

  /** Somebody else takes the telephone. */
  unregister(device: string): void {
    this.terminals.delete(device);
    this.say({ type: "other", name: "terminalUnregistered",
      element: `<device><deviceIdentifier>${device}</deviceIdentifier></device>` }, device);
  }

  /** A snapshot's data in messages of their own, the first of them before the answer. */
  #inParts(
    own: Line, { service }: Extract<CstaMessage, { readonly kind: "invoke" }>,
    answer: PeerAnswer | undefined,
  ): PeerAnswer | undefined {
    const { snapshotParts } = this.#plan;
    if (snapshotParts === undefined || answer === undefined || "error" in answer
      || (service !== "SnapshotDevice" && service !== "SnapshotCall")) return answer;
    const { snapshotData = [], ...rest } = answer.result as CstaResult<"SnapshotCall">;
    this.#crossRef = (this.#crossRef + 1) % crossRefModulo;
    const serviceCrossRefID = this.#crossRef.toString(16).padStart(4, "0");
    const part = (at: number): void => {
      const lastSegment = at + snapshotParts >= snapshotData.length;
      this.#send(own, { kind: "invoke", invokeID: this.#nextInvokeID(own),
        service: `${service}Data`, argument: { serviceCrossRefID, lastSegment,
          segmentID: at / snapshotParts,
          snapshotData: snapshotData.slice(at, at + snapshotParts) } } as CstaMessage);
      if (!lastSegment) this.#later(1, () => { part(at + snapshotParts); });
    };
    part(0);
    return { result: { ...rest, serviceCrossRefID } };
  }

  #list(own: Line): PeerAnswer {
    if (this.#plan.discovery !== "switching-function-devices") {
      return { error: { category: "operation", value: "serviceNotSupported" } };
    }
    const { pbx } = this;
    const devices = pbx.devices;
    const serviceCrossRefID = "0001";
    this.#later(1, () => {
      for (let at = 0; at < devices.length; at += partMax) {
        this.#say(own, { service: "SwitchingFunctionDevices", argument: { serviceCrossRefID,
          segmentID: at / partMax, lastSegment: at + partMax >= devices.length,
          deviceList: devices.slice(at, at + partMax).map((number) => ({
            deviceID: pbx.device(number), deviceCategory: this.#category(number) })) } });
      }
    });
    return { result: { serviceCrossRefID } as CstaResult };
  }

  #category(number: string): "networkInterface" | "acd" | "routeingDevice" | "station" {
    if (this.#plan.trunks?.includes(number) === true) return "networkInterface";
    if (this.#plan.routeingDevices?.some((each) => each.number === number) === true) {
      return "routeingDevice";
    }
    return this.pbx.extensions.has(number) ? "station" : "acd";
  }

  /** Entries of extensions (category 5) or lines (2), in a shape like Panasonic's. */
  #panasonic(own: Line, privateData: readonly string[]): void {
    const wanted = privateData.some((hex) => hex.endsWith("02")) ? "networkInterface" : "station";
    const reply = panasonicReply(this.pbx.devices
      .filter((number) => this.#category(number) === wanted)
      .map((number) => ({ number, identifier: Number(this.pbx.device(number).text) })));
    this.#later(1, () => {
      this.#say(own, { service: "Escape",
        argument: { extensions: { privateData: [reply] } } });
    });
  }
}

function nameOf(event: CstaEvent): string {
  return event.type === "other" ? event.name : event.type;
}
