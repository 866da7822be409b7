/** For tests of the driver: on a simulated PBX, below a real link and a real switching function. */

import assert from "node:assert/strict";
import { fail, ok } from "../firmware/base/result.js";
import { SimulatedWorld } from "../firmware/base/world-simulated.js";
import type { Driver } from "../firmware/link/driver.js";
import { createLink } from "../firmware/link/link-runtime.js";
import type { Link } from "../firmware/link/link.js";
import type { RawKeeper } from "../firmware/link/raw.js";
import type { CallEvent } from "../firmware/model/events.js";
import { linkId, type ConnectionId } from "../firmware/model/identifiers.js";
import type { LinkSnapshot } from "../firmware/model/snapshot.js";
import { createSwitch, type SwitchingFunction }
  from "../firmware/switching/switching-function.js";
import { SimulatedAlarms, SimulatedEventLog, SimulatedRecordBook, simulatedNumbers }
  from "../firmware/switching/switch-simulated.js";
import { MemoryLine } from "./conformance.js";
import { phase3Dialects } from "./csta/dialects.js";
import { csta3, phase3Codec } from "./csta/driver.js";
import { CstaPeer, type CstaPeerPlan } from "./csta/peer.js";

export const id = linkId("pbx");
const extensions = Array.from({ length: 12 }, (_, index) => ({ number: String(1001 + index) }));

export const actor = { name: "test", roles: [] };
const noKeeper: RawKeeper = {
  keep: () => Promise.resolve(fail("internal", "nothing is kept")),
  keepWhole: () => Promise.resolve(fail("internal", "nothing is kept")),
  place: () => Promise.resolve(ok(undefined)),
  newest: () => Promise.resolve([]),
  async *read() { /* Nothing was kept. */ },
};

export class Bench {
  readonly world = new SimulatedWorld(7);
  readonly peer: CstaPeer;
  readonly events: CallEvent[] = [];
  readonly records = new SimulatedRecordBook();
  readonly switch: SwitchingFunction;
  readonly link: Link;
  opens = 0;
  reachable = true;
  /** What the line makes of what the PBX sends. */
  mangle: (bytes: Uint8Array) => readonly Uint8Array[] = (bytes) => [bytes];
  snapshots: LinkSnapshot[] = [];
  line: MemoryLine | undefined;

  constructor(
    plan: Partial<CstaPeerPlan> = {}, options: object = {}, driver: Driver = csta3,
  ) {
    this.peer = new CstaPeer({ world: this.world, extensions, trunks: ["8001", "8002"],
      association: "acse", discovery: "switching-function-devices",
      codec: () => phase3Codec("generic", phase3Dialects.generic), ...plan });
    const parsed = driver.options.parse({ pbx: "generic", ...options });
    assert.ok(parsed.ok);
    this.switch = createSwitch({ world: this.world, log: new SimulatedEventLog(),
      records: this.records, numbers: simulatedNumbers,
      alarms: new SimulatedAlarms(), findLink: () => this.link });
    this.link = createLink({
      id, title: "", options: parsed.value, world: this.world, enabled: true, driver,
      rawKeeper: noKeeper, secret: () => ok("s3cret"),
      opener: { description: "memory", close: () => Promise.resolve(), open: () => {
        if (!this.reachable) return Promise.resolve(fail("link-down", "unreachable"));
        this.opens += 1;
        const line = new MemoryLine(this.world);
        this.line = line;
        this.world.clock.after(1, "connect", () => {
          this.peer.accept({ ...line.far, send: (bytes) => {
            for (const each of this.mangle(bytes)) line.far.send(each);
          } });
        });
        return Promise.resolve(ok(line.near));
      } },
      sink: {
        event: (event) => {
          this.events.push(event);
          this.switch.apply(event);
        },
        snapshot: (snapshot, reason) => {
          this.snapshots.push(snapshot);
          this.switch.reconcile(id, snapshot, reason);
        },
        record: (call) => { this.switch.record(call); },
        forgotten: () => undefined, up: () => undefined,
        down: () => { this.switch.markStale(id); }, garbage: () => undefined,
        accounted: () => undefined, pageStatus: () => undefined, stateChanged: () => undefined,
        page: () => Promise.resolve(fail("service-not-supported", "no pages")),
        readAgain: () => Promise.resolve(),
      },
    });
  }

  get state(): string { return this.link.status.state.name; }

  async start(ms = 5_000): Promise<this> {
    await this.switch.start();
    await this.link.start();
    await this.world.advance(ms);
    return this;
  }

  async end(): Promise<void> {
    this.peer.stop();
    const stopping = Promise.all([this.link.stop(1_000), this.switch.stop(1_000)]);
    await this.world.advance(6_000);
    await stopping;
  }

  /** Our picture of the calls is the PBX's own. */
  assertSamePicture(): void {
    const ours = this.switch.calls().map(({ call, connections }) => [call,
      connections.map(({ device, state }) => `${device} ${state}`).toSorted()]);
    const theirs = [...this.peer.pbx.calls.values()].map((call) => [call.id,
      [...call.connections].map(([device, { state }]) => `${device} ${state}`).toSorted()]);
    assert.deepEqual(ours.toSorted(), theirs.toSorted());
  }

  connection(device: string): ConnectionId {
    const event = this.events.findLast((each) => "connection" in each
      && each.connection.device === device);
    assert.ok(event !== undefined && "connection" in event);
    return event.connection;
  }

  types(): string[] {
    return this.events.map((event) => `${event.type} ${"connection" in event
      ? event.connection.device : ""}`.trim());
  }
}
