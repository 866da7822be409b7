/**
 * The conversation, whatever the encoding: greeting → association or application session → device
 * list → monitors → ready; then events in, services out, system status both ways.
 */

import {
  fail, faultText, inEachLanguage, inLanguage, ok, type Result, type Text,
} from "../../firmware/base/result.js";
import type { Decoder } from "../../firmware/base/codec.js";
import type { Cancellable } from "../../firmware/base/world.js";
import type { Capabilities, PeerIdentity, Proof, RouteingSession, Session, SessionContext }
  from "../../firmware/link/driver.js";
import { deviceId, type DeviceId } from "../../firmware/model/identifiers.js";
import type { ServiceRequest, ServiceResponse } from "../../firmware/model/services.js";
import type { LinkSnapshot } from "../../firmware/model/snapshot.js";
import { eventGroups, type CstaCodec, type CstaEvent, type CstaEventName, type CstaMessage,
  type SnapshotCallEntry, type SnapshotDeviceEntry }
  from "../../firmware/wire/csta/message.js";
import { associate, type Associated, type Credentials } from "./association.js";
import { answerInvoke, answerUnknown } from "./answers.js";
import { CallRecords } from "./call-records.js";
import { Calls } from "./calls.js";
import { devicesOf, DeviceList, isMonitorable, type ListedDevice } from "./devices.js";
import type { Dialect } from "./dialects.js";
import { Greeting } from "./greeting.js";
import { Invocations } from "./invocations.js";
import { keepSession, takeSession, type KeptSession } from "./kept-sessions.js";
import { connectionOf, mapEvent, type MapContext, type Reported } from "./map.js";
import { Monitors } from "./monitors.js";
import { DeviceNames } from "./names.js";
import { paceOf, type Pace } from "./pace.js";
import { PanasonicList } from "./panasonic-list.js";
import { prove } from "./probe.js";
import { RouteingServices } from "./routeing.js";
import { Segments } from "./segments.js";
import { perform } from "./services.js";
import { takeSnapshot, type Contained } from "./snapshot.js";
import { Supervision } from "./supervision.js";
import { Terminals } from "./terminals.js";
import { timers } from "./timers.js";

/** One PBX, as a driver's options describe it. */
export interface Profile {
  readonly driver: string;
  readonly dialect: Dialect;
  readonly codec: CstaCodec;
  readonly declared: Pick<Capabilities, "services" | "events">;
  readonly credentials: Credentials;
  /** Avaya: devices beside which we register, and where their password is. */
  readonly terminals: { readonly devices: readonly string[];
    readonly secret: string | undefined };
  /** The PBX is asked for its own records. */
  readonly callRecords: boolean;
  /** Of its clock, where it says none. */
  readonly timeZone: string;
  /** Displays, lamps and buttons are told too. */
  readonly physicalDevices: boolean;
  /** Monitors that it may have; undefined: as many as the PBX gives. */
  readonly monitorLicences: number | undefined;
  /** Numbers and ranges. */
  readonly devices: readonly string[];
  readonly trunks: readonly string[];
  readonly agents: readonly string[];
  /** Avaya: the switch whose device identifiers are asked for before the monitors. */
  readonly switchName?: string;
}

/** Many, and of use only to who shows a telephone: told where the operator says so. */
export const physicalEvents = ["displayUpdated", "buttonPress", "lampMode"] as const;
/** Avaya's own: `TerminalUnregisteredEvent`. */
const unregistered = "terminalUnregistered";
const physical: ReadonlySet<string> = new Set(physicalEvents);

/** Every event that the model has no use for; private ones may mean something to applications. */
function unwantedEvents(declared: Capabilities["events"]): readonly CstaEventName[] {
  const wanted = new Set<string>([...declared, "privateEvent"]);
  return Object.values(eventGroups).flat().filter((name) => !wanted.has(name));
}

export type CstaContext = SessionContext<unknown>;

/** Reports held while a snapshot is taken; above it the snapshot fails and is repeated. */
export const heldMax = 20_000;
/** Agents' devices that are asked at a snapshot. */
export const agentsMax = 5_000;
/** Names of events without a word in the model that are told of, each once. */
export const unknownMax = 64;

interface Held {
  readonly event: CstaEvent;
  readonly reported: Reported;
  readonly ordinal: number;
}

type Phase = "opening" | "starting" | "up" | "over";

class CstaSession implements Session {
  readonly #context: CstaContext;
  readonly #profile: Profile;
  readonly #decoder: Decoder<CstaMessage>;
  readonly #greeting: Greeting;
  readonly #invocations: Invocations;
  readonly #names: DeviceNames;
  readonly #calls: Calls;
  readonly #map: MapContext;
  readonly #monitors: Monitors;
  readonly #supervision: Supervision;
  readonly #list: DeviceList;
  readonly #panasonic: PanasonicList;
  readonly #callRecords: CallRecords;
  readonly #deviceParts: Segments<SnapshotDeviceEntry>;
  readonly #callParts: Segments<SnapshotCallEntry>;
  readonly #pace: Pace;
  readonly #routeing: RouteingServices;
  readonly #devices = new Map<DeviceId, ListedDevice>();
  readonly #agents = new Set<DeviceId>();
  readonly #unknown = new Set<string>();
  readonly #kept: KeptSession | undefined;
  readonly #terminals: Terminals | undefined;
  readonly #wanted: Capabilities["events"];
  /** Displays, lamps and buttons are told. */
  readonly #isPhysical: boolean;
  #identity: PeerIdentity = { product: "" };
  #functions: Associated["functions"];
  #phase: Phase = "opening";
  #ordinal = 0;
  #held: Held[] | undefined;
  #listRefused: Text | undefined;
  #setUp: Cancellable | undefined;
  #isImpaired = false;

  constructor(context: CstaContext, profile: Profile) {
    this.#context = context;
    this.#profile = profile;
    const { clock } = context.world;
    const { codec, dialect } = profile;
    this.#kept = dialect.association !== "session" ? undefined
      : takeSession(context.world, context.link);
    const terminals = profile.switchName === undefined ? []
      : devicesOf(profile.terminals.devices).map(deviceId);
    this.#isPhysical = profile.physicalDevices || terminals.length > 0;
    this.#wanted = profile.declared.events.filter((name) =>
      this.#isPhysical || !physical.has(name));
    this.#names = this.#kept?.names ?? new DeviceNames();
    this.#calls = new Calls(this.#names);
    this.#map = { link: context.link, driver: profile.driver, names: this.#names,
      calls: this.#calls };
    this.#pace = paceOf(context.world, context.link, dialect.monitorsAtOnce);
    this.#greeting = new Greeting(clock);
    this.#decoder = codec.decoder();
    this.#invocations = new Invocations(clock, codec, (bytes) => this.#transmit(bytes));
    this.#monitors = new Monitors({ invocations: this.#invocations, names: this.#names, clock,
      pace: this.#pace, switchName: profile.switchName, licences: profile.monitorLicences,
      unwanted: !dialect.filters ? undefined : unwantedEvents(terminals.length === 0
        ? this.#wanted : this.#wanted.filter((name) => !physical.has(name))),
      changed: (reason) => { this.#changed(reason); } });
    this.#terminals = terminals.length === 0 || profile.switchName === undefined ? undefined
      : new Terminals({ invocations: this.#invocations, clock, devices: terminals,
        switchName: profile.switchName, unwanted: unwantedEvents(physicalEvents),
        password: () => profile.terminals.secret === undefined ? ok(undefined)
          : context.secret(profile.terminals.secret),
        changed: () => { this.#tellState(); } });
    if (this.#kept !== undefined) this.#monitors.inherit(this.#kept.monitors);
    this.#routeing = new RouteingServices({ codec, names: this.#names, calls: this.#calls,
      invocations: this.#invocations, told: (message) => { context.routeing?.(message); } });
    this.#list = new DeviceList(clock);
    this.#panasonic = new PanasonicList(clock);
    this.#callRecords = new CallRecords({ invocations: this.#invocations, names: this.#names,
      link: context.link, timeZone: profile.timeZone, nowMs: () => clock.wall().getTime(),
      isOwn: (device) => this.#devices.get(device)?.category !== "networkInterface"
        && this.#devices.has(device),
      record: (call) => { context.record(call); } });
    this.#deviceParts = new Segments(clock);
    this.#callParts = new Segments(clock);
    this.#supervision = new Supervision(clock, codec, this.#invocations, {
      lost: (reason) => {
        this.#keep();
        this.#lose(reason);
      },
      changed: () => { this.#tellState(); },
      resync: (reason) => { context.requestResync(reason); },
      slower: () => { this.#pace.slower(); },
    });
  }

  start(): void {
    const { transport } = this.#context;
    transport.onReceive((bytes, atMs) => { this.#receive(bytes, atMs); });
    transport.onClosed((reason) => {
      this.#keep();
      this.#lose(inEachLanguage((words, language) => language === "en"
        ? `the PBX closed the line: ${words(reason)}`
        : `le PBX a fermé la ligne : ${words(reason)}`));
    });
    void this.#open();
  }

  #transmit(bytes: Uint8Array): Result<void> {
    return this.#phase === "over" ? fail("link-down", "The CSTA session is over.")
      : this.#context.transport.send(bytes);
  }

  #send(message: CstaMessage): void {
    const bytes = this.#profile.codec.encode(message);
    if (bytes !== undefined) this.#transmit(bytes);
  }

  #receive(bytes: Uint8Array, atMs: number): void {
    this.#supervision.heard(atMs);
    for (const decoded of this.#decoder.push(bytes)) {
      if (this.#isOver()) return;
      this.#ordinal += 1;
      if (decoded.kind === "message") {
        this.#message(decoded.message, atMs);
        continue;
      }
      this.#context.garbage(decoded.bytes, decoded.reason);
      // It may have been an event.
      if (this.#phase === "up") this.#context.requestResync("bytes that make no sense");
    }
  }

  #message(message: CstaMessage, atMs: number): void {
    switch (message.kind) {
      case "event": this.#event(message.monitorCrossRefID, message.event, atMs); return;
      case "invoke": this.#invoked(message); return;
      case "unknown-invoke": this.#send(answerUnknown(message)); return;
      case "keep-alive": case "released": return;
      case "handshake": this.#greeting.take(message); return;
      case "abort": {
        const why = message.reason ?? "abort";
        this.#lose({ en: `the PBX ended the association (${why})`,
          fr: `le PBX a mis fin à l'association (${why})` });
        return;
      }
      case "release":
        this.#send({ kind: "released",
          ...(message.invokeID === undefined ? {} : { invokeID: message.invokeID }) });
        this.#lose({ en: "the PBX released the association",
          fr: "le PBX a libéré l'association" });
        return;
      default: if (!this.#greeting.take(message)) this.#invocations.take(message);
    }
  }

  #invoked(message: Extract<CstaMessage, { readonly kind: "invoke" }>): void {
    if (message.service === "SystemStatus") {
      this.#supervision.status(message.argument.systemStatus);
      this.#tellPrivate("privateStatus", message.argument.extensions?.privateData);
    } else if (message.service === "SwitchingFunctionDevices") {
      this.#list.part(message.argument);
    } else if (message.service === "SnapshotDeviceData") {
      this.#deviceParts.part(message.argument);
    } else if (message.service === "SnapshotCallData") {
      this.#callParts.part(message.argument);
    } else if (this.#callRecords.take(message)) {
      this.#tellState();
    } else if (message.service === "Escape") {
      const { privateData } = message.argument.extensions;
      if (!this.#panasonic.part(privateData ?? [])) this.#tellPrivate("escape", privateData);
    } else if (message.service === "MonitorStop") {
      this.#monitors.ended(message.argument.monitorCrossRefID);
    } else this.#routeing.take(message);
    const answer = answerInvoke(message);
    if (answer !== undefined) this.#send(answer);
  }

  #tellPrivate(type: "escape" | "privateStatus", elements: readonly string[] = []): void {
    if (elements.length > 0) this.#context.privateNotice?.({ type, elements });
  }

  async #open(): Promise<void> {
    const { dialect, credentials } = this.#profile;
    if (dialect.greeting) {
      const greeted = await this.#greeting.greet(() => {
        this.#send({ kind: "handshake", step: "begin" });
      });
      if (this.#isOver()) return;
      if (!greeted.ok) {
        this.#lose(faultText(greeted.fault));
        return;
      }
    }
    const associated = await associate({
      dialect, credentials, greeting: this.#greeting, invocations: this.#invocations,
      sessionID: this.#kept?.sessionID,
      secret: (reference) => this.#context.secret(reference),
      send: (message) => { this.#send(message); },
    });
    if (this.#isOver()) return;
    if (!associated.ok) {
      this.#lose(faultText(associated.fault));
      return;
    }
    const { sessionID, durationSeconds, product, version, functions } = associated.value;
    this.#functions = functions;
    this.#identity = { product: product ?? dialect.product,
      ...(version === undefined ? {} : { version }) };
    this.#context.identify(this.#identity);
    this.#phase = "starting";
    this.#supervision.start(sessionID, durationSeconds);
    if (this.#kept !== undefined) await this.#goOn(this.#kept, sessionID);
    if (this.#isOver()) return;
    await this.#begin();
  }

  async #goOn(kept: KeptSession, sessionID: string | undefined): Promise<void> {
    const isSame = sessionID === kept.sessionID;
    if (isSame) {
      await this.#monitors.check();
      this.#terminals?.inherit(kept.terminals);
    } else {
      this.#monitors.disinherit();
      this.#names.clear();
    }
    this.#context.world.log.event("csta.session-kept", { link: this.#context.link,
      kept: isSame, monitors: this.#monitors.monitored.size });
  }

  async #begin(): Promise<void> {
    await this.#listDevices();
    if (this.#isOver()) return;
    const wanted = [...this.#devices.values()].filter(isMonitorable)
      .map(({ device }) => device);
    this.#monitors.retain(wanted);
    let isLate = false;
    const settled = this.#monitors.start(wanted);
    const late = new Promise<void>((resolve) => {
      this.#setUp = this.#context.world.clock.after(timers.setUp.ms, "csta.set-up", () => {
        isLate = true;
        resolve();
      });
    });
    await Promise.race([settled, late]);
    this.#setUp?.cancel();
    if (this.#isOver()) return;
    if (this.#profile.callRecords) await this.#callRecords.start();
    if (this.#isOver()) return;
    this.#phase = "up";
    this.#context.report({ type: "ready" });
    this.#tellState();
    void this.#terminals?.start();
    if (!isLate) return;
    await settled;
    if (this.#isOver()) return;
    this.#changed("all monitors have been started");
  }

  async #listDevices(): Promise<void> {
    const { dialect, devices, trunks, agents, codec } = this.#profile;
    let listed: Result<ListedDevice[]> = ok([]);
    if (dialect.discovery === "panasonic") {
      listed = await this.#panasonic.ask(this.#invocations, this.#names);
    } else if (dialect.discovery === "switching-function-devices" && devices.length === 0
      && codec.services.has("GetSwitchingFunctionDevices")) {
      listed = await this.#list.ask(this.#invocations, this.#names);
    }
    if (!listed.ok) this.#listRefused = faultText(listed.fault);
    const known = new Map((listed.ok ? listed.value : []).map((each) => [each.device, each]));
    const take = (each: ListedDevice): void => { this.#devices.set(each.device, each); };
    if (devices.length === 0) for (const each of known.values()) take(each);
    for (const each of known.values()) if (each.category === "networkInterface") take(each);
    for (const number of devicesOf(devices)) {
      const device = deviceId(number);
      take(known.get(device) ?? { device, category: "station" });
    }
    for (const number of devicesOf(trunks)) {
      const device = deviceId(number);
      take({ ...known.get(device), device, category: "networkInterface" });
    }
    for (const number of devicesOf(agents).slice(0, agentsMax)) this.#agents.add(deviceId(number));
  }

  /** Something about the monitors is other than the last snapshot said. */
  #changed(reason: string): void {
    if (this.#phase !== "up") return;
    this.#tellState();
    this.#context.requestResync(reason);
  }

  /** Ready, or what works only in part. */
  #tellState(): void {
    if (this.#phase !== "up") return;
    this.#tellLicences();
    const hasDevices = [...this.#devices.values()].some(isMonitorable);
    const { trouble } = this.#supervision;
    const reasons: Text[] = [
      ...[trouble, this.#callRecords.trouble, this.#terminals?.trouble]
        .filter((each) => each !== undefined),
      ...(this.#monitors.limit === undefined ? [] : [this.#monitors.limit.reason]),
      ...(hasDevices ? [] : [this.#listRefused ?? {
        en: "no device is known: list them in the option `devices`",
        fr: "aucun poste n'est connu : listez-les dans l'option `devices`" }]),
    ];
    if (reasons.length === 0 && !this.#isImpaired) return;
    this.#isImpaired = reasons.length > 0;
    this.#context.report(reasons.length === 0 ? { type: "ready" } : { type: "impaired",
      reason: inEachLanguage((words, language) =>
        reasons.map(words).join(language === "en" ? "; " : " ; ")) });
  }

  #tellLicences(): void {
    const { licences } = this.#monitors;
    const known = this.#identity.monitorLicences;
    if (known?.used === licences?.used && known?.count === licences?.count
      && known?.source === licences?.source) return;
    const { monitorLicences: _, ...identity } = this.#identity;
    this.#identity = { ...identity,
      ...(licences === undefined ? {} : { monitorLicences: licences }) };
    this.#context.identify(this.#identity);
  }

  #event(monitor: string, event: CstaEvent, atMs: number): void {
    if (!this.#isPhysical && physical.has(event.type)) return;
    const terminal = this.#terminals?.deviceOf(monitor);
    if (terminal !== undefined && event.type === "other" && event.name === unregistered) {
      this.#terminals?.unregistered(terminal);
      return;
    }
    const reported = { monitor, device: this.#monitors.deviceOf(monitor) ?? terminal, atMs };
    if (reported.device === undefined && this.#phase === "up") this.#monitors.stray(monitor);
    if (event.type === "other" && reported.device !== undefined && isPrivate(event.name)) {
      const { name, element } = event;
      this.#context.privateNotice?.(
        { type: "privateEvent", device: reported.device, name, element });
    } else if (this.#held === undefined) this.#apply(event, reported);
    else if (this.#held.length < heldMax) {
      this.#held.push({ event, reported, ordinal: this.#ordinal });
    }
  }

  /** `isContained`: it serves only to know connections and duplicates. */
  #apply(event: CstaEvent, reported: Reported, isContained = false): void {
    const mapped = mapEvent(this.#map, event, reported);
    if (mapped.event === undefined) {
      if (mapped.dropped !== "duplicate") this.#tellUnknown(event);
      return;
    }
    const told = mapped.event;
    if ("agentDevice" in told && this.#agents.size < agentsMax) {
      this.#agents.add(told.agentDevice.device);
    }
    if (isContained) return;
    this.#context.emit(told);
    if (mapped.doubt !== undefined) this.#context.requestResync(mapped.doubt);
  }

  #tellUnknown(event: CstaEvent): void {
    const name = event.type === "other" ? event.name : `${event.type} without its connection`;
    if (this.#unknown.has(name) || this.#unknown.size >= unknownMax) return;
    this.#unknown.add(name);
    this.#context.world.log.event("csta.event-unknown",
      { link: this.#context.link, event: name }, "info");
  }

  #isOver(): boolean {
    return this.#phase === "over";
  }

  #lose(reason: Text): void {
    if (this.#phase === "over") return;
    // A line that breaks while monitors are being started was asked too fast.
    if (this.#monitors.starting && this.#phase !== "opening") this.#pace.broken();
    this.#end(inLanguage(reason, "en"));
    this.#context.report({ type: "lost", reason });
  }

  /** Whoever comes back soon may go on with the session. */
  #keep(): void {
    const { sessionID } = this.#supervision;
    if (sessionID === undefined || this.#phase === "opening" || this.#phase === "over") return;
    keepSession(this.#context.world, this.#context.link, { sessionID, names: this.#names,
      monitors: new Map(this.#monitors.byReference),
      terminals: new Map(this.#terminals?.registered ?? []) });
  }

  #end(reason: string): void {
    this.#phase = "over";
    this.#held = undefined;
    this.#setUp?.cancel();
    this.#monitors.close();
    this.#terminals?.close();
    this.#list.close();
    this.#panasonic.close();
    this.#deviceParts.close();
    this.#callParts.close();
    this.#supervision.close();
    this.#greeting.close(reason);
    this.#invocations.close(reason);
  }

  #notUp(): Result<never> | undefined {
    return this.#phase === "up" ? undefined
      : fail("link-down", "The CSTA association is not complete.");
  }

  async request(request: ServiceRequest, deadlineMs: number): Promise<Result<ServiceResponse>> {
    return this.#notUp() ?? await perform({ names: this.#names, calls: this.#calls,
      invocations: this.#invocations, terminal: (device) => this.#terminals?.nativeOf(device),
      takesCodes: this.#profile.codec.services.has("AssociateData"),
    }, request, deadlineMs);
  }

  async escape(
    elements: readonly string[], deadlineMs: number,
  ): Promise<Result<readonly string[]>> {
    const refused = this.#notUp();
    if (refused !== undefined) return refused;
    const answer = await this.#invocations.invoke("Escape",
      { extensions: { privateData: elements } }, deadlineMs);
    return answer.ok ? ok(answer.value.extensions?.privateData ?? []) : answer;
  }

  readonly routeing: RouteingSession = {
    register: async (device, deadlineMs) =>
      this.#notUp() ?? await this.#routeing.register(device, deadlineMs),
    cancel: async (device, deadlineMs) =>
      this.#notUp() ?? await this.#routeing.cancel(device, deadlineMs),
    answer: (answer) => this.#notUp() ?? this.#routeing.answer(answer),
  };

  async probe(): Promise<Result<readonly Proof[]>> {
    const { codec, declared } = this.#profile;
    const station = [...this.#monitors.monitored].find((device) =>
      this.#devices.get(device)?.category === "station");
    return this.#notUp() ?? ok(await prove({ codec, declared, invocations: this.#invocations,
      wanted: this.#wanted, functions: this.#functions,
      station: station && this.#names.toNative(station) }));
  }

  async snapshot(deadlineMs: number): Promise<Result<LinkSnapshot>> {
    const refused = this.#notUp();
    if (refused !== undefined) return refused;
    if (this.#held !== undefined) return fail("queue-full", "A snapshot is being taken already.");
    const held: Held[] = [];
    this.#held = held;
    const taken = await takeSnapshot({
      clock: this.#context.world.clock, codec: this.#profile.codec, names: this.#names,
      calls: this.#calls, invocations: this.#invocations, monitors: this.#monitors,
      devices: this.#devices, agents: this.#agents, ordinal: () => this.#ordinal,
      deviceParts: this.#deviceParts, callParts: this.#callParts,
    }, deadlineMs);
    if (this.#isOver()) return fail("link-down", "The line was lost during the snapshot.");
    if (held.length >= heldMax) {
      this.#held = undefined;
      return fail("queue-full", `More than ${heldMax} events during the snapshot.`);
    }
    // The snapshot first, then what happened since: the caller must have applied it by then.
    this.#context.world.clock.after(0, "csta.replay", () => {
      this.#replay(held, taken.ok ? taken.value.contained : undefined);
    });
    return taken.ok ? ok(taken.value.snapshot) : taken;
  }

  #replay(held: readonly Held[], contained: Contained | undefined): void {
    if (this.#held !== held) return;
    this.#held = undefined;
    for (const { event, reported, ordinal } of held) {
      if (this.#isOver()) return;
      this.#apply(event, reported,
        contained !== undefined && isContained(event, reported, ordinal, contained));
    }
  }

  close(): void {
    if (this.#phase === "over") return;
    const { dialect } = this.#profile;
    if (this.#phase !== "opening" && dialect.association !== "none") {
      const sessionID = this.#supervision.sessionID;
      this.#send({ kind: "release", ...(sessionID === undefined ? {} : { sessionID }) });
    }
    if (dialect.greeting) this.#send({ kind: "handshake", step: "end" });
    this.#end("the link is being closed");
  }
}

/** As each encoding names events of the PBX's maker. */
function isPrivate(name: string): boolean {
  return name === "privateEvent" || name.startsWith("private:");
}

/** Whether the snapshot was taken after the event: it shows what came of it. */
function isContained(
  event: CstaEvent, { device }: Reported, ordinal: number, { devices, calls }: Contained,
): boolean {
  const call = connectionOf(event)?.callID;
  if (call === undefined) return false;
  const atDevice = device === undefined ? 0 : devices.get(device) ?? 0;
  return ordinal < Math.max(atDevice, calls.get(call) ?? 0);
}

export function openCstaSession(context: CstaContext, profile: Profile): Session {
  const session = new CstaSession(context, profile);
  session.start();
  return session;
}
