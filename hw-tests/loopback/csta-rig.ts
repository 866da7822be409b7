/** A CSTA server on a real socket before a simulated gateway, and applications that connect. */

import { once } from "node:events";
import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { cstaSchema, type CstaConfig } from "../../firmware/config/csta-schema.js";
import { cstaCodecs } from "../../firmware/csta-codecs.js";
import { Feed } from "../../firmware/northbound/csta/feed.js";
import { createCstaServer, type CstaServer } from "../../firmware/northbound/csta/server.js";
import type { CstaArgument, CstaCodec, CstaDevice, CstaEvent, CstaMessage, CstaServiceName }
  from "../../firmware/wire/csta/message.js";
import { value, type Rig } from "./server-rig.js";

export const dn = (text: string): CstaDevice => ({ kind: "dialingNumber", text });

export async function cstaServer(
  on: Rig, settings: Partial<Record<keyof CstaConfig, unknown>>,
): Promise<CstaServer> {
  const config = cstaSchema.parse({ id: "crm", port: 0, address: "127.0.0.1", ...settings });
  const server = createCstaServer({ config, tls: on.tls, gateway: on.gateway,
    feed: new Feed(on.gateway), codec: cstaCodecs(config) });
  value(await server.start());
  return server;
}

type Want = (message: CstaMessage) => boolean;

/** An application that speaks through a codec of the gateway's own, over a real socket. */
export class CstaApplication {
  readonly heard: CstaMessage[] = [];
  readonly socket: Socket;
  readonly #codec: CstaCodec;
  readonly #waiting = new Set<() => void>();
  #invokeID = 0;

  private constructor(socket: Socket, codec: CstaCodec) {
    this.socket = socket;
    this.#codec = codec;
    const decoder = codec.decoder();
    socket.on("error", () => undefined);
    socket.on("data", (chunk: Buffer) => {
      for (const decoded of decoder.push(chunk)) {
        if (decoded.kind === "garbage") throw new Error(`garbage: ${decoded.reason}`);
        this.#hear(decoded.message);
      }
      for (const wake of this.#waiting) wake();
    });
    socket.on("close", () => { for (const wake of this.#waiting) wake(); });
  }

  static async connect(
    port: number, config: Pick<CstaConfig, "protocol" | "framing">,
    /** Absent: without TLS. */ authorityPem?: string,
  ): Promise<CstaApplication> {
    const socket = authorityPem === undefined ? connectPlain({ host: "127.0.0.1", port })
      : connectTls({ host: "127.0.0.1", port, ca: authorityPem });
    await once(socket, authorityPem === undefined ? "connect" : "secureConnect");
    return new CstaApplication(socket, cstaCodecs(config)());
  }

  send(message: CstaMessage): void {
    const bytes = this.#codec.encode(message);
    if (bytes === undefined) throw new Error(`${message.kind} cannot be encoded`);
    this.socket.write(bytes);
  }

  /** The first message since `from` that is wanted. */
  async hear(want: Want, from = 0): Promise<CstaMessage> {
    for (;;) {
      const found = this.heard.slice(from).find(want);
      if (found !== undefined) return found;
      if (this.socket.destroyed) throw new Error("the connection is closed");
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
      });
    }
  }

  async closed(): Promise<void> {
    if (!this.socket.destroyed) await once(this.socket, "close");
  }

  signIn(
    user: string, password: string, versions: readonly string[], sessionID?: string,
  ): Promise<CstaMessage> {
    this.send({ kind: "associate", invokeID: 1, user, password, versions, applicationID: "test",
      ...(sessionID === undefined ? {} : { sessionID }) });
    return this.hear(({ kind }) => kind === "associated" || kind === "association-refused");
  }

  async ask<S extends CstaServiceName>(
    service: S, argument: CstaArgument<S>,
  ): Promise<Readonly<Record<string, unknown>> | string> {
    this.#invokeID += 1;
    const invokeID = this.#invokeID;
    const from = this.heard.length;
    this.send({ kind: "invoke", invokeID, service, argument } as CstaMessage);
    const answer = await this.hear((message) => (message.kind === "result"
      || message.kind === "error") && message.invokeID === invokeID, from);
    if (answer.kind === "error") return `${answer.error.category}/${answer.error.value}`;
    return answer.kind === "result" ? { ...answer.result } : {};
  }

  async event<T extends CstaEvent["type"]>(
    type: T, from = 0,
  ): Promise<Extract<CstaEvent, { readonly type: T }>> {
    const message = await this.hear((each) => each.kind === "event" && each.event.type === type,
      from);
    if (message.kind !== "event") throw new Error("no event");
    return message.event as Extract<CstaEvent, { readonly type: T }>;
  }

  get statuses(): readonly string[] {
    return this.heard.flatMap((message) =>
      message.kind === "invoke" && message.service === "SystemStatus"
        ? [message.argument.systemStatus] : []);
  }

  #hear(message: CstaMessage): void {
    this.heard.push(message);
    if (message.kind === "invoke" && message.service === "SystemStatus") {
      this.send({ kind: "result", invokeID: message.invokeID, service: "SystemStatus",
        result: {} });
    }
  }
}
