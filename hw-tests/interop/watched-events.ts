/** What a gRPC client sees, one line an event, and waiting for it. */

import type { MessageShape } from "@bufbuild/protobuf";
import type { ClientReadableStream } from "@grpc/grpc-js";
import { CallsService, type WatchEventsResponseSchema }
  from "../../proto/gen/cti/gateway/v1/calls_pb.js";
import { ConnectionState, EventType, type ConnectionId, type Event }
  from "../../proto/gen/cti/gateway/v1/model_pb.js";
import type { TestClient } from "../loopback/server-rig.js";

type Item = MessageShape<typeof WatchEventsResponseSchema>;

/** A device of the test's own: what the PBX said before its event has been seen when it is. */
export const marker = "marker";

/** EVENT_TYPE_CONNECTION_CLEARED -> connectionCleared. */
function camel(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

const number = (of: { readonly raw: string } | undefined): string => of?.raw ?? "-";

/**
 * `delivered 1001 alerting newCall 0612345678>5550100`: type, device, state after, cause, calling
 * and called; transfers and diversions name the other party behind `to`.
 */
export function lineOf(event: Event): string {
  const type = camel(EventType[event.type]);
  const state = event.connection === undefined ? "" : camel(ConnectionState[event.state]);
  const device = event.connection?.device ?? number(event.subject);
  const parties = event.calling === undefined && event.called === undefined ? ""
    : `${number(event.calling)}>${number(event.called)}`;
  const to = event.otherParty === undefined ? "" : `to ${event.otherParty.raw}`;
  const redirection = event.lastRedirection === undefined ? ""
    : `by ${event.lastRedirection.raw}`;
  const on = event.type === EventType.DO_NOT_DISTURB ? (event.on ? "on" : "off") : "";
  const digits = event.digits === "" ? "" : `digits ${event.digits}`;
  return [type, type === "callCleared" ? "" : device, state, event.cause, parties, to, redirection,
    digits, on, event.reason].filter((part) => part !== "").join(" ");
}

export class WatchedEvents {
  readonly events: Event[] = [];
  readonly others: string[] = [];
  readonly #stream: ClientReadableStream<Item>;
  readonly #waiting = new Set<() => void>();
  /** Why the stream has ended; nothing more will come. */
  #ended: string | undefined;
  readonly #nearer: WatchedEvents | undefined;

  /** `nearer` sees the same calls, and sees them end, where this link does not say so. */
  constructor(client: TestClient, link: string, nearer?: WatchedEvents) {
    this.#nearer = nearer;
    this.#stream = client.stream(CallsService.method.watchEvents, { links: [link] });
    this.#stream.on("error", (error) => { this.#ended = error.message; });
    this.#stream.on("data", (message: Item) => {
      if (message.item.case === "event") this.events.push(message.item.value);
      else if (message.item.case !== undefined) this.others.push(message.item.case);
      for (const check of this.#waiting) check();
    });
  }

  /** Lines since the last `clear`, without device and agent states and private information. */
  lines(also: readonly EventType[] = []): string[] {
    const quiet = [EventType.BACK_IN_SERVICE, EventType.OUT_OF_SERVICE,
      EventType.CALL_INFORMATION, EventType.AGENT_BUSY, EventType.AGENT_READY,
      EventType.AGENT_NOT_READY, EventType.AGENT_LOGGED_ON, EventType.AGENT_LOGGED_OFF,
      EventType.AGENT_WORKING_AFTER_CALL];
    return this.events.filter(({ type, subject }) => subject?.raw !== marker
      && (!quiet.includes(type) || also.includes(type))).map(lineOf);
  }

  clear(): void {
    this.events.length = 0;
    this.others.length = 0;
  }

  until(what: string, test: () => boolean, msMax = 10_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!test()) return;
        clearTimeout(late);
        this.#waiting.delete(check);
        resolve();
      };
      const late = setTimeout(() => {
        this.#waiting.delete(check);
        const why = this.#ended === undefined ? `not within ${msMax} ms`
          : `the stream has ended: ${this.#ended}`;
        reject(new Error(`${what}: ${why}; seen:\n${this.lines().join("\n")}`));
      }, msMax);
      this.#waiting.add(check);
      check();
    });
  }

  /** Waits for an event of the type, at the device if given, and returns its connection. */
  async connection(type: EventType, device?: string): Promise<ConnectionId> {
    const find = (): Event | undefined => this.events.findLast((event) =>
      event.type === type && (device === undefined || event.connection?.device === device));
    await this.until(`${EventType[type]} ${device ?? ""}`, () => find() !== undefined);
    const found = find()?.connection;
    if (found === undefined) throw new Error(`${EventType[type]} has no connection`);
    return found;
  }

  /** Waits until as many calls are cleared as have begun. */
  async quiet(calls = 1): Promise<void> {
    if (this.#nearer !== undefined) return await this.#nearer.quiet(calls);
    await this.until(`${calls} calls cleared`, () =>
      this.events.filter(({ type }) => type === EventType.CALL_CLEARED).length >= calls);
  }

  stop(): void {
    this.#stream.cancel();
  }
}
