/** An application and the server that it talks to, without sockets: for tests of the rules. */

import type { World } from "../../base/world.js";
import { cstaSchema, type CstaConfig } from "../../config/csta-schema.js";
import { simulatedGateway, simulatedPassword, type SimulatedGateway }
  from "../api/gateway-simulated.js";
import type { CstaArgument, CstaCodec, CstaEvent, CstaMessage, CstaServiceName }
  from "../../wire/csta/message.js";
import type { SimulatedWorld } from "../../base/world-simulated.js";
import { Connection } from "./connection.js";
import { Domain } from "./domain.js";
import { Feed } from "./feed.js";
import { Sessions } from "./sessions.js";

export interface SimulatedServer {
  readonly gateway: SimulatedGateway;
  readonly sessions: Sessions;
  readonly feed: Feed;
  readonly codec: () => CstaCodec;
}

export async function simulatedServer(
  world: World, codec: () => CstaCodec, settings: Partial<Record<keyof CstaConfig, unknown>> = {},
  links?: readonly string[],
): Promise<SimulatedServer> {
  const gateway = await simulatedGateway({ world, ...(links === undefined ? {} : { links }) });
  const config = cstaSchema.parse({ id: "crm", protocol: "asn1-phase3", port: 0, ...settings });
  const feed = new Feed(gateway);
  const sessions = new Sessions(new Domain(gateway, feed, config));
  sessions.start();
  return { gateway, sessions, feed, codec };
}

export class SimulatedApplication {
  readonly heard: CstaMessage[] = [];
  readonly #world: SimulatedWorld;
  readonly #codec: CstaCodec;
  readonly #connection: Connection;
  #invokeID = 0;
  isClosed = false;
  isHeld = false;
  /** Set to read nothing: what is written waits. */
  isSlow = false;
  #answersStatus: boolean;

  constructor(
    world: SimulatedWorld, server: SimulatedServer,
    options: { readonly address?: string; readonly answersStatus?: boolean } = {},
  ) {
    this.#world = world;
    this.#codec = server.codec();
    this.#answersStatus = options.answersStatus ?? true;
    const decoder = this.#codec.decoder();
    const application = this;
    this.#connection = new Connection({ sessions: server.sessions, codec: server.codec(),
      address: options.address ?? "192.0.2.9", certificate: undefined, carrier: {
        get full() { return application.isSlow; },
        hold: (held) => { this.isHeld = held; },
        end: () => { this.isClosed = true; },
        write: (bytes) => {
          for (const decoded of decoder.push(bytes)) {
            if (decoded.kind === "message") this.#hear(decoded.message);
            else throw new Error(decoded.reason);
          }
        },
      } });
  }

  async send(message: CstaMessage): Promise<void> {
    const bytes = this.#codec.encode(message);
    if (bytes === undefined) throw new Error(`${message.kind} cannot be encoded`);
    await this.sendBytes(bytes);
  }

  async sendBytes(bytes: Uint8Array): Promise<void> {
    this.#connection.received(bytes);
    await this.#world.settle();
  }

  /** The answer to an association. */
  async signIn(
    user: string | undefined = "operator", password: string | undefined = simulatedPassword,
    more: { readonly sessionID?: string; readonly versions?: readonly string[];
      readonly duration?: number } = {},
  ): Promise<CstaMessage> {
    const before = this.heard.length;
    await this.send({ kind: "associate", versions: more.versions ?? ["3"], ...more,
      ...(user === undefined ? {} : { user }), ...(password === undefined ? {} : { password }) });
    await this.#world.advance(0);
    const answer = this.heard.slice(before).find(({ kind }) =>
      kind === "associated" || kind === "association-refused");
    if (answer === undefined) throw new Error("no answer to the association");
    return answer;
  }

  /** The result, or the error as `category/value`. */
  async ask<S extends CstaServiceName>(
    service: S, argument: CstaArgument<S>,
  ): Promise<Readonly<Record<string, unknown>> | string> {
    this.#invokeID += 1;
    const invokeID = this.#invokeID;
    const before = this.heard.length;
    await this.send({ kind: "invoke", invokeID, service, argument } as CstaMessage);
    const answer = this.heard.slice(before).find((message) =>
      (message.kind === "result" || message.kind === "error") && message.invokeID === invokeID);
    if (answer?.kind === "error") return `${answer.error.category}/${answer.error.value}`;
    if (answer?.kind === "result") return { ...answer.result };
    throw new Error(`no answer to ${service}`);
  }

  /** Events so far, as `crossRef type state`. */
  get events(): readonly string[] {
    return this.heard.flatMap((message) => message.kind === "event"
      ? [`${message.monitorCrossRefID} ${message.event.type} `
        + (message.event.localConnectionInfo ?? "-")] : []);
  }

  get reports(): readonly CstaEvent[] {
    return this.heard.flatMap((message) => message.kind === "event" ? [message.event] : []);
  }

  /** What the switching function said of itself. */
  get statuses(): readonly string[] {
    return this.heard.flatMap((message) =>
      message.kind === "invoke" && message.service === "SystemStatus"
        ? [message.argument.systemStatus] : []);
  }

  /** Reads on. */
  async read(): Promise<void> {
    this.isSlow = false;
    this.#connection.drained();
    await this.#world.settle();
  }

  /** The line breaks. */
  cut(): void {
    this.#connection.closed();
  }

  #hear(message: CstaMessage): void {
    this.heard.push(message);
    if (message.kind !== "invoke" || message.service !== "SystemStatus") return;
    if (!this.#answersStatus) return;
    const answer: CstaMessage = { kind: "result", invokeID: message.invokeID,
      service: "SystemStatus", result: {} };
    const bytes = this.#codec.encode(answer);
    if (bytes !== undefined) queueMicrotask(() => { this.#connection.received(bytes); });
  }
}
