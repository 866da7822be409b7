/**
 * A whole gateway for tests of servers: real switch and access, everything around them in memory.
 * Nothing here opens a socket or a file; the world decides about time.
 */

import { Acceptance } from "../../acceptance/acceptance.js";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { done, fail, ok, type Result } from "../../base/result.js";
import type { World } from "../../base/world.js";
import type { Checked, Configuration, Revision } from "../../config/configuration.js";
import { documentSchema } from "../../config/schema.js";
import { Hotel } from "../../hotel/hotel.js";
import type { Frame, Link } from "../../link/link.js";
import type { RawKeeper, RawSegment } from "../../link/raw.js";
import { callId, linkId } from "../../model/identifiers.js";
import type { CallRecord } from "../../model/records.js";
import type { AlarmView, Alarms } from "../../supervisor/alarms.js";
import { SimulatedEventLog, SimulatedLink, SimulatedRecordBook, simulatedNumbers }
  from "../../switching/switch-simulated.js";
import { PrivateData } from "../../switching/private-data.js";
import { Routeing } from "../../switching/routeing.js";
import { createSwitch, type SwitchingFunction } from "../../switching/switching-function.js";
import { Terminals } from "../../terminal/terminals.js";
import type { Access } from "../access/access.js";
import { createAccess } from "../access/gate.js";
import type { ClientCertificateIssuer } from "../access/authority.js";
import type { PasswordHasher } from "../access/passwords.js";
import type { AuditView as AuditEntryView } from "../access/audit.js";
import { roles, type Role } from "../access/roles.js";
import { createSecretStore } from "../access/secret-store.js";
import { SimulatedStore } from "../access/store-simulated.js";
import type { AuditView } from "./access-view.js";
import { terminalAuditNote } from "./terminal-audit.js";
import type { ComponentRow, GatewayView, LinkView } from "./gateway-view.js";

export const simulatedPassword = "marmot-lantern-quartz";

/** Argon2 takes its time on purpose; tests of servers do not need it. */
const quickHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(createHash("sha256").update(password).digest("hex")),
  verify: async (stored, password) => stored === await quickHasher.hash(password),
  outdated: () => false,
};

class MemoryAlarms implements Alarms {
  readonly #standing = new Map<string, AlarmView>();
  readonly #watchers = new Set<(alarm: AlarmView) => void>();
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  raise(code: AlarmView["code"], subject: string, detail: string): void {
    const id = `${code}/${subject}`;
    const known = this.#standing.get(id);
    this.#set({ id, code, subject, detail, count: (known?.count ?? 0) + 1,
      raisedAtMs: known?.raisedAtMs ?? this.#world.clock.wall().getTime(),
      clearedAtMs: undefined, acknowledgedBy: known?.acknowledgedBy });
  }

  clear(code: AlarmView["code"], subject: string): void {
    const known = this.#standing.get(`${code}/${subject}`);
    if (known === undefined) return;
    this.#set({ ...known, clearedAtMs: this.#world.clock.wall().getTime() });
  }

  acknowledge(id: string, by: string): AlarmView | undefined {
    const known = this.#standing.get(id);
    return known === undefined ? undefined : this.#set({ ...known, acknowledgedBy: by });
  }

  list(includeCleared: boolean): readonly AlarmView[] {
    return [...this.#standing.values()]
      .filter((alarm) => includeCleared || alarm.clearedAtMs === undefined);
  }

  watch(handler: (alarm: AlarmView) => void): () => void {
    this.#watchers.add(handler);
    return () => { this.#watchers.delete(handler); };
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }

  #set(alarm: AlarmView): AlarmView {
    this.#standing.set(alarm.id, alarm);
    for (const watcher of this.#watchers) watcher(alarm);
    return alarm;
  }
}

class MemoryAudit implements AuditView {
  readonly entries: AuditEntryView[] = [];
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  record(entry: Parameters<AuditView["record"]>[0]): Promise<Result<void>> {
    const { details, ...rest } = entry;
    this.entries.push({ ...rest, number: BigInt(this.entries.length + 1), hash: "00",
      atMs: this.#world.clock.wall().getTime(), detailsJson: JSON.stringify(details ?? {}) });
    return Promise.resolve(done);
  }

  list(actor: string | undefined, limit: number, before: bigint | undefined):
    ReturnType<AuditView["list"]> {
    return Promise.resolve(ok(this.entries.filter((entry) =>
      (actor === undefined || entry.actor === actor)
      && (before === undefined || entry.number < before)).reverse().slice(0, limit)));
  }

  async *export(fromNumber: bigint): AsyncIterable<Result<string>> {
    for (const entry of this.entries) {
      if (entry.number >= fromNumber) {
        yield ok(JSON.stringify({ ...entry, number: String(entry.number) }));
      }
    }
  }
}

/** The flight recorder of a simulated link. */
export class FrameSource {
  readonly kept: Frame[] = [];
  readonly #watchers = new Set<(frame: Frame) => void>();

  add(frame: Frame): void {
    this.kept.push(frame);
    for (const watcher of this.#watchers) watcher(frame);
  }

  watch(handler: (frame: Frame) => void): () => void {
    this.#watchers.add(handler);
    return () => { this.#watchers.delete(handler); };
  }

  get watcherCount(): number {
    return this.#watchers.size;
  }
}

const simulatedDriver = { name: "simulated", title: "Simulated", standards: [],
  transports: ["tcp"], capabilities: new SimulatedLink("x").declared,
  accountsBytes: false } as const;

/** Applies everything that is not empty; line 1 is wrong when it says "wrong". */
function memoryConfiguration(world: World): Configuration {
  const document = documentSchema.parse({ version: 1 });
  const texts: { readonly text: string; readonly revision: Revision }[] = [];
  const check = (text: string): Checked => {
    const errors = text.includes("wrong")
      ? [{ path: "links[0].driver", message: "found wrong, expected a driver", line: 1 }] : [];
    return { errors, warnings: [], document: errors.length === 0 ? document : undefined };
  };
  const refuse = (number: number | undefined): ReturnType<typeof fail> =>
    fail("not-found", `There is no revision ${number ?? 0}.`);
  const at = (number: number | undefined): (typeof texts)[number] | undefined =>
    number === undefined ? texts.at(-1) : texts[number - 1];
  const revisionAt = (number: number | undefined): Promise<Result<Revision>> => {
    const found = at(number);
    return Promise.resolve(found === undefined ? refuse(number) : ok(found.revision));
  };
  return {
    name: "configuration", health: { status: "ok" }, document,
    jsonSchema: () => Promise.resolve({ type: "object" }),
    start: () => Promise.resolve(done), stop: () => Promise.resolve(),
    check: (text) => Promise.resolve(check(text)),
    plan: () => [{ component: "grpc", action: "restart", reason: "grpc.port", callsAffected: 0 }],
    apply: (request) => {
      const checked = check(request.text);
      if (checked.document === undefined) {
        return Promise.resolve(fail("config-invalid", "There are errors.",
          { fields: checked.errors }));
      }
      const revision: Revision = { number: texts.length + 1, actor: request.actor,
        appliedAtMs: world.clock.wall().getTime(), comment: request.comment, current: true,
        trialUntilMs: undefined, outcome: "" };
      if (request.mode !== "dry-run") texts.push({ text: request.text, revision });
      return Promise.resolve(ok({ plan: [], warnings: [],
        revision: request.mode === "dry-run" ? undefined : revision }));
    },
    confirm: revisionAt,
    revert: revisionAt,
    revisions: (olderThan, limit) => Promise.resolve(ok(texts.map(({ revision }) => revision)
      .filter((revision) => olderThan === undefined || revision.number < olderThan)
      .reverse().slice(0, limit))),
    text: (number) => {
      const found = at(number);
      return Promise.resolve(found === undefined ? refuse(number) : ok(found));
    },
    diff: (from, to) => Promise.resolve(at(from) === undefined ? refuse(from)
      : ok(`-${at(from)?.text ?? ""}\n+${at(to)?.text ?? ""}\n`)),
  };
}

/** Really sealed, in the simulated store; every link of the gateway names every secret. */
function storedSecrets(
  store: SimulatedStore, world: World, links: readonly string[],
): GatewayView["secrets"] {
  const sealed = createSecretStore({ store, world, key: new Uint8Array(32) });
  return {
    set: async (name, value) => {
      const set = await sealed.set(name, value);
      return set.ok ? ok({ links, restarted: links.slice(0, 1) }) : set;
    },
    list: async () => (await sealed.list()).map((kept) => ({ ...kept, links })),
    remove: (name) => sealed.remove(name),
  };
}

export interface SimulatedGateway extends GatewayView {
  readonly switch: SwitchingFunction;
  readonly routeing: Routeing;
  readonly privateData: PrivateData;
  readonly access: Access;
  readonly audit: MemoryAudit;
  readonly alarms: MemoryAlarms;
  readonly events: SimulatedEventLog;
  readonly records: SimulatedRecordBook;
  readonly store: SimulatedStore;
  readonly simulatedLinks: readonly SimulatedLink[];
  readonly frameSource: FrameSource;
  readonly raws: RawSegment[];
  readonly componentRows: ComponentRow[];
  /** Tells watchers that the state of a link changed or that it is gone. */
  linkChanged(id: string, removed: boolean): void;
  /** A bearer token of a user of that role, who is named after it. */
  token(role: Role): Promise<string>;
  /** Leaves no timer behind, for tests in real time. */
  stop(): Promise<void>;
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.code}: ${result.fault.message}`);
  return result.value;
}

export interface SimulatedGatewayOptions {
  readonly world: World;
  readonly issuer?: ClientCertificateIssuer;
  readonly events?: SimulatedEventLog;
  /** Link ids; "pbx-1" without. */
  readonly links?: readonly string[];
}

const plainNumbers: GatewayView["numbers"] = {
  explain: (link, number) => ok({ dialled: undefined, forms: simulatedNumbers.resolve(
    link, number), steps: [{ rule: "country", matched: true, before: number, after: number,
    explanation: "kept" }] }),
  test: (_link, _yaml, numbers) => ok({ numbersTried: [...numbers].length, differences: [],
    differencesTotal: 0 }),
};

const signingKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
const simulatedSigner = () => ({ certificate: Buffer.from("no certificate"),
  sign: (message: Uint8Array) =>
    sign("sha256", message, { key: signingKey, dsaEncoding: "ieee-p1363" }) });

/** Every line is a record; "wrong" options are refused, and so are lines of that word. */
const plainTrial: GatewayView["tryOptions"] = (driver, yaml, bytes, atMs) => {
  if (yaml.includes("wrong")) {
    return Promise.resolve(
      fail("config-invalid", "no", { fields: [{ path: "format", message: "is wrong" }] }));
  }
  const lines = Buffer.from(bytes).toString("latin1").split("\n").filter((line) => line !== "");
  const good = lines.filter((line) => line !== "wrong");
  return Promise.resolve(ok({
    records: good.map((text) => ({ text, fields: { driver }, phase: "completed",
      call: { direction: "incoming", callingNumber: text, pbxTime: "",
        startedAtMs: atMs, durationMs: 60_000, answered: true } })),
    recordsTotal: good.length + 1_000, rejectedTotal: lines.length - good.length,
    rejected: lines.filter((line) => line === "wrong").map((text) => ({ text, reason: "no" })) }));
};

/** On the link "loop" what is typed comes back; on "guarded" after a second person's word. */
function simulatedTerminals(
  world: World, store: SimulatedStore, audit: MemoryAudit,
): Terminals {
  const terminals = new Terminals({ world, store, ageMsMax: () => 86_400_000,
    audit: (note) => { void audit.record(terminalAuditNote(note)); },
    lineOf: (wish) => Promise.resolve(wish.kind === "link"
      && ["loop", "guarded"].includes(wish.link)
      ? ok({ key: wish.link, approval: wish.link === "guarded",
        open: (listener) => Promise.resolve(ok({
          description: wish.link, pins: undefined, settings: undefined,
          modemLines: () => Promise.resolve(undefined), close: () => undefined,
          send: (bytes) => {
            listener.received(bytes);
            return done;
          } })) })
      : fail("link-unknown", "no such line")) });
  void terminals.start();
  return terminals;
}

function plainSystem(componentRows: readonly ComponentRow[]): GatewayView["system"] {
  return {
    version: { version: "0.1.0", runtime: "node", startedAtMs: 0, unit: "jackfield" },
    components: () => componentRows,
    host: () => ({ cpuLoad: 0.25, memoryUsedBytes: 1, memoryTotalBytes: 2,
      residentBytes: 3, diskFreeBytes: 4, diskTotalBytes: 5, temperatureCelsius: undefined,
      uptimeSeconds: 6 }),
    metrics: () => Promise.resolve("# HELP jackfield_up It runs.\njackfield_up 1\n"),
    support: () => Promise.resolve(Buffer.alloc(100_000, "j")),
  };
}

export async function simulatedGateway(
  options: SimulatedGatewayOptions,
): Promise<SimulatedGateway> {
  const { world } = options;
  const alarms = new MemoryAlarms(world);
  const events = options.events ?? new SimulatedEventLog();
  const records = new SimulatedRecordBook();
  const store = new SimulatedStore();
  const links = (options.links ?? ["pbx-1"]).map((name) => new SimulatedLink(name));
  const frameSource = new FrameSource();
  const find = (id: string): SimulatedLink | undefined => links.find((link) => link.name === id);
  const source = createSwitch({ world, log: events, records, numbers: simulatedNumbers, alarms,
    findLink: (id): Link | undefined => find(id) });
  const privateData = new PrivateData({ world, findLink: find });
  const routeing = new Routeing({ world, numbers: simulatedNumbers, findLink: find });
  const access = createAccess({ store, world, alarms, options: {
    pepper: new Uint8Array(32), sessions: { idleMs: 1_800_000, absoluteMs: 43_200_000 },
    givenPasswordsMustChange: false, hasher: quickHasher,
    ...(options.issuer === undefined ? {} : { issuer: options.issuer }) } });
  value(await access.start());
  for (const role of roles) value(await access.createUser(role, simulatedPassword, role));
  const audit = new MemoryAudit(world);
  const raws: RawSegment[] = [];
  const raw: RawKeeper = {
    keep: () => Promise.resolve(fail("queue-full", "The simulated keeper keeps nothing.")),
    place: () => Promise.resolve({ ok: true, value: undefined }),
    keepWhole: () => Promise.resolve(fail("queue-full", "The simulated keeper keeps nothing.")),
    async *read(_link, from) { yield* raws.filter((segment) => segment.position >= from); },
    newest: () => Promise.resolve(raws),
  };
  const hotel = new Hotel({ world, store, alarms, link: () => undefined,
    timeZone: () => "Europe/Paris" });
  value(await hotel.configure({ frontDesk: linkId("pms"), telephones: [linkId("pbx-1")],
    rooms: [], charged: [], pulsePrice: undefined }));
  const delivery: GatewayView["delivery"] = { list: () => Promise.resolve([]),
    balance: () => Promise.resolve([]),
    again: (id) => Promise.resolve(fail("not-found", `there is no destination ${id}`)) };
  const terminals = simulatedTerminals(world, store, audit);
  const configuration = memoryConfiguration(world);
  const linkWatchers = new Set<(id: string, removed: boolean) => void>();
  const view = (link: SimulatedLink): LinkView => ({
    get status() { return link.status; },
    enable: () => { link.enable(); }, disable: () => { link.disable(); },
    restart: () => { link.restart(); }, probe: () => link.probe(),
    frames: () => [...frameSource.kept], watchFrames: (handler) => frameSource.watch(handler) });
  const componentRows: ComponentRow[] = [
    { component: "gateway/links/pbx-1", status: "ok", reason: "", restarts: 0 }];
  return {
    world, language: "fr", switch: source, routeing, privateData, access, audit, alarms, events,
    records, store, raw, raws, componentRows, simulatedLinks: links, frameSource,
    links: () => links.map(view),
    link: (id) => { const link = find(id); return link === undefined ? undefined : view(link); },
    linkControl: {
      resync: (id) => {
        source.reconcile(linkId(id), { calls: [], agents: [], devices: [] }, "requested");
        return Promise.resolve(ok(3));
      },
      watch: (handler) => {
        linkWatchers.add(handler);
        return () => { linkWatchers.delete(handler); };
      },
    },
    linkChanged: (id, removed) => { for (const watcher of linkWatchers) watcher(id, removed); },
    drivers: () => Promise.resolve([simulatedDriver]), driver: () => simulatedDriver,
    delivery,
    csta: { sessions: () => [{ id: "5e55", server: "crm", protocol: "xml", user: "taxi",
      source: "csta ::1", connected: true, beganAtMs: 0, monitors: 3, waitingEvents: 1,
      lostEvents: 2, resumes: 0 }],
    sharing: () => ({ monitors: 3, watched: 2 }), end: (id) => id === "5e55" },
    paging: { send: (_name, link) => Promise.resolve(fail("link-unknown", `no ${link}`)),
      get: () => Promise.resolve(undefined), list: () => Promise.resolve([]),
      after: () => Promise.resolve([]), watch: () => () => undefined },
    hotel,
    ports: { list: () => Promise.resolve([]),
      examine: (address) => Promise.resolve(fail("port-absent", `${address} is not there`)) },
    terminals,
    remotePorts: { open: () => Promise.resolve(fail("precondition", "no network here")) },
    acceptance: new Acceptance({ world, store, version: "0.1.0", delivery, raw, records, alarms,
      drivers: new Map([["simulated", { keepsRawBytes: true, accountsBytes: false }]]),
      document: () => configuration.document, ports: () => Promise.resolve([]),
      links: () => links, switch: source, host: () => undefined, certificates: () => [],
      signer: simulatedSigner }),
    tryOptions: plainTrial,
    numbers: plainNumbers,
    configuration,
    secrets: storedSecrets(store, world, links.map(({ name }) => name)),
    system: plainSystem(componentRows), update: undefined,
    network: undefined,
    token: async (role) => value(
      await access.signIn(role, simulatedPassword, "grpc 192.0.2.9")).token,
    stop: async () => {
      await hotel.stop();
      await terminals.stop();
      await access.stop(1_000);
    },
  };
}

export function simulatedRecord(number: number): CallRecord {
  const startedAtMs = 1_700_000_000_000 + number * 60_000;
  return { id: `${startedAtMs.toString(16)}-pbx-1-${number}`, link: linkId("pbx-1"),
    call: callId(`c${number}`), source: "events", direction: "incoming",
    calling: { raw: "+33123456789", e164: "+33123456789", name: "Dupont, \"Anne\"" },
    called: { raw: "100" }, startedAtMs, answeredAtMs: startedAtMs + 5_000,
    endedAtMs: startedAtMs + 65_000, durationMs: 60_000, ringMs: 5_000,
    endCause: "normalClearing", legs: [], marks: [] };
}
